| The title: letters that sway, the day passing by, and a demonstration when nobody presses Start.

        .section .text

title_begin:
        bsr     objects_clear
        clr.w   state_time
        clr.w   scene_target
        sf      demo
        move.b  #MODE_TITLE,mode
        clr.w   flash_time
        move.l  #title_step,state_step
        move.l  #title_draw,state_draw
        moveq   #0,d0
        bsr     scene_set
        clr.w   fade_goal
        move.w  #104,sun_y
        bsr     status_update
        moveq   #SND_TITLE,d0
        bra     sound_play

title_step:
        addi.l  #0x0C000,camera
        addq.w  #1,state_time
        move.w  state_time,d0
        andi.w  #63,d0                          | the time of the day passes
        bne.s   1f
        move.w  scene_index,d0
        addq.w  #1,d0
        andi.w  #63,d0
        move.w  d0,scene_target
1:      btst    #PAD_START,pressed+1
        bne.s   2f
        cmpi.w  #720,state_time
        blo.s   3f
        move.l  #demo_begin,d0
        bra     fade_out
2:      moveq   #SND_FEATHER,d0
        bsr     sound_play
        move.l  #play_begin,d0
        bra     fade_out
3:      rts

title_draw:
        tst.w   fade_goal
        bne.s   1f
        btst    #4,state_time+1
        bne.s   1f
        move.w  #88,d0
        move.w  #132,d1
        lea     text_press(pc),a0
        bsr     draw_text
1:      move.w  #84,d0
        move.w  #112,d1
        lea     text_motto(pc),a0
        bsr     draw_text

        lea     title_letters,a1
        moveq   #9,d6
2:      moveq   #9,d5
        sub.w   d6,d5                           | 0..9
        move.w  d5,d0
        lsl.w   #4,d0
        add.w   state_time,d0
        add.w   state_time,d0
        bsr     sine
        asr.w   #6,d0
        addi.w  #34+128,d0
        cmpi.w  #5,d5
        blo.s   3f
        addi.w  #37,d0
        subq.w  #5,d5
3:      mulu.w  #27,d5
        addi.w  #93+128,d5
        addq.w  #1,d7
        move.w  d0,(a4)+
        move.b  #0x0B,(a4)+                     | 24 x 32
        move.b  d7,(a4)+
        move.w  (a1)+,(a4)+
        move.w  d5,(a4)+
        dbra    d6,2b

        move.w  state_time,d0                   | the seaplane passes by
        andi.w  #511,d0
        subi.w  #60,d0
        move.w  d0,player_x
        lsl.w   #1,d0
        bsr     sine
        asr.w   #5,d0
        addi.w  #164,d0
        move.w  d0,player_y
        clr.w   player_tilt
        clr.w   player_safe
        clr.w   player_lost
        bsr     player_draw
        bsr     player_draw_operators
        move.w  #80,d0
        move.w  #108,d1
        moveq   #5,d2
        bsr     draw_panel
        bsr     scenery_draw
        bra     glitter_draw

text_press:     .asciz  "PRESS START BUTTON"
text_motto:     .asciz  "FROM SUNSET TO DAWN"
        .even
