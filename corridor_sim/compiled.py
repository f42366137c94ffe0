"""Machine code of small functions, made by numba where it is there; nobody needs it."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from types import FunctionType
from typing import Any

__all__ = ["machine_code", "notice", "noticing"]

# Numba changes the filters of warnings while it works and puts back what it found: two threads
# that did so at once would leave each other's.
_MAKING = threading.Lock()


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


@contextlib.contextmanager
def noticing() -> Iterator[None]:
    """Tell on standard error if machine code has to be made meanwhile: it is not there yet."""
    from numba.core import event

    class Making(event.Listener):  # type: ignore[misc]
        """Told by numba when it finds no machine code and sets out to make it."""

        def on_start(self, _: Any) -> None:
            _tell()

        def on_end(self, _: Any) -> None:
            pass

    with event.install_listener("numba:compile", Making()):
        yield


def machine_code(module: str, name: str, signature: str) -> Callable[..., Any] | None:
    """Return the compiled form of a function, which may call others of its own module.

    It is kept beside the module, or in the user's cache folder, and made anew when the file of the
    module changes; so nothing of another file may be called.

    Parameters
    ----------
    module, name : str
        Where the function is, and its name.
    signature : str
        Types of the result and the arguments as numba writes them.

    Returns
    -------
    callable or None
        None where numba is missing, or where there is no folder to keep the machine code in: to
        make it in every process takes longer than it saves.
    """
    with _MAKING:
        return _made(module, name, signature)


@cache
def _made(module: str, name: str, signature: str) -> Callable[..., Any] | None:
    try:
        import numba
    except ImportError:
        return None
    namespace = dict(vars(import_module(module)))
    options = {"nogil": True, "error_model": "numpy"}
    function: FunctionType = namespace[name]
    for called in function.__code__.co_names:
        own = namespace.get(called)
        if isinstance(own, FunctionType) and own.__module__ == module:
            namespace[called] = numba.njit(FunctionType(own.__code__, namespace, called), **options)
    try:
        with noticing():
            dispatcher = numba.njit(signature, cache=True, **options)(
                FunctionType(function.__code__, namespace, name)
            )
    except (RuntimeError, OSError):
        return None
    return dispatcher  # type: ignore[no-any-return]
