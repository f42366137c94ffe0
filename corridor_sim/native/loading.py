"""Object code that is loaded, and called with arrays and numbers.

A compiled function of numba returns a status, writes its result and what it raises where its first
two parameters say, and takes an array as a row of numbers: two for who owns it, its size, the size
of an item, the address, the shape, the strides.
"""

from __future__ import annotations

import ctypes
import pickle
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from llvmlite import binding as llvm

from corridor_sim.native.keeping import Code
from corridor_sim.native.kinds import Kind, leaves, of_arguments, refuse_others

__all__ = ["MATHEMATICS", "Loaded", "parameters_of", "ready"]

#: Functions of the system's library that object code may ask for.
MATHEMATICS = ("exp", "expm1", "log", "log1p", "pow", "sqrt", "memcpy", "memmove", "memset")

_CTYPES: dict[str, Any] = {
    "ptr": ctypes.c_void_p,
    "i8": ctypes.c_int8,
    "i16": ctypes.c_int16,
    "i32": ctypes.c_int32,
    "i64": ctypes.c_int64,
    "double": ctypes.c_double,
    "float": ctypes.c_float,
}
_NUMBERS = {
    "bool": "i8",
    "int8": "i8",
    "uint8": "i8",
    "int16": "i16",
    "uint16": "i16",
    "int32": "i32",
    "uint32": "i32",
    "int64": "i64",
    "uint64": "i64",
    "float32": "float",
    "float64": "double",
}
# All is well, and it has returned nothing.
_FINE = (0, -2)


def parameters_of(kinds: tuple[Kind, ...], *, pointers: bool) -> tuple[str, ...]:
    """Return the types of parameters by which arguments are handed over.

    Parameters
    ----------
    kinds : tuple of Kind
        Of the arguments.
    pointers : bool
        Whether of an array the address alone is handed over.

    Returns
    -------
    tuple of str
        As LLVM names them.
    """
    found: list[str] = []
    for kind in kinds:
        if not kind.ndim:
            found.append(_NUMBERS[kind.dtype])
        elif pointers:
            found.append("ptr")
        else:
            found += ["ptr", "ptr", "i64", "i64", "ptr", *["i64"] * (2 * kind.ndim)]
    return tuple(found)


@cache
def ready() -> None:
    """Get LLVM ready for this processor."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    if sys.platform == "win32":
        # Several libraries of C may be loaded there: always the same one, that of the system.
        for name in MATHEMATICS:
            function = getattr(ctypes.CDLL("ucrtbase"), name)
            llvm.add_symbol(name, ctypes.cast(function, ctypes.c_void_p).value)


class Loaded:
    """A function of object code; it runs without the interpreter's lock.

    Parameters
    ----------
    code : Code
        Object code.
    kinds : tuple of Kind
        Of its arguments.
    pointers : bool
        Whether of an array the address alone is handed over.
    """

    def __init__(self, code: Code, kinds: tuple[Kind, ...], *, pointers: bool) -> None:
        ready()
        machine = llvm.Target.from_default_triple().create_target_machine(jit=True)
        # Kept with the function: its code lies there.
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code.content))
        self._engine.finalize_object()
        address = self._engine.get_function_address(code.symbol)
        parameters = [_CTYPES[name] for name in code.parameters]
        self._function = ctypes.CFUNCTYPE(ctypes.c_int32, *parameters)(address)
        self._kinds, self._pointers = kinds, pointers

    def __call__(self, *arguments: Any) -> None:
        """Run the function.

        Parameters
        ----------
        *arguments
            Arrays, numbers and tuples of them.

        Raises
        ------
        TypeError
            If they are not what the function takes.
        Exception
            What the function raises.
        """
        refuse_others(of_arguments(arguments), self._kinds)
        result, raised = ctypes.c_void_p(), ctypes.c_void_p()
        status = self._function(
            ctypes.addressof(result),
            ctypes.addressof(raised),
            *_handed(arguments, pointers=self._pointers),
        )
        if status not in _FINE:
            raise _exception(status, raised.value)


def _handed(arguments: tuple[Any, ...], *, pointers: bool) -> Iterator[Any]:
    """Give what is handed over for arguments, see `parameters_of`."""
    for leaf in leaves(arguments):
        if not isinstance(leaf, np.ndarray):
            yield leaf.item() if isinstance(leaf, np.generic) else leaf
            continue
        address = leaf.__array_interface__["data"][0]
        if pointers:
            yield address
        else:
            yield from (None, None, leaf.size, leaf.itemsize, address, *leaf.shape, *leaf.strides)


class _Raised(ctypes.Structure):
    """What a function says of an exception: the class and its arguments, pickled."""

    _fields_ = (("content", ctypes.c_void_p), ("size", ctypes.c_int32))


def _exception(status: int, raised: int | None) -> Exception:
    """Return the exception that a function has raised."""
    if raised:
        told = ctypes.cast(raised, ctypes.POINTER(_Raised)).contents
        # Part of the code itself, which is trusted as the sources are.
        kind, arguments, *_ = pickle.loads(ctypes.string_at(told.content, told.size))  # noqa: S301
        if isinstance(kind, type) and issubclass(kind, Exception):
            return kind(*arguments or ())
    return SystemError(f"machine code ended with status {status}")
