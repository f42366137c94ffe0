"""Functions as machine code: made by numba once, kept, and loaded without it.

To import numba and to get it ready takes a second and a hundred megabytes, which every command
would spend again, though the machine code has long been there. So numba's code is kept as plain
object code, which llvmlite, the part of numba that links it, loads in a twentieth of the time.
Numba itself is imported only where machine code has to be made.

What cannot be kept so (numba may one day pass arguments otherwise, or a function may need its
run-time library) is left to numba and its own cache.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from corridor_sim.native.keeping import Place, can_keep, keep, kept
from corridor_sim.native.kinds import Kind

__all__ = ["Place", "has_compiler", "native", "source_hash"]

# Numba changes the filters of warnings while it works and puts back what it found: two threads
# that did so at once would leave each other's.
_MAKING = threading.RLock()


@cache
def has_compiler() -> bool:
    """Tell whether numba is installed."""
    return find_spec("numba") is not None


@cache
def source_hash(path: str) -> str:
    """Return a hash of a source file.

    Parameters
    ----------
    path : str
        File.

    Returns
    -------
    str
        SHA-256 in hexadecimal digits.
    """
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def native(
    place: Place,
    kinds: tuple[Kind, ...],
    make: Callable[[], Any],
    *,
    pointers: bool = False,
    tell: Callable[[], None] = lambda: None,
    only_kept: bool = False,
) -> Callable[..., None] | None:
    """Return the machine code of a function: that which is kept, else made anew and kept.

    Parameters
    ----------
    place : Place
        Where it is kept, and for which state of its sources.
    kinds : tuple of Kind
        Of its arguments, tuples taken apart.
    make : callable
        Returns the function compiled by numba for one signature, without wrappers; None if that
        cannot be done.
    pointers : bool
        Whether the function takes the address of an array and nothing else of it.
    tell : callable
        Called before machine code is made.
    only_kept : bool
        Whether code that cannot be kept is not wanted.

    Returns
    -------
    callable or None
        Takes the arguments and runs without the interpreter's lock. None where there can be no
        object code, or it cannot be kept and `only_kept` is set.
    """
    from corridor_sim.native.loading import Loaded

    with _MAKING:
        code = kept(place)
        if code is None:
            if only_kept and not can_keep(place):
                return None
            from corridor_sim.native.making import object_code

            tell()
            compiled = make()
            # Where numba's compiler is switched off it hands back the function as it stands.
            is_compiled = hasattr(compiled, "signatures")
            code = object_code(compiled, kinds, pointers=pointers) if is_compiled else None
            if code is None:
                return None
            if not keep(place, code) and only_kept:
                return None
        return Loaded(code, kinds, pointers=pointers)
