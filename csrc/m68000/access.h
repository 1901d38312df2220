/* access.h - bus cycles, the prefetch queue, leaving an instruction. */

enum { BYTE = 1, WORD = 2, LONG = 4 };

/* An instruction gives true to go on with the next one, false to leave the run loop: then *c->cpu holds the state. */
#define TRY(step)                   \
    do {                            \
        if (M68000_UNLIKELY(!(step))) \
            return false;           \
    } while (0)

M68000_INLINE unsigned data_fc(const m68000_context *c)
{
    return c->cpu->sr & 0x2000 ? 5 : 1;
}

M68000_INLINE unsigned program_fc(const m68000_context *c)
{
    return c->cpu->sr & 0x2000 ? 6 : 2;
}

M68000_INLINE void load(m68000_context *c, m68000 *cpu, void *bus)
{
    c->cpu = cpu;
    c->bus = bus;
    c->pc = cpu->pc;
    c->ir = cpu->ir;
    c->irc = cpu->irc;
    c->clock = cpu->clock;
    c->sample = cpu->sample_clock;
}

M68000_INLINE void store(const m68000_context *c)
{
    m68000_flush(c);
    c->cpu->ir = (uint16_t)c->ir;
    c->cpu->sample_clock = c->sample;
}

/* The end of an instruction after which the run loop has more to look at than the time. */
M68000_INLINE bool leave(const m68000_context *c)
{
    store(c);
    return false;
}

/* --- cycles ------------------------------------------------------------------------------------------------- */

M68000_INLINE void idle(m68000_context *c, int clocks)
{
    M68000_IDLE(c, clocks);
    c->clock += clocks;
}

/* Word -> IRC from the address after the last one fetched. */
M68000_INLINE void fetch(m68000_context *c)
{
    c->sample = c->clock;
    c->irc = M68000_FETCH(c, (c->pc + 4) & 0xfffffe, program_fc(c));
    c->clock += 4;
    c->pc += 2;
}

/* IRC -> IR, next word -> IRC. */
M68000_INLINE void prefetch(m68000_context *c)
{
    c->ir = c->irc;
    fetch(c);
}

/* Take the extension word in IRC, next word -> IRC. */
M68000_INLINE uint32_t extension(m68000_context *c)
{
    uint32_t word = c->irc;
    fetch(c);
    return word;
}

M68000_INLINE uint32_t extension_long(m68000_context *c)
{
    uint32_t high = extension(c);
    return high << 16 | extension(c);
}

M68000_INLINE uint32_t bus_read_word(m68000_context *c, uint32_t address, unsigned fc)
{
    c->sample = c->clock;
    uint32_t value = M68000_READ_WORD(c, address & 0xfffffe, fc);
    c->clock += 4;
    return value;
}

M68000_INLINE uint32_t bus_read_byte(m68000_context *c, uint32_t address, unsigned fc)
{
    c->sample = c->clock;
    uint32_t value = M68000_READ_BYTE(c, address & 0xffffff, fc);
    c->clock += 4;
    return value;
}

M68000_INLINE void bus_write_word(m68000_context *c, uint32_t address, uint32_t value, unsigned fc)
{
    c->sample = c->clock;
    M68000_WRITE_WORD(c, address & 0xfffffe, (uint16_t)value, fc);
    c->clock += 4;
}

M68000_INLINE void bus_write_byte(m68000_context *c, uint32_t address, uint32_t value, unsigned fc)
{
    c->sample = c->clock;
    M68000_WRITE_BYTE(c, address & 0xffffff, (uint8_t)value, fc);
    c->clock += 4;
}

/* --- operands, with address errors ---------------------------------------------------------------------------- */

enum { STATUS_READ = 0x10, STATUS_NOT_INSTRUCTION = 0x08 };

/* Process the address error of the instruction whose first word is `ir`; `status`: its special status word. */
M68000_COLD static void address_error(m68000 *cpu, void *bus, uint32_t status, uint32_t ir, uint32_t stacked_pc,
                                      uint32_t address);

