| The high score in battery RAM: odd bytes from 0x200001. Four letters, the score in BCD, a checksum of both.

        .equ    RECORD_BYTES,   8
        .equ    RECORD_MARK,    0x4E484552      | "NHER"
        .equ    RECORD_FIRST,   0x00010000      | to be beaten at first

        .section .text

| Read the record; whatever is there, `best` is a valid score afterwards.
record_load:
        lea     (SRAM_BASE).l,a0
        lea     record_work,a1
        moveq   #RECORD_BYTES+2-1,d0
1:      move.b  (a0),(a1)+
        addq.l  #2,a0
        dbra    d0,1b
        lea     record_work,a0
        cmpi.l  #RECORD_MARK,(a0)
        bne.s   record_reset
        bsr.s   record_sum
        cmp.w   RECORD_BYTES(a0),d0
        bne.s   record_reset
        move.l  4(a0),d0
        moveq   #7,d1
2:      rol.l   #4,d0                           | all digits decimal?
        move.w  d0,d2
        andi.w  #15,d2
        cmpi.w  #9,d2
        bhi.s   record_reset
        dbra    d1,2b
        move.l  4(a0),best
        rts
record_reset:
        move.l  #RECORD_FIRST,best

record_save:
        lea     record_work,a0
        move.l  #RECORD_MARK,(a0)
        move.l  best,4(a0)
        bsr.s   record_sum
        move.w  d0,RECORD_BYTES(a0)
        lea     (SRAM_BASE).l,a1
        moveq   #RECORD_BYTES+2-1,d0
1:      move.b  (a0)+,(a1)
        addq.l  #2,a1
        dbra    d0,1b
        rts

| d0.w: the checksum of the record at a0: rotate and add, from a number that no empty memory gives.
record_sum:
        move.w  #0x5A17,d0
        moveq   #RECORD_BYTES-1,d1
        moveq   #0,d2
1:      rol.w   #3,d0
        move.b  0(a0,d1.w),d2
        add.w   d2,d0
        dbra    d1,1b
        rts
