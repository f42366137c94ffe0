"""What only the stamps of a run tell: who waited in each queue, and how long queues were."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corridor_sim.plan.tables import LINK
from corridor_sim.statistics.indices import PlanIndex
from corridor_sim.statistics.occupancy import Occupancy
from corridor_sim.statistics.stop_loads import StopLoads

if TYPE_CHECKING:
    from corridor_sim.engine.events import EventLog
    from corridor_sim.plan.tables import Plan
    from corridor_sim.results import Results

__all__ = ["Closure", "HeldUp", "Stamps"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_DAY_S, _HOUR_S = 86_400, 3_600
#: A queue is cleared when no more than this share of what a closure added is left.
_LEFT_SHARE = 0.05
#: Chongqing's own trade among the kinds of cargo.
_OWN = 0


@dataclass(frozen=True)
class HeldUp:
    """What waited in the queues of each resource, of visits that started in the window.

    Attributes
    ----------
    mean_wait_h, p95_wait_h : (R,) float64
        Of visits with cargo aboard; NaN without visits.
    teu_days : (R,) float64
        TEU times days of waiting, all cargo.
    cny_days : (R,) float64
        Yuan times days of waiting, Chongqing's own trade.
    """

    mean_wait_h: Floats
    p95_wait_h: Floats
    teu_days: Floats
    cny_days: Floats


@dataclass(frozen=True)
class Closure:
    """A span in which a resource was shut, with the queue before it.

    Attributes
    ----------
    resource : int
        Rank.
    start, end : int
        Seconds.
    before, peak : int
        Number waiting when it began, and the most until the queue was cleared.
    clear_s : int
        Seconds from its end until all but a twentieth of what it added had gone; -1 where that
        was not reached.
    """

    resource: int
    start: int
    end: int
    before: int
    peak: int
    clear_s: int


class Stamps:
    """Joins of the plan and the stamps of a run.

    Parameters
    ----------
    results : Results
        Fresh, for a folder holds neither plan nor stamps.
    """

    def __init__(self, results: Results) -> None:
        self.plan: Plan = results.plan
        self.log: EventLog = results.log
        self.clock = results.clock
        self.rank = {name: rank for rank, name in enumerate(self.plan.resource_names)}

    @cached_property
    def index(self) -> PlanIndex:
        """Joins between the tables of the plan."""
        return PlanIndex.of(self.plan)

    # -- who waited ----------------------------------------------------------------------------

    def _about(self, amount: Floats) -> Floats:
        """Return what each visit holds up: aboard after it or alighting at it, or the box itself.

        Parameters
        ----------
        amount : (n,) float64
            Of each shipment.

        Returns
        -------
        (V,) float64
            By visit; nothing for background traffic.
        """
        plan, log = self.plan, self.log
        rode = np.flatnonzero(log.leg_departure >= 0)
        departure = log.leg_departure[rode]
        of_leg = amount[plan.legs.shipment[rode]]
        n = plan.visits.shipment_first
        board, alight = (
            self.index.visit_at_call(departure, calls[rode].astype(np.int64))
            for calls in (plan.legs.board_call, plan.legs.alight_call)
        )
        got_off = np.bincount(alight, of_leg, n)
        about = np.zeros(plan.n_visits)
        about[:n] = np.cumsum(np.bincount(board, of_leg, n) - got_off) + got_off
        own = np.repeat(plan.legs.shipment, np.diff(plan.legs.visit_first))
        about[n : plan.visits.background_first] = amount[own]
        return about

    @cached_property
    def teu_at_visits(self) -> Floats:
        """TEU that each visit holds up, all cargo."""
        return self._about(self.plan.shipments.mteu / 1000)

    @cached_property
    def cny_at_visits(self) -> Floats:
        """Yuan of Chongqing's own trade that each visit holds up."""
        shipments = self.plan.shipments
        return self._about(np.where(shipments.kind == _OWN, shipments.value_cny, 0).astype(float))

    @cached_property
    def held_up(self) -> HeldUp:
        """What waited where."""
        log, resource = self.log, self.plan.visits.resource
        start = log.visit_start
        rows = np.flatnonzero((resource >= 0) & self.clock.in_window(start))
        wait = (start - log.visit_queued)[rows]
        n = len(self.plan.resource_names)
        at = resource[rows]
        days = wait / _DAY_S
        teu_days = np.bincount(at, days * self.teu_at_visits[rows], n).astype(np.float64)
        cny_days = np.bincount(at, days * self.cny_at_visits[rows], n).astype(np.float64)
        mean, high = np.full(n, np.nan), np.full(n, np.nan)
        loaded = self.teu_at_visits[rows] > 0
        order = np.argsort(at[loaded], kind="stable")
        groups = at[loaded][order]
        waits = wait[loaded][order] / _HOUR_S
        for rank, first, last in _runs(groups):
            mean[rank] = waits[first:last].mean()
            high[rank] = np.quantile(waits[first:last], 0.95)
        return HeldUp(mean, high, teu_days, cny_days)

    # -- through the weeks -----------------------------------------------------------------------

    @cached_property
    def week_edges(self) -> Ints:
        """Seconds at which the weeks of the window begin, and its end."""
        first, last = self.clock.window
        return np.append(np.arange(first, last, 7 * _DAY_S), last).astype(np.int64)

    def use_by_week(self) -> tuple[list[str], Floats]:
        """Return the facilities with limited servers and their use: names and (F, weeks)."""
        loads = StopLoads.of(self.plan, self.log, self.index)
        found = Occupancy.of(self.plan, self.log, self.index, loads, self.week_edges)
        n = len(self.week_edges) - 1
        ranks = found.resource.reshape(-1, n)[:, 0]
        busy = found.busy_s.reshape(-1, n).astype(float)
        room = found.available_s.reshape(-1, n).astype(float)
        limited = np.asarray((room >= 0).all(axis=1))
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.where(room > 0, busy / room, np.nan)
        names = [self.plan.resource_names[rank] for rank in ranks]
        kept = [name for name, is_kept in zip(names, limited, strict=True) if is_kept]
        return kept, share[limited]

    # -- queues -----------------------------------------------------------------------------------

    def queue(self, rank: int, moments: Ints) -> Ints:
        """Return how many wait at a resource at each moment.

        Parameters
        ----------
        rank : int
            Of the resource.
        moments : (m,) int64
            Seconds.

        Returns
        -------
        (m,) int64
            Vehicles and boxes with a visit of their own, background traffic included.
        """
        queued, start = self._queued(rank)
        return np.searchsorted(queued, moments, side="right") - np.searchsorted(
            start, moments, side="right"
        )

    def _queued(self, rank: int) -> tuple[Ints, Ints]:
        if rank not in self._sorted:
            here = np.flatnonzero(
                (self.plan.visits.resource == rank) & (self.log.visit_queued >= 0)
            )
            start = self.log.visit_start[here]
            self._sorted[rank] = (
                np.sort(self.log.visit_queued[here]),
                np.sort(np.where(start >= 0, start, self.plan.horizon + 1)),
            )
        return self._sorted[rank]

    @cached_property
    def _sorted(self) -> dict[int, tuple[Ints, Ints]]:
        return {}

    def closures(self, rank: int, *, shortest_h: float = 12.0) -> list[Closure]:
        """Return the spans in which a facility had no server or fewer than it mostly has.

        Parameters
        ----------
        rank : int
            Of the resource.
        shortest_h : float
            Shorter ones are left out.

        Returns
        -------
        list of Closure
            Those that touch the window, in time.
        """
        table = self.plan.resources
        rows = slice(int(table.row_first[rank]), int(table.row_first[rank + 1]))
        begin = table.row_time[rows]
        end = np.append(begin[1:], self.plan.horizon)
        usual = int(table.row_servers[rows].max())
        cut = (table.row_servers[rows] < usual) | (table.row_slowdown[rows] > 1.0)
        found = []
        for first, last in _spans(begin, end, cut):
            if last - first < shortest_h * _HOUR_S:
                continue
            if last <= self.clock.window[0] or first >= self.clock.window[1]:
                continue
            found.append(self._closure(rank, first, last))
        return found

    def _closure(self, rank: int, first: int, last: int) -> Closure:
        """Follow the queue from the start of a closure until it is as short as before."""
        # A queue breathes with the hours: before is the mean of a week, and so is after.
        step = 6 * _HOUR_S
        earlier = self.queue(rank, np.arange(max(first - 7 * _DAY_S, 0), max(first, 1), step))
        usual = float(earlier.mean())
        moments = np.arange(last, self.plan.horizon, step)
        after = self.queue(rank, moments)
        peak = int(self.queue(rank, np.arange(first, last + 1, _HOUR_S)).max(initial=0))
        # The last twentieth of what the closure added cannot be told from chance.
        left = usual + max(_LEFT_SHARE * (peak - usual), 0.5)
        short = np.flatnonzero(after <= left)
        clear = int(moments[short[0]] - last) if len(short) else -1
        until = last + clear if clear >= 0 else self.plan.horizon
        peak = int(self.queue(rank, np.arange(first, until + 1, _HOUR_S)).max(initial=0))
        return Closure(rank, first, last, round(usual), peak, clear)

    def is_link(self, rank: int) -> bool:
        """Whether a resource is a link."""
        return bool(self.plan.resources.kind[rank] == LINK)


def _runs(groups: NDArray[np.integer]) -> list[tuple[int, int, int]]:
    """Return value, first and last row of each run of equal values."""
    if not len(groups):
        return []
    first = np.flatnonzero(np.append(True, groups[1:] != groups[:-1]))
    last = np.append(first[1:], len(groups))
    return list(zip(groups[first].tolist(), first.tolist(), last.tolist(), strict=True))


def _spans(begin: Ints, end: Ints, cut: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Join neighbouring rows of a step function that are cut."""
    spans: list[tuple[int, int]] = []
    for first, last, is_cut in zip(begin.tolist(), end.tolist(), cut.tolist(), strict=True):
        if not is_cut:
            continue
        if spans and spans[-1][1] == first:
            spans[-1] = (spans[-1][0], last)
        else:
            spans.append((first, last))
    return spans
