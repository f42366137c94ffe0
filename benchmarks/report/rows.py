"""What is measured: a row of the table, and pairs of times."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Pair", "Row", "Timed", "measure_pairs", "say", "timed"]

#: Seconds something took, and what it returned.
Timed = tuple[float, Any]
Pair = tuple[Timed, Timed]


@dataclass
class Row:
    """One line of the table.

    Attributes
    ----------
    what : str
        In words.
    at_least, aim : float
        What is wanted.
    unit : str
        Of all numbers; blank for a ratio.
    is_cost : bool
        Whether less is better.
    samples : list of float
        What was measured.
    missing : str
        Why there are no samples.
    """

    what: str
    at_least: float
    aim: float
    unit: str = ""
    is_cost: bool = False
    samples: list[float] = field(default_factory=list)
    missing: str = ""

    @property
    def median(self) -> float:
        """The middle of the samples."""
        return statistics.median(self.samples)

    @property
    def verdict(self) -> str:
        """Whether the median is as good as it should be."""
        if not self.samples:
            return f"not measured: {self.missing}"

        def reaches(target: float) -> bool:
            return self.median <= target if self.is_cost else self.median >= target

        if reaches(self.aim):
            return "pass, aim reached"
        return "pass" if reaches(self.at_least) else "**short**"


def say(text: str) -> None:
    """Tell people how far it is."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def timed(function: Callable[[], Any]) -> Timed:
    """Call a function and return the seconds it took and what it returned."""
    began = time.perf_counter()
    result = function()
    return time.perf_counter() - began, result


def measure_pairs(
    what: str, first: Callable[[], Timed], second: Callable[[], Timed], *, pairs: int
) -> list[Pair]:
    """Measure A B A B: what slows the machine down for a while slows both.

    Parameters
    ----------
    what : str
        For the progress.
    first, second : callable
        Return seconds and a result.
    pairs : int
        How many.

    Returns
    -------
    list of pairs
        Of seconds and results.
    """
    found: list[Pair] = []
    for number in range(pairs):
        a, b = first(), second()
        say(f"  {what} {number + 1}/{pairs}: {a[0]:.3g} s and {b[0]:.3g} s")
        found.append((a, b))
    return found
