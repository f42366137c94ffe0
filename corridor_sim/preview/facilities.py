"""Hours of work that a week brings to every facility, and vessels to every lock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor_sim.plan.tables import LINK, LOCK, UNLIMITED
from corridor_sim.preview.services import WEEK_H, Services
from corridor_sim.preview.traffic import Traffic
from corridor_sim.screen import number

if TYPE_CHECKING:
    import pandas as pd

    from corridor_sim.network import Network
    from corridor_sim.plan.tables import ResourceTable

__all__ = ["facility_rows", "mean_times_h"]


def mean_times_h(network: Network) -> dict[str, tuple[float, float]]:
    """Return mean fixed hours and hours per TEU of every link and facility.

    Parameters
    ----------
    network : Network
        Its links and facilities.

    Returns
    -------
    dict
        By name.
    """
    times = {str(name): (float(time.mean()), 0.0) for name, time in network.links["time_h"].items()}
    for name, row in network.facilities[["fixed_h", "probability", "per_teu_h"]].iterrows():
        fixed = float(row["fixed_h"].mean()) * float(row["probability"])
        times[str(name)] = (fixed, float(row["per_teu_h"]))
    return times


def facility_rows(
    network: Network,
    names: tuple[str, ...],
    resources: ResourceTable,
    traffic: Traffic,
    services: Services,
    horizon: int,
) -> list[tuple[str, str, float, float, str, str]]:
    """Return a row for every facility with limited servers.

    Parameters
    ----------
    network : Network
        Its facilities and background traffic.
    names : tuple of str
        Resources in rank order.
    resources : ResourceTable
        Their servers through the weeks that are averaged over.
    traffic : Traffic
        Sums of a week.
    services : Services
        Departures of a week.
    horizon : int
        Seconds averaged over.

    Returns
    -------
    list of tuple
        Kind, name, load, capacity, unit and note of each.
    """
    # Visits a week by our vehicles, and the hours of work they bring.
    vehicles = np.zeros(len(names))
    moved = np.array(traffic.box_teu)
    for service in range(len(services.layout.names)):
        departures = float(services.departures[service])
        steps = services.layout.steps(service)
        for step, teu in zip(steps, services.moved_teu(service), strict=True):
            if step >= 0 and departures > 0:
                vehicles[step] += departures
                moved[step] += teu
    rows = []
    for rank, name in enumerate(names):
        if resources.kind[rank] == LINK:
            continue
        first, end = int(resources.row_first[rank]), int(resources.row_first[rank + 1])
        servers = resources.row_servers[first:end]
        if servers.max() >= UNLIMITED:
            continue
        lengths = np.diff(np.append(resources.row_time[first:end], horizon))
        mean_servers = float((servers * lengths).sum()) / horizon
        fixed, per_teu = services.times_h[name]
        background = network.background[network.background["facility"] == name]
        if resources.kind[rank] == LOCK:
            rows.append(_lock_row(network, name, mean_servers, fixed, vehicles[rank], background))
            continue
        hours = (vehicles[rank] + traffic.box_visits[rank]) * fixed + moved[rank] * per_teu
        note = ""
        for record in background.to_dict("records"):
            own = record["fixed_h"]
            each = fixed if own is None else float(own.mean())
            hours += _arrivals_a_week(record, each) * each
            if record["kind"] == "closed":
                note = "the longer the queue, the fewer come"
        rows.append(("facility", name, float(hours), mean_servers * WEEK_H, "server-h", note))
    return rows


def _arrivals_a_week(record: Mapping[Any, Any], each_h: float) -> float:
    """Return visits a week of a row of background traffic that never has to queue."""
    if record["kind"] == "open":
        return 7.0 * float(record["vehicles_per_day"])
    away = float(record["away_h"].mean())
    return float(record["population"]) * WEEK_H / (away + each_h)


def _lock_row(
    network: Network,
    name: str,
    flights: float,
    cycle_h: float,
    own: float,
    background: pd.DataFrame,
) -> tuple[str, str, float, float, str, str]:
    """Return the row of a lock: vessels a week against what its flights take."""
    take = float(network.facilities["take"].to_dict()[name].mean())
    capacity = flights * WEEK_H / cycle_h * take
    records = background.to_dict("records")
    closed = [record for record in records if record["kind"] == "closed"]
    vessels = own + sum(_arrivals_a_week(record, cycle_h) for record in records)
    note = ""
    if closed and vessels > capacity:
        # In the long run the fleet comes back as fast as the lock lets it: its size over the
        # throughput left to it is the time away plus the time waiting.
        fleet = sum(float(record["population"]) for record in closed)
        away = sum(
            float(record["population"]) * float(record["away_h"].mean()) for record in closed
        )
        open_rate = own + sum(
            _arrivals_a_week(record, cycle_h) for record in records if record["kind"] == "open"
        )
        left = max(capacity - open_rate, 1e-9)
        wait = fleet / left * WEEK_H - away / fleet - cycle_h
        note = f"the fleet's vessels wait about {number(max(wait, 0.0))} h each"
    return ("facility", name, float(vessels), capacity, "vessels", note)
