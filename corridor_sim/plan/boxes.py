"""Who takes empty boxes from which pool, and to which pool boxes come back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corridor_sim.demand.od import CARGO
from corridor_sim.network.tables import records_of
from corridor_sim.plan.tables import NEVER, BoxTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridor_sim.demand.od import ODTable
    from corridor_sim.network import Network
    from corridor_sim.plan.services import ServiceLayout
    from corridor_sim.plan.ways import RoutePattern
    from corridor_sim.routes.alternatives import Route
    from corridor_sim.shipments import Shipments

__all__ = ["BoxFrame", "gateway_nodes"]

Places = NDArray[np.int32]

_HOUR = 3600
_EMPTY = CARGO.index("empty")


def gateway_nodes(
    pattern: RoutePattern, layout: ServiceLayout, corridors: Sequence[str]
) -> tuple[str, str]:
    """Return where a route sets off beyond the hub, and where it comes back into it.

    Parameters
    ----------
    pattern : RoutePattern
        What the boxes of the route do.
    layout : ServiceLayout
        Services.
    corridors : sequence of str
        Corridor of each service, in rank order.

    Returns
    -------
    tuple of str
        Nodes; blank for a route that stays in the hub.
    """
    away = [
        (service, board, alight)
        for service, board, alight in zip(
            pattern.service, pattern.board_call, pattern.alight_call, strict=True
        )
        if service >= 0 and corridors[service] != "hub"
    ]
    if not away:
        return "", ""
    first, last = away[0], away[-1]
    return layout.call_nodes[first[0]][first[1]], layout.call_nodes[last[0]][last[2]]


@dataclass(frozen=True, eq=False)
class BoxFrame:
    """Pools as the plans of all replications share them; routes are followed by that of no way.

    Attributes
    ----------
    resource : (K,) int64
        Pools in the order of the ranks of their names.
    initial_mteu, turnaround : (K,) int64
        Boxes at the start, thousandths of a TEU, and seconds from a delivery until a box is empty.
    takes, gives : (CARGO, routes + 1) int32
        Place of the pool from which each kind of cargo takes boxes on each route, and to which
        they come back; -1 for none.
    way : (CARGO, routes + 1) int32
        Way of a shipment that takes boxes, where one does.
    is_boxed : (rows,) bool
        Which OD rows travel in boxes.
    by_air : (routes + 1,) bool
        Which routes have a leg by air, where there are none; that of no way is among them.
    patterns : tuple of RoutePattern
        The ways of those who take boxes; they follow those of the routes.
    """

    resource: NDArray[np.int64]
    initial_mteu: NDArray[np.int64]
    turnaround: NDArray[np.int64]
    takes: Places
    gives: Places
    way: Places
    is_boxed: NDArray[np.bool_]
    by_air: NDArray[np.bool_]
    patterns: tuple[RoutePattern, ...]

    @classmethod
    def of(
        cls,
        network: Network,
        routes: Sequence[Route],
        patterns: Sequence[RoutePattern],
        layout: ServiceLayout,
        resource_names: Sequence[str],
        od: ODTable,
    ) -> BoxFrame:
        """Tell who takes boxes from which pool.

        Parameters
        ----------
        network : Network
            Its pools; those that are facilities too are at work.
        routes : sequence of Route
            Alternatives.
        patterns : sequence of RoutePattern
            What boxes do on them.
        layout : ServiceLayout
            Services.
        resource_names : sequence of str
            In rank order.
        od : ODTable
            Tells which rows travel in boxes.

        Returns
        -------
        BoxFrame
            Independent of seed and replication.
        """
        rank_of = {name: rank for rank, name in enumerate(resource_names)}
        pools = [pool for pool in records_of(network.box_pools) if pool["box_pool"] in rank_of]
        pools.sort(key=lambda pool: rank_of[pool["box_pool"]])
        at = {
            (pool["node"], corridor): place
            for place, pool in enumerate(pools)
            for corridor in pool["corridors"]
        }
        served = np.array(
            [[kind == "empty" or kind in pool["cargo"] for pool in pools] for kind in CARGO]
        )
        takes = np.full((len(CARGO), len(routes) + 1), NEVER, dtype=np.int32)
        gives, way = takes.copy(), takes.copy()
        flown = {str(name) for name, mode in network.services["mode"].items() if mode == "air"}
        by_air = [not flown.isdisjoint([leg[0] for leg in route.legs]) for route in routes]
        corridor_of = network.services["corridor"].to_dict()
        corridors = [corridor_of[name] for name in layout.names]
        asking: dict[tuple[int, int], RoutePattern] = {}
        numbers: dict[tuple[int, int], int] = {}
        for number, (route, pattern) in enumerate(zip(routes, patterns, strict=True)):
            if not pools:
                break
            out, back = gateway_nodes(pattern, layout, corridors)
            start, end = at.get((out, route.corridor)), at.get((back, route.corridor))
            for kind in range(len(CARGO)):
                if end is not None and served[kind, end]:
                    gives[kind, number] = end
                if start is None or kind == _EMPTY or not served[kind, start]:
                    continue
                takes[kind, number] = start
                key = (number, start)
                if key not in asking:
                    numbers[key] = len(patterns) + len(asking)
                    asking[key] = _asking(pattern, rank_of[pools[start]["box_pool"]])
                way[kind, number] = numbers[key]
        return cls(
            resource=np.array([rank_of[pool["box_pool"]] for pool in pools], dtype=np.int64),
            initial_mteu=np.array([round(p["initial_teu"] * 1000) for p in pools], dtype=np.int64),
            turnaround=np.array([round(p["turnaround_h"] * _HOUR) for p in pools], dtype=np.int64),
            takes=takes,
            gives=gives,
            way=way,
            is_boxed=np.array([bool({"box", "empty"} & row.carries) for row in od.rows], bool),
            by_air=np.array([*by_air, True]),
            patterns=tuple(asking.values()),
        )

    def in_boxes(self, shipments: Shipments) -> NDArray[np.bool_]:
        """Tell which shipments go by land and water in boxes, loaded or empty."""
        boxed: NDArray[np.bool_] = self.is_boxed[shipments.od] & ~self.by_air[shipments.route]
        return boxed

    def ways(self, shipments: Shipments) -> Places:
        """Return the way of each shipment: its route, or that of those who take boxes."""
        route = shipments.route
        if not len(self.resource):
            return route
        with_boxes = np.where(self.in_boxes(shipments), self.way[shipments.kind, route], NEVER)
        return np.where(with_boxes >= 0, with_boxes, route).astype(np.int32)

    def table(self, shipments: Shipments) -> BoxTable:
        """Return the pools of a replication.

        Parameters
        ----------
        shipments : Shipments
            With their routes.

        Returns
        -------
        BoxTable
            With the pool to which the boxes of each shipment come back.
        """
        in_boxes = self.in_boxes(shipments)
        if not len(self.resource):
            return replace(BoxTable.none(), in_boxes=in_boxes)
        place = np.where(in_boxes, self.gives[shipments.kind, shipments.route], NEVER)
        loaded = (place >= 0) & (shipments.kind != _EMPTY)
        return BoxTable(
            resource=self.resource.copy(),
            initial_mteu=self.initial_mteu.copy(),
            gives=np.where(place >= 0, self.resource[place], NEVER).astype(np.int32),
            turnaround=np.where(loaded, self.turnaround[place], 0),
            in_boxes=in_boxes,
        )


def _asking(pattern: RoutePattern, pool: int) -> RoutePattern:
    """Return the way of those who take boxes before anything else."""
    first, *others = pattern.visits
    return replace(
        pattern,
        visits=((pool, *first), *others),
        # Alone it takes no number from the others: with and without pools they draw the same.
        spare_draws=0 if first else 1,
    )
