"""Waits a shipper plans with: until the next departure, and at a lock that is always full."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from corridor_sim.network.tables import records_of

if TYPE_CHECKING:
    from corridor_sim.network import Network

__all__ = ["departure_wait_h", "lock_wait_h"]

_WEEK_H = 168.0


def departure_wait_h(service: Mapping[Any, Any]) -> float:
    """Return the mean hours until a service's next departure.

    Half the headway of a timetable, or of the planned departures of a service that fills; half the
    longest wait of one that fills without a plan; none on demand.

    Parameters
    ----------
    service : mapping
        Row of the services table.
    """
    if service["dispatch"] == "on_demand":
        return 0.0
    per_week = float(service["departures_per_week"])
    if service["timetable"]:
        per_week = float(len(service["timetable"].split(";")))
    if per_week > 0:
        return _WEEK_H / per_week / 2
    return float(service["max_wait_h"]) / 2


def lock_wait_h(network: Network, facility: str, *, priority: int) -> float:
    """Return the hours a vessel plans to wait at a lock, by its rank.

    A closed fleet that would use the lock more than it can makes it always full: in the long run
    its vessels come back as fast as the lock lets them, so that fleet over throughput is the time
    away plus the wait. Vessels that rank before that fleet, and all at a lock that is not full,
    plan with one cycle.

    Parameters
    ----------
    network : Network
        Facilities and background traffic.
    facility : str
        Name of the lock.
    priority : int
        Rank of the vessel, smaller first.

    Returns
    -------
    float
        Hours.
    """
    locks: Any = network.facilities
    cycle_h = float(locks.at[facility, "fixed_h"].mean())
    per_h = float(locks.at[facility, "servers"] * locks.at[facility, "take"].mean()) / cycle_h
    fleet = away = 0.0
    rank = None
    for row in records_of(network.background[network.background["facility"] == facility]):
        if row["kind"] == "open":
            per_h -= float(row["vehicles_per_day"]) / 24
            continue
        population, away_h = float(row["population"]), float(row["away_h"].mean())
        fleet += population
        away += population * away_h
        # The largest fleet is the one that fills the lock.
        if rank is None or population > rank[0]:
            rank = population, int(row["priority"])
    if rank is None or per_h <= 0 or fleet <= 0:
        return cycle_h
    wait_h = fleet / per_h - away / fleet - cycle_h
    if wait_h <= cycle_h or priority < rank[1]:
        return cycle_h
    return wait_h
