"""Write the C source of the extension module ``megadrive._core``: ``python binding.py OUTPUT``."""

import pathlib
import sys

import cffi


def make() -> cffi.FFI:
    """Return the builder, whose cdef is the public header as it stands."""
    ffi = cffi.FFI()
    ffi.cdef((pathlib.Path(__file__).parent / "megadrive.h").read_text())
    ffi.set_source("megadrive._core", '#include "core.h"\n', py_limited_api=True)
    return ffi


if __name__ == "__main__":
    make().emit_c_code(sys.argv[1])
