| Pools of objects, random numbers, angles.

        .section .text

| Find a free object in the pool of d1 objects at a0; return it, cleared, in a0, or 0 (Z set).
object_new:
        subq.w  #1,d1
1:      tst.w   (a0)
        beq.s   2f
        lea     O_SIZE(a0),a0
        dbra    d1,1b
        suba.l  a0,a0
        move.l  a0,d1
        rts
2:      moveq   #7,d1
        move.l  a0,a1
3:      clr.l   (a1)+
        dbra    d1,3b
        move.l  a0,d1
        rts

| Free all objects.
objects_clear:
        lea     objects,a0
        move.w  #(SHOTS+ENEMIES+EMBERS+PARTICLES+PICKUPS)*O_SIZE/4-1,d0
1:      clr.l   (a0)+
        dbra    d0,1b
        rts

| Move the object a2 by its speed.
object_move:
        move.l  O_VX(a2),d0
        add.l   d0,O_X(a2)
        move.l  O_VY(a2),d0
        add.l   d0,O_Y(a2)
        rts

| Free the object a2 if it has left the screen by more than 64 pixels; Z clear if so.
object_cull:
        move.w  O_X(a2),d0
        cmpi.w  #-64,d0
        blt.s   1f
        cmpi.w  #320+96,d0
        bgt.s   1f
        move.w  O_Y(a2),d0
        cmpi.w  #-48,d0
        blt.s   1f
        cmpi.w  #224+32,d0
        bgt.s   1f
        moveq   #0,d0
        rts
1:      clr.w   (a2)
        moveq   #1,d0
        rts

| d0.w: a random number.
random:
        move.w  random_seed,d0
        mulu.w  #25173,d0
        addi.w  #13849,d0
        move.w  d0,random_seed
        ror.w   #7,d0
        rts

| d0.w: the sine of d0.b 256ths of a turn, times 256.
sine:
        andi.w  #0x00FF,d0
        add.w   d0,d0
        lea     sines,a0
        move.w  0(a0,d0.w),d0
        rts

| d0.w: the direction, in 256ths of a turn, of (d0, d1).
direction:
        moveq   #0,d3
        tst.w   d0
        bpl.s   1f
        neg.w   d0
        moveq   #1,d3
1:      tst.w   d1
        bpl.s   2f
        neg.w   d1
        addq.w  #2,d3
2:      cmpi.w  #15,d0
        bhi.s   3f
        cmpi.w  #15,d1
        bls.s   4f
3:      lsr.w   #1,d0
        lsr.w   #1,d1
        bra.s   2b
4:      lsl.w   #4,d1
        add.w   d1,d0
        lea     angles,a0
        moveq   #0,d1
        move.b  0(a0,d0.w),d1
        btst    #0,d3
        beq.s   5f
        neg.w   d1
        addi.w  #128,d1                         | mirrored to the left
5:      btst    #1,d3
        beq.s   6f
        neg.w   d1
6:      move.w  d1,d0
        andi.w  #0x00FF,d0
        rts

| d0.l, d1.l: the velocity of speed d1 (8.8 pixels) in direction d0, as 16.16.
velocity:
        move.w  d1,d2
        move.w  d0,d3
        addi.w  #64,d0
        bsr.s   sine                            | cosine
        muls.w  d2,d0
        move.l  d0,d4
        move.w  d3,d0
        bsr.s   sine
        muls.w  d2,d0
        move.l  d0,d1
        move.l  d4,d0
        rts
