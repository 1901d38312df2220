/* Save states: a header, the state, and the little of the sound output that the next samples depend on. */
#include "machine.h"

#include "cartridge/cartridge.h"

/* Counts up whenever the meaning of md_state changes. */
#define SNAPSHOT_VERSION 3

typedef struct snapshot_header {
    char magic[8];
    uint32_t version;
    uint32_t state_size;        /* bytes of md_state up to `sram` */
    uint32_t sram_size;         /* bytes of `sram` that the cartridge has */
    uint32_t output_size;
    uint32_t rom_crc;
    uint32_t pal;
    uint64_t checksum;          /* of all that follows the header */
} snapshot_header;

typedef struct snapshot_output {
    audio_out audio;
    int32_t fm_count, psg_count;
    int16_t fm[2 * MD_FM_AHEAD];
    int16_t psg[MD_PSG_AHEAD];
} snapshot_output;

static const char MAGIC[8] = {'M', 'D', 'S', 'T', 'A', 'T', 'E', '\n'};

uint32_t md_sram_size(const megadrive *md)
{
    if (md->sram_kind == MD_SRAM_NONE)
        return 0;
    uint32_t size = (md->sram_end | 1u) - (md->sram_start & ~1u) + 1;
    return size < MD_SRAM_MAX ? size : MD_SRAM_MAX;
}

/* In each of eight lanes of 8-byte words their sum, and the sum of the sums (Fletcher), which depends on their order; then
 * all of it folded with FNV's prime.  Fast, and no state damaged by a flipped bit or a lost block passes. */
#define LANES 8
uint64_t md_checksum(const uint8_t *data, int64_t length)
{
    size_t size = (size_t)length, i = 0;
    uint64_t sum[LANES] = {0}, sums[LANES] = {0}, word[LANES], hash = 0xCBF29CE484222325ULL;
    for (; i + sizeof word <= size; i += sizeof word) {
        memcpy(word, data + i, sizeof word);
        for (unsigned k = 0; k < LANES; k++) {
            sum[k] += word[k];
            sums[k] += sum[k];
        }
    }
    for (; i < size; i++)
        hash = (hash ^ data[i]) * 0x100000001B3ULL;
    for (unsigned k = 0; k < LANES; k++) {
        hash = (hash ^ sum[k]) * 0x100000001B3ULL;
        hash = (hash ^ hash >> 29 ^ sums[k]) * 0x100000001B3ULL;
        hash ^= hash >> 29;
    }
    return hash;
}

int64_t md_save_size(const megadrive *md)
{
    return (int64_t)(sizeof(snapshot_header) + offsetof(md_state, sram) + md_sram_size(md) + sizeof(snapshot_output));
}

void md_save(megadrive *md, uint8_t *out)
{
    md_catch_up(md);
    snapshot_header header = {.version = SNAPSHOT_VERSION, .state_size = offsetof(md_state, sram),
                              .sram_size = md_sram_size(md), .output_size = sizeof(snapshot_output),
                              .rom_crc = md->rom_crc, .pal = md->pal};
    snapshot_output output = {.audio = md->audio, .fm_count = md->fm_count, .psg_count = md->psg_count};
    memcpy(header.magic, MAGIC, sizeof MAGIC);
    memcpy(output.fm, md->fm, 4 * (size_t)md->fm_count);
    memcpy(output.psg, md->psg, 2 * (size_t)md->psg_count);
    uint8_t *body = out + sizeof header;
    memcpy(body, &md->state, header.state_size + header.sram_size);
    memcpy(body + header.state_size + header.sram_size, &output, sizeof output);
    header.checksum = md_checksum(body, (int64_t)(header.state_size + header.sram_size + sizeof output));
    memcpy(out, &header, sizeof header);
}

static int near_clock(int64_t clock, int64_t unit, int64_t now)
{
    const int64_t slack = (int64_t)1 << 33;         /* mclk: the longest DMA, a chip that lags, and then some */
    return clock >= 0 && clock <= INT64_MAX / 4096 && clock * unit >= now - slack && clock * unit <= now + slack;
}

static int64_t clock_at(const uint8_t *state, size_t offset)
{
    int64_t clock;
    memcpy(&clock, state + offset, sizeof clock);
    return clock;
}

/* Whether the clocks of a state are such that the run loop ends; the chips look after their own fields. */
static int times_agree(const uint8_t *state)
{
    static const struct { size_t offset; int64_t unit; } clocks[] = {
        {offsetof(md_state, cpu.clock), MD_MCLK_PER_68K}, {offsetof(md_state, refresh_clock), MD_MCLK_PER_68K},
        {offsetof(md_state, z80.clock), MD_MCLK_PER_Z80}, {offsetof(md_state, fm_clock), MD_MCLK_PER_YM},
        {offsetof(md_state, psg_clock), MD_MCLK_PER_PSG}, {offsetof(md_state, vdp.clock), 1},
    };
    int64_t now = clock_at(state, offsetof(md_state, clock)), hold = clock_at(state, offsetof(md_state, hold_clock));
    int good = now >= 0 && now < INT64_MAX / 4096 && (hold == -1 || near_clock(hold, 1, now));
    for (size_t i = 0; good && i < sizeof clocks / sizeof *clocks; i++)
        good = near_clock(clock_at(state, clocks[i].offset), clocks[i].unit, now);
    return good;
}

int md_load(megadrive *md, const uint8_t *data, int64_t size)
{
    snapshot_header header;
    snapshot_output output;
    if (size < (int64_t)sizeof header)
        return MD_LOAD_TRUNCATED;
    memcpy(&header, data, sizeof header);
    if (memcmp(header.magic, MAGIC, sizeof MAGIC) != 0)
        return MD_LOAD_NOT_A_STATE;
    if (header.version != SNAPSHOT_VERSION || header.state_size != offsetof(md_state, sram)
        || header.output_size != sizeof output)
        return MD_LOAD_OTHER_VERSION;
    if (header.rom_crc != md->rom_crc || header.pal != md->pal || header.sram_size != md_sram_size(md))
        return MD_LOAD_OTHER_MACHINE;
    if (size != md_save_size(md))
        return MD_LOAD_TRUNCATED;
    const uint8_t *body = data + sizeof header;
    size_t body_size = (size_t)size - sizeof header;
    if (header.checksum != md_checksum(body, (int64_t)body_size))
        return MD_LOAD_DAMAGED;
    memcpy(&output, body + header.state_size + header.sram_size, sizeof output);
    ym2612 fm;
    memcpy(&fm, body + offsetof(md_state, ym2612), sizeof fm);
    if (!times_agree(body) || !ym2612_valid(&fm) || output.fm_count < 0 || output.fm_count > MD_FM_AHEAD || output.psg_count < 0
        || output.psg_count > MD_PSG_AHEAD || !audio_valid(&output.audio)
        || output.audio.clock != clock_at(body, offsetof(md_state, clock)))
        return MD_LOAD_DAMAGED;
    memcpy(&md->state, body, header.state_size + header.sram_size);
    if (md->vdp.border)
        md->vdp.border->frame_clock = -1;
    md_forget_fm_writes(md);
    md->audio = output.audio;
    md->fm_count = output.fm_count;
    md->psg_count = output.psg_count;
    memcpy(md->fm, output.fm, 4 * (size_t)output.fm_count);
    memcpy(md->psg, output.psg, 2 * (size_t)output.psg_count);
    md_state_changed(md);
    return MD_LOAD_DONE;
}
