"""How busy facilities were, and who waited there, month by month and to the second."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corridor_sim.compiled import compiled, has_compiler
from corridor_sim.engine.events import EventLog
from corridor_sim.plan.tables import LINK, LOCK, UNLIMITED, Plan
from corridor_sim.statistics.grouping import whole_sums
from corridor_sim.statistics.indices import PlanIndex
from corridor_sim.statistics.occupancy_loop import add_up_visits, gather_waits
from corridor_sim.statistics.stop_loads import StopLoads

__all__ = ["Occupancy", "integral_of_presence", "integral_of_steps", "visit_amounts"]

Ints = NDArray[np.int64]
Rows = NDArray[np.int16]
Seconds = NDArray[np.int32]


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


def visit_amounts(plan: Plan, index: PlanIndex, loads: StopLoads) -> Ints:
    """Return the load each visit was about, thousandths of a TEU.

    At a call that is what boarded and alighted, on the way what was aboard, for a box's own visit
    the box, and nothing for background traffic.

    Parameters
    ----------
    plan : Plan
        Plan of the run.
    index : PlanIndex
        Index of the plan.
    loads : StopLoads
        Loads at every stop.

    Returns
    -------
    (V,) int64
        Thousandths of a TEU.
    """
    amount = np.zeros(plan.n_visits, dtype=np.int64)
    of_departures = amount[: plan.visits.shipment_first]
    services = plan.services
    # The last call up to each step, step by step within the services.
    is_call = services.step_call >= 0
    call = np.cumsum(is_call) - 1
    call -= np.repeat(index.call_first[:-1], index.n_steps)
    stop = 0
    for rank, (n_steps, n_calls) in enumerate(zip(index.n_steps, services.n_calls, strict=True)):
        n = int(np.diff(services.departure_first[rank : rank + 2])[0])
        first = int(services.visit_first[rank])
        here = of_departures[first : first + n * int(n_steps)].reshape(n, n_steps)
        steps = slice(*services.step_first[rank : rank + 2].tolist())
        stops = slice(stop, stop + n * int(n_calls))
        stop = stops.stop
        after = loads.after_mteu[stops].reshape(n, n_calls)
        moved = loads.moved_mteu[stops].reshape(n, n_calls)
        here[:] = np.where(is_call[steps], moved[:, call[steps]], after[:, call[steps]])
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
    p95_wait_s, window_p95_wait_s : (n,) int64
        Shortest wait that 95 % of the visits that started did not exceed: those of the month, and
        those of the whole window, told in each of its months; -1 where none started.
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
    p95_wait_s: Ints
    window_p95_wait_s: Ints
    queue_s: Ints
    busy_s: Ints
    available_s: Ints

    @classmethod
    def of(
        cls,
        plan: Plan,
        log: EventLog,
        index: PlanIndex,
        loads: StopLoads,
        edges: Ints,
        *,
        by_loop: bool | None = None,
    ) -> Occupancy:
        """Measure every facility and lock between the edges.

        Parameters
        ----------
        plan : Plan
            Plan of the run.
        log : EventLog
            Stamps of the run.
        index : PlanIndex
            Index of the plan.
        loads : StopLoads
            Loads at every stop of a departure.
        edges : (m + 1,) int64
            Seconds at which the months begin, and the end of the last.
        by_loop : bool, optional
            Whether the compiled loop adds up, or whole arrays; where numba is installed if not
            given.

        Returns
        -------
        Occupancy
            One row per facility and month.
        """
        ranks = np.flatnonzero(plan.resources.kind != LINK)
        n_months = len(edges) - 1
        row_of = np.full(len(plan.resources.kind) + 1, -1, dtype=np.int16)
        row_of[ranks] = np.arange(len(ranks))
        columns = np.zeros((8, len(ranks), n_months), dtype=np.int64)
        if has_compiler() if by_loop is None else by_loop:
            waits = _add_up_by_loop(plan, log, loads, row_of, edges, columns)
        else:
            waits = _add_up_by_arrays(plan, log, index, loads, row_of, edges, columns)
        of_months, of_window = _high_waits(waits, columns[0])
        for number, rank in enumerate(ranks):
            flights = np.flatnonzero(log.lockage_resource == rank)
            if plan.resources.kind[rank] == LOCK:
                columns[6, number] = integral_of_presence(
                    log.lockage_start[flights], log.lockage_end[flights], edges
                )
            columns[7, number] = _opened(plan, int(rank), edges)
        _add_overtime(plan, log, row_of, edges, columns[7])
        resources = np.repeat(ranks.astype(np.int64), n_months)
        months = np.tile(np.arange(n_months, dtype=np.int64), len(ranks))
        visits, background, mteu, wait, longest, *integrals = columns.reshape(8, -1)
        high = of_months.ravel(), of_window.ravel()
        return cls(resources, months, visits, background, mteu, wait, longest, *high, *integrals)


def _high_waits(waits: Seconds, visits: Ints) -> tuple[Ints, Ints]:
    """Return the 95 % waits of months and of the window, (rows, m) each, -1 where no visit began.

    The waits of a month lie side by side, in the order of facilities and months; each month's are
    put in another order here.
    """
    of_months, of_window = np.full_like(visits, -1), np.full_like(visits, -1)
    ends = np.cumsum(visits).reshape(visits.shape)
    for row, month in zip(*np.nonzero(visits), strict=True):
        end = ends[row, month]
        of_months[row, month] = _high_wait(waits[end - visits[row, month] : end])
    for row in np.flatnonzero(visits.any(axis=1)):
        end = ends[row, -1]
        of_window[row] = _high_wait(waits[end - visits[row].sum() : end])
    return of_months, of_window


def _high_wait(waits: Seconds) -> int:
    """Return the wait with at least 95 % of all waits up to it; they are put in another order."""
    # Whole numbers, as 0.95 is no float.
    rank = -(-19 * len(waits) // 20) - 1
    waits.partition(rank)
    return int(waits[rank])


def _add_up_by_loop(
    plan: Plan, log: EventLog, loads: StopLoads, row_of: Rows, edges: Ints, columns: Ints
) -> Seconds:
    """Fill in the columns; return the waits of the visits that started, month by month."""
    services, legs = plan.services, plan.legs
    visits = (plan.visits.resource, log.visit_queued, log.visit_start)
    compiled(add_up_visits)(
        plan.horizon,
        plan.visits.background_first,
        edges,
        row_of,
        (*visits, log.visit_end),
        (services.visit_first, services.step_first, services.step_call),
        (legs.visit_first, legs.shipment, plan.shipments.mteu),
        (loads.after_mteu, loads.moved_mteu),
        columns,
    )
    first = (np.cumsum(columns[0]) - columns[0].ravel()).reshape(columns[0].shape)
    waits = np.empty(int(columns[0].sum()), dtype=np.int32)
    compiled(gather_waits)(edges, row_of, visits, first, waits)
    return waits


def _add_up_by_arrays(
    plan: Plan,
    log: EventLog,
    index: PlanIndex,
    loads: StopLoads,
    row_of: Rows,
    edges: Ints,
    columns: Ints,
) -> Seconds:
    """Fill in the columns; return the waits of the visits that started, month by month."""
    amounts = visit_amounts(plan, index, loads)
    of_visit = row_of[plan.visits.resource]
    came = np.flatnonzero((of_visit >= 0) & (log.visit_queued >= 0))
    row = of_visit[came].astype(np.int64)
    queued, start, end = log.visit_queued[came], log.visit_start[came], log.visit_end[came]
    has_started = start >= 0
    n_months = len(edges) - 1
    cells = _Cells(row, columns.shape[1], edges)
    month = cells.month_of(start)
    counted = np.flatnonzero(has_started & (month >= 0) & (month < n_months))
    wait = (start - queued)[counted]
    cell = row[counted] * n_months + month[counted]
    n = columns[0].size
    columns[0].flat = np.bincount(cell, minlength=n)
    is_background = came[counted] >= plan.visits.background_first
    columns[1].flat = np.bincount(cell[is_background], minlength=n)
    columns[2].flat = whole_sums(cell, amounts[came[counted]], n)
    columns[3].flat = whole_sums(cell, wait, n)
    longest = np.zeros(n, dtype=np.int64)
    np.maximum.at(longest, cell, wait)
    columns[4].flat = longest
    columns[5] = cells.presence(queued, np.where(has_started, start, plan.horizon))
    columns[6] = cells.presence(start[has_started], end[has_started], has_started)
    # Short numbers are sorted many times faster.
    order = np.argsort(cell.astype(np.min_scalar_type(n)), kind="stable")
    return wait[order].astype(np.int32)


class _Cells:
    """Sums by facility and month over all visits at once.

    Parameters
    ----------
    row : (n,) int64
        Facility of every visit.
    n_rows : int
        Number of facilities.
    edges : (m + 1,) int64
        Ascending seconds.
    """

    def __init__(self, row: Ints, n_rows: int, edges: Ints) -> None:
        self._row, self._n_rows, self._edges = row, n_rows, edges

    def month_of(self, seconds: Ints) -> Ints:
        """Return the number of the bin of each second, -1 before the first."""
        return np.searchsorted(self._edges, seconds, side="right") - 1

    def presence(
        self, begin: Ints, end: Ints, chosen: NDArray[np.bool_] | slice = slice(None)
    ) -> Ints:
        """Return `integral_of_presence` of every facility, of the chosen visits.

        Returns
        -------
        (n_rows, m) int64
            Seconds inside each bin.
        """
        row = self._row[chosen]
        return np.diff(self._lived(row, end) - self._lived(row, begin), axis=1)

    def _lived(self, row: Ints, moments: Ints) -> Ints:
        """Sum of min(moment, edge) over the moments of a facility, for each edge."""
        n_bins = len(self._edges) + 1
        cell = row * n_bins + self.month_of(moments) + 1
        shape = (self._n_rows, n_bins)
        number = np.bincount(cell, minlength=self._n_rows * n_bins).reshape(shape)
        total = whole_sums(cell, moments, self._n_rows * n_bins).reshape(shape)
        # Bin k holds the moments from edge k - 1 on, so that all up to bin k are before edge k.
        before = np.cumsum(total, axis=1)[:, :-1]
        after = number.sum(axis=1, keepdims=True) - np.cumsum(number, axis=1)[:, :-1]
        lived: Ints = before + after * self._edges
        return lived


def _rows_of(plan: Plan, rank: int) -> tuple[Ints, Ints]:
    """Return seconds and servers of the step function of a facility's capacity."""
    rows = slice(int(plan.resources.row_first[rank]), int(plan.resources.row_first[rank + 1]))
    return plan.resources.row_time[rows], plan.resources.row_servers[rows]


