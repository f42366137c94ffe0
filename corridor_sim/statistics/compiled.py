"""Loops of the statistics compiled by numba, where it is there."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Any

from corridor_sim.compiled import noticing

__all__ = ["compiled", "has_compiler"]


@cache
def has_compiler() -> bool:
    """Tell whether numba is installed."""
    return find_spec("numba") is not None


@cache
def compiled(function: Callable[..., None]) -> Callable[..., None]:
    """Return the compiled form of a function of arrays and numbers that calls no other of ours.

    Its machine code is kept beside its source, or in the user's cache folder, and made anew when
    the source has changed. It runs without the interpreter's lock.

    Parameters
    ----------
    function : callable
        Fills arrays it is given.

    Returns
    -------
    callable
        Takes the same arguments.
    """
    import numba

    try:
        dispatcher = numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:
        # There is no folder to keep the machine code in: every process makes it anew.
        dispatcher = numba.njit(nogil=True)(function)

    def call(*arguments: Any) -> None:
        with noticing():
            dispatcher(*arguments)

    return call
