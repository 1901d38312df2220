| The main loop.

        .section .text
main_loop:
        bsr     wait_frame
        addq.w  #1,tick_count
        addi.l  #0x18000,camera
        move.w  tick_count,d0
        lsr.w   #3,d0
        andi.w  #63,d0
        bsr     scene_set
        bsr     scroll_build
        bsr     raster_build
        bra     main_loop

game_init:
        move.l  #raster_buffers,raster_next
        move.l  #raster_buffers,raster_shown
        clr.w   fade
        rts
sound_load:
record_load:
        rts