def _opened(plan: Plan, rank: int, edges: Ints) -> Ints | int:
    """Return the integral of open servers; -1 where they are unlimited."""
    times, servers = _rows_of(plan, rank)
    return -1 if servers.max() >= UNLIMITED else integral_of_steps(times, servers, edges)


def _add_overtime(plan: Plan, log: EventLog, row_of: Rows, edges: Ints, available: Ints) -> None:
    """Add the busy servers beyond the open ones to what facilities had available."""
    changes = np.diff(plan.resources.row_first) > 1
    is_lock = plan.resources.kind == LOCK
    wanted = np.append(changes & ~is_lock, False)
    wanted[:-1][row_of[:-1] < 0] = False
    wanted[:-1][row_of[:-1] >= 0] &= available[row_of[:-1][row_of[:-1] >= 0], 0] >= 0
    visits = np.flatnonzero(wanted[plan.visits.resource])
    visits = visits[log.visit_start[visits] >= 0]
    resource = plan.visits.resource[visits].astype(np.int16)
    order = np.argsort(resource, kind="stable")
    visits, resource = visits[order], resource[order]
    for rank in np.flatnonzero(wanted):
        here = visits[slice(*np.searchsorted(resource, [rank, rank + 1]))]
        begin, over = log.visit_start[here], log.visit_end[here]
        available[row_of[rank]] += _overtime(begin, over, *_rows_of(plan, int(rank)), edges)
    for rank in np.flatnonzero(changes & is_lock):
        here = log.lockage_resource == rank
        begin, over = log.lockage_start[here], log.lockage_end[here]
        if available[row_of[rank], 0] >= 0:
            available[row_of[rank]] += _overtime(begin, over, *_rows_of(plan, int(rank)), edges)


def _overtime(begin: Ints, over: Ints, times: Ints, servers: Ints, edges: Ints) -> Ints:
    """Return the integral of busy servers beyond the open ones: visits that outlast a closing."""
    begin, over = np.sort(begin), np.sort(over)
    moments = np.sort(np.concatenate([begin, over, times, edges]), kind="stable")
    moments = moments[np.append(moments[1:] != moments[:-1], True)]
    busy = np.searchsorted(begin, moments, side="right") - np.searchsorted(
        over, moments, side="right"
    )
    open_now = servers[np.maximum(np.searchsorted(times, moments, side="right") - 1, 0)]
    return integral_of_steps(moments, np.maximum(busy - open_now, 0), edges)
