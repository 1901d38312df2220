| Night Heron: the whole program, file by file.

        .include "macros.inc"
        .include "generated.inc"
        .include "header.s"
        .include "boot.s"
        .include "exceptions.s"
        .include "interrupts.s"
        .include "scene.s"
        .include "scroll.s"
        .include "main.s"
        .include "data.s"
        .include "ram.s"
