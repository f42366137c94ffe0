"""The loop compiled by numba, anew for each state of its sources and those of the rules.

The functions are compiled as they stand: each gets a copy whose globals are the compiled forms of
those it calls, with the types its annotations say. A rule that is edited in another file must not
give the old answer; the hash of all sources is therefore part of the name under which the machine
code is kept, beside the package or in the user's cache folder where that is read-only.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from corridor_sim.compiled import notice
from corridor_sim.errors import CorridorSimError
from corridor_sim.native import Place, native
from corridor_sim.native.kinds import Kind

__all__ = ["call_compiled", "source_digest"]

_PACKAGE = Path(__file__).resolve().parents[1]

# Nothing is allocated inside the loop, so that no references need to be counted.
_OPTIONS = {"_nrt": False}

# Types of arrays by the names under which functions take them; (kind, is written to).
_ARRAYS = {
    "m": ("int64", True),
    "f": ("float64", True),
    "h": ("int32", True),
    "leg_service": ("int32", False),
    "leg_board_call": ("int32", False),
    "leg_alight_call": ("int32", False),
    "leg_number": ("int32", False),
    "leg_visit_first": ("int32", False),
    "visit_resource": ("int32", False),
    "visit_fixed_s": ("float64", False),
    "visit_take": ("int8", False),
    "departure_status": ("int8", True),
    "first_legs": ("int64", True),
    "leg_ready": ("int32", True),
    "leg_board": ("int32", True),
    "leg_alight": ("int32", True),
    "leg_departure": ("int32", True),
    "visit_queued": ("int32", True),
    "visit_start": ("int32", True),
    "visit_end": ("int64", True),
    "departure_time": ("int32", True),
    "departure_mteu": ("int64", True),
    "departure_kg": ("int64", True),
}
# All others: columns of the plan.
_COLUMN = ("int64", False)
_SCALARS = {"int": "int64", "float": "float64", "bool": "bool"}


@cache
def source_digest() -> str:
    """Return a hash of the sources that are compiled: rules, loop and the constants they name."""
    engine = _PACKAGE / "engine"
    paths = [
        *sorted((_PACKAGE / "rules").glob("*.py")),
        *sorted(engine.glob("loop*.py")),
        engine / "jit.py",
        engine / "events.py",
        _PACKAGE / "plan" / "tables.py",
    ]
    hasher = hashlib.sha256()
    for path in paths:
        hasher.update(f"{path.parent.name}/{path.name}\0".encode())
        hasher.update(path.read_bytes())
    return hasher.hexdigest()


def call_compiled(function: Callable[..., None], *arguments: Any) -> None:
    """Call the compiled form of a function of the loop.

    Its machine code is read from the cache or made here, once in a process. A line on standard
    error says so where it has to be made.

    Parameters
    ----------
    function : callable
        `loop.run_slice` or a function of `loop_layout`.
    *arguments
        Its arguments, arrays of the types that `_ARRAYS` says.
    """
    _compiled(function.__name__)(*arguments)


@cache
def _compiled(name: str) -> Callable[..., None]:
    namespace, functions = _functions()
    function = functions[name]
    kinds = dict(function.__annotations__)
    kinds.pop("return")

    def make() -> Any:
        namespace["prefetch"] = _prefetch()
        _compile(name, namespace, functions)
        return namespace[name]

    found = native(
        Place(_PACKAGE / "engine" / "loop.py", f"loop.{name}", str(kinds), source_digest()),
        tuple(_kind(*item) for item in kinds.items()),
        make,
        pointers=True,
        tell=_tell,
    )
    if found is None:
        raise CorridorSimError(
            "numba makes no machine code here that the engine can call (its compiler is switched "
            "off, or this version passes arguments otherwise); use engine 'simpy', or another numba"
        )
    return found


@cache
def _tell() -> None:
    """Say once in a process that machine code is made."""
    sys.stderr.write(notice("the simulation engine", "10 to 30 s"))
    sys.stderr.flush()


def _modules() -> list[ModuleType]:
    """Return the modules whose functions are compiled."""
    from corridor_sim.engine import (
        loop,
        loop_dispatch,
        loop_journeys,
        loop_layout,
        loop_queues,
        loop_resources,
    )
    from corridor_sim.rules import boxes, consolidation, locks, ticks

    rules = [ticks, boxes, consolidation, locks]
    loops = [loop_queues, loop_journeys, loop_dispatch, loop_resources, loop_layout, loop]
    return [*rules, *loops]


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
    # By which numba tells what it compiles.
    namespace["__name__"] = "corridor_sim.engine.loop"
    return namespace, functions


def _prefetch() -> Any:
    """Return the compiled form of `loop_queues.prefetch`."""
    from numba import types
    from numba.core.cgutils import int32_t, ir, voidptr_t
    from numba.extending import intrinsic

    def fetch(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        place = builder.bitcast(builder.gep(arguments[0], [arguments[1]]), voidptr_t)
        kind = ir.FunctionType(ir.VoidType(), [voidptr_t, int32_t, int32_t, int32_t])
        function = builder.module.declare_intrinsic("llvm.prefetch", [voidptr_t], kind)
        # For reading, to be kept near, data.
        builder.call(function, [place, int32_t(0), int32_t(3), int32_t(1)])
        return context.get_dummy_value()

    def prefetch(_context: Any, pointer: Any, _place: Any) -> Any:
        return types.void(pointer, types.int64), fetch

    return intrinsic(prefetch)


def _compile(name: str, namespace: dict[str, Any], functions: dict[str, FunctionType]) -> None:
    """Compile a function after those it calls, each for one signature.

    Left to itself numba would compile a function for every mixture of integer types.
    """
    import numba

    function = functions[name]
    for called in function.__code__.co_names:
        if isinstance(namespace.get(called), FunctionType):
            _compile(called, namespace, functions)
    compiler = numba.njit(
        _signature(function), no_cpython_wrapper=True, no_cfunc_wrapper=True, **_OPTIONS
    )
    namespace[name] = compiler(FunctionType(function.__code__, namespace, name))


def _signature(function: FunctionType) -> Any:
    """Return the types of a function as its annotations say, those of arrays by their names.

    An array is seven numbers to numba, of which the loop needs the address alone: passed on from
    function to function they cost a fifth of the time.
    """
    from numba import types

    def of(name: str, annotation: str) -> Any:
        if annotation == "None":
            return types.void
        kind = _kind(name, annotation)
        number = getattr(types, "boolean" if kind.dtype == "bool" else kind.dtype)
        return types.CPointer(number) if kind.ndim else number

    named = dict(function.__annotations__)
    result = of("", named.pop("return"))
    return result(*(of(*item) for item in named.items()))


def _kind(name: str, annotation: str) -> Kind:
    """Return the kind of an argument."""
    if annotation in _SCALARS:
        return Kind(_SCALARS[annotation])
    element, is_written = _ARRAYS.get(name, _COLUMN)
    return Kind(element, 1, "C", is_written)
