"""How does a function become machine code, and where is that code kept between runs?

numba keeps compiled kernels on disk, but asks only whether the file of the outermost function has changed, not those
of the functions it calls. Here the folder's name is a digest of every source file of the rooms concerned and of
everything else that shapes the code, so a stale kernel cannot be loaded; old folders may be deleted at any time.
"""

from __future__ import annotations

import functools
import hashlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias, TypeVar, cast

import llvmlite.binding
import numba

from holdfast.events.code_cache import code_cache

# A numpy array inside a kernel: numba infers dtype and dimensions; indexing gives a machine number, not an object.
Array: TypeAlias = Any
F = TypeVar("F", bound=Callable[..., Any])
HERE = Path(__file__).parent
# Kernels make no arrays, they only look into those they are handed: without numba's own memory management (`_nrt`) it
# need not count who holds one, which takes two atomic steps for each call and each row looked at.
_OPTIONS = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True, "_nrt": False}


def kernel(function: F) -> F:
    """Compile `function` on first use: without the interpreter's lock, IEEE arithmetic, kept on disk.

    A kernel that makes an array does not compile: whoever calls it hands in the room it needs. Division by zero gives
    what numpy gives, and never raises. Set NUMBA_BOUNDSCHECK=1 to have every index checked.
    """
    return _compiled(function, inline=False)


def inline_kernel(function: F) -> F:
    """A kernel of a few lines that becomes part of every kernel that calls it, for use in the innermost loops."""
    return _compiled(function, inline=True)


def _compiled(function: F, *, inline: bool) -> F:
    cache_dir = numba.config.CACHE_DIR
    folder = _folder(Path(function.__code__.co_filename).parent)
    numba.config.CACHE_DIR = str(folder or "")
    try:
        door = numba.njit(**_OPTIONS, cache=folder is not None)(function)
    finally:
        numba.config.CACHE_DIR = cache_dir
    part = numba.njit(**_OPTIONS, no_cpython_wrapper=True, forceinline=inline)(function)

    def called_from_kernel(args: Sequence[Any], kws: dict[str, Any]) -> Any:
        """The version of `function` for these types, for a kernel that calls it."""
        return part.get_call_template([numba.types.unliteral(arg) for arg in args], kws)

    # Called from another kernel, a function needs no door for Python, no file of its own, and no version of its own for
    # each constant it is handed: half the time to compile.
    door.get_call_template = called_from_kernel
    door.get_overload = part.get_overload
    return cast(F, door)


@functools.cache
def _folder(room: Path) -> Path | None:
    """The cache folder for the kernels of `room`, which may call kernels of this room; None where none are kept."""
    cache = code_cache()
    if cache is None:
        return None
    shape = (numba.__version__, sys.version, llvmlite.binding.get_host_cpu_name(), sys.byteorder)
    switches = (numba.config.BOUNDSCHECK, numba.config.OPT)
    digest = hashlib.blake2b(repr((shape, switches)).encode(), digest_size=12)
    for source in sorted({*HERE.glob("*.py"), *HERE.glob("tables/*"), *room.glob("*.py")}):
        if source.is_file():
            digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return cache / digest.hexdigest()


def compiled_before() -> bool:
    """Whether kernels of this very source were compiled on this machine before, so that a first use is quick."""
    folder = _folder(HERE)
    return folder is not None and any(folder.rglob("*.nbc"))
