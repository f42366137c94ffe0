"""What was aboard, who was left behind, and which departures were full."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

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
from corridor_sim.statistics.compiled import compiled, has_compiler
from corridor_sim.statistics.grouping import whole_sums
from corridor_sim.statistics.indices import PlanIndex, first_at_or_after
from corridor_sim.statistics.load_loop import add_up_loads

__all__ = ["FULL_SHARE_PERCENT", "STATUS_NAMES", "DepartureFacts", "VisitLoads", "kg_after_visits"]

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
    after_mteu : (V,) int64
        Aboard after each visit, thousandths of a TEU.
    moved_mteu : (V,) int64
        Boarded plus alighted at the visit.
    """

    after_mteu: Ints
    moved_mteu: Ints

    @classmethod
    def of(
        cls, plan: Plan, log: EventLog, index: PlanIndex, *, by_loop: bool | None = None
    ) -> VisitLoads:
        """Add up what boarded and alighted; a box under way at the horizon alights as planned.

        Parameters
        ----------
        plan : Plan
            Plan of the run.
        log : EventLog
            Stamps of the run.
        index : PlanIndex
            Index of the plan.
        by_loop : bool, optional
            Whether the compiled loop adds up, or whole arrays; where numba is installed if not
            given.

        Returns
        -------
        VisitLoads
            One row per visit of a departure.
        """
        return cls(*_loads(plan, log, index, plan.shipments.mteu, by_loop=by_loop))


def kg_after_visits(
    plan: Plan, log: EventLog, index: PlanIndex, *, by_loop: bool | None = None
) -> Ints:
    """Return the weight aboard after each visit of a departure, see `VisitLoads.of`.

    It is told apart from the TEU because a year has millions of visits.

    Parameters
    ----------
    plan : Plan
        Plan of the run.
    log : EventLog
        Stamps of the run.
    index : PlanIndex
        Index of the plan.
    by_loop : bool, optional
        Whether the compiled loop adds up; where numba is installed if not given.

    Returns
    -------
    (V,) int64
        Kilograms.
    """
    return _loads(plan, log, index, plan.shipments.kg, by_loop=by_loop)[0]


def _loads(
    plan: Plan, log: EventLog, index: PlanIndex, amount: Ints, *, by_loop: bool | None
) -> tuple[Ints, Ints]:
    """Return what was aboard after each visit of a departure, and what moved at it."""
    legs, n = plan.legs, plan.visits.shipment_first
    if has_compiler() if by_loop is None else by_loop:
        after, moved = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        compiled(add_up_loads)(
            (legs.shipment, legs.board_call, legs.alight_call, log.leg_departure, log.leg_alight),
            amount,
            (index.departure_service, index.departure_visit, index.call_first, index.call_step),
            after,
            moved,
        )
        return after, moved
    boarded = np.flatnonzero(log.leg_departure >= 0)
    departure = log.leg_departure[boarded]
    board = index.visit_at_call(departure, legs.board_call[boarded])
    alight = index.visit_at_call(departure, legs.alight_call[boarded])
    of_leg = amount[legs.shipment[boarded]]
    after, left = whole_sums(board, of_leg, n), whole_sums(alight, of_leg, n)
    moved = after + left
    # A box that never reached its call was not moved there.
    under_way = np.flatnonzero(log.leg_alight[boarded] < 0)
    moved -= whole_sums(alight[under_way], of_leg[under_way], n)
    after -= left
    return np.cumsum(after, out=after), moved


