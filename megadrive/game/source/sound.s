| The 68000's side of the sound: loading the driver into the Z80, handing over commands.

        .section .text

sound_load:
        rts

sound_play:
        rts
