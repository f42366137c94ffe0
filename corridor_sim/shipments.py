"""Shipments: what is released when, with its size, value and way.

Every draw of a shipment belongs to its OD row and its number within it, so that an added row
changes no other and two scenarios share what they have in common. The taste of a shipper is drawn
for each alternative by the name of its route: a new alternative is taken only by those who like it
better than all they knew before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridor_sim.demand.od import CARGO, DIRECTIONS, ODRow, ODTable
from corridor_sim.demand.seasons import SeasonalClock
from corridor_sim.routes.alternatives import RouteSet
from corridor_sim.routes.choice import ChoiceModel, ExpectedChoice
from corridor_sim.streams import stream

__all__ = [
    "RouteFlow",
    "Shipments",
    "expected_route_flows",
    "expected_shipments",
    "generate_shipments",
]

_WEEKS_PER_YEAR = 365 / 7
_DAY_S = 86_400


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


def generate_shipments(
    od: ODTable,
    clock: SeasonalClock,
    model: ChoiceModel,
    *,
    horizon: int,
    seed: int,
    replication: int,
) -> Shipments:
    """Draw the shipments of one replication.

    Parameters
    ----------
    od : ODTable
        Demand.
    clock : SeasonalClock
        When a year's volume is released.
    model : ChoiceModel
        Alternatives and how shippers choose.
    horizon : int
        Seconds; what would be released later is left out.
    seed, replication : int
        Address of the draws.

    Returns
    -------
    Shipments
        All that is released before the horizon, the unserved included.
    """
    parts = [_draw_row(row, clock, horizon, seed, replication) for row in od.rows]
    counts = np.array([len(part.release_s) for part in parts], dtype=np.int64)
    route = [
        _choose(row, part, options, model, seed, replication)
        for row, part, options in zip(od.rows, parts, model.routes.of_od, strict=True)
    ]
    owner = np.repeat(np.arange(len(parts), dtype=np.int32), counts)
    commodities = sorted({row.commodity for row in od.rows})
    nodes = sorted({node for row in od.rows for node in (row.origin, row.destination)})

    def code(values: list[int], dtype: type[np.signedinteger]) -> NDArray[np.signedinteger]:
        return np.array(values, dtype=dtype)[owner]

    def joined(arrays: Sequence[NDArray[Any]], dtype: type[np.generic]) -> NDArray[Any]:
        return np.concatenate([*arrays, np.empty(0, dtype=dtype)]).astype(dtype)

    return Shipments(
        od=owner,
        k=joined([np.arange(n, dtype=np.int32) for n in counts], np.int32),
        release_s=joined([part.release_s for part in parts], np.int64),
        mteu=joined([part.mteu for part in parts], np.int64),
        kg=joined([part.kg for part in parts], np.int64),
        value_cny=joined([part.value_cny for part in parts], np.int64),
        vot_pct_per_day=joined([part.vot_pct_per_day for part in parts], np.float64),
        priority=code([row.priority for row in od.rows], np.int8),
        direction=code([DIRECTIONS.index(row.direction) for row in od.rows], np.int8),
        kind=code([CARGO.index(row.cargo) for row in od.rows], np.int8),
        commodity=code([commodities.index(row.commodity) for row in od.rows], np.int32),
        origin=code([nodes.index(row.origin) for row in od.rows], np.int32),
        destination=code([nodes.index(row.destination) for row in od.rows], np.int32),
        route=joined(route, np.int32),
        od_names=od.names,
        commodity_names=tuple(commodities),
        node_names=tuple(nodes),
        routes=model.routes,
    )


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Shipments of one OD row."""

    release_s: NDArray[np.int64]
    mteu: NDArray[np.int64]
    kg: NDArray[np.int64]
    value_cny: NDArray[np.int64]
    vot_pct_per_day: NDArray[np.float64]


def _draw_row(
    row: ODRow, clock: SeasonalClock, horizon: int, seed: int, replication: int
) -> _Drawn:
    expected = row.shipments_per_year * clock.total(row.direction)
    count = int(expected + 8 * np.sqrt(expected) + 20)
    rng = stream(seed, replication, "release", row.name)
    volume = np.cumsum(rng.standard_exponential(count)) / row.shipments_per_year
    release_s = clock.seconds_at(row.direction, volume)
    n = int(np.searchsorted(release_s, horizon))
    size = row.shipment_teu.sample(stream(seed, replication, "size", row.name), n)
    mteu = np.maximum(np.rint(size * 1000), 1).astype(np.int64)
    hurry = stream(seed, replication, "hurry", row.name).standard_normal(n)
    return _Drawn(
        release_s=release_s[:n],
        mteu=mteu,
        kg=np.maximum(np.rint(mteu * row.t_per_teu), 1).astype(np.int64),
        value_cny=np.rint(mteu * (row.cny_per_teu / 1000)).astype(np.int64),
        vot_pct_per_day=row.vot_median_pct_per_day * np.exp(row.vot_sigma * hurry),
    )


def _choose(
    row: ODRow,
    drawn: _Drawn,
    options: tuple[int, ...],
    model: ChoiceModel,
    seed: int,
    replication: int,
) -> NDArray[np.int32]:
    """Return the route of each shipment of one OD row."""
    n = len(drawn.release_s)
    if not options or n == 0:
        return np.full(n, -1, dtype=np.int32)
    routes = model.routes.routes
    if len(options) == 1:
        return np.full(n, options[0], dtype=np.int32)
    utility = model.utility(
        options,
        t_per_teu=row.t_per_teu,
        cny_per_teu=row.cny_per_teu,
        vot_pct_per_day=drawn.vot_pct_per_day,
    )
    for column, option in enumerate(options):
        rng = stream(seed, replication, "taste", f"{row.name}|{routes[option].name}")
        utility[:, column] -= np.log(rng.standard_exponential(n))
    usable = _usable(drawn, options, model)
    best = np.where(usable, utility, -np.inf).argmax(axis=1)
    chosen: NDArray[np.int32] = np.array(options, dtype=np.int32)[best]
    return chosen


def _usable(drawn: _Drawn, options: tuple[int, ...], model: ChoiceModel) -> NDArray[np.bool_]:
    """Tell which alternatives each shipment can take: it fits, and no known closure is on it.

    Where nothing is left, closures are not avoided (they end) and size is left to the plan, which
    says what does not fit.
    """
    routes = [model.routes.routes[option] for option in options]
    fits = (drawn.mteu[:, None] <= np.array([r.capacity_teu * 1000 for r in routes])) & (
        drawn.kg[:, None] <= np.array([r.capacity_t * 1000 for r in routes])
    )
    fits |= ~fits.any(axis=1, keepdims=True)
    usable = fits.copy()
    for span in model.routes.spans:
        over = np.array([bool(span.services.intersection(r.services)) for r in routes])
        if over.any():
            released = (drawn.release_s >= span.start) & (drawn.release_s < span.end)
            usable &= ~(released[:, None] & over)
    return np.where(usable.any(axis=1, keepdims=True), usable, fits)
