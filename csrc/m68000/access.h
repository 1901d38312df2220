/* access.h - bus cycles, the prefetch queue, leaving an instruction. */

/* An instruction gives true to go on with the next one.
 *
 * False, on the slow path: leave the run loop; *c->cpu holds the state.
 * False, on the fast path: begin again on the slow one.  So an instruction that has a fast path changes no register, flag
 * or memory before its last TRY, but for the address register of a source operand, which can be undone.
 */
#define TRY(step)                     \
    do {                              \
        if (M68000_UNLIKELY(!(step))) \
            return false;             \
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
    c->sample = cpu->clock;
    c->fast = false;
    c->code = 0;
    c->undo = NULL;
    c->undo_value = 0;
    c->loops = false;
    c->second = 0;
    c->outside = 0;
    c->outside_address = c->outside_value = 0;
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
    if (!c->fast)
        M68000_IDLE(c, clocks);
    c->clock += clocks;
}

/* Word -> IRC from the address after the last one fetched. */
static void slow_fetch(m68000_context *c)
{
    c->sample = c->clock;
    c->irc = M68000_FETCH(c, (c->pc + 4) & 0xfffffe, program_fc(c));
    c->clock += 4;
    c->pc += 2;
}

M68000_INLINE void fetch(m68000_context *c)
{
    if (!c->fast) {
        slow_fetch(c);
        return;
    }
    c->sample = c->clock;
    c->irc = m68000_get_word((const uint8_t *)(c->code + (c->pc + 4))); /* pc may be -2 here */
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

static uint32_t bus_read_word(m68000_context *c, uint32_t address, unsigned fc)
{
    (void)fc; /* of no interest to some buses */
    c->sample = c->clock;
    uint32_t value = M68000_READ_WORD(c, address & 0xfffffe, fc);
    c->clock += 4;
    return value;
}

static uint32_t bus_read_byte(m68000_context *c, uint32_t address, unsigned fc)
{
    (void)fc; /* of no interest to some buses */
    c->sample = c->clock;
    uint32_t value = M68000_READ_BYTE(c, address & 0xffffff, fc);
    c->clock += 4;
    return value;
}

static void bus_write_word(m68000_context *c, uint32_t address, uint32_t value, unsigned fc)
{
    (void)fc; /* of no interest to some buses */
    c->sample = c->clock;
    M68000_WRITE_WORD(c, address & 0xfffffe, (uint16_t)value, fc);
    c->clock += 4;
}

static void bus_write_byte(m68000_context *c, uint32_t address, uint32_t value, unsigned fc)
{
    (void)fc; /* of no interest to some buses */
    c->sample = c->clock;
    M68000_WRITE_BYTE(c, address & 0xffffff, (uint8_t)value, fc);
    c->clock += 4;
}

/* --- operands ---------------------------------------------------------------------------- */

enum { STATUS_READ = 0x10, STATUS_NOT_INSTRUCTION = 0x08 };

/* Process the address error of the instruction whose first word is `ir`; `status`: its special status word. */
M68000_COLD static void address_error(m68000 *cpu, void *bus, uint32_t status, uint32_t ir, uint32_t stacked_pc,
                                      uint32_t address);

/* A cycle to an odd word address: always false. */
static bool fault(m68000_context *c, uint32_t address, uint32_t value, unsigned status, uint32_t stacked_pc)
{
    M68000_BAD_CYCLE(c, address & 0xfffffe, value, status & 7, !(status & STATUS_READ));
    store(c);
    c->cpu->clock += 4;
    address_error(c->cpu, c->bus, status, c->ir, stacked_pc, address);
    return false;
}

M68000_INLINE bool is_odd(const m68000_context *c, uint32_t address)
{
    return (address & c->cpu->odd_mask) != 0;
}

enum space { DATA, PROGRAM };

/* Fast path: whether `bytes` bytes at an address lie in one page, and an odd address is no error. */
M68000_INLINE bool in_page(const m68000_context *c, const uint8_t *page, uint32_t address, unsigned bytes)
{
    return page != NULL && (bytes == 1 || !is_odd(c, address)) &&
           (bytes <= 2 || (address & 0xffff) <= 0x10000 - bytes);
}

M68000_INLINE const uint8_t *read_page(const m68000_context *c, uint32_t address)
{
    return M68000_READ_PAGE(c->bus, address & 0xffffff);
}

M68000_INLINE uint8_t *write_page(const m68000_context *c, uint32_t address)
{
    return M68000_WRITE_PAGE(c->bus, address & 0xffffff);
}

/* The program's place in memory less its address: then the address alone says where to fetch, without a mask. */
M68000_INLINE uintptr_t code_at(const m68000_context *c, uint32_t address)
{
    const uint8_t *page = read_page(c, address);
    return page != NULL ? (uintptr_t)page - (address & 0xffff0000) : 0;
}

/* Whether the fast path can read or write; the slow one always can, or finds out in doing it. */
M68000_INLINE bool can_read(const m68000_context *c, unsigned bytes, uint32_t address)
{
    return !c->fast || in_page(c, read_page(c, address), address, bytes);
}

M68000_INLINE bool can_write(const m68000_context *c, unsigned bytes, uint32_t address)
{
    return !c->fast || in_page(c, write_page(c, address), address, bytes);
}

/* The slow path of read below; status: STATUS_READ and the function code. */
static bool slow_read(m68000_context *c, int size, uint32_t address, unsigned status, uint32_t stacked_pc, uint32_t *value)
{
    const unsigned fc = status & 7;
    if (size == BYTE) {
        *value = bus_read_byte(c, address, fc);
        return true;
    }
    if (is_odd(c, address))
        return fault(c, address, 0, status, stacked_pc);
    *value = bus_read_word(c, address, fc);
    if (size == LONG)
        *value = *value << 16 | bus_read_word(c, address + 2, fc);
    return true;
}

/* Read an operand; a long's high word first.  stacked_pc: what an address error pushes. */
M68000_INLINE bool read(m68000_context *c, int size, uint32_t address, int space, uint32_t stacked_pc, uint32_t *value)
{
    *value = 0;
    if (!c->fast)
        return slow_read(c, size, address, STATUS_READ | (space == PROGRAM ? program_fc(c) : data_fc(c)), stacked_pc, value);
    const uint8_t *page = read_page(c, address);
    TRY(in_page(c, page, address, (unsigned)size));
    const uint8_t *bytes = page + (address & (size == BYTE ? 0xffff : 0xfffe));
    *value = size == BYTE ? *bytes : size == WORD ? m68000_get_word(bytes) : m68000_get_long(bytes);
    c->clock += size == LONG ? 8 : 4;
    return true;
}

static bool slow_write(m68000_context *c, int size, uint32_t address, uint32_t value, uint32_t stacked_pc)
{
    const unsigned fc = data_fc(c);
    if (size == BYTE) {
        bus_write_byte(c, address, value, fc);
        return true;
    }
    if (is_odd(c, address))
        return fault(c, address, size == LONG ? value >> 16 : value & 0xffff, fc, stacked_pc);
    if (size == LONG) {
        bus_write_word(c, address, value >> 16, fc);
        address += 2;
    }
    bus_write_word(c, address, value, fc);
    return true;
}

/* Write an operand; a long's high word first.  On the fast path can_write has been asked before. */
M68000_INLINE bool write(m68000_context *c, int size, uint32_t address, uint32_t value, uint32_t stacked_pc)
{
    if (!c->fast)
        return slow_write(c, size, address, value, stacked_pc);
    uint8_t *bytes = write_page(c, address) + (address & (size == BYTE ? 0xffff : 0xfffe));
    if (size == BYTE)
        *bytes = (uint8_t)value;
    else if (size == WORD)
        m68000_put_word(bytes, value);
    else
        m68000_put_long(bytes, value);
    c->clock += size == LONG ? 8 : 4;
    c->sample = c->clock - 4;
    return true;
}

/* Fast path: leave a write to the hooks, if it is not in a page.  Always false. */
M68000_INLINE bool write_outside(m68000_context *c, int size, uint32_t address, uint32_t value)
{
    if (c->fast && write_page(c, address) == NULL && (size == BYTE || !is_odd(c, address))) {
        c->outside = size;
        c->outside_address = address;
        c->outside_value = value;
    }
    return false;
}

static bool slow_write_backwards(m68000_context *c, uint32_t address, uint32_t value, uint32_t stacked_pc)
{
    const unsigned fc = data_fc(c);
    if (is_odd(c, address))
        return fault(c, address + 2, value & 0xffff, fc, stacked_pc);
    bus_write_word(c, address + 2, value, fc);
    bus_write_word(c, address, value >> 16, fc);
    return true;
}

/* The same, a long's low word first. */
M68000_INLINE bool write_backwards(m68000_context *c, int size, uint32_t address, uint32_t value, uint32_t stacked_pc)
{
    if (c->fast || size != LONG)
        return write(c, size, address, value, stacked_pc);
    return slow_write_backwards(c, address, value, stacked_pc);
}

/* --- jumps ------------------------------------------------------------------------------------------------------- */

M68000_INLINE bool can_jump(const m68000_context *c, uint32_t target)
{
    return can_read(c, 4, target);
}

/* Fast path: both words at a jump's target are taken at once, the second one for `arrive`. */
M68000_INLINE void land(m68000_context *c, uint32_t target)
{
    target &= ~(uint32_t)1;
    const uint32_t both = m68000_get_long((const uint8_t *)(c->code + target));
    c->pc = target - 2;
    c->sample = c->clock;
    c->irc = both >> 16;
    c->second = both & 0xffff;
    c->clock += 4;
}

/* Begin to fetch at another address: the first of the two fetches, into IRC. */
M68000_INLINE bool jump(m68000_context *c, uint32_t target, uint32_t stacked_pc)
{
    TRY(can_jump(c, target));
    if (!c->fast && M68000_UNLIKELY(is_odd(c, target)))
        return fault(c, target, 0, program_fc(c) | STATUS_READ, stacked_pc);
    if (c->fast) {
        c->code = code_at(c, target);
        land(c, target);
        return true;
    }
    c->pc = (target & ~(uint32_t)1) - 4;
    fetch(c);
    return true;
}

/* The same from c->pc to what mostly lies in the same page. */
M68000_INLINE bool can_jump_near(const m68000_context *c, uint32_t target)
{
    return !c->fast || (((target ^ c->pc) & (0xffff0000 | c->cpu->odd_mask)) == 0 && (target & 0xffff) <= 0x10000 - 4);
}

M68000_INLINE bool jump_near(m68000_context *c, uint32_t target, uint32_t stacked_pc)
{
    if (!c->fast)
        return jump(c, target, stacked_pc);
    TRY(can_jump_near(c, target));
    land(c, target);
    return true;
}

M68000_INLINE unsigned count_ones(uint32_t word)
{
    word = (word & 0x55555555) + (word >> 1 & 0x55555555);
    word = (word & 0x33333333) + (word >> 2 & 0x33333333);
    word = (word + (word >> 4)) & 0x0f0f0f0f;
    return word * 0x01010101u >> 24;
}

/* The number of the lowest bit that is set; there is one. */
M68000_INLINE unsigned lowest_bit(uint32_t word)
{
#ifdef __GNUC__
    return (unsigned)__builtin_ctz(word);
#else
    return count_ones((word & (0u - word)) - 1);
#endif
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

M68000_INLINE unsigned condition_of(const m68000_context *c)
{
    return c->ir >> 8 & 15;
}

M68000_INLINE uint32_t *data_register(const m68000_context *c, unsigned n)
{
    return &c->cpu->r[n];
}

M68000_INLINE uint32_t *address_register(const m68000_context *c, unsigned n)
{
    return &c->cpu->r[8 + n];
}
