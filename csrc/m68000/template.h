/* template.h - the 68000, for the bus whose hooks context.h describes.  One inclusion in one C file. */

#if !defined(M68000_FETCH) || !defined(M68000_READ_WORD) || !defined(M68000_READ_BYTE) || \
    !defined(M68000_WRITE_WORD) || !defined(M68000_WRITE_BYTE) || !defined(M68000_ACKNOWLEDGE) || !defined(M68000_NAME)
#error "context.h says what to define before template.h is included"
#endif
#ifndef M68000_READ_PAGE
#define M68000_COMPACT
#define M68000_READ_PAGE(bus, address) ((void)(bus), (void)(address), NULL)
#define M68000_WRITE_PAGE(bus, address) ((void)(bus), (void)(address), NULL)
#endif
#ifndef M68000_WRITE_OUTSIDE_WORD
#define M68000_WRITE_OUTSIDE_WORD(c, address, value, fc) ((void)(fc), M68000_WRITE_WORD(c, address, value, fc))
#define M68000_WRITE_OUTSIDE_BYTE(c, address, value, fc) ((void)(fc), M68000_WRITE_BYTE(c, address, value, fc))
#endif
#ifndef M68000_WRITE_AT_ONCE
#define M68000_WRITE_AT_ONCE(bus, size, address, value, clock) false
#endif
#ifndef M68000_GOES_ON
#define M68000_GOES_ON(cpu, bus) false
#endif
#ifndef M68000_TAS_WRITES
#define M68000_TAS_WRITES 1
#endif
#ifndef M68000_AT_DEADLINE
#define M68000_AT_DEADLINE(cpu, bus, pc, ir, clock) false
#endif
#ifndef M68000_LOOP_AGAIN
#define M68000_LOOP_AGAIN(c, target) ((void)0)
#endif
#ifndef M68000_RUN_BEGINS
#define M68000_RUN_BEGINS(cpu, bus) ((void)0)
#endif
#ifndef M68000_IDLE
#define M68000_IDLE(c, clocks) ((void)0)
#endif
#ifndef M68000_BAD_CYCLE
#define M68000_BAD_CYCLE(c, address, value, fc, write) ((void)(value))
#endif
#ifndef M68000_RESET_PIN
#define M68000_RESET_PIN(c) ((void)0)
#endif

#include "m68000/flags.h"
#include "m68000/access.h"
#include "m68000/exception.h"
#include "m68000/ea.h"
#include "m68000/move.h"
#include "m68000/arithmetic.h"
#include "m68000/decimal.h"
#include "m68000/shift.h"
#include "m68000/bit.h"
#include "m68000/multiply.h"
#include "m68000/control.h"
#include "m68000/run.h"
