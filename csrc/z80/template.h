/* template.h - the Z80 (NMOS), to be compiled once for each bus it sits on.
 *
 * A C file defines the bus by the macros below and includes this file; the instructions are then compiled for
 * that bus, with its accesses inlined.  flat.c is the shortest example.
 *
 * What the including file defines (each macro may be the name of a static inline function):
 *
 *   Z80_BUS                             type of the bus; all hooks get a pointer to it
 *   Z80_NAME(x)                         prefixes a name, for example flat_##x
 *   Z80_FETCH(bus, cpu, address)        opcode fetch (M1), returns the byte
 *   Z80_READ(bus, cpu, address)         memory read (operands and data), returns the byte
 *   Z80_WRITE(bus, cpu, address, value) memory write
 *   Z80_IN(bus, cpu, port)              port read with the 16-bit port address, returns the byte
 *   Z80_OUT(bus, cpu, port, value)      port write
 *   Z80_ACKNOWLEDGE(bus, cpu)           interrupt acknowledge, returns the byte on the data bus ($FF if nobody drives it)
 *
 * and may define
 *
 *   Z80_IDLE(bus, cpu, states)          T states without access, which prolong the machine cycle before them
 *   Z80_HALT_SKIPS(bus, cpu)            0 if the fetches of a halted CPU at its pc may not be left out (wait states);
 *                                       by default run passes over a halt in one go
 *
 * What it gets:
 *
 *   static void Z80_NAME(run)(z80 *cpu, Z80_BUS *bus)       until cpu->clock >= cpu->deadline
 *   static void Z80_NAME(step)(z80 *cpu, Z80_BUS *bus)      one instruction, interrupt acceptance or NOP of HALT
 *
 * Time.  While a hook runs, cpu->clock is the T state in which its machine cycle begins (T1); the core adds the
 * cycle's length (M1 4, memory 3, port 4, acknowledge 6) after it.  The CPU samples read data in T3.  A hook makes
 * the CPU wait by adding T states to cpu->clock.  It may set cpu->deadline to end the run after this instruction
 * and cpu->nmi_pending; all registers may be read, and are as the instruction has left them so far.
 *
 * Interrupts.  cpu->int_line is a level: it is accepted at an instruction's end if iff1 is set, except after EI and
 * between a prefix and its opcode.  nmi_pending is cleared when the NMI is accepted.  Both are looked at before
 * every instruction, so hooks may change them too.
 */
