"""Shipments and their legs as tables, column by column."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from corridor_sim.demand.od import CARGO, DIRECTIONS
from corridor_sim.statistics.causes import CAUSES, leg_bounds, leg_ends
from corridor_sim.statistics.columns import Coded, Maker, Rows, Table, coded, fixed, plain, whole
from corridor_sim.statistics.paths import call_nodes
from corridor_sim.statistics.sources import Sources

__all__ = ["leg_table", "shipment_table"]


def shipment_table(run: Sources) -> Table:
    """Return the shipments of a run, see `tables.RunTables`."""
    own = run.plan.shipments
    routes = list(own.routes.routes)
    n = len(own.mteu)

    @cache
    def of_routes(attribute: str) -> NDArray[np.float64]:
        return np.array([*(getattr(route, attribute) for route in routes), np.nan])

    def per_route(attribute: str, rows: Rows) -> NDArray[np.float64]:
        of_shipment: NDArray[np.float64] = of_routes(attribute).take(own.route[rows])
        return of_shipment

    def paid(who: str) -> Maker:
        def make(rows: Rows) -> NDArray[np.float64]:
            cny = per_route(f"{who}_cny_per_teu", rows) * (own.mteu[rows] / 1000)
            cny += per_route(f"{who}_cny_per_t", rows) * (own.kg[rows] / 1000)
            return np.rint(cny, out=cny)

        return make

    def door_to_door(rows: Rows) -> NDArray[np.int32]:
        delivered = run.delivered[rows]
        time = delivered - own.release_s[rows].astype(np.int32)
        time[delivered < 0] = -1
        return time

    def cause(number: int) -> Maker:
        def make(rows: slice) -> NDArray[np.int32]:
            start, stop, _ = rows.indices(n)
            return run.causes.of_shipments(start, stop)[:, number]

        return make

    columns: dict[str, Maker] = {
        "od": coded(own.od, own.od_names),
        "k": plain(lambda: own.k),
        "cargo": fixed(lambda: own.kind, CARGO),
        "direction": fixed(lambda: own.direction, DIRECTIONS),
        "commodity": coded(own.commodity, own.commodity_names),
        "corridor": coded(own.route, [route.corridor for route in routes]),
        "route": coded(own.route, [route.name for route in routes]),
        "origin": coded(own.origin, own.node_names),
        "destination": coded(own.destination, own.node_names),
        "in_boxes": plain(lambda: run.in_boxes),
        "teu": whole(lambda: own.mteu),
        "t": whole(lambda: own.kg),
        "value_cny": plain(lambda: own.value_cny, np.int64),
        "vot_pct_per_day": plain(lambda: own.vot_pct_per_day),
        "planned_h": lambda rows: per_route("planned_h", rows),
        "cost_cny": paid("cost"),
        "subsidy_cny": paid("subsidy"),
        "release_s": plain(lambda: own.release_s, np.int32),
        "cleared_s": plain(lambda: run.cleared, np.int32),
        "delivered_s": plain(lambda: run.delivered, np.int32),
        "door_to_door_s": door_to_door,
    }
    causes = {f"{name}_s": cause(number) for number, name in enumerate(CAUSES)}
    return Table(n, {**columns, **causes}, light=columns)


def leg_table(run: Sources) -> Table:
    """Return the legs and deliveries of a run, see `tables.RunTables`."""
    plan, log, legs = run.plan, run.log, run.plan.legs
    n = plan.n_legs
    node_of_call, node_names = _call_nodes(run)
    call_first = np.append(0, np.cumsum(plan.services.n_calls)).astype(np.int32)

    def node_at(calls: NDArray[np.integer]) -> Maker:
        def make(rows: Rows) -> Coded:
            service = legs.service[rows]
            call = call_first.take(service) + calls[rows]
            call[service < 0] = -1
            return Coded(node_of_call.take(call), node_names)

        return make

    def begins(rows: slice) -> NDArray[np.int32]:
        return leg_bounds(plan, log, slice(*rows.indices(n)))[0].astype(np.int32)

    def number(rows: Rows) -> NDArray[np.int8]:
        row = np.arange(*rows.indices(n)) if isinstance(rows, slice) else rows
        return (row - legs.first[legs.shipment[rows]]).astype(np.int8)

    def ends(rows: Rows) -> NDArray[np.int32]:
        return leg_ends(plan, log, rows).astype(np.int32, copy=False)

    def cause(number: int) -> Maker:
        def make(rows: slice) -> NDArray[np.int32]:
            start, stop, _ = rows.indices(n)
            # Parts of this table are legs of whole shipments.
            first, last = np.searchsorted(legs.first, [start, stop], side="left")
            if stop == n:
                last = len(legs.first) - 1
            return run.causes.of_legs(int(first), int(last))[:, number]

        return make

    columns: dict[str, Maker] = {
        "shipment": plain(lambda: legs.shipment, np.int32),
        "leg": number,
        "service": coded(legs.service, plan.service_names),
        "board_call": plain(lambda: legs.board_call, np.int8),
        "alight_call": plain(lambda: legs.alight_call, np.int8),
        "board_node": node_at(legs.board_call),
        "alight_node": node_at(legs.alight_call),
        "departure": plain(lambda: log.leg_departure, np.int64),
        "start_s": begins,
        "ready_s": plain(lambda: log.leg_ready, np.int32),
        "board_s": plain(lambda: log.leg_board, np.int32),
        "end_s": ends,
    }
    causes = {f"{name}_s": cause(place) for place, name in enumerate(CAUSES)}
    # When a leg begins is told of legs side by side.
    return Table(n, {**columns, **causes}, light=columns.keys() - {"start_s"})


def _call_nodes(run: Sources) -> tuple[NDArray[np.signedinteger], tuple[str, ...]]:
    """Return the node of every call by number, -1 behind the last, and the names of nodes."""
    nodes = call_nodes(run.network)
    of_call = {
        (service, call): node
        for service, call, node in zip(nodes["service"], nodes["call"], nodes["node"], strict=True)
    }
    names = tuple(sorted(set(of_call.values())))
    place = {name: number for number, name in enumerate(names)}
    codes = [
        place[of_call[service, call]]
        for service, n_calls in zip(
            run.plan.service_names, run.plan.services.n_calls.tolist(), strict=True
        )
        for call in range(n_calls)
    ]
    kind = np.min_scalar_type(-max(len(names), 1))
    return np.array([*codes, -1], dtype=kind), names
