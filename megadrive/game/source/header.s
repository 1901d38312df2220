| Exception vectors and the cartridge header.

        .section .text
        .globl  _start
vectors:
        .long   stack_top, _start
        .long   exc_bus, exc_address, exc_illegal, exc_divide, exc_chk, exc_trapv, exc_privilege, exc_trace
        .long   exc_line_a, exc_line_f
        .rept   12
        .long   exc_other
        .endr
        .long   exc_spurious                    | 24
        .long   exc_other, exc_ignore, exc_other, raster_interrupt, exc_other, vblank_interrupt, exc_other
        .rept   32
        .long   exc_other
        .endr

header:
        .ascii  "SEGA MEGA DRIVE "
        .ascii  "(C)MIT  2025.JAN"
        .ascii  "NIGHT HERON                                     "
        .ascii  "NIGHT HERON                                     "
        .ascii  "GM 00000000-00"
        .word   0                               | checksum: the build writes it
        .ascii  "J6              "
        .long   0, rom_end-1
        .long   0x00FF0000, 0x00FFFFFF
        .ascii  "RA"
        .byte   0xF8, 0x20                      | battery, odd bytes
        .long   0x200001, 0x2003FF
        .ascii  "            "
        .ascii  "                                        "
        .ascii  "JUE             "
