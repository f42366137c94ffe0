"""What a comparison found, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from corridor_sim.errors import plain
from corridor_sim.experiments.figures import region_of, scaled
from corridor_sim.screen import CORRIDOR_NAMES, number

if TYPE_CHECKING:
    from corridor_sim.experiments.batch import Batch

__all__ = ["figures_of", "verdict"]

_MOST = 5


def verdict(base: Batch, other: Batch, differences: pd.DataFrame) -> str:
    """Return what is different, how sure that is, and where nothing was seen.

    Parameters
    ----------
    base, other : Batch
        What is compared.
    differences : DataFrame
        Of `Comparison.differences`.

    Returns
    -------
    str
        One paragraph.
    """
    rows = figures_of(differences, other.name)
    n = max(int(row["n"]) for row in rows.values())
    parts = [_value(rows["cleared_cny"], n)]
    parts += _corridors(rows)
    parts += _regions(rows, n)
    return f"{plain(base.name)} to {plain(other.name)}: " + "; ".join(parts) + "."


def figures_of(differences: pd.DataFrame, other: str) -> dict[str, dict[str, Any]]:
    """Return the differences of a scenario by figure.

    Parameters
    ----------
    differences : DataFrame
        Of `Comparison.differences`.
    other : str
        Name of the scenario.

    Returns
    -------
    dict of str to dict
        The columns of a row by name.
    """
    rows = differences[differences["other"] == other].to_dict("records")
    return {str(row["figure"]): {str(k): v for k, v in row.items()} for row in rows}


def _bounds(row: Mapping[str, Any], factor: float, digits: int) -> str:
    low, high = float(row["low"]) * factor, float(row["high"]) * factor
    return f"({_signed(low, digits)} to {_signed(high, digits)})"


def _signed(value: float, digits: int) -> str:
    text = number(abs(value), digits)
    if float(text.replace(",", "") or 0) == 0:
        return text
    return ("+" if value > 0 else "-") + text


def _digits(row: Mapping[str, Any], factor: float, digits: int) -> int:
    """Return decimals that show the width of an interval."""
    half = abs(float(row["high"]) - float(row["low"])) / 2 * factor
    while digits < 6 and 0 < half < 10.0**-digits:
        digits += 1
    return digits


def _value(row: Mapping[str, Any], n: int) -> str:
    factor, unit, digits = scaled("cleared_cny")
    digits = _digits(row, factor, digits)
    if row["low"] == row["high"] == 0:
        return f"cleared value exactly the same in all {n} replications"
    if not row["seen"]:
        return (
            f"no effect on the cleared value that {n} replications can see "
            f"{_bounds(row, factor, digits)} {unit}"
        )
    change = _signed(float(row["difference"]) * factor, digits)
    return f"cleared value {change} {unit} {_bounds(row, factor, digits)}"


def _corridors(rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the corridors whose cleared value changes, largest change first."""
    found = []
    for corridor, name in CORRIDOR_NAMES.items():
        figure = f"{corridor}_cleared_cny"
        if figure in rows and rows[figure]["seen"]:
            row = rows[figure]
            factor, unit, digits = scaled(figure)
            digits = _digits(row, factor, digits)
            change = float(row["difference"]) * factor
            found.append((abs(change), f"{name} {_signed(change, digits)} {unit}"))
    found.sort(reverse=True)
    return [", ".join(words for _, words in found)] if found else []


def _regions(rows: Mapping[str, Mapping[str, Any]], n: int) -> list[str]:
    """Return the regions that become nearer or farther, and those where nothing was seen."""
    changed, unchanged = [], []
    for figure, row in rows.items():
        if not figure.startswith("region_") or row["n"] < 2:
            continue
        region = region_of(figure)
        if not row["seen"]:
            unchanged.append(region)
            continue
        factor, _, digits = scaled("mean_h")
        digits = _digits(row, factor, digits)
        days = float(row["difference"]) * factor
        longer = "longer" if days > 0 else "shorter"
        low, high = sorted(abs(float(row[name])) * factor for name in ("low", "high"))
        told = f"{number(low, digits)} to {number(high, digits)}"
        changed.append(
            (abs(days), f"{number(abs(days), digits)} days {longer} to {region} ({told})")
        )
    changed.sort(reverse=True)
    parts = [words for _, words in changed[:_MOST]]
    if len(changed) > _MOST:
        parts.append(f"and so for {len(changed) - _MOST} more regions, by less")
    if unchanged:
        names = ", ".join(unchanged[:_MOST])
        more = f" and {len(unchanged) - _MOST} more" if len(unchanged) > _MOST else ""
        parts.append(f"no effect on the time to {names}{more} that {n} replications can see")
    return parts
