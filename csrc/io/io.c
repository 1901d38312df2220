/* The I/O chip: version register, two pad ports, EXT port, serial registers (handbook 01 section 8). */
#include "io.h"

#define TH 0x40
#define TR 0x20
#define TL 0x10

/* A pad's TH counter falls back to 0 this long after the last edge: 12,150 68000 clocks = 1.58 ms
 * (measured by jgenesis against a 6-button test program; an RC timer, it varies from pad to pad). */
#define TH_TIMEOUT (12150 * MD_MCLK_PER_68K)

/* A TH pin that turns from output-low into an input is high for the pad only after the pull-up has
 * charged the line (MK-1650 pad; Decap Attack). */
#define TH_RISE 172

void io_reset(io_ports *io)
{
    io_ports before = *io;
    memset(io, 0, sizeof *io);
    for (int i = 0; i < 2; i++) {
        io->buttons[i] = before.buttons[i];
        io->pad_type[i] = before.pad_type[i];
        io->aim_x[i] = before.aim_x[i];
        io->aim_line[i] = before.aim_line[i];
        io->th_level[i] = 1;
    }
    io->version = before.version;
    io->tx_data[0] = io->tx_data[1] = 0xFF;
    io->tx_data[2] = 0xFB;              /* as Genesis Plus GX; other documents list $FF */
}

static void th_edge(io_ports *io, int port, int64_t clock, uint8_t level)
{
    if (clock - io->th_clock[port] > TH_TIMEOUT)
        io->th_count[port] = 0;
    if (level && io->th_count[port] < 4)
        io->th_count[port]++;
    io->th_level[port] = level;
    io->th_clock[port] = clock;
    io->th_rise_clock[port] = 0;
}

/* Follow the TH line of a port up to `clock`. */
static void th_update(io_ports *io, int port, int64_t clock)
{
    int driven = io->control[port] & TH;
    if (driven) {
        uint8_t level = (io->data[port] & TH) != 0;
        if (level != io->th_level[port])
            th_edge(io, port, clock, level);
    } else if (!io->th_level[port]) {
        if (!io->th_rise_clock[port])
            io->th_rise_clock[port] = clock + TH_RISE;
        if (clock >= io->th_rise_clock[port])
            th_edge(io, port, io->th_rise_clock[port], 1);
    }
}

/* ------------------------------------------------------------------------------------------- light guns */

/* A gun sees the beam pass and pulls TH low, which the VDP can latch its counters on.  What the ports of each carry is told by
 * programs that drive all three (SGDK, src/joy.c), by E. Eke's notes (2008) and by measurements on adaptors (benryves.com,
 * 2020 and 2022):
 *
 *   Menacer     TR high resets it; D3-D0 are START, C, A, B, active high; TH stays low until the reset
 *   Justifier   TL low enables it, TR low selects the first (blue) gun, the only one here; D1 START, D0 trigger (A), active
 *               low; D3 and D2 low; TH stays low until TL is high.  With TH driven high D1 and D0 are low too, by which
 *               programs know it.  (The sensor's own signal, which D2 is said to carry, is left out.)
 *   Phaser      TL is the trigger (A), active low; TH is low while it sees light
 *
 * How bright the picture is does not count. */

/* mclk from the beam to TH.  The Menacer sends by infrared light: at the left edge of a picture of 320 pixels programs have
 * read H = $54 (radioation's SGDKRocks, on a console) or expect $52 (the games' own offsets, as Genesis Plus GX gives
 * them), where the pixel leaves the chip at $0D.  Lethal Enforcers expects $18 of the Justifier. */
#define MENACER_DELAY 1136
#define JUSTIFIER_DELAY 176
#define LIGHT_SEEN 400                  /* mclk that the spot under the aim shines: a guess, 40 to 50 pixels */

/* Levels of the pins that the console drives; the others are high. */
static uint8_t driven_pins(const io_ports *io, int port)
{
    return (uint8_t)(io->data[port] | ~io->control[port]);
}

static int gun_is_active(const io_ports *io, int port)
{
    uint8_t pins = driven_pins(io, port);
    switch (io->pad_type[port]) {
    case MD_PAD_MENACER: return !(pins & TR);
    case MD_PAD_JUSTIFIER: return !(pins & (TR | TL));
    default: return io->pad_type[port] == MD_PAD_PHASER;
    }
}

static void gun_update(io_ports *io, int port)
{
    if (io->pad_type[port] == MD_PAD_MENACER && driven_pins(io, port) & TR)
        io->light[port] = 0;
    if (io->pad_type[port] == MD_PAD_JUSTIFIER && driven_pins(io, port) & TL)
        io->light[port] = 0;
}

int io_light_delay(const io_ports *io, int port)
{
    int type = io->pad_type[port];
    return type == MD_PAD_MENACER ? MENACER_DELAY : type == MD_PAD_JUSTIFIER ? JUSTIFIER_DELAY : 0;
}

int io_light(io_ports *io, int port, int64_t clock)
{
    io->light_clock[port] = clock;
    if (!gun_is_active(io, port) || io->light[port])
        return 0;
    io->light[port] = io->pad_type[port] != MD_PAD_PHASER;
    return !(io->control[port] & TH);
}

