"""Whether two runs of the same plan tell the same: means over months, with their intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from corridor_sim.engine.events import DEPARTED, EventLog
from corridor_sim.plan.tables import Plan

__all__ = ["Mean", "assert_means_agree", "mean_of_batches", "means_of"]

_DAY = 86_400
_BATCHES = 12
_FEWEST = 200


@dataclass(frozen=True)
class Mean:
    """A mean and half the width of its 95 % interval."""

    value: float
    half: float


def mean_of_batches(values: NDArray[np.float64], batch: NDArray[np.int64]) -> Mean:
    """Return the mean over batches with Student's interval.

    Parameters
    ----------
    values : (n,) float64
        What was observed.
    batch : (n,) int64
        Batch of each.

    Returns
    -------
    Mean
        Over the means of the batches.
    """
    counts = np.bincount(batch)
    sums = np.bincount(batch, weights=values)
    means = (sums / np.maximum(counts, 1))[counts > 0]
    n = len(means)
    spread = float(means.std(ddof=1)) if n > 1 else math.inf
    half = float(stats.t.ppf(0.975, n - 1)) * spread / math.sqrt(n) if n > 1 else math.inf
    return Mean(float(means.mean()), half)


def means_of(plan: Plan, log: EventLog) -> dict[str, Mean]:
    """Return the key means of a run.

    Parameters
    ----------
    plan : Plan
        What was run.
    log : EventLog
        Stamps of the run.

    Returns
    -------
    dict of str to Mean
        Hours from release to delivery, hours waited for a vehicle by way of dispatch, TEU aboard
        departures, vessels a lockage, and hours waited at each place where many ask.
    """
    found: dict[str, Mean] = {}
    start, end = plan.window
    span = (end - start) / _BATCHES

    def add(name: str, values: NDArray[np.generic], times: NDArray[np.int64]) -> None:
        inside = (times >= start) & (times < end)
        if np.count_nonzero(inside) >= _FEWEST:
            batch = ((times[inside] - start) / span).astype(np.int64)
            found[name] = mean_of_batches(values[inside].astype(np.float64), batch)

    legs = plan.legs
    delivered = np.flatnonzero((legs.service < 0) & (log.leg_ready >= 0))
    release = plan.shipments.release_s[legs.shipment[delivered]]
    add("transit_h", (log.leg_ready[delivered] - release) / 3600, release)
    for kind, name in enumerate(("timetable", "fill", "on_demand")):
        boarded = np.flatnonzero((legs.service >= 0) & (log.leg_board >= 0))
        rows = boarded[plan.services.dispatch[legs.service[boarded]] == kind]
        waited = log.leg_board[rows] - log.leg_ready[rows]
        add(f"boarding_wait_h {name}", waited / 3600, log.leg_ready[rows])
    left = log.departure_status == DEPARTED
    add("departure_teu", log.departure_mteu[left] / 1000, log.departure_time[left])
    add("lockage_vessels", log.lockage_vessels, log.lockage_start)
    resource = plan.visits.resource
    started = np.flatnonzero((log.visit_start >= 0) & (resource >= 0))
    started = started[~plan.resources.is_free[resource[started]]]
    for rank in np.unique(resource[started]):
        rows = started[resource[started] == rank]
        waited = log.visit_start[rows] - log.visit_queued[rows]
        add(f"wait_h {plan.resource_names[rank]}", waited / 3600, log.visit_queued[rows])
    return found


def assert_means_agree(ours: dict[str, Mean], theirs: dict[str, Mean]) -> None:
    """Assert that the intervals of every mean reach each other.

    Parameters
    ----------
    ours, theirs : dict of str to Mean
        Means of two runs by name.
    """
    assert ours
    assert set(ours) == set(theirs)
    apart = {
        name: (mine, theirs[name])
        for name, mine in ours.items()
        if abs(mine.value - theirs[name].value) > mine.half + theirs[name].half
    }
    assert not apart, f"means differ: {apart}"
