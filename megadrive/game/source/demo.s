| The pilot of the demonstration: aims at the nearest enemy ahead, shuns embers.

        .section .text

demo_pilot:
        move.w  #1<<PAD_B,d6
        move.w  player_x,d3
        move.w  player_y,d4
        move.w  #96,d5                          | height to be at
        move.w  #400,d2                         | nearest distance
        lea     enemies,a0
        moveq   #ENEMIES-1,d0
1:      tst.w   (a0)
        beq.s   2f
        move.w  O_X(a0),d1
        sub.w   d3,d1
        cmpi.w  #24,d1
        blt.s   2f
        cmp.w   d2,d1
        bge.s   2f
        move.w  d1,d2
        move.w  O_Y(a0),d5
2:      lea     O_SIZE(a0),a0
        dbra    d0,1b
        cmpi.w  #44,d2                          | too near: keep away from it
        bge.s   3f
        move.w  d4,d1
        sub.w   d5,d1
        asl.w   #2,d1
        add.w   d4,d1
        move.w  d1,d5
3:      lea     embers,a0
        moveq   #EMBERS-1,d0
4:      tst.w   (a0)
        beq.s   6f
        move.w  O_X(a0),d1
        sub.w   d3,d1
        addi.w  #30,d1
        cmpi.w  #90,d1
        bhi.s   6f
        move.w  O_Y(a0),d1
        sub.w   d4,d1
        move.w  d1,d2
        bpl.s   5f
        neg.w   d2
5:      cmpi.w  #22,d2
        bgt.s   6f
        move.w  d4,d5                           | away from it
        subi.w  #40,d5
        tst.w   d1
        bpl.s   6f
        addi.w  #80,d5
6:      lea     O_SIZE(a0),a0
        dbra    d0,4b
        sub.w   d4,d5
        cmpi.w  #3,d5
        ble.s   7f
        bset    #PAD_DOWN,d6
7:      cmpi.w  #-3,d5
        bge.s   8f
        bset    #PAD_UP,d6
8:      move.w  state_time,d0                   | forth and back a little
        bsr     sine
        asr.w   #3,d0
        addi.w  #80,d0
        cmp.w   d3,d0
        ble.s   9f
        bset    #PAD_RIGHT,d6
        bra.s   10f
9:      bset    #PAD_LEFT,d6
10:     move.w  d6,control_held
        clr.w   control_pressed
        cmpi.w  #900,state_time                 | shows a flash of the lamp once
        bne.s   11f
        bset    #PAD_A,control_pressed+1
11:     rts
