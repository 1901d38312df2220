| The player's seaplane: flight, gun, lamp, flashes, loss.

        .equ    PLAYER_LEFT,    24<<16
        .equ    PLAYER_RIGHT,   290<<16
        .equ    PLAYER_TOP,     30<<16
        .equ    PLAYER_BOTTOM,  184<<16

        .section .text

player_start:
        move.l  #60<<16,player_x
        move.l  #96<<16,player_y
        clr.w   player_tilt
        clr.w   gun_wait
        clr.w   player_lost
        move.w  #150,player_safe
        rts

| One step. control_held and control_pressed are the pad's or the demo pilot's.
player_step:
        tst.w   player_lost
        bne     player_gone
        move.w  control_held,d0
        move.l  #0x1C000,d1                     | 1.75 pixels a step
        tst.b   slow_flight
        beq.s   1f
        move.l  #0x10000,d1
1:      moveq   #0,d2                           | wanted tilt
        btst    #PAD_UP,d0
        beq.s   2f
        sub.l   d1,player_y
        moveq   #-8,d2
2:      btst    #PAD_DOWN,d0
        beq.s   3f
        add.l   d1,player_y
        moveq   #8,d2
3:      btst    #PAD_LEFT,d0
        beq.s   4f
        sub.l   d1,player_x
4:      btst    #PAD_RIGHT,d0
        beq.s   5f
        add.l   d1,player_x
5:      move.w  player_tilt,d3                  | follow it by steps of one
        cmp.w   d3,d2
        beq.s   7f
        bgt.s   6f
        subq.w  #2,d3
6:      addq.w  #1,d3
        move.w  d3,player_tilt
7:      lea     player_x,a0
        move.l  #PLAYER_LEFT,d1
        move.l  #PLAYER_RIGHT,d2
        bsr     clamp_long
        lea     player_y,a0
        move.l  #PLAYER_TOP,d1
        move.l  #PLAYER_BOTTOM,d2
        bsr     clamp_long
        tst.w   player_safe
        beq.s   8f
        subq.w  #1,player_safe
8:      move.w  control_pressed,d0
        btst    #PAD_A,d0
        beq.s   9f
        bsr     player_flash
9:      tst.w   gun_wait
        beq.s   10f
        subq.w  #1,gun_wait
        rts
10:     tst.b   auto_fire
        bne.s   player_fire
        move.w  control_held,d0
        andi.w  #(1<<PAD_B)+(1<<PAD_C),d0
        bne.s   player_fire
        rts

clamp_long:
        cmp.l   (a0),d1
        ble.s   1f
        move.l  d1,(a0)
1:      cmp.l   (a0),d2
        bge.s   2f
        move.l  d2,(a0)
2:      rts

| One, two or three bolts, by the gun's level.
player_fire:
        move.w  #9,gun_wait
        move.w  gun_level,d0
        cmpi.w  #2,d0
        blt.s   1f
        beq.s   2f
        moveq   #-6,d3
        move.l  #-0x12000,d4
        bsr.s   fire_bolt
        moveq   #6,d3
        move.l  #0x12000,d4
        bsr.s   fire_bolt
1:      moveq   #0,d3
        moveq   #0,d4
        bsr.s   fire_bolt
        bra.s   3f
2:      moveq   #-5,d3
        moveq   #0,d4
        bsr.s   fire_bolt
        moveq   #5,d3
        moveq   #0,d4
        bsr.s   fire_bolt
3:      moveq   #SND_SHOT,d0
        bra     sound_play

| A bolt d3 pixels below the nose that climbs or sinks by d4.
fire_bolt:
        lea     shots,a0
        moveq   #SHOTS,d1
        bsr     object_new
        beq.s   1f
        move.w  #1,(a0)
        move.w  player_x,d0
        addi.w  #22,d0
        move.w  d0,O_X(a0)
        move.w  player_y,d0
        addq.w  #1,d0
        add.w   d3,d0
        move.w  d0,O_Y(a0)
        move.l  #0x68000,O_VX(a0)
        move.l  d4,O_VY(a0)
