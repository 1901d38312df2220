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
