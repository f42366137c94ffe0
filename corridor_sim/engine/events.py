"""What an engine hands back: stamp tables in id order, and their digest.

The contract of every engine:

1. All bound events of a second are applied first (releases, ends of visits, arrivals, slots,
   capacity rows, returned vehicles). They only append, decrement and mark.
2. Then one conditional pass: services first, then facilities, links and locks, each in the rank
   order of their names. Whatever starts ends at least a second later.
3. Queues are ordered by priority, time of asking, vehicles before shipments, and id.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridor_sim.plan.tables import NEVER, Plan

__all__ = [
    "CANCELLED_EMPTY",
    "CANCELLED_PENDING",
    "DEPARTED",
    "NOT_DEPARTED",
    "EventLog",
]

_HASHED_AT_ONCE = 2**17

# Whole numbers of 32 bits: half the memory; for mypy all widths are one.
Stamps = NDArray[Any]

NOT_DEPARTED, DEPARTED, CANCELLED_PENDING, CANCELLED_EMPTY = 0, 1, 2, 3


@dataclass(slots=True)
class EventLog:
    """Stamps of one run; -1 stands for never.

    Attributes
    ----------
    leg_ready, leg_board, leg_alight : (L,) int32
        Seconds; on a delivery row `leg_ready` is the delivery.
    leg_departure : (L,) int32
        Departure (numbered over all services) the leg went with.
    visit_queued, visit_start : (V,) int32
        Seconds of each visit.
    visit_end : (V,) int64
        Seconds. A visit that goes on beyond the horizon has its end stamped, however far.
    departure_status : (D,) int8
        0 not departed, 1 departed, 2 given up because too many slots were overdue, 3 cancelled
        because nothing waited.
    departure_time : (D,) int32
        Second of dispatch or cancellation.
    departure_mteu, departure_kg : (D,) int64
        Load that boarded at the first call.
    lockage_resource, lockage_chamber, lockage_direction, lockage_vessels : (n,) int64
        Lockages in the order of start; 0 vessels is an empty turn.
    lockage_start, lockage_end : (n,) int64
        Seconds.
    box_stock : (K,) int64
        Empty boxes in each pool at the horizon, thousandths of a TEU.
    """

    leg_ready: Stamps
    leg_board: Stamps
    leg_alight: Stamps
    leg_departure: Stamps
    visit_queued: Stamps
    visit_start: Stamps
    visit_end: NDArray[np.int64]
    departure_status: NDArray[np.int8]
    departure_time: Stamps
    departure_mteu: NDArray[np.int64]
    departure_kg: NDArray[np.int64]
    lockage_resource: NDArray[np.int64]
    lockage_chamber: NDArray[np.int64]
    lockage_direction: NDArray[np.int64]
    lockage_vessels: NDArray[np.int64]
    lockage_start: NDArray[np.int64]
    lockage_end: NDArray[np.int64]
    box_stock: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    @classmethod
    def empty(cls, plan: Plan) -> EventLog:
        """Return a log of the plan's size in which nothing has happened."""

        def never(n: int) -> NDArray[np.int32]:
            return np.full(n, NEVER, dtype=np.int32)

        def none() -> NDArray[np.int64]:
            return np.empty(0, dtype=np.int64)

        legs, visits, departures = plan.n_legs, plan.n_visits, plan.n_departures
        return cls(
            leg_ready=never(legs),
            leg_board=never(legs),
            leg_alight=never(legs),
            leg_departure=never(legs),
            visit_queued=never(visits),
            visit_start=never(visits),
            visit_end=np.full(visits, NEVER, dtype=np.int64),
            departure_status=np.zeros(departures, dtype=np.int8),
            departure_time=never(departures),
            departure_mteu=np.zeros(departures, dtype=np.int64),
            departure_kg=np.zeros(departures, dtype=np.int64),
            lockage_resource=none(),
            lockage_chamber=none(),
            lockage_direction=none(),
            lockage_vessels=none(),
            lockage_start=none(),
            lockage_end=none(),
        )

    def digest(self) -> str:
        """Return the SHA-256 over all stamps, in the order of the attributes.

        Every column is hashed as int64 (the status as int8), however wide its numbers are kept.
        Stocks of boxes are hashed where there are pools.
        """
        hasher = hashlib.sha256()
        for column in fields(self):
            array = getattr(self, column.name)
            if column.name == "box_stock" and not len(array):
                continue
            kind = np.dtype(np.int8 if column.name == "departure_status" else np.int64)
            hasher.update(f"{column.name}:{kind.str}:{len(array)};".encode())
            for first in range(0, len(array), _HASHED_AT_ONCE):
                part = array[first : first + _HASHED_AT_ONCE].astype(kind, copy=False)
                hasher.update(np.ascontiguousarray(part).data)
        return hasher.hexdigest()

    def n_events(self, plan: Plan) -> int:
        """Return the number of bound events before the horizon, whatever the engine.

        Counted are releases, ends of visits, departures or cancellations, and capacity rows.
        """
        horizon = plan.horizon
        released = int(np.count_nonzero(plan.shipments.release_s < horizon))
        ended = int(np.count_nonzero((self.visit_end >= 0) & (self.visit_end < horizon)))
        departed = int(np.count_nonzero(self.departure_status))
        rows = int(np.count_nonzero(plan.resources.row_time > 0))
        return released + ended + departed + rows