1:      rts

| A flash of the great lamp: embers go out, everything in sight is hurt.
player_flash:
        tst.w   flashes
        beq.s   1f
        tst.w   flash_time
        bne.s   1f
        subq.w  #1,flashes
        move.w  #48,flash_time
        move.w  #13,glare_time
        moveq   #SND_FLASH,d0
        bsr     sound_play
        bsr     status_update
1:      rts

| While the flash lasts: each eighth step a little damage, and embers turn to fireflies.
flash_step:
        tst.w   flash_time
        beq.s   9f
        subq.w  #1,flash_time
        lea     embers,a2
        moveq   #EMBERS-1,d6
1:      tst.w   (a2)
        beq.s   2f
        clr.w   (a2)
        move.w  O_X(a2),d0
        move.w  O_Y(a2),d1
        bsr     spark_new
2:      lea     O_SIZE(a2),a2
        dbra    d6,1b
        move.w  flash_time,d0
        andi.w  #7,d0
        bne.s   9f
        lea     enemies,a2
        moveq   #ENEMIES-1,d6
3:      tst.w   (a2)
        beq.s   4f
        cmpi.w  #330,O_X(a2)
        bgt.s   4f
        bsr     enemy_hurt
4:      lea     O_SIZE(a2),a2
        dbra    d6,3b
9:      rts

| The plane is hit.
player_hit:
        tst.w   player_safe
        bne.s   1f
        tst.w   player_lost
        bne.s   1f
        tst.w   flash_time
        bne.s   1f
        move.w  #1,player_lost
        move.w  player_x,d0
        move.w  player_y,d1
        bsr     blast
        move.w  #16,shake
        move.w  #1,gun_level
        moveq   #SND_BOOM,d0
        bsr     sound_play
        bsr     status_update
1:      rts

| After the loss: sparks for a while, then the next plane or the end.
player_gone:
        addq.w  #1,player_lost
        move.w  player_lost,d0
        cmpi.w  #40,d0
        bhs.s   1f
        andi.w  #3,d0
        bne.s   1f
        move.w  player_x,d0
        move.w  player_y,d1
        bsr     spark_new
1:      cmpi.w  #90,player_lost
        blo.s   2f
        subq.w  #1,lives
        bmi.s   3f
        move.w  #2,flashes
        bsr     player_start
        bra     status_update
3:      clr.w   lives
        move.w  #90,player_lost
        bra     game_over_begin
2:      rts

| Draw the plane, its propeller, and later the lamp's beam, an operator, and its reflection.
player_draw:
        tst.w   player_lost
        bne.s   9f
        move.w  player_safe,d0
        andi.w  #2,d0
        bne.s   9f
        move.w  player_x,d0
        addi.w  #21,d0
        move.w  player_y,d1
        move.w  tick_count,d2
        lsr.w   #1,d2
        andi.w  #1,d2
        lea     fig_propeller,a0
        bsr     draw_frame
        bsr.s   player_frame
        move.w  player_x,d0
        move.w  player_y,d1
        lea     fig_plane,a0
        bsr     draw_frame
9:      rts

player_frame:                                   | d2: frame by the tilt
        moveq   #0,d2
        move.w  player_tilt,d3
        cmpi.w  #-4,d3
        bge.s   1f
        moveq   #1,d2
1:      cmpi.w  #4,d3
        ble.s   2f
        moveq   #2,d2
2:      rts

player_draw_operators:
        tst.w   player_lost
        bne.s   9f
        tst.b   lamp
        beq.s   1f
        move.w  player_x,d0
        addi.w  #68,d0
        move.w  player_y,d1
        addq.w  #1,d1
        lea     fig_beam_0,a0
        bsr     draw_figure
1:      bsr.s   player_frame
        move.w  player_x,d0
        move.w  player_y,d1
        lea     fig_plane,a0
        bsr     draw_reflection
9:      rts
