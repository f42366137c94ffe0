"""What boxes do on each route: their legs, their own visits, and where both take their draws."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
_NO_LIMIT = (2**63 - 1, 2**63 - 1)


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
    rank_of = {name: rank for rank, name in enumerate(resource_names)}
    service_of = {name: rank for rank, name in enumerate(layout.names)}
    desks = Desks(network)
    corridor = network.services["corridor"].to_dict()
    truck_steps = [
        steps if dispatch == ON_DEMAND else 0
        for dispatch, steps in zip(
            layout.columns["dispatch"].tolist(),
            np.diff(layout.columns["step_first"]).tolist(),
            strict=True,
        )
    ]
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
        steps = tuple(truck_steps[service] for service in services)
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
        visit_place: list[int] = []
        truck_place: list[int] = []
        for pattern in patterns:
            used = -pattern.spare_draws
            for visits, steps in zip(pattern.visits, pattern.truck_steps, strict=True):
                visit_place.append(max(used, 0))
                used += len(visits)
                truck_place.append(used)
                used += steps

        def column(values: Iterable[int]) -> NDArray[np.int32]:
            return np.fromiter(values, dtype=np.int32)

        def before(counts: NDArray[np.int32]) -> NDArray[np.int32]:
            return np.cumsum(counts, dtype=np.int32) - counts

        rows = [visits for pattern in patterns for visits in pattern.visits]
        n_legs = column([*(len(pattern.service) for pattern in patterns), 0])
        service = column(rank for pattern in patterns for rank in pattern.service)
        n_visits = column(len(visits) for visits in rows)
        capacity = np.array([*_largest_shipments(patterns, layout), _NO_LIMIT], dtype=np.int64)
        return cls(
            n_legs=n_legs,
            first=before(n_legs),
            service=service,
            board_call=column(call for pattern in patterns for call in pattern.board_call),
            alight_call=column(call for pattern in patterns for call in pattern.alight_call),
            is_truck=(service >= 0) & (layout.columns["dispatch"][service] == ON_DEMAND),
            n_steps=column(steps for pattern in patterns for steps in pattern.truck_steps),
            n_visits=n_visits,
            visit_first=before(n_visits),
            visit_place=column(visit_place),
            truck_place=column(truck_place),
            visit_resource=column(rank for visits in rows for rank in visits),
            capacity_mteu=capacity[:, 0],
            capacity_kg=capacity[:, 1],
        )


def _largest_shipments(
    patterns: Sequence[RoutePattern], layout: ServiceLayout
) -> Iterator[tuple[int, int]]:
    """Give the thousandths of a TEU and the kilograms that all rides of each route can take."""
    columns = layout.columns
    rides = columns["dispatch"] != ON_DEMAND
    payload_kg = np.where(rides, columns["capacity_kg"], _NO_LIMIT[1]).tolist()
    is_call = columns["step_call"] >= 0
    owner = np.repeat(np.arange(len(rides)), columns["n_calls"])
    room = np.minimum(columns["step_quota_mteu"][is_call], columns["capacity_mteu"][owner])
    room_mteu = np.where(rides[owner], room, _NO_LIMIT[0]).tolist()
    first_call = (np.cumsum(columns["n_calls"]) - columns["n_calls"]).tolist()
    for pattern in patterns:
        legs = list(zip(pattern.service[:-1], pattern.board_call[:-1], strict=True))
        yield (
            min(room_mteu[first_call[service] + call] for service, call in legs),
            min(payload_kg[service] for service, _ in legs),
        )
