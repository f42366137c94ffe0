"""Shipments as arrays, and what is expected of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corridor_sim.demand.od import ODTable
from corridor_sim.demand.seasons import SeasonalClock
from corridor_sim.routes.alternatives import RouteSet
from corridor_sim.routes.choice import ChoiceModel, ExpectedChoice

__all__ = ["RouteFlow", "Shipments", "expected_route_flows", "expected_shipments"]

_WEEKS_PER_YEAR = 365 / 7


@dataclass(frozen=True, slots=True)
class Shipments:
    """Shipments in the order of OD row and number; one entry each.

    Attributes
    ----------
    od, k : (n,) int32
        OD row and number within it: the identity of a shipment.
    release_s : (n,) int64
        Seconds since the start of the simulated span.
    mteu, kg, value_cny : (n,) int64
        Size in thousandths of a TEU, weight and value.
    vot_pct_per_day : (n,) float64
        Value of time, per cent of the value a day.
    priority, direction, kind : (n,) int8
        Rank when boarding; place in `DIRECTIONS`; place in `CARGO`.
    commodity, origin, destination : (n,) int32
        Places in the names.
    route : (n,) int32
        Place in the routes, -1 where no way is open.
    od_names, commodity_names, node_names : tuple of str
        Names in order.
    routes : RouteSet
        Alternatives.
    """

    od: NDArray[np.int32]
    k: NDArray[np.int32]
    release_s: NDArray[np.int64]
    mteu: NDArray[np.int64]
    kg: NDArray[np.int64]
    value_cny: NDArray[np.int64]
    vot_pct_per_day: NDArray[np.float64]
    priority: NDArray[np.int8]
    direction: NDArray[np.int8]
    kind: NDArray[np.int8]
    commodity: NDArray[np.int32]
    origin: NDArray[np.int32]
    destination: NDArray[np.int32]
    route: NDArray[np.int32]
    od_names: tuple[str, ...]
    commodity_names: tuple[str, ...]
    node_names: tuple[str, ...]
    routes: RouteSet


@dataclass(frozen=True)
class RouteFlow:
    """What is expected on a route in a week."""

    shipments: float
    teu: float
    t: float


def expected_route_flows(od: ODTable, model: ChoiceModel) -> dict[str, RouteFlow]:
    """Return the expected flow of a mean week by name of route.

    Parameters
    ----------
    od : ODTable
        Demand.
    model : ChoiceModel
        How shippers choose.

    Returns
    -------
    dict of str to RouteFlow
        Routes that are expected to be used.
    """
    cells = ExpectedChoice.of(od, model.routes)
    share = cells.shares(model)
    teu = cells.teu_per_year * share / _WEEKS_PER_YEAR
    size = np.array([row.shipment_teu.mean() for row in od.rows])[cells.row]
    sums = [
        np.bincount(cells.route, amount, minlength=len(model.routes.routes))
        for amount in (teu / size, teu, teu * cells.t_per_teu)
    ]
    return {
        route.name: RouteFlow(*(float(total[number]) for total in sums))
        for number, route in enumerate(model.routes.routes)
        if sums[1][number] > 0
    }


def expected_shipments(od: ODTable, clock: SeasonalClock) -> float:
    """Return the mean number of shipments in the whole span.

    Parameters
    ----------
    od : ODTable
        Demand.
    clock : SeasonalClock
        When a year's volume is released.

    Returns
    -------
    float
        Of all replications.
    """
    return sum(row.shipments_per_year * clock.total(row.direction) for row in od.rows)
