/* The I/O chip: version register, two pad ports, EXT port, serial registers (handbook 01 section 8). */
#include "io.h"

#define TH 0x40

/* A pad's TH counter falls back to 0 this long after the last edge: 12,150 68000 clocks = 1.58 ms
 * (measured by jgenesis against a 6-button test program; an RC timer, it varies from pad to pad). */
#define TH_TIMEOUT (12150 * MD_MCLK_PER_68K)

/* A TH pin that turns from output-low into an input is high for the pad only after the pull-up has
 * charged the line (MK-1650 pad; Decap Attack). */
#define TH_RISE 172

void io_reset(io_ports *io)
{
    uint16_t buttons[2] = {io->buttons[0], io->buttons[1]};
    uint8_t types[2] = {io->pad_type[0], io->pad_type[1]}, version = io->version;
    memset(io, 0, sizeof *io);
    for (int i = 0; i < 2; i++) {
        io->buttons[i] = buttons[i];
        io->pad_type[i] = types[i];
        io->th_level[i] = 1;
    }
    io->version = version;
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

/* Levels that the device drives on pins 6-0; what nobody drives is pulled up. */
static uint8_t device_pins(io_ports *io, int port, int64_t clock)
{
    if (port > 1 || io->pad_type[port] == MD_PAD_NONE)
        return 0x7F;
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
        if (port < 2)
            th_update(io, port, clock);
        return;
    }
    switch ((index - 7) % 3) {
    case 0: io->tx_data[(index - 7) / 3] = value; break;
    case 2: io->serial_control[(index - 7) / 3] = value & 0xF8; break;
    default: break;                     /* RxData is read only */
    }
}
