"""Write the typed stub of the extension module: ``python stub.py > ../megadrive/_core.pyi``, after a build."""

from megadrive._core import ffi, lib


def annotation(kind: ffi.CType) -> str:
    """Return the Python annotation of a C type."""
    if kind.kind == "void":
        return "None"
    if kind.kind == "primitive":
        return "float" if kind.cname in ("float", "double") else "int"
    return "Any"


def stub() -> str:
    """Return the stub's text."""
    lines = [
        '"""The C core, as cffi wraps it; made by csrc/stub.py from csrc/megadrive.h."""',
        "# ruff: noqa: E501",
        "",
        "from collections.abc import Callable",
        "from typing import Any, TypeVar",
        "",
        "_F = TypeVar('_F', bound=Callable[..., Any])".replace("'", '"'),
        "",
        "class _FFI:",
        "    def def_extern(self, *, onerror: Any = ..., error: Any = ...) -> Callable[[_F], _F]: ...",
        "    def __getattr__(self, name: str) -> Any: ...",
        "",
        "ffi: _FFI",
        "",
        "class _Lib:",
    ]
    constants, functions = [], []
    for name in sorted(dir(lib)):
        value = getattr(lib, name)
        if isinstance(value, int):
            constants.append(f"    {name}: int")
            continue
        kind = ffi.typeof(value)
        if name.startswith("python_"):  # a callback: a pointer variable
            constants.append(f"    {name}: Any")
            continue
        arguments = "".join(f", a{i}: {annotation(argument)}" for i, argument in enumerate(kind.args))
        functions.append(f"    def {name}(self{arguments}, /) -> {annotation(kind.result)}: ...")
    return "\n".join([*lines, *constants, *functions, "", "lib: _Lib"])


if __name__ == "__main__":
    print(stub())
