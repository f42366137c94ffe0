"""The tables of a run made from its plan and stamps, column by column as they are asked for."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corridor_sim.demand.od import CARGO, DIRECTIONS
from corridor_sim.engine.events import EventLog
from corridor_sim.plan.tables import LINK, Plan
from corridor_sim.statistics.box_flows import BoxUse
from corridor_sim.statistics.causes import CAUSES, CauseSeconds, leg_bounds
from corridor_sim.statistics.clock import Clock
from corridor_sim.statistics.columns import Coded, Maker, Table, Thousandths, coded, relabel
from corridor_sim.statistics.indices import PlanIndex
from corridor_sim.statistics.loads import DepartureFacts
from corridor_sim.statistics.occupancy import Occupancy
from corridor_sim.statistics.paths import call_nodes
from corridor_sim.statistics.queues import Queues
from corridor_sim.statistics.stop_loads import StopLoads
from corridor_sim.statistics.tables import LOCK_DIRECTIONS, STATUSES, RunTables

if TYPE_CHECKING:
    from corridor_sim.network import Network

__all__ = ["build_tables", "cleared_seconds", "delivered_seconds"]

Ints = NDArray[np.int64]

# Served shipments that are worked on together.
_PIECE = 2**15


def build_tables(plan: Plan, log: EventLog, network: Network, clock: Clock) -> RunTables:
    """Return the tables of a run.

    Parameters
    ----------
    plan : Plan
        What was run.
    log : EventLog
        Stamps of the run.
    network : Network
        Network the plan was compiled from.
    clock : Clock
        Dates of the run.

    Returns
    -------
    RunTables
        Made when they are asked for. Wait causes that do not add up raise an ArithmeticError then.
    """
    run = _Run(plan, log, network, clock)
    return RunTables(
        {
            "shipments": _shipments(run),
            "legs": _legs(run),
            "departures": _departures(run),
            "facilities": _facilities(run),
            "queues": _queues(run),
            "lockages": _lockages(run),
            "box_pools": _box_pools(run),
        },
        _pieces(plan),
    )


def _pieces(plan: Plan) -> list[tuple[slice, slice]]:
    """Cut the shipments and their legs where a served shipment ends."""
    first = plan.legs.first
    n = len(first) - 1
    served = np.flatnonzero(np.diff(first))
    ends = [int(end) for end in served[_PIECE - 1 :: _PIECE] + 1 if end < n]
    return [
        (slice(start, stop), slice(int(first[start]), int(first[stop])))
        for start, stop in itertools.pairwise([0, *ends, n])
    ]


class _Run:
    """What several tables share, made at its first use."""

    def __init__(self, plan: Plan, log: EventLog, network: Network, clock: Clock) -> None:
        self.plan, self.log, self.network, self.clock = plan, log, network, clock
        self.kinds = {str(name): str(kind) for name, kind in network.facilities["kind"].items()}

    @cached_property
    def index(self) -> PlanIndex:
        return PlanIndex.of(self.plan)

    @cached_property
    def causes(self) -> CauseSeconds:
        return CauseSeconds(self.plan, self.log, self.index, self.kinds)

    @cached_property
    def departures(self) -> DepartureFacts:
        return DepartureFacts(self.plan, self.log, self.index)

    @cached_property
    def occupancy(self) -> Occupancy:
        loads = StopLoads.of(self.plan, self.log, self.index)
        # The departures need the loads too, which are too large to be kept.
        self.departures.note(loads)
        return Occupancy.of(self.plan, self.log, self.index, loads, self.clock.month_edges)

    @cached_property
    def box_use(self) -> BoxUse:
        return BoxUse.of(self.plan, self.log, self.clock.month_edges)

    @cached_property
    def queues(self) -> Queues:
        return Queues.of(self.plan, self.log, self.clock.week_edges)

    @cached_property
    def in_boxes(self) -> NDArray[np.bool_]:
        n, told = len(self.plan.shipments.mteu), self.plan.boxes.in_boxes
        return told if len(told) == n else np.zeros(n, dtype=bool)

    @cached_property
    def cleared(self) -> Ints:
        facilities = self.network.facilities["clears"]
        clears = {str(name): bool(value) for name, value in facilities.items()}
        return cleared_seconds(self.plan, self.log, clears)

    @cached_property
    def delivered(self) -> Ints:
        return delivered_seconds(self.plan, self.log)


def cleared_seconds(plan: Plan, log: EventLog, clears: Mapping[str, bool]) -> Ints:
    """Return when each shipment cleared customs, -1 for never.

    That is the end of its first visit of its own at a facility that clears.

    Parameters
    ----------
    plan : Plan
        Plan of the run.
    log : EventLog
        Stamps of the run.
    clears : mapping of str to bool
        Whether a facility clears customs, by name.

    Returns
    -------
    (S,) int64
        Seconds.
    """
    first, end = plan.visits.shipment_first, plan.visits.background_first
    clearing = np.array([clears.get(name, False) for name in plan.resource_names], dtype=bool)
    over = log.visit_end[first:end]
    counts = np.flatnonzero(
        clearing[plan.visits.resource[first:end]] & (over >= 0) & (over < plan.horizon)
    )
    shipment = np.repeat(plan.legs.shipment, np.diff(plan.legs.visit_first))[counts]
    never = np.iinfo(np.int64).max
    cleared = np.full(len(plan.shipments.mteu), never, dtype=np.int64)
    np.minimum.at(cleared, shipment, over[counts])
    cleared[cleared == never] = -1
    return cleared


def delivered_seconds(plan: Plan, log: EventLog) -> Ints:
    """Return when each shipment was delivered, -1 for never.

    Parameters
    ----------
    plan : Plan
        Plan of the run.
    log : EventLog
        Stamps of the run.

    Returns
    -------
    (S,) int64
        Seconds.
    """
    legs = plan.legs
    delivered = np.full(len(plan.shipments.mteu), -1, dtype=np.int64)
    rows = np.flatnonzero(legs.service < 0)
    delivered[legs.shipment[rows]] = log.leg_ready[rows]
    return delivered


def _plain(values: Callable[[], NDArray[Any]], kind: type[np.generic] | None = None) -> Maker:
    """Return how to make a column of numbers, as another type where one is given."""

    def make(rows: slice) -> NDArray[Any]:
        cut = values()[rows]
        return cut if kind is None else cut.astype(kind, copy=False)

    return make


def _whole(values: Callable[[], NDArray[np.signedinteger]]) -> Maker:
    """Return how to make a column of thousandths."""
    return lambda rows: Thousandths(values()[rows])


def _fixed(codes: Callable[[], NDArray[np.signedinteger]], names: tuple[str, ...]) -> Maker:
    """Return how to make a column of names in an order of their own."""
    return lambda rows: Coded(codes()[rows], names)


def _shipments(run: _Run) -> Table:
    own = run.plan.shipments
    routes = list(own.routes.routes)
    n = len(own.mteu)

    @cache
    def of_routes(attribute: str) -> NDArray[np.float64]:
        return np.array([*(getattr(route, attribute) for route in routes), np.nan])

    def per_route(attribute: str, rows: slice) -> NDArray[np.float64]:
        of_shipment: NDArray[np.float64] = of_routes(attribute)[own.route[rows]]
        return of_shipment

    def paid(who: str) -> Maker:
        def make(rows: slice) -> NDArray[np.float64]:
            by_teu = per_route(f"{who}_cny_per_teu", rows) * (own.mteu[rows] / 1000)
            by_t = per_route(f"{who}_cny_per_t", rows) * (own.kg[rows] / 1000)
            return np.rint(by_teu + by_t)

        return make

    def door_to_door(rows: slice) -> NDArray[np.int32]:
        delivered = run.delivered[rows]
        time = np.where(delivered >= 0, delivered - own.release_s[rows], -1)
        return time.astype(np.int32)

    def cause(number: int) -> Maker:
        def make(rows: slice) -> NDArray[np.int32]:
            start, stop, _ = rows.indices(n)
            return run.causes.of_shipments(start, stop)[:, number]

        return make

    return Table(
        n,
        {
            "od": coded(own.od, own.od_names),
            "k": _plain(lambda: own.k),
            "cargo": _fixed(lambda: own.kind, CARGO),
            "direction": _fixed(lambda: own.direction, DIRECTIONS),
            "commodity": coded(own.commodity, own.commodity_names),
            "corridor": coded(own.route, [route.corridor for route in routes]),
            "route": coded(own.route, [route.name for route in routes]),
            "origin": coded(own.origin, own.node_names),
            "destination": coded(own.destination, own.node_names),
            "in_boxes": _plain(lambda: run.in_boxes),
            "teu": _whole(lambda: own.mteu),
            "t": _whole(lambda: own.kg),
            "value_cny": _plain(lambda: own.value_cny, np.int64),
            "vot_pct_per_day": _plain(lambda: own.vot_pct_per_day),
            "planned_h": lambda rows: per_route("planned_h", rows),
            "cost_cny": paid("cost"),
            "subsidy_cny": paid("subsidy"),
            "release_s": _plain(lambda: own.release_s, np.int32),
            "cleared_s": _plain(lambda: run.cleared, np.int32),
            "delivered_s": _plain(lambda: run.delivered, np.int32),
            "door_to_door_s": door_to_door,
            **{f"{name}_s": cause(number) for number, name in enumerate(CAUSES)},
        },
    )


def _legs(run: _Run) -> Table:
    plan, log, legs = run.plan, run.log, run.plan.legs
    n = plan.n_legs
    node_of_call, node_names = _call_nodes(run)

    def node_at(calls: NDArray[np.integer]) -> Maker:
        def make(rows: slice) -> Coded:
            service = legs.service[rows]
            call = run.index.call_first[service] + calls[rows]
            return Coded(node_of_call[np.where(service >= 0, call, -1)], node_names)

        return make

    def bound(which: int) -> Maker:
        def make(rows: slice) -> NDArray[np.int32]:
            return leg_bounds(plan, log, slice(*rows.indices(n)))[which].astype(np.int32)

        return make

    def cause(number: int) -> Maker:
        def make(rows: slice) -> NDArray[np.int32]:
            start, stop, _ = rows.indices(n)
            # Parts of this table are legs of whole shipments.
            first, last = np.searchsorted(legs.first, [start, stop], side="left")
            if stop == n:
                last = len(legs.first) - 1
            return run.causes.of_legs(int(first), int(last))[:, number]

        return make

    return Table(
        n,
        {
            "shipment": _plain(lambda: legs.shipment, np.int32),
            "leg": lambda rows: (
                np.arange(*rows.indices(n)) - legs.first[legs.shipment[rows]]
            ).astype(np.int8),
            "service": coded(legs.service, plan.service_names),
            "board_call": _plain(lambda: legs.board_call, np.int8),
            "alight_call": _plain(lambda: legs.alight_call, np.int8),
            "board_node": node_at(legs.board_call),
            "alight_node": node_at(legs.alight_call),
            "departure": _plain(lambda: log.leg_departure, np.int64),
            "start_s": bound(0),
            "ready_s": _plain(lambda: log.leg_ready, np.int32),
            "board_s": _plain(lambda: log.leg_board, np.int32),
            "end_s": bound(1),
            **{f"{name}_s": cause(number) for number, name in enumerate(CAUSES)},
        },
    )


def _call_nodes(run: _Run) -> tuple[NDArray[np.signedinteger], tuple[str, ...]]:
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


def _departures(run: _Run) -> Table:
    # Counted without making what a summary can do without.
    n = int(np.count_nonzero(run.log.departure_status))
    codes, names = relabel(run.plan.service_names)
    return Table(
        n,
        {
            "departure": _plain(lambda: run.departures.departure, np.int64),
            "service": lambda rows: Coded(codes[run.departures.service[rows]], names),
            "number": _plain(lambda: run.departures.number, np.int32),
            "status": _fixed(lambda: run.departures.status, STATUSES),
            "due_s": _plain(lambda: run.departures.due, np.int32),
            "left_s": _plain(lambda: run.departures.time, np.int32),
            "vehicles": _plain(lambda: run.departures.vehicles, np.int32),
            "capacity_teu": _whole(lambda: run.departures.capacity_mteu),
            "capacity_t": _whole(lambda: run.departures.capacity_kg),
            "boarded_teu": _whole(lambda: run.departures.boarded_mteu),
            "peak_teu": _whole(lambda: run.departures.peak_mteu),
            "peak_t": _whole(lambda: run.departures.peak_kg),
            "left_behind_teu": _whole(lambda: run.departures.left_mteu),
            "is_full": _plain(lambda: run.departures.is_full),
        },
    )


def _facilities(run: _Run) -> Table:
    plan = run.plan
    ranks = np.flatnonzero(plan.resources.kind != LINK)
    months = run.clock.months
    names = [plan.resource_names[rank] for rank in ranks]
    # Row by row as `Occupancy` has them.
    of_row = np.repeat(np.arange(len(ranks)), len(months))
    return Table(
        len(of_row),
        {
            "facility": coded(of_row, names),
            "kind": coded(of_row, [run.kinds[name] for name in names]),
            "month": _fixed(lambda: run.occupancy.month, months),
            "visits": _plain(lambda: run.occupancy.visits),
            "background_visits": _plain(lambda: run.occupancy.background_visits),
            "teu": _whole(lambda: run.occupancy.mteu),
            "wait_s": _plain(lambda: run.occupancy.wait_s),
            "longest_wait_s": _plain(lambda: run.occupancy.longest_wait_s),
            "p95_wait_s": _plain(lambda: run.occupancy.p95_wait_s),
            "window_p95_wait_s": _plain(lambda: run.occupancy.window_p95_wait_s),
            "queue_s": _plain(lambda: run.occupancy.queue_s),
            "busy_s": _plain(lambda: run.occupancy.busy_s),
            "available_s": _plain(lambda: run.occupancy.available_s),
        },
    )


def _queues(run: _Run) -> Table:
    plan, weeks = run.plan, run.clock.weeks
    names = [plan.resource_names[rank] for rank in np.flatnonzero(plan.resources.kind != LINK)]
    # Row by row as `Queues` has them.
    of_row = np.repeat(np.arange(len(names)), len(weeks))
    return Table(
        len(of_row),
        {
            "facility": coded(of_row, names),
            "week": _fixed(lambda: run.queues.week, weeks),
            "queue_s": _plain(lambda: run.queues.queue_s),
        },
    )


def _lockages(run: _Run) -> Table:
    log = run.log
    return Table(
        len(log.lockage_resource),
        {
            "facility": coded(log.lockage_resource, run.plan.resource_names),
            "chamber": _plain(lambda: log.lockage_chamber, np.int8),
            "direction": _fixed(lambda: log.lockage_direction, LOCK_DIRECTIONS),
            "vessels": _plain(lambda: log.lockage_vessels, np.int32),
            "start_s": _plain(lambda: log.lockage_start, np.int32),
            "end_s": _plain(lambda: log.lockage_end, np.int32),
        },
    )


def _box_pools(run: _Run) -> Table:
    plan, months = run.plan, run.clock.months
    names = [plan.resource_names[rank] for rank in plan.boxes.resource]
    # Row by row as `BoxUse` has them.
    of_row = np.repeat(np.arange(len(names)), len(months))
    return Table(
        len(of_row),
        {
            "box_pool": coded(of_row, names),
            "month": _fixed(lambda: run.box_use.month, months),
            "shipments": _plain(lambda: run.box_use.shipments),
            "delayed_shipments": _plain(lambda: run.box_use.delayed),
            "taken_teu": _whole(lambda: run.box_use.taken_mteu),
            "loaded_back_teu": _whole(lambda: run.box_use.loaded_mteu),
            "empty_back_teu": _whole(lambda: run.box_use.empty_mteu),
            "waiting_teu_s": _whole(lambda: run.box_use.waiting_mteu_s),
            "stock_teu_s": _whole(lambda: run.box_use.stock_mteu_s),
            "lowest_stock_teu": _whole(lambda: run.box_use.lowest_mteu),
        },
    )
