/* io.h - the I/O chip at $A10000 and the pads on its ports.
 *
 *   io_reset      power-on: everything 0 but the serial TxData registers
 *   io_read       one register (index = address bits 4-1); advances nothing but the pull-up of TH
 *   io_write      one register
 *   io_light      the beam passes where the light gun on a port is aimed at; 1: TH falls
 */
#ifndef MEGADRIVE_IO_H
#define MEGADRIVE_IO_H

#include "core.h"

void io_reset(io_ports *io);
uint8_t io_read(io_ports *io, int64_t clock, unsigned index);
void io_write(io_ports *io, int64_t clock, unsigned index, uint8_t value);
int io_light(io_ports *io, int port, int64_t clock);

#endif
