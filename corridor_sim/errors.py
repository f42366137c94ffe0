"""Errors that corridor_sim raises on purpose.

`CorridorSimError` is the root. `InputError` gathers every fault of an input, so that they can be
mended in one go.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = [
    "CorridorSimError",
    "Fault",
    "InputError",
    "ResultFolderError",
    "nearest",
    "plain",
    "shorten",
]

_SHOWN = 60
# Comparing is quadratic in the length of a name.
_COMPARED = 200


class CorridorSimError(Exception):
    """Root of all errors the package raises on purpose."""


class ResultFolderError(CorridorSimError, OSError):
    """A result folder cannot be written, or is not what its manifest says."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with an input.

    Attributes
    ----------
    file : str
        File, or the option of the command line.
    what : str
        What is wrong.
    row : int or str, optional
        Line of the file, counted from 1 with the header, or the name of the row.
    column : int or str, optional
        Column of the line, or name of the field.
    allowed : str, optional
        What would be right.
    hint : str, optional
        What to do.
    snippet : str, optional
        The line at fault with a caret below.
    """

    file: str
    what: str
    row: int | str | None = None
    column: int | str | None = None
    allowed: str = ""
    hint: str = ""
    snippet: str = ""

    def __str__(self) -> str:
        """Return the fault on one line, with its snippet below."""
        where = ":".join(
            str(part) for part in (self.file, self.row, self.column) if part is not None
        )
        text = f"{where}: {self.what}"
        if self.allowed:
            text += f"; allowed: {self.allowed}"
        if self.hint:
            text += f"; {self.hint}"
        # What is quoted comes from files of others: it must not act on the terminal.
        lines = [plain(text), *map(plain, self.snippet.splitlines())]
        return "\n".join(lines)


class InputError(CorridorSimError):
    """An input cannot be used; all its faults are told at once.

    Parameters
    ----------
    faults : iterable of Fault
        At least one.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        count = len(self.faults)
        lines = [str(fault) for fault in self.faults[:_SHOWN]]
        if count > _SHOWN:
            more = count - _SHOWN
            lines.append(f"... and {more} more fault{'s' if more != 1 else ''}")
        head = [f"{count} faults found"] if count > 1 else []
        super().__init__("\n".join([*head, *lines]))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Fault, ...]]]:
        """Tell pickle how to make it again: worker processes hand errors back."""
        return type(self), (self.faults,)


def nearest(name: str, known: Sequence[str]) -> str:
    """Return a hint that names the nearest known name, or nothing.

    Parameters
    ----------
    name : str
        What was written.
    known : sequence of str
        What could be meant.

    Returns
    -------
    str
        For example ``did you mean 'lock'?``, or empty.
    """
    if len(name) > _COMPARED:
        return ""
    found = difflib.get_close_matches(name, list(known), 1, 0.6)
    return f"did you mean '{found[0]}'?" if found and found[0] else ""


def plain(text: object) -> str:
    """Return text without characters that would act on a terminal."""
    return "".join(c if c.isprintable() else "?" for c in str(text))


def shorten(text: str, length: int = 80) -> str:
    """Return a text for a message, cut where it is long.

    Parameters
    ----------
    text : str
        Text.
    length : int
        Characters it may have.

    Returns
    -------
    str
        The text, or its beginning and an ellipsis.
    """
    return text if len(text) <= length else f"{text[: length - 4]} ..."
