"""Legs of the shipments, the visits between them, and the draws of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corridor_sim.errors import Fault, InputError
from corridor_sim.plan.services import ServiceLayout
from corridor_sim.plan.tables import NEVER, ON_DEMAND, LegTable
from corridor_sim.routes.visits import Desks
from corridor_sim.streams import stream

if TYPE_CHECKING:
    from corridor_sim.network import Network
    from corridor_sim.routes.alternatives import Route
    from corridor_sim.shipments import Shipments

__all__ = ["DRAWS_PER_SHIPMENT", "RoutePattern", "build_legs", "draw_shipments", "route_patterns"]

# A route may draw this often for one box: trucks' steps and the box's own visits together.
DRAWS_PER_SHIPMENT = 32


@dataclass(frozen=True, slots=True)
class RoutePattern:
    """What every shipment on a route does.

    Attributes
    ----------
    service, board_call, alight_call : tuple of int
        One entry per leg and a last one of -1 for the delivery.
    visits : tuple of tuple of int
        Resources a box visits before each leg, and before delivery.
    truck_steps : tuple of int
        Steps of the vehicle of an on-demand leg, 0 for other legs.
    """

    service: tuple[int, ...]
    board_call: tuple[int, ...]
    alight_call: tuple[int, ...]
    visits: tuple[tuple[int, ...], ...]
    truck_steps: tuple[int, ...]


def route_patterns(
    routes: list[Route],
    network: Network,
    layout: ServiceLayout,
    resource_names: tuple[str, ...],
) -> list[RoutePattern]:
    """Return what the boxes of each route do; what they visit themselves is in `routes.visits`.

    Parameters
    ----------
    routes : list of Route
        Alternatives.
    network : Network
        Nodes with their customs and transhipment facilities.
    layout : ServiceLayout
        Services.
    resource_names : tuple of str
        In rank order.

    Returns
    -------
    list of RoutePattern
        In the order of the routes.

    Raises
    ------
    InputError
        If a route has no customs in Chongqing, or needs too many draws.
    """
    rank_of = {name: rank for rank, name in enumerate(resource_names)}
    service_of = {name: rank for rank, name in enumerate(layout.names)}
    desks = Desks(network)
    corridor = network.services["corridor"].to_dict()
    dispatch = layout.columns["dispatch"]
    patterns: list[RoutePattern] = []
    missing: dict[str, str] = {}
    for route in routes:
        services = [service_of[leg[0]] for leg in route.legs]
        nodes = [layout.call_nodes[service_of[leg[0]]][leg[1]] for leg in route.legs]
        last = route.legs[-1]
        nodes.append(layout.call_nodes[service_of[last[0]]][last[2]])
        own = desks.visits(
            route.origin, route.destination, nodes, [corridor[leg[0]] for leg in route.legs]
        )
        if own.missing_customs:
            missing[own.missing_customs] = route.name
        before = [tuple(rank_of[name] for name in names) for names in own.before]
        steps = tuple(
            len(layout.steps(service)) if dispatch[service] == ON_DEMAND else 0
            for service in services
        )
        draws = sum(steps) + sum(len(visits) for visits in before)
        if draws > DRAWS_PER_SHIPMENT:
            raise InputError(
                [
                    Fault(
                        "calls.csv",
                        f"route '{route.name}' has {draws} steps of trucks and boxes",
                        allowed=f"at most {DRAWS_PER_SHIPMENT}",
                        hint="shorten the paths of its trucks",
                    )
                ]
            )
        patterns.append(
            RoutePattern(
                service=(*services, NEVER),
                board_call=(*(leg[1] for leg in route.legs), NEVER),
                alight_call=(*(leg[2] for leg in route.legs), NEVER),
                visits=tuple(before),
                truck_steps=(*steps, 0),
            )
        )
    if missing:
        raise InputError(
            Fault(
                "nodes.csv",
                f"Chongqing's own trade has to clear at '{node}' on route '{name}', which names "
                "no customs",
                column="customs",
                hint="name a facility that clears",
            )
            for node, name in sorted(missing.items())
        )
    return patterns


@dataclass(frozen=True, slots=True)
class ShipmentDraws:
    """Visits of boxes and steps of their trucks, to be turned into durations.

    Attributes
    ----------
    visit_resource : (v,) int32
        Resource of each shipment visit.
    visit_uniform : (v,) float64
        Its uniform draw.
    truck_visit : (t,) int64
        Visit number of each truck step.
    truck_resource : (t,) int32
        Its resource.
    truck_uniform : (t,) float64
        Its uniform draw.
    """

    visit_resource: NDArray[np.int32]
    visit_uniform: NDArray[np.float64]
    truck_visit: NDArray[np.int64]
    truck_resource: NDArray[np.int32]
    truck_uniform: NDArray[np.float64]


def _ragged(counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (owner, place within the owner) of rows that lie side by side."""
    owner = np.repeat(np.arange(len(counts)), counts)
    first = np.concatenate([[0], np.cumsum(counts)])
    return owner, np.arange(len(owner)) - first[:-1][owner]


