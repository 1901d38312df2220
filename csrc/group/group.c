/* group.c - many machines, stepped together. */
#include "group/group.h"
#include "machine/machine.h"

_Static_assert(offsetof(vdp_chip, drawing) - (offsetof(vdp_chip, rgb) + sizeof((vdp_chip *)0)->rgb) < 8
               && offsetof(vdp_chip, rgb) == offsetof(vdp_chip, indexed) + sizeof((vdp_chip *)0)->indexed,
               "md_group_place leaves out the pictures and nothing else");

static megadrive *machine(const md_group *group, int32_t i)
{
    return (megadrive *)(void *)(group->machines + group->stride * i);
}

/* What cannot run in another thread: Python objects in the places of chips, and a recording that is emptied every frame. */
static int is_free(const megadrive *md)
{
    return !md->vdp_other.chip && !md->ym2612_other.chip && !md->psg_other.chip && !md->sound_log;
}

void md_group_place(const md_group *group, int32_t i, const megadrive *from)
{
    megadrive *to = machine(group, i);
    memcpy(to, from, offsetof(megadrive, vdp.indexed));
    memcpy(&to->vdp.drawing, &from->vdp.drawing, sizeof *to - offsetof(megadrive, vdp.drawing));
    to->vdp_other.chip = to->ym2612_other.chip = to->psg_other.chip = NULL;
    to->sound_log = NULL;
    to->vdp.border = NULL;
    md_connect(to);
}

/* ------------------------------------------------------------------------------------------------- stepping */

typedef struct step_job {
    const md_group *group;
    const md_group_step *step;
} step_job;

/* One machine's part of a step. */
typedef struct machine_step {
    megadrive *md;
    const uint16_t *buttons;
    uint8_t *values;
    int16_t *audio;
    int64_t pairs;              /* of samples made so far */
    int running;                /* whether a frame of the step has been run */
} machine_step;

static void look_at(const md_group *group, const megadrive *md, uint8_t *values)
{
    for (int32_t k = 0; k < group->address_count; k++)
        values[k] = md->state.ram[group->addresses[k]];
}

/* Frames first..end-1 of the step; 0, or MD_RUN_. */
static int64_t run(const md_group *group, const md_group_step *step, machine_step *own, int32_t first, int32_t end, int render)
{
    int single = step->changing || (step->watched && own->values);
    int32_t each = single ? 1 : end - first;
    for (int32_t frame = first; frame < end; frame += each) {
        const uint16_t *held = own->buttons + (step->changing ? (int64_t)frame * step->players : 0);
        for (int32_t player = 0; player < step->players; player++)
            own->md->state.io.buttons[player] = held[player];
        int how = frame + each == end ? render : MD_RENDER_NONE;
        int64_t room = own->audio ? step->audio_room - own->pairs : 0;
        int16_t *audio = own->audio ? own->audio + 2 * own->pairs : NULL;
        int64_t count = (own->running ? md_run_on : md_run_frames)(own->md, each, how, audio, room);
        own->running = 1;
        if (count < 0)
            return count;
        own->pairs += count;
        if (step->watched && own->values)
            look_at(group, own->md, own->values + (int64_t)frame * group->address_count);
    }
    return 0;
}

/* A picture into the ring of the last ones, and those in the order of time into `out`. */
static void stack_picture(const md_group *group, int32_t i, int64_t size, const uint8_t *picture, uint8_t *out)
{
    int32_t count = group->picture.stack;
    uint8_t *ring = group->history + size * count * i;
    int32_t at = group->history_next[i];
    if (group->history_empty[i]) {
        for (int32_t k = 0; k < count; k++)
            memcpy(ring + size * k, picture, (size_t)size);
        group->history_empty[i] = 0;
    } else {
        memcpy(ring + size * at, picture, (size_t)size);
    }
    at = at + 1 == count ? 0 : at + 1;
    group->history_next[i] = (uint16_t)at;
    memcpy(out, ring + size * at, (size_t)(size * (count - at)));
    memcpy(out + size * (count - at), ring, (size_t)(size * at));
}

