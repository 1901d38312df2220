/* picture.c - pictures of the VDP to observations: centred on a field of given size, cut, in grey, made smaller. */
#include "group/group.h"

#define BLACK 0

/* Where the wanted part of the field lies in the chip's picture. */
typedef struct picture_place {
    int first_row, first_column;        /* of the picture; in the field's first row and column; may be negative */
    int height, width;                  /* of the picture, in rows of one field */
    int step, offset;                   /* buffer row = row * step + offset */
} picture_place;

static int channels(const md_picture *format) { return format->grey ? 1 : 3; }

/* Pixels from one that is looked at to the next. */
static int sampling(const md_picture *format) { return format->nearest ? format->scale : 1; }

int64_t picture_raw_size(const md_picture *format)
{
    int64_t each = sampling(format);
    return format->part_height / each * (format->part_width / each) * channels(format);
}

int64_t picture_size(const md_picture *format)
{
    return (int64_t)(format->part_height / format->scale) * (format->part_width / format->scale) * channels(format);
}

/* Of what does not divide by two, the smaller half is above and to the left. */
static int centre(int picture, int field)
{
    return picture >= field ? (picture - field) / 2 : -((field - picture) / 2);
}

static picture_place place_of(const vdp_chip *chip, const md_picture *format)
{
    picture_place place = { .height = chip->height, .width = chip->width, .step = 1 };
    if (place.height > 240) {           /* interlace 2: the field shown last */
        place.height /= 2;
        place.step = 2;
        place.offset = chip->drawing.field;
    }
    place.first_row = centre(place.height, format->height) + format->top;
    place.first_column = centre(place.width, format->width) + format->left;
    return place;
}

/* ------------------------------------------------------------------------------------------- rows of pixels */

/* Luma of ITU-R BT.601 in 15 bits, as OpenCV's RGB2GRAY rounds it. */
static inline uint8_t luma(uint32_t red, uint32_t green, uint32_t blue)
{
    return (uint8_t)((9798 * red + 19235 * green + 3735 * blue + 16384) >> 15);
}

static void grey_of_indices(const uint8_t *from, uint8_t *to, int count, int step, const uint8_t *grey)
{
    for (int i = 0; i < count; i++)
        to[i] = grey[from[i * step]];
}

static void grey_of_rgb(const uint8_t *from, uint8_t *to, int count, int step)
{
    for (int i = 0; i < count; i++, from += 3 * step)
        to[i] = luma(from[0], from[1], from[2]);
}

/* Eight indices are looked at together: flat areas and stripes have the same ones again. */
static void rgb_of_indices(const uint8_t *from, uint8_t *to, int count, int step, const uint64_t *colours)
{
#if defined(__BYTE_ORDER__) && defined(__ORDER_LITTLE_ENDIAN__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t before = 0, rgb[3] = { 0, 0, 0 };
    if (step == 1 && count >= 8)
        before = (uint64_t)~from[0] & 255;  /* not what stands there first */
    for (; step == 1 && count >= 8; count -= 8, from += 8, to += 24) {
        uint64_t eight;
        memcpy(&eight, from, 8);
        if (eight != before) {
            uint64_t third = colours[from[2]], sixth = colours[from[5]];
            rgb[0] = colours[from[0]] | colours[from[1]] << 24 | third << 48;
            rgb[1] = third >> 16 | colours[from[3]] << 8 | colours[from[4]] << 32 | sixth << 56;
            rgb[2] = sixth >> 8 | colours[from[6]] << 16 | colours[from[7]] << 40;
            before = eight;
        }
        memcpy(to, rgb, 24);
    }
#endif
    for (; count > 0; count--, from += step, to += 3) {
        uint64_t colour = colours[*from];
        to[0] = (uint8_t)colour;
        to[1] = (uint8_t)(colour >> 8);
        to[2] = (uint8_t)(colour >> 16);
    }
}

static void rgb_of_rgb(const uint8_t *from, uint8_t *to, int count, int step)
{
    if (step == 1)
        memcpy(to, from, (size_t)count * 3);
    else
        for (int i = 0; i < count; i++, from += 3 * step, to += 3)
            memcpy(to, from, 3);
}

