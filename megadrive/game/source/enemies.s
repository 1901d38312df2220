| The enemies: moths, paper cranes, lanterns, thistle mines and the airship.

        .equ    K_STEP,         0               | routine, one step
        .equ    K_FIGURE,       4
        .equ    K_WIDE,         8               | half the size of what can be hit
        .equ    K_HIGH,         10
        .equ    K_HP,           12
        .equ    K_SCORE,        14              | BCD

        .equ    E_MOTH,         1
        .equ    E_CRANE,        2
        .equ    E_LANTERN,      3
        .equ    E_MINE,         4
        .equ    E_AIRSHIP,      5

        .section .text
        .macro  kind step, figure, wide, high, hp, score
        .long   \step, \figure
        .word   \wide, \high, \hp, \score
        .endm
enemy_kinds:
        kind    0, 0, 0, 0, 0, 0
        kind    moth_step, fig_moth, 9, 9, 1, 0x0100
        kind    crane_step, fig_crane, 12, 7, 1, 0x0150
        kind    lantern_step, fig_lantern, 11, 14, 5, 0x0300
        kind    mine_step, fig_mine, 8, 8, 3, 0x0200
        kind    airship_step, fig_airship, 42, 18, 80, 0x5000

| A new enemy of kind d0 at height d1; it enters at the right. a0: the object, or 0 (Z set).
enemy_new:
        movem.w d0-d1,-(sp)
        lea     enemies,a0
        moveq   #ENEMIES,d1
        bsr     object_new
        movem.w (sp)+,d0-d1
        cmpa.w  #0,a0
        beq.s   1f
        move.w  d0,(a0)
        move.w  #344,O_X(a0)
        move.w  d1,O_Y(a0)
        move.w  d1,O_AUX(a0)
        lsl.w   #4,d0
        lea     enemy_kinds,a1
        move.w  K_HP(a1,d0.w),O_HP(a0)
        bsr     random
        andi.w  #63,d0
        addi.w  #40,d0
        move.w  d0,O_TIMER(a0)
        cmpa.w  #0,a0
1:      rts

enemies_step:
        lea     enemies,a2
        moveq   #ENEMIES-1,d6
1:      move.w  (a2),d0
        beq.s   2f
        addq.w  #1,O_PHASE(a2)
        tst.w   O_FLASH(a2)
        beq.s   3f
        subq.w  #1,O_FLASH(a2)
3:      lsl.w   #4,d0
        lea     enemy_kinds,a0
        movea.l K_STEP(a0,d0.w),a0
        jsr     (a0)
        bsr     object_move
        bsr     object_cull
        bne.s   2f
        bsr.s   enemy_against_player
2:      lea     O_SIZE(a2),a2
        dbra    d6,1b
        rts

enemy_against_player:
        move.w  (a2),d2
        lsl.w   #4,d2
        lea     enemy_kinds,a1
        move.w  player_x,d0
        sub.w   O_X(a2),d0
        move.w  K_WIDE(a1,d2.w),d1
        addi.w  #12,d1
        add.w   d1,d0
        add.w   d1,d1
        cmp.w   d1,d0
        bhi.s   1f
        move.w  player_y,d0
        sub.w   O_Y(a2),d0
        move.w  K_HIGH(a1,d2.w),d1
        addq.w  #3,d1
        add.w   d1,d0
        add.w   d1,d1
        cmp.w   d1,d0
        bhi.s   1f
        tst.w   player_lost
        bne.s   1f
        tst.w   player_safe
        bne.s   1f
        bsr     player_hit
        bsr.s   enemy_hurt
1:      rts

| Take a point of strength from the enemy a2. Changes d0-d5, a0, a1.
enemy_hurt:
        move.w  #4,O_FLASH(a2)
        subq.w  #1,O_HP(a2)
        ble.s   1f
        moveq   #SND_HIT,d0
        bra     sound_play
