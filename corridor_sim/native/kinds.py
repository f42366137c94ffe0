"""What a function takes: kinds of arguments, and whether an argument is of one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

__all__ = ["Kind", "declared", "leaves", "of_arguments", "refuse_others"]


class Kind(NamedTuple):
    """Kind of an argument.

    Attributes
    ----------
    dtype : str
        Name of the type of its numbers.
    ndim : int
        Dimensions of an array, 0 for a number.
    order : str
        ``C``, ``F`` or ``A`` (neither) for an array.
    is_written : bool
        Whether the function may write into the array.
    """

    dtype: str
    ndim: int = 0
    order: str = ""
    is_written: bool = False


def leaves(arguments: Iterable[Any]) -> Iterator[Any]:
    """Give arguments with tuples taken apart.

    Parameters
    ----------
    arguments : iterable
        Arrays, numbers and tuples of them.

    Yields
    ------
    ndarray or number
        In order.
    """
    for argument in arguments:
        if isinstance(argument, tuple):
            yield from leaves(argument)
        else:
            yield argument


def of_arguments(arguments: Iterable[Any]) -> tuple[Kind, ...]:
    """Return the kinds of arguments, tuples taken apart.

    Parameters
    ----------
    arguments : iterable
        Arrays, numbers and tuples of them.

    Returns
    -------
    tuple of Kind
        In order.

    Raises
    ------
    TypeError
        For anything else.
    """
    return tuple([_kind_of(leaf) for leaf in leaves(arguments)])


def _kind_of(argument: Any) -> Kind:
    if isinstance(argument, np.ndarray):
        flags = argument.flags
        order = "C" if flags.c_contiguous else "F" if flags.f_contiguous else "A"
        if not flags.aligned or not argument.dtype.isnative:
            raise TypeError("an array is not aligned, or its bytes are in another order")
        return Kind(argument.dtype.name, argument.ndim, order, bool(flags.writeable))
    if isinstance(argument, np.generic):
        return Kind(argument.dtype.name)
    for of, name in ((bool, "bool"), (int, "int64"), (float, "float64")):
        if isinstance(argument, of):
            return Kind(name)
    raise TypeError(f"{type(argument).__name__} is no array and no number")


def declared(signature: str) -> tuple[Kind, ...]:
    """Return the kinds that a signature names.

    Parameters
    ----------
    signature : str
        As numba writes it, of a function that returns nothing and takes numbers and arrays that
        are contiguous and written to: ``void(int64, float64[:, ::1])``.

    Returns
    -------
    tuple of Kind
        In order.
    """
    found = re.fullmatch(r"void\((.*)\)", signature)
    assert found is not None, signature
    kinds = []
    for name, dimensions in re.findall(r"(\w+)(\[[:, 1]*\])?", found[1]):
        if dimensions:
            assert dimensions.endswith("::1]"), signature
            kinds.append(Kind(name, dimensions.count(",") + 1, "C", is_written=True))
        else:
            kinds.append(Kind(name))
    return tuple(kinds)


def refuse_others(given: tuple[Kind, ...], kinds: tuple[Kind, ...]) -> None:
    """Refuse arguments of other kinds: machine code would take them for what they are not.

    Parameters
    ----------
    given, kinds : tuple of Kind
        Of the arguments, and of what the function takes.

    Raises
    ------
    TypeError
        If they differ, but for an array that could be written to and is not.
    """
    if given == kinds:
        return
    if len(given) != len(kinds):
        raise TypeError(f"{len(given)} arguments instead of {len(kinds)}")
    for number, (one, other) in enumerate(zip(given, kinds, strict=True)):
        is_read = one._replace(is_written=False) == other
        if one != other and not is_read:
            raise TypeError(f"argument {number} is {one}, not {other}")
