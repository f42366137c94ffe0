"""What was aboard, who was left behind, and which departures were full."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corridor_sim.engine.events import (
    CANCELLED_EMPTY,
    CANCELLED_PENDING,
    DEPARTED,
    NOT_DEPARTED,
    EventLog,
)
from corridor_sim.plan.tables import ON_DEMAND, TIMETABLE, Plan
from corridor_sim.statistics.indices import PlanIndex

__all__ = ["FULL_SHARE_PERCENT", "STATUS_NAMES", "DepartureFacts", "VisitLoads"]

Ints = NDArray[np.int64]

#: A departure counts as full from this share of either limit on.
FULL_SHARE_PERCENT = 95
_NO_LIMIT_KG = 2**62

STATUS_NAMES = {
    NOT_DEPARTED: "none",
    DEPARTED: "departed",
    CANCELLED_PENDING: "given_up",
    CANCELLED_EMPTY: "empty",
}


@dataclass(frozen=True)
class VisitLoads:
    """Loads at every visit of a departure.

    Attributes
    ----------
    after_mteu, after_kg : (V,) int64
        Aboard after each visit, thousandths of a TEU and kilograms.
    moved_mteu : (V,) int64
        Boarded plus alighted at the visit.
    """

    after_mteu: Ints
    after_kg: Ints
    moved_mteu: Ints

    @classmethod
    def of(cls, plan: Plan, log: EventLog, index: PlanIndex) -> VisitLoads:
        """Add up what boarded and alighted; a box under way at the horizon alights as planned.

        Parameters
        ----------
        plan : Plan
            Plan of the run.
        log : EventLog
            Stamps of the run.
        index : PlanIndex
            Index of the plan.

        Returns
        -------
        VisitLoads
            One row per visit of a departure.
        """
        legs = plan.legs
        boarded = np.flatnonzero(log.leg_departure >= 0)
        departure = log.leg_departure[boarded]
        board = index.visit_at_call(departure, legs.board_call[boarded].astype(np.int64))
        alight = index.visit_at_call(departure, legs.alight_call[boarded].astype(np.int64))
        mteu = plan.shipments.mteu[legs.shipment[boarded]]
        kg = plan.shipments.kg[legs.shipment[boarded]]
        n = plan.visits.shipment_first
        after_mteu, after_kg, moved = (np.zeros(n, dtype=np.int64) for _ in range(3))
        for after, amount in ((after_mteu, mteu), (after_kg, kg)):
            np.add.at(after, board, amount)
            np.subtract.at(after, alight, amount)
            np.cumsum(after, out=after)
        np.add.at(moved, board, mteu)
        # A box that never reached its call was not moved there.
        there = log.leg_alight[boarded] >= 0
        np.add.at(moved, alight[there], mteu[there])
        return cls(after_mteu, after_kg, moved)


@dataclass(frozen=True)
class DepartureFacts:
    """One row per departure that left or was cancelled.

    Attributes
    ----------
    departure, service, number : (n,) int64
        Departure over all services, service, and number within the service.
    status : (n,) int8
        Code in `STATUS_NAMES`.
    due, time : (n,) int64
        Slot of a timetable (-1 elsewhere), and the second it left or was cancelled.
    vehicles : (n,) int64
        Vehicles of a convoy, else 1.
    capacity_mteu, capacity_kg : (n,) int64
        Limits of all its vehicles.
    boarded_mteu, peak_mteu, peak_kg : (n,) int64
        Boarded over all calls, and the most that was aboard at once.
    left_mteu : (n,) int64
        Most that stayed behind ready at one of its calls.
    is_full : (n,) bool
        Peak load of at least `FULL_SHARE_PERCENT` of a limit, or boxes left behind.
    """

    departure: Ints
    service: Ints
    number: Ints
    status: NDArray[np.int8]
    due: Ints
    time: Ints
    vehicles: Ints
    capacity_mteu: Ints
    capacity_kg: Ints
    boarded_mteu: Ints
    peak_mteu: Ints
    peak_kg: Ints
    left_mteu: Ints
    is_full: NDArray[np.bool_]

    @classmethod
    def of(cls, plan: Plan, log: EventLog, index: PlanIndex, loads: VisitLoads) -> DepartureFacts:
        """Gather the facts of all departures.

        Parameters
        ----------
        plan : Plan
            Plan of the run.
        log : EventLog
            Stamps of the run.
        index : PlanIndex
            Index of the plan.
        loads : VisitLoads
            Loads at every visit.

        Returns
        -------
        DepartureFacts
            One row per departure that left or was cancelled.
        """
        services = plan.services
        rows = np.flatnonzero(log.departure_status != NOT_DEPARTED)
        service = index.departure_service[rows]
        number = rows - services.departure_first[service]
        due = np.full(len(rows), -1, dtype=np.int64)
        timetabled = services.dispatch[service] == TIMETABLE
        due[timetabled] = services.slot_time[
            services.slot_first[service[timetabled]] + number[timetabled]
        ]

        boarded_legs = np.flatnonzero(log.leg_departure >= 0)
        boarded = np.zeros(plan.n_departures, dtype=np.int64)
        np.add.at(
            boarded,
            log.leg_departure[boarded_legs],
            plan.shipments.mteu[plan.legs.shipment[boarded_legs]],
        )
        if plan.n_departures:
            peak_mteu = np.maximum.reduceat(loads.after_mteu, index.departure_visit)[rows]
            peak_kg = np.maximum.reduceat(loads.after_kg, index.departure_visit)[rows]
        else:
            peak_mteu = peak_kg = np.empty(0, dtype=np.int64)

        one_mteu, one_kg = services.capacity_mteu[service], services.capacity_kg[service]
        vehicles = np.ones(len(rows), dtype=np.int64)
        own = services.dispatch[service] == ON_DEMAND
        vehicles[own] = np.maximum.reduce(
            [
                -(-peak_mteu[own] // one_mteu[own]),
                -(-peak_kg[own] // one_kg[own]),
                vehicles[own],
            ]
        )
        capacity_mteu = one_mteu * vehicles
        # A service without a payload limit has a huge one: keep the product within 64 bits.
        capacity_kg = np.minimum(one_kg, _NO_LIMIT_KG // vehicles) * vehicles
        left = _left_behind(plan, log, index)[rows]
        has_left = log.departure_status[rows] == DEPARTED
        is_full = has_left & (
            (peak_mteu * 100 >= capacity_mteu * FULL_SHARE_PERCENT)
            | (peak_kg >= capacity_kg // 100 * FULL_SHARE_PERCENT)
            | (left > 0)
        )
        return cls(
            departure=rows,
            service=service,
            number=number,
            status=log.departure_status[rows],
            due=due,
            time=log.departure_time[rows],
            vehicles=vehicles,
            capacity_mteu=capacity_mteu,
            capacity_kg=capacity_kg,
            boarded_mteu=boarded[rows],
            peak_mteu=peak_mteu,
            peak_kg=peak_kg,
            left_mteu=left,
            is_full=is_full,
        )


def _left_behind(plan: Plan, log: EventLog, index: PlanIndex) -> Ints:
    """Return the load that stayed behind ready, for every departure; the worst of its calls."""
    span = plan.horizon + 1
    legs = plan.legs
    waiting = np.flatnonzero((log.leg_ready >= 0) & (legs.service >= 0))
    service = legs.service[waiting].astype(np.int64)
    shared = plan.services.dispatch[service] != ON_DEMAND
    waiting, service = waiting[shared], service[shared]
    call = index.call_of(service, legs.board_call[waiting].astype(np.int64))
    mteu = plan.shipments.mteu[legs.shipment[waiting]]

    def until(seconds: Ints, key: Ints) -> Ints:
        """Load whose stamp at the call is not later than the key."""
        seen = seconds >= 0
        keys = call[seen] * span + seconds[seen]
        order = np.argsort(keys, kind="stable")
        total = np.concatenate([[0], np.cumsum(mteu[seen][order])])
        amount: Ints = total[np.searchsorted(keys[order], key, side="right")]
        return amount

    at_call, second, departure = index.boarding_instants(plan, log)
    key, before = at_call * span + second, at_call * span - 1
    ready = until(log.leg_ready[waiting], key) - until(log.leg_ready[waiting], before)
    boarded = until(log.leg_board[waiting], key) - until(log.leg_board[waiting], before)
    left = np.zeros(plan.n_departures, dtype=np.int64)
    np.maximum.at(left, departure, ready - boarded)
    return left
