| guest.s - what games do, in small: objects, tables and decompression; patterns, scrolling and sprites sent to the VDP in
| several ways; waiting in several ways; a Z80 that mixes samples. A scene lasts 64 frames.

        .equ    DATA, 0xC00000
        .equ    CONTROL, 0xC00004
        .equ    OBJECTS, 48
        .equ    SIZE, 16                | of an object: x, y, dx, dy (8.8 longs and words), pattern, age
        .equ    flag, 0xFFFF8000
        .equ    clock, 0xFFFF8002
        .equ    scene, 0xFFFF8004
        .equ    changed, 0xFFFF8006
        .equ    seed, 0xFFFF8008
        .equ    line, 0xFFFF800C
        .equ    held, 0xFFFF800E
        .equ    objects, 0xFFFF8100
        .equ    sprites, 0xFFFF9000
        .equ    scroll, 0xFFFF9400
        .equ    column, 0xFFFF9800
        .equ    pixels, 0xFFFFA000

        .long   0xFFFFFE00, start
        .rept   26
        .long   ignore
        .endr
        .long   hblank, ignore, vblank
        .rept   33
        .long   ignore
        .endr
        .ascii  "SEGA MEGA DRIVE "
        .org    0x1F0
        .ascii  "JUE             "

ignore: rte
vblank: move.b  #1,(flag).w
        addq.w  #1,(clock).w
        rte
hblank: movem.l d0/a0,-(sp)
        lea     (column).w,a0
        move.w  (line).w,d0
        move.l  #0x40000010,(CONTROL)
        move.w  (a0,d0.w),(DATA)
        move.l  #0xC0020000,(CONTROL)
        move.w  d0,(DATA)
        addq.w  #2,d0
        andi.w  #0x7E,d0
        move.w  d0,(line).w
        movem.l (sp)+,d0/a0
        rte

registers:
        .word   0x8004, 0x8174, 0x8230, 0x8328, 0x8407, 0x8578, 0x8700, 0x8A01, 0x8B00, 0x8C81, 0x8D3D, 0x8F02
        .word   0x9001, 0x9100, 0x9200, 0
scenes: .word   0x8004, 0x8B00, 0x8C81, 0       | whole-screen scroll
        .word   0x8004, 0x8B07, 0x8C81, 0       | lines and columns
        .word   0x8004, 0x8B00, 0x8C00, 0       | 32 cells, a bitmap
        .word   0x8014, 0x8B03, 0x8C89, 0       | an interrupt in each second line; shadows
        .word   0x8004, 0x8B02, 0x8C81, 0       | scroll by cells

start:  move    #0x2700,sr
        lea     (CONTROL),a5
        lea     (DATA),a4
        move.w  #0x100,(0xA11100)
        move.w  #0x100,(0xA11200)
bus:    btst    #0,(0xA11100)
        bne.s   bus
        lea     mixer(pc),a0
        lea     (0xA00000),a1
        move.w  #mixerend-mixer-1,d0
load:   move.b  (a0)+,(a1)+
        dbra    d0,load
        clr.b   (0xA01F00)
        move.w  #0,(0xA11200)
        moveq   #20,d0
hold:   dbra    d0,hold
        move.w  #0x100,(0xA11200)
        move.w  #0,(0xA11100)
        move.b  #0x40,(0xA10009)
        lea     registers(pc),a0
        bsr     setregs

        lea     (flag).w,a0             | work RAM, patterns out of noise, two planes of them
        move.w  #0x1E00-1,d0
clear:  clr.l   (a0)+
        dbra    d0,clear
        move.l  #0x1234567,(seed).w
        move.l  #0x40000000,(a5)
        move.w  #0x2000-1,d2
noise:  bsr     random
        and.l   #0x33333333,d0
        move.w  d2,d1
        andi.w  #0x18,d1
        beq.s   thick
        clr.w   d0
thick:  move.l  d0,(a4)
        dbra    d2,noise
        move.l  #0x40000003,(a5)
        move.w  #0x1800-1,d2
names:  bsr     random
        andi.w  #0xF9FF,d0
        cmpi.w  #0xC000,d0
        bcs.s   named
        clr.w   d0
named:  move.w  d0,(a4)
        dbra    d2,names
        bsr     colours
        lea     (objects).w,a0
        moveq   #OBJECTS-1,d7
