| The time of the day: palettes, the colours of the lines, and the lake's shimmer.

        .equ    SCENE_BYTES,    LINES*4+64
        .equ    SCENE_NIGHT,    32

        .section .text

| Make scene d0 (0..63) the present one; exchange the name tables where the night begins or ends.
scene_set:
        move.w  scene_index,d1
        move.w  d0,scene_index
        cmpi.w  #SCENE_NIGHT,d0
        seq     d2
        cmpi.w  #SCENE_NIGHT,d1
        seq     d1
        cmp.b   d1,d2
        beq.s   2f
        move.l  #planes_day_sky,d1
        tst.b   d2
        beq.s   1f
        move.l  #planes_night_sky,d1
1:      move.l  d1,planes_wanted
2:      st      scene_dirty
        rts

| Build the palette and the scene buffer from scene_index and fade.
scene_apply:
        move.w  #2,raster_stale
        movem.l d2-d3/a2-a3,-(sp)
        lea     scenes,a0
        move.w  scene_index,d0
        mulu.w  #SCENE_BYTES,d0
        adda.l  d0,a0
        lea     scene_buffer,a1
        lea     fade_table,a2
        move.w  fade,d0
        bne.s   1f
        move.w  glare,d0
        beq.s   1f
        addq.w  #8,d0                           | the tables behind the nine of the fade
1:      move.w  d0,fade_used
        lsl.w   #8,d0
        adda.w  d0,a2
        move.w  #SCENE_BYTES/2-1,d3
        bsr.s   fade_words
        lea     palette+32,a1                   | palettes 1 and 2 are the scene's
        lea     scene_buffer+LINES*4,a3
        moveq   #15,d0
1:      move.l  (a3)+,(a1)+
        dbra    d0,1b
        lea     palette_fixed,a0
        lea     palette,a1
        moveq   #15,d3
        bsr.s   fade_words
        lea     palette+96,a1
        moveq   #15,d3
        bsr.s   fade_words
        movem.l (sp)+,d2-d3/a2-a3
        rts

| Copy d3+1 colours from a0 to a1 through the fade table at a2.
fade_words:
        tst.w   fade_used
        bne.s   2f
1:      move.w  (a0)+,(a1)+
        dbra    d3,1b
        rts
2:      moveq   #0,d0
        moveq   #0,d1
3:      move.b  (a0)+,d0                        | blue
        move.b  (a0)+,d1                        | green and red
        move.b  0(a2,d0.w),(a1)+
        move.b  0(a2,d1.w),(a1)+
        dbra    d3,3b
        rts

| Build the colours of the lines for the next frame where something has changed: the sky as it is, the lake with lines
| exchanged. There are two buffers, so that the one on the screen stays whole.
raster_build:
        move.w  tick_count,d0
        lsr.w   #2,d0
        andi.w  #31,d0
        tst.w   raster_stale
        bne.s   1f
        cmp.w   raster_phase,d0
        bne.s   1f
        rts
1:      move.w  d0,raster_phase
        movem.l d2-d7/a2,-(sp)
        lea     raster_buffers,a1
        move.l  raster_shown,d1
        cmp.l   a1,d1
        bne.s   2f
        lea     (LINES+4)*4(a1),a1
2:      move.l  a1,raster_next
        lea     scene_buffer,a0
        tst.w   raster_stale
        beq.s   4f
        subq.w  #1,raster_stale
        moveq   #WATERLINE/8-1,d1
3:      movem.l (a0)+,d2-d7/a2-a3
        movem.l d2-d7/a2-a3,(a1)
        lea     32(a1),a1
        dbra    d1,3b
        bra.s   5f
4:      lea     WATERLINE*4(a0),a0
        lea     WATERLINE*4(a1),a1
5:      lea     shimmer,a2                      | LINES-WATERLINE bytes for each of 32 phases: line offsets times 4
        mulu.w  #LINES-WATERLINE,d0
        adda.w  d0,a2
        moveq   #LINES-WATERLINE-1,d0
6:      move.b  (a2)+,d1
        ext.w   d1
        move.l  0(a0,d1.w),(a1)+
        addq.l  #4,a0
        dbra    d0,6b
        movem.l (sp)+,d2-d7/a2
        rts
