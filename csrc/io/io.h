/* io.h - the I/O chip at $A10000 and the pads on its ports.
 *
 *   io_reset      power-on: everything 0 but the serial TxData registers
 *   io_read       one register (index = address bits 4-1); advances nothing but the pull-up of TH
 *   io_steady_until  how long a register shows the same if nobody writes to the chip
 *   io_write      one register
 *   io_light      the light gun on a port tells that it has seen the beam; 1: TH falls
 *   io_light_delay  mclk from the moment that the beam passes to that
 */
#ifndef MEGADRIVE_IO_H
#define MEGADRIVE_IO_H

#include "core.h"

void io_reset(io_ports *io);
uint8_t io_read(io_ports *io, int64_t clock, unsigned index);
int64_t io_steady_until(const io_ports *io, int64_t clock, unsigned index);
void io_write(io_ports *io, int64_t clock, unsigned index, uint8_t value);
int io_light(io_ports *io, int port, int64_t clock);
int io_light_delay(const io_ports *io, int port);

#endif
