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
 *   ym2612_read    a byte from port 0-3 at `clock`, which may be ahead of the chip's: nothing has to be run for it, as long
 *                  as no write comes between.  Keeps the status that the other ports of a YM2612 hold
 *   ym2612_run     run `cycles` internal cycles; write one L, R pair to `out` for each sample that ends among them (room:
 *                  cycles / 24 + 1 pairs) and return their number.  With out == NULL the state comes out the same.
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
    uint8_t reserved_end[6];
} ym2612;

void ym2612_reset(ym2612 *ym, int integrated);
void ym2612_write(ym2612 *ym, uint32_t port, uint8_t value);
uint8_t ym2612_read(ym2612 *ym, uint32_t port, int64_t clock);
int64_t ym2612_run(ym2612 *ym, int64_t cycles, int16_t *out);

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
