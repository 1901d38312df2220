/* ROM, cartridge RAM and the Sega bank mapper (handbook 01 section 9). */
#include "cartridge.h"

#define SRAM_MAPPED 1
#define SRAM_PROTECTED 2

static uint32_t rom_address(const megadrive *md, uint32_t address)
{
    if (md->mapper)
        address = ((uint32_t)md->state.cartridge.bank[(address >> 19) & 7] << 19) | (address & 0x7FFFF);
    return address & md->rom_mask;
}

static int sram_visible(const megadrive *md, uint32_t address)
{
    return md->sram_kind != MD_SRAM_NONE && (md->state.cartridge.sram_control & SRAM_MAPPED)
        && address >= (md->sram_start & ~1u) && address <= (md->sram_end | 1u);
}

void cartridge_map(megadrive *md)
{
    for (unsigned page = 0; page < 64; page++) {
        uint32_t first = page << 16, last = first | 0xFFFF;
        int hidden = md->sram_kind != MD_SRAM_NONE && (md->state.cartridge.sram_control & SRAM_MAPPED)
                  && first <= (md->sram_end | 1u) && last >= (md->sram_start & ~1u);
        md->read_page[page] = hidden ? NULL : md->rom + rom_address(md, first);
        md->write_page[page] = NULL;
    }
}

void cartridge_power_on(megadrive *md)
{
    cartridge_state *state = &md->state.cartridge;
    for (unsigned i = 0; i < 8; i++)
        state->bank[i] = (uint8_t)i;
    /* RAM beyond the ROM is always there (Sonic 3, which has both at $200000, powers up with ROM). */
    state->sram_control = md->sram_kind != MD_SRAM_NONE && md->sram_start >= md->rom_size ? SRAM_MAPPED : 0;
    cartridge_map(md);
}

uint16_t cartridge_read(const megadrive *md, uint32_t address)
{
    if (sram_visible(md, address)) {
        uint32_t at = (address - (md->sram_start & ~1u)) & (MD_SRAM_MAX - 1);
        const uint8_t *cell = md->state.sram + (at & ~1u);
        switch (md->sram_kind) {
        case MD_SRAM_ODD: return (uint16_t)(0xFF00 | cell[1]);
        case MD_SRAM_EVEN: return (uint16_t)(cell[0] << 8 | 0xFF);
        default: return (uint16_t)(cell[0] << 8 | cell[1]);
        }
    }
    const uint8_t *word = md->rom + rom_address(md, address & ~1u);
    return (uint16_t)(word[0] << 8 | word[1]);
}

void cartridge_write(megadrive *md, uint32_t address, uint16_t value, unsigned lanes)
{
    if (!sram_visible(md, address) || (md->state.cartridge.sram_control & SRAM_PROTECTED))
        return;
    uint8_t *cell = md->state.sram + ((address - (md->sram_start & ~1u)) & (MD_SRAM_MAX - 1) & ~1u);
    uint8_t before[2] = {cell[0], cell[1]};
    if ((lanes & 2) && md->sram_kind != MD_SRAM_ODD)
        cell[0] = (uint8_t)(value >> 8);
    if ((lanes & 1) && md->sram_kind != MD_SRAM_EVEN)
        cell[1] = (uint8_t)value;
    if (cell[0] != before[0] || cell[1] != before[1])
        md->sram_dirty = 1;
}

void cartridge_time_write(megadrive *md, uint32_t address, uint8_t value)
{
    cartridge_state *state = &md->state.cartridge;
    unsigned index = (address & 0xFF) >> 1;
    if ((address & 0xFF) < 0xF0)
        return;
    index &= 7;
    if (index == 0) {
        if (md->sram_kind == MD_SRAM_NONE || md->sram_start >= md->rom_size)
            return;
        state->sram_control = value & (SRAM_MAPPED | SRAM_PROTECTED);
    } else {
        if (!md->mapper)
            return;
        state->bank[index] = value & 63;
    }
    cartridge_map(md);
}
