"""Nobody overtakes, nothing starts closed or beyond the servers, and busy time is available."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from corridor_sim.engine.events import EventLog
from corridor_sim.plan.tables import LINK, LOCK, UNLIMITED, Plan
from corridor_sim.statistics.faults import add_fault
from corridor_sim.statistics.indices import PlanIndex
from corridor_sim.statistics.occupancy import integral_of_presence, integral_of_steps

__all__ = ["check_resources"]

Ints = NDArray[np.int64]


def _visit_ranks(plan: Plan, index: PlanIndex) -> tuple[Ints, NDArray[np.bool_], Ints]:
    """Return priority, whether it is a box, and direction of every visit."""
    services = plan.services
    n_service, n_box = plan.visits.shipment_first, plan.visits.background_first
    service = index.departure_service
    steps = index.n_steps[service]
    priority = np.empty(plan.n_visits, dtype=np.int64)
    direction = np.zeros(plan.n_visits, dtype=np.int64)
    priority[:n_service] = np.repeat(services.priority[service], steps)
    step = np.arange(n_service) - np.repeat(index.departure_visit, steps)
    step += np.repeat(services.step_first[service], steps)
    direction[:n_service] = services.step_direction[step]
    owner = np.repeat(plan.legs.shipment, np.diff(plan.legs.visit_first))
    priority[n_service:n_box] = plan.shipments.priority[owner]
    table = plan.background
    counts = np.diff(table.visit_first)
    vessel = np.repeat(np.arange(len(counts)), counts)
    priority[n_box:] = table.priority[vessel]
    nth = np.arange(len(vessel)) - table.visit_first[vessel]
    direction[n_box:] = (np.maximum(table.first_direction[vessel], 0) + nth) % 2
    is_box = np.zeros(plan.n_visits, dtype=bool)
    is_box[n_service:n_box] = True
    return priority, is_box, direction


def check_resources(
    plan: Plan, log: EventLog, index: PlanIndex, *, servers_known: bool
) -> list[str]:
    """Check order of starts, closures, servers and utilisation at every resource.

    Parameters
    ----------
    plan : Plan
        What was run.
    log : EventLog
        Stamps.
    index : PlanIndex
        Index of the plan.
    servers_known : bool
        Whether the plan's step functions are what the run obeyed.

    Returns
    -------
    list of str
        Violations.
    """
    faults: list[str] = []
    resource = plan.visits.resource
    came = np.flatnonzero((log.visit_queued >= 0) & (resource >= 0))
    free = plan.resources.is_free[resource[came]]
    add_fault(
        faults,
        log.visit_start[came[free]] != log.visit_queued[came[free]],
        "a wait at a resource that is always free",
        "visit",
    )
    came = came[~free]
    priority, is_box, direction = _visit_ranks(plan, index)
    is_lock = plan.resources.kind[resource[came]] == LOCK
    lane = np.where(is_lock, direction[came], 0)
    order = np.lexsort(
        (came, is_box[came], log.visit_queued[came], priority[came], lane, resource[came])
    )
    came, lane = came[order], lane[order]
    first = np.searchsorted(resource[came], np.arange(len(plan.resource_names) + 1))
    for rank in np.flatnonzero(np.diff(first)):
        here = slice(int(first[rank]), int(first[rank + 1]))
        visits, lanes = came[here], lane[here]
        name = plan.resource_names[rank]
        for side in np.unique(lanes):
            own = visits[lanes == side]
            faults += _overtaking(log, own, priority[own], name)
        faults += _servers(plan, log, int(rank), visits, servers_known=servers_known)
    return faults


def _overtaking(log: EventLog, visits: Ints, priority: Ints, name: str) -> list[str]:
    """Check that none starts while one that outranks it waits; visits are in rank order."""
    forever = np.iinfo(np.int64).max
    queued = log.visit_queued[visits]
    start = log.visit_start[visits].astype(np.int64)
    start[start < 0] = forever
    same = priority[1:] == priority[:-1]
    wrong = int(np.count_nonzero(same & (start[1:] < start[:-1])))
    levels = np.unique(priority)
    for level in levels[:-1]:
        # When one of lower rank starts, nobody of this level who has asked may still be waiting.
        upper, lower = priority == level, (priority > level) & (start < forever)
        asked = np.searchsorted(queued[upper], start[lower], side="right")
        started = np.searchsorted(np.sort(start[upper]), start[lower], side="right")
        wrong += int(np.count_nonzero(asked != started))
    return [f"'{name}': {wrong} visits overtake one that outranks them"] if wrong else []


def _servers(
    plan: Plan, log: EventLog, rank: int, visits: Ints, *, servers_known: bool
) -> list[str]:
    """Check that nothing starts closed or beyond the servers, and busy time <= available time."""
    faults: list[str] = []
    name = plan.resource_names[rank]
    rows = slice(int(plan.resources.row_first[rank]), int(plan.resources.row_first[rank + 1]))
    times, servers = plan.resources.row_time[rows], plan.resources.row_servers[rows]
    if plan.resources.kind[rank] == LOCK:
        here = log.lockage_resource == rank
        begin, over = log.lockage_start[here], log.lockage_end[here]
        chamber = log.lockage_chamber[here]
        mask = plan.resources.row_chambers[rows]
        row = np.searchsorted(times, begin, side="right") - 1
        if servers_known and not (mask[row] >> chamber & 1).all():
            faults.append(f"'{name}': a lockage starts in a closed chamber")
        order = np.lexsort((begin, chamber))
        same = chamber[order][1:] == chamber[order][:-1]
        if (same & (begin[order][1:] < over[order][:-1])).any():
            faults.append(f"'{name}': two lockages of one chamber overlap")
        went = log.visit_start[visits] >= 0
        if int(log.lockage_vessels[here].sum()) != int(np.count_nonzero(went)):
            faults.append(f"'{name}': vessels of the lockages are not the visits that started")
    else:
        went = log.visit_start[visits] >= 0
        begin, over = log.visit_start[visits][went], log.visit_end[visits][went]
    if servers.max() >= UNLIMITED and len(times) == 1:
        return faults
    begins, overs = np.sort(begin), np.sort(over)
    open_now = servers[np.searchsorted(times, begins, side="right") - 1]
    busy = np.searchsorted(begins, begins, side="right") - np.searchsorted(
        overs, begins, side="right"
    )
    if servers_known:
        closed = int(np.count_nonzero(open_now == 0))
        if closed:
            faults.append(f"'{name}': {closed} visits start while it is closed")
        beyond = int(np.count_nonzero(busy > open_now))
        if beyond > closed:
            faults.append(f"'{name}': {beyond} visits start beyond its servers")
    if plan.resources.kind[rank] == LINK or servers.max() >= UNLIMITED:
        return faults
    edges = np.array(plan.window, dtype=np.int64)
    busy_s = int(integral_of_presence(begin, over, edges)[0])
    moments = np.unique(np.concatenate([begins, overs, times, edges]))
    number = np.searchsorted(begins, moments, side="right") - np.searchsorted(
        overs, moments, side="right"
    )
    there = servers[np.maximum(np.searchsorted(times, moments, side="right") - 1, 0)]
    available_s = int(integral_of_steps(moments, np.maximum(number, there), edges)[0])
    if busy_s > available_s:
        faults.append(f"'{name}': busy {busy_s} s of {available_s} s available")
    if int(integral_of_steps(moments, number, edges)[0]) != busy_s:
        faults.append(f"'{name}': integral of the number busy is not the sum of the visits")
    return faults
