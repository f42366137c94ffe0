"""Where the time of a box goes: wait causes that add up to its door-to-door time, to the second.

From its release to its delivery a box is always in exactly one of these states, and the stamps of
a run tell which one. So the causes telescope: no second is counted twice and none is lost.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corridor_sim.engine.events import CANCELLED_PENDING, DEPARTED, EventLog
from corridor_sim.plan.tables import FILL, LINK, ON_DEMAND, TIMETABLE, Plan
from corridor_sim.statistics.indices import PlanIndex, ready_to_departure

__all__ = ["CAUSES", "cause_of_resources", "leg_bounds", "leg_causes"]

Ints = NDArray[np.int64]

#: Every cause with what it means; the order is that of a journey.
CAUSES: dict[str, str] = {
    "schedule_wait": "ready, until the next departure is due (timetable, or filling up)",
    "vehicle_wait": "a departure is due but no vehicle is there, or a closure holds it back",
    "left_behind": "departures left without the box: full, or out of its rank",
    "customs": "customs and inspection inside China's gateways, with their queues",
    "dwell": "dwell and cut-off in ports and yards",
    "handling_queue": "waiting for a berth, track or crane",
    "handling": "loading and unloading",
    "lock_queue": "waiting for a lock chamber",
    "lock_passage": "in the lock chamber",
    "border_queue": "waiting for a border's slot, documents, gauge change or road lane",
    "border": "border slot, documents and road lane",
    "gauge_change": "change of gauge",
    "closed_link": "waiting at a closed link",
    "moving": "under way",
}

_AT_FACILITY: dict[str, tuple[str, str]] = {
    "berth": ("handling_queue", "handling"),
    "rail_yard": ("handling_queue", "handling"),
    "road_terminal": ("handling_queue", "handling"),
    "air_terminal": ("handling_queue", "handling"),
    "customs": ("customs", "customs"),
    "inspection": ("customs", "customs"),
    "documents": ("border_queue", "border"),
    "arrival_slot": ("border_queue", "border"),
    "border_road": ("border_queue", "border"),
    "gauge_change": ("border_queue", "gauge_change"),
    "dwell": ("dwell", "dwell"),
    "lock": ("lock_queue", "lock_passage"),
}


def cause_of_resources(
    plan: Plan, facility_kinds: Mapping[str, str]
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Return the cause of queueing at, and of being served by, each resource.

    Parameters
    ----------
    plan : Plan
        Plan whose resources are asked about.
    facility_kinds : mapping of str to str
        Kind of each facility by name.

    Returns
    -------
    queueing, served : (R,) int8
        Positions in `CAUSES`.

    Raises
    ------
    KeyError
        If a facility has no kind, or one that no cause is known for.
    """
    position = {cause: number for number, cause in enumerate(CAUSES)}
    queueing = np.empty(len(plan.resource_names), dtype=np.int8)
    served = np.empty(len(plan.resource_names), dtype=np.int8)
    for rank, name in enumerate(plan.resource_names):
        if plan.resources.kind[rank] == LINK:
            pair = ("closed_link", "moving")
        else:
            pair = _AT_FACILITY[facility_kinds[name]]
        queueing[rank], served[rank] = position[pair[0]], position[pair[1]]
    return queueing, served


def leg_bounds(plan: Plan, log: EventLog) -> tuple[Ints, Ints]:
    """Return when each leg row begins and ends, -1 for never.

    A leg begins at the release of its shipment or at the end of the leg before it, and ends when
    its box alights, or on the last row when the box is delivered.

    Parameters
    ----------
    plan : Plan
        Plan of the run.
    log : EventLog
        Stamps of the run.

    Returns
    -------
    start, end : (L,) int64
        Seconds.
    """
    legs = plan.legs
    is_delivery = legs.service < 0
    end = np.where(is_delivery, log.leg_ready, log.leg_alight)
    start = np.empty_like(end)
    start[1:] = end[:-1]
    is_first = np.zeros(len(end), dtype=bool)
    is_first[legs.first[:-1][legs.first[1:] > legs.first[:-1]]] = True
    start[is_first] = plan.shipments.release_s[legs.shipment[is_first]]
    return start, end


