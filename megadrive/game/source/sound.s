| The 68000's side of the sound: loading the driver into the Z80, handing over tunes and commands.

        .equ    MAIL_TUNE,      Z80_RAM+0x1FF0
        .equ    MAIL_EFFECT,    Z80_RAM+0x1FF1
        .equ    MAIL_SAMPLE,    Z80_RAM+0x1FF2

        .section .text

| Stop the Z80, give it its program, start it.
sound_load:
        move.w  #0x0100,(Z80_BUSREQ).l
        move.w  #0x0100,(Z80_RESET).l
1:      btst    #0,(Z80_BUSREQ).l
        bne.s   1b
        lea     (Z80_RAM).l,a1
        move.w  #0x1FFF,d0
2:      clr.b   (a1)+                           | all of it is RAM of our own
        dbra    d0,2b
        lea     sound_driver,a0
        lea     (Z80_RAM).l,a1
        move.w  #sound_driver_end-sound_driver-1,d0
3:      move.b  (a0)+,(a1)+
        dbra    d0,3b
        move.w  #0,(Z80_RESET).l
        moveq   #63,d0                          | the YM2612 wants 192 clocks of reset
4:      dbra    d0,4b
        move.w  #0x0100,(Z80_RESET).l
        move.w  #0,(Z80_BUSREQ).l
        rts

| Ask for a tune, effect or sample (SND_*). It goes to the Z80 with the next sound_flush.
sound_play:
        cmpi.w  #0x10,d0
        blo.s   2f
        cmpi.w  #0x20,d0
        bhs.s   1f
        subi.w  #0x0F,d0
        cmp.b   effect_wanted,d0                | the more important one of a frame: the higher number
        bls.s   3f
        move.b  d0,effect_wanted
        rts
1:      move.b  #SAMPLE_BOOM,sample_wanted
        rts
2:      move.b  d0,tune_wanted
3:      rts

| Hand over what is wanted. Tunes are copied into the Z80's memory.
sound_flush:
        move.b  tune_wanted,d0
        or.b    effect_wanted,d0
        or.b    sample_wanted,d0
        beq     9f
        move.w  #0x0100,(Z80_BUSREQ).l
1:      btst    #0,(Z80_BUSREQ).l
        bne.s   1b
        moveq   #0,d0
        move.b  tune_wanted,d0
        beq.s   4f
        clr.b   tune_wanted
        moveq   #2,d1
        cmpi.w  #SND_SILENCE,d0
        beq.s   3f
        lsl.w   #3,d0
        lea     tunes-8,a0
        movea.l 4(a0,d0.w),a1
        movea.l 0(a0,d0.w),a0
        move.l  a1,d1
        sub.l   a0,d1
        subq.w  #1,d1
        lea     (Z80_RAM+SONG_BASE).l,a1
2:      move.b  (a0)+,(a1)+
        dbra    d1,2b
        moveq   #1,d1
3:      move.b  d1,(MAIL_TUNE).l
4:      move.b  effect_wanted,d0
        beq.s   5f
        move.b  d0,(MAIL_EFFECT).l
        clr.b   effect_wanted
5:      move.b  sample_wanted,d0
        beq.s   6f
        move.b  d0,(MAIL_SAMPLE).l
        clr.b   sample_wanted
6:      move.w  #0,(Z80_BUSREQ).l
9:      rts

tunes:
        .long   tune_title, tune_title_end, tune_flight, tune_flight_end, tune_over, tune_over_end