1:      move.w  (a2),d0
        move.w  d0,-(sp)
        clr.w   (a2)
        lsl.w   #4,d0
        lea     enemy_kinds,a1
        moveq   #0,d1
        move.w  K_SCORE(a1,d0.w),d1
        move.l  d1,d0
        bsr     score_add
        move.w  O_X(a2),d0
        move.w  O_Y(a2),d1
        bsr     blast
        moveq   #SND_BURST,d0
        bsr     sound_play
        move.w  (sp)+,d0
        cmpi.w  #E_LANTERN,d0
        beq     lantern_end
        cmpi.w  #E_MINE,d0
        beq     mine_end
        cmpi.w  #E_AIRSHIP,d0
        beq     airship_end
        addq.w  #1,downed                       | each eighth small one leaves a firefly, each thirtieth a feather
        move.w  downed,d0
        cmpi.w  #30,d0
        blo.s   2f
        clr.w   downed
        moveq   #PICK_FEATHER,d2
        bra.s   3f
2:      andi.w  #3,d0
        bne.s   4f
        moveq   #PICK_ORB,d2
3:      move.w  O_X(a2),d0
        move.w  O_Y(a2),d1
        bsr     pickup_new
4:      rts

| Moths come in waves.
moth_step:
        move.w  rank,d0
        lsl.w   #8,d0
        lsl.w   #2,d0
        ext.l   d0
        addi.l  #0x14000,d0
        neg.l   d0
        move.l  d0,O_VX(a2)
        move.w  O_PHASE(a2),d0
        add.w   d0,d0
        bsr     sine
        muls.w  #28,d0
        asr.l   #8,d0
        add.w   O_AUX(a2),d0
        move.w  d0,O_Y(a2)
        move.w  rank,d0                         | later on they spit
        cmpi.w  #3,d0
        blo.s   1f
        subq.w  #1,O_TIMER(a2)
        bne.s   1f
        bra     enemy_aimed
1:      rts

| Cranes fly straight in, then dive towards where the player is.
crane_step:
        move.w  O_PHASE(a2),d0
        cmpi.w  #50,d0
        bhi.s   2f
        beq.s   1f
        move.l  #-0x18000,O_VX(a2)
        rts
1:      bsr     aim
        move.w  d2,d0
        move.w  rank,d1
        lsl.w   #5,d1
        addi.w  #0x0280,d1
        bsr     velocity
        move.l  d0,O_VX(a2)
        move.l  d1,O_VY(a2)
2:      tst.l   O_VX(a2)
        bmi.s   3f
        neg.l   O_VX(a2)                        | never back
3:      rts

| Lanterns drift and throw embers at the player.
lantern_step:
        move.l  #-0x9000,O_VX(a2)
        move.w  O_PHASE(a2),d0
        bsr     sine
        muls.w  #14,d0
        asr.l   #8,d0
        add.w   O_AUX(a2),d0
        move.w  d0,O_Y(a2)
        subq.w  #1,O_TIMER(a2)
        bne.s   1f
        move.w  rank,d0
        lsl.w   #3,d0
        neg.w   d0
        addi.w  #110,d0
        move.w  d0,O_TIMER(a2)
        bra.s   enemy_aimed
1:      rts

| An ember from the enemy a2 at the player, faster as the rank rises.
enemy_aimed:
        cmpi.w  #316,O_X(a2)
        bgt.s   1f
        cmpi.w  #80,O_X(a2)
        blt.s   1f
        bsr     aim
        move.w  rank,d3
        lsl.w   #4,d3
        addi.w  #0x0140,d3
        move.w  O_X(a2),d0
        move.w  O_Y(a2),d1
        bra     ember_new
1:      rts

lantern_end:
        moveq   #2,d4
1:      move.w  O_X(a2),d0
        move.w  d4,d1
        lsl.w   #4,d1
        add.w   d1,d0
        move.w  O_Y(a2),d1
        moveq   #PICK_ORB,d2
        bsr     pickup_new
        dbra    d4,1b
        rts

