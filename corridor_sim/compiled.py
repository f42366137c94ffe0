"""Machine code of small functions, made by numba where it is there; nobody needs it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import Any

from corridor_sim.native import Place, has_compiler, native, source_hash
from corridor_sim.native.kinds import declared, of_arguments

__all__ = ["compiled", "has_compiler", "machine_code", "notice"]


def notice(what: str, how_long: str) -> str:
    """Return the line that tells of machine code being made.

    Parameters
    ----------
    what : str
        For which part of the program.
    how_long : str
        As a text with a unit.

    Returns
    -------
    str
        Of standard error.
    """
    return f"compiling {what} ({how_long}, once after an installation or a change of it) ...\n"


@cache
def _tell() -> None:
    """Say once in a process that small functions are compiled."""
    sys.stderr.write(notice("draws and statistics", "a few seconds"))
    sys.stderr.flush()


@cache
def machine_code(module: str, name: str, signature: str) -> Callable[..., Any] | None:
    """Return the compiled form of a function, which may call others of its own module.

    It is kept beside the module, or in the user's cache folder, and made anew when the file of the
    module changes; so nothing of another file may be called.

    Parameters
    ----------
    module, name : str
        Where the function is, and its name.
    signature : str
        Types of the arguments as numba writes them, see `native.kinds.declared`.

    Returns
    -------
    callable or None
        None where numba is missing, or where there is no folder to keep the machine code in: to
        make it in every process takes longer than it saves.
    """
    if not has_compiler():
        return None
    namespace = dict(vars(import_module(module)))
    function: FunctionType = namespace[name]

    def make() -> Any:
        try:
            import numba
        except ImportError:
            # It is there, but not for this version of NumPy.
            return None
        options = {"nogil": True, "error_model": "numpy", "_nrt": False}
        for called in function.__code__.co_names:
            own = namespace.get(called)
            if isinstance(own, FunctionType) and own.__module__ == module:
                copy = FunctionType(own.__code__, namespace, called)
                namespace[called] = numba.njit(copy, **options)
        return numba.njit(signature, no_cpython_wrapper=True, no_cfunc_wrapper=True, **options)(
            FunctionType(function.__code__, namespace, name)
        )

    return native(
        _place(function, signature), declared(signature), make, tell=_tell, only_kept=True
    )


def _place(function: FunctionType, kinds: object) -> Place:
    source = function.__code__.co_filename
    return Place(
        Path(source),
        f"{function.__module__.rpartition('.')[2]}.{function.__name__}",
        str(kinds),
        f"{source_hash(source)} {source_hash(__file__)} {_constants(function)}",
    )


def _constants(function: FunctionType) -> list[tuple[str, str]]:
    """Return the constants that a function and those it calls name: other files may tell them."""
    found: dict[str, str] = {}
    left, seen = [function], set()
    while left:
        code, known = left[-1].__code__, left.pop().__globals__
        for name in code.co_names:
            value = known.get(name)
            if isinstance(value, (bool, int, float, str, tuple)):
                found[name] = repr(value)
            elif isinstance(value, FunctionType) and name not in seen:
                seen.add(name)
                left.append(value)
    return sorted(found.items())


@cache
def compiled(function: FunctionType) -> Callable[..., None]:
    """Return the compiled form of a function of arrays and numbers that calls no other of ours.

    Its machine code is kept beside its source, or in the user's cache folder, and made anew when
    the source has changed: once for each kind of arguments. It runs without the interpreter's lock.

    Parameters
    ----------
    function : callable
        Fills arrays it is given.

    Returns
    -------
    callable
        Takes the same arguments.
    """
    forms: dict[object, Callable[..., None]] = {}

    def call(*arguments: Any) -> None:
        kinds = of_arguments(arguments)
        form = forms.get(kinds)
        if form is None:

            def make() -> Any:
                import numba

                options = {"nogil": True, "_nrt": False}
                wrappers = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
                signature = tuple(numba.typeof(argument) for argument in arguments)
                try:
                    return numba.njit(signature, **wrappers, **options)(function)
                except numba.errors.NumbaError:
                    # It needs numba's run-time library, or is at fault, which numba then tells.
                    return None

            form = native(_place(function, kinds), kinds, make, tell=_tell) or _by_numba(function)
            forms[kinds] = form
        form(*arguments)

    return call


@cache
def _by_numba(function: FunctionType) -> Callable[..., None]:
    """Return the compiled form as numba itself keeps and calls it."""
    import numba

    try:
        dispatcher = numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:
        # There is no folder to keep the machine code in: every process makes it anew.
        dispatcher = numba.njit(nogil=True)(function)
    return dispatcher  # type: ignore[no-any-return]
