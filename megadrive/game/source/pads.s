| The first player's pad, with three or six buttons.

        .section .text

| Read the pad: `held` and `pressed`, bits as PAD_*; `six_buttons` tells the kind.
| The sixth button row comes with the third low phase of TH within the pad's time-out.
pads_read:
        lea     (IO_DATA1).l,a0
        moveq   #0,d0
        move.b  #0x40,(a0)
        nop
        nop
        move.b  (a0),d0                         | ?1CBRLDU
        move.b  #0x00,(a0)
        nop
        nop
        move.b  (a0),d1                         | ?0SA00DU
        move.b  #0x40,(a0)
        nop
        nop
        move.b  #0x00,(a0)
        nop
        nop
        move.b  #0x40,(a0)
        nop
        nop
        move.b  #0x00,(a0)
        nop
        nop
        move.b  (a0),d2                         | six buttons: ?0SA0000
        move.b  #0x40,(a0)
        nop
        nop
        move.b  (a0),d3                         | six buttons: ?1CBMXYZ
        andi.w  #0x003F,d0
        andi.w  #0x0030,d1
        lsl.w   #2,d1
        or.w    d1,d0                           | SACBRLDU, 0 = held
        andi.b  #0x0F,d2
        seq     six_buttons
        bne.s   1f
        andi.w  #0x000F,d3
        lsl.w   #8,d3
        or.w    d3,d0
        bra.s   2f
1:      ori.w   #0x0F00,d0
2:      not.w   d0
        andi.w  #0x0FFF,d0
        move.w  held,d1
        not.w   d1
        and.w   d0,d1
        or.w    d1,pressed                      | until the game has seen it
        move.w  d0,held
        rts
