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
    uint32_t d[8];              /* D0-D7 */
    uint32_t a[8];              /* A0-A7; a[7] is the stack pointer in use */
    uint32_t other_sp;          /* the stack pointer not in use: USP in supervisor mode, else SSP */
    uint32_t pc;                /* address of the instruction that executes next */
    uint16_t sr;                /* status register, undefined bits 0 */
    uint16_t ir;                /* prefetch queue: word at pc */
    uint16_t irc;               /* prefetch queue: word at pc + 2 */
    uint8_t ipl;                /* interrupt level on the IPL pins, 0-7 */
    uint8_t stopped;            /* 1 after STOP until an interrupt, trace or reset */
    uint8_t halted;             /* 1 after a double fault until reset */
    uint8_t trace_pending;      /* 1: the trace exception of the last instruction belongs to the next step */
    uint8_t reserved[6];
    int64_t clock;              /* CPU clocks since power-on */
    int64_t deadline;           /* CPU clocks: run loops return at the first instruction boundary at or after it */
    int64_t ipl_clock;          /* CPU clocks: when `ipl` took its present value */
    int64_t sample_clock;       /* CPU clocks: when the last instruction sampled the IPL pins */
} m68000;

/* -------------------------------------------------------------------------------------------- Z80 */

typedef struct z80 {
    uint8_t a, f, b, c, d, e, h, l;
    uint8_t i, r;
    uint16_t ix, iy, sp, pc;
    uint16_t wz;                /* MEMPTR */
    uint16_t af_, bc_, de_, hl_;/* the shadow set */
    uint8_t q;                  /* F if the last instruction computed flags, else 0 */
    uint8_t iff1, iff2, im;
    uint8_t ei;                 /* 1: the last instruction was EI */
    uint8_t p;                  /* 1: the last instruction was LD A,I or LD A,R */
    uint8_t halted;
    uint8_t int_line;           /* 1 while /INT is asserted */
    uint8_t nmi_pending;
    uint8_t reserved[7];
    int64_t clock;              /* T states since power-on */
    int64_t deadline;           /* T states: run loops return at the first instruction boundary at or after it */
} z80;

/* -------------------------------------------------------------------------------------------- VDP */

/* How others see the chip.  Times are mclk; every call first brings the chip up to `clock`.
 *
 *   vdp_read, vdp_write   one 16-bit port access (port: address & 0x1E, without the PSG's); they return the mclk
 *                         at which the bus cycle can end, which is later than `clock` if the FIFO makes the CPU wait
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
    uint8_t reserved_ports[1];

    /* drawing (planes.c, sprites.c, compose.c) */
    uint8_t sprite_overflow;    /* status bit SOVR; the status read clears it */
    uint8_t sprite_collision;   /* status bit SCOL; the status read clears it */
    uint8_t reserved_drawing[6];
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
    uint8_t hscroll_read;       /* 1: hscroll[] is valid */
    uint8_t columns[2];         /* 16-pixel columns fetched of planes A and B; the first is the one left of the screen */
    uint8_t after_window;       /* 1: the last column of plane A fetched was window */
    uint8_t sprites_started;    /* 1: masking has been worked out */
    uint8_t sprite_slots;       /* pattern slots gone by */
    uint8_t sprite_cells;       /* cells of all sprites of the line, also those beyond the limit */
    uint8_t sprite_idle;        /* pattern slots still to go by before the first cell */
    uint8_t sprite_at, cell_at; /* sprite and cell fetched next */
    uint8_t sprites_shown;      /* 1: sprite[] is not all zero */
    uint8_t overflow;           /* 1: not all cells fitted into the line */
    uint32_t blank_columns;     /* bit k: the display was off when column k - 1 was fetched */
    uint8_t plane[2][384];      /* colour in bits 0-3, palette 4-5, priority 6; [16] is screen x = 0 */
    uint8_t sprite[352];        /* the same; [16] is screen x = 0 */
} vdp_line;

