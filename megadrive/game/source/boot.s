| From power-on to the main loop: TMSS, VDP registers, empty memories, patterns, Z80.

_start:
        move    #0x2700,sr
        move.b  (IO_VERSION).l,d0
        andi.b  #0x0F,d0
        beq.s   1f
        move.l  #0x53454741,(TMSS_SEGA).l       | "SEGA": opens the VDP
1:      tst.w   (VDP_CTRL).l                    | forget half a command
        lea     0xFFFF0000,a0                   | clear work RAM
        moveq   #0,d0
        move.w  #0x3FFF,d1
2:      move.l  d0,(a0)+
        dbra    d1,2b
        lea     stack_top,sp

        move.b  #0x40,(IO_CTRL1).l              | TH is an output
        move.b  #0x40,(IO_DATA1).l

        btst    #6,(IO_VERSION).l
        sne     pal_console

        lea     vdp_setup(pc),a0
        lea     (VDP_CTRL).l,a5
        moveq   #(vdp_setup_end-vdp_setup)/2-1,d0
3:      move.w  (a0)+,(a5)
        dbra    d0,3b
        bsr     clear_video
        bsr     load_patterns
        bsr     sound_load
        bsr     record_load
        move.w  #8,fade                         | black, until the title fades in
        bsr     game_init
        bsr     planes_day
        bsr     scene_apply
        bsr     scroll_build
        bsr     raster_build
        bsr     raster_build                    | both buffers
        vdp_reg 1,0x74                          | display, V interrupt, DMA, mode 5
        lea     raster_buffers,a6
        move    #0x2000,sr
        bra     main_loop

vdp_setup:
        .word   0x8014                          | H interrupt, all colours
        .word   0x8114                          | display still off, DMA, mode 5
        .word   0x8200+(VRAM_PLANE_A>>10)
        .word   0x8300+(VRAM_WINDOW>>10)
        .word   0x8400+(VRAM_PLANE_B>>13)
        .word   0x8500+(VRAM_SPRITES>>9)
        .word   0x8600
        .word   0x870F                          | backdrop: palette 0 colour 15, the sky
        .word   0x8800, 0x8900
        .word   0x8A00                          | H interrupt on each line
        .word   0x8B03                          | scroll: whole plane up, each line sideways
        .word   0x8C89                          | 320 pixels, shadow and highlight
        .word   0x8D00+(VRAM_HSCROLL>>10)
        .word   0x8E00
        .word   0x8F02
        .word   0x9001                          | planes of 64 x 32 cells
        .word   0x9100
        .word   0x9202                          | window: the top two rows
vdp_setup_end:

| Fill VRAM, CRAM and VSRAM with zeros.
clear_video:
        lea     (VDP_CTRL).l,a5
        vdp_reg 15,1
        move.l  #0x940093FF,(a5)                | 65535 bytes and the trigger
        move.w  #0x94FF,(a5)
        move.l  #0x97809600,(a5)
        move.l  #0x40000080,(a5)
        move.w  #0,(VDP_DATA).l
1:      move.w  (a5),d0
        btst    #1,d0
        bne.s   1b
        vdp_reg 15,2
        cram_write 0
        moveq   #63,d0
2:      move.w  #0,(VDP_DATA).l
        dbra    d0,2b
        vsram_write 0
        moveq   #39,d0
3:      move.w  #0,(VDP_DATA).l
        dbra    d0,3b
        rts

| All patterns lie in VRAM from 0 in the order in which they lie in the ROM.
load_patterns:
        lea     (VDP_CTRL).l,a5
        dma     patterns,PATTERN_BYTES,0x40000080,0
        rts
