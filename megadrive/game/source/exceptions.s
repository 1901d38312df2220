| Exceptions that should not happen: a dark red screen with the vector's number and the address.

exc_bus:        move.w  #2,-(sp)
        bra.s   exc_show_long
exc_address:    move.w  #3,-(sp)
        bra.s   exc_show_long
exc_illegal:    move.w  #4,-(sp)
        bra.s   exc_show
exc_divide:     move.w  #5,-(sp)
        bra.s   exc_show
exc_chk:        move.w  #6,-(sp)
        bra.s   exc_show
exc_trapv:      move.w  #7,-(sp)
        bra.s   exc_show
exc_privilege:  move.w  #8,-(sp)
        bra.s   exc_show
exc_trace:      move.w  #9,-(sp)
        bra.s   exc_show
exc_line_a:     move.w  #10,-(sp)
        bra.s   exc_show
exc_line_f:     move.w  #11,-(sp)
        bra.s   exc_show
exc_other:      move.w  #0,-(sp)
        bra.s   exc_show
exc_spurious:
exc_ignore:     rte

exc_show_long:
        move.l  12(sp),d7                       | after number, code, address and instruction: the program counter
        bra.s   exc_print
exc_show:
        move.l  4(sp),d7
exc_print:
        move    #0x2700,sr
        move.w  (sp),d6
        lea     stack_top,sp
        vdp_reg 0,0x04
        vdp_reg 12,0x81
        vdp_reg 15,2
        vdp_reg 7,0
        vdp_reg 17,0x80                         | the window everywhere
        vdp_reg 18,0x9F
        cram_write 0
        move.w  #0x0004,(VDP_DATA).l
        cram_write 2
        moveq   #12,d0
1:      move.w  #0x0EEE,(VDP_DATA).l
        dbra    d0,1b
        vram_write VRAM_WINDOW
        move.w  #64*28-1,d0
2:      move.w  #TILE_FONT,(VDP_DATA).l
        dbra    d0,2b
        vram_write VRAM_PLANE_B
        move.w  #64*32-1,d0
4:      move.w  #TILE_FONT,(VDP_DATA).l
        dbra    d0,4b
        vram_write VRAM_SPRITES
        move.l  #0,(VDP_DATA).l                 | no sprites
        vram_write (VRAM_WINDOW+12*128+22)
        lea     exc_text(pc),a0
        bsr.s   exc_string
        move.w  d6,d0
        swap    d0
        moveq   #2,d1
        lsl.l   #8,d0
        bsr.s   exc_hex
        lea     exc_text_pc(pc),a0
        bsr.s   exc_string
        move.l  d7,d0
        moveq   #8,d1
        bsr.s   exc_hex
        vdp_reg 1,0x54
3:      stop    #0x2700
        bra.s   3b

exc_string:
        moveq   #0,d0
        move.b  (a0)+,d0
        beq.s   1f
        addi.w  #TILE_FONT-32,d0
        move.w  d0,(VDP_DATA).l
        bra.s   exc_string
1:      rts

| The d1 high digits of d0.
exc_hex:
        subq.w  #1,d1
1:      rol.l   #4,d0
        move.w  d0,d2
        andi.w  #15,d2
        cmpi.w  #10,d2
        blo.s   2f
        addq.w  #7,d2
2:      addi.w  #TILE_FONT+16,d2
        move.w  d2,(VDP_DATA).l
        dbra    d1,1b
        rts

exc_text:       .asciz  "EXCEPTION "
exc_text_pc:    .asciz  " AT "
        .even
