| The status bar in the window: score, high score, gun, lamps, planes.

        .section .text

| Add the BCD number d0 to the score; a new plane at each threshold.
score_add:
        tst.b   demo
        bne.s   9f
        lea     score_work+4,a0
        move.l  d0,-(a0)
        addq.l  #4,a0
        lea     score+4,a1
        move    #0,ccr
        abcd    -(a0),-(a1)
        abcd    -(a0),-(a1)
        abcd    -(a0),-(a1)
        abcd    -(a0),-(a1)
        move.l  score,d0
        cmp.l   best,d0
        bls.s   1f
        move.l  d0,best
        st      best_beaten
1:      movea.l next_life,a0
        cmp.l   (a0),d0
        blo.s   status_update
        addq.l  #4,next_life
        cmpi.w  #5,lives
        bhs.s   status_update
        addq.w  #1,lives
        moveq   #SND_LIFE,d0
        bsr     sound_play
        bra.s   status_update
9:      rts

life_thresholds:
        .long   0x00010000, 0x00030000, 0x00060000, 0x00100000, 0x00150000, 0x00200000, 0x00300000, 0xFFFFFFFF

| Have the bar built again before the frame ends.
status_update:
        st      status_wanted
        rts

| The labels, which never change.
status_begin:
        lea     status_cells,a0
        move.l  #(TILE_ICONS+PRIORITY)*0x10001,d0
        moveq   #63,d1
1:      move.l  d0,(a0)+
        dbra    d1,1b
        lea     status_labels(pc),a0
        lea     status_cells,a1
2:      move.w  (a0)+,d1                        | column * 2
        bmi.s   4f
3:      moveq   #0,d0
        move.b  (a0)+,d0
        beq.s   5f
        addi.w  #TILE_LABEL-'A'+PRIORITY,d0
        move.w  d0,0(a1,d1.w)
        addq.w  #2,d1
        bra.s   3b
5:      move.l  a0,d0                           | to an even address
        addq.l  #1,d0
        andi.b  #0xFE,d0
        movea.l d0,a0
        bra.s   2b
4:      rts

| The second row.
status_build:
        sf      status_wanted
        lea     status_cells+128+2*1,a1
        move.l  score,d0
        bsr     status_number
        lea     status_cells+128+2*11,a1
        move.l  best,d0
        bsr     status_number
        lea     status_cells+128+2*21,a1
        move.w  gun_level,d1
        moveq   #3,d2
        move.w  #TILE_ICONS+3+PRIORITY,d3
        bsr.s   status_icons
        lea     status_cells+128+2*26,a1
        move.w  flashes,d1
        moveq   #3,d2
        move.w  #TILE_ICONS+1+PRIORITY,d3
        bsr.s   status_icons
        lea     status_cells+128+2*33,a1
        move.l  #(TILE_ICONS+PRIORITY)*0x10001,d0
        move.l  d0,(a1)
        move.l  d0,4(a1)
        move.l  d0,8(a1)
        move.w  lives,d1
        moveq   #0,d2
        move.w  #TILE_ICONS+5+PRIORITY,d3
        bsr.s   status_icons
        st      status_dirty
        rts

| d1 full icons d3, then empty ones (d3 + 1) until there are d2.
status_icons:
        moveq   #0,d4
1:      cmp.w   d1,d4
        bhs.s   2f
        move.w  d3,(a1)+
        addq.w  #1,d4
        cmpi.w  #6,d4
        blo.s   1b
2:      addq.w  #1,d3
3:      cmp.w   d2,d4
        bhs.s   4f
        move.w  d3,(a1)+
        addq.w  #1,d4
        bra.s   3b
4:      rts

| The eight BCD digits of d0 at a1.
status_number:
        moveq   #7,d1
1:      rol.l   #4,d0
        move.w  d0,d2
        andi.w  #15,d2
        addi.w  #TILE_STATUS+16+PRIORITY,d2
        move.w  d2,(a1)+
        dbra    d1,1b
        rts

        .macro  label column, text
        .word   \column*2
        .asciz  "\text"
        .balign 2
        .endm
status_labels:
        label   1,SCORE
        label   11,HIGH
        label   21,GUN
        label   26,LAMP
        label   33,PLANES
        .word   -1