def _flat(parts: list[tuple[int, ...]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (first, values) of a list of tuples."""
    first = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
    return first, np.array([value for part in parts for value in part], dtype=np.int64)


def build_legs(
    shipments: Shipments, patterns: list[RoutePattern], layout: ServiceLayout
) -> tuple[LegTable, NDArray[np.int64]]:
    """Lay out the legs of all served shipments.

    Parameters
    ----------
    shipments : Shipments
        With their routes.
    patterns : list of RoutePattern
        By route.
    layout : ServiceLayout
        Services.

    Returns
    -------
    LegTable
        With shipment visits numbered from 0 (the plan shifts them).
    ndarray of int64
        Legs of each on-demand service.
    """
    n_services = len(layout.names)
    if not patterns:
        none = np.zeros(0, dtype=np.int32)
        n = len(shipments.route)
        empty = np.zeros(0, dtype=np.int64)
        table = LegTable(
            first=np.zeros(n + 1, dtype=np.int64),
            shipment=none,
            service=none.copy(),
            board_call=none.copy(),
            alight_call=none.copy(),
            number=empty,
            visit_first=np.zeros(1, dtype=np.int64),
        )
        return table, np.zeros(n_services, dtype=np.int64)
    leg_first, service = _flat([p.service for p in patterns])
    _, board = _flat([p.board_call for p in patterns])
    _, alight = _flat([p.alight_call for p in patterns])
    n_visits = np.array([len(v) for p in patterns for v in p.visits], dtype=np.int64)
    served = shipments.route >= 0
    counts = np.where(served, np.diff(leg_first)[shipments.route], 0).astype(np.int64)
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    owner, place = _ragged(counts)
    row = leg_first[shipments.route[owner]] + place
    leg_service = service[row]
    is_truck = (leg_service >= 0) & (layout.columns["dispatch"][leg_service] == ON_DEMAND)
    number = np.full(len(row), NEVER, dtype=np.int64)
    per_service = np.zeros(n_services, dtype=np.int64)
    trucks = np.flatnonzero(is_truck)
    if len(trucks):
        # Number the legs of each on-demand service in the order of their rows.
        order = trucks[np.argsort(leg_service[trucks], kind="stable")]
        per_service = np.bincount(leg_service[order], minlength=n_services).astype(np.int64)
        number[order] = _ragged(per_service)[1]
    table = LegTable(
        first=first,
        shipment=owner.astype(np.int32),
        service=leg_service.astype(np.int32),
        board_call=board[row].astype(np.int32),
        alight_call=alight[row].astype(np.int32),
        number=number,
        visit_first=np.concatenate([[0], np.cumsum(n_visits[row])]).astype(np.int64),
    )
    return table, per_service


def draw_shipments(
    shipments: Shipments,
    patterns: list[RoutePattern],
    legs: LegTable,
    layout: ServiceLayout,
    visit_first: NDArray[np.int64],
    *,
    seed: int,
    replication: int,
) -> ShipmentDraws:
    """Draw one uniform number for every visit of a box and every step of its trucks.

    The draws of a shipment are a row of numbers of its OD row's own stream, used in the order of
    its way, so that they depend on the OD row and the number of the shipment alone.

    Parameters
    ----------
    shipments : Shipments
        With their routes.
    patterns : list of RoutePattern
        From `route_patterns`.
    legs : LegTable
        From `build_legs`.
    layout : ServiceLayout
        From `layout_services`.
    visit_first : (S + 1,) int64
        First visit of each service.
    seed, replication : int
        Address of the draws.

    Returns
    -------
    ShipmentDraws
        Uniform draws.
    """
    uniforms = np.empty((len(shipments.od), DRAWS_PER_SHIPMENT), dtype=np.float64)
    bounds = np.searchsorted(shipments.od, np.arange(len(shipments.od_names) + 1))
    for od, name in enumerate(shipments.od_names):
        rows = slice(int(bounds[od]), int(bounds[od + 1]))
        count = rows.stop - rows.start
        if count:
            rng = stream(seed, replication, "way", name)
            uniforms[rows] = rng.random((count, DRAWS_PER_SHIPMENT))
    # Place of the draw within the shipment's row, by leg row of the pattern.
    visit_place: list[int] = []
    truck_place: list[int] = []
    visit_rows: list[int] = []
    for pattern in patterns:
        used = 0
        for visits, steps in zip(pattern.visits, pattern.truck_steps, strict=True):
            visit_place.append(used)
            used += len(visits)
            truck_place.append(used)
            used += steps
            visit_rows.extend(visits)
    leg_first, _ = _flat([p.service for p in patterns])
    n_visits = np.array([len(v) for p in patterns for v in p.visits], dtype=np.int64)
    visit_start = np.concatenate([[0], np.cumsum(n_visits)]).astype(np.int64)
    resource_of = np.array(visit_rows, dtype=np.int32)
    place_of = np.array(visit_place, dtype=np.int64)
    truck_of = np.array(truck_place, dtype=np.int64)
    leg = np.arange(len(legs.service))
    if len(leg) == 0:
        none = np.zeros(0)
        return ShipmentDraws(
            none.astype(np.int32), none, none.astype(np.int64), none.astype(np.int32), none.copy()
        )
    pattern_row = leg_first[shipments.route[legs.shipment]] + (leg - legs.first[legs.shipment])
    owner, nth = _ragged(np.diff(legs.visit_first))
    visit_resource = resource_of[visit_start[pattern_row[owner]] + nth]
    visit_uniform = uniforms[legs.shipment[owner], place_of[pattern_row[owner]] + nth]
    trucks = np.flatnonzero(legs.number >= 0)
    service = legs.service[trucks]
    step_first = layout.columns["step_first"]
    n_steps = np.diff(step_first)[service]
    truck, place = _ragged(n_steps.astype(np.int64))
    first_visit = visit_first[service] + legs.number[trucks] * n_steps
    return ShipmentDraws(
        visit_resource=visit_resource,
        visit_uniform=visit_uniform,
        truck_visit=(first_visit[truck] + place).astype(np.int64),
        truck_resource=layout.columns["step_resource"][step_first[service][truck] + place].astype(
            np.int32
        ),
        truck_uniform=uniforms[
            legs.shipment[trucks][truck], truck_of[pattern_row[trucks]][truck] + place
        ],
    )
