"""How uncertain the cells of the input tables are: one declared range for every use.

``attributes/ranges.csv`` gives for each confidence the factors between which a number is believed
to lie, equally likely up and down on a logarithmic scale; ``attributes/uncertain.csv`` names the
attributes that are numbers somebody had to believe. Sensitivities take the ends of a range,
experiments draw from it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridor_sim.distributions import Distribution
from corridor_sim.network import attributes
from corridor_sim.network.cells import UNLIMITED

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Range", "UncertainAttribute", "ranges", "uncertain_attributes", "with_factors"]

#: Cells that belong to the same vehicle or total move along with the one that is scaled.
_TOGETHER = {("services", "capacity_teu"): ("capacity_t", "min_teu")}
#: Shares and published totals: after scaling, the rows of one value of the key sum as before.
_SUMS_STAY = {
    ("zones", "share"): ("region", ("share", "share_import")),
    ("od", "value_bn_cny"): ("direction", ("value_bn_cny",)),
}


@dataclass(frozen=True, slots=True)
class Range:
    """Factors between which a number is believed to lie.

    Attributes
    ----------
    confidence : str
        How sure its row is.
    low, high : float
        Factors on the number as it stands.
    meaning : str
        What the confidence says.
    """

    confidence: str
    low: float
    high: float
    meaning: str


@dataclass(frozen=True, slots=True)
class UncertainAttribute:
    """An attribute whose cells are uncertain by the confidence of their row.

    Attributes
    ----------
    table, attribute : str
        Where it stands.
    by : str
        Attribute whose values join rows that are likely to be wrong together.
    least, most : float
        Bounds no scaled cell passes.
    note : str
        What else happens when its cells are scaled.
    """

    table: str
    attribute: str
    by: str
    least: float
    most: float
    note: str


def _rows(name: str) -> list[dict[str, str]]:
    path = Path(attributes.__file__).with_name(f"{name}.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def ranges() -> Mapping[str, Range]:
    """Return the range of every confidence, the surest first."""
    return {
        row["confidence"]: Range(
            row["confidence"], float(row["low"]), float(row["high"]), row["meaning"]
        )
        for row in _rows("ranges")
    }


@cache
def uncertain_attributes() -> tuple[UncertainAttribute, ...]:
    """Return the attributes that are uncertain, in the order of their tables."""
    return tuple(
        UncertainAttribute(
            row["table"],
            row["attribute"],
            row["by"],
            float(row["least"] or 0),
            float(row["most"] or "inf"),
            row["note"],
        )
        for row in _rows("uncertain")
    )


def with_factors(
    frame: pd.DataFrame, item: UncertainAttribute, factors: NDArray[np.float64]
) -> pd.DataFrame:
    """Return a table in which the cells of an attribute are multiplied.

    Parameters
    ----------
    frame : DataFrame
        Typed table of a network or its demand.
    item : UncertainAttribute
        Which attribute; its bounds hold.
    factors : (rows,) float64
        One per row of the table; 1 leaves a cell as it is, as do blanks and unlimited servers.

    Returns
    -------
    DataFrame
        A copy; what has to move along has, see the notes of ``uncertain.csv``.
    """
    changed = frame.copy()
    place = (item.table, item.attribute)
    key, summed = _SUMS_STAY.get(place, ("", (item.attribute,)))
    for column in (*summed, *_TOGETHER.get(place, ())):
        scaled = [
            cell if factor == 1.0 else _scaled(cell, float(factor), item)
            for cell, factor in zip(frame[column], factors, strict=True)
        ]
        changed[column] = pd.Series(scaled, index=frame.index, dtype=frame[column].dtype)
        if key:
            total = frame.groupby(key)[column].transform("sum")
            reached = changed.groupby(key)[column].transform("sum")
            changed[column] *= (total / reached).where(reached > 0, 1.0)
    return changed


def _scaled(cell: Any, factor: float, item: UncertainAttribute) -> Any:
    if cell is None or isinstance(cell, Distribution):
        return cell.scaled(factor) if cell is not None else None
    if np.isnan(cell) or cell in (0, UNLIMITED):
        return cell
    value = min(max(cell * factor, item.least), item.most)
    return max(round(value), 1) if isinstance(cell, int | np.integer) else value