create: bsr     random
        move.l  d0,(a0)
        swap    d0
        move.l  d0,4(a0)
        asr.w   #6,d0
        move.w  d0,8(a0)
        swap    d0
        asr.w   #7,d0
        move.w  d0,10(a0)
        move.w  d7,12(a0)
        lea     SIZE(a0),a0
        dbra    d7,create
        move    #0x2000,sr

frame:  bsr     move_objects
        bsr     build_sprites
        bsr     read_pad
        move.w  (scene).w,d0
        add.w   d0,d0
        move.w  work(pc,d0.w),d0
        jsr     work(pc,d0.w)
        bsr     wait
        bsr     send
        move.w  (clock).w,d0
        sub.w   (changed).w,d0
        cmpi.w  #64,d0
        bcs.s   frame
        add.w   d0,(changed).w
        move.w  (scene).w,d0            | the next scene
        addq.w  #1,d0
        cmpi.w  #5,d0
        bne.s   known
        moveq   #0,d0
known:  move.w  d0,(scene).w
        lsl.w   #3,d0
        lea     scenes(pc),a0
        adda.w  d0,a0
        bsr     setregs
        bra.s   frame

work:   .word   unpack-work, waves-work, bitmap-work, waves-work, sort-work

setregs: move.w (a0)+,d0                | registers up to a zero
        beq.s   done
        move.w  d0,(a5)
        bra.s   setregs
done:   rts

random: move.l  (seed).w,d0
        move.l  d0,d1
        lsl.l   #3,d0
        eor.l   d1,d0
        move.l  d0,d1
        lsr.l   #5,d0
        eor.l   d1,d0
        move.l  d0,d1
        swap    d0
        eor.w   d1,d0
        addq.l  #5,d0
        move.l  d0,(seed).w
        rts

move_objects:
        lea     (objects).w,a0
        moveq   #OBJECTS-1,d7
        move.b  (held).w,d6
each:   move.w  8(a0),d0
        ext.l   d0
        lsl.l   #4,d0
        add.l   d0,(a0)
        move.w  10(a0),d1
        ext.l   d1
        lsl.l   #4,d1
        add.l   d1,4(a0)
        cmpi.w  #320,(a0)
        blt.s   inside
        neg.w   8(a0)
        move.w  #319,(a0)
inside: tst.w   (a0)
        bpl.s   right
        neg.w   8(a0)
        clr.w   (a0)
right:  cmpi.w  #224,4(a0)
        bcs.s   below
        neg.w   10(a0)
        andi.w  #0x7F,4(a0)
below:  addq.b  #1,15(a0)
        btst    #4,d6
        beq.s   still
        move.w  12(a0),d2
        mulu    #13,d2
        divu    #7,d2
        andi.w  #0x1F,d2
        sub.w   d2,8(a0)
still:  move.w  d7,d3                   | is it near the next one?
        beq.s   alone
        move.w  (a0),d2
        sub.w   SIZE(a0),d2
        bpl.s   left
        neg.w   d2
left:   cmpi.w  #16,d2
        bhi.s   alone
        bsr.s   touch
alone:  lea     SIZE(a0),a0
        dbra    d7,each
        rts
touch:  movem.l d0-d3/a1,-(sp)
        lea     SIZE(a0),a1
        move.w  4(a0),d0
        sub.w   4(a1),d0
        muls    d0,d0
        cmp.l   #256,d0
        bgt.s   apart
        move.w  8(a0),d1
        move.w  8(a1),8(a0)
        move.w  d1,8(a1)
        not.b   14(a0)
apart:  movem.l (sp)+,d0-d3/a1
        rts

build_sprites:
        lea     (objects).w,a0
        lea     (sprites).w,a1
        moveq   #1,d1
        moveq   #OBJECTS-1,d7
put:    move.w  4(a0),d0
        addi.w  #128,d0
        move.w  d0,(a1)+
        move.w  12(a0),d2
        andi.w  #3,d2
        move.b  shapes(pc,d2.w),(a1)+
        move.b  d1,(a1)+
        move.b  15(a0),d0
        lsr.b   #2,d0
        andi.w  #0x3C,d0
        ori.w   #0x8000,d0
        move.w  d0,(a1)+
        move.w  (a0),d0
        addi.w  #128,d0
        move.w  d0,(a1)+
        addq.w  #1,d1
        lea     SIZE(a0),a0
        dbra    d7,put
        clr.b   -5(a1)
        rts
shapes: .byte   0x00, 0x05, 0x0A, 0x0F

read_pad:
        lea     (0xA10003),a0
        move.b  #0x40,(a0)
        nop
        nop
        move.b  (a0),d0
        andi.b  #0x3F,d0
        move.b  #0,(a0)
        nop
        nop
        move.b  (a0),d1
        andi.b  #0x30,d1
        add.b   d1,d1
        add.b   d1,d1
        or.b    d1,d0
        not.b   d0
        move.b  d0,(held).w
        rts

unpack: lea     packed(pc),a0           | literals and copies, byte by byte
        lea     (pixels).w,a1
        moveq   #15,d6
again:  moveq   #0,d0
        move.b  (a0)+,d0
        beq.s   again2
        bclr    #7,d0
        bne.s   repeat
        subq.w  #1,d0
literal: move.b (a0)+,(a1)+
        dbra    d0,literal
        bra.s   again
repeat: moveq   #0,d1
        move.b  (a0)+,d1
        movea.l a1,a2
        suba.l  d1,a2
back:   move.b  (a2)+,(a1)+
        dbra    d0,back
        bra.s   again
again2: lea     packed(pc),a0
        dbra    d6,again
        rts
packed: .byte   5, 0x11, 0x22, 0x33, 0x12, 0x21, 0x85, 3, 0x8F, 8, 3, 0x31, 0x13, 0, 0x90, 5, 0x9F, 16, 0
        .even

waves:  lea     (scroll).w,a0           | scroll of lines and of columns
        lea     (column).w,a1
        move.w  (clock).w,d0
        move.w  #223,d7
wave:   move.w  d0,d1
        add.w   d7,d1
        andi.w  #0x3F,d1
        move.b  sines(pc,d1.w),d2
        ext.w   d2
        move.w  d2,(a0)+
        asr.w   #1,d2
        neg.w   d2
        move.w  d2,(a0)+
        dbra    d7,wave
        moveq   #39,d7
lift:   move.w  d7,d1
        lsl.w   #2,d1
        add.w   d0,d1
        andi.w  #0x3F,d1
        move.b  sines(pc,d1.w),d2
        ext.w   d2
        move.w  d2,(a1)+
        dbra    d7,lift
        rts
sines:  .byte   0, 3, 6, 9, 12, 15, 17, 20, 22, 24, 26, 28, 29, 30, 31, 31, 32, 31, 31, 30, 29, 28, 26, 24, 22, 20, 17, 15
        .byte   12, 9, 6, 3, 0, -3, -6, -9, -12, -15, -17, -20, -22, -24, -26, -28, -29, -30, -31, -31, -32, -31, -31, -30
        .byte   -29, -28, -26, -24, -22, -20, -17, -15, -12, -9, -6, -3

bitmap: lea     (pixels).w,a0           | cleared, lines drawn into it, part of it sent by the CPU
        movem.l zeros(pc),d0-d6/a1
        lea     4096(a0),a0
        moveq   #127,d7
wipe:   movem.l d0-d6/a1,-(a0)
        dbra    d7,wipe
        moveq   #23,d7
ray:    bsr     random
        move.w  d0,d2
        andi.w  #0x1FFF,d0
        moveq   #0,d3
        moveq   #40,d4
dot:    move.w  d0,d1
        lsr.w   #1,d1
        andi.w  #0xFFF,d1
        btst    #0,d0
        bne.s   low
        ori.b   #0x30,(a0,d1.w)
        bra.s   dotted
low:    ori.b   #0x03,(a0,d1.w)
dotted: add.b   d2,d3
        bcc.s   flat
        addi.w  #8,d0
flat:   addq.w  #1,d0
        dbra    d4,dot
        dbra    d7,ray
        move.l  #0x40000001,(a5)
        move.w  #511,d7
words:  move.l  (a0)+,(a4)
        move.l  (a0)+,(a4)
        move.w  (a0)+,(a4)
        move.w  (a0)+,(a4)
        dbra    d7,words
        move.w  #0x8F01,(a5)            | a fill and a wait for its end
        move.l  #0x94049300,(a5)
        move.w  #0x9780,(a5)
        move.l  #0x60000082,(a5)
        move.w  #0x1100,(a4)
