"""Wait causes of legs by whole arrays: for where numba is missing, and to check the loop by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from corridor_sim.engine.events import CANCELLED_PENDING, DEPARTED, EventLog
from corridor_sim.plan.tables import FILL, ON_DEMAND, TIMETABLE, Plan
from corridor_sim.statistics.indices import PlanIndex, first_at_or_after

__all__ = ["N_CAUSES", "count_causes", "wanted_slots"]

Ints = NDArray[np.int64]
Bytes = NDArray[np.int8]

#: Number of wait causes; the first three are those before boarding.
N_CAUSES = 15


def wanted_slots(plan: Plan, log: EventLog) -> tuple[Ints, Ints]:
    """Return the slots that a box could have gone with.

    Those are the ones that left, or were given up for want of a vehicle.

    Parameters
    ----------
    plan : Plan
        Plan of the run.
    log : EventLog
        Stamps of the run.

    Returns
    -------
    service, second : (n,) int64
        Ordered by both.
    """
    services = plan.services
    n_slots = np.diff(services.slot_first)
    service = np.repeat(np.arange(len(n_slots), dtype=np.int64), n_slots)
    number = np.arange(len(service), dtype=np.int64) - services.slot_first[service]
    status = log.departure_status[services.departure_first[service] + number]
    wanted = (status == DEPARTED) | (status == CANCELLED_PENDING)
    return service[wanted], services.slot_time[wanted].astype(np.int64)


def count_causes(
    plan: Plan,
    log: EventLog,
    index: PlanIndex,
    of_resource: tuple[Bytes, Bytes],
    is_done: NDArray[np.bool_],
) -> NDArray[np.int32]:
    """Return the seconds of each cause on every leg row.

    Parameters
    ----------
    plan : Plan
        Plan of the run.
    log : EventLog
        Stamps of the run.
    index : PlanIndex
        Index of the plan.
    of_resource : tuple of (R,) int8
        Cause of queueing at each resource, and of being served by it.
    is_done : (L,) bool
        Legs that were completed; the others have none.

    Returns
    -------
    (L, causes) int32
        Seconds.
    """
    legs = plan.legs
    seconds = np.zeros((len(is_done), N_CAUSES), dtype=np.int32)
    boarded = np.flatnonzero(is_done & (legs.service >= 0))
    for number, wait in enumerate(_waits_to_board(plan, log, index, boarded)):
        seconds[boarded, number] = wait

    n_visits = plan.visits.background_first
    resource = plan.visits.resource[:n_visits]
    has_run = (log.visit_start[:n_visits] >= 0) & (resource >= 0)
    waited = np.where(has_run, log.visit_start[:n_visits] - log.visit_queued[:n_visits], 0)
    served = np.where(has_run, log.visit_end[:n_visits] - log.visit_start[:n_visits], 0)
    by_queue, by_service = of_resource
    cause_waited = np.where(resource >= 0, by_queue[resource], -1)
    cause_served = np.where(resource >= 0, by_service[resource], -1)

    departure = log.leg_departure[boarded]
    board_call = legs.board_call[boarded].astype(np.int64)
    board_visit = index.visit_at_call(departure, board_call)
    alight_visit = index.visit_at_call(departure, legs.alight_call[boarded].astype(np.int64))
    # At later calls a box boards when handling starts: the queue before it was the vehicle's own.
    joins_later = board_call > 0
    done = np.flatnonzero(is_done)
    own_first, own_end = legs.visit_first[:-1][done], legs.visit_first[1:][done]
    total = np.zeros(n_visits + 1, dtype=np.int64)
    for number in range(seconds.shape[1]):
        is_waited, is_served = cause_waited == number, cause_served == number
        if not (is_waited.any() or is_served.any()):
            continue
        both = np.where(is_waited, waited, 0)
        both += np.where(is_served, served, 0)
        np.cumsum(both, out=total[1:])
        seconds[done, number] += (total[own_end] - total[own_first]).astype(np.int32)
        aboard = total[alight_visit + 1] - total[board_visit]
        aboard -= np.where(joins_later & is_waited[board_visit], waited[board_visit], 0)
        seconds[boarded, number] += aboard.astype(np.int32)
    return seconds


def _waits_to_board(
    plan: Plan, log: EventLog, index: PlanIndex, rows: Ints
) -> tuple[Ints, Ints, Ints]:
    """Split the wait between ready and boarding of the given (boarded) leg rows."""
    services = plan.services
    service = plan.legs.service[rows].astype(np.int64)
    ready = log.leg_ready[rows].astype(np.int64)
    board = log.leg_board[rows].astype(np.int64)
    # A vehicle of its own is due as soon as the box is ready, and nobody else can take it.
    due, first = ready.copy(), board.copy()
    shared = np.flatnonzero(services.dispatch[service] != ON_DEMAND)
    if len(shared):
        due[shared], first[shared] = _next_departure(
            plan, log, index, service[shared], plan.legs.board_call[rows[shared]], ready[shared]
        )
    due = np.clip(due, ready, first)
    return due - ready, first - due, board - first


def _next_departure(
    plan: Plan,
    log: EventLog,
    index: PlanIndex,
    service: Ints,
    board_call: NDArray[np.int32],
    ready: Ints,
) -> tuple[Ints, Ints]:
    """Return when the next departure was due, and when it left, for boxes that are ready."""
    services = plan.services
    instants = index.instants(plan, log)
    wanted = index.call_of(service, board_call.astype(np.int64))
    row = first_at_or_after(instants.call, instants.second, wanted, ready, plan.horizon)
    first, due = instants.second[row], instants.second[row].copy()

    timetabled = (services.dispatch[service] == TIMETABLE) & (board_call == 0)
    number = instants.departure[row] - services.departure_first[service]
    slot = services.slot_first[service[timetabled]] + number[timetabled]
    due[timetabled] = np.minimum(
        services.slot_time[slot],
        _next_wanted_slot(plan, log, service[timetabled], ready[timetabled]),
    )
    filled = services.dispatch[service] == FILL
    due[filled] = np.minimum(first[filled], ready[filled] + services.max_wait[service[filled]])
    return due, first


def _next_wanted_slot(plan: Plan, log: EventLog, service: Ints, ready: Ints) -> Ints:
    """Return the next slot at or after ready that was wanted, the horizon where there is none."""
    slot_service, slot_time = wanted_slots(plan, log)
    if len(slot_time) == 0:
        return np.full(len(service), plan.horizon, dtype=np.int64)
    row = first_at_or_after(slot_service, slot_time, service, ready, plan.horizon)
    safe = np.minimum(row, len(slot_time) - 1)
    is_found = (row < len(slot_time)) & (slot_service[safe] == service)
    return np.where(is_found, slot_time[safe], plan.horizon)
