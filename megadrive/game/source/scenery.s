| Sun and moon, and their glitter on the lake.

        .section .text

| Where the luminary of the present scene should stand; it moves there slowly.
scenery_step:
        move.w  scene_index,d0
        lea     luminary(pc),a0
        move.w  d0,d1
        lsr.w   #2,d1                           | one entry for each four scenes
        lsl.w   #2,d1
        movem.w 0(a0,d1.w),d2-d3                | x (0: sink or leave), y
        move.w  d0,d1
        lsr.w   #2,d1
        lea     luminary_moon(pc),a0
        move.b  0(a0,d1.w),d4
        cmp.b   sun_is_moon,d4
        beq.s   1f
        move.b  d4,sun_is_moon                  | a new one begins where the entry says
        move.w  d3,sun_y
1:      move.w  d2,sun_x
        move.w  tick_count,d0
        andi.w  #3,d0
        bne.s   3f
        cmp.w   sun_y,d3
        beq.s   3f
        bgt.s   2f
        subq.w  #2,sun_y
2:      addq.w  #1,sun_y
3:      rts

luminary:                                       | for each four scenes: x, y of the middle
        .word   238,104, 238,116, 238,140, 238,176
        .word   238,176, 84,176, 84,120, 84,56
        .word   84,56, 84,56, 84,20, 84,-20
        .word   96,118, 96,92, 96,40, 238,-26
luminary_moon:
        .byte   0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 0

| The luminary, behind the mountains: low priority. An operator sprite later in the list does not hide it.
scenery_draw:
        move.w  sun_y,d6
        cmpi.w  #-24,d6
        ble     9f
        cmpi.w  #WATERLINE,d6
        bgt     9f
        move.w  sun_x,d0
        move.w  d6,d1
        cmpi.b  #1,sun_is_moon
        beq.s   3f
        lea     fig_sun_0,a0
        cmpi.w  #WATERLINE-24,d6                | half sunk: only the upper half, so that nothing shows on the lake
        ble     draw_figure
        lea     fig_sun_upper(pc),a0
        bra     draw_figure
3:      cmpi.w  #WATERLINE-16,d6
        bgt.s   9f
        lea     fig_moon_0,a0
        cmpi.w  #SCENE_NIGHT,scene_index        | its own light at night: priority, and so no shadow
        bne     draw_figure
        lea     fig_moon_bright(pc),a0
        bra     draw_figure
9:      rts

fig_moon_bright:
        .word   0
        .word   -16+128, -16+128, 0x0F00, FIG_MOON+PRIORITY

fig_sun_upper:                                  | the first two of the sun's four sprites
        .word   1
        .word   -24+128, -24+128, 0x0A00, FIG_SUN
        .word   128, -24+128, 0x0A00, FIG_SUN+9

| Strips of light below the luminary, highlight operators on the shadowed lake.
glitter_draw:
        cmpi.w  #-24,sun_y
        ble.s   2f
        cmpi.w  #WATERLINE,sun_y
        bgt.s   2f
        moveq   #5,d6
1:      move.w  d6,d0
        mulu.w  #37,d0
        add.w   tick_count,d0
        move.w  d0,d2
        bsr     sine
        asr.w   #6,d0
        add.w   sun_x,d0
        lsr.w   #3,d2
        add.w   d6,d2
        andi.w  #3,d2
        move.w  d6,d1
        lsl.w   #3,d1
        addi.w  #WATERLINE+6,d1
        lea     fig_glitter,a0
        bsr     draw_frame
        dbra    d6,1b
2:      rts
