"""Departures that left or were cancelled: when, how large, how full."""

from __future__ import annotations

import copy
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
from corridor_sim.plan.tables import TIMETABLE, Plan
from corridor_sim.statistics.columns import Rows
from corridor_sim.statistics.indices import PlanIndex
from corridor_sim.statistics.stop_loads import Amounts, DepartureLoads, StopLoads

__all__ = ["FULL_SHARE_PERCENT", "STATUS_NAMES", "DepartureFacts"]

Ints = NDArray[np.int64]

#: A departure counts as full from this share of either limit on.
FULL_SHARE_PERCENT = 95
_NO_LIMIT_KG = np.int64(2**62)
_LEGS_AT_ONCE = 2**17

STATUS_NAMES = {
    NOT_DEPARTED: "none",
    DEPARTED: "departed",
    CANCELLED_PENDING: "given_up",
    CANCELLED_EMPTY: "empty",
}


class _Worked:
    """What is worked out once for all departures, those included that did not leave."""

    def __init__(self, plan: Plan, log: EventLog, index: PlanIndex) -> None:
        self.plan, self.log, self.index = plan, log, index

    @cached_property
    def loads(self) -> DepartureLoads:
        return StopLoads.of(self.plan, self.log, self.index).of_departures

    @cached_property
    def vehicles(self) -> NDArray[np.int32]:
        services, shipments, legs = self.plan.services, self.plan.shipments, self.plan.legs
        vehicles = np.ones(self.plan.n_departures, dtype=np.int32)
        for start in range(0, len(legs.number), _LEGS_AT_ONCE):
            some = slice(start, start + _LEGS_AT_ONCE)
            # A departure on demand is that of one leg.
            rows = np.flatnonzero((legs.number[some] >= 0) & (self.log.leg_departure[some] >= 0))
            rows += start
            shipment, service = legs.shipment[rows], legs.service[rows]
            needed = np.maximum(
                -(-shipments.mteu[shipment] // services.capacity_mteu[service]),
                -(-shipments.kg[shipment] // services.capacity_kg[service]),
            )
            vehicles[self.log.leg_departure[rows]] = np.maximum(needed, 1)
        return vehicles


class DepartureFacts:
    """One row per departure that left or was cancelled.

    What needs a look at every leg is worked out when it is asked for, and kept.

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
    departure : (n,) int32
        Departure over all services.
    """

    def __init__(self, plan: Plan, log: EventLog, index: PlanIndex) -> None:
        self._plan, self._log, self._index = plan, log, index
        rows = np.flatnonzero(log.departure_status != NOT_DEPARTED)
        self.departure: NDArray[np.int32] = rows.astype(np.int32)
        self._worked = _Worked(plan, log, index)

    def __len__(self) -> int:
        return len(self.departure)

    def part(self, rows: Rows) -> DepartureFacts:
        """Return some rows; what is worked out for them is worked out for all."""
        part = copy.copy(self)
        part.departure = self.departure[rows]
        return part

    def note(self, loads: DepartureLoads) -> None:
        """Take loads that are there anyway.

        Parameters
        ----------
        loads : DepartureLoads
            Of the run.
        """
        self._worked.__dict__.setdefault("loads", loads)

    def let_go(self) -> None:
        """Give back the loads; who asks for them again has them added up again."""
        self._worked.__dict__.pop("loads", None)

    @property
    def service(self) -> NDArray[np.int32]:
        """Service."""
        return self._index.departure_service[self.departure]

    @property
    def status(self) -> NDArray[np.int8]:
        """Code in `STATUS_NAMES`."""
        return self._log.departure_status[self.departure]

    @property
    def time(self) -> NDArray[np.signedinteger]:
        """Second it left or was cancelled."""
        return self._log.departure_time[self.departure]

    @property
    def number(self) -> Ints:
        """Number within the service."""
        return self.departure - self._plan.services.departure_first[self.service]

    @property
    def due(self) -> Ints:
        """Slot of a timetable, -1 elsewhere."""
        services, service = self._plan.services, self.service
        due = np.full(len(self), -1, dtype=np.int64)
        rows = np.flatnonzero(services.dispatch[service] == TIMETABLE)
        service = service[rows]
        number = self.departure[rows] - services.departure_first[service]
        due[rows] = services.slot_time[services.slot_first[service] + number]
        return due

    @property
    def boarded_mteu(self) -> Amounts:
        """Load that boarded over all calls, thousandths of a TEU."""
        return self._worked.loads.boarded_mteu[self.departure]

    @property
    def peak_mteu(self) -> Amounts:
        """Most that was aboard at once, thousandths of a TEU."""
        return self._worked.loads.peak_mteu[self.departure]

    @property
    def peak_kg(self) -> Amounts:
        """Most that was aboard at once, kilograms."""
        return self._worked.loads.peak_kg[self.departure]

    @property
    def left_mteu(self) -> Amounts:
        """Most that stayed behind ready at one of its calls, thousandths of a TEU."""
        return self._worked.loads.left_mteu[self.departure]

    @property
    def vehicles(self) -> NDArray[np.int32]:
        """Vehicles of a convoy, else 1."""
        return self._worked.vehicles[self.departure]

    @property
    def capacity_mteu(self) -> Ints:
        """Limit of all its vehicles, thousandths of a TEU."""
        return self._plan.services.capacity_mteu[self.service] * self.vehicles

    @property
    def capacity_kg(self) -> Ints:
        """Limit of all its vehicles, kilograms."""
        # A service without a payload limit has a huge one: keep the product within 64 bits.
        one, vehicles = self._plan.services.capacity_kg[self.service], self.vehicles
        limit: Ints = np.minimum(one, _NO_LIMIT_KG // vehicles) * vehicles
        return limit

    @property
    def is_full(self) -> NDArray[np.bool_]:
        """Peak load of at least `FULL_SHARE_PERCENT` of a limit, or boxes left behind."""
        is_full: NDArray[np.bool_] = (self.status == DEPARTED) & (
            (self.peak_mteu * np.int64(100) >= self.capacity_mteu * FULL_SHARE_PERCENT)
            | (self.peak_kg >= self.capacity_kg // 100 * FULL_SHARE_PERCENT)
            | (self.left_mteu > 0)
        )
        return is_full
