/* board_template.h - the inner part of board.c, for one kind of eight.h. */

/* One channel of FM samples and the PSG. */
EIGHT_TARGET static void EIGHT_NAME(add_psg)(float *restrict samples, const float *restrict psg, float gain, int count)
{
    for (int i = 0; i < count; i++)
        samples[i] += psg[i] * gain;
}

/* Returns 1 if both channels are the same. */
EIGHT_TARGET static int EIGHT_NAME(part_channels)(const int16_t *restrict fm, float gain, int count, float *restrict left,
                                                  float *restrict right)
{
    int differ = 0;
    for (int i = 0; i < count; i++) {
        left[i] = (float)fm[2 * i] * gain;
        right[i] = (float)fm[2 * i + 1] * gain;
        differ |= fm[2 * i] ^ fm[2 * i + 1];
    }
    return !differ;
}

/* The output capacitors let changes through, which decay with the pole p: y[i] = p y[i - 1] + c[i].  Put into itself three times
 * that is y[i] = p^8 y[i - 8] + (c[i] + p c[i - 1] + ... + p^7 c[i - 7]), which goes eight samples at a time. */
EIGHT_TARGET static void EIGHT_NAME(high_pass)(float *restrict samples, float *restrict before, float *restrict after, float pole,
                                               int count)
{
    float x[8 + CHUNK], one[8 + CHUNK], two[8 + CHUNK], y[8 + CHUNK + 8];
    float gain = (1 + pole) / 2, square = pole * pole, fourth = square * square, eighth = fourth * fourth;
    memcpy(x, before, 8 * sizeof *x);
    memcpy(x + 8, samples, (size_t)count * sizeof *x);
    memcpy(before, x + count, 8 * sizeof *x);
    for (int i = 1; i < 8 + count; i++)
        one[i] = gain * (x[i] - x[i - 1]);
    for (int i = 2; i < 8 + count; i++)
        two[i] = one[i] + pole * one[i - 1];
    for (int i = 4; i < 8 + count; i++)
        one[i] = two[i] + square * two[i - 2];
    memcpy(y, after, 8 * sizeof *y);
    memset(y + 8 + count, 0, 8 * sizeof *y);
    for (int i = 8; i < 8 + count; i++)
        y[i] = one[i] + fourth * one[i - 4];
    eight last, now;
    EIGHT_LOAD(last, y);
    for (int i = 8; i < 8 + count; i += 8) {
        EIGHT_LOAD(now, y + i);
        EIGHT_ON_WAY(now, last, eighth);
        EIGHT_STORE(y + i, now);
        last = now;
    }
    memcpy(samples, y + 8, (size_t)count * sizeof *y);
    memcpy(after, y + count, 8 * sizeof *y);
}
