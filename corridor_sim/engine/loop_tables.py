"""Tables of the block of memory: services, resources, queues, locks, pools and the like."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridor_sim.engine import loop_columns as at
from corridor_sim.engine.loop_memory import Block, Ints
from corridor_sim.plan.tables import LOCK, NEVER, ON_DEMAND, TIMETABLE, Plan

__all__ = [
    "add_calls",
    "add_capacity",
    "add_locks",
    "add_pools",
    "add_queues",
    "add_steps",
    "add_vessels",
    "fill_resources",
    "fill_services",
]


def add_capacity(plan: Plan, block: Block, resource_at: Ints) -> None:
    """Add the rows of the step functions; they follow the resources."""
    table = plan.resources
    rows, _ = block.add(len(table.row_time), at.N_CAPACITY)
    rows[:, at.CA_RESOURCE] = np.repeat(resource_at[:-1], np.diff(table.row_first))
    rows[:, at.CA_TIME] = table.row_time
    rows[:, at.CA_SERVERS] = table.row_servers
    rows[:, at.CA_CHAMBERS] = table.row_chambers
    rows[:, at.CA_MODE] = table.row_mode
    rows[:, at.CA_PERIOD] = table.row_period
    rows.view(np.float64)[:, at.CA_SLOWDOWN] = table.row_slowdown


def fill_resources(plan: Plan, block: Block, resources: Ints, service_at: Ints) -> None:
    """Describe resources as they are at second 0, and the services that each holds back."""
    table, services = plan.resources, plan.services
    first = table.row_first[:-1]
    resources[:, at.RE_SERVERS] = table.row_servers[first]
    resources[:, at.RE_FREE] = table.is_free
    resources[:, at.RE_LOCK] = NEVER
    resources[:, at.RE_STOCK] = NEVER
    resources[plan.boxes.resource, at.RE_STOCK] = plan.boxes.initial_mteu
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


def add_queues(
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


def add_locks(plan: Plan, block: Block, resources: Ints, resource_at: Ints) -> None:
    """Add locks and their chambers as they are at second 0."""
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


def fill_services(plan: Plan, block: Block, services: Ints, resource_at: Ints) -> None:
    """Describe services, with the resources that hold them back and room for their slots."""
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


def add_calls(plan: Plan, block: Block, services: Ints, service_at: Ints, n_levels: int) -> Ints:
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


def add_steps(
    plan: Plan,
    block: Block,
    services: Ints,
    resources: Ints,
    resource_at: Ints,
    step_queue: Ints,
    calls: Ints,
) -> None:
    """Add the steps of services, and tell which vehicles never wait for anything."""
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


def add_vessels(plan: Plan, block: Block, resource_at: Ints, vessel_queue: Ints) -> int:
    """Add the background vessels, whose visits are laid out later, and return their place."""
    table = plan.background
    vessels, vessel_at = block.add(len(table.resource), at.N_VESSEL)
    vessels[:, at.VE_RESOURCE] = resource_at[table.resource]
    vessels[:, at.VE_QUEUE] = vessel_queue
    vessels[:, at.VE_DIRECTION] = np.maximum(table.first_direction, 0)
    vessels[:, at.VE_RANK] = plan.n_departures + np.arange(len(vessels))
    return int(vessel_at[0])


def add_pools(plan: Plan, block: Block, services: Ints, service_at: Ints) -> None:
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


def _places(rank: NDArray[Any], places: Ints) -> Ints:
    """Return the places of records by their rank, -1 for none."""
    return np.where(rank >= 0, places[rank], NEVER)
