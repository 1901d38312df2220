| The flight itself: begin, pause, end.

        .section .text

demo_begin:
        bsr.s   flight_begin
        st      demo
        rts

play_begin:
        bsr.s   flight_begin
        sf      demo
        moveq   #SND_FLIGHT,d0
        bra     sound_play

flight_begin:
        bsr     objects_clear
        clr.l   score
        sf      best_beaten
        sf      music_off
        move.l  #life_thresholds,next_life
        move.w  #2,lives
        move.w  #2,flashes
        move.w  #1,gun_level
        clr.w   stage
        clr.w   rank
        clr.w   downed
        clr.w   flash_time
        clr.w   shake
        clr.w   glare_time
        clr.w   glare
        clr.w   state_time
        clr.w   scene_target
        sf      paused
        sf      slow_flight
        sf      auto_fire
        sf      lamp_wish
        move.w  #100,sun_y
        moveq   #0,d0
        bsr     scene_set
        clr.w   fade_goal
        bsr     player_start
        move.w  #150,stage_pause
        move.b  #MODE_FLIGHT,mode
        move.l  #play_step,state_step
        move.l  #play_draw,state_draw
        bra     status_update

play_step:
        tst.b   demo
        bne.s   2f
        btst    #PAD_START,pressed+1
        beq.s   1f
        not.b   paused
        sne     d0                              | the picture is dimmed meanwhile
        andi.w  #3,d0
        move.w  d0,fade_goal
        moveq   #SND_PAUSE,d0
        bsr     sound_play
1:      tst.b   paused
        beq.s   3f
        rts
2:      btst    #PAD_START,pressed+1            | a demonstration ends with Start, with the plane or in time
        bne     demo_end
        cmpi.w  #1800,state_time
        bhs     demo_end
        bsr     demo_pilot
        bra.s   4f
3:      move.w  held,control_held
        move.w  pressed,control_pressed
        bsr     six_button_step
4:      addq.w  #1,state_time
        move.l  #0x1C000,d0
        tst.b   slow_flight
        beq.s   5f
        move.l  #0x10000,d0
5:      add.l   d0,camera
        bsr     lamp_step
        bsr     player_step
        bsr     flash_step
        bsr     shots_step
        bsr     enemies_step
        bsr     embers_step
        bsr     pickups_step
        bsr     particles_step
        tst.w   stage_pause
        beq     waves_step
        subq.w  #1,stage_pause
        beq     stage_begin
        rts

| What a six-button pad adds: X the lamp, Y fast or slow, Z automatic fire, MODE the music.
six_button_step:
        move.w  pressed,d0
        btst    #PAD_X,d0
        beq.s   1f
        not.b   lamp_wish
1:      btst    #PAD_Y,d0
        beq.s   2f
        not.b   slow_flight
2:      btst    #PAD_Z,d0
        beq.s   3f
        not.b   auto_fire
3:      btst    #PAD_MODE,d0
        beq.s   5f
        not.b   music_off
        beq.s   4f
        moveq   #SND_SILENCE,d0
        bra     sound_play
4:      moveq   #SND_FLIGHT,d0
        bra     sound_play
5:      rts

| The lamp is lit from dusk to dawn, or the other way round if the player wishes.
lamp_step:
        moveq   #0,d0
        move.w  scene_index,d1
        subi.w  #26,d1
        cmpi.w  #14,d1
        bhi.s   1f
        moveq   #-1,d0
1:      move.b  lamp_wish,d1
        eor.b   d1,d0
        move.b  d0,lamp
        rts

play_draw:
        tst.b   paused
        beq.s   1f
        move.w  #136,d0
        move.w  #96,d1
        lea     text_paused(pc),a0
        bsr     draw_text
1:      tst.b   demo
        beq.s   2f
        btst    #5,state_time+1
        beq.s   2f
        move.w  #108,d0
        move.w  #204,d1
        lea     text_demo(pc),a0
        bsr     draw_text
