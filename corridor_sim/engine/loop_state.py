"""From a plan to the block of memory on which the loop works, and from it to a log."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridor_sim.engine import loop_columns as at
from corridor_sim.engine.loop_memory import Ahead, Block, Ints, Memory
from corridor_sim.engine.loop_tables import (
    add_calls,
    add_capacity,
    add_locks,
    add_pools,
    add_queues,
    add_steps,
    add_vessels,
    fill_resources,
    fill_services,
)
from corridor_sim.errors import CorridorSimError
from corridor_sim.plan.tables import LOCK, NEVER, Plan

__all__ = ["Columns", "build_memory", "list_known_events", "plan_columns"]

# The loop keeps loads of a box in 32 bits.
_MOST = 2**31 - 1
_SLOWEST = _MOST // at.LEVELS - 1
_LONGEST = 2 ** (63 - at.TIME_SHIFT) - 1
# Numbers in the record of a client, about.
_PER_CLIENT = 24


class Columns(NamedTuple):
    """Columns of a plan as `loop_layout` takes them: read-only and of one type each."""

    leg_first: Ints
    leg_service: NDArray[np.int32]
    leg_board_call: NDArray[np.int32]
    leg_alight_call: NDArray[np.int32]
    leg_number: NDArray[np.int32]
    leg_visit_first: NDArray[np.int32]
    box_mteu: Ints
    box_kg: Ints
    box_level: Ints
    box_pool: Ints
    box_turnaround: Ints
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
        leg_number=_read_only(legs.number, np.int32),
        leg_visit_first=_read_only(legs.visit_first, np.int32),
        box_mteu=_read_only(shipments.mteu, np.int64),
        box_kg=_read_only(shipments.kg, np.int64),
        box_level=_read_only(level, np.int64),
        box_pool=_read_only(plan.boxes.gives, np.int64),
        box_turnaround=_read_only(plan.boxes.turnaround, np.int64),
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


def build_memory(plan: Plan, *, room: int, ahead: Ahead | None = None) -> Memory:
    """Lay a plan out as the block of memory on which the loop works, but for boxes and the like.

    Parameters
    ----------
    plan : Plan
        Read-only.
    room : int
        Clients and pending events for which there is room.
    ahead : Ahead, optional
        Memory that is ready.

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
    constants[at.N_BOX_POOLS] = len(plan.boxes.resource)
    constants[at.CALL_SIZE] = at.N_CALL + n_levels * at.N_QUEUE
    services, service_at = block.add(len(plan.service_names), at.N_SERVICE)
    resources, resource_at = block.add(len(plan.resource_names), at.N_RESOURCE)
    constants[at.SERVICES], constants[at.RESOURCES] = service_at[0], resource_at[0]
    add_capacity(plan, block, resource_at)
    fill_resources(plan, block, resources, service_at)
    step_queue, vessel_queue = add_queues(plan, block, resources, priorities)
    add_locks(plan, block, resources, resource_at)
    fill_services(plan, block, services, resource_at)
    calls = add_calls(plan, block, services, service_at, n_levels)
    add_steps(plan, block, services, resources, resource_at, step_queue, calls)
    constants[at.VESSELS] = add_vessels(plan, block, resource_at, vessel_queue)
    add_pools(plan, block, services, service_at)
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
    memory = block.join(ahead)
    memory.h[2 * buckets : 2 * buckets + n_buckets] = NEVER
    return memory


def _refuse_too_large(plan: Plan, size: int) -> None:
    shipments = plan.shipments
    for what, number, most in (
        ("seconds simulated", plan.horizon, _LONGEST),
        ("words of memory", size, at.ID_MASK),
        ("thousandths of a TEU in a shipment", int(shipments.mteu.max(initial=0)), _MOST),
        ("kilograms in a shipment", int(shipments.kg.max(initial=0)), _MOST),
        ("seconds of turnaround of a box", int(plan.boxes.turnaround.max(initial=0)), _SLOWEST),
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
