/* megadrive.h - the one public header of the C core.  cffi reads it verbatim as its cdef, so it holds
 * neither #include nor #ifdef, no inline code and no computed constants.  core.h includes it for C.
 *
 * A console is a `megadrive`.  Its first member, `state`, is everything that the console *is* at an
 * instant and holds no pointer: copying it is saving it.  ROM, output buffers and settings lie beside it.
 *
 * Time is one integer, master clocks ("mclk") since power-on.  The 68000 counts its own clocks (7 mclk),
 * the Z80 its own T states (15 mclk), the YM2612 its internal cycles (42 mclk), the PSG its ticks (240 mclk).
 */

#define MD_MCLK_PER_68K 7
#define MD_MCLK_PER_Z80 15
#define MD_MCLK_PER_YM 42
#define MD_MCLK_PER_PSG 240
#define MD_MCLK_PER_LINE 3420

/* ------------------------------------------------------------------------------------------ 68000 */

typedef struct m68000 {
    uint32_t r[16];             /* D0-D7, A0-A7; r[15] is the stack pointer in use */
    uint32_t other_sp;          /* the stack pointer not in use: USP in supervisor mode, else SSP */
    uint32_t pc;                /* address of the instruction that executes next */
    uint32_t flag_n;            /* flag_n to flag_x: the run loop's own form of the CCR; 0 outside of it */
    uint32_t flag_z;
    uint32_t flag_v;
    uint32_t flag_c;
    uint32_t flag_x;
    uint32_t odd_mask;          /* setting: 1 = an odd word address is an address error, 0 = A0 is ignored */
    uint16_t sr;                /* status register, undefined bits 0 */
    uint16_t ir;                /* prefetch queue: word at pc */
    uint16_t irc;               /* prefetch queue: word at pc + 2 */
    uint8_t ipl;                /* interrupt level on the IPL pins, 0-7 */
    uint8_t nmi;                /* 1: the level has risen to 7 and was not acknowledged yet */
    uint8_t stopped;            /* 1 after STOP (pc still names it) until an interrupt, trace or reset */
    uint8_t halted;             /* 1 after a double fault until reset */
    uint8_t trace_pending;      /* 1: the trace exception of the last instruction belongs to the next step */
    uint8_t ipl_before;         /* level on the IPL pins before ipl_clock */
    uint8_t reserved[4];
    int64_t clock;              /* CPU clocks since power-on */
    int64_t deadline;           /* CPU clocks: run loops return at the first instruction boundary at or after it */
    int64_t ipl_clock;          /* CPU clocks: when `ipl` took its present value */
    int64_t sample_clock;       /* CPU clocks: when the last instruction sampled the IPL pins */
} m68000;

/* Everything 0, address errors on. */
void m68000_init(m68000 *cpu);
/* The status register; writing it exchanges the stack pointers when S changes. */
void m68000_set_sr(m68000 *cpu, uint16_t sr);
/* Drive the IPL pins with an interrupt level 0-7 from `clock` on. */
void m68000_set_ipl(m68000 *cpu, uint8_t level, int64_t clock);

/* The CPU on 2**24 bytes of memory: one instruction or exception; until the deadline. */
void m68000_flat_step(m68000 *cpu, void *memory);
void m68000_flat_run(m68000 *cpu, void *memory);

#define M68000_CYCLE_IDLE 0
#define M68000_CYCLE_WRITE 1
#define M68000_CYCLE_READ 2
#define M68000_CYCLE_TAS 3
#define M68000_CYCLE_READ_ERROR 4
#define M68000_CYCLE_WRITE_ERROR 5

/* One bus cycle, or the time between two. */
typedef struct m68000_transaction {
    uint8_t kind;               /* M68000_CYCLE_ */
    uint8_t fc;                 /* function code */
    uint8_t uds, lds;           /* strobes: which halves of the data bus take part */
    uint32_t cycles;            /* CPU clocks */
    uint32_t address;           /* even */
    uint32_t data;              /* 16 bits as on the bus: a byte on UDS is 0xab00 */
} m68000_transaction;

/* Memory, or functions, that the CPU is watched on. */
typedef struct m68000_bus {
    uint8_t *memory;            /* 2**24 bytes, or NULL: the functions */
    void *user;                 /* their first argument */
    uint32_t (*read)(void *user, uint32_t address, uint32_t fc, uint32_t size);
    void (*write)(void *user, uint32_t address, uint32_t value, uint32_t fc, uint32_t size);
    uint32_t (*acknowledge)(void *user, uint32_t level); /* gives the vector number; NULL: autovectors */
    void (*reset)(void *user);  /* the RESET instruction; NULL: nothing */
    m68000_transaction *transactions; /* `capacity` of them, or NULL */
    uint32_t capacity;
    uint32_t count;             /* cycles since it was last set to 0; those beyond the capacity were not stored */
    uint32_t failed;            /* set by a function that failed: the instruction is taken back and the run ends */
} m68000_bus;

/* As m68000_flat_*, on a bus. */
void m68000_bus_step(m68000 *cpu, m68000_bus *bus);
void m68000_bus_run(m68000 *cpu, m68000_bus *bus);
void m68000_bus_reset(m68000 *cpu, m68000_bus *bus);

/* -------------------------------------------------------------------------------------------- Z80 */

typedef struct z80 {
    uint8_t a, f, b, c, d, e, h, l;
    uint8_t i, r;
    uint16_t ix, iy, sp, pc;
    uint16_t wz;                /* MEMPTR */
    uint16_t af_, bc_, de_, hl_;/* the shadow set */
    uint8_t q;                  /* F if the last instruction computed flags, else 0 */
    uint8_t ei;                 /* 1: the last instruction was EI */
    uint8_t p;                  /* 1: the last instruction was LD A,I or LD A,R */
    uint8_t prefix;             /* $DD or $FD: fetched, waits for its opcode (only in a row of prefixes), else 0 */
    uint8_t iff1, iff2, im;
    uint8_t halted;             /* 1 after HALT until an interrupt or reset; pc is the address after the HALT */
    uint8_t int_line;           /* 1 while /INT is asserted */
    uint8_t nmi_pending;        /* 1: a falling edge of /NMI was seen and not yet served */
    uint8_t deferred;           /* 1: RETN has changed IFF1, no INT is accepted yet; 2: an NMI was accepted, no other one is */
    uint8_t reserved;
    int64_t clock;              /* T states since power-on; during an access: the start of its machine cycle */
    int64_t deadline;           /* T states: run loops return at the first instruction boundary at or after it */
} z80;

#define Z80_PIN_RD 1
#define Z80_PIN_WR 2
#define Z80_PIN_MREQ 4
#define Z80_PIN_IORQ 8

/* One T state as seen on the pins. */
typedef struct z80_cycle {
    uint16_t address;
    int16_t data;               /* -1: nobody drives the data bus */
    uint8_t pins;               /* Z80_PIN_ bits that are asserted */
    uint8_t reserved;
} z80_cycle;

/* What a Z80 outside the console is connected to.  A null `memory` or `ports` means: call the functions beside it. */
typedef struct z80_bus {
    uint8_t *memory;            /* 65,536 bytes */
    uint8_t *ports;             /* 65,536 bytes; OUT stores where IN reads */
    void *user;                 /* passed to the functions */
    uint8_t (*fetch)(void *user, uint16_t address);     /* opcode fetch (M1) */
    uint8_t (*read)(void *user, uint16_t address);
    void (*write)(void *user, uint16_t address, uint8_t value);
    uint8_t (*in)(void *user, uint16_t port);           /* null: $FF */
    void (*out)(void *user, uint16_t port, uint8_t value); /* null: nothing */
    uint8_t (*acknowledge)(void *user);                 /* data bus at an interrupt; null: interrupt_byte */
    z80_cycle *trace;           /* z80_step_traced writes here */
    uint32_t trace_size;        /* room in `trace`; further T states are counted but not stored */
    uint32_t trace_length;      /* T states of the last z80_step_traced */
    uint8_t interrupt_byte;     /* data bus while an interrupt is acknowledged; $FF if nobody drives it */
    uint8_t failed;             /* set by a function that could not do its work: the instruction is taken back */
} z80_bus;

/* reset: what the RESET pin does; a Z80 at power-on is one of zeros that was reset.  run: until clock >= deadline.
 * step: one instruction or interrupt acceptance, or one NOP of HALT; returns its T states.
 * flat: memory and ports are buffers.  calls: any of them may be functions.  traced: as calls, with the trace.
 * With calls and traced, an instruction during which a function set `failed` leaves the registers as they were. */