static void make_picture(const md_group *group, megadrive *md, int32_t i, const uint8_t *before, uint8_t *scratch, uint8_t *out)
{
    const md_picture *format = &group->picture;
    int64_t size = picture_size(format), raw_size = picture_raw_size(format);
    uint8_t *picture = format->stack > 1 ? scratch + raw_size : out + size * i;
    uint8_t *raw = picture_is_finished(format) ? picture : scratch;
    picture_take(&md->vdp, format, raw);
    if (before)
        picture_pool(raw, before, raw_size);
    if (raw != picture)
        picture_finish(format, raw, picture);
    if (format->stack > 1)
        stack_picture(group, i, size, picture, out + size * format->stack * i);
}

static int64_t step_machine(const md_group *group, const md_group_step *step, int32_t i, uint8_t *scratch)
{
    int64_t held = (int64_t)(step->changing ? step->frames : 1) * step->players;
    int64_t seen = (int64_t)(step->watched ? step->frames : 1) * group->address_count;
    machine_step own = {
        .md = machine(group, i),
        .buttons = step->buttons + held * i,
        .values = step->values ? step->values + seen * i : NULL,
        .audio = step->audio ? step->audio + 2 * step->audio_room * i : NULL,
    };
    int32_t first = 0, end = step->lengths ? step->lengths[i] : step->frames;
    uint8_t *before = NULL;
    int64_t result;
    own.md->vdp.want_rgb = 0;
    if (step->pictures && group->picture.pool && end > 1) {
        first = end - 1;
        if ((result = run(group, step, &own, 0, first, MD_RENDER_LAST)) < 0)
            return result;
        before = scratch + 2 * PICTURE_MOST;
        picture_take(&own.md->vdp, &group->picture, before);
    }
    if ((result = run(group, step, &own, first, end, step->pictures ? MD_RENDER_LAST : MD_RENDER_NONE)) < 0)
        return result;
    if (step->pictures)
        make_picture(group, own.md, i, before, scratch, step->pictures);
    if (step->ram)
        memcpy(step->ram + (int64_t)sizeof own.md->state.ram * i, own.md->state.ram, sizeof own.md->state.ram);
    for (int32_t frame = end; step->watched && own.values && frame < step->frames; frame++)
        look_at(group, own.md, own.values + (int64_t)frame * group->address_count);
    if (!step->watched && own.values)
        look_at(group, own.md, own.values);
    return own.pairs;
}

static void step_item(void *job, int32_t i, uint8_t *scratch)
{
    const step_job *all = job;
    int is_meant = !all->step->chosen || all->step->chosen[i];
    all->step->result[i] = is_meant ? step_machine(all->group, all->step, i, scratch) : 0;
}

int32_t md_group_run(md_pool *pool, const md_group *group, const md_group_step *step)
{
    for (int32_t i = 0; i < group->count; i++)
        if ((!step->chosen || step->chosen[i]) && !is_free(machine(group, i)))
            return i;
    step_job job = { group, step };
    pool_run(pool, step_item, &job, group->count);
    for (int32_t i = 0; i < group->count; i++)
        if (step->result[i] < 0)
            return -2;
    return -1;
}

/* -------------------------------------------------------------------------------------------------- loading */

typedef struct load_job {
    const md_group *group;
    const uint8_t *chosen, *state;
    int64_t size;
    int64_t *result;
} load_job;

static void load_item(void *job, int32_t i, uint8_t *scratch)
{
    const load_job *load = job;
    (void)scratch;
    if (!load->chosen[i])
        return;
    load->result[i] = md_load(machine(load->group, i), load->state, load->size);
    if (load->result[i] == MD_LOAD_DONE)
        load->group->history_empty[i] = 1;
}

void md_group_load(md_pool *pool, const md_group *group, const uint8_t *chosen, const uint8_t *state, int64_t size,
                   int64_t *result)
{
    load_job job = { group, chosen, state, size, result };
    pool_run(pool, load_item, &job, group->count);
}
