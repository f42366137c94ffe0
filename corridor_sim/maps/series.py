"""Amounts by period as compact text, and their sums: what a link or a place tells the page."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from corridor_sim.maps.amounts import AMOUNTS, Amounts
from corridor_sim.statistics import Clock

__all__ = ["By", "Lang", "Moved", "Periods", "View", "encode_counts", "rounded", "told_once"]

By = Literal["month", "week"]
Lang = Literal["zh", "en", "both"]
#: What the map of two runs opens with.
View = Literal["difference", "side-by-side"]

#: Units the page is told amounts in: TEU, tonnes, millions of yuan, tonnes CO2e.
_UNITS = (1.0, 1.0, 1e6, 1e3)


def rounded(value: Any, digits: int = 1) -> float | None:
    """Return a number rounded for showing.

    Parameters
    ----------
    value : number or None
        Not finite counts as none.
    digits : int
        Decimal places.

    Returns
    -------
    float or None
        An int where it has no fraction; None for no number.
    """
    if value is None or not math.isfinite(value):
        return None
    short = round(float(value), digits)
    return int(short) if short == int(short) else short


def encode_counts(rows: NDArray[np.float64]) -> list[str]:
    """Return rows of whole numbers as text: base-32 digits ``?`` to ``~``, the low digit first.

    Parameters
    ----------
    rows : (n, m) float64
        Not negative; rounded here.

    Returns
    -------
    list of str
        One per row; digits that are followed by another one of their number have 32 added, as in
        encoded lines. A row of noughts is an empty text.
    """
    counts = np.maximum(np.rint(rows), 0).astype(np.int64).ravel()
    n_digits = np.ones(len(counts), dtype=np.int64)
    most = int(counts.max(initial=0))
    for place in range(1, 13):
        if most < 1 << 5 * place:
            break
        n_digits += counts >= 1 << 5 * place
    ends = np.cumsum(n_digits)
    text = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    for place in range(int(n_digits.max(initial=0))):
        has = n_digits > place
        digit = (counts[has] >> 5 * place) & 0x1F
        follows = n_digits[has] > place + 1
        text[(ends - n_digits)[has] + place] = digit + 63 + 32 * follows
    whole = text.tobytes().decode("ascii")
    bounds = [0, *ends.reshape(len(rows), -1)[:, -1].tolist()] if len(ends) else [0] * len(rows)
    some = np.asarray(rows.any(axis=1)).tolist()
    return [
        whole[first:last] if is_some else ""
        for first, last, is_some in zip(bounds, bounds[1:], some, strict=False)
    ]


@dataclass(frozen=True)
class Periods:
    """The steps of the slider.

    Attributes
    ----------
    by : {"month", "week"}
        Length of a step.
    edges : (P + 1,) int64
        Seconds at which they begin, and the end of the window.
    names : tuple of str
        Month, or first day of the week.
    """

    by: By
    edges: NDArray[np.int64]
    names: tuple[str, ...]

    @classmethod
    def of(cls, clock: Clock, by: By) -> Periods:
        """Cut the measured window.

        Parameters
        ----------
        clock : Clock
            Of the run.
        by : {"month", "week"}
            How.

        Returns
        -------
        Periods
            The last one may be shorter.
        """
        if by == "month":
            return cls(by, clock.month_edges, tuple(clock.months))
        return cls(by, clock.week_edges, clock.weeks)


class Moved:
    """What passed every link and was handled at every node, as the page reads it.

    Parameters
    ----------
    amounts : Amounts
        Sums by period.
    """

    def __init__(self, amounts: Amounts) -> None:
        self._links = _told(amounts.links, len(AMOUNTS))
        self._nodes = _told(amounts.nodes, len(AMOUNTS) - 1)
        self._room, self._load = amounts.room, amounts.load
        self._series = [
            dict(zip(sums, encode_counts(np.array(list(sums.values()))), strict=True))
            if sums
            else {}
            for sums in (amounts.room, amounts.load)
        ]

    def at_node(self, name: str) -> dict[str, Any]:
        """Return the amounts handled at a node: ``sum`` and ``series`` by amount and cargo."""
        return self._nodes.get(name, {"sum": {}})

    def on_link(self, name: str) -> dict[str, Any]:
        """Return the amounts that passed a link, the capacity of its departures and its use."""
        told = dict(self._links.get(name, {"sum": {}}))
        rooms, loads = self._room.get(name), self._load.get(name)
        room = 0.0 if rooms is None else float(rooms.sum())
        load = 0.0 if loads is None else float(loads.sum())
        told["room"] = rounded(room)
        told["use"] = rounded(load / room if room > 0 else None, 4)
        if "series" in told and room > 0:
            rooms_told, loads_told = (series.get(name, "") for series in self._series)
            told["series"] = {**told["series"], "room": rooms_told, "load": loads_told}
        return told


def told_once(item: dict[str, Any]) -> dict[str, Any]:
    """Return what two runs say of a place, with what both say alike told once.

    What ``b`` does not say is as in the first run; a series of none is None, and one that only the
    first run has is empty.
    """
    other = item.get("b")
    if not isinstance(other, dict):
        return item
    own = {key: value for key, value in other.items() if item.get(key) != value}
    first, second = item.get("series"), other.get("series")
    if first and not second:
        own["series"] = None
    elif first and second and first != second:
        own["series"] = {key: value for key, value in second.items() if first.get(key) != value}
        own["series"] |= {key: "" for key in first if key not in second}
    return {**item, "b": own}


def _told(places: Mapping[str, NDArray[np.float64]], n_amounts: int) -> dict[str, dict[str, Any]]:
    """Return sums over the window and series by period of all places, encoded at once."""
    if not places:
        return {}
    units = np.array(_UNITS[:n_amounts])[:, None, None]
    # Places, amounts, kinds of cargo, periods.
    cells = np.stack([sums[:n_amounts] / units for sums in places.values()]).swapaxes(2, 3)
    n_flows = cells.shape[2]
    texts = encode_counts(np.ascontiguousarray(cells).reshape(-1, cells.shape[3]))
    totals = cells.sum(axis=3).round(1).tolist()
    told = {}
    for place, (name, of_place) in enumerate(zip(places, totals, strict=True)):
        first = place * n_amounts * n_flows
        told[name] = {
            "sum": {
                amount: [int(v) if v == int(v) else v for v in of_amount]
                for amount, of_amount in zip(AMOUNTS, of_place, strict=False)
            },
            "series": {
                amount: texts[first + rank * n_flows : first + (rank + 1) * n_flows]
                for rank, amount in enumerate(AMOUNTS[:n_amounts])
            },
        }
    return told
