"""Inputs that are not well known: how far they may be off, and draws of them.

The ranges stand in ``input_ranges.csv`` beside this module, each with its reason: by table, column
and confidence a distribution of the factor on the value. Rows of one group (links of a mode,
facilities of a kind) share their factor, because one judgement stands behind all of them: errors
that were drawn row by row would cancel out.

A replication draws every factor once. Every ten replications form a Latin hypercube: each of the
ten parts of a factor's distribution is met once. Draws are addressed by seed, replication and name
of the factor, so that scenarios share them and a replication can be made alone.

Not drawn, because a scenario cannot replace them: values and sizes per commodity, shares of zones,
factors of months and holidays. What a scenario states itself is drawn as well, round its value.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from corridor_sim.demand.tables import DemandTables
from corridor_sim.distributions import Distribution
from corridor_sim.experiments.variants import with_values
from corridor_sim.network import Network
from corridor_sim.scenario import Scenario
from corridor_sim.streams import stream

__all__ = [
    "PARTS",
    "Range",
    "UncertainInput",
    "draw",
    "input_ranges",
    "scaled_distribution",
    "uncertain_inputs",
    "with_drawn_inputs",
]

#: Replications that form a Latin hypercube.
PARTS = 10
_FILE = Path(__file__).with_name("input_ranges.csv")
_CELLS = ("links", "facilities", "background", "services")
_WHOLE = ("population",)


@dataclass(frozen=True)
class Range:
    """How far values of a table may be off.

    Attributes
    ----------
    table : str
        Table, or the part of a scenario.
    columns : tuple of str
        Columns that share the factor.
    group : str
        Column whose values have a factor each.
    members : tuple of str
        Values of the group it holds for; blank is all that no other range of the same names.
    confidence : str
        Rows it holds for.
    factor : str
        Distribution of the factor; ``prior`` for shares with a range of their own.
    reason : str
        Why so far.
    """

    table: str
    columns: tuple[str, ...]
    group: str
    members: tuple[str, ...]
    confidence: str
    factor: str
    reason: str


@dataclass(frozen=True)
class UncertainInput:
    """A factor that a replication draws.

    Attributes
    ----------
    name : str
        Table, columns, group and confidence.
    distribution : Distribution
        Of the factor.
    range : Range
        Where it comes from.
    member : str
        Value of the group.
    rows : tuple of str
        Rows it acts on.
    """

    name: str
    distribution: Distribution
    range: Range
    member: str
    rows: tuple[str, ...]


@cache
def input_ranges() -> tuple[Range, ...]:
    """Return the declared ranges."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Range(
                table=row["table"],
                columns=tuple(filter(None, row["columns"].split(";"))),
                group=row["group"],
                members=tuple(filter(None, row["members"].split(";"))),
                confidence=row["confidence"],
                factor=row["factor"],
                reason=row["reason"],
            )
            for row in csv.DictReader(file)
        )


def uncertain_inputs(network: Network, demand: DemandTables) -> list[UncertainInput]:
    """Return the factors of a network, in the order of their names.

    Parameters
    ----------
    network : Network
        As the scenario has it.
    demand : DemandTables
        Of the network.

    Returns
    -------
    list of UncertainInput
        Those that act on at least one row.
    """
    found: list[UncertainInput] = []
    for item in input_ranges():
        if item.table in _CELLS:
            found.extend(_of_cells(getattr(network, item.table), item))
        elif item.table == "demand.regions":
            frame = demand.od[demand.od["confidence"] == item.confidence]
            found.extend(_input(item, name, (name,)) for name in sorted(set(frame["region"])))
        else:
            found.extend(_of_constants(demand.choice_constants, item))
    return sorted(found, key=lambda one: one.name)


def _input(
    item: Range, member: str, rows: tuple[str, ...], distribution: Distribution | None = None
) -> UncertainInput:
    columns = ".".join(filter(None, (item.table, "+".join(item.columns))))
    return UncertainInput(
        name=f"{columns}|{member}|{item.confidence}",
        distribution=distribution or Distribution.parse(item.factor),
        range=item,
        member=member,
        rows=rows,
    )


def _of_cells(frame: pd.DataFrame, item: Range) -> Iterator[UncertainInput]:
    rows = frame[frame["confidence"] == item.confidence]
    if item.members:
        rows = rows[rows[item.group].isin(item.members)]
    else:
        rows = rows[~rows[item.group].isin(_named_elsewhere(item))]
    stated = np.zeros(len(rows), dtype=bool)
    for column in item.columns:
        stated |= np.array([_moves(value) for value in rows[column]], dtype=bool)
    for member, group in rows[stated].groupby(item.group, sort=True):
        yield _input(item, str(member), tuple(map(str, group.index)))


