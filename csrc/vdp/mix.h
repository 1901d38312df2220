/* mix.h - 16 or 32 pixels of the layers at once; compose.c says what the names stand for. */

/* $FF where pixels cover those under them: they are opaque, and have priority if the others do. */
static MIX_INLINE MIX_PIXELS MIX(covering)(MIX_PIXELS over, MIX_PIXELS under)
{
    return MIX_GREATER(MIX_AND(over, MIX_ALL(15)), MIX_AND(MIX_ANDNOT(over, under), MIX_ALL(0x40)));
}

/* The planes over the backdrop. */
static MIX_INLINE MIX_PIXELS MIX(planes)(MIX_PIXELS b, MIX_PIXELS a, MIX_PIXELS backdrop)
{
    MIX_PIXELS p = MIX_CHOOSE(MIX_TRANSPARENT(b), backdrop, b);
    return MIX_CHOOSE(MIX(covering)(a, p), a, p);
}

/* SHADOW where neither cell has priority. */
static MIX_INLINE MIX_PIXELS MIX(shadow)(MIX_PIXELS b, MIX_PIXELS a)
{
    return MIX_ANDNOT(MIX_OR(a, b), MIX_ALL(0x40));
}

/* The same under sprites that are operators or lit in some places. */
static MIX_INLINE MIX_PIXELS MIX(shaded)(MIX_PIXELS p, MIX_PIXELS s, MIX_PIXELS shadow)
{
    const MIX_PIXELS colour = MIX_ALL(0x3F), priority = MIX_ALL(0x40);
    MIX_PIXELS visible = MIX(covering)(s, p), index = MIX_AND(s, colour);
    MIX_PIXELS brighten = MIX_AND(visible, MIX_EQUAL(index, MIX_ALL(0x3E)));
    MIX_PIXELS darken = MIX_AND(visible, MIX_EQUAL(index, colour));
    MIX_PIXELS drawn = MIX_ANDNOT(MIX_OR(brighten, darken), visible);
    p = MIX_AND(MIX_CHOOSE(drawn, s, p), colour);
    /* a sprite with priority, or of colour 14, is never in shadow */
    MIX_PIXELS never = MIX_OR(MIX_EQUAL(MIX_AND(s, MIX_ALL(15)), MIX_ALL(14)), MIX_EQUAL(MIX_AND(s, priority), priority));
    MIX_PIXELS lit = MIX_OR(MIX_AND(never, drawn), brighten);
    MIX_PIXELS bright = MIX_AND(brighten, MIX_ALL((char)HIGHLIGHT));
    MIX_PIXELS highlight = MIX_ANDNOT(MIX_ADD(shadow, shadow), bright); /* not where it only undoes a shadow */
    shadow = MIX_OR(MIX_ANDNOT(lit, shadow), MIX_AND(darken, priority));
    return MIX_OR(p, MIX_OR(shadow, highlight));
}

/* One vector of pixels. */
static MIX_INLINE void MIX(some)(const uint8_t *b, const uint8_t *a, const uint8_t *s, uint8_t *to, MIX_PIXELS backdrop, int shadows)
{
    MIX_PIXELS pb = MIX_LOAD(b), pa = MIX_LOAD(a), p = MIX(planes)(pb, pa, backdrop);
    if (s && shadows) {
        MIX_PIXELS sprite = MIX_LOAD(s), shadow = MIX(shadow)(pb, pa);
        p = MIX_ANY(sprite) ? MIX(shaded)(p, sprite, shadow) : MIX_OR(MIX_AND(p, MIX_ALL(0x3F)), shadow);
    } else if (s) {
        MIX_PIXELS sprite = MIX_LOAD(s);
        p = MIX_AND(MIX_CHOOSE(MIX(covering)(sprite, p), sprite, p), MIX_ALL(0x3F));
    } else {
        p = MIX_AND(p, MIX_ALL(0x3F));
        p = shadows ? MIX_OR(p, MIX(shadow)(pb, pa)) : p;
    }
    MIX_STORE(to, p);
}

/* Pixels from..end, both multiples of a vector's length, of `rows` rows of layers that begin at screen x = 0; s is NULL without
 * sprites. */
#define MIX_LOOP(sprites, shadows) \
    for (int row = 0; row < rows; row++) { \
        const uint8_t *row_b = b + DRAW_ROW * row, *row_a = a + DRAW_ROW * row, *row_s = sprites ? s + DRAW_ROW * row : NULL; \
        uint8_t *row_to = to + DRAW_STRIDE * row; \
        int x = from; \
        for (; x + 2 * step <= end; x += 2 * step) { \
            MIX(some)(row_b + x, row_a + x, sprites ? row_s + x : NULL, row_to + x, behind, shadows); \
            MIX(some)(row_b + x + step, row_a + x + step, sprites ? row_s + x + step : NULL, row_to + x + step, behind, shadows); \
        } \
        if (x < end) \
            MIX(some)(row_b + x, row_a + x, sprites ? row_s + x : NULL, row_to + x, behind, shadows); \
    }
static MIX_TARGET void MIX(rows)(const uint8_t *b, const uint8_t *a, const uint8_t *s, uint8_t *to, int rows, int from, int end,
                                 uint8_t backdrop, int shadows)
{
    const MIX_PIXELS behind = MIX_ALL((char)backdrop);
    const int step = (int)sizeof(MIX_PIXELS);
    if (s && shadows)
        MIX_LOOP(1, 1)
    else if (s)
        MIX_LOOP(1, 0)
    else if (shadows)
        MIX_LOOP(0, 1)
    else
        MIX_LOOP(0, 0)
}
#undef MIX_LOOP
