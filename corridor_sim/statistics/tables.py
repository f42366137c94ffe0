"""The tables of a run: what a result folder holds, and all that the statistics read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corridor_sim.engine.events import EventLog
from corridor_sim.plan.tables import LINK, Plan
from corridor_sim.statistics.causes import leg_bounds, leg_causes
from corridor_sim.statistics.clock import Clock
from corridor_sim.statistics.indices import PlanIndex
from corridor_sim.statistics.loads import STATUS_NAMES, DepartureFacts, VisitLoads
from corridor_sim.statistics.occupancy import Occupancy, visit_amounts
from corridor_sim.statistics.paths import call_nodes

if TYPE_CHECKING:
    from corridor_sim.network import Network

__all__ = ["CARGO", "DIRECTIONS", "RunTables", "build_tables", "vocabulary"]

Ints = NDArray[np.int64]

DIRECTIONS = ("export", "import", "other")
CARGO = ("own", "domestic", "transit", "empty")
STATUSES = tuple(STATUS_NAMES.values())
LOCK_DIRECTIONS = ("down", "up")


def vocabulary(table: str, column: str, clock: Clock) -> tuple[str, ...] | None:
    """Return the names of a column in their fixed order; None where they are sorted as text.

    Parameters
    ----------
    table, column : str
        Where the names stand.
    clock : Clock
        Names of the months.

    Returns
    -------
    tuple of str or None
        Names.
    """
    return {
        ("shipments", "cargo"): CARGO,
        ("shipments", "direction"): DIRECTIONS,
        ("departures", "status"): STATUSES,
        ("facilities", "month"): clock.months,
        ("lockages", "direction"): LOCK_DIRECTIONS,
    }.get((table, column))


@dataclass(frozen=True)
class RunTables:
    """Tidy frames of one run; seconds count from the start of the simulated span, -1 is never.

    Attributes
    ----------
    shipments : DataFrame
        One row per shipment, the unserved included: od, k, cargo, direction, commodity, corridor,
        route, origin, destination, teu, t, value_cny, vot_pct_per_day, planned_h, cost_cny,
        release_s, cleared_s, delivered_s, door_to_door_s, and one column per wait cause. The
        causes add up to door_to_door_s; they are 0 until the delivery.
    legs : DataFrame
        One row per leg and one for the delivery of each served shipment: shipment (row number),
        leg, service, board_call, alight_call, board_node, alight_node, departure, start_s,
        ready_s, board_s, end_s, and one column per wait cause that add up to end_s - start_s.
    departures : DataFrame
        One row per departure that left or was cancelled, see `loads.DepartureFacts`.
    facilities : DataFrame
        One row per facility and month of the measured window, see `occupancy.Occupancy`.
    lockages : DataFrame
        One row per lockage: facility, chamber, direction, vessels, start_s, end_s.
    """

    shipments: pd.DataFrame
    legs: pd.DataFrame
    departures: pd.DataFrame
    facilities: pd.DataFrame
    lockages: pd.DataFrame

    def items(self) -> list[tuple[str, pd.DataFrame]]:
        """Return names and frames."""
        return [(field.name, getattr(self, field.name)) for field in fields(self)]


def _fixed(codes: NDArray[np.integer], names: Sequence[str]) -> pd.Categorical[str]:
    """Return names by code in an order of their own; -1 is missing."""
    return pd.Categorical.from_codes(codes, categories=pd.Index(list(names)))


def _named(codes: NDArray[np.integer], labels: Sequence[str]) -> pd.Categorical[str]:
    """Return labels by code, sorted as text; labels may repeat, -1 is missing."""
    names = sorted(set(labels))
    place = {name: number for number, name in enumerate(names)}
    code_of = np.array([place[label] for label in labels] + [-1], dtype=np.int32)
    return _fixed(code_of[codes], names)


def build_tables(plan: Plan, log: EventLog, network: Network, clock: Clock) -> RunTables:
    """Make the tables of a run from its plan and stamps.

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
        Frames.

    Raises
    ------
    ArithmeticError
        If the wait causes of a shipment do not add up.
    """
    index = PlanIndex.of(plan)
    kinds = {str(name): str(kind) for name, kind in network.facilities["kind"].items()}
    causes = leg_causes(plan, log, index, kinds)
    loads = VisitLoads.of(plan, log, index)
    departures = DepartureFacts.of(plan, log, index, loads)
    amounts = visit_amounts(plan, index, loads)
    occupancy = Occupancy.of(plan, log, amounts, clock.month_edges)
    return RunTables(
        shipments=_shipments(plan, log, network, causes),
        legs=_legs(plan, log, network, index, causes),
        departures=_departures(plan, departures),
        facilities=_facilities(plan, kinds, occupancy, clock),
        lockages=_lockages(plan, log),
    )


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
    shipment = np.repeat(plan.legs.shipment, np.diff(plan.legs.visit_first))
    over = log.visit_end[first:end]
    counts = clearing[plan.visits.resource[first:end]] & (over >= 0) & (over < plan.horizon)
    cleared = np.full(len(plan.shipments.mteu), np.iinfo(np.int64).max, dtype=np.int64)
    np.minimum.at(cleared, shipment[counts], over[counts])
    cleared[cleared == np.iinfo(np.int64).max] = -1
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


def _shipments(
    plan: Plan, log: EventLog, network: Network, causes: Mapping[str, NDArray[np.int32]]
) -> pd.DataFrame:
    own = plan.shipments
    routes = list(own.routes.routes)
    route = own.route.astype(np.int64)
    clears = {str(name): bool(value) for name, value in network.facilities["clears"].items()}
    cleared = cleared_seconds(plan, log, clears)
    delivered = delivered_seconds(plan, log)
    is_delivered = delivered >= 0

    def per_route(values: list[float]) -> NDArray[np.float64]:
        of_shipment: NDArray[np.float64] = np.array([*values, np.nan], dtype=np.float64)[route]
        return of_shipment

    teu, t = own.mteu / 1000, own.kg / 1000
    cost = np.rint(
        per_route([r.cost_cny_per_teu for r in routes]) * teu
        + per_route([r.cost_cny_per_t for r in routes]) * t
    )
    columns: dict[str, object] = {
        "od": _named(own.od, own.od_names),
        "k": own.k,
        "cargo": _fixed(own.kind, CARGO),
        "direction": _fixed(own.direction, DIRECTIONS),
        "commodity": _named(own.commodity, own.commodity_names),
        "corridor": _named(route, [r.corridor for r in routes]),
        "route": _named(own.route, [r.name for r in routes]),
        "origin": _named(own.origin, own.node_names),
        "destination": _named(own.destination, own.node_names),
        "teu": teu,
        "t": t,
        "value_cny": own.value_cny,
        "vot_pct_per_day": own.vot_pct_per_day,
        "planned_h": per_route([r.planned_h for r in routes]),
        "cost_cny": cost,
        "release_s": own.release_s.astype(np.int32),
        "cleared_s": cleared.astype(np.int32),
        "delivered_s": delivered.astype(np.int32),
        "door_to_door_s": np.where(is_delivered, delivered - own.release_s, -1).astype(np.int32),
    }
    first = plan.legs.first
    for cause, seconds in causes.items():
        total = np.concatenate([[0], np.cumsum(seconds, dtype=np.int64)])
        whole = total[first[1:]] - total[first[:-1]]
        columns[f"{cause}_s"] = np.where(is_delivered, whole, 0).astype(np.int32)
    return pd.DataFrame(columns)


def _legs(
    plan: Plan,
    log: EventLog,
    network: Network,
    index: PlanIndex,
    causes: Mapping[str, NDArray[np.int32]],
) -> pd.DataFrame:
    legs = plan.legs
    nodes = call_nodes(network).set_index(["service", "call"])["node"]
    names = sorted(set(nodes))
    place = {name: number for number, name in enumerate(names)}
    node_of_call = np.array(
        [
            place[nodes[(service, call)]]
            for rank, service in enumerate(plan.service_names)
            for call in range(int(plan.services.n_calls[rank]))
        ]
        + [-1],
        dtype=np.int32,
    )
    service = legs.service.astype(np.int64)
    rides = service >= 0

    def node_at(call: NDArray[np.int32]) -> pd.Categorical[str]:
        number = np.where(rides, index.call_first[service] + call, -1)
        return _named(node_of_call[number], names)

    start, end = leg_bounds(plan, log)
    columns: dict[str, object] = {
        "shipment": legs.shipment,
        "leg": (np.arange(len(service)) - legs.first[legs.shipment]).astype(np.int8),
        "service": _named(legs.service, plan.service_names),
        "board_call": legs.board_call.astype(np.int8),
        "alight_call": legs.alight_call.astype(np.int8),
        "board_node": node_at(legs.board_call),
        "alight_node": node_at(legs.alight_call),
        "departure": log.leg_departure,
        "start_s": start.astype(np.int32),
        "ready_s": log.leg_ready.astype(np.int32),
        "board_s": log.leg_board.astype(np.int32),
        "end_s": end.astype(np.int32),
    }
    columns.update({f"{cause}_s": seconds for cause, seconds in causes.items()})
    return pd.DataFrame(columns)


def _departures(plan: Plan, facts: DepartureFacts) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "departure": facts.departure,
            "service": _named(facts.service, plan.service_names),
            "number": facts.number.astype(np.int32),
            "status": _fixed(facts.status, STATUSES),
            "due_s": facts.due.astype(np.int32),
            "left_s": facts.time.astype(np.int32),
            "vehicles": facts.vehicles.astype(np.int32),
            "capacity_teu": facts.capacity_mteu / 1000,
            "capacity_t": facts.capacity_kg / 1000,
            "boarded_teu": facts.boarded_mteu / 1000,
            "peak_teu": facts.peak_mteu / 1000,
            "peak_t": facts.peak_kg / 1000,
            "left_behind_teu": facts.left_mteu / 1000,
            "is_full": facts.is_full,
        }
    )


def _facilities(
    plan: Plan, kinds: Mapping[str, str], occupancy: Occupancy, clock: Clock
) -> pd.DataFrame:
    ranks = np.flatnonzero(plan.resources.kind != LINK)
    names = [plan.resource_names[rank] for rank in ranks]
    code = np.searchsorted(ranks, occupancy.resource)
    return pd.DataFrame(
        {
            "facility": _named(code, names),
            "kind": _named(code, [kinds[name] for name in names]),
            "month": _fixed(occupancy.month, clock.months),
            "visits": occupancy.visits,
            "background_visits": occupancy.background_visits,
            "teu": occupancy.mteu / 1000,
            "wait_s": occupancy.wait_s,
            "longest_wait_s": occupancy.longest_wait_s,
            "queue_s": occupancy.queue_s,
            "busy_s": occupancy.busy_s,
            "available_s": occupancy.available_s,
        }
    )


def _lockages(plan: Plan, log: EventLog) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "facility": _named(log.lockage_resource, plan.resource_names),
            "chamber": log.lockage_chamber.astype(np.int8),
            "direction": _fixed(log.lockage_direction, LOCK_DIRECTIONS),
            "vessels": log.lockage_vessels.astype(np.int32),
            "start_s": log.lockage_start.astype(np.int32),
            "end_s": log.lockage_end.astype(np.int32),
        }
    )
