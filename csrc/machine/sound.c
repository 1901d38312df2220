/* Sound between the chips and the output: the log of writes, the YM2612's reset line, the samples of a frame. */
#include "machine.h"

#define FM_CYCLES 24
#define FM_MCLK (FM_CYCLES * MD_MCLK_PER_YM)

void md_log_sound(megadrive *md, int64_t clock, uint32_t port, uint8_t value)
{
    md_sound_log *log = md->sound_log;
    int64_t *last = port == MD_LOG_PSG ? &log->psg_clock : &log->fm_clock;
    /* a chip that is ahead takes an earlier write as one of now */
    int64_t now = port == MD_LOG_PSG ? md->state.psg_clock * MD_MCLK_PER_PSG : (md->state.fm_clock + md->fm_reach) * MD_MCLK_PER_YM;
    if (clock < now)
        clock = now;
    if (clock < *last)
        clock = *last;
    *last = clock;
    if (log->count < MD_LOG_CAPACITY)
        log->entry[log->count++] = (uint64_t)(clock - log->start) << 16 | port << 8 | value;
    else
        log->lost++;
}

/* ------------------------------------------------------------------------------------- FM samples
 *
 * The output takes FM sample k at (k + 1) * 1008 mclk.  The chip's samples end at any of 24 cycles, which of them a reset
 * decides: each is the first to end at or after its place.  So md->fm always has what the output asks for, wherever a frame
 * ends, and a reset leaves a gap of at most one sample, over which the last one is held.
 */

int64_t md_fm_samples(const megadrive *md)
{
    return (md->state.fm_clock - md->state.ym2612.cycle + FM_CYCLES - 1) / FM_CYCLES + md->fm_held_samples;
}

int64_t md_fm_gap(const megadrive *md)
{
    int64_t gap = md_fm_samples(md) - md->audio.clock / FM_MCLK - md->fm_count;
    return gap > 0 ? gap : 0;
}

int64_t md_psg_gap(const megadrive *md)
{
    int64_t gap = md->state.psg_clock - md->audio.clock / MD_MCLK_PER_PSG - md->psg_count;
    return gap > 0 ? gap : 0;
}

void md_fm_reset(megadrive *md, int64_t clock)
{
    md_sync_fm(md, clock);
    if (md->sound_log)
        md_log_sound(md, clock, MD_LOG_FM_RESET, 0);
    int64_t before = md_fm_samples(md);
    if (md->ym2612_other.chip)
        md->ym2612_other.reset(md->ym2612_other.chip);
    else
        ym2612_reset(&md->state.ym2612, md->state.ym2612.integrated);
    if (md_fm_samples(md) > before && md->fm_count < MD_FM_CAPACITY && (md->fm_count || md->audio.fm_started)) {
        const int16_t *last = md->fm_count ? md->fm + 2 * (md->fm_count - 1) : md->audio.fm + 22;
        int16_t *held = md->fm + 2 * md->fm_count++;
        held[0] = last[0];
        held[1] = last[1];
    }
}

/* Put `gap` copies of the first of `count` items before them. */
static int32_t fill_gap(int16_t *items, int32_t width, int32_t count, int64_t gap, int32_t capacity)
{
    if (gap > capacity - count)
        gap = capacity - count;
    if (gap <= 0 || count == 0)
        return count;
    memmove(items + gap * width, items, 2 * (size_t)(count * width));
    for (int64_t i = gap * width - 1; i >= 0; i--)
        items[i] = items[i + width];
    return count + (int32_t)gap;
}

static int32_t least(int32_t count, int32_t most)
{
    return count < most ? count : most;
}

/* Sound of the frame that has just ended.  The chips may have been brought a little past its end; the samples that
 * this gave stay at the head of the buffers.  Of a chip that is far ahead, because an access has waited for a long DMA, the rest
 * is lost. */
int64_t md_render_audio(megadrive *md, int16_t *audio, int64_t capacity)
{
    int64_t end = md->state.clock;
    /* after time that nobody heard: the first sample has been there for ever */
    md->fm_count = fill_gap(md->fm, 2, md->fm_count, md_fm_gap(md), MD_FM_CAPACITY);
    md->psg_count = fill_gap(md->psg, 1, md->psg_count, md_psg_gap(md), MD_PSG_CAPACITY);
    int32_t fm = (int32_t)(end / FM_MCLK - md->audio.clock / FM_MCLK);
    int32_t psg = (int32_t)(end / MD_MCLK_PER_PSG - md->audio.clock / MD_MCLK_PER_PSG);
    fm = least(fm, md->fm_count);
    psg = least(psg, md->psg_count);
    int32_t room = capacity > INT32_MAX ? INT32_MAX : (int32_t)capacity;
    int64_t count = audio_render(&md->audio, md->audio_table, end, md->fm, fm, md->psg, psg, audio, room);
    md->fm_count = least(md->fm_count - fm, MD_FM_AHEAD);
    md->psg_count = least(md->psg_count - psg, MD_PSG_AHEAD);
    memmove(md->fm, md->fm + 2 * fm, 4 * (size_t)md->fm_count);
    memmove(md->psg, md->psg + psg, 2 * (size_t)md->psg_count);
    return count;
}