typedef struct vdp_drawing {
    int64_t picture_clock;      /* picture that is being drawn; see vdp.picture_clock */
    int64_t clock;              /* mclk up to which it has been drawn */
    int64_t display_clock;      /* mclk: when display_before ends and the display bit counts */
    int16_t line;               /* first line not completely drawn; -1 before the picture */
    uint8_t tall;               /* 1: interlace 2 */
    uint8_t field;              /* 1: the field of the odd rows in interlace 2 */
    uint8_t display;            /* R1.6 as of the last call */
    uint8_t display_before;
    uint8_t finished;           /* 1: width and height of the picture have been set */
    uint8_t lut_dark;           /* what lut was made of */
    uint8_t lut_cram[128];
    uint32_t lut[256];          /* R, G, B bytes of every value in `indexed` */
    uint8_t wide[480];          /* 1: this row of the buffers has 320 pixels, 0: 256 */
    vdp_sprite_list list[2];    /* of even and odd lines */
    vdp_line lines[2];
} vdp_drawing;

/* The chip and what lies beside its state. */
typedef struct vdp_chip {
    vdp *state;
    void *bus;                  /* passed to dma_read */
    uint16_t (*dma_read)(void *bus, uint32_t address); /* one word of the 68000's address space */
    uint8_t render;             /* 1: pixels are drawn; 0: only the flags that drawing sets are kept up */
    uint16_t width, height;     /* of the last complete picture */
    uint8_t indexed[153600];    /* rows of 320: CRAM index in bits 0-5; bit 6 shadow, bit 7 highlight */
    uint8_t rgb[460800];        /* rows of 320 pixels of R, G, B */
    vdp_drawing drawing;
} vdp_chip;

/* Draw a whole picture of the present contents, as if they had been so all the time, and change nothing: rows of 320
 * bytes into `indexed` (153600 bytes).  The sprite table is read from VRAM.  In interlace 2 both fields are drawn. */
void vdp_draw_frame(const vdp *state, uint8_t *indexed, uint16_t *width, uint16_t *height);

/* ----------------------------------------------------------------------------------------- YM2612 */

typedef struct ym2612 {
    uint8_t registers[512];     /* last value written, part 1 then part 2 */
    uint8_t integrated;         /* 0: YM2612 with the ladder effect, 1: YM3438 */
} ym2612;

/* -------------------------------------------------------------------------------------------- PSG */

typedef struct psg {
    uint16_t period[4];
    uint8_t attenuation[4];
    uint8_t latch;
} psg;

/* --------------------------------------------------------------------------- ports and cartridge */

typedef struct io_ports {
    int64_t th_clock[2];        /* mclk of the last TH edge of a pad, for the 6-button timeout */
    int64_t th_rise_clock[2];   /* mclk from which a TH pin that became an input reads high */
    uint16_t buttons[2];        /* held buttons, MD_BUTTON_ bits */
    uint8_t pad_type[2];        /* MD_PAD_ */
    uint8_t th_count[2];        /* TH pulses seen by a 6-button pad */
    uint8_t th_level[2];        /* TH as the pad sees it */
    uint8_t data[3];            /* data latches of ports 1, 2 and EXT */
    uint8_t control[3];         /* 1 bits are outputs; bit 7 enables the TH interrupt */
    uint8_t tx_data[3];
    uint8_t rx_data[3];
    uint8_t serial_control[3];
    uint8_t version;            /* value of $A10001 */
} io_ports;

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

#define MD_SRAM_NONE 0
#define MD_SRAM_WORD 1
#define MD_SRAM_EVEN 2
#define MD_SRAM_ODD 3

typedef struct cartridge_state {
    uint8_t bank[8];            /* 512 KiB page shown in each eighth of $000000-$3FFFFF */
    uint8_t sram_control;       /* $A130F1: bit 0 maps SRAM over ROM, bit 1 protects it */
    uint8_t sram_dirty;         /* 1 since a write changed SRAM */
} cartridge_state;

/* ----------------------------------------------------------------------------------------- machine */

/* The whole console at an instant. */
typedef struct md_state {
    m68000 cpu;
    z80 z80;
    vdp vdp;
    ym2612 ym2612;
    psg psg;
    io_ports io;
    cartridge_state cartridge;
    uint8_t z80_busreq;         /* $A11100 latch: 1 = the 68000 asks for the Z80's bus */
    uint8_t z80_reset;          /* $A11200 latch: 1 = reset asserted */
    uint16_t z80_bank;          /* 9 bits: A23-A15 of the window at $8000 */
    uint8_t ram[65536];         /* work RAM, console byte order */
    uint8_t z80_ram[8192];
    uint8_t sram[65536];        /* cartridge RAM as the cartridge addresses it */
} md_state;