def _waits_to_board(
    plan: Plan, log: EventLog, index: PlanIndex, rows: Ints
) -> tuple[Ints, Ints, Ints]:
    """Split the wait between ready and boarding of the given (boarded) leg rows."""
    services = plan.services
    service = plan.legs.service[rows].astype(np.int64)
    ready, board = log.leg_ready[rows], log.leg_board[rows]
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
    call, second, departure = index.boarding_instants(plan, log)
    wanted = index.call_of(service, board_call.astype(np.int64))
    row = ready_to_departure(call, second, wanted, ready, plan.horizon)
    first, due = second[row], second[row].copy()

    timetabled = (services.dispatch[service] == TIMETABLE) & (board_call == 0)
    number = departure[row] - services.departure_first[service]
    slot = services.slot_first[service[timetabled]] + number[timetabled]
    due[timetabled] = np.minimum(
        services.slot_time[slot],
        _next_wanted_slot(plan, log, service[timetabled], ready[timetabled]),
    )
    filled = services.dispatch[service] == FILL
    due[filled] = np.minimum(first[filled], ready[filled] + services.max_wait[service[filled]])
    return due, first


def _next_wanted_slot(plan: Plan, log: EventLog, service: Ints, ready: Ints) -> Ints:
    """Return the next slot at or after ready that left, or was given up for want of a vehicle."""
    services = plan.services
    n_slots = np.diff(services.slot_first)
    slot_service = np.repeat(np.arange(len(n_slots), dtype=np.int64), n_slots)
    number = np.arange(len(slot_service), dtype=np.int64) - services.slot_first[slot_service]
    status = log.departure_status[services.departure_first[slot_service] + number]
    wanted = (status == DEPARTED) | (status == CANCELLED_PENDING)
    slot_service, slot_time = slot_service[wanted], services.slot_time[wanted]
    if len(slot_time) == 0:
        return np.full(len(service), plan.horizon, dtype=np.int64)
    row = ready_to_departure(slot_service, slot_time, service, ready, plan.horizon)
    safe = np.minimum(row, len(slot_time) - 1)
    is_found = (row < len(slot_time)) & (slot_service[safe] == service)
    return np.where(is_found, slot_time[safe], plan.horizon)


def leg_causes(
    plan: Plan, log: EventLog, index: PlanIndex, facility_kinds: Mapping[str, str]
) -> dict[str, NDArray[np.int32]]:
    """Return the seconds of each cause for every leg row that was completed.

    Parameters
    ----------
    plan : Plan
        Plan of the run.
    log : EventLog
        Stamps of the run.
    index : PlanIndex
        Index of the plan.
    facility_kinds : mapping of str to str
        Kind of each facility by name.

    Returns
    -------
    dict of str to (L,) int32
        Seconds by cause; zero on rows that were not completed before the horizon.

    Raises
    ------
    ArithmeticError
        If the causes of a leg do not add up to its duration, which would be a fault in an engine
        or in this module.
    """
    legs = plan.legs
    start, end = leg_bounds(plan, log)
    is_done = (start >= 0) & (end >= 0)
    seconds = {cause: np.zeros(len(end), dtype=np.int32) for cause in CAUSES}
    boarded = np.flatnonzero(is_done & (legs.service >= 0))
    waits = _waits_to_board(plan, log, index, boarded)
    for cause, wait in zip(("schedule_wait", "vehicle_wait", "left_behind"), waits, strict=True):
        seconds[cause][boarded] = wait

    n_visits = plan.visits.background_first
    resource = plan.visits.resource[:n_visits]
    has_run = (log.visit_start[:n_visits] >= 0) & (resource >= 0)
    waited = np.where(has_run, log.visit_start[:n_visits] - log.visit_queued[:n_visits], 0)
    served = np.where(has_run, log.visit_end[:n_visits] - log.visit_start[:n_visits], 0)
    by_queue, by_service = cause_of_resources(plan, facility_kinds)
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
    for number, cause in enumerate(CAUSES):
        is_waited, is_served = cause_waited == number, cause_served == number
        if not (is_waited.any() or is_served.any()):
            continue
        both = np.where(is_waited, waited, 0)
        both += np.where(is_served, served, 0)
        np.cumsum(both, out=total[1:])
        of_leg = seconds[cause]
        of_leg[done] += (total[own_end] - total[own_first]).astype(np.int32)
        aboard = total[alight_visit + 1] - total[board_visit]
        aboard -= np.where(joins_later & is_waited[board_visit], waited[board_visit], 0)
        of_leg[boarded] += aboard.astype(np.int32)

    whole = np.zeros(len(end), dtype=np.int64)
    for of_leg in seconds.values():
        whole += of_leg
    wrong = np.flatnonzero(is_done & (whole != end - start))
    if len(wrong):
        leg = int(wrong[0])
        raise ArithmeticError(
            f"wait causes of {len(wrong)} legs do not add up to their duration; the first is leg "
            f"{leg}: {whole[leg]} s of causes, {end[leg] - start[leg]} s between its stamps"
        )
    return seconds


def causes_frame(seconds: Mapping[str, NDArray[np.int32]]) -> pd.DataFrame:
    """Return the causes as columns named with their unit."""
    return pd.DataFrame({f"{cause}_s": values for cause, values in seconds.items()})
