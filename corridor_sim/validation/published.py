"""Published figures as a network keeps them in ``validation/published.csv``."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from corridor_sim.errors import Fault, InputError
from corridor_sim.network.checks import source_keys
from corridor_sim.network.tables import read_table
from corridor_sim.resources import shipped

__all__ = ["PublishedFigure", "Selection", "read_published"]

_FILE = "published.csv"
#: Beside the tables that a run reads, which do not change with it.
_FOLDER = "validation"
_MONTHS = re.compile(r"(\d{1,2})(?:-(\d{1,2}))?")


@dataclass(frozen=True)
class Selection:
    """What a statistic counts.

    Attributes
    ----------
    patterns : mapping of str to str
        Pattern by key: names with ``*``, alternatives with ``|``.
    """

    patterns: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> Selection:
        """Read a selection.

        Parameters
        ----------
        text : str
            ``KEY=PATTERN; KEY=PATTERN``.

        Returns
        -------
        Selection
            Blank text selects everything.

        Raises
        ------
        ValueError
            If a part has no ``=`` or a key comes twice.
        """
        patterns: dict[str, str] = {}
        for part in filter(None, map(str.strip, text.split(";"))):
            key, equals, pattern = (piece.strip() for piece in part.partition("="))
            if not (key and equals and pattern):
                raise ValueError(f"'{part}' is not KEY=PATTERN")
            if key in patterns:
                raise ValueError(f"'{key}' stands there twice")
            patterns[key] = pattern
        return cls(patterns)

    def fits(self, key: str, value: str) -> bool:
        """Return whether a value fits the pattern of a key; any does where there is none.

        Parameters
        ----------
        key, value : str
            For example ``corridor`` and ``cre``.

        Returns
        -------
        bool
            True for a key without a pattern.
        """
        alternatives = self.patterns.get(key, "*").split("|")
        return any(fnmatchcase(value, pattern) for pattern in alternatives)


@dataclass(frozen=True)
class PublishedFigure:
    """A published figure, and what it is compared with.

    Attributes
    ----------
    figure, what, group : str
        Name, words, heading.
    scenario : str
        Shipped scenario.
    settings : dict of str to str
        Values of the scenario that are replaced, by dotted path.
    statistic : str
        One of `corridor_sim.validation.statistics.STATISTICS`.
    select : Selection
        What is counted.
    share_of : Selection or None
        What the statistic is a share of; None where it is no share.
    months : tuple of int
        First and last month counted.
    factor, value : float
        Factor on the simulated value; published value.
    low, high : float
        Ends of the published range; the value itself where there is none.
    unit, year : str
        Unit, and the period the figure is for.
    tolerance_pct : float
        Deviation that still passes.
    fitted : str
        Whether an input was set by it: yes, partly, no.
    known, source, confidence, note : str
        As in the table.
    """

    figure: str
    what: str
    group: str
    scenario: str
    settings: Mapping[str, str]
    statistic: str
    select: Selection
    share_of: Selection | None
    months: tuple[int, int]
    factor: float
    value: float
    low: float
    high: float
    unit: str
    year: str
    tolerance_pct: float
    fitted: str
    known: str
    source: str
    confidence: str
    note: str

    @property
    def run(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """Scenario and settings: figures that share them share their runs."""
        return self.scenario, tuple(sorted(self.settings.items()))

    def deviation_pct(self, simulated: float) -> float:
        """Return how far a simulated value is from the published one.

        Parameters
        ----------
        simulated : float
            In the published unit.

        Returns
        -------
        float
            Per cent.
        """
        return 100 * (simulated - self.value) / self.value

    def passes(self, simulated: float) -> bool:
        """Return whether a simulated value lies within the tolerance of the value or of its range.

        Parameters
        ----------
        simulated : float
            In the published unit.

        Returns
        -------
        bool
            Verdict.
        """
        slack = self.tolerance_pct / 100
        return self.low * (1 - slack) <= simulated <= self.high * (1 + slack)


def read_published(network: str | Path = "chongqing") -> tuple[PublishedFigure, ...]:
    """Read the published figures of a network.

    Parameters
    ----------
    network : str or Path
        Shipped network, or a folder.

    Returns
    -------
    tuple of PublishedFigure
        In the order of the table.

    Raises
    ------
    InputError
        With every fault by file, row and column.
    """
    folder = Path(network)
    if not folder.is_dir():
        folder = shipped("networks") / str(network)
    faults: list[Fault] = []
    rows = read_table(folder / _FOLDER / _FILE, "published", faults)
    known_sources = source_keys(folder) or set()
    figures = []
    for row in rows if not faults else ():
        if row["source"] not in known_sources:
            what = f"source '{row['source']}' is not in sources.md"
            faults.append(Fault(_FILE, what, row=row["line"], column="source"))
        try:
            figures.append(_figure(row))
        except _CellError as error:
            faults.append(Fault(_FILE, str(error), row=row["line"], column=error.column))
    if faults:
        raise InputError(faults)
    return tuple(figures)


class _CellError(ValueError):
    """What a cell of the table holds is not allowed."""

    def __init__(self, column: str, what: str) -> None:
        super().__init__(what)
        self.column = column


def _figure(row: Mapping[str, Any]) -> PublishedFigure:
    cells = {name: value for name, value in row.items() if name != "line"}
    if not row["value"] > 0:
        raise _CellError("value", f"{row['value']:g} cannot be deviated from; allowed: above 0")
    for end in ("low", "high"):
        if math.isnan(row[end]):
            cells[end] = row["value"]
    if not cells["low"] <= row["value"] <= cells["high"]:
        raise _CellError("low", f"the range {cells['low']:g} to {cells['high']:g} is without it")
    for column in ("select", "settings", "share_of"):
        try:
            cells[column] = Selection.parse("" if row[column] == "all" else row[column] or "")
        except ValueError as error:
            raise _CellError(column, str(error)) from None
    cells["settings"] = dict(cells["settings"].patterns)
    if not row["share_of"]:
        cells["share_of"] = None
    cells["months"] = _months(row["months"] or "")
    for column in ("known", "note", "year", "unit", "source", "confidence"):
        cells[column] = row[column] or ""
    return PublishedFigure(**cells)


def _months(text: str) -> tuple[int, int]:
    if not text:
        return 1, 12
    match = _MONTHS.fullmatch(text)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 1 <= first <= last <= 12:
        raise _CellError("months", f"'{text}' are no months; allowed: for example 1-6")
    return first, last
