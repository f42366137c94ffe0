"""Sizes a run would have, refused before it starts where they pass the scenario's limits."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from corridor_sim.errors import Fault, InputError
from corridor_sim.scenario.models import MOST_VISITS
from corridor_sim.week import DAY_S, WEEK_S, slot_moments

if TYPE_CHECKING:
    from corridor_sim.network import Network
    from corridor_sim.scenario import Scenario

__all__ = ["check_demand_size", "check_plan_size", "check_service_size"]

_HOUR = 3600.0
# Measured on a year of 726,000 shipments and 5.3 million visits; engines and tables included.
_BYTES_PER_SHIPMENT = 1_000.0
_BYTES_PER_DEPARTURE = 100.0
_BYTES_PER_VISIT = 150.0
_NAMED = 3
# Sums are kept in whole yuan and in thousandths of a TEU, in 64 bits.
_MOST_CNY = 1e18
_MOST_TEU = 1e15


def check_demand_size(
    expected_shipments: float,
    scenario: Scenario,
    *,
    value_cny: float = 0.0,
    teu: float = 0.0,
) -> None:
    """Refuse more shipments than the scenario allows, and more than can be summed.

    Parameters
    ----------
    expected_shipments : float
        Mean number released in the whole span, warm-up and drain included.
    scenario : Scenario
        With its limits.
    value_cny, teu : float
        Value and size of all of them together.

    Raises
    ------
    InputError
        With the estimate, the limit and how to raise it.
    """
    for what, amount, most in (("yuan", value_cny, _MOST_CNY), ("TEU", teu, _MOST_TEU)):
        if amount > most:
            raise InputError(
                [
                    Fault(
                        scenario.name,
                        f"the demand of the whole span is {amount:.2g} {what}",
                        allowed=f"{most:.0e}: more cannot be summed exactly",
                        hint="lower the factors of 'demand'",
                    )
                ]
            )
    limit = scenario.limits.max_shipments
    if expected_shipments > limit:
        size = expected_shipments * _BYTES_PER_SHIPMENT
        hint = "lower the demand or the days, or make shipments larger"
        raise InputError([_fault("shipments", expected_shipments, size, scenario, hint)])


def check_service_size(network: Network, scenario: Scenario) -> None:
    """Refuse more departures or visits than the scenario allows, by formula.

    Departures of services run on demand, and visits of boxes, depend on the shipments and are left
    to `check_plan_size`.

    Parameters
    ----------
    network : Network
        As the scenario has it.
    scenario : Scenario
        With its span and limits.

    Raises
    ------
    InputError
        With the estimate, what makes most of it, the limit and how to raise it.
    """
    horizon = scenario.horizon_s
    departures = _departures(network, horizon)
    calls = network.calls
    steps = Counter(calls["service"])
    # A call with a link is a visit to the link and one to the place.
    steps.update(calls.loc[calls["link"] != "", "service"])
    visits = {name: count * steps[name] for name, count in departures.items()}
    visits |= _background_visits(network, horizon)
    faults = []
    limits = scenario.limits
    for what, counts, limit, size in (
        ("departures", departures, limits.max_departures, _BYTES_PER_DEPARTURE),
        ("visits", visits, limits.max_visits, _BYTES_PER_VISIT),
    ):
        total = sum(counts.values())
        if total > limit:
            most = Counter(counts).most_common(_NAMED)
            named = ", ".join(f"'{name}' {count:,.0f}" for name, count in most)
            hint = f"most by {named}"
            faults.append(_fault(what, total, total * size, scenario, hint))
    if faults:
        raise InputError(faults)


def check_plan_size(departures: int, visits: int, scenario: Scenario) -> None:
    """Refuse more departures or visits than the scenario allows, as they are counted.

    Parameters
    ----------
    departures : int
        Departures that are numbered in the plan.
    visits : int
        Visits to links and facilities.
    scenario : Scenario
        With its limits.

    Raises
    ------
    InputError
        With the count, the limit and how to raise it.
    """
    limits = scenario.limits
    faults = []
    hint = "lower the demand, the days or the departures"
    if departures > limits.max_departures:
        size = departures * _BYTES_PER_DEPARTURE
        faults.append(_fault("departures", departures, size, scenario, hint))
    if visits > limits.max_visits:
        faults.append(_fault("visits", visits, visits * _BYTES_PER_VISIT, scenario, hint))
    if faults:
        raise InputError(faults)


def _departures(network: Network, horizon: int) -> dict[str, float]:
    """Return the departures that services with limited departures may need."""
    counts = {}
    table = network.services
    columns = ("dispatch", "status", "timetable", "departures_per_week", "max_per_day")
    rows = zip(table.index, *(table[column] for column in columns), strict=True)
    for name, dispatch, status, timetable, per_week, per_day in rows:
        if dispatch == "fill":
            counts[str(name)] = horizon / DAY_S * float(per_day)
        elif dispatch == "timetable" and status == "open":
            slots = slot_moments(str(timetable))
            counts[str(name)] = horizon / WEEK_S * (len(slots) if slots else float(per_week))
    return counts


def _background_visits(network: Network, horizon: int) -> dict[str, float]:
    counts = {}
    for name, row in network.background.iterrows():
        if row["kind"] == "open":
            counts[str(name)] = horizon / DAY_S * float(row["vehicles_per_day"])
        else:
            away_s = max(float(row["away_h"].mean()) * _HOUR, 1.0)
            counts[str(name)] = float(row["population"]) * (horizon / away_s + 1.0)
    return counts


def _fault(what: str, count: float, size: float, scenario: Scenario, hint: str) -> Fault:
    key = f"limits.max_{what}"
    limit = getattr(scenario.limits, f"max_{what}")
    return Fault(
        scenario.name,
        f"would need about {count:,.0f} {what} and {max(size / 1e9, 0.1):,.1f} GB for them",
        allowed=f"{limit:,} ({key})",
        hint=f"{hint}; {_way_out(key, count)}",
    )


def _way_out(key: str, count: float) -> str:
    limit = _above(count)
    if key == "limits.max_visits" and limit > MOST_VISITS:
        return f"a plan numbers no more than {MOST_VISITS:,}"
    return f"if you mean it, raise the limit: --set {key}={limit}"


def _above(count: float) -> int:
    """Return a round number somewhat above a count."""
    unit = int(10 ** max(len(str(int(count))) - 2, 0))
    return (int(count * 1.1) // unit + 1) * unit