/* A cycle to an odd word address: always false. */
M68000_INLINE bool fault(m68000_context *c, uint32_t address, uint32_t value, unsigned status, uint32_t stacked_pc)
{
    M68000_BAD_CYCLE(c, address & 0xfffffe, value, status & 7, !(status & STATUS_READ));
    c->cpu->clock = c->clock + 4;
    address_error(c->cpu, c->bus, status, c->ir, stacked_pc, address);
    return false;
}

M68000_INLINE bool is_odd(const m68000_context *c, uint32_t address)
{
    return (address & c->cpu->odd_mask) != 0;
}

/* Read an operand; a long's high word first.  stacked_pc: what an address error pushes. */
M68000_INLINE bool read(m68000_context *c, int size, uint32_t address, unsigned fc, uint32_t stacked_pc, uint32_t *value)
{
    if (size == BYTE) {
        *value = bus_read_byte(c, address, fc);
        return true;
    }
    if (M68000_UNLIKELY(is_odd(c, address)))
        return fault(c, address, 0, fc | STATUS_READ, stacked_pc);
    *value = bus_read_word(c, address, fc);
    if (size == LONG)
        *value = *value << 16 | bus_read_word(c, address + 2, fc);
    return true;
}

/* Write an operand; a long's high word first. */
M68000_INLINE bool write(m68000_context *c, int size, uint32_t address, uint32_t value, uint32_t stacked_pc)
{
    unsigned fc = data_fc(c);
    if (size == BYTE) {
        bus_write_byte(c, address, value, fc);
        return true;
    }
    if (M68000_UNLIKELY(is_odd(c, address)))
        return fault(c, address, size == LONG ? value >> 16 : value & 0xffff, fc, stacked_pc);
    if (size == LONG) {
        bus_write_word(c, address, value >> 16, fc);
        bus_write_word(c, address + 2, value, fc);
    } else {
        bus_write_word(c, address, value, fc);
    }
    return true;
}

/* The same, a long's low word first. */
M68000_INLINE bool write_backwards(m68000_context *c, int size, uint32_t address, uint32_t value, uint32_t stacked_pc)
{
    if (size != LONG)
        return write(c, size, address, value, stacked_pc);
    unsigned fc = data_fc(c);
    if (M68000_UNLIKELY(is_odd(c, address)))
        return fault(c, address + 2, value & 0xffff, fc, stacked_pc);
    bus_write_word(c, address + 2, value, fc);
    bus_write_word(c, address, value >> 16, fc);
    return true;
}

/* Begin to fetch at another address: the first of the two fetches, into IRC. */
M68000_INLINE bool jump(m68000_context *c, uint32_t target, uint32_t stacked_pc)
{
    if (M68000_UNLIKELY(is_odd(c, target)))
        return fault(c, target, 0, program_fc(c) | STATUS_READ, stacked_pc);
    c->pc = (target & ~(uint32_t)1) - 4;
    fetch(c);
    return true;
}

M68000_INLINE uint32_t sign_extend(uint32_t value, int size)
{
    return size == BYTE ? (uint32_t)(int32_t)(int8_t)value : size == WORD ? (uint32_t)(int32_t)(int16_t)value : value;
}

/* --- registers ------------------------------------------------------------------------------------------------- */

M68000_INLINE unsigned low_register(const m68000_context *c)
{
    return c->ir & 7;
}

M68000_INLINE unsigned high_register(const m68000_context *c)
{
    return c->ir >> 9 & 7;
}

M68000_INLINE uint32_t *data_register(const m68000_context *c, unsigned n)
{
    return &c->cpu->r[n];
}

M68000_INLINE uint32_t *address_register(const m68000_context *c, unsigned n)
{
    return &c->cpu->r[8 + n];
}

/* Replace the low `size` bytes of a register. */
M68000_INLINE void set_low(uint32_t *where, int size, uint32_t value)
{
    if (size == BYTE)
        *where = (*where & 0xffffff00) | (value & 0xff);
    else if (size == WORD)
        *where = (*where & 0xffff0000) | (value & 0xffff);
    else
        *where = value;
}