static uint8_t gun_pins(const io_ports *io, int port, int64_t clock)
{
    unsigned held = io->buttons[port], th = io->light[port] ? 0 : TH;
    int64_t lit = io->light_clock[port];
    switch (io->pad_type[port]) {
    case MD_PAD_MENACER:
        if (driven_pins(io, port) & TR)
            return (uint8_t)th;
        return (uint8_t)(th | (held & MD_BUTTON_B ? 1 : 0) | (held & MD_BUTTON_A ? 2 : 0) | (held & MD_BUTTON_C ? 4 : 0)
                         | (held & MD_BUTTON_START ? 8 : 0));
    case MD_PAD_JUSTIFIER:
        if (io->control[port] & io->data[port] & TH)
            return TR | TL;
        if (!gun_is_active(io, port))
            return (uint8_t)(th | TR | TL | 3);
        return (uint8_t)(th | TR | TL | (held & MD_BUTTON_START ? 0 : 2) | (held & MD_BUTTON_A ? 0 : 1));
    default:
        if (lit && clock >= lit && clock < lit + LIGHT_SEEN)
            th = 0;
        return (uint8_t)(th | TR | (held & MD_BUTTON_A ? 0 : TL) | 0x0F);
    }
}

/* ------------------------------------------------------------------------------------------------ ports */

/* Levels that the device drives on pins 6-0; what nobody drives is pulled up. */
static uint8_t device_pins(io_ports *io, int port, int64_t clock)
{
    if (port > 1 || io->pad_type[port] == MD_PAD_NONE)
        return 0x7F;
    if (io->pad_type[port] >= MD_PAD_MENACER)
        return gun_pins(io, port, clock);
    th_update(io, port, clock);
    unsigned held = io->buttons[port], th = io->th_level[port];
    unsigned directions = held & 15;
    unsigned high = directions | (held & MD_BUTTON_B ? 0x10 : 0) | (held & MD_BUTTON_C ? 0x20 : 0);
    unsigned low = (directions & 3) | 0x0C | (held & MD_BUTTON_A ? 0x10 : 0) | (held & MD_BUTTON_START ? 0x20 : 0);
    unsigned pressed = th ? high : low;
    if (io->pad_type[port] == MD_PAD_6BUTTON && clock - io->th_clock[port] <= TH_TIMEOUT) {
        unsigned count = io->th_count[port];
        if (!th && count == 2)
            pressed = (low & 0x30) | 0x0F;
        else if (!th && count == 3)
            pressed = low & 0x30;
        else if (th && count == 3)
            pressed = (high & 0x30) | (held & MD_BUTTON_Z ? 1 : 0) | (held & MD_BUTTON_Y ? 2 : 0)
                    | (held & MD_BUTTON_X ? 4 : 0) | (held & MD_BUTTON_MODE ? 8 : 0);
    }
    return (uint8_t)((th ? TH : 0) | (~pressed & 0x3F));
}

uint8_t io_read(io_ports *io, int64_t clock, unsigned index)
{
    index &= 15;
    if (index == 0)
        return io->version;
    if (index <= 3) {
        int port = (int)index - 1;
        uint8_t driven = io->control[port] | 0x80;
        return (uint8_t)((io->data[port] & driven) | (device_pins(io, port, clock) & ~driven));
    }
    if (index <= 6)
        return io->control[index - 4];
    switch ((index - 7) % 3) {
    case 0: return io->tx_data[(index - 7) / 3];
    case 1: return io->rx_data[(index - 7) / 3];
    default: return io->serial_control[(index - 7) / 3];
    }
}

/* Clocks before this one give what a read at `clock` gives, and none changes anything; 0: it is not known. */
int64_t io_steady_until(const io_ports *io, int64_t clock, unsigned index)
{
    int port = (int)(index & 15) - 1;
    if (port < 0 || port > 1 || io->pad_type[port] == MD_PAD_NONE)
        return INT64_MAX;
    int level = io->control[port] & TH ? (io->data[port] & TH) != 0 : 1;
    if (io->pad_type[port] >= MD_PAD_MENACER || io->th_level[port] != level)
        return 0;
    int64_t end = io->th_clock[port] + TH_TIMEOUT;
    return io->pad_type[port] == MD_PAD_6BUTTON && clock <= end ? end + 1 : INT64_MAX;
}

void io_write(io_ports *io, int64_t clock, unsigned index, uint8_t value)
{
    index &= 15;
    if (index == 0)
        return;
    if (index <= 6) {
        int port = (int)(index <= 3 ? index - 1 : index - 4);
        if (port < 2)
            th_update(io, port, clock);
        if (index <= 3)
            io->data[port] = value;
        else
            io->control[port] = value;
        if (port < 2) {
            th_update(io, port, clock);
            gun_update(io, port);
        }
        return;
    }
    switch ((index - 7) % 3) {
    case 0: io->tx_data[(index - 7) / 3] = value; break;
    case 2: io->serial_control[(index - 7) / 3] = value & 0xF8; break;
    default: break;                     /* RxData is read only */
    }
}
