| Parallax: how far each line of both planes has moved, from the camera's distance.

        .section .text

| Plane B: stars and sky, three bands of cloud, the mountains, their reflection.
| Plane A: the wooded shore, its reflection, the reeds in front. The lake's lines sway.
scroll_build:
        movem.l d2-d7/a2-a3,-(sp)
        lea     scroll_table,a1
        move.l  camera,d7
        lsr.l   #8,d7                           | pixels * 256
        move.l  d7,d0                           | shore: half the reeds' speed
        lsr.l   #8,d0
        lsr.l   #1,d0
        neg.w   d0
        swap    d0
        clr.w   d0                              | high word: plane A

        lea     cloud_bands(pc),a0
        moveq   #(cloud_bands_end-cloud_bands)/4-1,d6
1:      move.w  (a0)+,d5                        | lines
        move.w  (a0)+,d4                        | speed / 256
        move.l  d7,d1
        lsr.l   #8,d1
        mulu.w  d4,d1
        lsr.l   #8,d1
        neg.w   d1
        move.w  d1,d0
2:      move.l  d0,(a1)+
        dbra    d5,2b
        dbra    d6,1b

        lea     ripple,a2                       | LINES-WATERLINE bytes for each of 64 phases
        move.w  tick_count,d2
        lsr.w   #1,d2
        andi.w  #63,d2
        mulu.w  #LINES-WATERLINE,d2
        adda.l  d2,a2
        move.l  d0,d3
        swap    d3                              | shore
        moveq   #RIPPLE_LINES-1,d5
3:      move.b  (a2)+,d2
        ext.w   d2
        move.w  d3,d4
        add.w   d2,d4
        move.w  d4,(a1)+
        add.w   d0,d2
        move.w  d2,(a1)+
        dbra    d5,3b

        move.l  d7,d3                           | the reeds
        lsr.l   #8,d3
        neg.w   d3
        moveq   #LINES-WATERLINE-RIPPLE_LINES-1,d5
4:      move.b  (a2)+,d2
        ext.w   d2
        move.w  d3,(a1)+
        add.w   d0,d2
        move.w  d2,(a1)+
        dbra    d5,4b
        movem.l (sp)+,d2-d7/a2-a3
        rts

        .equ    RIPPLE_LINES,   48
cloud_bands:                                    | lines - 1, speed
        .word   31,8
        .word   12,44
        .word   13,34
        .word   12,26
        .word   79,32                           | the mountains and their reflection
cloud_bands_end:
