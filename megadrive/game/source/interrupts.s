| The raster interrupt and the vertical blank.

| On each line: the sky's two colours. The CRAM address stands at palette 0 colour 15 and steps by 64 bytes, so that
| writes go there and to palette 2 colour 15 in turn, round and round, and no address need be set.
raster_interrupt:
        move.l  (a6)+,(VDP_DATA).l
        rte

vblank_interrupt:
        movem.l d0-d2/a0/a5,-(sp)
        lea     (VDP_CTRL).l,a5
        addq.w  #1,vblank_count
        tst.b   frame_ready
        beq     1f
        move.w  #0x8F02,(a5)
        dma     sprite_table,640,0x40000080,VRAM_SPRITES
        dma     scroll_table,LINES*4,0x40000080,VRAM_HSCROLL
        dma     palette,128,0xC0000080,0
        dma     plane_shift,4,0x40000090,0
        tst.b   status_dirty
        beq.s   2f
        dma     status_cells,256,0x40000080,VRAM_WINDOW
        sf      status_dirty
2:      move.l  planes_wanted,d0                | new name tables for another time of the day?
        beq.s   3f
        movea.l d0,a0
        clr.l   planes_wanted
        jsr     (a0)
3:      move.l  raster_next,raster_shown
        sf      frame_ready
1:      move.l  raster_shown,a6
        move.w  #0x8F40,(a5)
        move.l  #0xC01E0000,(a5)
        movem.l (sp)+,d0-d2/a0/a5
        rte

| DMA of d0 words from a0 by the command d1. a5: VDP_CTRL. Changes d0-d2.
dma_copy:
        move.w  #0x9300,d2
        move.b  d0,d2
        move.w  d2,(a5)
        lsr.w   #8,d0
        ori.w   #0x9400,d0
        move.w  d0,(a5)
        move.l  a0,d0
        lsr.l   #1,d0
        move.w  #0x9500,d2
        move.b  d0,d2
        move.w  d2,(a5)
        lsr.l   #8,d0
        move.w  #0x9600,d2
        move.b  d0,d2
        move.w  d2,(a5)
        lsr.l   #8,d0
        andi.w  #0x007F,d0
        ori.w   #0x9700,d0
        move.w  d0,(a5)
        move.l  d1,-(sp)
        move.w  (sp)+,(a5)
        move.w  (sp)+,(a5)                      | the word that starts it comes from RAM, as the hardware manual asks
        rts

| Offer what the frame has built to the next vertical blank and wait for it.
wait_frame:
        move.w  (0xC00008).l,frame_line
        st      frame_ready
1:      stop    #0x2000
        tst.b   frame_ready
        bne.s   1b
        rts

| Name tables. The day's cells have priority above the lake (normal intensity), the night's have not (shadow).
planes_day:
        lea     (VDP_CTRL).l,a5
        dma     plane_a_day,64*28*2,0x40000080,VRAM_PLANE_A
        dma     plane_b_day,64*28*2,0x40000080,VRAM_PLANE_B
        rts
planes_day_sky:                                 | the rows above the lake only: fits in one vertical blank
        dma     (plane_a_day+256),64*17*2,0x40000080,(VRAM_PLANE_A+256)
        dma     (plane_b_day+256),64*17*2,0x40000080,(VRAM_PLANE_B+256)
        rts
planes_night_sky:
        dma     (plane_a_night+256),64*17*2,0x40000080,(VRAM_PLANE_A+256)
        dma     (plane_b_night+256),64*17*2,0x40000080,(VRAM_PLANE_B+256)
        rts
