| Stages: what comes when. Two scripts run side by side for each of the four times of the day.

        .equ    W_PAUSE,        0               | steps before the first
        .equ    W_KIND,         2
        .equ    W_COUNT,        4
        .equ    W_EVERY,        6               | steps between two of them
        .equ    W_Y,            8
        .equ    W_DY,           10              | added for each
        .equ    W_SIZE,         12

        .section .text

| Start the present stage's scripts.
stage_begin:
        move.w  stage,d0
        andi.w  #3,d0
        lsl.w   #3,d0
        lea     stage_scripts(pc),a0
        lea     wave_a,a1
        move.l  0(a0,d0.w),(a1)
        move.l  4(a0,d0.w),wave_b-wave_a(a1)
        clr.l   4(a1)
        clr.l   wave_b-wave_a+4(a1)
        movea.l (a1),a0
        move.w  W_PAUSE(a0),6(a1)
        lea     wave_b,a1
        movea.l (a1),a0
        move.w  W_PAUSE(a0),6(a1)
        rts

| A running script: the wave's address, how many have come, steps to the next.
waves_step:
        lea     wave_a,a3
        bsr.s   wave_step
        lea     wave_b,a3
wave_step:
        move.l  (a3),d0
        beq.s   9f
        subq.w  #1,6(a3)
        bpl.s   9f
        movea.l d0,a1
        move.w  W_COUNT(a1),d0
        bmi.s   8f                              | the end of the script
        move.w  4(a3),d1
        muls.w  W_DY(a1),d1
        add.w   W_Y(a1),d1
        move.w  W_KIND(a1),d0
        bsr     enemy_new
        movea.l (a3),a1
        addq.w  #1,4(a3)
        move.w  W_EVERY(a1),6(a3)
        move.w  4(a3),d0
        cmp.w   W_COUNT(a1),d0
        blo.s   9f
        clr.w   4(a3)
        lea     W_SIZE(a1),a1
        move.l  a1,(a3)
        move.w  W_PAUSE(a1),6(a3)
9:      rts
8:      clr.l   (a3)
        rts

| The airship is down: on to the next time of the day.
stage_cleared:
        addq.w  #1,stage
        addq.w  #1,rank
        cmpi.w  #9,rank
        bls.s   1f
        move.w  #9,rank
1:      move.w  #180,stage_pause
        lea     embers,a0
        moveq   #EMBERS-1,d0
2:      clr.w   (a0)
        lea     O_SIZE(a0),a0
        dbra    d0,2b
        move.w  stage,d0
        andi.w  #3,d0
        lsl.w   #4,d0
        move.w  d0,scene_target
        bra     status_update

        .macro  wave pause, kind, count, every, y, dy
        .word   \pause, \kind, \count, \every, \y, \dy
        .endm
        .macro  endwave
        .word   0, 0, -1, 0, 0, 0
        .endm

stage_scripts:
        .long   evening_a, evening_b, dusk_a, dusk_b, night_a, night_b, dawn_a, dawn_b

evening_a:
        wave    60, E_MOTH, 6, 16, 80, 0
        wave    110, E_MOTH, 6, 16, 120, 0
        wave    110, E_MOTH, 5, 14, 60, 16
        wave    120, E_CRANE, 4, 30, 50, 30
        wave    110, E_MOTH, 8, 14, 100, 0
        wave    100, E_LANTERN, 2, 60, 70, 50
        wave    120, E_CRANE, 6, 24, 140, -16
        wave    110, E_MOTH, 8, 12, 70, 8
        wave    180, E_AIRSHIP, 1, 1, 92, 0
        endwave
evening_b:
        wave    520, E_LANTERN, 1, 1, 90, 0
        wave    260, E_MINE, 3, 30, 60, 40
        wave    260, E_LANTERN, 1, 1, 120, 0
        wave    200, E_MINE, 4, 24, 50, 32
        endwave

dusk_a:
        wave    60, E_CRANE, 5, 26, 50, 22
        wave    90, E_MOTH, 8, 14, 90, 0
        wave    90, E_MINE, 6, 20, 40, 24
        wave    110, E_LANTERN, 3, 50, 60, 40
        wave    120, E_CRANE, 8, 22, 150, -14
        wave    90, E_MOTH, 10, 12, 110, 0
        wave    100, E_LANTERN, 3, 44, 130, -36
        wave    180, E_AIRSHIP, 1, 1, 92, 0
        endwave
dusk_b:
        wave    300, E_MOTH, 6, 16, 60, 12
        wave    280, E_MINE, 4, 26, 140, -28
        wave    240, E_MOTH, 8, 12, 130, -8
        wave    220, E_CRANE, 4, 40, 60, 30
        endwave

night_a:
        wave    60, E_LANTERN, 3, 50, 60, 36
        wave    120, E_MOTH, 10, 12, 100, 0
        wave    80, E_CRANE, 6, 22, 50, 20
        wave    100, E_MINE, 8, 16, 40, 17
        wave    110, E_MOTH, 12, 10, 70, 6
        wave    90, E_LANTERN, 4, 40, 140, -30
        wave    120, E_CRANE, 8, 18, 60, 12
        wave    180, E_AIRSHIP, 1, 1, 92, 0
        endwave
night_b:
        wave    240, E_MOTH, 8, 12, 130, 0
        wave    200, E_MINE, 4, 24, 60, 30
        wave    220, E_CRANE, 6, 24, 140, -18
        wave    200, E_MOTH, 10, 12, 60, 0
        endwave

dawn_a:
        wave    60, E_MOTH, 12, 10, 90, 0
        wave    80, E_CRANE, 8, 18, 40, 16
        wave    90, E_LANTERN, 4, 36, 50, 30
        wave    90, E_MINE, 10, 14, 150, -12
        wave    90, E_CRANE, 10, 16, 150, -12
        wave    80, E_MOTH, 14, 10, 110, 0
        wave    90, E_LANTERN, 5, 30, 130, -20
        wave    180, E_AIRSHIP, 1, 1, 92, 0
        endwave
dawn_b:
        wave    200, E_CRANE, 6, 22, 60, 16
        wave    200, E_MOTH, 10, 12, 60, 0
        wave    180, E_MINE, 6, 18, 50, 20
        wave    180, E_LANTERN, 3, 40, 60, 40
        endwave