void z80_reset(z80 *cpu);
void z80_run_flat(z80 *cpu, z80_bus *bus);
void z80_run_calls(z80 *cpu, z80_bus *bus);
int32_t z80_step_flat(z80 *cpu, z80_bus *bus);
int32_t z80_step_calls(z80 *cpu, z80_bus *bus);
int32_t z80_step_traced(z80 *cpu, z80_bus *bus);

/* -------------------------------------------------------------------------------------------- VDP */

/* How others see the chip.  Times are mclk; every call first brings the chip up to `clock`.
 *
 *   vdp_read, vdp_write   one 16-bit port access (port: address & 0x1E, without the PSG's); they return the mclk
 *                         at which the bus cycle can end, which is later than `clock` if the FIFO makes the CPU wait,
 *                         and INT64_MAX if it never does: data are read without a command to read
 *   vdp_run               bring the chip up to `clock`
 *   vdp_acknowledge       an interrupt acknowledge cycle of the 68000
 *   vdp_draw              called before anything that pixels depend on changes: draw, with the present contents, all
 *                         that the chip fetches and shows before `clock`, which has not been drawn yet
 *   vdp_draw_frame        draw a whole picture from the present contents, whatever the time is; changes no state
 *
 * After each call the machine looks at irq_level/irq_clock, z80_int, bus_hold and next_event in the state.
 */
#define VDP_MAX_WIDTH 320
#define VDP_MAX_HEIGHT 480

typedef struct vdp {
    uint8_t vram[65536];        /* console byte order */
    uint8_t cram[128];          /* 64 words 0000BBB0GGG0RRR0, console byte order */
    uint8_t vsram[80];          /* 40 words of 11 bits, console byte order */
    uint8_t registers[24];
    uint8_t sprite_cache[320];  /* bytes 0-3 of the 80 sprite table entries, as last written */

    int64_t clock;              /* mclk up to which the chip has been brought */
    int64_t line_clock;         /* mclk at which the present line began (its V step) */
    int64_t picture_clock;      /* mclk of the V step into line 0 of the present picture, known from V = $1FF on */
    int64_t draw_clock;         /* mclk up to which everything has been drawn, or nothing is to be drawn */
    int64_t next_event;         /* mclk: nothing that others see changes by itself before it */
    int64_t irq_clock;          /* mclk: when irq_level took its present value */
    int64_t z80_int_clock;      /* mclk: when z80_int took its present value */
    int64_t frame_clock;        /* mclk: when `frame` took its present value */
    int64_t bus_hold_clock;     /* mclk: when the DMA took the 68000 bus */
    int64_t bus_release_clock;  /* mclk: when it gave the bus back */
    int64_t dma_clock;          /* mclk: no source word is read before it; held writes: time of the next one */
    int64_t fifo_clock[4];      /* mclk: when the FIFO entry may go out */
    uint32_t frame;             /* frames completed: counts up at the end of the picture */
    uint32_t address;           /* 17 bits: where the next data port access goes */
    uint32_t address_high;      /* A16-A14 as the last second control word gave them */
    uint32_t fifo_address[4];
    uint16_t fifo_data[4];
    uint16_t held_value[4];     /* port writes of the instruction that a DMA has interrupted */
    uint16_t debug[16];         /* debug registers ($C0001C); [0] controls the layers */
    uint16_t v_counter;         /* internal 9-bit V counter of the present line */
    uint16_t read_buffer;       /* the prefetched word */
    uint16_t hv_latch;          /* HV counter as latched */
    uint8_t held_port[4];
    uint8_t held_count;
    uint8_t fifo_code[4];       /* CD3-0 */
    uint8_t fifo_write;         /* entry written next: it still holds the word of four writes ago */
    uint8_t fifo_count;         /* entries pending, 0-4 */
    uint8_t fifo_half;          /* 1: the first byte of the oldest entry has been written to VRAM */
    uint8_t code;               /* CD5-0 */
    uint8_t command_pending;    /* 1: the next control word is a second one */
    uint8_t read_wanted;        /* 1: a prefetch is to be made */
    uint8_t read_half;          /* 1: its first byte has been read */
    uint8_t read_ready;         /* 1: read_buffer is full */
    uint8_t dma_run;            /* transfer going on: VDP_DMA_NONE, _BUS, _FILL or _COPY (vdp.h) */
    uint8_t copy_half;          /* 1: copy_byte has been read and is to be written */
    uint8_t copy_byte;
    uint8_t debug_select;       /* debug register that $C0001C writes */
    uint8_t hint_counter;       /* H interrupt counter */
    uint8_t v_pending;          /* 1: V interrupt pending; status bit F */
    uint8_t h_pending;          /* 1: H interrupt pending */
    uint8_t external_pending;   /* 1: external interrupt (TH) pending */
    uint8_t hv_latched;         /* 1: hv_latch is what the HV counter reads as (R0.1) */
    uint8_t vblank;             /* 1 from line 224 (240) to line $1FF */
    uint8_t line_stage;         /* what has happened in the present line (timing.c) */
    uint8_t interlace;          /* LSM bits as latched at the start of the vertical blank: 0, 1 or 3 */
    uint8_t odd_field;          /* status bit ODD */
    uint8_t pal;                /* 1: 50 Hz machine */
    uint8_t irq_level;          /* level on the 68000's IPL pins: 0, 2, 4 or 6 */
    uint8_t z80_int;            /* 1 while the Z80's /INT is asserted */
    uint8_t bus_hold;           /* 1 while a DMA holds the 68000 bus */
    uint8_t fill_data;          /* 1: the word that an armed fill waits for is in the FIFO */

    /* drawing (planes.c, sprites.c, compose.c) */
    uint8_t sprite_overflow;    /* status bit SOVR; the status read clears it */
    uint8_t sprite_collision;   /* status bit SCOL; the status read clears it */
    uint8_t reserved_drawing[1];
} vdp;

/* Drawing in progress, beside the state: within a picture the contents change while lines are half fetched and
 * half shown.  Between pictures nothing of it matters. */
typedef struct vdp_sprite {     /* a sprite on one line, as the attribute fetch has found it */
    int16_t x;                  /* of its left edge on the screen, -128..383 */
    uint16_t pattern;           /* third word of its table entry */
    uint8_t width, height;      /* cells */
    uint8_t row;                /* pixel row within the sprite before the vertical flip */
    uint8_t masked;             /* 1: an earlier sprite at x = -128 hides it */
} vdp_sprite;

typedef struct vdp_sprite_list { /* scan and attribute fetch of one line */
    int16_t line;               /* line that the list is for */
    uint8_t scanned;            /* table entries tested */
    uint8_t ended;              /* 1: the scan has met its end */
    uint8_t link;               /* entry tested next */
    uint8_t found;              /* sprites the scan has found, 0-20 */
    uint8_t slots;              /* attribute slots gone by */
    uint8_t count;              /* sprites in sprite[] */
    uint8_t entry[20];
    vdp_sprite sprite[20];
} vdp_sprite_list;

typedef struct vdp_line {       /* fetches and output of one line */
    int16_t line;
    uint16_t hscroll[2];        /* planes A and B, as latched */
    uint16_t vscroll[2];        /* of the whole screen, as latched */
    uint16_t pixels;            /* shown so far */
    uint8_t hscroll_read;       /* 0 not yet; 1 in mode 5; 2 in mode 4 */
    uint8_t columns[2];         /* 16-pixel columns fetched of planes A and B; the first is the one left of the screen */
    uint8_t columns_shown;      /* columns of which it is known whether the display was on for them */
    uint8_t after_window;       /* 1: the last column of plane A fetched was window */
    uint8_t sprites_started;    /* 1: masking has been worked out */
    uint8_t sprite_slots;       /* pattern slots gone by */
    uint8_t sprite_cells;       /* cells of all sprites of the line, also those beyond the limit */
    uint8_t sprite_at, cell_at; /* sprite and cell fetched next */
    uint8_t sprites_shown;      /* 1: sprite[] is not all zero */
    uint8_t overflow;           /* 1: not all cells fitted into the line */
    uint8_t latched;            /* bits 0, 1: vscroll of planes A and B; bit 2: window */
    uint8_t window[2];          /* R17 and R18, as latched */
    uint32_t blank_columns;     /* bit k: the display was off for column k - 1 */
    uint8_t plane[2][384];      /* colour in bits 0-3, palette 4-5, priority 6; [16] is screen x = 0 */
    uint8_t sprite[352];        /* the same; [16] is screen x = 0 */
} vdp_line;

/* A word of CRAM changed before this pixel was looked up. */
typedef struct vdp_colour_change {
    int16_t line;
    int16_t pixel;
    uint16_t index;             /* bit 15: the write leaves a dot there */
    uint16_t word;
} vdp_colour_change;

/* R7 changed before this pixel was looked up: the old value counts for those before it. */
typedef struct vdp_backdrop_change {
    int16_t line;
    int16_t pixel;
    uint8_t value;
} vdp_backdrop_change;

