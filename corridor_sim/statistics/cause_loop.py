"""Wait causes of legs in one pass over their visits, compiled by numba.

The loop looks at one leg after the other; by whole arrays every cause needs a pass of its own.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridor_sim.compiled import compiled
from corridor_sim.engine.events import EventLog
from corridor_sim.plan.tables import FILL, ON_DEMAND, TIMETABLE, Plan
from corridor_sim.statistics.cause_arrays import N_CAUSES, wanted_slots
from corridor_sim.statistics.indices import Instants, PlanIndex

__all__ = ["CauseLoop", "count_legs"]

Ints = NDArray[np.int64]
Bytes = NDArray[np.int8]


class CauseLoop:
    """The loop with all that it reads of a run.

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
    instants : Instants
        Those of the run.
    """

    def __init__(
        self,
        plan: Plan,
        log: EventLog,
        index: PlanIndex,
        of_resource: tuple[Bytes, Bytes],
        instants: Instants,
    ) -> None:
        slot_service, slot_second = wanted_slots(plan, log)
        slot_first = np.searchsorted(slot_service, np.arange(len(plan.service_names) + 1))
        services, legs = plan.services, plan.legs
        self._boxes = (
            legs.first,
            legs.service,
            legs.board_call,
            legs.alight_call,
            legs.visit_first,
            plan.shipments.release_s,
            log.leg_ready,
            log.leg_board,
            log.leg_alight,
            log.leg_departure,
        )
        self._visits = (
            plan.visits.resource,
            log.visit_queued,
            log.visit_start,
            log.visit_end,
            *of_resource,
        )
        self._services = (
            services.dispatch,
            services.max_wait,
            services.slot_first,
            services.slot_time,
            services.departure_first,
            index.call_first,
            index.call_step,
            index.departure_visit,
        )
        self._instants = (
            instants.first,
            instants.second,
            instants.departure,
            instants.of_departure,
        )
        self._slots = (slot_first.astype(np.int64), slot_second)
        self._horizon = plan.horizon
        self._alone = threading.Lock()
        self._aboard = np.zeros((len(instants.call), N_CAUSES + 1), dtype=np.int32)
        self._first = legs.first

    def count(
        self, start: int, stop: int
    ) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
        """Return the seconds of each cause.

        Parameters
        ----------
        start, stop : int
            Shipments.

        Returns
        -------
        of_legs : (n, causes) int32
            Seconds on the leg rows of the shipments; zero on rows that were not completed. Each
            cause lies side by side.
        of_shipments : (stop - start, causes) int32
            Over all legs of a shipment; zero until the delivery.
        wrong : (n,) int64
            Leg rows whose causes do not add up to their duration.
        """
        n_legs = int(self._first[stop] - self._first[start])
        seconds = np.zeros((N_CAUSES, n_legs), dtype=np.int32)
        whole = np.zeros((N_CAUSES, stop - start), dtype=np.int32)
        is_wrong = np.zeros(n_legs, dtype=np.bool_)
        # Two at once would add to the same seconds aboard.
        with self._alone:
            compiled(count_legs)(
                start,
                stop,
                self._horizon,
                self._boxes,
                self._visits,
                self._services,
                self._instants,
                self._slots,
                seconds,
                whole,
                self._aboard,
                is_wrong,
            )
        return seconds.T, whole.T, np.flatnonzero(is_wrong) + int(self._first[start])


def count_legs(
    start: int,
    stop: int,
    horizon: int,
    boxes: tuple[NDArray[Any], ...],
    visits: tuple[NDArray[Any], ...],
    services: tuple[NDArray[Any], ...],
    instants: tuple[NDArray[Any], ...],
    slots: tuple[NDArray[Any], ...],
    seconds: NDArray[np.int32],
    whole: NDArray[np.int32],
    aboard: NDArray[np.int32],
    is_wrong: NDArray[np.bool_],
) -> None:
    """Count the seconds of each cause on the leg rows of shipments; see `CauseLoop`.

    Parameters
    ----------
    start, stop : int
        Shipments.
    horizon : int
        End of the simulated span, seconds.
    boxes, visits, services, instants, slots : tuple of ndarray
        Columns, see `CauseLoop`.
    seconds : (causes, n) int32
        Zeros; is filled, by leg.
    whole : (causes, stop - start) int32
        Zeros; is filled, by shipment.
    aboard : (instants, causes + 1) int32
        Zeros at first: what those spent aboard who rode a departure from end to end, and one more
        than the sum of it. Kept from call to call.
    is_wrong : (n,) bool
        Is set where the causes of a leg are not its duration.
    """
    first, leg_service, board_call, alight_call, own_first = boxes[:5]
    release_s, leg_ready, leg_board, leg_alight, leg_departure = boxes[5:]
    resource, queued, began, over, by_queue, by_service = visits
    dispatch, max_wait, slot_first, slot_time, departure_first = services[:5]
    call_first, call_step, departure_visit = services[5:]
    instant_first, instant_second, instant_departure, instant_of = instants
    wanted_first, wanted_second = slots
    base = first[start]
    # Kept machine code would not see that a constant of another module has changed.
    n_causes = len(seconds)
    for shipment in range(start, stop):
        begin_s = release_s[shipment]
        own = shipment - start
        is_delivered = False
        for leg in range(first[shipment], first[shipment + 1]):
            service = leg_service[leg]
            end_s = leg_ready[leg] if service < 0 else leg_alight[leg]
            if begin_s < 0 or end_s < 0:
                # The legs after it have not begun.
                break
            row = leg - base
            total = 0
            for visit in range(own_first[leg], own_first[leg + 1]):
                place = resource[visit]
                if place >= 0 and began[visit] >= 0:
                    waited, served = began[visit] - queued[visit], over[visit] - began[visit]
                    seconds[by_queue[place], row] += waited
                    whole[by_queue[place], own] += waited
                    seconds[by_service[place], row] += served
                    whole[by_service[place], own] += served
                    total += waited + served
            if service >= 0:
                ready, board = leg_ready[leg], leg_board[leg]
                departure = leg_departure[leg]
                call = call_first[service] + board_call[leg]
                # A vehicle of its own is due as soon as the box is ready.
                left, due = board, ready
                if dispatch[service] != ON_DEMAND:
                    # Most boxes board at the first instant after they are ready.
                    low, last = instant_first[call], instant_first[call + 1]
                    high, leader = last, -1
                    if board_call[leg] == 0 and instant_of[departure] >= 0:
                        high = instant_of[departure]
                        if high == low or instant_second[high - 1] < ready:
                            low, leader = high, departure
                    while low < high:
                        middle = (low + high) // 2
                        if instant_second[middle] < ready:
                            low = middle + 1
                        else:
                            high = middle
                    if low < last:
                        left = instant_second[low]
                    due = left
                    if dispatch[service] == FILL:
                        due = min(left, ready + max_wait[service])
                    elif dispatch[service] == TIMETABLE and board_call[leg] == 0 and low < last:
                        if leader < 0:
                            leader = instant_departure[low]
                        slot = slot_first[service] + leader - departure_first[service]
                        due = slot_time[slot]
                        # An earlier slot may have been given up for want of a vehicle.
                        if slot > slot_first[service] and slot_time[slot - 1] >= ready:
                            low, last = wanted_first[service], wanted_first[service + 1]
                            high = last
                            while low < high:
                                middle = (low + high) // 2
                                if wanted_second[middle] < ready:
                                    low = middle + 1
                                else:
                                    high = middle
                            due = min(due, wanted_second[low] if low < last else horizon)
                    due = min(max(due, ready), left)
                seconds[0, row] += due - ready
                whole[0, own] += due - ready
                seconds[1, row] += left - due
                whole[1, own] += left - due
                seconds[2, row] += board - left
                whole[2, own] += board - left
                total += board - ready

                # All who ride a shared departure from end to end share the seconds aboard.
                together = -1
                to_last = call_first[service] + alight_call[leg] + 1 == call_first[service + 1]
                if dispatch[service] != ON_DEMAND and board_call[leg] == 0 and to_last:
                    together = instant_of[departure]
                if together >= 0 and aboard[together, n_causes] > 0:
                    for cause in range(n_causes):
                        spent = aboard[together, cause]
                        if spent != 0:
                            seconds[cause, row] += spent
                            whole[cause, own] += spent
                    total += aboard[together, n_causes] - 1
                else:
                    rode = 0
                    visit_0 = departure_visit[departure]
                    on = visit_0 + call_step[call]
                    off = visit_0 + call_step[call_first[service] + alight_call[leg]]
                    for visit in range(on, off + 1):
                        place = resource[visit]
                        if place >= 0 and began[visit] >= 0:
                            cause, spent = by_service[place], over[visit] - began[visit]
                            seconds[cause, row] += spent
                            whole[cause, own] += spent
                            rode += spent
                            if together >= 0:
                                aboard[together, cause] += spent
                            # At later calls a box boards when handling starts: the queue before
                            # it was the vehicle's own.
                            if visit > on or board_call[leg] == 0:
                                cause, spent = by_queue[place], began[visit] - queued[visit]
                                seconds[cause, row] += spent
                                whole[cause, own] += spent
                                rode += spent
                                if together >= 0:
                                    aboard[together, cause] += spent
                    if together >= 0:
                        aboard[together, n_causes] = rode + 1
                    total += rode
            else:
                is_delivered = True
            is_wrong[row] = total != end_s - begin_s
            begin_s = end_s
        if not is_delivered:
            for cause in range(n_causes):
                whole[cause, own] = 0