filled: move.w  (a5),d0
        btst    #1,d0
        bne.s   filled
        move.w  #0x8F02,(a5)
        rts
zeros:  .long   0, 0, 0, 0, 0, 0, 0, 0

sort:   lea     (objects).w,a0          | a list of pointers by height
        lea     (pixels).w,a1
        moveq   #OBJECTS-1,d7
list:   move.l  a0,(a1)+
        lea     SIZE(a0),a0
        dbra    d7,list
        moveq   #8,d6
pass:   lea     (pixels).w,a1
        moveq   #OBJECTS-2,d7
pair:   movea.l (a1)+,a2
        movea.l (a1),a3
        move.w  4(a2),d0
        cmp.w   4(a3),d0
        ble.s   sorted
        move.l  a3,-4(a1)
        move.l  a2,(a1)
sorted: dbra    d7,pair
        dbra    d6,pass
        rts

wait:   move.w  (scene).w,d0            | for the blank: a flag, the status, STOP
        beq.s   poll
        subq.w  #2,d0
        beq.s   poll
        bcs.s   shown
        clr.b   (flag).w
sleep:  stop    #0x2000
        tst.b   (flag).w
        beq.s   sleep
        rts
poll:   clr.b   (flag).w
looks:  tst.b   (flag).w
        beq.s   looks
        rts
shown:  move.w  (a5),d0
        btst    #3,d0
        bne.s   shown
blank:  move.w  (a5),d0
        btst    #3,d0
        beq.s   blank
        rts

send:   clr.w   (line).w
        move.w  #0x100,(0xA11100)       | commands for the Z80, which stands still during transfers
free:   btst    #0,(0xA11100)
        bne.s   free
        move.w  (clock).w,d0
        move.w  d0,d1
        andi.w  #7,d1
        bne.s   quiet
        lea     (0xA01F00),a0
        lsr.w   #3,d0
        move.w  d0,d1
        andi.w  #3,d1
        beq.s   psg
        subq.w  #1,d1
        move.b  d1,1(a0)
        lsl.w   #3,d0
        move.b  d0,2(a0)
        move.b  #1,(a0)
        bra.s   quiet
psg:    andi.b  #0x0F,d0
        move.b  d0,2(a0)
        ori.b   #0x80,d0
        move.b  d0,1(a0)
        move.b  #2,(a0)
quiet:  move.l  #0x94019380,d1          | sprites: 384 words
        move.l  #sprites,d2
        move.l  #0x70000083,d3
        bsr     dma
        move.l  #0x940193C0,d1
        move.l  #scroll,d2
        move.l  #0x74000083,d3
        bsr     dma
        move.l  #0x94009328,d1
        move.l  #column,d2
        move.l  #0x40000090,d3
        bsr     dma
        cmpi.w  #2,(scene).w
        bne.s   short
        move.l  #0x94089300,d1
        move.l  #pixels,d2
        move.l  #0x40000081,d3
        bsr     dma
short:  move.w  #0,(0xA11100)
        btst    #0,(clock+1).w
        bne.s   faded
colours: move.l #0xC0000000,(a5)        | all colours, from the CPU
        move.w  (clock).w,d1
        moveq   #63,d0
shade:  move.w  d0,d2
        mulu    #0x22,d2
        add.w   d1,d2
        andi.w  #0xEEE,d2
        move.w  d2,(a4)
        dbra    d0,shade
faded:  rts

dma:    move.l  d1,(a5)                 | d1: length, as registers 19 and 20; d2: source; d3: command
        lsr.l   #1,d2
        move.w  #0x9500,d0
        move.b  d2,d0
        move.w  d0,(a5)
        lsr.l   #8,d2
        move.w  #0x9600,d0
        move.b  d2,d0
        move.w  d0,(a5)
        lsr.w   #8,d2
        andi.b  #0x7F,d2
        move.w  #0x9700,d0
        move.b  d2,d0
        move.w  d0,(a5)
        move.l  d3,-(sp)
        move.w  (sp)+,(a5)
        move.w  (sp)+,(a5)
        rts

        .balign 2
mixer:  .incbin "mixer.bin"
mixerend:
        .balign 0x2000, 0x5A
