/* group.h - what the files of the group share. */
#ifndef MEGADRIVE_GROUP_H
#define MEGADRIVE_GROUP_H

#include "core.h"

/* pool.c: work(job, item, scratch) for each item from 0 to count - 1, in any order and by several threads; `scratch` belongs
 * to the thread. */
#define PICTURE_MOST (VDP_MAX_WIDTH * 240 * 3)  /* bytes of an observation of the whole field in colour */
#define POOL_SCRATCH (3 * PICTURE_MOST)
typedef void pool_work(void *job, int32_t item, uint8_t *scratch);
void pool_run(md_pool *pool, pool_work *work, void *job, int32_t count);

/* picture.c: bytes of an observation; the chip's last picture as one, before pictures are pooled; greatest of two such; and
 * from there to an observation */
int64_t picture_size(const md_picture *format);
int64_t picture_raw_size(const md_picture *format);
void picture_take(vdp_chip *chip, const md_picture *format, uint8_t *raw);
void picture_pool(uint8_t *raw, const uint8_t *other, int64_t size);
void picture_finish(const md_picture *format, const uint8_t *raw, uint8_t *out);

/* Whether picture_finish would only copy. */
static inline int picture_is_finished(const md_picture *format)
{
    return format->scale == 1 || format->nearest;
}

#endif
