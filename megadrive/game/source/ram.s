| Work RAM: variables and tables.

        .section .bss

| The first 32 bytes, from 0xFFFF8000, stay where they are: megadrive.game.RAM tells others where to look.
score:          .space  4                       | BCD
best:           .space  4
player_x:       .space  4                       | 16.16
player_y:       .space  4
lives:          .space  2                       | planes in reserve
flashes:        .space  2
gun_level:      .space  2
stage:          .space  2                       | from 0
rank:           .space  2                       | difficulty, 0..9
tick_count:     .space  2                       | steps of the game, 60 a second everywhere
vblank_count:   .space  2
mode:           .space  1                       | MODE_TITLE, MODE_FLIGHT, MODE_OVER
demo:           .space  1                       | not 0: a demonstration

sprite_table:   .space  640                     | goes to VRAM each frame
scroll_table:   .space  LINES*4                 | plane A, plane B, a line
palette:        .space  128                     | goes to CRAM each frame
plane_shift:    .space  4                       | goes to VSRAM: plane A, plane B
status_cells:   .space  256                     | two rows of the window
raster_buffers: .space  2*(LINES+4)*4           | two longs of colours a line
scene_buffer:   .space  LINES*4+64              | the present scene after fading

objects:                                        | O_SIZE bytes each, free when the first word is 0
shots:          .space  SHOTS*O_SIZE
enemies:        .space  ENEMIES*O_SIZE
embers:         .space  EMBERS*O_SIZE
particles:      .space  PARTICLES*O_SIZE
pickups:        .space  PICKUPS*O_SIZE

enemy_boxes:    .space  10*ENEMIES
particle_next:  .space  2                       | offset of the next particle to use
enemies_there:  .space  2                       | how many, less one
                .balign 4
raster_next:    .space  4                       | buffer for the next frame
raster_shown:   .space  4
raster_phase:   .space  2                       | phase of the shimmer in the next buffer
raster_stale:   .space  2                       | buffers whose sky is not the present scene's
planes_wanted:  .space  4                       | routine that loads name tables, or 0
state_step:     .space  4                       | routines of title, flight, game over
state_draw:     .space  4
fade_then:      .space  4                       | routine to call when it is black, or 0
camera:         .space  4                       | 16.16 pixels, foreground distance
score_work:     .space  4
next_life:      .space  4                       | address of the next threshold
wave_a:         .space  8                       | wave's address, how many came, steps to the next
wave_b:         .space  8
record_work:    .space  10
text_work:      .space  4

scene_index:    .space  2                       | 0..63, 16 for each time of the day
scene_target:   .space  2
fade:           .space  2                       | 0 clear .. 8 black
fade_goal:      .space  2
fade_used:      .space  2                       | table in use: fade, or 8 + glare
glare:          .space  2                       | 0..3, palettes towards white
glare_time:     .space  2
frame_line:     .space  2                       | HV counter when the frame was ready
pal_count:      .space  2
state_time:     .space  2
random_seed:    .space  2
held:           .space  2                       | buttons, bits PAD_*
pressed:        .space  2                       | newly
control_held:   .space  2                       | what steers the plane: pad or demonstration
control_pressed:.space  2
player_tilt:    .space  2                       | -8 nose up .. 8 down
player_lost:    .space  2                       | 0, or steps since the loss
player_safe:    .space  2                       | steps left in which nothing hurts
gun_wait:       .space  2
flash_time:     .space  2
stage_pause:    .space  2                       | steps until the stage's first wave
downed:         .space  2
shake:          .space  2
sun_x:          .space  2
sun_y:          .space  2
sun_is_moon:    .space  1
frame_ready:    .space  1
status_wanted:  .space  1                       | the bar must be built again
status_dirty:   .space  1                       | and sent
scene_dirty:    .space  1
pal_console:    .space  1                       | not 0: 50 frames a second
six_buttons:    .space  1
paused:         .space  1
slow_flight:    .space  1
auto_fire:      .space  1
lamp:           .space  1
lamp_wish:      .space  1
music_off:      .space  1
best_beaten:    .space  1
tune_wanted:    .space  1                       | for the Z80
effect_wanted:  .space  1
sample_wanted:  .space  1
                .balign 2