typedef struct vdp_drawing {
    int64_t picture_clock;      /* picture that is being drawn; see vdp.picture_clock */
    int64_t clock;              /* mclk up to which it has been drawn */
    int64_t display_clock;      /* mclk: when display_before ends and the display bit counts */
    int64_t quiet_clock;        /* mclk: no flag can be set before, unless something is drawn for another reason */
    int16_t line;               /* first line not completely drawn; -1 before the picture */
    uint8_t tall;               /* 1: interlace 2 */
    uint8_t field;              /* 1: the field of the odd rows in interlace 2 */
    uint8_t display;            /* R1.6 as of the last call */
    uint8_t display_before;
    uint8_t finished;           /* 1: width and height of the picture have been set */
    uint8_t quiet_lines;        /* how many lines quiet_clock was looked for in */
    int16_t quiet_line;         /* the first one of which it is not known that it sets no flag: quiet_clock comes from it; -1: none */
    uint8_t rgb_lacks;          /* 1: rgb lacks the picture from rgb_pixel of rgb_line on */
    int16_t rgb_line;
    int16_t rgb_pixel;
    int16_t dot_line;           /* dot that rgb is to get at this place when it gets there: see colours.c */
    int16_t dot_pixel;          /* -1: none */
    uint16_t dot_word;
    uint8_t mode4_scroll;       /* R9 as latched before line 0 */
    uint8_t started;            /* 0: nothing has been drawn yet */
    uint8_t kind;               /* how words of CRAM make colours, from pixel rgb_pixel of rgb_line on: see colours.c */
    uint8_t lut_kind;           /* what lut was made of; 0 nothing */
    uint8_t lut_cram[128];
    uint8_t cram[128];          /* CRAM when the picture began */
    uint8_t cram_known[128];    /* the same with the changes */
    int64_t colours_clock;      /* picture_clock + 1 of the picture to which they belong; 0 none */
    int64_t latched_clock;      /* the same for vscroll and backdrop */
    int16_t vscroll_lines[2];   /* lines before this one have plane A's, B's vertical scroll in vscroll, or have been fetched */
    uint16_t vscroll[240][2];   /* of the whole screen, as latched before it changed */
    int16_t backdrops;          /* changes of R7 */
    int16_t backdrops_made;     /* of them, those that the pixels drawn have met */
    vdp_backdrop_change backdrop[256];
    int32_t changes;
    int32_t changes_made;       /* of them, in lut */
    vdp_colour_change change[1024];
    uint64_t lut[256];          /* R, G, B of every value in `indexed`, R in the lowest byte */
    uint64_t lut_second[256];   /* the same three bytes higher: the second of two pixels */
    uint8_t wide[480];          /* 1: this row of the buffers has 320 pixels, 0: 256 */
    uint16_t drawn[480];        /* pixels of it that this picture has drawn */
    vdp_sprite_list list[2];    /* of even and odd lines */
    vdp_line lines[2];
} vdp_drawing;

/* On which lines the sprites of the present table lie: what each line's search finds. */
typedef struct vdp_sprite_scan {
    uint64_t covers[240][2];    /* of each line, bit k: the sprite that is tested k-th lies on it */
    uint32_t table;             /* vdp_sprite_table for which it holds */
    uint8_t valid;              /* 1: it does, and is kept up with what is written to the table */
    uint8_t h40;                /* the width for which it holds */
    uint8_t rows;               /* and the rows of its lines: 0: all; in interlace 2, 1: even ones, 2: odd ones */
    uint8_t count;              /* entries that are tested */
    uint8_t loops;              /* 1: one of them is tested again */
    uint8_t order[80];          /* entries as they are tested; $FF behind the last one */
    uint8_t place[80];          /* of each entry: when it is tested; $FF: never */
    uint8_t verdict[240];       /* of each line: what flags its sprites can set (scan.c) */
} vdp_sprite_scan;

/* The border around the picture, as the beam draws it: below the picture before, above this one, beside it.  Rows are those
 * of the wider line; row k of a part that is counted from the picture on lies at 2k, in interlace 2 the odd field's at 2k + 1. */
#define VDP_BORDER_LEFT 13
#define VDP_BORDER_RIGHT 14
#define VDP_BORDER_STRIDE 347
#define VDP_BORDER_BELOW 0
#define VDP_BORDER_ABOVE 96
#define VDP_BORDER_BESIDE 204
#define VDP_BORDER_ROWS 684
#define VDP_FRAMED_HEIGHT 588

typedef struct vdp_border {
    int64_t frame_clock;        /* vdp.frame_clock of the frame that is being drawn; -1: none */
    int64_t clock;              /* mclk up to which the border has been drawn */
    int64_t dot_clock;          /* mclk: a dot belongs to the first pixel that is looked up from here on; -1: none */
    uint32_t dot_colour;        /* R, G, B of it, R in the lowest byte */
    int32_t above, below;       /* lines of the last complete frame */
    uint32_t colour;            /* of what was not drawn */
    uint8_t index;
    uint8_t filled;             /* 1: framed is the last complete frame */
    uint8_t reserved[2];
    uint16_t width, height;     /* of framed */
    uint8_t drawn[684];         /* of each row: 0 nothing, 1 a line of 256 pixels, 2 one of 320 */
    uint8_t indexed[237348];    /* rows of 347 */
    uint8_t rgb[712044];
    uint8_t framed_indexed[204036]; /* rows of 347: the picture with its border */
    uint8_t framed_rgb[612108];
} vdp_border;

/* A word that the CPU has written to the data port, on its way to the FIFO. */
typedef struct vdp_later {
    int64_t clock;              /* mclk of the write */
    int64_t bound;              /* mclk before which it has left the FIFO */
    uint32_t address;
    uint16_t value;
    uint8_t code;               /* CD3-0 */
    uint8_t reserved;
} vdp_later;

#define VDP_LATER 64

/* The chip and what lies beside its state. */
typedef struct vdp_chip {
    vdp *state;
    void *bus;                  /* passed to dma_read */
    uint16_t (*dma_read)(void *bus, uint32_t address); /* one word of the 68000's address space */
    const uint8_t *const *dma_pages; /* 256 pages of 64 KiB of it that are plain memory, or NULL for all or some */
    vdp_border *border;         /* NULL: none is drawn */
    int64_t write_clock;        /* mclk of the last write that waits in the FIFO alone: the chip counts as brought so far */
    int64_t later_limit;        /* mclk: a word may wait in `later` before it */
    int32_t later_count;        /* entries of `later`; the first four stand for what was in the FIFO; 0: none wait there */
    int32_t later_latency;      /* mclk from a write until its word may go out */
    vdp_later later[64];
    uint8_t render;             /* 1: pixels are drawn; 0: only the flags that drawing sets are kept up */
    uint8_t want_rgb;           /* 1: rgb is kept up; 0: it lacks what vdp_fill_rgb puts in */
    uint16_t width, height;     /* of the last complete picture */
    uint8_t indexed[153600];    /* rows of 320: CRAM index in bits 0-5; bit 6 shadow, bit 7 highlight */
    uint8_t rgb[460800];        /* rows of 320 pixels of R, G, B */
    vdp_drawing drawing;
    vdp_drawing ahead;          /* goes on from there for the flags alone, when the status is read; valid if `started` */
    vdp_sprite_scan scan;
} vdp_chip;

/* A bus for a VDP without a console: DMA reads big-endian words of a buffer, repeated over the address space. */
typedef struct vdp_flat_bus {
    const uint8_t *data;
    uint32_t size;              /* bytes */
} vdp_flat_bus;

uint16_t vdp_read_flat(void *bus, uint32_t address); /* a dma_read; bus is a vdp_flat_bus */
/* Words from word number `first` of the 68000's bus on, as a DMA reads them: within its 128 KB. */
void vdp_read_source(const vdp_chip *chip, uint32_t first, int32_t count, uint16_t *words);

void vdp_power_on(vdp_chip *chip, int pal);
void vdp_run(vdp_chip *chip, int64_t clock);
int64_t vdp_read(vdp_chip *chip, int64_t clock, uint32_t port, uint16_t *value);
int64_t vdp_write(vdp_chip *chip, int64_t clock, uint32_t port, uint16_t value);
void vdp_acknowledge(vdp_chip *chip, int64_t clock);
void vdp_fill_rgb(vdp_chip *chip);                      /* what rgb lacks of the last picture; before it is looked at */
const uint64_t *vdp_single_palette(vdp_chip *chip);     /* R, G, B (R lowest) of each value in `indexed`, if it had one all over the last
                                                         * picture, and rgb has nothing of it; else NULL */
