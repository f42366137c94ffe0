"""What boxes do on each route: their legs, their own visits, and where both take their draws."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridor_sim.errors import Fault, InputError
from corridor_sim.plan.services import ServiceLayout
from corridor_sim.plan.tables import NEVER, ON_DEMAND
from corridor_sim.routes.visits import Desks

if TYPE_CHECKING:
    from corridor_sim.network import Network
    from corridor_sim.routes.alternatives import Route

__all__ = ["DRAWS_PER_SHIPMENT", "RoutePattern", "WayTable", "route_patterns"]

# A route may draw this often for one box: trucks' steps and the box's own visits together.
DRAWS_PER_SHIPMENT = 32
_NO_LIMIT = 2**63 - 1


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
    spare_draws : int
        Visits before the first leg that use no draw of their own.
    """

    service: tuple[int, ...]
    board_call: tuple[int, ...]
    alight_call: tuple[int, ...]
    visits: tuple[tuple[int, ...], ...]
    truck_steps: tuple[int, ...]
    spare_draws: int = 0


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
    desks = Desks(network)
    ride_of = _rides(network, layout)
    rank_of = {name: rank for rank, name in enumerate(resource_names)}

    @cache
    def ranks(names: tuple[str, ...]) -> tuple[int, ...]:
        return tuple(rank_of[name] for name in names)

    patterns: list[RoutePattern] = []
    missing: dict[str, str] = {}
    for route in routes:
        rides = [ride_of(leg) for leg in route.legs]
        own = desks.visits(
            route.origin,
            route.destination,
            [*[ride.start for ride in rides], rides[-1].end],
            [ride.corridor for ride in rides],
        )
        if own.missing_customs:
            missing[own.missing_customs] = route.name
        before = tuple([ranks(names) for names in own.before])
        steps = [ride.truck_steps for ride in rides]
        draws = sum(steps) + sum([len(visits) for visits in before])
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
                service=(*[ride.service for ride in rides], NEVER),
                board_call=(*[leg[1] for leg in route.legs], NEVER),
                alight_call=(*[leg[2] for leg in route.legs], NEVER),
                visits=before,
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


class _Ride(NamedTuple):
    """What a leg tells of its service, and its ends."""

    service: int
    corridor: str
    start: str
    end: str
    truck_steps: int


def _rides(network: Network, layout: ServiceLayout) -> Callable[[tuple[str, int, int]], _Ride]:
    """Return what tells of a leg; routes have most of their legs in common."""
    service_of = {name: rank for rank, name in enumerate(layout.names)}
    corridor = network.services["corridor"].to_dict()
    is_truck = (layout.columns["dispatch"] == ON_DEMAND).tolist()
    n_steps = np.diff(layout.columns["step_first"]).tolist()

    @cache
    def ride_of(leg: tuple[str, int, int]) -> _Ride:
        name, board, alight = leg
        service = service_of[name]
        nodes = layout.call_nodes[service]
        steps = n_steps[service] if is_truck[service] else 0
        return _Ride(service, corridor[name], nodes[board], nodes[alight], steps)

    return ride_of


