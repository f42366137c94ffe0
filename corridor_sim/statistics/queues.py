"""How many waited at facilities, week by week."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corridor_sim.compiled import compiled, has_compiler
from corridor_sim.engine.events import EventLog
from corridor_sim.plan.tables import LINK, Plan
from corridor_sim.statistics.occupancy import integral_of_presence

__all__ = ["Queues", "add_up_queues"]

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Queues:
    """One row per facility and week of the measured window.

    Attributes
    ----------
    resource, week : (n,) int64
        Rank of the facility and number of the week.
    queue_s : (n,) int64
        Integral of the number waiting, those included that have not started.
    """

    resource: Ints
    week: Ints
    queue_s: Ints

    @classmethod
    def of(cls, plan: Plan, log: EventLog, edges: Ints, *, by_loop: bool | None = None) -> Queues:
        """Measure every facility and lock between the edges.

        Parameters
        ----------
        plan : Plan
            Plan of the run.
        log : EventLog
            Stamps of the run.
        edges : (m + 1,) int64
            Seconds at which the weeks begin, and the end of the last.
        by_loop : bool, optional
            Whether the compiled loop adds up, or whole arrays; where numba is installed if not
            given.

        Returns
        -------
        Queues
            Facilities in the order of their ranks, weeks by time.
        """
        ranks = np.flatnonzero(plan.resources.kind != LINK)
        row_of = np.full(len(plan.resources.kind) + 1, -1, dtype=np.int16)
        row_of[ranks] = np.arange(len(ranks))
        sums = np.zeros((len(ranks), len(edges) - 1), dtype=np.int64)
        if has_compiler() if by_loop is None else by_loop:
            visits = plan.visits.resource, log.visit_queued, log.visit_start
            compiled(add_up_queues)(plan.horizon, edges, row_of, *visits, sums)
        else:
            _add_up_by_arrays(plan, log, row_of, edges, sums)
        weeks = np.tile(np.arange(sums.shape[1], dtype=np.int64), len(ranks))
        return cls(np.repeat(ranks.astype(np.int64), sums.shape[1]), weeks, sums.ravel())


def add_up_queues(
    horizon: int,
    edges: NDArray[np.int64],
    row_of: NDArray[np.int16],
    resource: NDArray[np.signedinteger],
    queued: NDArray[np.signedinteger],
    began: NDArray[np.signedinteger],
    sums: NDArray[np.int64],
) -> None:
    """Add the time of every wait to the weeks it falls in, to be compiled by numba.

    Parameters
    ----------
    horizon : int
        End of the simulated span: who has not started waits until then.
    edges : (m + 1,) int64
        Seconds at which the weeks begin, all as long as the first but for the last, and the end.
    row_of : (R + 1,) int16
        Row of each resource, -1 for those that are not measured and behind the last.
    resource, queued, began : (V,) ndarray
        Resource, and seconds of asking and start of every visit; -1 is never.
    sums : (rows, m) int64
        Added to.
    """
    first, last = edges[0], edges[-1]
    length = edges[1] - first
    for visit in range(len(resource)):
        row = row_of[resource[visit]]
        if row < 0 or queued[visit] < 0:
            continue
        here = max(queued[visit], first)
        end = min(began[visit] if began[visit] >= 0 else horizon, last)
        if here >= end:
            continue
        week = (here - first) // length
        while here < end:
            stop = min(edges[week + 1], end)
            sums[row, week] += stop - here
            here = stop
            week += 1


def _add_up_by_arrays(
    plan: Plan, log: EventLog, row_of: NDArray[np.int16], edges: Ints, sums: Ints
) -> None:
    of_visit = row_of[plan.visits.resource]
    came = np.flatnonzero((of_visit >= 0) & (log.visit_queued >= 0))
    came = came[np.argsort(of_visit[came], kind="stable")]
    bounds = np.searchsorted(of_visit[came], np.arange(len(sums) + 1))
    for row, (first, last) in enumerate(itertools.pairwise(bounds)):
        here = came[first:last]
        began = log.visit_start[here].astype(np.int64)
        sums[row] = integral_of_presence(
            log.visit_queued[here].astype(np.int64),
            np.where(began >= 0, began, plan.horizon),
            edges,
        )
