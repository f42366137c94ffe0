"""The tables of a run made from its plan and stamps, column by column as they are asked for."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corridor_sim.engine.events import EventLog
from corridor_sim.plan.tables import LINK, Plan
from corridor_sim.statistics.clock import Clock
from corridor_sim.statistics.columns import (
    Coded,
    Maker,
    Rows,
    Table,
    Thousandths,
    coded,
    fixed,
    plain,
    relabel,
    whole,
)
from corridor_sim.statistics.journeys import leg_table, shipment_table
from corridor_sim.statistics.sources import Sources
from corridor_sim.statistics.tables import LOCK_DIRECTIONS, STATUSES, RunTables

if TYPE_CHECKING:
    from corridor_sim.network import Network

__all__ = ["build_tables"]

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
    run = Sources(plan, log, network, clock)
    return RunTables(
        {
            "shipments": shipment_table(run),
            "legs": leg_table(run),
            "departures": _departures(run),
            "facilities": _facilities(run),
            "queues": _queues(run),
            "lockages": _lockages(run),
            "box_pools": _box_pools(run),
        },
        _pieces(plan),
        let_go=run.let_go,
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


def _departures(run: Sources) -> Table:
    # Counted without making what a summary can do without.
    n = int(np.count_nonzero(run.log.departure_status))
    codes, names = relabel(run.plan.service_names)

    def numbers(which: str, kind: type[np.generic] | None = None) -> Maker:
        def make(rows: Rows) -> NDArray[Any]:
            found: NDArray[Any] = getattr(run.departures.part(rows), which)
            return found if kind is None else found.astype(kind, copy=False)

        return make

    def amounts(which: str) -> Maker:
        return lambda rows: Thousandths(getattr(run.departures.part(rows), which))

    columns: dict[str, Maker] = {
        "departure": numbers("departure", np.int64),
        "service": lambda rows: Coded(codes[run.departures.part(rows).service], names),
        "number": numbers("number", np.int32),
        "status": lambda rows: Coded(run.departures.part(rows).status, STATUSES),
        "due_s": numbers("due", np.int32),
        "left_s": numbers("time", np.int32),
        "vehicles": numbers("vehicles", np.int32),
        "capacity_teu": amounts("capacity_mteu"),
        "capacity_t": amounts("capacity_kg"),
        "boarded_teu": amounts("boarded_mteu"),
        "peak_teu": amounts("peak_mteu"),
        "peak_t": amounts("peak_kg"),
        "left_behind_teu": amounts("left_mteu"),
        "is_full": numbers("is_full"),
    }
    return Table(n, columns, light=columns)


def _facilities(run: Sources) -> Table:
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
            "month": fixed(lambda: run.occupancy.month, months),
            "visits": plain(lambda: run.occupancy.visits),
            "background_visits": plain(lambda: run.occupancy.background_visits),
            "teu": whole(lambda: run.occupancy.mteu),
            "wait_s": plain(lambda: run.occupancy.wait_s),
            "longest_wait_s": plain(lambda: run.occupancy.longest_wait_s),
            "p95_wait_s": plain(lambda: run.occupancy.p95_wait_s),
            "window_p95_wait_s": plain(lambda: run.occupancy.window_p95_wait_s),
            "queue_s": plain(lambda: run.occupancy.queue_s),
            "busy_s": plain(lambda: run.occupancy.busy_s),
            "available_s": plain(lambda: run.occupancy.available_s),
        },
    )


def _queues(run: Sources) -> Table:
    plan, weeks = run.plan, run.clock.weeks
    names = [plan.resource_names[rank] for rank in np.flatnonzero(plan.resources.kind != LINK)]
    # Row by row as `Queues` has them.
    of_row = np.repeat(np.arange(len(names)), len(weeks))
    return Table(
        len(of_row),
        {
            "facility": coded(of_row, names),
            "week": fixed(lambda: run.queues.week, weeks),
            "queue_s": plain(lambda: run.queues.queue_s),
        },
    )


def _lockages(run: Sources) -> Table:
    log = run.log
    return Table(
        len(log.lockage_resource),
        {
            "facility": coded(log.lockage_resource, run.plan.resource_names),
            "chamber": plain(lambda: log.lockage_chamber, np.int8),
            "direction": fixed(lambda: log.lockage_direction, LOCK_DIRECTIONS),
            "vessels": plain(lambda: log.lockage_vessels, np.int32),
            "start_s": plain(lambda: log.lockage_start, np.int32),
            "end_s": plain(lambda: log.lockage_end, np.int32),
        },
    )


def _box_pools(run: Sources) -> Table:
    plan, months = run.plan, run.clock.months
    names = [plan.resource_names[rank] for rank in plan.boxes.resource]
    # Row by row as `BoxUse` has them.
    of_row = np.repeat(np.arange(len(names)), len(months))
    return Table(
        len(of_row),
        {
            "box_pool": coded(of_row, names),
            "month": fixed(lambda: run.box_use.month, months),
            "shipments": plain(lambda: run.box_use.shipments),
            "delayed_shipments": plain(lambda: run.box_use.delayed),
            "taken_teu": whole(lambda: run.box_use.taken_mteu),
            "loaded_back_teu": whole(lambda: run.box_use.loaded_mteu),
            "empty_back_teu": whole(lambda: run.box_use.empty_mteu),
            "waiting_teu_s": whole(lambda: run.box_use.waiting_mteu_s),
            "stock_teu_s": whole(lambda: run.box_use.stock_mteu_s),
            "lowest_stock_teu": whole(lambda: run.box_use.lowest_mteu),
        },
    )
