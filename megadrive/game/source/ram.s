| Work RAM: variables and tables.

        .section .bss
sprite_table:   .space  640                     | goes to VRAM each frame
scroll_table:   .space  LINES*4                 | plane A, plane B, a line
palette:        .space  128                     | goes to CRAM each frame
plane_shift:    .space  4                       | goes to VSRAM: plane A, plane B
status_cells:   .space  256                     | two rows of the window
raster_buffers: .space  2*(LINES+4)*4           | two longs of colours a line
scene_buffer:   .space  LINES*4+64              | the present scene after fading

raster_next:    .space  4                       | buffer for the next frame
raster_shown:   .space  4
planes_wanted:  .space  4                       | routine that loads name tables, or 0
scene_index:    .space  2                       | 0..63, 16 for each time of the day
fade:           .space  2                       | 0 clear .. 8 black
camera:         .space  4                       | 16.16 pixels, foreground distance
vblank_count:   .space  2
tick_count:     .space  2                       | steps of the game, 60 a second everywhere
frame_ready:    .space  1
status_dirty:   .space  1
pal_console:    .space  1                       | not 0: 50 frames a second
                .balign 2
