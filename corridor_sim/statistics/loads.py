"""Departures that left or were cancelled: when, how large, how full."""

from __future__ import annotations

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
from corridor_sim.statistics.indices import PlanIndex
from corridor_sim.statistics.stop_loads import StopLoads

__all__ = ["FULL_SHARE_PERCENT", "STATUS_NAMES", "DepartureFacts"]

Ints = NDArray[np.int64]
Amounts = NDArray[np.int32] | Ints

#: A departure counts as full from this share of either limit on.
FULL_SHARE_PERCENT = 95
_NO_LIMIT_KG = 2**62
_LEGS_AT_ONCE = 2**17

STATUS_NAMES = {
    NOT_DEPARTED: "none",
    DEPARTED: "departed",
    CANCELLED_PENDING: "given_up",
    CANCELLED_EMPTY: "empty",
}


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

    def note(self, loads: StopLoads) -> None:
        """Take what is told of departures from loads that are there anyway.

        Parameters
        ----------
        loads : StopLoads
            Of the run.
        """
        for name in ("boarded_mteu", "peak_mteu", "peak_kg", "left_mteu"):
            self.__dict__.setdefault(name, getattr(loads, name)[self.departure])

    def _noted(self, name: str) -> Amounts:
        self.note(StopLoads.of(self._plan, self._log, self._index))
        found: Amounts = self.__dict__[name]
        return found

    @cached_property
    def boarded_mteu(self) -> Amounts:
        """Load that boarded over all calls, thousandths of a TEU."""
        return self._noted("boarded_mteu")

    @cached_property
    def peak_mteu(self) -> Amounts:
        """Most that was aboard at once, thousandths of a TEU."""
        return self._noted("peak_mteu")

    @cached_property
    def peak_kg(self) -> Amounts:
        """Most that was aboard at once, kilograms."""
        return self._noted("peak_kg")

    @cached_property
    def left_mteu(self) -> Amounts:
        """Most that stayed behind ready at one of its calls, thousandths of a TEU."""
        return self._noted("left_mteu")

    @cached_property
    def vehicles(self) -> NDArray[np.int32]:
        """Vehicles of a convoy, else 1."""
        services, shipments, legs = self._plan.services, self._plan.shipments, self._plan.legs
        vehicles = np.ones(self._plan.n_departures, dtype=np.int32)
        for start in range(0, len(legs.number), _LEGS_AT_ONCE):
            some = slice(start, start + _LEGS_AT_ONCE)
            # A departure on demand is that of one leg.
            rows = np.flatnonzero((legs.number[some] >= 0) & (self._log.leg_departure[some] >= 0))
            rows += start
            shipment, service = legs.shipment[rows], legs.service[rows]
            needed = np.maximum(
                -(-shipments.mteu[shipment] // services.capacity_mteu[service]),
                -(-shipments.kg[shipment] // services.capacity_kg[service]),
            )
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

    @cached_property
    def is_full(self) -> NDArray[np.bool_]:
        """Peak load of at least `FULL_SHARE_PERCENT` of a limit, or boxes left behind."""
        is_full: NDArray[np.bool_] = (self.status == DEPARTED) & (
            (self.peak_mteu * np.int64(100) >= self.capacity_mteu * FULL_SHARE_PERCENT)
            | (self.peak_kg >= self.capacity_kg // 100 * FULL_SHARE_PERCENT)
            | (self.left_mteu > 0)
        )
        return is_full
