/* traced.c - the Z80 with a record of its pins in every T state.
 *
 * The record has the form of the SingleStepTests z80 traces: /RD or /WR with /MREQ or /IORQ is shown in one T state
 * of a machine cycle, read data in the T state after it, the refresh address I:R in T3 and T4 of an opcode fetch,
 * and the last address through T states without an access.  In an interrupt acknowledge cycle /IORQ is shown in the
 * two wait states.
 */
#include "z80/calls.h"

#define NO_DATA (-1)

static void pin_state(z80_bus *bus, uint16_t address, int data, unsigned pins)
{
    if (bus->trace_length < bus->trace_size) {
        z80_cycle cycle = {address, (int16_t)data, (uint8_t)pins, 0};
        bus->trace[bus->trace_length] = cycle;
    }
    bus->trace_length++;
}

static void refresh_states(z80_context *c, uint8_t data)
{
    z80_store_refresh(c);
    uint16_t address = (uint16_t)(c->cpu->i << 8 | c->cpu->r);
    pin_state(c->bus, address, data, 0);
    pin_state(c->bus, address, NO_DATA, 0);
}

static uint8_t traced_fetch(z80_context *c, uint16_t address)
{
    uint8_t opcode = calls_fetch(c, address);
    pin_state(c->bus, address, NO_DATA, 0);
    pin_state(c->bus, address, NO_DATA, Z80_PIN_RD | Z80_PIN_MREQ);
    refresh_states(c, opcode);
    return opcode;
}

static uint8_t traced_acknowledge(z80_context *c)
{
    uint8_t byte = calls_acknowledge(c);
    pin_state(c->bus, (uint16_t)c->pc, NO_DATA, 0);
    pin_state(c->bus, (uint16_t)c->pc, NO_DATA, 0);
    pin_state(c->bus, (uint16_t)c->pc, NO_DATA, Z80_PIN_IORQ);
    pin_state(c->bus, (uint16_t)c->pc, NO_DATA, Z80_PIN_IORQ);
    refresh_states(c, byte);
    return byte;
}

static uint8_t traced_read(z80_context *c, uint16_t address)
{
    uint8_t value = calls_read(c, address);
    pin_state(c->bus, address, NO_DATA, 0);
    pin_state(c->bus, address, NO_DATA, Z80_PIN_RD | Z80_PIN_MREQ);
    pin_state(c->bus, address, value, 0);
    return value;
}

static void traced_write(z80_context *c, uint16_t address, uint8_t value)
{
    calls_write(c, address, value);
    pin_state(c->bus, address, NO_DATA, 0);
    pin_state(c->bus, address, value, Z80_PIN_WR | Z80_PIN_MREQ);
    pin_state(c->bus, address, NO_DATA, 0);
}

static uint8_t traced_in(z80_context *c, uint16_t port)
{
    uint8_t value = calls_in(c, port);
    pin_state(c->bus, port, NO_DATA, 0);
    pin_state(c->bus, port, NO_DATA, 0);
    pin_state(c->bus, port, NO_DATA, Z80_PIN_RD | Z80_PIN_IORQ);
    pin_state(c->bus, port, value, 0);
    return value;
}

static void traced_out(z80_context *c, uint16_t port, uint8_t value)
{
    calls_out(c, port, value);
    pin_state(c->bus, port, NO_DATA, 0);
    pin_state(c->bus, port, NO_DATA, 0);
    pin_state(c->bus, port, value, Z80_PIN_WR | Z80_PIN_IORQ);
    pin_state(c->bus, port, NO_DATA, 0);
}

static void traced_idle(z80_bus *bus, unsigned states)
{
    uint32_t last = bus->trace_length - 1;
    uint16_t address = last < bus->trace_size ? bus->trace[last].address : 0;
    for (unsigned n = 0; n < states; n++) pin_state(bus, address, NO_DATA, 0);
}

#define Z80_NAME(x) traced_##x
#define Z80_FETCH(c, address) traced_fetch(c, address)
#define Z80_READ(c, address) traced_read(c, address)
#define Z80_WRITE(c, address, value) traced_write(c, address, value)
#define Z80_IN(c, port) traced_in(c, port)
#define Z80_OUT(c, port, value) traced_out(c, port, value)
#define Z80_ACKNOWLEDGE(c) traced_acknowledge(c)
#define Z80_IDLE(c, states) traced_idle((c)->bus, states)
#include "z80/template.h"

int32_t z80_step_traced(z80 *cpu, z80_bus *bus)
{
    z80 before = *cpu;
    bus->failed = 0;
    bus->trace_length = 0;
    traced_step(cpu, bus);
    if (bus->failed) *cpu = before;
    return (int32_t)(cpu->clock - before.clock);
}
