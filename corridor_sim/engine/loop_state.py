"""From a plan to the block of memory on which the loop works, and from it to a log."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridor_sim.engine import loop_columns as at
from corridor_sim.errors import CorridorSimError
from corridor_sim.plan.tables import LOCK, NEVER, ON_DEMAND, TIMETABLE, Plan

__all__ = ["Columns", "Memory", "build_memory", "list_known_events", "plan_columns"]

Ints = NDArray[np.int64]

# The loop keeps loads of a box in 32 bits.
_MOST = 2**31 - 1
_LONGEST = 2 ** (63 - at.TIME_SHIFT) - 1
# Numbers in the record of a client, about.
_PER_CLIENT = 24


class Memory(NamedTuple):
    """One block of memory read in three ways, see `loop_columns`."""

    m: Ints
    f: NDArray[np.float64]
    h: NDArray[np.int32]


class Columns(NamedTuple):
    """Columns of a plan as `loop_layout` takes them: read-only and of one type each."""

    leg_first: Ints
    leg_service: NDArray[np.int32]
    leg_board_call: NDArray[np.int32]
    leg_alight_call: NDArray[np.int32]
    leg_number: Ints
    leg_visit_first: Ints
    box_mteu: Ints
    box_kg: Ints
    box_level: Ints
    visit_resource: NDArray[np.int32]
    visit_fixed_s: NDArray[np.float64]
    visit_take: NDArray[np.int8]
    departure_first: Ints
    service_visit_first: Ints
    step_first: Ints
    step_resource: Ints
    vessel_visit_first: Ints
    gap: Ints
    background_first: int


def plan_columns(plan: Plan) -> Columns:
    """Return the columns of a plan of which the loop makes records."""
    legs, shipments, services = plan.legs, plan.shipments, plan.services
    visits, background = plan.visits, plan.background
    level = np.searchsorted(np.unique(shipments.priority), shipments.priority)
    return Columns(
        leg_first=_read_only(legs.first, np.int64),
        leg_service=_read_only(legs.service, np.int32),
        leg_board_call=_read_only(legs.board_call, np.int32),
        leg_alight_call=_read_only(legs.alight_call, np.int32),
        leg_number=_read_only(legs.number, np.int64),
        leg_visit_first=_read_only(legs.visit_first, np.int64),
        box_mteu=_read_only(shipments.mteu, np.int64),
        box_kg=_read_only(shipments.kg, np.int64),
        box_level=_read_only(level, np.int64),
        visit_resource=_read_only(visits.resource, np.int32),
        visit_fixed_s=_read_only(visits.fixed_s, np.float64),
        visit_take=_read_only(visits.take, np.int8),
        departure_first=_read_only(services.departure_first, np.int64),
        service_visit_first=_read_only(services.visit_first, np.int64),
        step_first=_read_only(services.step_first, np.int64),
        step_resource=_read_only(services.step_resource, np.int64),
        vessel_visit_first=_read_only(background.visit_first, np.int64),
        gap=_read_only(background.gap, np.int64),
        background_first=visits.background_first,
    )


def _read_only(array: NDArray[Any], dtype: Any) -> NDArray[Any]:
    view = np.ascontiguousarray(array, dtype=dtype).view()
    view.flags.writeable = False
    return view


class Block:
    """A block of integers that is laid out section by section.

    Attributes
    ----------
    size : int
        Numbers laid out so far.
    """

    def __init__(self) -> None:
        self.size = 0
        self._sections: list[tuple[int, Ints]] = []

    def add(self, rows: int, columns: int = 1) -> tuple[Ints, Ints]:
        """Add a table of zeros and return it together with the place of each row and its end."""
        first = self.size
        table = np.zeros((rows, columns), dtype=np.int64)
        self.size += rows * columns
        self._sections.append((first, table))
        return table, first + np.arange(rows + 1) * columns

    def reserve(self, size: int) -> int:
        """Add room for as many numbers and return its place."""
        first = self.size
        self.size += size
        return first

    def join(self) -> Memory:
        """Return the block."""
        # What is reserved is written before it is read; pages never touched cost nothing.
        m = np.empty(self.size, dtype=np.int64)
        for first, table in self._sections:
            m[first : first + table.size] = table.ravel()
        return Memory(m, m.view(np.float64), m.view(np.int32))


def build_memory(plan: Plan, *, room: int) -> Memory:
    """Lay a plan out as the block of memory on which the loop works, but for boxes and the like.

    Parameters
    ----------
    plan : Plan
        Read-only.
    room : int
        Clients and pending events for which there is room.

    Returns
    -------
    Memory
        At second 0, without the records that `loop_layout` lays out and the known events.

    Raises
    ------
    CorridorSimError
        If the plan is too large for it.
    """
    priorities = np.unique(plan.shipments.priority)
    n_levels = max(len(priorities), 1)
    block = Block()
    constants = block.add(at.N_CONSTANTS)[0][:, 0]
    constants[at.HORIZON] = plan.horizon
    constants[at.N_LEVELS] = n_levels
    constants[at.N_SERVICES] = len(plan.service_names)
    constants[at.N_BOXES] = len(plan.legs.first) - 1
    constants[at.N_LEGS] = plan.n_legs
    constants[at.N_VESSELS] = len(plan.background.resource)
    constants[at.N_VISITS] = plan.n_visits
    constants[at.CALL_SIZE] = at.N_CALL + n_levels * at.N_QUEUE
    services, service_at = block.add(len(plan.service_names), at.N_SERVICE)
    resources, resource_at = block.add(len(plan.resource_names), at.N_RESOURCE)
    constants[at.SERVICES], constants[at.RESOURCES] = service_at[0], resource_at[0]
    _add_capacity(plan, block, resource_at)
    _fill_resources(plan, block, resources, service_at)
    step_queue, vessel_queue = _add_queues(plan, block, resources, priorities)
    _add_locks(plan, block, resources, resource_at)
    _fill_services(plan, block, services, resource_at)
    calls = _add_calls(plan, block, services, service_at, n_levels)
    _add_steps(plan, block, services, resources, resource_at, step_queue, calls)
    constants[at.VESSELS] = _add_vessels(plan, block, resource_at, vessel_queue)
    _add_pools(plan, block, services, service_at)
    constants[at.FREE_VISITOR] = NEVER
    constants[at.FIRST_BOX] = plan.n_departures + len(plan.background.resource)
    constants[at.DUE_SERVICES] = block.reserve(len(services))
    constants[at.DUE_RESOURCES] = block.reserve(len(resources))
    constants[at.KNOWN] = block.reserve(_most_known(plan))
    constants[at.RECORDS] = block.reserve(_record_size(plan, services))
    constants[at.HEAP_ROOM] = room
    constants[at.HEAP] = block.reserve(room)
    constants[at.NEXT_NODE] = block.reserve(room * at.N_NODE)
    constants[at.NODES_END] = block.size
    constants[at.FREE_NODE] = NEVER
    # Buckets so wide that a few dozen events share one.
    width = plan.horizon * at.PER_BUCKET // (plan.n_legs + len(plan.background.gap) + 1)
    constants[at.BUCKET_BITS] = max(width.bit_length(), 4)
    n_buckets = (plan.horizon >> int(constants[at.BUCKET_BITS])) + 1
    buckets = block.reserve(n_buckets // 2 + 1)
    constants[at.BUCKETS] = 2 * buckets
    constants[at.LOCKAGE_ROOM] = lockage_room = room + _visits_at_locks(plan)
    constants[at.LOCKAGES] = block.reserve(lockage_room * at.N_LOCKAGE)
    constants[at.NEXT_CLIENT] = block.reserve(room * _PER_CLIENT)
    constants[at.CLIENTS_END] = block.size
    _refuse_too_large(plan, block.size)
    memory = block.join()
    memory.h[2 * buckets : 2 * buckets + n_buckets] = NEVER
    return memory


def _refuse_too_large(plan: Plan, size: int) -> None:
    shipments = plan.shipments
    for what, number, most in (
        ("seconds simulated", plan.horizon, _LONGEST),
        ("words of memory", size, at.ID_MASK),
        ("thousandths of a TEU in a shipment", int(shipments.mteu.max(initial=0)), _MOST),
        ("kilograms in a shipment", int(shipments.kg.max(initial=0)), _MOST),
        ("priorities of shipments", len(np.unique(shipments.priority)), at.LEVELS),
    ):
        if number > most:
            raise CorridorSimError(
                f"the plan has {number} {what}; the loop and compiled engines take at most {most}: "
                "use engine 'simpy', or make the scenario shorter or its shipments smaller"
            )


def _record_size(plan: Plan, services: Ints) -> int:
    """Return the size of all records of departures, boxes and background visits, in 64 bits."""
    # Each box that is served ends with a delivery; each departure on demand is one leg.
    deliveries = int(np.count_nonzero(np.diff(plan.legs.first)))
    departures = services[:, at.SV_RECORD_SIZE] * np.diff(plan.services.departure_first)
    n_visits = plan.n_visits - plan.visits.shipment_first
    return (
        int(departures.sum())
        + (plan.n_legs - deliveries) * at.N_LEG
        + deliveries * at.N_DELIVERY
        + n_visits * at.N_VISIT
    ) // 2


def _visits_at_locks(plan: Plan) -> int:
    """Return how often vessels and vehicles call at locks; empty turns are fewer."""
    services, is_lock = plan.services, plan.resources.kind == LOCK
    owner = np.repeat(np.arange(len(plan.service_names)), np.diff(services.step_first))
    passes = services.step_resource >= 0
    passes[passes] = is_lock[services.step_resource[passes]]
    visits = plan.background.visit_first
    return int(
        np.diff(services.departure_first)[owner[passes]].sum()
        + np.diff(visits)[is_lock[plan.background.resource]].sum()
    )


def _most_known(plan: Plan) -> int:
    return (
        len(plan.legs.first)
        + len(plan.services.slot_time)
        + len(plan.resources.row_time)
        + len(plan.background.resource)
        + len(plan.service_names)
        + at.KNOWN_AHEAD
    )


def _places(rank: NDArray[Any], places: Ints) -> Ints:
    """Return the places of records by their rank, -1 for none."""
    return np.where(rank >= 0, places[rank], NEVER)


def list_known_events(plan: Plan, m: Ints, first_legs: Ints) -> None:
    """Write releases, slots, capacity rows, first calls and first looks, in the order of time.

    Parameters
    ----------
    plan : Plan
        Read-only.
    m : (n,) int64
        Block of memory.
    first_legs : (N,) int64
        Place of the first leg of each box, -1 for none.
    """
    services, table = plan.services, plan.resources
    served = np.flatnonzero(first_legs >= 0)
    later = np.ones(len(table.row_time), dtype=bool)
    later[table.row_first[:-1]] = False
    row = np.flatnonzero(later)
    visits = plan.background.visit_first
    vessel = np.flatnonzero(visits[1:] > visits[:-1])
    # A vehicle that stands idle from the start may have to be sent back.
    idle = np.flatnonzero(services.max_idle >= 0)
    service_at = m[at.SERVICES] + np.arange(len(plan.service_names)) * at.N_SERVICE
    # The rows of the step functions follow the resources.
    capacity = m[at.RESOURCES] + len(plan.resource_names) * at.N_RESOURCE
    parts = (
        (plan.shipments.release_s[served], at.RELEASE, first_legs[served]),
        (services.slot_time, at.SLOT, np.repeat(service_at, np.diff(services.slot_first))),
        (table.row_time[row], at.CAPACITY, capacity + row * at.N_CAPACITY),
        (plan.background.gap[visits[vessel]], at.CALL_ON, m[at.VESSELS] + vessel * at.N_VESSEL),
        (np.zeros(len(idle), dtype=np.int64), at.WAKE, service_at[idle]),
    )
    place = first = int(m[at.KNOWN])
    for time, kind, ids in parts:
        keys = m[place : place + len(ids)]
        # Nothing at the horizon happens.
        np.clip(time, 0, plan.horizon, out=keys)
        keys <<= at.TIME_SHIFT
        keys |= ids
        keys |= kind << at.ID_BITS
        place += len(ids)
    m[first:place].sort()
    m[place] = at.END_OF_TIME


def _add_capacity(plan: Plan, block: Block, resource_at: Ints) -> None:
    table = plan.resources
    rows, _ = block.add(len(table.row_time), at.N_CAPACITY)
    rows[:, at.CA_RESOURCE] = np.repeat(resource_at[:-1], np.diff(table.row_first))
    rows[:, at.CA_TIME] = table.row_time
    rows[:, at.CA_SERVERS] = table.row_servers
    rows[:, at.CA_CHAMBERS] = table.row_chambers
    rows[:, at.CA_MODE] = table.row_mode
    rows[:, at.CA_PERIOD] = table.row_period
    rows.view(np.float64)[:, at.CA_SLOWDOWN] = table.row_slowdown


def _fill_resources(plan: Plan, block: Block, resources: Ints, service_at: Ints) -> None:
    """Describe resources as they are at second 0, and the services that each holds back."""
    table, services = plan.resources, plan.services
    first = table.row_first[:-1]
    resources[:, at.RE_SERVERS] = table.row_servers[first]
    resources[:, at.RE_FREE] = table.is_free
    resources[:, at.RE_LOCK] = NEVER
    open_now = np.where(table.kind == LOCK, table.row_chambers[first], table.row_servers[first])
    resources[:, at.RE_CLOSED] = open_now == 0
    reals = resources.view(np.float64)
    reals[:, at.RE_SLOWDOWN] = table.row_slowdown[first]
    reals[:, at.RE_PER_TEU] = table.per_teu_s
    owner = np.repeat(service_at[:-1], np.diff(services.hold_first))
    order = np.argsort(services.hold_resource, kind="stable")
    held, places = block.add(len(order))
    held[:, 0] = owner[order]
    bounds = places[np.searchsorted(services.hold_resource[order], np.arange(len(first) + 1))]
    resources[:, at.RE_HELD] = bounds[:-1]
    resources[:, at.RE_HELD_END] = bounds[1:]


def _add_queues(
    plan: Plan, block: Block, resources: Ints, priorities: NDArray[Any]
) -> tuple[Ints, Ints]:
    """Give each resource a queue for every priority that may ask there (and direction, at locks).

    Returns the queue of each step and of each background vessel, the latter without direction.
    """
    services, background, visits = plan.services, plan.background, plan.visits
    is_lock = plan.resources.kind == LOCK
    owner = np.repeat(np.arange(len(plan.service_names)), np.diff(services.step_first))
    by_boxes = visits.resource[visits.shipment_first : visits.background_first]
    visited = np.flatnonzero(np.bincount(by_boxes, minlength=len(resources)))
    step = np.flatnonzero(services.step_resource >= 0)
    n_steps, n_vessels = len(step), len(background.resource)
    asked = np.concatenate(
        [services.step_resource[step], background.resource, np.repeat(visited, len(priorities))]
    )
    ranks = np.concatenate(
        [
            services.priority[owner[step]],
            background.priority,
            np.tile(priorities.astype(np.int64), len(visited)),
        ]
    )
    distinct, rank = np.unique(ranks, return_inverse=True)
    # Pairs of resource and rank, in this order; the level is the place among those of a resource.
    pairs, place = np.unique(asked * len(distinct) + rank, return_inverse=True)
    bounds = np.searchsorted(pairs, np.arange(len(resources) + 1) * max(len(distinct), 1))
    n_queues = np.diff(bounds) * np.where(is_lock, 2, 1)
    queues, queue_at = block.add(int(n_queues.sum()), at.N_QUEUE)
    queues[:] = NEVER
    first = np.cumsum(n_queues) - n_queues
    level = place - bounds[asked]
    resources[:, at.RE_QUEUE] = queue_at[first]
    resources[:, at.RE_QUEUE_UP] = queue_at[first + np.diff(bounds)]
    resources[:, at.RE_QUEUE_END] = queue_at[first + n_queues]
    queue = queue_at[first[asked] + level]
    step_queue = np.full(len(owner), NEVER, dtype=np.int64)
    step_queue[step] = queue[:n_steps]
    up = step[(services.step_direction[step] == 1) & is_lock[services.step_resource[step]]]
    row = resources[services.step_resource[up]]
    step_queue[up] += row[:, at.RE_QUEUE_UP] - row[:, at.RE_QUEUE]
    levels, level_at = block.add(len(visited), max(len(priorities), 1))
    levels[:] = queue[n_steps + n_vessels :].reshape(levels.shape)
    resources[visited, at.RE_LEVEL] = level_at[:-1]
    return step_queue, queue[n_steps : n_steps + n_vessels]


def _add_locks(plan: Plan, block: Block, resources: Ints, resource_at: Ints) -> None:
    table, locks = plan.resources, plan.locks
    built, lock_at = block.add(len(locks.resource), at.N_LOCK)
    chambers, chamber_at = block.add(int(locks.chambers.sum()), at.N_CHAMBER)
    ends = np.cumsum(locks.chambers)
    row = table.row_first[locks.resource]
    built[:, at.LO_RESOURCE] = resource_at[locks.resource]
    built[:, at.LO_CHAMBER] = chamber_at[ends - locks.chambers]
    built[:, at.LO_CHAMBER_END] = chamber_at[ends]
    built[:, at.LO_SMALLEST] = locks.smallest_batch
    built[:, at.LO_LARGEST] = locks.largest_take
    built[:, at.LO_OPEN] = table.row_chambers[row]
    built[:, at.LO_MODE] = table.row_mode[row]
    built[:, at.LO_PERIOD] = table.row_period[row]
    built[:, at.LO_FLIP] = NEVER
    resources[locks.resource, at.RE_LOCK] = lock_at[:-1]
    lock = np.repeat(np.arange(len(built)), locks.chambers)
    chambers[:, at.CH_LOCK] = lock_at[lock]
    chambers[:, at.CH_SIDE] = (np.arange(len(lock)) - (ends - locks.chambers)[lock]) % 2
    chambers[:, at.CH_BATCH] = NEVER


def _fill_services(plan: Plan, block: Block, services: Ints, resource_at: Ints) -> None:
    table = plan.services
    quota = np.zeros(len(services), dtype=np.int64)
    n_steps = np.diff(table.step_first)
    quota[n_steps > 0] = table.step_quota_mteu[table.step_first[:-1][n_steps > 0]]
    owner = np.repeat(np.arange(len(services)), n_steps)
    passed = np.bincount(owner, weights=table.step_resource >= 0, minlength=len(services))
    record_size = passed.astype(np.int64) * at.N_VISIT
    record_size[table.dispatch != ON_DEMAND] += at.N_DEPARTURE
    hold, hold_at = block.add(len(table.hold_resource))
    hold[:, 0] = resource_at[table.hold_resource]
    _, slot_at = block.add(len(table.slot_time))
    for column, values in (
        (at.SV_DISPATCH, table.dispatch),
        (at.SV_CAPACITY_MTEU, table.capacity_mteu),
        (at.SV_CAPACITY_KG, table.capacity_kg),
        (at.SV_MIN_MTEU, table.min_mteu),
        (at.SV_MIN_KG, table.min_kg),
        (at.SV_MAX_WAIT, table.max_wait),
        (at.SV_MAX_PER_DAY, table.max_per_day),
        (at.SV_MAX_PENDING, table.max_pending),
        (at.SV_MAX_IDLE, table.max_idle),
        (at.SV_TURNAROUND, table.turnaround),
        (at.SV_RUNS_EMPTY, table.runs_empty),
        (at.SV_HOLD, hold_at[table.hold_first[:-1]]),
        (at.SV_HOLD_END, hold_at[table.hold_first[1:]]),
        (at.SV_DEPARTURE, table.departure_first[:-1]),
        (at.SV_RECORD_SIZE, record_size),
        (at.SV_QUOTA, quota),
        (at.SV_OVERDUE, slot_at[table.slot_first[:-1]]),
        (at.SV_OVERDUE_END, slot_at[table.slot_first[:-1]]),
        (at.SV_DAY, NEVER),
        (at.SV_WAKE, np.where(table.max_idle >= 0, 0, NEVER)),
        (at.SV_FREE_VEHICLE, NEVER),
        (at.SV_VEHICLE_SIZE, at.N_VEHICLE + table.n_calls * at.N_ABOARD),
        (at.SV_CALLS, table.n_calls),
    ):
        services[:, column] = values


def _add_calls(plan: Plan, block: Block, services: Ints, service_at: Ints, n_levels: int) -> Ints:
    """Add the calls of services, each with a waiting line for every level of priority."""
    count = plan.services.n_calls
    calls, call_at = block.add(int(count.sum()), at.N_CALL + n_levels * at.N_QUEUE)
    owner = np.repeat(np.arange(len(count)), count)
    first = np.cumsum(count) - count
    calls[:, at.N_CALL :] = NEVER
    calls[:, at.CO_IS_UNHINDERED] = 0
    calls[:, at.CO_SERVICE] = service_at[owner]
    calls[:, at.CO_IS_FIRST] = np.arange(len(owner)) == first[owner]
    calls[:, at.CO_LOWEST] = n_levels
    calls[:, at.CO_HIGHEST] = NEVER
    services[:, at.SV_CALL] = call_at[first]
    return calls


def _add_steps(
    plan: Plan,
    block: Block,
    services: Ints,
    resources: Ints,
    resource_at: Ints,
    step_queue: Ints,
    calls: Ints,
) -> None:
    table = plan.services
    owner = np.repeat(np.arange(len(services)), np.diff(table.step_first))
    call, resource = table.step_call, table.step_resource
    passes = resource >= 0
    boards = (table.dispatch[owner] == TIMETABLE) & passes
    boards &= (call > 0) & (call < table.n_calls[owner] - 1)
    free = np.zeros(len(owner), dtype=bool)
    free[passes] = resources[resource[passes], at.RE_FREE] != 0
    steps, step_at = block.add(len(owner), at.N_STEP)
    steps[:, at.ST_RESOURCE] = _places(resource, resource_at)
    steps[:, at.ST_CALL] = call
    steps[:, at.ST_QUOTA] = table.step_quota_mteu
    steps[:, at.ST_QUEUE] = step_queue
    steps[:, at.ST_BOARDS] = boards
    steps[:, at.ST_ALONE] = free & ~boards
    services[:, at.SV_STEP] = step_at[table.step_first[:-1]]
    services[:, at.SV_STEP_END] = step_at[table.step_first[1:]]

    def any_step(condition: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.bincount(owner, weights=condition, minlength=len(services)) > 0

    # A vehicle of its own, of an unlimited fleet, that nothing holds back and that never queues.
    unhindered = (
        (table.dispatch == ON_DEMAND)
        & (table.pool < 0)
        & (table.return_pool < 0)
        & (table.hold_first[1:] == table.hold_first[:-1])
        & any_step(passes)
        & ~any_step(passes & ~free)
    )
    first_call = np.cumsum(table.n_calls) - table.n_calls
    calls[first_call[unhindered], at.CO_IS_UNHINDERED] = 1


def _add_vessels(plan: Plan, block: Block, resource_at: Ints, vessel_queue: Ints) -> int:
    """Add the background vessels, whose visits are laid out later, and return their place."""
    table = plan.background
    vessels, vessel_at = block.add(len(table.resource), at.N_VESSEL)
    vessels[:, at.VE_RESOURCE] = resource_at[table.resource]
    vessels[:, at.VE_QUEUE] = vessel_queue
    vessels[:, at.VE_DIRECTION] = np.maximum(table.first_direction, 0)
    vessels[:, at.VE_RANK] = plan.n_departures + np.arange(len(vessels))
    return int(vessel_at[0])


def _add_pools(plan: Plan, block: Block, services: Ints, service_at: Ints) -> None:
    """Add vehicle pools, the rings of vehicles that stand in them, and who uses them."""
    table = plan.services
    n_pools = len(plan.pool_names)
    back = table.return_pool >= 0
    returning = np.bincount(
        table.return_pool[back], weights=np.diff(table.departure_first)[back], minlength=n_pools
    )
    room = returning.astype(np.int64) + 2
    if not ((table.pool < 0) & back).any():
        # Vehicles come from pools alone, so that no more can stand than there are.
        room = np.minimum(room, plan.pool_fleet.sum() + 2)
    pools, pool_at = block.add(n_pools, at.N_POOL)
    ring, ring_at = block.add(int(room.sum()), at.N_RING)
    first = np.cumsum(room) - room
    ring[first, at.RI_VEHICLES] = plan.pool_fleet
    order = np.argsort(table.pool, kind="stable")
    users, user_at = block.add(len(order))
    users[:, 0] = service_at[order]
    bounds = user_at[np.searchsorted(table.pool[order], np.arange(n_pools + 1))]
    pools[:, at.PO_VEHICLES] = plan.pool_fleet
    pools[:, at.PO_ENTRIES] = plan.pool_fleet > 0
    pools[:, at.PO_ROOM] = room
    pools[:, at.PO_RING] = ring_at[first]
    pools[:, at.PO_USER] = bounds[:-1]
    pools[:, at.PO_USER_END] = bounds[1:]
    services[:, at.SV_POOL] = _places(table.pool, pool_at)
    services[:, at.SV_RETURN_POOL] = _places(table.return_pool, pool_at)
