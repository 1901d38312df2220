/* flat.c - the 68000 on 2**24 bytes of memory and nothing else. */
#include "m68000/context.h"

M68000_INLINE uint16_t read_word(const m68000_context *c, uint32_t address, unsigned fc)
{
    const uint8_t *memory = c->bus;
    (void)fc;
    return m68000_get_word(memory + address);
}

M68000_INLINE uint8_t read_byte(const m68000_context *c, uint32_t address, unsigned fc)
{
    const uint8_t *memory = c->bus;
    (void)fc;
    return memory[address];
}

M68000_INLINE void write_word(const m68000_context *c, uint32_t address, uint32_t value, unsigned fc)
{
    uint8_t *memory = c->bus;
    (void)fc;
    m68000_put_word(memory + address, value);
}

M68000_INLINE void write_byte(const m68000_context *c, uint32_t address, uint32_t value, unsigned fc)
{
    uint8_t *memory = c->bus;
    (void)fc;
    memory[address] = (uint8_t)value;
}

#define M68000_NAME(name) m68000_flat_##name
#define M68000_NO_RESET
#define M68000_FETCH read_word
#define M68000_READ_WORD read_word
#define M68000_READ_BYTE read_byte
#define M68000_WRITE_WORD write_word
#define M68000_WRITE_BYTE write_byte
#define M68000_READ_PAGE(bus, address) ((const uint8_t *)(bus) + ((address) & 0xff0000))
#define M68000_WRITE_PAGE(bus, address) ((uint8_t *)(bus) + ((address) & 0xff0000))
#define M68000_ACKNOWLEDGE(c, level) (24 + (level)) /* autovectors */

#include "m68000/template.h"
