| Particles: sparks and bursts of fire; pickups: fireflies and feathers.

        .equ    P_SPARK,        1
        .equ    P_BURST,        2
        .equ    P_FLASH,        3
        .equ    PICK_ORB,       1
        .equ    PICK_FEATHER,   2

        .section .text

| Take the pool's next particle, whatever it is, and put one of kind d2 at (d0, d1). a0: the particle. Changes d3.
particle_take:
        move.w  particle_next,d3
        lea     particles,a0
        adda.w  d3,a0
        addi.w  #O_SIZE,d3
        cmpi.w  #PARTICLES*O_SIZE,d3
        blo.s   1f
        moveq   #0,d3
1:      move.w  d3,particle_next
        move.w  d2,(a0)
        clr.l   O_X(a0)
        clr.l   O_Y(a0)
        move.w  d0,O_X(a0)
        move.w  d1,O_Y(a0)
        clr.l   O_VX(a0)
        clr.l   O_VY(a0)
        rts

| A spark from (d0, d1) in a random direction.
spark_new:
        moveq   #P_SPARK,d2
        bsr.s   particle_take
        bsr     random
        ext.l   d0
        asl.l   #2,d0
        move.l  d0,O_VX(a0)
        bsr     random
        ext.l   d0
        asl.l   #2,d0
        move.l  d0,O_VY(a0)
        bsr     random
        andi.w  #15,d0
        addi.w  #16,d0
        move.w  d0,O_TIMER(a0)
        rts

| A burst of fire at (d0, d1).
burst_new:
        moveq   #P_BURST,d2
particle_new:
        bsr.s   particle_take
        move.l  #-0x6000,O_VX(a0)
        move.w  #30,O_TIMER(a0)
        rts

| A burst with a flash of light and sparks at (d0, d1).
blast:
        movem.w d0-d1,-(sp)
        bsr.s   burst_new
        movem.w (sp),d0-d1
        moveq   #P_FLASH,d2
        bsr.s   particle_new
        move.w  #10,O_TIMER(a0)
        moveq   #7,d5
2:      movem.w (sp),d0-d1
        bsr     spark_new
        dbra    d5,2b
        addq.l  #4,sp
        rts

particles_step:
        lea     particles,a2
        moveq   #PARTICLES-1,d6
1:      tst.w   (a2)
        beq.s   3f
        bsr     object_move
        cmpi.w  #P_SPARK,(a2)
        bne.s   2f
        addi.l  #0x0C00,O_VY(a2)                | sparks fall
        cmpi.w  #20,O_Y(a2)
        blt.s   4f
2:      subq.w  #1,O_TIMER(a2)
        bne.s   3f
4:      clr.w   (a2)
3:      lea     O_SIZE(a2),a2
        dbra    d6,1b
        rts

particles_draw:
        lea     particles,a2
        moveq   #PARTICLES-1,d6
1:      move.w  (a2),d3
        beq.s   3f
        cmpi.w  #P_FLASH,d3
        beq.s   3f
        move.w  O_X(a2),d0
        move.w  O_Y(a2),d1
        moveq   #0,d2
        cmpi.w  #P_BURST,d3
        beq.s   2f
        moveq   #31,d2                          | sparks: frames 0..3 as the time runs out
        sub.w   O_TIMER(a2),d2
        lsr.w   #3,d2
        lea     fig_spark,a0
        bsr     draw_frame
        bra.s   3f
2:      moveq   #30,d2
        sub.w   O_TIMER(a2),d2
        ext.l   d2
        divu.w  #5,d2
        lea     fig_burst,a0
        bsr     draw_frame
3:      lea     O_SIZE(a2),a2
        dbra    d6,1b
        rts

| The flashes are highlight operators: they come after all that must not hide behind them.
particles_draw_operators:
        lea     particles,a2
        moveq   #PARTICLES-1,d6
1:      cmpi.w  #P_FLASH,(a2)
        bne.s   2f
        btst    #0,O_TIMER+1(a2)
        beq.s   2f
        move.w  O_X(a2),d0
        move.w  O_Y(a2),d1
        lea     fig_flash_0,a0
        bsr     draw_figure
2:      lea     O_SIZE(a2),a2
        dbra    d6,1b
        rts

| A pickup of kind d2 at (d0, d1).
pickup_new:
        lea     pickups,a0
        move.w  d1,d3
        moveq   #PICKUPS,d1
        bsr     object_new
        beq.s   1f
        move.w  d2,(a0)
        move.w  d0,O_X(a0)
        move.w  d3,O_Y(a0)
        move.l  #-0xA000,O_VX(a0)
1:      rts

pickups_step:
        lea     pickups,a2
        moveq   #PICKUPS-1,d6
1:      tst.w   (a2)
        beq     3f
        addq.w  #1,O_TIMER(a2)
        move.w  O_TIMER(a2),d0
        add.w   d0,d0
        bsr     sine                            | bobbing
        ext.l   d0
        asl.l   #6,d0
        move.l  d0,O_VY(a2)
        bsr     object_move
        bsr     object_cull
        bne     3f
        tst.w   player_lost
        bne     3f
        move.w  O_X(a2),d0
        sub.w   player_x,d0
        addi.w  #26,d0
        cmpi.w  #52,d0
        bhi.s   3f
        move.w  O_Y(a2),d0
        sub.w   player_y,d0
        addi.w  #18,d0
        cmpi.w  #36,d0
        bhi.s   3f
        cmpi.w  #PICK_FEATHER,(a2)
        beq.s   2f
        clr.w   (a2)
        move.l  #0x50,d0
        bsr     score_add
        moveq   #SND_PICKUP,d0
        bsr     sound_play
        bra.s   3f
2:      clr.w   (a2)
        move.l  #0x200,d0
        bsr     score_add
        cmpi.w  #3,gun_level
        bhs.s   4f
        addq.w  #1,gun_level
        bra.s   5f
4:      cmpi.w  #3,flashes
        bhs.s   5f
        addq.w  #1,flashes
5:      moveq   #SND_FEATHER,d0
        bsr     sound_play
        bsr     status_update
3:      lea     O_SIZE(a2),a2
        dbra    d6,1b
        rts

pickups_draw:
        lea     pickups,a2
        moveq   #PICKUPS-1,d6
1:      tst.w   (a2)
        beq.s   3f
        lea     fig_orb,a0
        cmpi.w  #PICK_FEATHER,(a2)
        bne.s   2f
        lea     fig_feather,a0
2:      move.w  O_TIMER(a2),d2
        lsr.w   #3,d2
        andi.w  #1,d2
        move.w  O_X(a2),d0
        move.w  O_Y(a2),d1
        bsr     draw_frame
3:      lea     O_SIZE(a2),a2
        dbra    d6,1b
        rts
