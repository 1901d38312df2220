| The main loop: one step of the game each sixtieth of a second, on 50 Hz consoles six steps in five frames.

        .section .text

game_init:
        move.l  #raster_buffers,raster_next
        move.l  #raster_buffers,raster_shown
        move.w  #0x2A6D,random_seed
        bsr     status_begin
        bra     title_begin

main_loop:
        bsr     wait_frame
        bsr     pads_read
        bsr.s   game_step
        bsr     sound_flush
        tst.b   pal_console
        beq.s   1f
        subq.w  #1,pal_count
        bpl.s   1f
        move.w  #4,pal_count
        bsr.s   game_step
1:      tst.b   status_wanted
        beq.s   3f
        bsr     status_build
3:      tst.b   scene_dirty
        beq.s   2f
        sf      scene_dirty
        bsr     scene_apply
2:      bsr     sprites_begin
        movea.l state_draw,a0
        jsr     (a0)
        bsr     sprites_end
        bsr     scroll_build
        bsr     raster_build
        bra.s   main_loop

game_step:
        addq.w  #1,tick_count
        bsr     fade_step
        bsr     scene_step
        bsr     scenery_step
        bsr     shake_step
        bsr     glare_step
        movea.l state_step,a0
        jsr     (a0)
        clr.w   pressed
        rts

| Fade towards fade_goal, a step each fourth tick; when it is black, call fade_then.
fade_step:
        move.w  tick_count,d0
        andi.w  #3,d0
        bne.s   2f
        move.w  fade_goal,d0
        cmp.w   fade,d0
        beq.s   2f
        st      scene_dirty
        bgt.s   1f
        subq.w  #2,fade
1:      addq.w  #1,fade
        cmpi.w  #8,fade
        bne.s   2f
        move.l  fade_then,d0
        beq.s   2f
        clr.l   fade_then
        movea.l d0,a0
        jmp     (a0)
2:      rts

| Fade out, then call d0, unless a fade is under way.
fade_out:
        tst.w   fade_goal
        bne.s   1f
        move.w  #8,fade_goal
        move.l  d0,fade_then
1:      rts

| The time of the day goes on towards scene_target, a scene each eighth tick.
scene_step:
        move.w  tick_count,d0
        andi.w  #7,d0
        bne.s   1f
        move.w  scene_index,d0
        cmp.w   scene_target,d0
        beq.s   1f
        addq.w  #1,d0
        andi.w  #63,d0
        bra     scene_set
1:      rts

| A glare dies away in twelve steps.
glare_step:
        move.w  glare_time,d0
        beq.s   1f
        subq.w  #1,glare_time
        addq.w  #2,d0
        lsr.w   #2,d0
        cmp.w   glare,d0
        beq.s   1f
        move.w  d0,glare
        st      scene_dirty
1:      rts

shake_step:
        clr.l   plane_shift
        tst.w   shake
        beq.s   1f
        subq.w  #1,shake
        bsr     random
        andi.w  #3,d0
        subq.w  #1,d0
        move.w  d0,plane_shift
        move.w  d0,plane_shift+2
1:      rts
