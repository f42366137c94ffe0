"""What a report is made of: sections of paragraphs, tables and charts, not yet in any language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from corridor_sim.maps.words import Words
from corridor_sim.report.voice import Voice, number, percent, value

__all__ = ["Block", "Chart", "Column", "Fold", "Link", "Paragraph", "Section", "Table", "cell_text"]

Kind = Literal["text", "words", "number", "share", "value"]
Cell = str | float | int | Words | None


@dataclass(frozen=True)
class Paragraph:
    """Words; `tone` is how they are shown."""

    words: Words
    tone: Literal["plain", "answer", "part", "note", "quiet"] = "plain"


@dataclass(frozen=True)
class Column:
    """Column of a table.

    Attributes
    ----------
    key : str
        Name in exported files, with its unit.
    head : (str, str)
        Head that readers see.
    kind : {"text", "words", "number", "share", "value"}
        text as it is, words in both languages, a number with `digits`, a share as per cent, or a
        number with three figures.
    digits : int
        Decimal places of numbers.
    """

    key: str
    head: Words
    kind: Kind = "number"
    digits: int = 0


@dataclass(frozen=True)
class Table:
    """Rows under columns; `name` is that of its exported file."""

    name: str
    title: Words
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    note: Words = ("", "")


@dataclass(frozen=True)
class Chart:
    """A picture; `draw` gives its SVG in a language."""

    name: str
    title: Words
    draw: Callable[[Voice], str]
    note: Words = ("", "")


@dataclass(frozen=True)
class Fold:
    """Blocks behind a line that opens them."""

    title: Words
    blocks: Sequence[Block]
    is_open: bool = False


@dataclass(frozen=True)
class Link:
    """A file beside the report."""

    words: Words
    file: str


Block = Paragraph | Table | Chart | Fold | Link


@dataclass(frozen=True)
class Section:
    """Part of a report with a heading.

    Attributes
    ----------
    name : str
        Anchor in the page.
    title : (str, str)
        Heading.
    blocks : list of Block
        What it shows.
    """

    name: str
    title: Words
    blocks: list[Block] = field(default_factory=list)


def cell_text(cell: Cell, column: Column, voice: Voice) -> str:
    """Return what a cell says, not yet escaped.

    Parameters
    ----------
    cell : str, number, pair of words or None
        What the row holds.
    column : Column
        How to say it.
    voice : Voice
        In which language.

    Returns
    -------
    str
        A dash where there is nothing.
    """
    if cell is None:
        return "–"
    if isinstance(cell, tuple):
        return voice.plain(cell)
    if isinstance(cell, str):
        return cell
    if column.kind == "share":
        return percent(cell, column.digits)
    return value(cell) if column.kind == "value" else number(cell, column.digits)
