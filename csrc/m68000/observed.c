/* observed.c - the 68000 on memory or on functions, with a record of what it does on the bus. */
#include "m68000/context.h"

M68000_INLINE m68000_bus *observed_bus(const m68000_context *c)
{
    return c->bus;
}

static void record(m68000_bus *bus, int kind, int cycles, unsigned fc, uint32_t address, uint32_t data, int strobes)
{
    if (bus->transactions == NULL)
        return;
    uint32_t n = bus->count;
    if (kind == M68000_CYCLE_IDLE && n > 0 && n <= bus->capacity && bus->transactions[n - 1].kind == kind) {
        bus->transactions[n - 1].cycles += (uint32_t)cycles;
        return;
    }
    bus->count++;
    if (n >= bus->capacity)
        return;
    m68000_transaction *t = &bus->transactions[n];
    t->kind = (uint8_t)kind;
    t->fc = (uint8_t)fc;
    t->uds = (uint8_t)(strobes >> 1);
    t->lds = strobes & 1;
    t->cycles = (uint32_t)cycles;
    t->address = address & 0xfffffe;
    t->data = data;
}

/* A byte and its strobes as they are on the bus: at even addresses on D15-D8, at odd ones on D7-D0. */
static void record_byte(m68000_bus *bus, int kind, int cycles, unsigned fc, uint32_t address, uint32_t value)
{
    bool odd = address & 1;
    record(bus, kind, cycles, fc, address, odd ? value : value << 8, odd ? 1 : 2);
}

/* Calls into the user's functions.  After one has failed no other is called, and the instruction will be taken back. */
static uint32_t call_read(m68000_context *c, uint32_t address, unsigned fc, unsigned size)
{
    m68000_bus *bus = observed_bus(c);
    if (bus->failed)
        return 0;
    m68000_flush(c);
    uint32_t value = bus->read(bus->user, address, fc, size);
    m68000_reload(c);
    return value;
}

static void call_write(m68000_context *c, uint32_t address, uint32_t value, unsigned fc, unsigned size)
{
    m68000_bus *bus = observed_bus(c);
    if (bus->failed)
        return;
    m68000_flush(c);
    bus->write(bus->user, address, value, fc, size);
    m68000_reload(c);
}

static uint16_t get_word(m68000_context *c, uint32_t address, unsigned fc)
{
    m68000_bus *bus = observed_bus(c);
    if (bus->memory)
        return m68000_get_word(bus->memory + address);
    return (uint16_t)call_read(c, address, fc, 2);
}

static uint8_t get_byte(m68000_context *c, uint32_t address, unsigned fc)
{
    m68000_bus *bus = observed_bus(c);
    if (bus->memory)
        return bus->memory[address];
    return (uint8_t)call_read(c, address, fc, 1);
}

static void put_byte(m68000_context *c, uint32_t address, uint32_t value, unsigned fc)
{
    m68000_bus *bus = observed_bus(c);
    if (bus->memory)
        bus->memory[address] = (uint8_t)value;
    else
        call_write(c, address, value & 0xff, fc, 1);
}

static uint16_t read_word(m68000_context *c, uint32_t address, unsigned fc)
{
    uint16_t value = get_word(c, address, fc);
    record(observed_bus(c), M68000_CYCLE_READ, 4, fc, address, value, 3);
    return value;
}

static uint8_t read_byte(m68000_context *c, uint32_t address, unsigned fc)
{
    uint8_t value = get_byte(c, address, fc);
    record_byte(observed_bus(c), M68000_CYCLE_READ, 4, fc, address, value);
    return value;
}

static void write_word(m68000_context *c, uint32_t address, uint32_t value, unsigned fc)
{
    m68000_bus *bus = observed_bus(c);
    record(bus, M68000_CYCLE_WRITE, 4, fc, address, value, 3);
    if (bus->memory)
        m68000_put_word(bus->memory + address, value);
    else
        call_write(c, address, value, fc, 2);
}

static void write_byte(m68000_context *c, uint32_t address, uint32_t value, unsigned fc)
{
    record_byte(observed_bus(c), M68000_CYCLE_WRITE, 4, fc, address, value);
    put_byte(c, address, value, fc);
}

static uint8_t test_and_set(m68000_context *c, uint32_t address, unsigned fc)
{
    uint8_t value = get_byte(c, address, fc);
    put_byte(c, address, value | 0x80u, fc);
    record_byte(observed_bus(c), M68000_CYCLE_TAS, 10, fc, address, value | 0x80u);
    return value;
}

static void bad_cycle(m68000_context *c, uint32_t address, uint32_t value, unsigned fc, bool write)
{
    m68000_bus *bus = observed_bus(c);
    if (!write && bus->memory)
        value = m68000_get_word(bus->memory + address);
    record(bus, write ? M68000_CYCLE_WRITE_ERROR : M68000_CYCLE_READ_ERROR, 4, fc, address, value, 3);
}

static unsigned acknowledge(m68000_context *c, unsigned level)
{
    m68000_bus *bus = observed_bus(c);
    unsigned vector = 24 + level;
    if (bus->acknowledge != NULL && !bus->failed) {
        m68000_flush(c);
        vector = bus->acknowledge(bus->user, level);
        m68000_reload(c);
    }
    record(bus, M68000_CYCLE_READ, 4, 7, 0xfffff0 | level << 1, vector & 0xff, 1);
    return vector;
}

static void reset_pin(m68000_context *c)
{
    m68000_bus *bus = observed_bus(c);
    if (bus->reset != NULL && !bus->failed) {
        m68000_flush(c);
        bus->reset(bus->user);
        m68000_reload(c);
    }
}

#define M68000_NAME(name) observed_##name
#define M68000_FETCH read_word
#define M68000_READ_WORD read_word
#define M68000_READ_BYTE read_byte
#define M68000_WRITE_WORD write_word
#define M68000_WRITE_BYTE write_byte
#define M68000_TAS test_and_set
#define M68000_IDLE(c, clocks) record(observed_bus(c), M68000_CYCLE_IDLE, clocks, 0, 0, 0, 0)
#define M68000_BAD_CYCLE bad_cycle
#define M68000_ACKNOWLEDGE acknowledge
#define M68000_RESET_PIN reset_pin

#include "m68000/template.h"

void m68000_bus_step(m68000 *cpu, m68000_bus *bus)
{
    m68000 before = *cpu;
    observed_step(cpu, bus);
    if (bus->failed)
        *cpu = before;
}

void m68000_bus_run(m68000 *cpu, m68000_bus *bus)
{
    if (bus->memory != NULL) {
        observed_run(cpu, bus);
        return;
    }
    while (cpu->clock < cpu->deadline && !bus->failed) {
        if (!wait_stopped(cpu))
            m68000_bus_step(cpu, bus);
    }
}

void m68000_bus_reset(m68000 *cpu, m68000_bus *bus)
{
    m68000 before = *cpu;
    observed_reset(cpu, bus);
    if (bus->failed)
        *cpu = before;
}
