"""Assumptions that can be varied one at a time.

Ranges are those from which experiments draw (`corridor_sim.experiments.uncertainty`). What a
scenario cannot replace - yuan and tonnes in a box, values of time - and the sensitivity of shippers
stand in ``other_inputs.csv`` beside this module, in the same form.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from corridor_sim.demand.tables import DemandTables
from corridor_sim.distributions import Distribution
from corridor_sim.experiments.uncertainty import (
    Range,
    UncertainInput,
    uncertain_inputs,
    with_drawn_inputs,
)
from corridor_sim.experiments.variants import with_values
from corridor_sim.network import Network
from corridor_sim.scenario import Scenario

__all__ = ["ENDS", "Assumption", "assumptions_of", "varied"]

#: Probabilities of the low and the high end of a factor.
ENDS = (0.05, 0.95)
_OTHERS = Path(__file__).with_name("other_inputs.csv")
#: Tables whose change leaves the search for routes as it was.
_AMOUNTS = ("choice", "choice.constants", "commodities", "demand.regions")


@dataclass(frozen=True)
class Assumption:
    """Rows that one judgement stands behind, and the factor by which it may be off.

    Attributes
    ----------
    input : UncertainInput
        Rows, columns and distribution of the factor.
    """

    input: UncertainInput

    @property
    def name(self) -> str:
        """Table, columns, group and confidence."""
        return self.input.name

    @property
    def ends(self) -> tuple[float, float]:
        """Factors that are passed downwards and upwards with one chance in twenty each."""
        low, high = self.input.distribution.quantile(np.array(ENDS))
        return float(low), float(high)

    @property
    def keeps_routes(self) -> bool:
        """Whether the ways that may be taken stay as they are."""
        return self.input.range.table in _AMOUNTS


def assumptions_of(network: Network, demand: DemandTables) -> list[Assumption]:
    """Return all assumptions of a network, in the order of their names.

    Parameters
    ----------
    network : Network
        As the scenario has it.
    demand : DemandTables
        Of the network.

    Returns
    -------
    list of Assumption
        Those that act on at least one row.
    """
    found = [*uncertain_inputs(network, demand), *_others(demand)]
    return [Assumption(item) for item in sorted(found, key=lambda item: item.name)]


def _others(demand: DemandTables) -> Iterator[UncertainInput]:
    with _OTHERS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            item = Range(
                table=row["table"],
                columns=tuple(row["columns"].split(";")),
                group=row["group"],
                members=(),
                confidence=row["confidence"],
                factor=row["factor"],
                reason=row["reason"],
            )
            if item.table == "choice":
                yield _input(item, "all", ())
                continue
            frame = demand.commodities
            frame = frame[frame["confidence"] == item.confidence]
            for member, rows in frame.groupby(item.group, sort=True):
                yield _input(item, str(member), tuple(map(str, rows.index)))


def _input(item: Range, member: str, rows: tuple[str, ...]) -> UncertainInput:
    name = f"{item.table}.{'+'.join(item.columns)}|{member}|{item.confidence}"
    return UncertainInput(name, Distribution.parse(item.factor), item, member, rows)


def varied(
    assumption: Assumption,
    factor: float,
    scenario: Scenario,
    network: Network,
    demand: DemandTables,
) -> tuple[Scenario, DemandTables | None]:
    """Return a scenario in which one assumption is off by a factor.

    Parameters
    ----------
    assumption : Assumption
        What is varied.
    factor : float
        On its values.
    scenario, network, demand : Scenario, Network, DemandTables
        Where it starts from.

    Returns
    -------
    tuple of Scenario and DemandTables or None
        The tables of demand where they differ from those of the scenario.
    """
    one = assumption.input
    table = one.range.table
    if table == "choice":
        return with_values(scenario, {"choice.beta": scenario.choice.beta * factor}), None
    if table == "commodities":
        frame = demand.commodities.copy()
        for column in one.range.columns:
            frame.loc[list(one.rows), column] *= factor
        return scenario, replace(demand, commodities=frame)
    changed = with_drawn_inputs(scenario, network, demand, inputs=[one], factors={one.name: factor})
    return changed, None