/* The last picture in colour or grey; every pixel, or those that nearest sampling looks at. */
void picture_take(vdp_chip *chip, const md_picture *format, uint8_t *raw)
{
    uint8_t grey[256];
    const uint64_t *colours = vdp_single_palette(chip);
    if (!colours) {
        uint8_t wanted = chip->want_rgb;
        vdp_fill_rgb(chip);
        chip->want_rgb = wanted;
    } else if (format->grey) {
        for (unsigned i = 0; i < 256; i++)
            grey[i] = luma(colours[i] & 255, colours[i] >> 8 & 255, colours[i] >> 16 & 255);
    }
    picture_place place = place_of(chip, format);
    int step = sampling(format), first = step / 2, bytes = channels(format);
    int rows = format->part_height / step, columns = format->part_width / step;
    int begin = 0, end = columns;       /* the columns that the picture has */
    while (begin < end && place.first_column + first + begin * step < 0)
        begin++;
    while (end > begin && place.first_column + first + (end - 1) * step >= place.width)
        end--;
    for (int y = 0; y < rows; y++, raw += columns * bytes) {
        int row = place.first_row + first + y * step;
        if (row < 0 || row >= place.height) {
            memset(raw, BLACK, (size_t)(columns * bytes));
            continue;
        }
        size_t at = (size_t)(VDP_MAX_WIDTH * (row * place.step + place.offset) + place.first_column + first + begin * step);
        uint8_t *to = raw + begin * bytes;
        if (begin == end)
            ;
        else if (colours && format->grey)
            grey_of_indices(chip->indexed + at, to, end - begin, step, grey);
        else if (colours)
            rgb_of_indices(chip->indexed + at, to, end - begin, step, colours);
        else if (format->grey)
            grey_of_rgb(chip->rgb + 3 * at, to, end - begin, step);
        else
            rgb_of_rgb(chip->rgb + 3 * at, to, end - begin, step);
        if (begin > 0)
            memset(raw, BLACK, (size_t)(begin * bytes));
        if (end < columns)
            memset(raw + end * bytes, BLACK, (size_t)((columns - end) * bytes));
    }
}

void picture_pool(uint8_t *raw, const uint8_t *other, int64_t size)
{
    for (int64_t i = 0; i < size; i++)
        raw[i] = raw[i] > other[i] ? raw[i] : other[i];
}

/* -------------------------------------------------------------------------------------------------- smaller */

/* Means of `scale` columns of sums, rounded to the nearest, halves upward. */
static inline void shrink_row(const uint16_t *restrict sums, uint8_t *restrict out, int width, int bytes, int scale)
{
    uint32_t area = (uint32_t)(scale * scale), half = area / 2;
    uint64_t reciprocal = ((uint64_t)1 << 32) / area + 1;       /* exact for dividends below 2**24 */
    for (int x = 0; x < width; x++)
        for (int k = 0; k < bytes; k++) {
            uint32_t sum = half;
            for (int i = 0; i < scale; i++)
                sum += sums[(x * scale + i) * bytes + k];
            out[x * bytes + k] = (uint8_t)(sum * reciprocal >> 32);
        }
}

#if defined(__BYTE_ORDER__) && defined(__ORDER_LITTLE_ENDIAN__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* Means of 2 x 2 bytes of two rows, four at a time in lanes of 16 bits.  Returns how many it has made. */
static int halve_rows(const uint8_t *upper, const uint8_t *lower, uint8_t *out, int width)
{
    const uint64_t low = 0x00FF00FF00FF00FF, half = 0x0002000200020002;
    int x = 0;
    for (; x + 4 <= width; x += 4) {
        uint64_t a, b;
        memcpy(&a, upper + 2 * x, 8);
        memcpy(&b, lower + 2 * x, 8);
        uint64_t mean = ((a & low) + (a >> 8 & low) + (b & low) + (b >> 8 & low) + half) >> 2 & low;
        for (int k = 0; k < 4; k++)
            out[x + k] = (uint8_t)(mean >> 16 * k);
    }
    return x;
}
#else
static int halve_rows(const uint8_t *upper, const uint8_t *lower, uint8_t *out, int width)
{
    (void)upper, (void)lower, (void)out, (void)width;
    return 0;
}
#endif

static void halve_grey(const md_picture *format, const uint8_t *raw, uint8_t *out)
{
    int row = format->part_width, width = row / 2;
    for (int y = 0; y < format->part_height / 2; y++, raw += 2 * row, out += width)
        for (int x = halve_rows(raw, raw + row, out, width); x < width; x++) {
            const uint8_t *at = raw + 2 * x;
            out[x] = (uint8_t)((at[0] + at[1] + at[row] + at[row + 1] + 2) >> 2);
        }
}

void picture_finish(const md_picture *format, const uint8_t *raw, uint8_t *out)
{
    uint16_t sums[VDP_MAX_WIDTH * 3];
    int scale = format->scale, bytes = channels(format), row = format->part_width * bytes;
    int height = format->part_height / scale, width = format->part_width / scale;
    if (scale == 2 && bytes == 1) {
        halve_grey(format, raw, out);
        return;
    }
    for (int y = 0; y < height; y++, out += width * bytes) {
        memset(sums, 0, sizeof sums);
        for (int i = 0; i < scale; i++, raw += row)
            for (int x = 0; x < row; x++)
                sums[x] = (uint16_t)(sums[x] + raw[x]);
        if (scale == 2)                 /* constants, for the compiler */
            shrink_row(sums, out, width, 3, 2);
        else
            shrink_row(sums, out, width, bytes, scale);
    }
}