void vdp_border_lines(const vdp *s, int32_t *above, int32_t *below); /* of the present mode */
uint8_t vdp_border_index(const vdp *s);                 /* CRAM index of the present border */
void vdp_fill_border(vdp_chip *chip);                   /* put the last picture into its border; before that is looked at */
void vdp_th_fall(vdp_chip *chip, int64_t clock);        /* falling edge of the TH input */
uint16_t vdp_peek_status(const vdp *s);                 /* the status at s->clock, without side effects */
void vdp_sanitize(vdp *s);                              /* bring a state of unknown origin into its ranges */

void vdp_draw(vdp_chip *chip, int64_t clock);           /* live drawing; the contract is in vdp/vdp.h */
void vdp_settle(vdp_chip *chip);                        /* draw up to the present: memories may be written from outside */

/* Draw a whole picture of the present contents, as if they had been so all the time, and change nothing: rows of 320
 * bytes into `indexed` (153600 bytes).  The sprite table is read from VRAM.  In interlace 2 both fields are drawn. */
void vdp_draw_frame(const vdp *state, uint8_t *indexed, uint16_t *width, uint16_t *height);

/* ----------------------------------------------------------------------------------------- YM2612 */

/* The chip steps once per internal cycle (42 mclk) and makes one sample in 24 of them: it scans 24 operator slots, slot =
 * group * 6 + channel, groups in the order S1, S3, S2, S4.  In cycle c the chip
 *   latches the key of slot c, then steps its envelope and works out its phase step;
 *   finishes the attenuation of slot c - 1;
 *   makes the output of slot c - 5 and steps its phase;
 *   adds the output of slot c - 6 to its channel;
 *   gathers the modulation for slot c + 6;
 *   moves a pending register write to where slot c or c + 12, or channel c % 6, keeps it.
 *
 *   ym2612_reset   power-on or /IC; keeps `clock`
 *   ym2612_write   a byte at port 0-3, sampled by the internal cycle that runs next
 *   ym2612_read    a byte from port 0-3; keeps it as the status that the other ports of a YM2612 hold
 *   ym2612_read_at the same at `clock`, which may be ahead of the chip's: nothing has to be run for it, as long as no write
 *                  comes between
 *   ym2612_run     run `cycles` internal cycles; write one L, R pair to `out` for each sample that ends among them (room:
 *                  cycles / 24 + 1 pairs) and return their number.  With out == NULL the state comes out the same.
 *   ym2612_start_ports, ym2612_write_ports, ym2612_status_ports  make a copy of the chip of which the bus, the timers and the status
 *                  alone go on, ahead of the chip; a byte to a port of it at `clock`; its status then.  *until: the clock before which the status stays as it is,
 *                  if nothing is written.  The status is -1 if it shows more than that ($21 bit 6)
 *   ym2612_follow_ports  many bytes, as in ym2612_run_writes, from the chip's `clock` on
 *   ym2612_flags_ports  the timers' flags alone, if nothing that concerns them has been written since the last look
 *   ym2612_clear_ports  the address $27 and a byte that only clears flags, when the chip was not busy; 0: it does more
 *   ym2612_show_status  what a port reads when the status is `status`; keeps it as ym2612_read does
 *   ym2612_run_writes  run `cycles` cycles while `count` writes (cycle from now, port, value) come in, in order of time
 *   ym2612_render  run `samples` samples while `count` writes (cycle from now, port, value) come in, in order of time
 *   ym2612_poke    give a register (bit 8 of the address: part 2) a value at once, without the bus
 *   ym2612_holds   1 if all samples are alike until a write of which ym2612_shows says something else: then they are `pair`.  So
 *                  it is with the DAC on all channels ($2C bit 5), and while nothing sounds, of a chip at the start of a sample that
 *                  has taken in all that was written
 *   ym2612_shows   1 if a byte at a port may change what the pins show then
 *   ym2612_valid   1 if each field has a value that the chip can give it: for states from outside
 */
typedef struct ym2612 {
    int64_t clock;              /* internal cycles run since power-on */
    int64_t status_until;       /* clock at which the status held for ports 1-3 has leaked away */

    uint32_t phase[24];         /* 20 bits */
    uint32_t phase_step[24];    /* 20 bits, added to the phase after its next use */

    uint16_t level[24];         /* envelope, 10 bits, 0 is loudest */
    uint16_t attenuation[24];   /* envelope with AM and total level, 10 bits */
    int16_t output[24];         /* last output of each operator, 14 bits */
    int16_t modulation[24];     /* phase modulation for the next output */
    int16_t s1_before[6];       /* output of S1 before output[channel] */
    int16_t accumulator[6];     /* channel sum in the making, 9 bits */
    int16_t channel_output[6];  /* the last finished sums */
    int16_t shown;              /* the sum on the output pins */
    int16_t shown_before;       /* `shown` one cycle ago, for test reads */
    int16_t sum[2];             /* left and right: what the pins have shown since the sample began */

    uint16_t fnum[6];           /* 11 bits */
    uint16_t fnum3[3];          /* channel 3 special mode: S3, S1, S2 */
    uint16_t picked_fnum;       /* frequency fetched for the next slot */
    uint16_t waiting_level;     /* envelope of the last slot, which gets AM and TL in the next cycle */
    uint16_t test_phase;        /* low 10 bits of the phase of slot 21, as latched for test reads */
    uint16_t test_attenuation;  /* attenuation of slot 0, as latched for test reads */

    uint16_t bus;               /* last byte written; bit 8: to part 2 */
    uint16_t address;           /* register for FM data, bit 8: part 2 */
    uint16_t mode_address;      /* last address written, bit 8: part 2 */
    uint16_t eg_timer;          /* 12 bits */
    uint16_t timer_period[2];   /* A: $24 and $25, 10 bits; B: $26 */
    uint16_t timer_count[2];
    uint16_t dac;               /* 9 bits, two's complement */

    uint8_t registers[512];     /* last value written, part 1 then part 2 */

    uint8_t eg_state[24];       /* 0 attack, 1 decay, 2 sustain, 3 release */
    uint8_t key[24];            /* key state that the envelope saw last */
    uint8_t key_latch[24];      /* key state latched for it */
    uint8_t key_register[24];   /* $28, by slot */
    uint8_t ssg_direction[24];
    uint8_t phase_reset[24];    /* 1: the phase restarts after its next use */
    uint8_t eg_step[24];        /* envelope increment, 0-4 */

    uint8_t detune[24];
    uint8_t multiple[24];
    uint8_t total_level[24];
    uint8_t key_scale[24];
    uint8_t attack_rate[24];
    uint8_t am_enable[24];
    uint8_t decay_rate[24];
    uint8_t sustain_rate[24];
    uint8_t sustain_level[24];
    uint8_t release_rate[24];
    uint8_t ssg[24];

    uint8_t block[6];
    uint8_t key_code[6];
    uint8_t algorithm[6];
    uint8_t feedback[6];
    uint8_t pan[6];             /* bit 1 left, bit 0 right */
    uint8_t ams[6];
    uint8_t pms[6];
    uint8_t block3[3];
    uint8_t key_code3[3];
    uint8_t fnum_latch[2];      /* $A4-$A6 and $AC-$AE, one each for the whole chip */

    uint8_t integrated;         /* 0: YM2612 with the ladder effect, 1: YM3438 */
    uint8_t cycle;              /* internal cycle within the sample that runs next, 0-23 */
    uint8_t address_strobe;     /* bit 0: address written since the last cycle; bit 1: in the cycle before */
    uint8_t data_strobe;        /* the same for data */
    uint8_t fm_address;         /* 1: `address` was written last and is an FM register */
    uint8_t fm_data;            /* 1: `data` is being moved to the register at `address` */
    uint8_t data;
    uint8_t store_left;         /* internal cycles until `data` has reached its place for certain */
    uint8_t busy;               /* status bit 7 */
    uint8_t busy_left;          /* internal cycles */
    uint8_t status;             /* as read last */

    uint8_t picked_block;
    uint8_t picked_key_code;
    uint8_t waiting_am;
    uint8_t waiting_total_level;
    uint8_t shown_pan;          /* as pan[] */

    uint8_t eg_divider;         /* samples, 0-2: envelopes step when it is 2 */
    uint8_t eg_carry;           /* 1: the timer wrapped and steps again in cycle 13 */
    uint8_t eg_lock;            /* 1 + lowest bit set in the timer, 0 if none */
    uint8_t eg_low;             /* bits 1-0 of the timer */
    uint8_t lfo_mask;           /* $7F while the LFO is enabled */
    uint8_t lfo_rate;
    uint8_t lfo_divider;        /* samples */
    uint8_t lfo_count;          /* 7 bits */
    uint8_t lfo_pm;             /* 5 bits, for this sample */
    uint8_t lfo_am;             /* 0-126, for this sample */
    uint8_t lfo_changed;        /* 1: $21 or $22 was written in the last cycle */

    uint8_t channel3_mode;      /* $27 bits 7-6 */
    uint8_t csm_key;            /* 1: timer A keys channel 3 on in this sample */
    uint8_t key_channel;        /* channel of the last $28 write, 255 if there is none such */
    uint8_t key_operators;      /* its bits 7-4, S1 in bit 0 */
    uint8_t timer_load[2];      /* $27 bits 0 and 1 */
    uint8_t timer_running[2];   /* the same, as the counter saw them last */
    uint8_t timer_enable[2];    /* $27 bits 2 and 3 */
    uint8_t timer_clear[2];     /* 1: the flag is cleared in the next cycle */
    uint8_t timer_reload[2];    /* 1: the counter takes the period in the next cycle */
    uint8_t timer_overflow[2];
    uint8_t timer_flag[2];      /* status bits 0 and 1 */
    uint8_t timer_prescaler;    /* timer B counts every 16 samples */
    uint8_t dac_enable;
    uint8_t test_21;
    uint8_t test_2c;
    uint8_t reserved_end[5];
} ym2612;

