"""The baseline year, and what is made of it to see how cost grows."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from corridor_sim import Scenario
from corridor_sim.network import Network
from corridor_sim.plan.tables import UNLIMITED, Plan
from corridor_sim.scenario.models import Choice, Period
from corridor_sim.simulation import Groundwork, build_plan, lay_groundwork
from tests.theory.stations import write_station

__all__ = ["ground_of", "grown", "plan_of", "small", "smaller", "tiny", "year"]

#: Above what a run of ten times the baseline needs.
_NO_LIMIT = 10**9


def year() -> Scenario:
    """Return the baseline as it is shipped: a year, its warm-up and its drain."""
    return Scenario.read("baseline_2025")


def tiny(folder: Path) -> Scenario:
    """Return two zones, a line between them and a berth with some traffic: all in a second.

    Parameters
    ----------
    folder : Path
        To write its network into.

    Returns
    -------
    Scenario
        Forty days.
    """
    ships = {"background": "ships", "facility": "station", "kind": "open", "priority": 3}
    write_station(
        folder,
        facility={"kind": "berth", "servers": 3, "fixed_h": "exponential(2)"},
        background=[{**ships, "vehicles_per_day": 25}],
        service={"dispatch": "timetable", "departures_per_week": 70, "capacity_teu": 20},
        boxes_per_day=100.0,
    )
    file = folder / "scenario.yaml"
    file.write_text(
        f"name: tiny\nnetwork: {folder}\n"
        "period: {start: 2025-01-01, days: 25, warm_up_days: 5, drain_days: 10}\n",
        encoding="utf-8",
    )
    return Scenario.read(file)


@cache
def small() -> Scenario:
    """Return a few weeks of little trade on the same network, without dated disruptions."""
    scenario = Scenario.read("baseline_2025", {"demand.scale": 0.02, "demand.other_scale": 0.02})
    return scenario.model_copy(
        update={
            "period": Period(days=14, warm_up_days=7, drain_days=7),
            "disruptions": (),
            "choice": Choice(premiums=False),
        }
    )


def smaller(scenario: Scenario, factor: float) -> Scenario:
    """Return the scenario with less trade and less traffic of others.

    Fleets, servers and timetables stay: a tenth of two servers is none.

    Parameters
    ----------
    scenario : Scenario
        As it is.
    factor : float
        Below 1.

    Returns
    -------
    Scenario
        With its trade and its background traffic multiplied.
    """
    network = scenario.apply_to(Network.read(scenario.network))
    return _with_cells(scenario, network, factor, {"background": _background(network, factor)})


def grown(scenario: Scenario, factor: int) -> Scenario:
    """Return the scenario with more trade and as many times the means to carry it.

    Trade, departures, fleets, servers, flights of locks and the traffic of others are multiplied;
    what a vehicle takes, how long it takes and the calendars stay, so that everything is as busy as
    before.

    Parameters
    ----------
    scenario : Scenario
        As it is; no service may have a written timetable.
    factor : int
        At least 1.

    Returns
    -------
    Scenario
        Everything multiplied.
    """
    network = scenario.apply_to(Network.read(scenario.network))
    services = network.services
    assert not services["timetable"].str.strip().any(), "a written timetable cannot be multiplied"
    cells: dict[str, dict[str, dict[str, Any]]] = {
        "services": {
            str(name): {
                "departures_per_week": float(row["departures_per_week"]) * factor,
                "fleet": int(row["fleet"]) * factor,
                "max_per_day": max(int(row["max_per_day"]), 1) * factor,
            }
            for name, row in services.iterrows()
        },
        "facilities": {
            str(name): {"servers": int(servers) * factor}
            for name, servers in network.facilities["servers"].items()
            if servers < UNLIMITED
        },
        "background": _background(network, factor),
    }
    return _with_cells(scenario, network, factor, cells)


def _background(network: Network, factor: float) -> dict[str, dict[str, Any]]:
    return {
        str(name): {
            "vehicles_per_day": float(row["vehicles_per_day"]) * factor,
            "population": round(int(row["population"]) * factor),
        }
        for name, row in network.background.iterrows()
    }


def _with_cells(
    scenario: Scenario,
    network: Network,
    factor: float,
    cells: dict[str, dict[str, dict[str, Any]]],
) -> Scenario:
    demand = scenario.demand
    limits = scenario.limits
    return scenario.model_copy(
        update={
            "name": f"{scenario.name} x {factor:g}",
            "demand": demand.model_copy(
                update={
                    "scale": demand.scale * factor,
                    "other_scale": demand.other_scale * factor,
                }
            ),
            "limits": limits.model_copy(update=dict.fromkeys(type(limits).model_fields, _NO_LIMIT)),
            **{
                table: _kept_where_written(getattr(scenario, table), rows, getattr(network, table))
                for table, rows in cells.items()
            },
        }
    )


def _kept_where_written(
    own: dict[str, Any], rows: dict[str, dict[str, Any]], table: Any
) -> dict[str, dict[str, Any]]:
    """Return the cells to replace; what a row does not use stays blank."""
    blank = {
        column: set(table.index[table[column].isin([0, ""])])
        for column in {column for row in rows.values() for column in row}
    }
    return {
        name: dict(own.get(name, {}))
        | {column: value for column, value in row.items() if name not in blank[column]}
        for name, row in rows.items()
    }


def ground_of(scenario: Scenario) -> Groundwork:
    """Return what replications of a scenario share."""
    return lay_groundwork(scenario)


def plan_of(ground: Groundwork, *, replication: int = 0) -> Plan:
    """Return the plan of a replication.

    Parameters
    ----------
    ground : Groundwork
        Of the scenario.
    replication : int
        Its number.

    Returns
    -------
    Plan
        Drawn with seed 1.
    """
    return build_plan(ground, seed=1, replication=replication)