def _named_elsewhere(item: Range) -> set[str]:
    """Return the members of a range's group that have a range of their own."""
    same = (item.table, item.columns, item.group, item.confidence)
    return {
        member
        for other in input_ranges()
        if (other.table, other.columns, other.group, other.confidence) == same
        for member in other.members
    }


def _of_constants(frame: pd.DataFrame, item: Range) -> Iterator[UncertainInput]:
    """Yield shares relative to the prior ones; the utility moves by their logarithm."""
    for name, row in frame[frame["confidence"] == item.confidence].iterrows():
        prior, low, high = (float(row[column]) for column in ("prior_share", "low", "high"))
        if 0 < low <= prior <= high and low < high:
            factor = f"triangular({low / prior!r}, 1, {high / prior!r})"
            yield _input(item, str(name), (str(name),), Distribution.parse(factor))


def _moves(value: Any) -> bool:
    """Tell whether a factor would change a value."""
    if isinstance(value, Distribution):
        return value.mean() > 0
    return isinstance(value, int | float | np.number) and bool(np.isfinite(value)) and value != 0


def draw(inputs: list[UncertainInput], *, seed: int, replication: int) -> dict[str, float]:
    """Return the factors of a replication by name.

    Parameters
    ----------
    inputs : list of UncertainInput
        What is drawn.
    seed, replication : int
        Address of the draws.

    Returns
    -------
    dict of str to float
        Every `PARTS` replications meet every part of each distribution once.
    """
    block, place = divmod(replication, PARTS)
    factors = {}
    for one in inputs:
        order = stream(seed, block, "latin_hypercube", one.name).permutation(PARTS)
        within = stream(seed, replication, "uncertain_input", one.name).random()
        uniform = (order[place] + within) / PARTS
        factors[one.name] = float(one.distribution.quantile(np.array([uniform]))[0])
    return factors


def with_drawn_inputs(
    scenario: Scenario,
    network: Network,
    demand: DemandTables,
    *,
    inputs: list[UncertainInput],
    factors: Mapping[str, float],
) -> Scenario:
    """Return a scenario whose uncertain inputs have drawn values.

    Parameters
    ----------
    scenario : Scenario
        Where it starts from.
    network : Network
        As the scenario has it.
    demand : DemandTables
        Of the network.
    inputs : list of UncertainInput
        What is drawn.
    factors : mapping of str to float
        Of `draw`.

    Returns
    -------
    Scenario
        Cells, factors of regions and constants replaced; it can be saved and run as any other.
    """
    from corridor_sim.routes.choice import corridor_constants

    resolved = scenario.resolved()
    cells: dict[str, dict[str, dict[str, Any]]] = {
        table: {row: dict(columns) for row, columns in resolved[table].items()} for table in _CELLS
    }
    regions: dict[str, float] = {}
    constants = corridor_constants(demand, scenario)
    for one in inputs:
        factor = factors[one.name]
        if one.range.table in _CELLS:
            frame = getattr(network, one.range.table)
            for row in one.rows:
                for column in one.range.columns:
                    value = frame.at[row, column]
                    if _moves(value):
                        drawn = _scaled(value, factor, whole=column in _WHOLE)
                        cells[one.range.table].setdefault(row, {})[column] = drawn
        elif one.range.table == "demand.regions":
            regions[one.member] = factor
        elif one.member in constants:
            constants[one.member] += float(np.log(factor))
    values: dict[str, Any] = {**cells, "choice.constants": constants}
    if regions:
        values["demand.regions"] = _of_one_total(regions, scenario, demand)
    return with_values(scenario, values)


def _of_one_total(
    factors: Mapping[str, float], scenario: Scenario, demand: DemandTables
) -> dict[str, float]:
    """Return factors of regions under which the year's total stays what it is."""
    stated = scenario.demand.regions
    value = demand.od.groupby("region")["value_bn_cny"].sum()
    before = {str(r): float(v) * stated.get(str(r), 1.0) for r, v in value.items()}
    after = {region: v * factors.get(region, 1.0) for region, v in before.items()}
    scale = sum(before.values()) / sum(after.values()) if sum(after.values()) else 1.0
    return {region: stated.get(region, 1.0) * factors.get(region, 1.0) * scale for region in before}


def _scaled(value: Any, factor: float, *, whole: bool) -> Any:
    if isinstance(value, Distribution):
        return str(scaled_distribution(value, factor))
    if whole:
        return max(round(float(value) * factor), 1)
    return float(value) * factor


def scaled_distribution(value: Distribution, factor: float) -> Distribution:
    """Return the distribution of a multiple.

    Parameters
    ----------
    value : Distribution
        Of the single.
    factor : float
        How many times.

    Returns
    -------
    Distribution
        Of the same kind and relative spread.
    """
    first, *rest = parameters = value.values  # noqa: PD011 - those of the distribution
    if value.name in ("gamma", "lognormal"):
        return Distribution(value.name, (first * factor, *rest))
    return Distribution(value.name, tuple(p * factor for p in parameters), value.weights)