| Mines hang in the air; when shot they scatter embers.
mine_step:
        move.l  #-0xC000,O_VX(a2)
        rts

mine_end:
        moveq   #5,d4
1:      move.w  d4,d2
        mulu.w  #43,d2
        addi.w  #21,d2
        move.w  #0x0120,d3
        move.w  O_X(a2),d0
        move.w  O_Y(a2),d1
        bsr     ember_new
        dbra    d4,1b
        rts

| The airship comes in, then cruises up and down; fans of embers, and aimed ones between.
airship_step:
        move.l  #-0x8000,O_VX(a2)
        cmpi.w  #246,O_X(a2)
        bgt.s   9f
        clr.l   O_VX(a2)
        move.w  O_PHASE(a2),d0
        lsr.w   #1,d0
        bsr     sine
        muls.w  #38,d0
        asr.l   #8,d0
        addi.w  #92,d0
        sub.w   O_Y(a2),d0                      | follow the curve softly
        ext.l   d0
        asl.l   #8,d0
        asl.l   #4,d0
        move.l  d0,O_VY(a2)
        subq.w  #1,O_TIMER(a2)
        bne.s   9f
        move.w  rank,d0
        lsl.w   #2,d0
        neg.w   d0
        addi.w  #64,d0
        move.w  d0,O_TIMER(a2)
        addq.w  #1,O_AUX(a2)
        btst    #0,O_AUX+1(a2)
        bne     enemy_aimed
        moveq   #4,d4
1:      move.w  d4,d2
        mulu.w  #14,d2
        addi.w  #128-28,d2
        move.w  rank,d3
        lsl.w   #3,d3
        addi.w  #0x0130,d3
        move.w  O_X(a2),d0
        subi.w  #30,d0
        move.w  O_Y(a2),d1
        addi.w  #12,d1
        bsr     ember_new
        dbra    d4,1b
9:      rts

airship_end:
        moveq   #6,d5
1:      move.w  d5,-(sp)
        bsr     random
        andi.w  #63,d0
        subi.w  #32,d0
        add.w   O_X(a2),d0
        move.w  d0,d4
        bsr     random
        andi.w  #31,d0
        subi.w  #16,d0
        add.w   O_Y(a2),d0
        move.w  d0,d1
        move.w  d4,d0
        bsr     blast
        move.w  (sp)+,d5
        dbra    d5,1b
        move.w  #24,shake
        move.w  #13,glare_time
        moveq   #SND_BOOM,d0
        bsr     sound_play
        move.w  O_X(a2),d0
        move.w  O_Y(a2),d1
        moveq   #PICK_FEATHER,d2
        bsr     pickup_new
        bra     stage_cleared

enemies_draw:
        lea     draw_frame,a5
        bra.s   enemies_draw_by
enemies_reflect:
        lea     draw_reflection,a5
enemies_draw_by:
        lea     enemies,a2
        moveq   #ENEMIES-1,d6
1:      move.w  (a2),d0
        beq.s   2f
        move.w  O_FLASH(a2),d1                  | blinking when hurt
        andi.w  #2,d1
        bne.s   2f
        lsl.w   #4,d0
        lea     enemy_kinds,a0
        movea.l K_FIGURE(a0,d0.w),a0
        move.w  (a2),d1
        add.w   d1,d1
        lea     enemy_frames(pc),a1
        move.w  O_PHASE(a2),d2
        lsr.w   #2,d2
        move.b  0(a1,d1.w),d3                   | mask
        and.b   d3,d2
        cmp.b   1(a1,d1.w),d2                   | a cycle 0 1 2 1
        bls.s   3f
        moveq   #1,d2
3:      andi.w  #3,d2
        move.w  O_X(a2),d0
        move.w  O_Y(a2),d1
        jsr     (a5)
2:      lea     O_SIZE(a2),a2
        dbra    d6,1b
        rts
enemy_frames:                                   | mask, last frame
        .byte   0, 0, 3, 2, 3, 2, 1, 1, 1, 1, 0, 0