2:      move.w  stage_pause,d0
        beq.s   3f
        cmpi.w  #130,d0
        bhi.s   3f
        bsr     stage_title
3:      bsr     player_draw
        bsr     shots_draw
        bsr     embers_draw
        bsr     pickups_draw
        bsr     particles_draw
        bsr     enemies_draw
        bsr     scenery_draw
        bsr     player_draw_operators
        bsr     particles_draw_operators
        bsr     flash_draw
        bsr     enemies_reflect
        bra     glitter_draw

stage_title:
        lea     text_stage(pc),a0
        move.w  #128,d0
        move.w  #72,d1
        bsr     draw_text
        moveq   #0,d2                           | its number, two digits
        move.w  stage,d2
        addq.w  #1,d2
        divu.w  #10,d2
        move.l  d2,d3
        swap    d3
        addi.b  #'0',d2
        addi.b  #'0',d3
        lea     text_work,a0
        move.b  d2,(a0)
        move.b  d3,1(a0)
        clr.b   2(a0)
        move.w  #176,d0
        bsr     draw_text
        lea     stage_names(pc),a0
        move.w  stage,d0
        andi.w  #3,d0
        lsl.w   #4,d0
        adda.w  d0,a0
        move.w  (a0)+,d0
        move.w  #88,d1
        bra     draw_text

stage_names:
        .word   144
        .ascii  "SUNSET\0\0\0\0\0\0\0\0"
        .word   152
        .ascii  "DUSK\0\0\0\0\0\0\0\0\0\0"
        .word   148
        .ascii  "NIGHT\0\0\0\0\0\0\0\0\0"
        .word   152
        .ascii  "DAWN\0\0\0\0\0\0\0\0\0\0"

| The great flash: discs of light around the plane.
flash_draw:
        move.w  flash_time,d0
        beq.s   1f
        btst    #1,d0
        beq.s   1f
        move.w  player_x,d0
        addi.w  #24,d0
        move.w  player_y,d1
        lea     fig_flash_0,a0
        bsr     draw_figure
        move.w  player_x,d0
        addi.w  #88,d0
        move.w  player_y,d1
        lea     fig_flash_0,a0
        bra     draw_figure
1:      rts

| The last plane is lost.
game_over_begin:
        tst.b   demo
        bne     demo_end
        clr.w   state_time
        move.b  #MODE_OVER,mode
        move.l  #game_over_step,state_step
        move.l  #game_over_draw,state_draw
        tst.b   best_beaten
        beq.s   1f
        bsr     record_save
1:      moveq   #SND_OVER,d0
        bra     sound_play

game_over_step:
        addi.l  #0x08000,camera
        addq.w  #1,state_time
        bsr     enemies_step
        bsr     embers_step
        bsr     particles_step
        cmpi.w  #60,state_time
        blo.s   2f
        btst    #PAD_START,pressed+1
        bne.s   1f
        cmpi.w  #420,state_time
        blo.s   2f
1:      move.l  #title_begin,d0
        bra     fade_out
2:      rts

game_over_draw:
        move.w  #124,d0
        move.w  #80,d1
        lea     text_over(pc),a0
        bsr     draw_text
        tst.b   best_beaten
        beq.s   1f
        btst    #3,state_time+1
        beq.s   1f
        move.w  #104,d0
        move.w  #100,d1
        lea     text_best(pc),a0
        bsr     draw_text
1:      bsr     embers_draw
        bsr     particles_draw
        bsr     enemies_draw
        bsr     scenery_draw
        bsr     particles_draw_operators
        move.w  #112,d0
        move.w  #76,d1
        moveq   #3,d2
        bsr     draw_panel
        bsr     enemies_reflect
        bra     glitter_draw

demo_end:
        move.l  #title_begin,d0
        bra     fade_out

text_paused:    .asciz  "PAUSED"
text_demo:      .asciz  "DEMONSTRATION"
text_stage:     .asciz  "STAGE"
text_over:      .asciz  "GAME OVER"
text_best:      .asciz  "NEW HIGH SCORE"
        .even
