/* cartridge.h - ROM, cartridge RAM and the bank mapper, as the 68000 and the VDP's DMA see them.
 *
 *   cartridge_map          set the machine's pages for $000000-$3FFFFF from the cartridge state
 *   cartridge_power_on     identity mapping; RAM hidden behind ROM where both would answer
 *   cartridge_read         a word of $000000-$3FFFFF that is not plain memory
 *   cartridge_write        the same
 *   cartridge_time_write   a byte write to $A130xx
 *
 * Lanes: 2 = the upper (even) byte takes part, 1 = the lower (odd) one, 3 = both.
 */
#ifndef MEGADRIVE_CARTRIDGE_H
#define MEGADRIVE_CARTRIDGE_H

#include "core.h"

void cartridge_map(megadrive *md);
void cartridge_power_on(megadrive *md);
uint16_t cartridge_read(const megadrive *md, uint32_t address);
void cartridge_write(megadrive *md, uint32_t address, uint16_t value, unsigned lanes);
void cartridge_time_write(megadrive *md, uint32_t address, uint8_t value);

#endif
