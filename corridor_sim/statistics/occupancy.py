"""How busy facilities were, and who waited there, month by month and to the second."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corridor_sim.engine.events import EventLog
from corridor_sim.plan.tables import LINK, LOCK, UNLIMITED, Plan
from corridor_sim.statistics.indices import PlanIndex
from corridor_sim.statistics.loads import VisitLoads

__all__ = ["Occupancy", "integral_of_presence", "integral_of_steps", "visit_amounts"]

Ints = NDArray[np.int64]


def integral_of_presence(begin: Ints, end: Ints, edges: Ints) -> Ints:
    """Return the time spent between consecutive edges, summed over intervals.

    Parameters
    ----------
    begin, end : (n,) int64
        Intervals, seconds, begin <= end.
    edges : (m + 1,) int64
        Ascending seconds.

    Returns
    -------
    (m,) int64
        Seconds inside each bin.
    """

    def lived(moments: Ints) -> Ints:
        """Sum of min(moment, edge) over all moments, for each edge."""
        ordered = np.sort(moments)
        total = np.concatenate([[0], np.cumsum(ordered)])
        before = np.searchsorted(ordered, edges, side="right")
        amount: Ints = total[before] + (len(ordered) - before) * edges
        return amount

    return np.diff(lived(end) - lived(begin))


def integral_of_steps(times: Ints, values: Ints, edges: Ints) -> Ints:
    """Return the integral of a step function between consecutive edges.

    Parameters
    ----------
    times : (n,) int64
        Ascending seconds from which each value holds; none before the first edge is missed.
    values : (n,) int64
        Values.
    edges : (m + 1,) int64
        Ascending seconds.

    Returns
    -------
    (m,) int64
        Integrals.
    """
    total = np.concatenate([[0], np.cumsum(np.diff(times) * values[:-1])])
    row = np.maximum(np.searchsorted(times, edges, side="right") - 1, 0)
    return np.diff(total[row] + values[row] * (edges - times[row]))


def visit_amounts(plan: Plan, index: PlanIndex, loads: VisitLoads) -> Ints:
    """Return the load each visit was about, thousandths of a TEU.

    At a call that is what boarded and alighted, on the way what was aboard, for a box's own visit
    the box, and nothing for background traffic.

    Parameters
    ----------
    plan : Plan
        Plan of the run.
    index : PlanIndex
        Index of the plan.
    loads : VisitLoads
        Loads at every visit.

    Returns
    -------
    (V,) int64
        Thousandths of a TEU.
    """
    amount = np.zeros(plan.n_visits, dtype=np.int64)
    service = index.departure_service
    step = np.arange(plan.visits.shipment_first, dtype=np.int64)
    n_steps = index.n_steps[service]
    step -= np.repeat(index.departure_visit, n_steps)
    step += np.repeat(plan.services.step_first[service], n_steps)
    is_call = plan.services.step_call[step] >= 0
    amount[: plan.visits.shipment_first] = np.where(is_call, loads.moved_mteu, loads.after_mteu)
    own = np.diff(plan.legs.visit_first)
    shipment = np.repeat(plan.legs.shipment, own)
    amount[plan.visits.shipment_first : plan.visits.background_first] = plan.shipments.mteu[
        shipment
    ]
    return amount


@dataclass(frozen=True)
class Occupancy:
    """One row per facility and month of the measured window.

    Attributes
    ----------
    resource, month : (n,) int64
        Rank of the facility and number of the month.
    visits, background_visits : (n,) int64
        Visits that started in the month, and those of them by background traffic.
    mteu : (n,) int64
        Load of the visits that started, thousandths of a TEU.
    wait_s, longest_wait_s : (n,) int64
        Sum and largest of the waits of the visits that started.
    queue_s : (n,) int64
        Integral of the number waiting, those included that have not started.
    busy_s : (n,) int64
        Integral of the number of busy servers (for a lock: of busy flights).
    available_s : (n,) int64
        Integral of the larger of open and busy servers; -1 where servers are unlimited.
    """

    resource: Ints
    month: Ints
    visits: Ints
    background_visits: Ints
    mteu: Ints
    wait_s: Ints
    longest_wait_s: Ints
    queue_s: Ints
    busy_s: Ints
    available_s: Ints

    @classmethod
    def of(cls, plan: Plan, log: EventLog, amounts: Ints, edges: Ints) -> Occupancy:
        """Measure every facility and lock between the edges.

        Parameters
        ----------
        plan : Plan
            Plan of the run.
        log : EventLog
            Stamps of the run.
        amounts : (V,) int64
            From `visit_amounts`.
        edges : (m + 1,) int64
            Seconds at which the months begin, and the end of the last.

        Returns
        -------
        Occupancy
            One row per facility and month.
        """
        resource = plan.visits.resource
        came = np.flatnonzero((log.visit_queued >= 0) & (resource >= 0))
        came = came[plan.resources.kind[resource[came]] != LINK]
        came = came[np.argsort(resource[came], kind="stable")]
        ranks = np.flatnonzero(plan.resources.kind != LINK)
        first = np.searchsorted(resource[came], ranks, side="left")
        end = np.searchsorted(resource[came], ranks, side="right")
        n_months = len(edges) - 1
        columns = np.zeros((8, len(ranks), n_months), dtype=np.int64)
        for row, rank in enumerate(ranks):
            visits = came[first[row] : end[row]]
            _measure(plan, log, int(rank), visits, amounts[visits], edges, columns[:, row])
        resources = np.repeat(ranks.astype(np.int64), n_months)
        months = np.tile(np.arange(n_months, dtype=np.int64), len(ranks))
        return cls(resources, months, *columns.reshape(8, -1))


def _measure(
    plan: Plan, log: EventLog, rank: int, visits: Ints, amounts: Ints, edges: Ints, out: Ints
) -> None:
    """Fill the columns (8, months) of one facility."""
    n_months = len(edges) - 1
    queued, start, end = log.visit_queued[visits], log.visit_start[visits], log.visit_end[visits]
    has_started = start >= 0
    month = np.searchsorted(edges, start, side="right") - 1
    counted = has_started & (month >= 0) & (month < n_months)
    month, wait = month[counted], (start - queued)[counted]
    is_background = visits[counted] >= plan.visits.background_first
    out[0] = np.bincount(month, minlength=n_months)
    out[1] = np.bincount(month[is_background], minlength=n_months)
    np.add.at(out[2], month, amounts[counted])
    np.add.at(out[3], month, wait)
    np.maximum.at(out[4], month, wait)
    out[5] = integral_of_presence(queued, np.where(has_started, start, plan.horizon), edges)
    if plan.resources.kind[rank] == LOCK:
        here = log.lockage_resource == rank
        begin, over = log.lockage_start[here], log.lockage_end[here]
    else:
        begin, over = start[has_started], end[has_started]
    out[6] = integral_of_presence(begin, over, edges)
    rows = slice(int(plan.resources.row_first[rank]), int(plan.resources.row_first[rank + 1]))
    times, servers = plan.resources.row_time[rows], plan.resources.row_servers[rows]
    if servers.max() >= UNLIMITED:
        out[7] = -1
        return
    out[7] = integral_of_steps(times, servers, edges) + _overtime(
        begin, over, times, servers, edges
    )


def _overtime(begin: Ints, over: Ints, times: Ints, servers: Ints, edges: Ints) -> Ints:
    """Return the integral of busy servers beyond the open ones: visits that outlast a closing."""
    if len(times) == 1:
        return np.zeros(len(edges) - 1, dtype=np.int64)
    moments = np.unique(np.concatenate([begin, over, times, edges]))
    busy = np.searchsorted(np.sort(begin), moments, side="right") - np.searchsorted(
        np.sort(over), moments, side="right"
    )
    open_now = servers[np.maximum(np.searchsorted(times, moments, side="right") - 1, 0)]
    return integral_of_steps(moments, np.maximum(busy - open_now, 0), edges)
