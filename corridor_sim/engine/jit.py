"""The loop compiled by numba, anew for each state of its sources and those of the rules.

The functions are compiled as they stand: each gets a copy whose globals are the compiled forms of
those it calls, with the types its annotations say. Numba's own cache looks at one file only, so
that an edited rule elsewhere would give the old answer; the hash of all sources is therefore part
of the name under which the machine code is kept. Numba keeps it beside the package, or in the
user's cache folder where that is read-only.
"""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from corridor_sim.engine.loop import Slice

__all__ = ["compiled_slice", "is_available", "source_digest"]

_PACKAGE = Path(__file__).resolve().parents[1]
_KERNEL = "run_slice"

# Nothing is allocated inside the loop, so that no references need to be counted.
_OPTIONS = {"_nrt": False}
_NOTICE = (
    "compiling the simulation engine (10 to 30 s, once after an installation or a change of it) "
    "...\n"
)


def is_available() -> bool:
    """Tell whether numba is installed, without importing it."""
    return find_spec("numba") is not None


@cache
def source_digest() -> str:
    """Return a hash of the sources that are compiled: rules, loop and the constants they name."""
    paths = [
        *sorted((_PACKAGE / "rules").glob("*.py")),
        *sorted((_PACKAGE / "engine").glob("*.py")),
        _PACKAGE / "plan" / "tables.py",
    ]
    hasher = hashlib.sha256()
    for path in paths:
        hasher.update(f"{path.parent.name}/{path.name}\0".encode())
        hasher.update(path.read_bytes())
    return hasher.hexdigest()


@cache
def compiled_slice() -> Slice:
    """Return the compiled form of `loop.run_slice`.

    Its machine code is read from the cache or made here, once in a process. A line on standard
    error says so where it has to be made.

    Returns
    -------
    callable
        With the arguments of `loop.run_slice`.
    """
    import numba
    from numba.core import event

    namespace, functions = _functions()
    kernel = FunctionType(functions[_KERNEL].__code__, namespace, _KERNEL)
    kernel.__qualname__ = f"{_KERNEL}_{source_digest()[:16]}"
    try:
        dispatcher = numba.njit(nogil=True, cache=True, **_OPTIONS)(kernel)
    except RuntimeError:
        # There is no folder to keep the machine code in: every process makes it anew.
        dispatcher = numba.njit(nogil=True, **_OPTIONS)(kernel)

    class Making(event.Listener):  # type: ignore[misc]
        """Told by numba when it finds no machine code and sets out to make it."""

        begun = False

        def on_start(self, _: Any) -> None:
            if not self.begun:
                self.begun = True
                sys.stderr.write(_NOTICE)
                sys.stderr.flush()
                _compile_called(_KERNEL, namespace, functions)

        def on_end(self, _: Any) -> None:
            pass

    signature = _signature(functions[_KERNEL])
    with event.install_listener("numba:compile", Making()):
        try:
            dispatcher.compile(signature)
        except OSError:
            # The machine code is made but could not be kept.
            dispatcher.compile(signature)
    dispatcher.disable_compile()
    return dispatcher  # type: ignore[no-any-return]


def _modules() -> list[ModuleType]:
    """Return the modules whose functions are compiled."""
    from corridor_sim.engine import (
        loop,
        loop_dispatch,
        loop_journeys,
        loop_queues,
        loop_resources,
    )
    from corridor_sim.rules import consolidation, locks, ticks

    rules = [ticks, consolidation, locks]
    return [*rules, loop_queues, loop_journeys, loop_dispatch, loop_resources, loop]


def _functions() -> tuple[dict[str, Any], dict[str, FunctionType]]:
    """Return one namespace for the compiled forms, and the functions by name."""
    namespace: dict[str, Any] = {}
    functions: dict[str, FunctionType] = {}
    for module in _modules():
        namespace |= vars(module)
        functions |= {
            name: value
            for name, value in vars(module).items()
            if isinstance(value, FunctionType) and value.__module__ == module.__name__
        }
    # Numba looks the kernel's module up by this name when it loads the machine code.
    namespace["__name__"] = functions[_KERNEL].__module__
    return namespace, functions


def _compile_called(
    name: str, namespace: dict[str, Any], functions: dict[str, FunctionType]
) -> None:
    """Compile whatever a function calls, innermost first, each for one signature.

    Left to itself numba would compile a function for every mixture of integer types.
    """
    import numba

    for called in functions[name].__code__.co_names:
        if isinstance(namespace.get(called), FunctionType):
            _compile_called(called, namespace, functions)
            function = functions[called]
            copy = FunctionType(function.__code__, namespace, called)
            compiler = numba.njit(
                _signature(function), no_cpython_wrapper=True, no_cfunc_wrapper=True, **_OPTIONS
            )
            namespace[called] = compiler(copy)


def _signature(function: FunctionType) -> Any:
    """Return the types of a function as its annotations say, those of arrays by their names."""
    from numba.core import types

    def array(kind: Any, dimensions: int = 1, *, fixed: bool = False) -> Any:
        return types.Array(kind, dimensions, "C", readonly=fixed)

    arrays = {
        "m": array(types.int64),
        "f": array(types.float64),
        "known": array(types.int64),
        "legs": array(types.int32, 2),
        "log": array(types.int64),
        "fixed": array(types.float64, fixed=True),
        "places": array(types.int32, fixed=True),
        "takes": array(types.int8, fixed=True),
        "status": array(types.int8),
        "lockages": array(types.int64, 2),
    }
    scalars = {
        "int": types.int64,
        "float": types.float64,
        "bool": types.boolean,
        "None": types.void,
    }
    named = dict(function.__annotations__)
    result = scalars[named.pop("return")]
    return result(*(scalars[kind] if kind in scalars else arrays[n] for n, kind in named.items()))
