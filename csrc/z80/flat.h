/* flat.h - the Z80 on 64 KiB of memory and 64 Ki ports that are plain buffers. */
#ifndef MEGADRIVE_Z80_FLAT_H
#define MEGADRIVE_Z80_FLAT_H

#include "z80/context.h"

/* A CPU while it runs in fastflat.c, with its memory at hand. */
typedef struct flat_cpu {
    z80 cpu;
    z80_bus *bus;
    uint8_t *memory;
} flat_cpu;

void z80_step_fast_flat(z80 *cpu); /* one step of a flat_cpu by the other instance */
int z80_run_fast_flat(z80 *cpu);   /* part of a flat_cpu's run; 0: the next step is not for this */

static inline const z80_bus *flat_bus(const z80_context *c) { return c->bus; }
static inline uint8_t flat_in(const z80_context *c, uint16_t port) { return flat_bus(c)->ports ? flat_bus(c)->ports[port] : 0xFF; }

static inline void flat_out(z80_context *c, uint16_t port, uint8_t value)
{
    if (flat_bus(c)->ports) flat_bus(c)->ports[port] = value;
}

#define Z80_NAME(x) flat_##x
#define Z80_FETCH(c, address) flat_bus(c)->memory[address]
#define Z80_READ(c, address) flat_bus(c)->memory[address]
#define Z80_WRITE(c, address, value) (flat_bus(c)->memory[address] = (value))
#define Z80_IN(c, port) flat_in(c, port)
#define Z80_OUT(c, port, value) flat_out(c, port, value)

#endif
