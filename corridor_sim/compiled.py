"""Machine code of small functions, made by numba where it is there; nobody needs it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from types import FunctionType
from typing import Any

__all__ = ["machine_code"]


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
        Types of the result and the arguments as numba writes them.

    Returns
    -------
    callable or None
        None where numba is missing, or where there is no folder to keep the machine code in: to
        make it in every process takes longer than it saves.
    """
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
        dispatcher = numba.njit(signature, cache=True, **options)(
            FunctionType(function.__code__, namespace, name)
        )
    except (RuntimeError, OSError):
        return None
    return dispatcher  # type: ignore[no-any-return]
