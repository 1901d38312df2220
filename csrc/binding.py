"""Write the C source of the extension module ``megadrive._core``: ``python binding.py OUTPUT``."""

import pathlib
import sys

import cffi

# What Python objects that stand in for a chip, or for a CPU's bus, are called through; the signatures are those of
# the *_interface and *_bus structs in megadrive.h.
CALLBACKS = """
extern "Python" {
    void python_vdp_run(void *chip, int64_t clock);
    int64_t python_vdp_read(void *chip, int64_t clock, uint32_t port, uint16_t *value);
    int64_t python_vdp_write(void *chip, int64_t clock, uint32_t port, uint16_t value);
    void python_vdp_acknowledge(void *chip, int64_t clock);
    void python_vdp_th_fall(void *chip, int64_t clock);
    void python_ym2612_write(void *chip, uint32_t port, uint8_t value);
    uint8_t python_ym2612_read(void *chip, uint32_t port);
    int64_t python_ym2612_run(void *chip, int64_t cycles, int16_t *out);
    int64_t python_ym2612_play(void *chip, const uint32_t *writes, int64_t count, int64_t cycles, int16_t *out);
    void python_ym2612_reset(void *chip);
    void python_psg_write(void *chip, uint8_t value);
    void python_psg_run(void *chip, int64_t ticks, int16_t *out);

    uint8_t python_z80_fetch(void *calls, uint16_t address);
    uint8_t python_z80_read(void *calls, uint16_t address);
    void python_z80_write(void *calls, uint16_t address, uint8_t value);
    uint8_t python_z80_in(void *calls, uint16_t port);
    void python_z80_out(void *calls, uint16_t port, uint8_t value);
    uint8_t python_z80_acknowledge(void *calls);

    uint32_t python_m68000_read(void *calls, uint32_t address, uint32_t fc, uint32_t size);
    void python_m68000_write(void *calls, uint32_t address, uint32_t value, uint32_t fc, uint32_t size);
    uint32_t python_m68000_acknowledge(void *calls, uint32_t level);
    void python_m68000_reset(void *calls);
}
"""


def make() -> cffi.FFI:
    """Return the builder, whose cdef is the public header as it stands, and the callbacks."""
    ffi = cffi.FFI()
    ffi.cdef((pathlib.Path(__file__).parent / "megadrive.h").read_text())
    ffi.cdef(CALLBACKS)
    ffi.set_source("megadrive._core", '#include "core.h"\n', py_limited_api=True)
    return ffi


if __name__ == "__main__":
    make().emit_c_code(sys.argv[1])