void ym2612_reset(ym2612 *ym, int integrated);
void ym2612_write(ym2612 *ym, uint32_t port, uint8_t value);
uint8_t ym2612_read(ym2612 *ym, uint32_t port);
uint8_t ym2612_read_at(ym2612 *ym, uint32_t port, int64_t clock);
int64_t ym2612_run(ym2612 *ym, int64_t cycles, int16_t *out);
typedef struct ym2612_timers {
    int64_t clock;              /* up to which the timers in the chip have been run */
    int64_t scan;               /* a clock at which a sample began */
    int64_t rise[2];            /* when a flag rises next */
    int64_t period[2];          /* from there to the next time */
    int64_t cleared;            /* clock from which the last flags that were cleared are gone */
    uint8_t before[2];          /* the flags until then */
    uint8_t clears[2];          /* which they are */
    uint8_t known;              /* 1: `rise` and what follows it hold, and the chip's flags are those without rises and clears */
    uint8_t reserved[3];
} ym2612_timers;

#define YM2612_BUSY 34          /* internal cycles from the write of data to the end of "busy" */

typedef struct ym2612_ports {
    ym2612 chip;                /* of which only the timers and $21 are kept up, at timers.clock */
    ym2612_timers timers;
    int64_t clock;              /* of the last write: the cycle then sees it */
    int64_t written[2];         /* clock of the last write of an address, of data */
    int64_t busy_from;          /* clocks at which the chip shows that it is busy */
    int64_t busy_until;
    int64_t flags_until;        /* before it the timers' flags are `flags`, if nothing is written */
    uint16_t bus, address;      /* as bus and mode_address of the chip */
    uint8_t waiting;            /* bit 0: an address, bit 1: data has been written at `clock`, and the cycle is still to come */
    uint8_t flags;
    uint8_t reserved[2];
} ym2612_ports;

void ym2612_start_ports(ym2612_ports *ports, const ym2612 *ym);
void ym2612_write_ports(ym2612_ports *ports, uint32_t port, uint8_t value, int64_t clock);
void ym2612_follow_ports(ym2612_ports *ports, const uint32_t *writes, int64_t count, int64_t clock);
uint8_t ym2612_flags_ports(ym2612_ports *ports, int64_t clock);
int ym2612_clear_ports(ym2612_ports *ports, uint8_t value, int64_t address_clock, int64_t clock);
int ym2612_status_ports(ym2612_ports *ports, int64_t clock, int64_t *until);
uint8_t ym2612_show_status(ym2612 *ym, uint32_t port, uint8_t status, int64_t clock);
int64_t ym2612_run_writes(ym2612 *ym, const uint32_t *writes, int64_t count, int64_t cycles, int16_t *out);
void ym2612_render(ym2612 *ym, const uint32_t *writes, int64_t count, int64_t samples, int16_t *out);
void ym2612_poke(ym2612 *ym, uint32_t address, uint8_t value);
int ym2612_holds(const ym2612 *ym, int16_t pair[2]);
int ym2612_shows(const ym2612 *ym, uint32_t port, uint32_t value);
int ym2612_valid(const ym2612 *ym);

/* Listening to the channels apart.  The pins show one channel after the other, so each sample is a sum of seven parts: channels
 * 1 to 6 and the DAC, which takes the place of channel 6.
 *
 *   ym2612_run_output  as ym2612_run_writes.  apart == 0: `out` takes one pair for each sample, with silence in
 *                      the place of what is muted; else seven pairs, in this order, that add up to the sample
 */
#define YM2612_PARTS 7

typedef struct ym2612_output {
    int64_t clock;              /* the chip's clock up to which `part` holds */
    uint32_t muted;             /* bits 0-5: channels 1-6; bit 6: DAC */
    int16_t part[14];           /* left and right of each part since the sample began */
} ym2612_output;

int64_t ym2612_run_output(ym2612 *ym, const uint32_t *writes, int64_t count, int64_t cycles, ym2612_output *output,
                          int apart, int16_t *out);

/* -------------------------------------------------------------------------------------------- PSG */

/* One tick is 240 mclk.  At the start of a tick each channel's counter is compared with its period; if it has reached
 * it, the channel's square wave toggles and the counter restarts at 1, else it counts up.
 *
 *   psg_reset         as after power-on
 *   psg_write         one byte to the write port, at the present time, that is before the next tick
 *   psg_run           run `ticks` ticks; `out` takes the level during each (the sum of the channels, each 0-8191),
 *                     or is NULL: the state comes out the same
 *   psg_run_muted     the same; `out` is left without the channels whose bits (0-2 tone, 3 noise) are set in `muted`
 *   psg_run_channels  the same, but `out` takes the channels apart: 4 rows of `ticks` levels
 *   psg_level         the level on the output now
 *   psg_channel_level the level that a channel has while its wave is high
 */
typedef struct psg {
    int64_t clock;              /* ticks since power-on */
    uint16_t period[3];         /* tone 1-3: half a wave in ticks, 10 bits as written; 0 acts as 1 */
    uint16_t counter[4];        /* tone 1-3, noise: ticks since the last toggle, that one included */
    uint16_t lfsr;              /* noise shift register; bit 0 is the output */
    uint8_t attenuation[4];     /* tone 1-3, noise: 2 dB steps, 15 is silent */
    uint8_t output[4];          /* square wave, 0 or 1: tone 1-3, the noise's divider */
    uint8_t noise;              /* noise control: bit 2 white; bits 1-0 rate, 3 = from tone 3 */
    uint8_t latch;              /* register that a data byte goes to: channel in bits 2-1, bit 0 attenuation */
    uint8_t reserved[6];
} psg;

void psg_reset(psg *chip);
void psg_write(psg *chip, uint8_t value);
void psg_run(psg *chip, int64_t ticks, int16_t *out);
void psg_run_muted(psg *chip, int64_t ticks, int16_t *out, uint32_t muted);
void psg_run_channels(psg *chip, int64_t ticks, int16_t *out);
int32_t psg_level(const psg *chip);
int32_t psg_channel_level(const psg *chip, int channel);

/* ----------------------------------------------------------------------------------- audio output */

/* From the chips' own rates to the samples that are heard.  The PSG is brought to the FM rate (one FM sample is 1008
 * mclk, 21/5 ticks), both are mixed as on the board, pass the output capacitors and the board's low-pass, and are
 * resampled to any rate.  Both steps are windowed-sinc filters.  Which output samples a span of time has depends on the
 * clock alone: sample n is complete at (n + 1) * master_clock / rate.
 *
 *   audio_configure   fill the table of a rate (8000-192000 Hz); 0, or -1 with nothing changed if an argument is out of
 *                     range.  psg_level: a PSG channel's full square in thousandths of an FM channel's full swing,
 *                     0-4000.  The table is constant from then on: machines and forks may share it
 *   audio_reset       power-on at `clock`: silence before it
 *   audio_count       output samples that belong to the time from `from` to `to`
 *   audio_render      write the samples from out->clock to `clock`.  `fm`: the FM samples (left, right) that end in this
 *                     span, fm_count = clock / 1008 - out->clock / 1008; `psg`: the ticks that end in it, psg_count =
 *                     clock / 240 - out->clock / 240.  Missing ones are held, surplus ones dropped; NULL if there are
 *                     none.  Returns the number of samples (left, right) written, or -1 with nothing changed if there
 *                     are more than `capacity` of them or time runs backwards
 *   audio_skip        nobody hears the time up to `clock`: what comes next begins from silence, without a step
 *   audio_delay       mclk by which the output is late
 *   audio_valid       1 if a struct that came from outside can be rendered from
 */
