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
    uint8_t reserved[3];
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

/* The CPU on 2**24 bytes of memory: one instruction or exception; until the deadline; the RESET pin. */
void m68000_flat_step(m68000 *cpu, void *memory);
void m68000_flat_run(m68000 *cpu, void *memory);
void m68000_flat_reset(m68000 *cpu, void *memory);

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
    m68000_transaction *transactions; /* `capacity` of them, or NULL */
    uint32_t capacity;
    uint32_t count;             /* cycles since it was last set to 0; those beyond the capacity were not stored */
    uint32_t failed;            /* set by a function that failed: the run ends */
} m68000_bus;

void m68000_observed_step(m68000 *cpu, void *bus);
void m68000_observed_run(m68000 *cpu, void *bus);
void m68000_observed_reset(m68000 *cpu, void *bus);

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
    int64_t next_event;         /* mclk: nothing that others see changes by itself before it */
    int64_t irq_clock;          /* mclk: when irq_level took its present value */
    int64_t bus_hold_clock;     /* mclk: when the DMA took the 68000 bus */
    int64_t bus_release_clock;  /* mclk: when it gave the bus back */
    uint32_t frame;             /* frames completed: counts up at the V step that ends the picture */
    uint16_t v_counter;         /* internal 9-bit V counter of the present line */
    uint8_t pal;                /* 1: 50 Hz machine */
    uint8_t irq_level;          /* level on the 68000's IPL pins: 0, 2, 4 or 6 */
    uint8_t z80_int;            /* 1 while the Z80's /INT is asserted */
    uint8_t bus_hold;           /* 1 while a DMA holds the 68000 bus */
} vdp;

/* The chip and what lies beside its state. */
typedef struct vdp_chip {
    vdp *state;
    void *bus;                  /* passed to dma_read */
    uint16_t (*dma_read)(void *bus, uint32_t address); /* one word of the 68000's address space */
    uint8_t render;             /* 1: pixels are drawn; 0: only the flags that drawing sets are kept up */
    uint16_t width, height;     /* of the last complete picture */
    uint8_t indexed[153600];    /* rows of 320: CRAM index in bits 0-5; bit 6 shadow, bit 7 highlight */
    uint8_t rgb[460800];        /* rows of 320 pixels of R, G, B */
} vdp_chip;

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
