"""How many events are bound at a time, whatever the engine keeps them in."""

from __future__ import annotations

import numpy as np

from corridor_sim.engine import EventLog
from corridor_sim.plan.tables import Plan

__all__ = ["pending_events"]

_DAY = 86_400


def pending_events(plan: Plan, log: EventLog) -> float:
    """Return the mean number of pending events at the midnights of the window.

    Pending is the end of every visit that is under way, and the return of every background vessel
    of a closed population that is away. Releases, slots and capacity rows are known from the start
    and need no event list.

    Parameters
    ----------
    plan : Plan
        What was run.
    log : EventLog
        Stamps of the run.

    Returns
    -------
    float
        Events.
    """
    midnights = np.arange(plan.window[0], plan.window[1], _DAY)
    started = np.sort(log.visit_start[log.visit_start >= 0])
    ended = np.sort(log.visit_end[log.visit_start >= 0])
    under_way = np.searchsorted(started, midnights, side="right") - np.searchsorted(
        ended, midnights, side="right"
    )
    table = plan.background
    closed = np.flatnonzero(table.first_direction >= 0)
    owner = np.repeat(np.arange(len(table.resource)), np.diff(table.visit_first))
    rows = plan.visits.background_first + np.flatnonzero(table.first_direction[owner] >= 0)
    queued = log.visit_queued[rows]
    there = np.searchsorted(np.sort(queued[queued >= 0]), midnights, side="right")
    ends = log.visit_end[rows][log.visit_start[rows] >= 0]
    through = np.searchsorted(np.sort(ends), midnights, side="right")
    return float(np.mean(under_way + len(closed) - (there - through)))
