| What the makers have generated.

        .section .text
        .balign 2
patterns:       .incbin "patterns.bin"
plane_a_day:    .incbin "plane_a_day.bin"
plane_b_day:    .incbin "plane_b_day.bin"
plane_a_night:  .incbin "plane_a_night.bin"
plane_b_night:  .incbin "plane_b_night.bin"
scenes:         .incbin "scenes.bin"
palette_fixed:  .incbin "palette_fixed.bin"
fade_table:     .incbin "fade.bin"
ripple:         .incbin "ripple.bin"
shimmer:        .incbin "shimmer.bin"
        .balign 2
sines:          .incbin "sines.bin"
angles:         .incbin "angles.bin"
        .balign 2
        .include "figures.inc"
sound_driver:   .incbin "driver.bin"
sound_driver_end:
tune_title:     .incbin "title.bin"
tune_title_end:
tune_flight:    .incbin "flight.bin"
tune_flight_end:
tune_over:      .incbin "over.bin"
tune_over_end:
        .balign 2