#define AUDIO_PSG_LEVEL 250     /* boards differ; emulators tuned to them have 214 to 282 */
#define AUDIO_RAW 0
#define AUDIO_MODEL1 1
#define AUDIO_MODEL2 2

typedef struct audio_out {
    int64_t clock;              /* mclk up to which sound has been rendered or skipped */
    float left[400];            /* the last mixed and filtered samples at the FM rate, oldest first */
    float right[400];
    float high_pass_in[2][8];   /* output capacitors: the last inputs of the left and the right, oldest first */
    float high_pass_out[2][8];
    float low_pass[2];          /* behind the mixer: left, right */
    float fm_low_pass[4];       /* of the YM2612 alone: two of the left, two of the right */
    int16_t fm[24];             /* the last 12 FM samples, left and right */
    int16_t psg[160];           /* the last ticks */
    uint8_t fm_started;         /* 0: no FM sample yet since the last silence */
    uint8_t psg_started;
    uint8_t reserved[6];
} audio_out;

typedef struct audio_table {
    int64_t master_clock;       /* Hz */
    int32_t rate;               /* Hz */
    int32_t filter;             /* AUDIO_ */
    int32_t taps;               /* of each phase: a multiple of 8, at most 384 */
    int32_t phases;             /* from one FM sample to the next */
    int32_t psg_level;          /* thousandths of an FM channel's full swing */
    float pass_band;            /* Hz: flat up to here */
    float stop_band;            /* Hz: what lies above does not come through */
    float fm_gain;              /* output steps per FM unit */
    float psg_gain;             /* output steps per unit of psg_run */
    float high_pass;            /* pole */
    float low_pass;             /* weight of the new sample; 1: no filter */
    float fm_low_pass[5];       /* b0, b1, b2, a1, a2; b0 = 1: no filter */
    float reserved[6];
    float psg_steps[840];       /* 21 places of a step among the FM samples; what 24 samples feel of it, after 8 zeros */
    float kernel[66048];        /* `phases` rows: 8 taps, and how far it is to the same of the next row, and so on */
} audio_table;

int32_t audio_configure(audio_table *table, int64_t master_clock, int32_t rate, int32_t filter,
                        int32_t psg_level);
void audio_reset(audio_out *out, int64_t clock);
int64_t audio_count(const audio_table *table, int64_t from, int64_t to);
int32_t audio_render(audio_out *out, const audio_table *table, int64_t clock, const int16_t *fm, int32_t fm_count,
                     const int16_t *psg, int32_t psg_count, int16_t *samples, int32_t capacity);
void audio_skip(audio_out *out, int64_t clock);
int64_t audio_delay(const audio_table *table);
int32_t audio_valid(const audio_out *out);

/* --------------------------------------------------------------------------- ports and cartridge */

typedef struct io_ports {
    int64_t th_clock[2];        /* mclk of the last TH edge of a pad, for the 6-button timeout */
    int64_t th_rise_clock[2];   /* mclk from which a TH pin that became an input reads high */
    int64_t light_clock[2];     /* mclk at which a light gun has last told that the beam passed where it is aimed at */
    uint16_t buttons[2];        /* held buttons, MD_BUTTON_ bits */
    uint16_t aim_x[2];          /* pixel of the picture that a light gun is aimed at */
    uint8_t aim_line[2];        /* its line + 1; 0: aimed away from the picture */
    uint8_t light[2];           /* 1: a light gun has seen light and keeps TH low */
    uint8_t pad_type[2];        /* MD_PAD_ */
    uint8_t th_count[2];        /* TH pulses seen by a 6-button pad */
    uint8_t th_level[2];        /* TH as the pad sees it */
    uint8_t data[3];            /* data latches of ports 1, 2 and EXT */
    uint8_t control[3];         /* 1 bits are outputs; bit 7 enables the TH interrupt */
    uint8_t tx_data[3];
    uint8_t rx_data[3];
    uint8_t serial_control[3];
    uint8_t version;            /* value of $A10001 */
    uint8_t reserved[6];
} io_ports; /* reserved: up to a multiple of 8 */

#define MD_BUTTON_UP 1
#define MD_BUTTON_DOWN 2
#define MD_BUTTON_LEFT 4
#define MD_BUTTON_RIGHT 8
#define MD_BUTTON_B 16
#define MD_BUTTON_C 32
#define MD_BUTTON_A 64
#define MD_BUTTON_START 128
#define MD_BUTTON_Z 256
#define MD_BUTTON_Y 512
#define MD_BUTTON_X 1024
#define MD_BUTTON_MODE 2048

#define MD_PAD_NONE 0
#define MD_PAD_3BUTTON 1
#define MD_PAD_6BUTTON 2
#define MD_PAD_MENACER 3
#define MD_PAD_JUSTIFIER 4
#define MD_PAD_PHASER 5

#define MD_SRAM_NONE 0
#define MD_SRAM_WORD 1
#define MD_SRAM_EVEN 2
#define MD_SRAM_ODD 3

/* What the cartridge board holds; its RAM stands at the end of md_state. */
typedef struct cartridge_state {
    uint8_t bank[8];            /* 512 KiB page shown in each eighth of $000000-$3FFFFF */
    uint8_t sram_control;       /* $A130F1: bit 0 maps SRAM over ROM, bit 1 protects it */
    uint8_t reserved[7];
} cartridge_state;

/* ----------------------------------------------------------------------------------------- machine */

#define MD_SRAM_MAX 65536

/* The whole console at an instant. */
typedef struct md_state {
    int64_t clock;              /* mclk up to which the machine has been run */
    int64_t refresh_clock;      /* CPU clocks: the next refresh request that costs the 68000 time */
    int64_t hold_clock;         /* mclk: since when a DMA has kept the 68000 off its bus; -1: it does not */
    int64_t fm_clock;           /* YM2612 internal cycles done since power-on */
    int64_t psg_clock;          /* PSG ticks done since power-on */
    uint16_t z80_bank;          /* 9 bits: A23-A15 of the window at $8000 */
    uint8_t z80_busreq;         /* $A11100 latch: 1 = the 68000 asks for the Z80's bus */
    uint8_t z80_reset;          /* $A11200 latch: 1 = reset asserted */
    uint8_t locked;             /* 1: a bus cycle that nobody ends has stopped the 68000 */
    uint8_t z80_locked;         /* the same for the Z80 */
    uint8_t window_wait;        /* mclk of window wait not yet charged to the Z80 (less than a T state) */
    uint8_t window_steal;       /* mclk of window cycles not yet charged to the 68000 (less than a clock) */
    m68000 cpu;
    z80 z80;
    vdp vdp;
    ym2612 ym2612;
    psg psg;
    io_ports io;
    cartridge_state cartridge;
    uint8_t ram[65536];         /* work RAM, console byte order */
    uint8_t z80_ram[8192];
    uint8_t sram[65536];        /* cartridge RAM by cartridge address, both lanes */
} md_state;

/* A write to a port, or an interrupt acknowledge, that a chip is told of later. */
typedef struct vdp_kept_write {
    int64_t clock;              /* mclk */
    uint32_t port;
    uint32_t value;
} vdp_kept_write;

#define VDP_KEPT_WRITES 256
#define VDP_KEPT_ACKNOWLEDGE 0x20 /* as a port */

/* How the machine reaches a chip that is not the C kernel: a Python object, say.  `chip` NULL means the kernel.
 * The functions are those of the kernels, with `chip` first; they work on the same state. */
typedef struct vdp_interface {
    void *chip;
    int64_t shares;             /* 1: the chip keeps up what follows, and in md_state v_counter with line_clock, the HV latch
                                 * and interlace; so it need not be called for everything (machine/shared.c) */
    int64_t reached;            /* mclk: the chip counts as brought up to here; the machine keeps it up */
    int64_t called;             /* mclk: as it was at the last call or kept write; since then the chip was only read */
    int64_t status_until;       /* mclk before which the status is `status` but for HBLANK, and a read changes nothing */
    int64_t status;
    int64_t room;               /* words that the FIFO certainly takes; -1: what a write does is not known beforehand */
    int64_t pending;            /* 1: the next control word is the second one of a command */
    int64_t irq_event;          /* mclk: the next event is only that the interrupt level becomes this one; 0: it is not */
    int64_t irq_level;
    int64_t irq_clock;          /* mclk: when it can be seen */
    int64_t event_after;        /* mclk: the event after that */
    int64_t hint_period;        /* mclk from an H interrupt to the next one; 0: an acknowledge is not to be kept */
    int64_t hint;               /* mclk: an H interrupt that the machine has made of irq_event; 0: none */
    int64_t writes;             /* that the chip has not been told of; it takes them at its next call */
    vdp_kept_write kept_write[VDP_KEPT_WRITES];
    void (*run)(void *chip, int64_t clock);
    int64_t (*read)(void *chip, int64_t clock, uint32_t port, uint16_t *value);
    int64_t (*write)(void *chip, int64_t clock, uint32_t port, uint16_t value);
    void (*acknowledge)(void *chip, int64_t clock);
    void (*th_fall)(void *chip, int64_t clock);
} vdp_interface;

