| The player's bolts and the enemies' embers.

        .section .text

| The boxes in which bolts hit: left, width, top, height, address of the enemy.
        .equ    BOX_SIZE,       10

shots_step:
        lea     enemy_boxes,a0
        lea     enemies,a1
        lea     enemy_kinds,a3
        moveq   #ENEMIES-1,d0
        moveq   #-1,d1
1:      move.w  (a1),d2
        beq.s   2f
        lsl.w   #4,d2
        move.w  K_WIDE(a3,d2.w),d3
        addq.w  #6,d3
        move.w  O_X(a1),d4
        sub.w   d3,d4
        add.w   d3,d3
        move.w  d4,(a0)+
        move.w  d3,(a0)+
        move.w  K_HIGH(a3,d2.w),d3
        move.w  O_Y(a1),d4
        sub.w   d3,d4
        add.w   d3,d3
        move.w  d4,(a0)+
        move.w  d3,(a0)+
        move.w  a1,(a0)+
        addq.w  #1,d1
2:      lea     O_SIZE(a1),a1
        dbra    d0,1b
        move.w  d1,enemies_there
        lea     shots,a2
        moveq   #SHOTS-1,d6
3:      tst.w   (a2)
        beq.s   4f
        move.l  O_VX(a2),d0
        add.l   d0,O_X(a2)
        move.l  O_VY(a2),d0
        add.l   d0,O_Y(a2)
        cmpi.w  #328,O_X(a2)
        bge.s   5f
        cmpi.w  #20,O_Y(a2)
        blt.s   5f
        bsr.s   shot_against_enemies
4:      lea     O_SIZE(a2),a2
        dbra    d6,3b
        rts
5:      clr.w   (a2)
        bra.s   4b

| Does the bolt a2 strike an enemy?
shot_against_enemies:
        move.w  enemies_there,d5
        bmi.s   3f
        lea     enemy_boxes,a0
        move.w  O_X(a2),d3
        move.w  O_Y(a2),d4
1:      move.w  d3,d0
        sub.w   (a0),d0
        cmp.w   2(a0),d0
        bhi.s   2f
        move.w  d4,d0
        sub.w   4(a0),d0
        cmp.w   6(a0),d0
        bhi.s   2f
        movea.w 8(a0),a3
        tst.w   (a3)
        beq.s   2f                              | shot down a moment ago
        clr.w   (a2)
        move.w  d3,d0
        move.w  d4,d1
        movem.l d6/a2,-(sp)
        movea.l a3,a2
        bsr     spark_new
        bsr     enemy_hurt
        movem.l (sp)+,d6/a2
        rts
2:      lea     BOX_SIZE(a0),a0
        dbra    d5,1b
3:      rts

shots_draw:
        lea     shots,a2
        moveq   #SHOTS-1,d6
1:      tst.w   (a2)
        beq.s   2f
        move.w  O_X(a2),d0
        move.w  O_Y(a2),d1
        lea     fig_bolt_0,a0
        bsr     draw_figure
2:      lea     O_SIZE(a2),a2
        dbra    d6,1b
        rts

| An ember from (d0, d1) in direction d2 (256ths of a turn) at speed d3 (8.8).
ember_new:
        movem.l d2-d4,-(sp)
        lea     embers,a0
        move.w  d1,d4
        moveq   #EMBERS,d1
        bsr     object_new
        beq.s   1f
        move.w  #1,(a0)
        move.w  d0,O_X(a0)
        move.w  d4,O_Y(a0)
        move.w  d2,d0
        move.w  d3,d1
        move.l  a0,-(sp)
        bsr     velocity
        move.l  (sp)+,a0
        move.l  d0,O_VX(a0)
        move.l  d1,O_VY(a0)
1:      movem.l (sp)+,d2-d4
        rts

| d2: the direction from the object a2 to the player. Changes d0-d3, a0.
aim:
        move.w  player_x,d0
        sub.w   O_X(a2),d0
        move.w  player_y,d1
        sub.w   O_Y(a2),d1
        bsr     direction
        move.w  d0,d2
        rts

embers_step:
        lea     embers,a2
        moveq   #EMBERS-1,d6
1:      tst.w   (a2)
        beq.s   2f
        bsr     object_move
        bsr     object_cull
        bne.s   2f
        cmpi.w  #20,O_Y(a2)                     | not into the status bar
        blt.s   3f
        move.w  O_X(a2),d0
        sub.w   player_x,d0
        addi.w  #11,d0
        cmpi.w  #23,d0
        bhi.s   2f
        move.w  O_Y(a2),d0
        sub.w   player_y,d0
        addq.w  #5,d0
        cmpi.w  #11,d0
        bhi.s   2f
        bsr     player_hit
3:      clr.w   (a2)
2:      lea     O_SIZE(a2),a2
        dbra    d6,1b
        rts

embers_draw:
        lea     embers,a2
        moveq   #EMBERS-1,d6
1:      tst.w   (a2)
        beq.s   2f
        move.w  tick_count,d2
        lsr.w   #2,d2
        andi.w  #1,d2
        move.w  O_X(a2),d0
        move.w  O_Y(a2),d1
        lea     fig_ember,a0
        bsr     draw_frame
2:      lea     O_SIZE(a2),a2
        dbra    d6,1b
        rts
