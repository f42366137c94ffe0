"""The plan: everything an engine may know, as read-only arrays.

Rows that belong to a row of another table lie side by side; the first one is found in a `*_first`
array of length n + 1 (compressed sparse rows). Times are whole seconds since the start of the
simulated span, loads thousandths of a TEU and kilograms, so that every sum is exact.

Visits are numbered once for the whole plan: those of departures first, then those of shipments,
then those of background vessels and trains.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from corridor_sim.shipments import Shipments

__all__ = [
    "BOX_POOL",
    "FACILITY",
    "FILL",
    "LINK",
    "LOCK",
    "NEVER",
    "ON_DEMAND",
    "TIMETABLE",
    "UNLIMITED",
    "BackgroundTable",
    "BoxTable",
    "LegTable",
    "LockTable",
    "Plan",
    "ResourceTable",
    "ServiceTable",
    "VisitTable",
]

Ints = NDArray[np.int64]
SmallInts = NDArray[np.int32]
Bytes = NDArray[np.int8]
Floats = NDArray[np.float64]

TIMETABLE, FILL, ON_DEMAND = 0, 1, 2
LINK, FACILITY, LOCK, BOX_POOL = 0, 1, 2, 3
UNLIMITED = 2**31 - 1
NEVER = -1


@dataclass(frozen=True, slots=True)
class ResourceTable:
    """Links and facilities in the rank order of their names.

    Attributes
    ----------
    kind : (R,) int8
        `LINK`, `FACILITY`, `LOCK` or `BOX_POOL`.
    per_teu_s : (R,) float64
        Handling seconds per TEU moved.
    is_free : (R,) bool
        True where servers are unlimited at every second and nothing ever slows it down, so that a
        visit starts as it asks.
    row_first : (R + 1,) int64
        First row of each resource in the step function of its capacity.
    row_time : (rows,) int64
        Second from which the row holds; the first row of each resource is at 0.
    row_servers : (rows,) int64
        Servers (open flights for a lock); `UNLIMITED` for links.
    row_slowdown : (rows,) float64
        Factor on every visit that starts under this row.
    row_chambers, row_mode : (rows,) int64
        For locks: bit mask of the open flights, and the mode of `rules.locks`.
    row_period : (rows,) int64
        For locks: seconds between reversals in timed working.
    """

    kind: Bytes
    per_teu_s: Floats
    is_free: NDArray[np.bool_]
    row_first: Ints
    row_time: Ints
    row_servers: Ints
    row_slowdown: Floats
    row_chambers: Ints
    row_mode: Ints
    row_period: Ints


@dataclass(frozen=True, slots=True)
class LockTable:
    """What only locks have, one row per lock.

    Attributes
    ----------
    resource : (K,) int64
        Row of the lock in the resource table.
    chambers : (K,) int64
        Number of flights.
    smallest_batch : (K,) int64
        Vessels below which no lockage starts.
    largest_take : (K,) int64
        Most vessels a chamber ever takes.
    """

    resource: Ints
    chambers: Ints
    smallest_batch: Ints
    largest_take: Ints


@dataclass(frozen=True, slots=True)
class ServiceTable:
    """Services in the rank order of their names.

    Attributes
    ----------
    dispatch : (S,) int8
        `TIMETABLE`, `FILL` or `ON_DEMAND`.
    capacity_mteu, capacity_kg : (S,) int64
        Both limits of one vehicle.
    min_mteu, min_kg : (S,) int64
        Load at which a fill service leaves.
    max_wait : (S,) int64
        Seconds the oldest box may wait before a fill service leaves anyway.
    max_per_day : (S,) int64
        Departures a fill service makes in a calendar day at most.
    max_pending : (S,) int64
        Overdue slots a timetabled service keeps.
    max_idle : (S,) int64
        Seconds after which an idle vehicle returns empty; -1 switches the rule off.
    priority : (S,) int64
        Rank of its vehicles at resources, smaller first.
    pool, return_pool : (S,) int64
        Vehicle pool it leaves from and returns to; -1 for an unlimited fleet.
    turnaround : (S,) int64
        Seconds from the last call until the vehicle is in the return pool.
    runs_empty : (S,) bool
        Whether an empty slot runs.
    n_calls : (S,) int64
        Number of calls.
    step_first : (S + 1,) int64
        First step of each service.
    step_resource : (steps,) int64
        Resource visited; -1 where a call has no handling.
    step_call : (steps,) int64
        Ordinal of the call, -1 on the way.
    step_direction : (steps,) int8
        Direction at a lock.
    step_quota_mteu : (steps,) int64
        Most that boards at the call.
    hold_first : (S + 1,) int64
        First row of each service in `hold_resource`.
    hold_resource : (holds,) int64
        Resources that must not be closed when a departure leaves.
    slot_first : (S + 1,) int64
        First timetable slot of each service.
    slot_time : (slots,) int64
        Seconds of the slots, ascending within a service.
    departure_first : (S + 1,) int64
        First departure number of each service. A departure is a slot, a day times `max_per_day`
        plus its rank in the day, or an on-demand leg.
    visit_first : (S + 1,) int64
        First visit of each service: visit = visit_first + number x steps + step.
    """

    dispatch: Bytes
    capacity_mteu: Ints
    capacity_kg: Ints
    min_mteu: Ints
    min_kg: Ints
    max_wait: Ints
    max_per_day: Ints
    max_pending: Ints
    max_idle: Ints
    priority: Ints
    pool: Ints
    return_pool: Ints
    turnaround: Ints
    runs_empty: NDArray[np.bool_]
    n_calls: Ints
    step_first: Ints
    step_resource: Ints
    step_call: Ints
    step_direction: Bytes
    step_quota_mteu: Ints
    hold_first: Ints
    hold_resource: Ints
    slot_first: Ints
    slot_time: Ints
    departure_first: Ints
    visit_first: Ints


@dataclass(frozen=True, slots=True)
class LegTable:
    """Legs of the served shipments; each shipment ends with a delivery row.

    Attributes
    ----------
    first : (n + 1,) int64
        First leg of each shipment; an unserved shipment has none.
    shipment : (L,) int32
        Shipment of the leg.
    service : (L,) int32
        Service, -1 on the delivery row.
    board_call, alight_call : (L,) int32
        Ordinals of the calls, -1 on the delivery row.
    number : (L,) int32
        Departure number for on-demand legs, else -1.
    visit_first : (L + 1,) int32
        First shipment visit before boarding (or before delivery).
    """

    first: Ints
    shipment: SmallInts
    service: SmallInts
    board_call: SmallInts
    alight_call: SmallInts
    number: SmallInts
    visit_first: SmallInts


@dataclass(frozen=True, slots=True)
class VisitTable:
    """Every visit that may happen.

    Attributes
    ----------
    resource : (V,) int32
        Resource visited, -1 where a call has no handling.
    fixed_s : (V,) float64
        Drawn seconds that do not depend on the load; for a lock the cycle of the lockage that has
        this vessel first.
    take : (V,) int8
        For a lock: vessels the chamber takes when this vessel is first.
    shipment_first, background_first : int
        Where the visits of shipments and of background traffic begin.
    """

    resource: SmallInts
    fixed_s: Floats
    take: Bytes
    shipment_first: int
    background_first: int


@dataclass(frozen=True, slots=True)
class BackgroundTable:
    """Vessels and trains that carry none of the cargo but use the same servers.

    Attributes
    ----------
    resource, priority : (B,) int64
        What they visit, and their rank there.
    first_direction : (B,) int8
        Direction of the first visit of a closed population's vessel; -1 for open arrivals.
    visit_first : (B + 1,) int64
        First visit of each vessel, counted from `VisitTable.background_first`.
    gap : (visits,) int64
        Seconds between the end of the visit before (or the start of the span) and this visit.
        For open arrivals each vessel has one visit.
    name : (B,) int32
        Row of the background table it comes from.
    """

    resource: Ints
    priority: Ints
    first_direction: Bytes
    visit_first: Ints
    gap: Ints
    name: SmallInts


@dataclass(frozen=True, slots=True)
class BoxTable:
    """Pools of empty boxes, and the shipments whose boxes come back to them.

    Who takes boxes visits the pool as it visits a facility.

    Attributes
    ----------
    resource : (K,) int64
        Row of the pool in the resource table.
    initial_mteu : (K,) int64
        Boxes that stand there at the start, thousandths of a TEU.
    gives : (n,) int32
        Resource to which the boxes of each shipment come back after its delivery, -1 for none;
        without an entry where there are no pools.
    turnaround : (n,) int64
        Seconds from the delivery until they can be taken again; without an entry as well.
    in_boxes : (n,) bool
        Which shipments are boxes, loaded or empty, whether there are pools or not; without an entry
        in plans made by hand.
    """

    resource: Ints
    initial_mteu: Ints
    gives: SmallInts
    turnaround: Ints
    in_boxes: NDArray[np.bool_]

    @classmethod
    def none(cls) -> BoxTable:
        """Return the table of a plan without pools."""
        return cls(
            resource=np.empty(0, dtype=np.int64),
            initial_mteu=np.empty(0, dtype=np.int64),
            gives=np.empty(0, dtype=np.int32),
            turnaround=np.empty(0, dtype=np.int64),
            in_boxes=np.empty(0, dtype=bool),
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is decided before the clock starts.

    Attributes
    ----------
    horizon : int
        Seconds simulated; instants before it run.
    window : tuple of int
        Start and end of the measured window.
    resource_names, service_names, pool_names, background_names : tuple of str
        Names in rank order.
    pool_fleet : (P,) int64
        Vehicles in each pool at the start.
    """

    horizon: int
    window: tuple[int, int]
    resource_names: tuple[str, ...]
    service_names: tuple[str, ...]
    pool_names: tuple[str, ...]
    background_names: tuple[str, ...]
    pool_fleet: Ints
    resources: ResourceTable
    locks: LockTable
    services: ServiceTable
    legs: LegTable
    visits: VisitTable
    background: BackgroundTable
    shipments: Shipments
    boxes: BoxTable = field(default_factory=BoxTable.none)

    @property
    def n_departures(self) -> int:
        """Number of departures that may happen."""
        return int(self.services.departure_first[-1])

    @property
    def n_visits(self) -> int:
        """Number of visits that may happen."""
        return len(self.visits.resource)

    @property
    def n_legs(self) -> int:
        """Number of leg rows, delivery rows included."""
        return len(self.legs.service)

    def freeze(self) -> Plan:
        """Make every array read-only and return the plan."""
        for table in (
            self.resources,
            self.locks,
            self.services,
            self.legs,
            self.visits,
            self.background,
            self.boxes,
        ):
            for column in fields(table):
                value = getattr(table, column.name)
                if isinstance(value, np.ndarray):
                    value.flags.writeable = False
        self.pool_fleet.flags.writeable = False
        return self

    def without_draws(self) -> Plan:
        """Return the plan without what was drawn for its visits, which engines alone need.

        Returns
        -------
        Plan
            No engine runs it any more; everything else is shared with this one.
        """
        none = replace(self.visits, fixed_s=np.empty(0), take=np.empty(0, dtype=np.int8))
        return replace(self, visits=none)

    @property
    def has_draws(self) -> bool:
        """Whether an engine can run it, see `without_draws`."""
        return len(self.visits.fixed_s) == len(self.visits.take) == self.n_visits

    def service_visit(self, service: int, number: int) -> int:
        """Return the first visit of one departure.

        Parameters
        ----------
        service : int
            Rank of the service.
        number : int
            Number of the departure within the service.

        Returns
        -------
        int
            Number of the visit.
        """
        first = self.services.step_first
        steps = int(first[service + 1] - first[service])
        return int(self.services.visit_first[service]) + number * steps