@dataclass(frozen=True, eq=False)
class WayTable:
    """Patterns of all routes side by side; the last one, of no legs, is that of the unserved.

    So route -1 finds it. Rows are legs, delivery rows included.

    Attributes
    ----------
    n_legs, first : (routes + 1,) int32
        Rows of each route, and the first of them.
    service, board_call, alight_call : (rows,) int32
        As in `LegTable`.
    is_truck : (rows,) bool
        Whether the leg is run on demand.
    n_steps : (rows,) int32
        Steps of its truck, 0 for other legs.
    n_visits, visit_first : (rows,) int32
        Visits of the box before the leg, and the first of them in `visit_resource`.
    visit_place, truck_place : (rows,) int32
        Which of the draws of its shipment belong to these visits, and to the steps of its truck.
    visit_resource : (visits,) int32
        Resources visited.
    capacity_mteu, capacity_kg : (routes + 1,) int64
        Largest shipment that the vehicles of its legs take, trucks left out: they go in convoys.
    """

    n_legs: NDArray[np.int32]
    first: NDArray[np.int32]
    service: NDArray[np.int32]
    board_call: NDArray[np.int32]
    alight_call: NDArray[np.int32]
    is_truck: NDArray[np.bool_]
    n_steps: NDArray[np.int32]
    n_visits: NDArray[np.int32]
    visit_first: NDArray[np.int32]
    visit_place: NDArray[np.int32]
    truck_place: NDArray[np.int32]
    visit_resource: NDArray[np.int32]
    capacity_mteu: NDArray[np.int64]
    capacity_kg: NDArray[np.int64]

    @classmethod
    def of(cls, patterns: Sequence[RoutePattern], layout: ServiceLayout) -> WayTable:
        """Lay patterns side by side.

        Parameters
        ----------
        patterns : sequence of RoutePattern
            In the order of the routes.
        layout : ServiceLayout
            Services.

        Returns
        -------
        WayTable
            Independent of seed and replication.
        """

        def column(values: Iterable[Iterable[int]]) -> NDArray[np.int32]:
            return np.fromiter(chain.from_iterable(values), dtype=np.int32)

        def before(counts: NDArray[np.int32]) -> NDArray[np.int32]:
            return np.cumsum(counts, dtype=np.int32) - counts

        def counted(rows: Sequence[Sequence[int]]) -> NDArray[np.int32]:
            return np.fromiter(map(len, rows), dtype=np.int32, count=len(rows))

        rows = [visits for pattern in patterns for visits in pattern.visits]
        n_legs = counted([*[pattern.service for pattern in patterns], ()])
        first = before(n_legs)
        service = column(pattern.service for pattern in patterns)
        board_call = column(pattern.board_call for pattern in patterns)
        n_steps = column(pattern.truck_steps for pattern in patterns)
        n_visits = counted(rows)
        # Draws used before each row, by its own shipment.
        used = before(n_visits + n_steps)
        spare = np.array([pattern.spare_draws for pattern in patterns], dtype=np.int32)
        used -= np.repeat(used[first[:-1]] + spare, n_legs[:-1])
        capacity = _largest_shipments(service, board_call, first[:-1], layout)
        return cls(
            n_legs=n_legs,
            first=first,
            service=service,
            board_call=board_call,
            alight_call=column(pattern.alight_call for pattern in patterns),
            is_truck=(service >= 0) & (layout.columns["dispatch"][service] == ON_DEMAND),
            n_steps=n_steps,
            n_visits=n_visits,
            visit_first=before(n_visits),
            visit_place=np.maximum(used, 0),
            truck_place=used + n_visits,
            visit_resource=column(rows),
            capacity_mteu=capacity[0],
            capacity_kg=capacity[1],
        )


def _largest_shipments(
    service: NDArray[np.int32],
    board_call: NDArray[np.int32],
    first: NDArray[np.int32],
    layout: ServiceLayout,
) -> list[NDArray[np.int64]]:
    """Return the thousandths of a TEU and the kilograms that all rides of each route can take.

    Parameters
    ----------
    service, board_call : (rows,) int32
        As in `WayTable`.
    first : (routes,) int32
        First row of each route.
    layout : ServiceLayout
        Services.

    Returns
    -------
    list of (routes + 1,) int64
        No way, the last one, takes anything.
    """
    columns = layout.columns
    is_ride = (service >= 0) & (columns["dispatch"][service] != ON_DEMAND)
    ridden, call = service[is_ride], board_call[is_ride]
    first_call = np.cumsum(columns["n_calls"]) - columns["n_calls"]
    quota = columns["step_quota_mteu"][columns["step_call"] >= 0][first_call[ridden] + call]
    mteu = np.minimum(quota, columns["capacity_mteu"][ridden])
    starts = np.append(first, len(service))
    largest = []
    for room in (mteu, columns["capacity_kg"][ridden]):
        taken = np.full(len(service) + 1, _NO_LIMIT, dtype=np.int64)
        taken[:-1][is_ride] = room
        largest.append(np.minimum.reduceat(taken, starts))
    return largest
