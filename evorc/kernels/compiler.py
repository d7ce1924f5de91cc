"""How evorc compiles: strict IEEE arithmetic, no interpreter lock, one cache on disk that can never be stale.

Numba notices a change in the file of a cached function, not one in a file whose functions it inlines. So the cache
folder is named after a hash of every source on this floor, which is all that a kernel may inline beside its own file.
"""

import hashlib
import os
import sys
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numba
import numpy as np
from numba import config, njit
from numba.core.caching import NullCache
from numba.core.dispatcher import Dispatcher
from numba.experimental.function_type import _get_wrapper_address

STRICT: dict[str, Any] = {"error_model": "numpy", "nogil": True, "fastmath": False}
INLINED: dict[str, Any] = {**STRICT, "forceinline": True}
# Kernels make no arrays: all are the caller's. Without counting references a view costs nothing, where counting took
# half of the time of a step of ten units (0.7 us). An assignment of one array to another counts: see `couple.copy`.
BORROWED: dict[str, Any] = {"_nrt": False}
JIT = not config.DISABLE_JIT

_redirecting = threading.Lock()


def inline(function: Callable) -> Callable:
    """Compile a small scalar function into whatever kernel calls it."""
    return njit(**INLINED)(function)


def part(function: Callable) -> Callable:
    """Compile a piece of a kernel, which may hand out views, into that kernel: 5 to 20 % of a small network's step."""
    return njit(**INLINED, **BORROWED)(function)


def kernel(function: Callable) -> Callable:
    """Compile a kernel when it is first called with a type; later processes load it from the disk."""
    return cached(function, **BORROWED)


def schedule(function: Callable, signature: Any) -> Callable:
    """Compile a kernel for one signature, whose function-typed arguments then accept any kernel of that type."""
    return cached(function, signature, **BORROWED)


class FirstClass:
    """A kernel as a value of a function type. Numba asks a dispatcher for its address anew in every call (50 us)."""

    def __init__(self, function: Callable, function_type: Any) -> None:
        self._numba_type_ = function_type
        self._kept_alive = function
        self._address = _get_wrapper_address(function, function_type.signature)

    def __wrapper_address__(self) -> int:
        return self._address


@cache
def first_class(function: Callable, function_type: Any) -> Any:
    """`function`, ready to be passed to a schedule."""
    return FirstClass(function, function_type) if JIT else function


def cached(function: Callable, *signature: Any, **options: Any) -> Callable:
    """Give `njit(function)` the cache of :func:`cache_folder`, leaving the user's own Numba settings as they are."""
    with _redirecting:
        before, config.CACHE_DIR = config.CACHE_DIR, str(cache_folder())
        try:
            return njit(*signature, cache=True, **STRICT, **options)(function)
        finally:
            config.CACHE_DIR = before


def reach(*things: Any) -> list[Any]:
    """All that compiled functions name, directly or through each other; evorc's kernels and Numba are not entered."""
    found: dict[int, Any] = {}
    waiting = list(reversed(things))
    while waiting:
        thing = waiting.pop()
        if id(thing) not in found:
            found[id(thing)] = thing
            waiting += reversed(_named(thing))
    return list(found.values())


def make_strict(*functions: Any) -> None:
    """Give plain `njit` functions the options of a kernel: with Python's division no loop over them vectorises."""
    for thing in reach(*functions):
        if isinstance(thing, Dispatcher) and not _known(thing) and not INLINED.items() <= thing.targetoptions.items():
            thing.targetoptions.update(INLINED)
            thing._reset_overloads()  # what was compiled or kept on the disk had other options
            thing._can_compile, thing._cache = True, NullCache()


def fingerprint(*things: Any) -> str:
    """Hash of every source and constant that compiled functions reach."""
    found = reach(*things)
    place = {id(thing): k for k, thing in enumerate(found)}
    whole = [(_signed(thing), [place[id(named)] for named in _named(thing)]) for thing in found]
    return hashlib.sha256(repr(whole).encode()).hexdigest()[:16]


def _signed(thing: Any) -> Any:
    """What a thing is, apart from the things that it names."""
    function = getattr(thing, "py_func", thing)
    if isinstance(function, FunctionType):
        what = function.__qualname__ if _known(thing) else _plain(function.__code__)
        return function.__module__, what  # compiled code, loaded from the disk, imports the module
    if isinstance(thing, ModuleType):
        return thing.__name__
    if isinstance(thing, type):
        parts = ("__annotations__", "_field_defaults", "__members__")
        return thing.__qualname__, [repr(getattr(thing, part, None)) for part in parts]
    if isinstance(thing, np.ndarray):
        return thing.dtype.str, thing.shape, thing.tobytes()
    return type(thing).__name__ if isinstance(thing, tuple) else repr(thing)


def _known(thing: Any) -> bool:
    """Whether a thing is hashed with this floor's sources, or changes with a version of Numba or NumPy alone."""
    named_after = "__name__" if isinstance(thing, ModuleType) else "__module__"
    home = str(getattr(getattr(thing, "py_func", thing), named_after, "")).split(".")
    return home[0] in ("numba", "numpy") or home[:2] == ["evorc", "kernels"]


def _plain(code: CodeType) -> tuple:
    """What a code object does, without where it stands."""
    constants = (_plain(thing) if isinstance(thing, CodeType) else thing for thing in code.co_consts)
    return (code.co_code, code.co_names, code.co_varnames, code.co_freevars, *constants)


def _named(thing: Any) -> list[Any]:
    """What a tuple holds, or what the names, defaults and closure of a function stand for."""
    if isinstance(thing, tuple):
        return list(thing)
    function = getattr(thing, "py_func", thing)
    if not isinstance(function, FunctionType) or _known(thing):
        return []
    codes = [function.__code__]
    for code in codes:
        codes += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    names = sorted({name for code in codes for name in code.co_names})
    named = [function.__globals__[name] for name in names if name in function.__globals__]
    modules = [thing for thing in named if isinstance(thing, ModuleType)]
    for module in modules:  # they grow: package.module.name
        parts = [] if _known(module) else [vars(module)[name] for name in names if name in vars(module)]
        modules += [part for part in parts if isinstance(part, ModuleType) and part not in modules]
        named += parts
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    return named + cells + list(function.__defaults__ or ())


@cache
def cache_folder() -> Path:
    """Folder of the compiled kernels: below `EVORC_CACHE_DIR`, `NUMBA_CACHE_DIR` or the user's cache."""
    digest = hashlib.sha256(numba.__version__.encode())
    digest.update(bytes([bool(config.BOUNDSCHECK)]))
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    folder = cache_root() / f"kernels-{digest.hexdigest()[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def cache_root() -> Path:
    """Folder that holds one cache a version of the kernels."""
    named = os.environ.get("EVORC_CACHE_DIR") or os.environ.get("NUMBA_CACHE_DIR")
    if named:
        return Path(named) / "evorc"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "evorc" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "evorc"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "evorc"