typedef struct ym2612_interface {
    void *chip;
    void (*write)(void *chip, uint32_t port, uint8_t value);
    uint8_t (*read)(void *chip, uint32_t port);
    int64_t (*run)(void *chip, int64_t cycles, int16_t *out);
    int64_t (*play)(void *chip, const uint32_t *writes, int64_t count, int64_t cycles, int16_t *out); /* or NULL: no queue */
    void (*reset)(void *chip);
    int64_t status_is_shared;   /* 1: bus and timers in md_state are kept up, so the kernel works out what reads give */
} ym2612_interface;

typedef struct psg_interface {
    void *chip;
    void (*write)(void *chip, uint8_t value);
    void (*run)(void *chip, int64_t ticks, int16_t *out);
} psg_interface;

#define MD_FM_CAPACITY 4096
#define MD_FM_WRITES 2048
#define MD_PSG_CAPACITY 16384

#define MD_LOG_CAPACITY 131072

#define MD_LOG_PSG 4
#define MD_LOG_FM_RESET 5

/* What was written to the sound chips: more room than the CPUs' bus cycles in the longest frame. */
typedef struct md_sound_log {
    int64_t start;              /* mclk from which entries count */
    int64_t fm_clock;           /* mclk of the last entry of the YM2612, and of the PSG */
    int64_t psg_clock;
    uint32_t count;
    uint32_t lost;              /* entries for which there was no room */
    uint64_t entry[131072];     /* mclk since start << 16 | port << 8 | value; port 0-3 or MD_LOG_ */
} md_sound_log;

/* Loops in which the 68000 only waits: see polling.c. */
typedef struct md_polling_step { /* an instruction */
    uint32_t value;             /* immediate operand, displacement or absolute address */
    uint32_t second;            /* what CMPI compares with, the bit or the register that BTST looks at */
    uint16_t index;             /* brief extension word */
    uint16_t irc;               /* the word that the queue holds while the operand is read */
    uint8_t operation;
    uint8_t detail;             /* which computation, shift or condition */
    uint8_t size;               /* bytes of the operands */
    uint8_t source;             /* addressing mode */
    uint8_t reg;                /* register of the addressing mode */
    uint8_t to;                 /* register that is written */
    uint8_t clocks;             /* 68000 clocks without waits */
    uint8_t read_clock;         /* 68000 clocks until the operand is read */
    uint8_t tail;               /* 68000 clocks from the beginning of the last bus cycle on */
    uint8_t at;                 /* bytes from the loop's first word */
} md_polling_step;

typedef struct md_polling_loop {
    uint32_t target;            /* address of its first word */
    uint8_t length;             /* bytes of `code`; 0: none */
    uint8_t count;              /* instructions */
    uint8_t period;             /* 68000 clocks a turn without waits */
    uint8_t code[33];
    uint16_t inputs;            /* registers that are read before they are written; bit 8: A0 */
    md_polling_step step[16];
    uint32_t v_r[16];           /* with these inputs */
    uint64_t v_known[4];        /* it is known of these values of the V counter, by their low bytes, */
    uint64_t v_goes_on[4];      /* whether a turn that reads nothing else goes on */
} md_polling_loop;

/* A slice in which a 68000 that only waits was left behind, and lost clocks to the Z80 at the end. */
typedef struct md_polling_slice {
    int64_t until;              /* 68000 clock */
    int64_t stolen;             /* 68000 clocks */
} md_polling_slice;

typedef struct md_polling {
    int64_t idle_until;         /* mclk up to which all that the 68000's loop reads stays, if nobody else comes; 0: not known */
    int64_t seen;               /* mclk of the last read of the VDP for which it was not run, before turns were skipped */
    int64_t skipped_to;         /* 68000 clocks: to then; 0: none were */
    int64_t skipped_refresh;    /* 68000 clocks: the refresh that came in the last of these turns; INT64_MAX: none */
    md_polling_loop loop[4];    /* by bits 1 and 2 of their addresses */
    uint32_t refused[16];       /* loops that do not just wait; by bits 1-4 of their addresses */
    uint32_t reads;             /* of the 68000 outside plain memory, so far */
    uint32_t r[16];             /* the CPU's registers when it was last left there */
    uint16_t status;            /* that of the VDP, but for HBLANK, with which it goes on for ever */
    uint8_t steady;             /* 1: it does, and reads nothing else */
    uint8_t present;            /* loop[present] was the last to be followed */
    uint8_t behind;             /* 1: the 68000 has still to be run up to the end of the present slice */
    uint8_t read_step;          /* of the present loop: the last one in a turn to read the VDP */
    uint8_t skipped_step;       /* the one before which turns were skipped */
    uint8_t slices;             /* in slice[] */
    uint32_t stolen;            /* 68000 clocks that the Z80 has taken in the present slice while the 68000 was behind */
    md_polling_slice slice[64];
} md_polling;

/* A Z80 that only waits: see polling_z80.c.  Clocks are T states. */
typedef struct md_z80_polling {
    int64_t until;              /* to then it repeats its turn if nobody else comes; 0 or past: not known */
    int64_t period;             /* of a turn */
    int64_t left_behind;        /* mclk: end of the last slice in which the Z80 was not run; 0: it was */
    z80 start;                  /* the turn that is being watched began like this */
    int64_t status_until;       /* to then the YM2612's status reads as it did in this turn */
    uint8_t refreshes;          /* by how much R counts in a turn */
    uint8_t watching;           /* 1: the slow path looks for the end of a turn */
    uint8_t disturbed;          /* 1: something was changed or read that is not sure to stay */
    uint8_t wait;               /* runs until the next try */
    uint8_t patience;           /* `wait` after the next failure */
    uint8_t reads_status;       /* 1: this turn reads the YM2612's status */
    uint8_t long_slice;         /* 1: the present slice is longer than others because the Z80 waits */
    uint8_t reserved;
} md_z80_polling;

/* A console: the state, and beside it what can be made anew or belongs to the outside. */
typedef struct megadrive {
    md_state state;
    vdp_chip vdp;               /* draws state.vdp */
    vdp_interface vdp_other;
    ym2612_interface ym2612_other;
    psg_interface psg_other;
    audio_out audio;            /* what the next samples depend on, beside the chips */
    const audio_table *audio_table; /* of the output rate; may be shared */
    const uint8_t *rom;         /* padded to rom_mask + 1 bytes, at least 64 KiB */
    const uint8_t *read_page[256]; /* each 64 KiB of the 68000's space that is plain memory; else NULL */
    uint8_t *write_page[256];
    md_sound_log *sound_log;    /* NULL: nothing is logged */
    ym2612_output fm_output;    /* what is muted; see ym2612_run_output */
    uint32_t psg_muted;         /* see psg_run_muted */
    int64_t target;             /* mclk: where the present slice ends */
    int64_t frame_end;          /* mclk: where the present frame ends at the latest */
    int64_t light_clock;        /* mclk: when a light gun next tells that the beam has passed; INT64_MAX: never */
    int64_t run_until;          /* 68000 clocks: where its present run ends */
    md_polling polling;
    md_z80_polling z80_polling;
    uint32_t rom_size;          /* before padding */
    uint32_t rom_crc;           /* CRC-32 of the ROM, which save states name */
    uint32_t rom_mask;          /* size of the padded image - 1; the image repeats */
    uint32_t sram_start;        /* first and last address of the cartridge's RAM, as the 68000 sees them */
    uint32_t sram_end;
    uint8_t sram_kind;          /* MD_SRAM_ */
    uint8_t mapper;             /* 1: Sega bank mapper at $A130F3-$A130FF */
    uint8_t pal;
    uint8_t address_errors;     /* 0: word accesses to odd addresses go to the even one */
    uint8_t want_audio;         /* 1: samples of the present frame are kept */
    uint8_t sram_dirty;         /* 1 since a write changed SRAM; whoever saves it clears it */
    uint8_t fm_next_status;     /* the YM2612's status behind fm_status_until */
    uint8_t z80_fm_status;      /* see z80_fm_change */
    uint8_t z80_fm_value;       /* what was read at z80_fm_read */
    uint8_t z80_running;        /* 1 while the Z80's run loop is on the C stack */
    uint8_t plain;              /* 1: nothing is skipped that comes to the same */
    uint8_t failed;             /* 1: a chip outside the core failed; the run loop has ended early */
    uint8_t fm_may_lag;         /* 1: md_run_frames leaves the YM2612 behind while nobody hears it: see md_catch_up */
    uint8_t fm_held;            /* 1: the YM2612 has shown fm_pair since state.fm_clock: see hold_fm */
    int16_t fm_pair[2];
    int32_t fm_held_writes;     /* waiting writes that have been found not to change that */
    int64_t fm_held_samples;    /* of which so many have gone to fm, or were not heard */
    int32_t fm_writes;          /* YM2612 writes waiting in fm_write */
    int32_t fm_ahead_writes;    /* of these, those that fm_ahead has had; -1: it is not up to date */
    int64_t fm_reach;           /* internal cycles from state.fm_clock to the last access: the chip is run as far as that */
    int64_t fm_status_until;    /* chip's clock before which the status is as read last, if nothing is written; 0: not known */
    int64_t fm_next_until;      /* if that is known: the same for fm_next_status, which comes then */
    int64_t z80_fm_until;       /* T states: a Z80's instruction that begins before then can read the status by itself; 0: none */
    int64_t z80_fm_change;      /* T states: from then on it reads fm_next_status, before z80_fm_status */
    int64_t z80_fm_mode;        /* not 0: that was known, too, until the Z80 wrote $27, by so many waiting writes, and nothing since */
    int64_t z80_fm_read;        /* T states: the last such read, if the chip has not been told of it yet; or 0 */
    const uint8_t *z80_window;  /* what a running Z80 sees at $8000, if that is plain memory that it can read now; else NULL */
    int64_t z80_window_reads;   /* by which it has not been charged to the 68000 yet */
    ym2612_ports fm_ahead;      /* bus and timers of the chip after waiting writes, to answer reads */
    uint32_t fm_write[6144];    /* cycle from state.fm_clock, port, value: made when the chip is brought up to date */
    int32_t fm_count;           /* sample pairs in fm */
    int32_t psg_count;          /* samples in psg */
    int16_t fm[8192];           /* the frame's FM samples, L and R, at their native rate */
    int16_t psg[16384];         /* the frame's PSG samples at their native rate */
} megadrive;

