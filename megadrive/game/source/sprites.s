| The sprite table: figures and text. While drawing, a4 is the next entry and d7 the number of entries made.

        .section .text

sprites_begin:
        lea     sprite_table,a4
        moveq   #0,d7
        rts

| End the list. An empty list still has its first entry, off the screen.
sprites_end:
        tst.w   d7
        bne.s   1f
        clr.l   sprite_table
        clr.l   sprite_table+4
        rts
1:      clr.b   -5(a4)                          | the last entry's link
        rts

| Draw frame d2 of the figure table a0 with its origin at (d0, d1). Changes d2-d5, a0.
draw_frame:
        add.w   d2,d2
        add.w   d2,d2
        movea.l 0(a0,d2.w),a0

| Draw the figure at a0 with its origin at (d0, d1). Changes d2-d5, a0.
draw_figure:
        move.w  (a0)+,d2
1:      movem.w (a0)+,d3-d5                     | x, y, size
        add.w   d0,d3
        add.w   d1,d4
        cmpi.w  #96,d3                          | wholly off the screen?
        ble.s   2f
        cmpi.w  #128+320,d3
        bge.s   2f
        cmpi.w  #96,d4
        ble.s   2f
        cmpi.w  #128+224,d4
        bge.s   2f
        cmpi.w  #80,d7
        bhs.s   3f
        addq.w  #1,d7
        move.w  d4,(a4)+
        move.b  d7,d5
        move.w  d5,(a4)+
        move.w  (a0)+,(a4)+
        move.w  d3,(a4)+
        dbra    d2,1b
3:      rts
2:      addq.l  #2,a0
        dbra    d2,1b
        rts

| Draw the reflection on the lake of frame d2 of the figure table a0 at (d0, d1): upside down, and with low priority, so
| that the lake's shadow falls on it. It sways a pixel, and there is none when the table is rather full. Changes d0, d2-d5, a0.
draw_reflection:
        cmpi.w  #60,d7
        bhs.s   3f
        add.w   d2,d2
        add.w   d2,d2
        movea.l 0(a0,d2.w),a0
        btst    #3,tick_count+1
        beq.s   1f
        addq.w  #1,d0
1:      move.w  (a0)+,d2
2:      movem.w (a0)+,d3-d5                     | x, y, size
        add.w   d0,d3
        add.w   d1,d4
        neg.w   d4
        addi.w  #2*WATERLINE+256-8,d4           | mirrored, less its height
        move.w  d5,-(sp)
        andi.w  #0x0300,d5
        lsr.w   #5,d5
        sub.w   d5,d4
        move.w  (sp)+,d5
        cmpi.w  #96,d3
        ble.s   4f
        cmpi.w  #128+320,d3
        bge.s   4f
        cmpi.w  #128+WATERLINE,d4
        blt.s   4f
        cmpi.w  #128+224,d4
        bge.s   4f
        addq.w  #1,d7
        move.w  d4,(a4)+
        move.b  d7,d5
        move.w  d5,(a4)+
        move.w  (a0)+,d5
        andi.w  #0x7FFF,d5
        eori.w  #VFLIP,d5
        move.w  d5,(a4)+
        move.w  d3,(a4)+
        dbra    d2,2b
3:      rts
4:      addq.l  #2,a0
        dbra    d2,2b
        rts

| Draw a dark panel, 32 * d2 pixels wide and 16 high, with its left top at (d0, d1): a shadow operator.
draw_panel:
        addi.w  #128,d0
        addi.w  #128,d1
        subq.w  #1,d2
1:      cmpi.w  #80,d7
        bhs.s   2f
        addq.w  #1,d7
        move.w  d1,(a4)+
        move.b  #0x0D,(a4)+                     | 32 x 16
        move.b  d7,(a4)+
        move.w  #FIG_PANEL,(a4)+
        move.w  d0,(a4)+
        addi.w  #32,d0
        dbra    d2,1b
2:      rts

| Draw the text at a0, ended by 0, with its left top at (d0, d1). Changes d0, d2, a0.
draw_text:
        addi.w  #128,d0
        addi.w  #128,d1
1:      moveq   #0,d2
        move.b  (a0)+,d2
        beq.s   2f
        subi.w  #32,d2
        beq.s   3f
        cmpi.w  #80,d7
        bhs.s   2f
        addq.w  #1,d7
        addi.w  #TILE_FONT+PRIORITY,d2
        move.w  d1,(a4)+
        move.w  d7,(a4)+                        | 8 x 8, link
        move.w  d2,(a4)+
        move.w  d0,(a4)+
3:      addq.w  #8,d0
        bra.s   1b
2:      subi.w  #128,d1
        rts
