/* polling.h - the 68000's waiting loops: what polling_code.c makes of their code, and polling_turns.c of their times, for polling.c. */
#ifndef MEGADRIVE_POLLING_H
#define MEGADRIVE_POLLING_H

#include "core.h"

/* md_polling_step.operation */
enum { DO_NOTHING, DO_COMPUTE, DO_COMPARE, DO_MOVE, DO_MOVE_ADDRESS, DO_TEST, DO_BIT, DO_BIT_OF_REGISTER, DO_SHIFT, DO_BRANCH };

/* md_polling_step.source */
enum { IN_DATA, IN_ADDRESS, NUMBER, AT_ADDRESS, AT_DISPLACEMENT, AT_INDEX, AT_NUMBER, AT_PC_INDEX };

#define IN_MEMORY AT_ADDRESS    /* this source and those behind it */

/* Make a loop of the code at `target`, which lies in `page`.  0: it is none of those that only wait. */
int md_polling_decode(md_polling_loop *loop, const uint8_t *page, uint32_t target);

/* The end of the last of the turns of `period` clocks from `clock` on, before `refresh` the next time, that end before `end`;
 * *refresh goes on with it. */
int64_t md_polling_skip(int64_t clock, int64_t end, uint32_t period, uint32_t pc, int64_t *refresh);

/* The 68000 goes on in its loop through the first of the slices in which it was left behind; returns the first of them that is
 * left to be run. */
int md_polling_pass_slices(megadrive *md);

#endif
