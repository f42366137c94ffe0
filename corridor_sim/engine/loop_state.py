"""From a plan to the arrays of the loop, and from its stamps to a log."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridor_sim.engine import loop_columns as at
from corridor_sim.engine.events import EventLog
from corridor_sim.errors import CorridorSimError
from corridor_sim.plan.tables import LOCK, NEVER, ON_DEMAND, TIMETABLE, Plan

__all__ = ["State", "build_state", "collect_log"]

Ints = NDArray[np.int64]

# The loop keeps loads of a box and numbers of visits in 32 bits.
_MOST = 2**31 - 1
_LONGEST = 2 ** (63 - at.TIME_SHIFT) - 1


class State(NamedTuple):
    """The arguments of `loop.run_slice` but the last, and what they mean."""

    m: Ints
    f: NDArray[np.float64]
    known: Ints
    legs: NDArray[np.int32]
    log: Ints
    fixed: NDArray[np.float64]
    places: NDArray[np.int32]
    takes: NDArray[np.int8]
    status: NDArray[np.int8]
    lockages: Ints


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

    def add(self, rows: int, columns: int = 1, *, fill: int = 0) -> tuple[Ints, Ints]:
        """Add a table and return it together with the place of each row."""
        first = self.size
        table = np.full((rows, columns), fill, dtype=np.int64)
        self.size += rows * columns
        self._sections.append((first, table))
        return table, first + np.arange(rows + 1) * columns

    def join(self, room: int) -> Ints:
        """Return the block, with room for as many numbers behind it."""
        # What lies in the room is written before it is read; pages never touched cost nothing.
        block = np.empty(self.size + room, dtype=np.int64)
        for first, table in self._sections:
            block[first : first + table.size] = table.ravel()
        return block


def build_state(plan: Plan, *, room: int) -> State:
    """Lay a plan out as the arrays on which the loop works.

    Parameters
    ----------
    plan : Plan
        Read-only.
    room : int
        Clients, pending events and lockages for which there is room.

    Returns
    -------
    State
        At second 0, with nothing done yet.

    Raises
    ------
    CorridorSimError
        If the plan is too large for the loop's arrays.
    """
    _refuse_too_large(plan)
    priorities = np.unique(plan.shipments.priority)
    n_levels = max(len(priorities), 1)
    block = Block()
    constants = block.add(at.N_CONSTANTS)[0][:, 0]
    services, service_at = block.add(len(plan.service_names), at.N_SERVICE)
    resources, resource_at = block.add(len(plan.resource_names), at.N_RESOURCE)
    capacity_at = _add_capacity(plan, block, resource_at)
    _fill_resources(plan, block, resources, service_at)
    step_queue, vessel_queue = _add_queues(plan, block, resources, priorities)
    _add_locks(plan, block, resources, resource_at)
    _fill_services(plan, block, services, resource_at)
    _add_lines(plan, block, services, service_at, n_levels)
    _add_steps(plan, block, services, resources, resource_at, step_queue)
    vessel_at = _add_vessels(plan, block, resource_at, vessel_queue)
    _add_pools(plan, block, services, service_at)
    gaps, gap_at = block.add(len(plan.background.gap))
    gaps[:, 0] = plan.background.gap
    constants[at.GAPS] = gap_at[0]
    constants[at.DUE_SERVICES] = block.add(len(services))[1][0]
    constants[at.WORK] = block.add(len(services))[1][0]
    constants[at.DUE_RESOURCES] = block.add(len(resources))[1][0]
    constants[at.HORIZON] = plan.horizon
    constants[at.RESOURCES] = resource_at[0]
    constants[at.N_LEVELS] = n_levels
    constants[at.FREE_VISITOR] = NEVER
    constants[at.FIRST_BACKGROUND_VISIT] = plan.visits.background_first
    constants[at.FIRST_BOX] = plan.n_departures + len(vessel_at) - 1
    constants[at.LOCKAGE_ROOM] = constants[at.HEAP_ROOM] = room
    constants[at.HEAP] = block.size
    constants[at.NEXT_CLIENT] = block.size + room
    widest = int(services[:, at.SV_VEHICLE_COLUMNS].max(initial=at.N_CLIENT))
    constants[at.CLIENTS_END] = block.size + room * (1 + widest)
    stamps = np.cumsum([0, *[plan.n_legs] * 4, *[plan.n_visits] * 3, *[plan.n_departures] * 3])
    constants[at.LG_READY : at.DE_KG + 1] = stamps[:-1]
    log = np.full(int(stamps[-1]), NEVER, dtype=np.int64)
    log[stamps[-3] :] = 0
    m = block.join(room * (1 + widest))
    return State(
        m=m,
        f=m.view(np.float64),
        known=_known_events(plan, service_at, capacity_at, vessel_at),
        legs=_leg_table(plan, priorities, services, n_levels),
        log=log,
        fixed=_read_only(plan.visits.fixed_s, np.float64),
        places=_read_only(plan.visits.resource, np.int32),
        takes=_read_only(plan.visits.take, np.int8),
        status=np.zeros(plan.n_departures, dtype=np.int8),
        lockages=np.empty((room, at.N_LOCKAGE), dtype=np.int64),
    )


def collect_log(state: State) -> EventLog:
    """Return the stamps of a run as a log, which shares their memory."""
    stamps = np.split(state.log, state.m[at.LG_BOARD : at.DE_KG + 1])
    lockages = state.lockages[: state.m[at.N_LOCKAGES]]
    in_order: list[Any] = [*stamps[:7], state.status, *stamps[7:]]
    return EventLog(*in_order, *(column.copy() for column in lockages.T))


def _refuse_too_large(plan: Plan) -> None:
    shipments = plan.shipments
    for what, number, most in (
        ("seconds simulated", plan.horizon, _LONGEST),
        ("visits", plan.n_visits, _MOST),
        ("legs", plan.n_legs, at.ID_MASK),
        ("departures", plan.n_departures, at.ID_MASK),
        ("thousandths of a TEU in a shipment", int(shipments.mteu.max(initial=0)), _MOST),
        ("kilograms in a shipment", int(shipments.kg.max(initial=0)), _MOST),
    ):
        if number > most:
            raise CorridorSimError(
                f"the plan has {number} {what}; the loop and compiled engines take at most {most}: "
                "use engine 'simpy', or make the scenario shorter or its shipments smaller"
            )


def _read_only(array: NDArray[Any], dtype: Any) -> NDArray[Any]:
    """Return a read-only view of one type, so that the loop is compiled once."""
    view = np.ascontiguousarray(array, dtype=dtype).view()
    view.flags.writeable = False
    return view


def _places(rank: NDArray[Any], places: Ints) -> Ints:
    """Return the places of records by their rank, -1 for none."""
    return np.where(rank >= 0, places[rank], NEVER)


def _known_events(plan: Plan, service_at: Ints, capacity_at: Ints, vessel_at: Ints) -> Ints:
    """Return releases, slots, capacity rows, first calls and first looks in the order of time."""
    legs, services, table = plan.legs, plan.services, plan.resources
    served = np.flatnonzero(legs.first[1:] > legs.first[:-1])
    rows = np.ones(len(table.row_time), dtype=bool)
    rows[table.row_first[:-1]] = False
    row = np.flatnonzero(rows)
    visits = plan.background.visit_first
    vessel = np.flatnonzero(visits[1:] > visits[:-1])
    # A vehicle that stands idle from the start may have to be sent back.
    idle = np.flatnonzero(services.max_idle >= 0)
    slots = np.repeat(service_at[:-1], np.diff(services.slot_first))
    parts = (
        (plan.shipments.release_s[served], at.RELEASE, legs.first[served]),
        (services.slot_time, at.SLOT, slots),
        (table.row_time[row], at.CAPACITY, capacity_at[row]),
        (plan.background.gap[visits[vessel]], at.CALL_ON, vessel_at[vessel]),
        (np.zeros(len(idle), dtype=np.int64), at.WAKE, service_at[idle]),
    )
    keys = np.concatenate(
        [
            np.maximum(time, 0).astype(np.int64) << at.TIME_SHIFT | kind << at.ID_BITS | ids
            for time, kind, ids in parts
            if len(ids)
        ]
        + [np.array([at.END_OF_TIME])]
    )
    keys.sort()
    return keys


def _add_capacity(plan: Plan, block: Block, resource_at: Ints) -> Ints:
    table = plan.resources
    rows, places = block.add(len(table.row_time), at.N_CAPACITY)
    rows[:, at.CA_RESOURCE] = np.repeat(resource_at[:-1], np.diff(table.row_first))
    rows[:, at.CA_TIME] = table.row_time
    rows[:, at.CA_SERVERS] = table.row_servers
    rows[:, at.CA_CHAMBERS] = table.row_chambers
    rows[:, at.CA_MODE] = table.row_mode
    rows[:, at.CA_PERIOD] = table.row_period
    rows.view(np.float64)[:, at.CA_SLOWDOWN] = table.row_slowdown
    return places


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
    _empty(queues)
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


def _empty(queues: Ints) -> None:
    queues[:, [at.QU_HEAD, at.QU_TAIL, at.QU_BEFORE]] = NEVER


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
        (at.SV_VISIT, table.visit_first[:-1]),
        (at.SV_QUOTA, quota),
        (at.SV_OVERDUE, slot_at[table.slot_first[:-1]]),
        (at.SV_OVERDUE_END, slot_at[table.slot_first[:-1]]),
        (at.SV_DAY, NEVER),
        (at.SV_WAKE, np.where(table.max_idle >= 0, 0, NEVER)),
        (at.SV_FREE_VEHICLE, NEVER),
        (at.SV_VEHICLE_COLUMNS, at.N_CLIENT + table.n_calls * at.N_ABOARD),
        (at.SV_CALLS, table.n_calls),
    ):
        services[:, column] = values


def _add_lines(plan: Plan, block: Block, services: Ints, service_at: Ints, n_levels: int) -> None:
    """Add a waiting line for each service, call and level of priority."""
    count = plan.services.n_calls * n_levels
    lines, line_at = block.add(int(count.sum()), at.N_QUEUE)
    _empty(lines)
    owner = np.repeat(np.arange(len(count)), count)
    first = np.cumsum(count) - count
    lines[:, at.QU_SERVICE] = service_at[owner]
    lines[:, at.QU_CALL] = (np.arange(len(owner)) - first[owner]) // n_levels
    services[:, at.SV_LINE] = line_at[first]


def _add_steps(
    plan: Plan,
    block: Block,
    services: Ints,
    resources: Ints,
    resource_at: Ints,
    step_queue: Ints,
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
    services[:, at.SV_UNHINDERED] = (
        (table.dispatch == ON_DEMAND)
        & (table.pool < 0)
        & (table.return_pool < 0)
        & (table.hold_first[1:] == table.hold_first[:-1])
        & any_step(passes)
        & ~any_step(passes & ~free)
    )


def _add_vessels(plan: Plan, block: Block, resource_at: Ints, vessel_queue: Ints) -> Ints:
    table = plan.background
    vessels, vessel_at = block.add(len(table.resource), at.N_VESSEL)
    vessels[:, at.VE_RESOURCE] = resource_at[table.resource]
    vessels[:, at.VE_QUEUE] = vessel_queue
    vessels[:, at.VE_DIRECTION] = np.maximum(table.first_direction, 0)
    vessels[:, at.VE_VISIT] = table.visit_first[:-1]
    vessels[:, at.VE_VISIT_END] = table.visit_first[1:]
    vessels[:, at.VE_RANK] = plan.n_departures + np.arange(len(vessels))
    return vessel_at


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


def _leg_table(
    plan: Plan, priorities: NDArray[Any], services: Ints, n_levels: int
) -> NDArray[np.int32]:
    table, shipments = plan.legs, plan.shipments
    legs = np.zeros((plan.n_legs + 1, at.N_LEG), dtype=np.int32)
    legs[:, at.LE_VISIT] = table.visit_first
    legs[:, [at.LE_NEXT, at.LE_READY]] = NEVER
    if not plan.n_legs:
        return legs
    level = np.searchsorted(priorities, shipments.priority)[table.shipment]
    line = services[table.service, at.SV_LINE]
    line += (table.board_call * n_levels + level) * at.N_QUEUE
    legs[:-1, at.LE_LINE] = np.where(table.service >= 0, line, NEVER)
    legs[:-1, at.LE_MTEU] = shipments.mteu[table.shipment]
    legs[:-1, at.LE_KG] = shipments.kg[table.shipment]
    legs[:-1, at.LE_CALL_LEVEL] = np.maximum(table.alight_call, 0) * at.LEVELS + level
    legs[:-1, at.LE_NUMBER] = table.number
    return legs
