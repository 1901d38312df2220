/* mix.h - 16 or 32 pixels of the layers at once; compose.c says what the names stand for. */

/* $FF where a pixel of colour 0 is. */
static MIX_INLINE MIX_PIXELS MIX(transparent)(MIX_PIXELS pixels)
{
    return MIX_EQUAL(MIX_AND(pixels, MIX_ALL(15)), MIX_NONE);
}

/* $FF where pixels cover those under them: they are opaque, and have priority if the others do. */
static MIX_INLINE MIX_PIXELS MIX(covering)(MIX_PIXELS over, MIX_PIXELS under)
{
    return MIX_GREATER(MIX_ANDNOT(MIX(transparent)(over), over), MIX_AND(under, MIX_ALL(0x40)));
}

/* The planes, and where neither cell has priority: SHADOW. */
static MIX_INLINE MIX_PIXELS MIX(planes)(MIX_PIXELS b, MIX_PIXELS a, MIX_PIXELS backdrop, MIX_PIXELS *shadow)
{
    MIX_PIXELS p = MIX_CHOOSE(MIX(transparent)(b), backdrop, b);
    *shadow = MIX_ANDNOT(MIX_OR(a, b), MIX_ALL(0x40));
    return MIX_CHOOSE(MIX(covering)(a, p), a, p);
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

/* Pixels from..to, both multiples of a vector's length, of layers that begin at screen x = 0; s is NULL without sprites. */
static MIX_TARGET void MIX(row)(const uint8_t *b, const uint8_t *a, const uint8_t *s, uint8_t *to, int from, int end,
                                uint8_t backdrop, int shadows)
{
    const MIX_PIXELS behind = MIX_ALL((char)backdrop), colour = MIX_ALL(0x3F);
    const int step = (int)sizeof(MIX_PIXELS);
    MIX_PIXELS shadow;
    if (s && shadows) {
        for (int x = from; x < end; x += step) {
            MIX_PIXELS p = MIX(planes)(MIX_LOAD(b + x), MIX_LOAD(a + x), behind, &shadow), sprite = MIX_LOAD(s + x);
            if (MIX_ANY(sprite))
                p = MIX(shaded)(p, sprite, shadow);
            else
                p = MIX_OR(MIX_AND(p, colour), shadow);
            MIX_STORE(to + x, p);
        }
    } else if (s) {
        for (int x = from; x < end; x += step) {
            MIX_PIXELS p = MIX(planes)(MIX_LOAD(b + x), MIX_LOAD(a + x), behind, &shadow), sprite = MIX_LOAD(s + x);
            MIX_STORE(to + x, MIX_AND(MIX_CHOOSE(MIX(covering)(sprite, p), sprite, p), colour));
        }
    } else if (shadows) {
        for (int x = from; x < end; x += step) {
            MIX_PIXELS p = MIX(planes)(MIX_LOAD(b + x), MIX_LOAD(a + x), behind, &shadow);
            MIX_STORE(to + x, MIX_OR(MIX_AND(p, colour), shadow));
        }
    } else {
        for (int x = from; x < end; x += step) {
            MIX_PIXELS p = MIX(planes)(MIX_LOAD(b + x), MIX_LOAD(a + x), behind, &shadow);
            MIX_STORE(to + x, MIX_AND(p, colour));
        }
    }
}