#define MD_RENDER_NONE 0
#define MD_RENDER_ALL 1
#define MD_RENDER_LAST 2

#define MD_RUN_NO_ROOM -1
#define MD_RUN_BAD_STATE -2

#define MD_LOAD_DONE 0
#define MD_LOAD_TRUNCATED 1
#define MD_LOAD_NOT_A_STATE 2
#define MD_LOAD_OTHER_VERSION 3
#define MD_LOAD_OTHER_MACHINE 4
#define MD_LOAD_DAMAGED 5

/* In the order in which they are called:
 *
 *   md_connect        once, and after rom, sram_* or mapper changed: pointers and pages
 *   md_power_on       everything as after switching on; `seed` 0: memories zero, else filled by xorshift64*
 *   md_reset          the reset button
 *   md_run_frames     n frames; render is MD_RENDER_; samples (L, R) go to `audio` unless that is NULL.  Returns the
 *                     number of sample pairs, or MD_RUN_NO_ROOM if they would exceed `capacity` pairs, or
 *                     MD_RUN_BAD_STATE if state was written from outside to what the YM2612 can never be in
 *   md_catch_up       before anybody but the machine looks at state.ym2612 or state.fm_clock, if fm_may_lag: brings the YM2612
 *                     up to state.clock
 *   md_state_changed  after state was written from outside: brings all fields into their ranges
 *   md_save, md_load  a save state of md_save_size bytes; md_load gives MD_LOAD_, and changes nothing unless DONE
 *   md_checksum       of a save state's contents, which its header names
 *   md_sram_size      bytes of state.sram that the cartridge has
 *   md_fork           make `to` (not yet connected) the same machine as `from`; it logs nothing
 *   md_fm_samples     FM samples up to now, counted from power-on: what md->fm must reach up to
 *   md_fm_gap         samples that md->fm lacks at its head, because nobody heard them or the chip was reset
 */
void md_connect(megadrive *md);
void md_power_on(megadrive *md, uint64_t seed);
void md_reset(megadrive *md);
void md_th_fall(megadrive *md, int port); /* a device on port 0-2 pulls TH low, at the present time */
int64_t md_run_frames(megadrive *md, int64_t n, int render, int16_t *audio, int64_t capacity);
void md_catch_up(megadrive *md);
void md_state_changed(megadrive *md);
uint32_t md_sram_size(const megadrive *md);
int64_t md_save_size(const megadrive *md);
void md_save(megadrive *md, uint8_t *out);
uint64_t md_checksum(const uint8_t *data, int64_t size);
int md_load(megadrive *md, const uint8_t *data, int64_t size);
void md_fork(megadrive *to, const megadrive *from);
int64_t md_fm_samples(const megadrive *md);
int64_t md_fm_gap(const megadrive *md);
int64_t md_psg_gap(const megadrive *md);

/* ------------------------------------------------------------------------------------------- group */

/* What is made of a machine's picture.  Pictures have 192 to 240 rows of 256 or 320 pixels, as the program wants: they are
 * centred on a field of one size, black around, or cut to it; in interlace 2 it is the field shown last. */
typedef struct md_picture {
    int32_t height, width;      /* pixels of the field, at most 240 and 320 */
    int32_t top, left;          /* where in it the wanted part begins */
    int32_t part_height, part_width; /* its pixels */
    int32_t scale;              /* 1-16: a value is made of scale * scale pixels; what is left over at the right and below is cut off */
    int32_t stack;              /* 1-255: the last pictures that are given together */
    uint8_t grey;               /* 1: luma; 0: R, G, B */
    uint8_t nearest;            /* 1: the pixel in the middle of the scale * scale; 0: their mean */
    uint8_t pool;               /* 1: each value is the greater one of those of the last two frames */
    uint8_t reserved;
} md_picture;

/* `count` machines that stand `stride` bytes apart, and what is remembered for their observations. */
typedef struct md_group {
    uint8_t *machines;
    int64_t stride;             /* a multiple of 64: no two machines share a cache line */
    int32_t count;
    int32_t address_count;
    const uint16_t *addresses;  /* bytes of work RAM that md_group_step.values gets */
    md_picture picture;
    uint8_t *history;           /* for stack > 1: rings of `stack` pictures of each machine */
    uint16_t *history_next;     /* for each machine: where its next picture goes */
    uint8_t *history_empty;     /* for each machine, 1: its next picture goes everywhere */
} md_group;

/* What is to be done and where the results go; all of them lie machine after machine. */
typedef struct md_group_step {
    const uint16_t *buttons;    /* of each machine: of each of `frames`, if they change: of each player */
    const int32_t *lengths;     /* frames of each machine, 1 to `frames`; NULL: all of them */
    const uint8_t *chosen;      /* 0: this machine is left alone; NULL: all are stepped */
    uint8_t *pictures;          /* NULL: none are drawn */
    uint8_t *ram;               /* 65536 bytes each, or NULL */
    uint8_t *values;            /* address_count bytes each, or so many of each of `frames`; or NULL */
    int16_t *audio;             /* audio_room pairs each, or NULL */
    int64_t audio_room;
    int64_t *result;            /* pairs of samples of each machine, or MD_RUN_; 0 of those that are left alone */
    int32_t frames;             /* at least 1 */
    int32_t players;            /* 1 or 2 */
    int32_t changing;           /* 1: there are buttons for each frame */
    int32_t watched;            /* 1: there are values of each frame; the last ones stand in frames that a machine has not run */
} md_group_step;

typedef struct md_pool md_pool; /* threads */

/*   md_pool_new      threads, the caller's among them; they begin with their first job.  NULL: no memory
 *   md_pool_free     ends them; NULL is allowed
 *   md_group_place   put a copy of a machine in place i, whose memory is all 0 or a machine; without its last picture
 *   md_group_run     one step.  -1; or -2: one of the results is MD_RUN_; or the number of a machine that cannot run in other
 *                    threads, because of a chip outside the core or a recording: nothing was done then
 *   md_group_load    md_load for each chosen machine; result[i] gets what it gives
 *
 * A pool and a group are used by one thread at a time.  After fork() of the process both work in the child, too. */
md_pool *md_pool_new(int32_t threads);
void md_pool_free(md_pool *pool);
void md_group_place(const md_group *group, int32_t i, const megadrive *from);
int32_t md_group_run(md_pool *pool, const md_group *group, const md_group_step *step);
void md_group_load(md_pool *pool, const md_group *group, const uint8_t *chosen, const uint8_t *state, int64_t size,
                   int64_t *result);
