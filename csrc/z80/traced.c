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

static void refresh_states(z80_bus *bus, const z80 *cpu, uint8_t data)
{
    uint16_t address = (uint16_t)(cpu->i << 8 | cpu->r);
    pin_state(bus, address, data, 0);
    pin_state(bus, address, NO_DATA, 0);
}

static uint8_t traced_fetch(z80_bus *bus, z80 *cpu, uint16_t address)
{
    uint8_t opcode = calls_fetch(bus, address);
    pin_state(bus, address, NO_DATA, 0);
    pin_state(bus, address, NO_DATA, Z80_PIN_RD | Z80_PIN_MREQ);
    refresh_states(bus, cpu, opcode);
    return opcode;
}

static uint8_t traced_acknowledge(z80_bus *bus, z80 *cpu)
{
    uint8_t byte = calls_acknowledge(bus);
    pin_state(bus, cpu->pc, NO_DATA, 0);
    pin_state(bus, cpu->pc, NO_DATA, 0);
    pin_state(bus, cpu->pc, NO_DATA, Z80_PIN_IORQ);
    pin_state(bus, cpu->pc, NO_DATA, Z80_PIN_IORQ);
    refresh_states(bus, cpu, byte);
    return byte;
}

static uint8_t traced_read(z80_bus *bus, uint16_t address)
{
    uint8_t value = calls_read(bus, address);
    pin_state(bus, address, NO_DATA, 0);
    pin_state(bus, address, NO_DATA, Z80_PIN_RD | Z80_PIN_MREQ);
    pin_state(bus, address, value, 0);
    return value;
}

static void traced_write(z80_bus *bus, uint16_t address, uint8_t value)
{
    calls_write(bus, address, value);
    pin_state(bus, address, NO_DATA, 0);
    pin_state(bus, address, value, Z80_PIN_WR | Z80_PIN_MREQ);
    pin_state(bus, address, NO_DATA, 0);
}

static uint8_t traced_in(z80_bus *bus, uint16_t port)
{
    uint8_t value = calls_in(bus, port);
    pin_state(bus, port, NO_DATA, 0);
    pin_state(bus, port, NO_DATA, 0);
    pin_state(bus, port, NO_DATA, Z80_PIN_RD | Z80_PIN_IORQ);
    pin_state(bus, port, value, 0);
    return value;
}

static void traced_out(z80_bus *bus, uint16_t port, uint8_t value)
{
    calls_out(bus, port, value);
    pin_state(bus, port, NO_DATA, 0);
    pin_state(bus, port, NO_DATA, 0);
    pin_state(bus, port, value, Z80_PIN_WR | Z80_PIN_IORQ);
    pin_state(bus, port, NO_DATA, 0);
}

static void traced_idle(z80_bus *bus, int states)
{
    uint32_t last = bus->trace_length - 1;
    uint16_t address = last < bus->trace_size ? bus->trace[last].address : 0;
    for (int n = 0; n < states; n++) pin_state(bus, address, NO_DATA, 0);
}

#define Z80_BUS z80_bus
#define Z80_NAME(x) traced_##x##_
#define Z80_FETCH(bus, cpu, address) traced_fetch(bus, cpu, address)
#define Z80_READ(bus, cpu, address) traced_read(bus, address)
#define Z80_WRITE(bus, cpu, address, value) traced_write(bus, address, value)
#define Z80_IN(bus, cpu, port) traced_in(bus, port)
#define Z80_OUT(bus, cpu, port, value) traced_out(bus, port, value)
#define Z80_ACKNOWLEDGE(bus, cpu) traced_acknowledge(bus, cpu)
#define Z80_IDLE(bus, cpu, states) traced_idle(bus, states)
#include "z80/template.h"

int32_t z80_step_traced(z80 *cpu, z80_bus *bus)
{
    z80 before = *cpu;
    bus->failed = 0;
    bus->trace_length = 0;
    traced_step_(cpu, bus);
    if (bus->failed) *cpu = before;
    return (int32_t)(cpu->clock - before.clock);
}