class DepartureFacts:
    """One row per departure that left or was cancelled.

    What needs a look at every leg is worked out when it is asked for.

    Parameters
    ----------
    plan : Plan
        Plan of the run.
    log : EventLog
        Stamps of the run.
    index : PlanIndex
        Index of the plan.

    Attributes
    ----------
    departure, service : (n,) int32
        Departure over all services, and service.
    """

    def __init__(self, plan: Plan, log: EventLog, index: PlanIndex) -> None:
        self._plan, self._log, self._index = plan, log, index
        rows = np.flatnonzero(log.departure_status != NOT_DEPARTED)
        self.departure: NDArray[np.int32] = rows.astype(np.int32)
        self.service: NDArray[np.int32] = index.departure_service[rows].astype(np.int32)

    def __len__(self) -> int:
        return len(self.departure)

    @property
    def status(self) -> NDArray[np.int8]:
        """Code in `STATUS_NAMES`."""
        return self._log.departure_status[self.departure]

    @property
    def time(self) -> Ints:
        """Second it left or was cancelled."""
        return self._log.departure_time[self.departure]

    @property
    def number(self) -> Ints:
        """Number within the service."""
        return self.departure - self._plan.services.departure_first[self.service]

    @property
    def due(self) -> Ints:
        """Slot of a timetable, -1 elsewhere."""
        services = self._plan.services
        due = np.full(len(self), -1, dtype=np.int64)
        timetabled = services.dispatch[self.service] == TIMETABLE
        slot = services.slot_first[self.service[timetabled]] + self.number[timetabled]
        due[timetabled] = services.slot_time[slot]
        return due

    @cached_property
    def boarded_mteu(self) -> Ints:
        """Load that boarded over all calls, thousandths of a TEU."""
        legs = np.flatnonzero(self._log.leg_departure >= 0)
        mteu = self._plan.shipments.mteu[self._plan.legs.shipment[legs]]
        whole = whole_sums(self._log.leg_departure[legs], mteu, self._plan.n_departures)
        return whole[self.departure]

    @cached_property
    def vehicles(self) -> NDArray[np.int32]:
        """Vehicles of a convoy, else 1."""
        services, shipments, legs = self._plan.services, self._plan.shipments, self._plan.legs
        # A departure on demand is that of one leg.
        rows = np.flatnonzero((legs.number >= 0) & (self._log.leg_departure >= 0))
        shipment, service = legs.shipment[rows], legs.service[rows]
        needed = np.maximum(
            -(-shipments.mteu[shipment] // services.capacity_mteu[service]),
            -(-shipments.kg[shipment] // services.capacity_kg[service]),
        )
        vehicles = np.ones(self._plan.n_departures, dtype=np.int32)
        vehicles[self._log.leg_departure[rows]] = np.maximum(needed, 1)
        return vehicles[self.departure]

    @property
    def capacity_mteu(self) -> Ints:
        """Limit of all its vehicles, thousandths of a TEU."""
        return self._plan.services.capacity_mteu[self.service] * self.vehicles

    @property
    def capacity_kg(self) -> Ints:
        """Limit of all its vehicles, kilograms."""
        # A service without a payload limit has a huge one: keep the product within 64 bits.
        one, vehicles = (
            self._plan.services.capacity_kg[self.service],
            self.vehicles.astype(np.int64),
        )
        most = np.full(len(vehicles), _NO_LIMIT_KG, dtype=np.int64) // vehicles
        limit: Ints = np.minimum(one, most) * vehicles
        return limit

    def _peaks(self, after: Ints) -> Ints:
        if len(self) == 0:
            return np.empty(0, dtype=np.int64)
        peaks: Ints = np.maximum.reduceat(after, self._index.departure_visit)[self.departure]
        return peaks

    @cached_property
    def peak_mteu(self) -> Ints:
        """Most that was aboard at once, thousandths of a TEU."""
        return self._peaks(VisitLoads.of(self._plan, self._log, self._index).after_mteu)

    @cached_property
    def peak_kg(self) -> Ints:
        """Most that was aboard at once, kilograms."""
        return self._peaks(kg_after_visits(self._plan, self._log, self._index))

    def note_peaks(self, loads: VisitLoads) -> None:
        """Take the peaks of TEU from loads that are there anyway.

        Parameters
        ----------
        loads : VisitLoads
            Of the run.
        """
        self.__dict__.setdefault("peak_mteu", self._peaks(loads.after_mteu))

    @cached_property
    def left_mteu(self) -> Ints:
        """Most that stayed behind ready at one of its calls, thousandths of a TEU."""
        return _left_behind(self._plan, self._log, self._index)[self.departure]

    @cached_property
    def is_full(self) -> NDArray[np.bool_]:
        """Peak load of at least `FULL_SHARE_PERCENT` of a limit, or boxes left behind."""
        is_full: NDArray[np.bool_] = (self.status == DEPARTED) & (
            (self.peak_mteu * 100 >= self.capacity_mteu * FULL_SHARE_PERCENT)
            | (self.peak_kg >= self.capacity_kg // 100 * FULL_SHARE_PERCENT)
            | (self.left_mteu > 0)
        )
        return is_full


def _left_behind(plan: Plan, log: EventLog, index: PlanIndex) -> Ints:
    """Return the load that stayed behind ready, for every departure; the worst of its calls.

    At an instant of boarding that is what was ready by then and did not board by then. So a box
    counts from the first instant after it is ready to the last one before it boards.
    """
    legs = plan.legs
    waiting = np.flatnonzero((log.leg_ready >= 0) & (legs.service >= 0))
    service = legs.service[waiting].astype(np.int64)
    shared = plan.services.dispatch[service] != ON_DEMAND
    waiting, service = waiting[shared], service[shared]
    call = index.call_of(service, legs.board_call[waiting].astype(np.int64))
    mteu = plan.shipments.mteu[legs.shipment[waiting]]
    ready, board = log.leg_ready[waiting], log.leg_board[waiting]
    instants = index.instants(plan, log)
    n = len(instants.call)

    def instant(rows: Ints | NDArray[np.bool_], seconds: Ints) -> Ints:
        return first_at_or_after(
            instants.call, instants.second, call[rows], seconds[rows].astype(np.int64), plan.horizon
        )

    # Most boxes are aboard at the first instant, and were never left behind.
    from_row = instant(np.arange(len(waiting)), ready)
    until_row = instants.first[call + 1]
    boards = board >= 0
    is_first = boards & (board == instants.second[np.minimum(from_row, n - 1)])
    until_row[is_first] = from_row[is_first]
    later = np.flatnonzero(boards & ~is_first)
    until_row[later] = instant(later, board)
    stays = np.flatnonzero(from_row < until_row)
    steps = np.zeros(n + 1, dtype=np.int64)
    steps += whole_sums(from_row[stays], mteu[stays], n + 1)
    steps -= whole_sums(until_row[stays], mteu[stays], n + 1)
    left = np.zeros(plan.n_departures, dtype=np.int64)
    np.maximum.at(left, instants.departure, np.cumsum(steps)[:n])
    return left
