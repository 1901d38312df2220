/* steps_template.h - the inner part of steps.c, for one kind of eight.h. */

/* The levels of samples -PSG_STEP to count - 1.  The 32 from `base` on, counted from the first of these, are kept in registers. */
EIGHT_TARGET static void EIGHT_NAME(add_steps)(const audio_table *table, const int16_t *ticks, const uint16_t *at, int steps,
                                               int64_t first, int count, float *levels)
{
    /* A step at tick c is felt first by the sample whose middle is the first at most half a kernel before it: the least k with
     * 21 k + 8 >= 5 (c - PSG_TAPS / 2).  In fifths of ticks, counted from sample -PSG_STEP: */
    uint32_t fifths = (uint32_t)(5 * (first_tick_felt(first) - PSG_TAPS / 2) + 12 - 21 * (first - PSG_STEP));
    uint32_t base = 0, end = (uint32_t)count + PSG_STEP;
    float level = ticks[0];     /* with all steps so far, which is what the samples from base + 32 on start from */
    eight a, b, c, d, step, weight;

    EIGHT_ALL(a, level);
    b = c = d = a;
    for (int i = 0; i < steps; i++) {
        uint32_t place = fifths + 5u * at[i], sample = place / 21;
        float height = (float)(ticks[at[i]] - ticks[at[i] - 1]);
        const float *weights;
        if (sample >= end)
            break;
        for (; base + 8 <= sample; base += 8) {
            EIGHT_STORE(levels + base, a);
            a = b;
            b = c;
            c = d;
            EIGHT_ALL(d, level);
        }
        weights = table->psg_steps + (20 - place % 21) * PSG_ROW + 8 - (sample - base);
        EIGHT_ALL(step, height);
        EIGHT_LOAD(weight, weights);
        EIGHT_ADD_PRODUCT(a, step, weight);
        EIGHT_LOAD(weight, weights + 8);
        EIGHT_ADD_PRODUCT(b, step, weight);
        EIGHT_LOAD(weight, weights + 16);
        EIGHT_ADD_PRODUCT(c, step, weight);
        EIGHT_LOAD(weight, weights + 24);
        EIGHT_ADD_PRODUCT(d, step, weight);
        level += height;
    }
    for (; base < end; base += 8) {
        EIGHT_STORE(levels + base, a);
        a = b;
        b = c;
        c = d;
        EIGHT_ALL(d, level);
    }
}
