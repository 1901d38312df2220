/* turns.h - loops of one or two instructions: all turns but the last, or those that begin before the deadline, at once.
 * Part of template.h, if Z80_FAST is defined.
 *
 * Each function comes after an instruction that has jumped back to the loop's beginning, and leaves the CPU there again,
 * some turns later. */

/* How many of `most` turns of so many T states begin before the deadline. */
Z80_INLINE uint32_t turns_before_deadline(const z80_context *c, uint32_t states, uint32_t most)
{
    int64_t late = z80_late(c);
    uint32_t turns = late < 0 ? ((uint32_t)-late - 1) / states + 1 : 0;
    return turns < most ? turns : most;
}

/* DJNZ to itself; it has not reached the end yet. */
Z80_INLINE void turns_of_djnz(z80_context *c)
{
    uint32_t turns = turns_before_deadline(c, 13, c->cpu->b - 1u);
    c->cpu->b = (uint8_t)(c->cpu->b - turns);
    c->time += turns * (Z80_M1 + 9 * Z80_T);
}

/* DEC r and JR NZ back to it.  A turn is left out only if the next one begins before the deadline as well, so both
 * instructions of it do. */
Z80_INLINE void turns_of_dec(z80_context *c)
{
    unsigned opcode = Z80_RAM(c->cpu)[c->pc];
    if ((opcode & 0xC7) != 0x05 || opcode == 0x35) return;
    uint8_t left = z80_register(c, opcode >> 3);
    uint32_t turns = turns_before_deadline(c, 16, left);
    if (turns < 2) return;
    turns--;
    z80_set_register(c, opcode >> 3, z80_dec(c, (uint8_t)(left - turns + 1)));
    c->time += turns * (2 * Z80_M1 + 8 * Z80_T);
}

/* LDIR and LDDR in plain memory.  Flags and WZ are the same after each turn that is not the last one. */
Z80_INLINE void turns_of_block_load(z80_context *c, int step)
{
    uint8_t *ram = Z80_RAM(c->cpu);
    uint32_t from = c->hl, to = z80_de(c), left = z80_bc(c), done = 0;
    bool overwritten = ((to - (uint32_t)step) & Z80_RAM_MASK) - c->pc <= 1; /* it has just overwritten itself */
    uint32_t turns = c->reach == Z80_REACH_RAM && !overwritten ? turns_before_deadline(c, 21, left - 1) : 0;
    while (done < turns && from < Z80_RAM_END && to < Z80_RAM_END && (to & Z80_RAM_MASK) - c->pc > 1) {
        ram[to & Z80_RAM_MASK] = ram[from & Z80_RAM_MASK];
        from += (uint32_t)step;
        to += (uint32_t)step;
        done++;
    }
    c->hl = (uint16_t)from;
    z80_set_de(c, (uint16_t)to);
    z80_set_bc(c, (uint16_t)(left - done));
    c->time += done * (2 * Z80_M1 + 13 * Z80_T);
}
