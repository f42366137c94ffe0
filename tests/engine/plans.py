"""Small plans written by hand, for tests whose dates can be checked with a pencil."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np

from corridor_sim.plan.tables import (
    BOX_POOL,
    FACILITY,
    FILL,
    LINK,
    LOCK,
    NEVER,
    ON_DEMAND,
    TIMETABLE,
    UNLIMITED,
    BackgroundTable,
    BoxTable,
    LegTable,
    LockTable,
    Plan,
    ResourceTable,
    ServiceTable,
    VisitTable,
)
from corridor_sim.rules.locks import ONE_WAY

DAY = 86_400


@dataclass
class Resource:
    """A link (no servers), a facility, a lock (smallest_batch given) or a box pool (stock_teu)."""

    servers: int = UNLIMITED
    fixed_s: float = 1.0
    per_teu_s: float = 0.0
    # (time, servers, slowdown) or, for a lock, (time, open mask, slowdown, mode, period)
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    smallest_batch: int = 0
    take: int = 1
    mode: int = ONE_WAY
    period: int = 1
    stock_teu: float | None = None


@dataclass
class Service:
    """A service; `steps` holds resource names, with `@n` for the handling at call n."""

    dispatch: int
    steps: list[str]
    capacity_teu: float = 10.0
    capacity_t: float = 1e6
    min_teu: float = 10.0
    max_wait: int = 1000
    max_per_day: int = 5
    max_pending: int = 1
    max_idle: int = NEVER
    priority: int = 3
    pool: str = ""
    return_pool: str = ""
    turnaround: int = 1
    runs_empty: bool = False
    holds: bool = False
    slots: list[int] = field(default_factory=list)
    directions: dict[str, int] = field(default_factory=dict)
    quotas: dict[int, float] = field(default_factory=dict)


@dataclass
class Shipment:
    """A box: its legs are (service, board call, alight call) or names of resources it visits.

    After its delivery it is empty and comes back to the pool `gives`.
    """

    release: int
    way: list[tuple[str, int, int] | str]
    teu: float = 1.0
    t: float = 1.0
    priority: int = 3
    gives: str = ""
    turnaround: int = 0


@dataclass
class Vessel:
    """A background vessel: gaps before its visits."""

    resource: str
    gaps: list[int]
    priority: int = 4
    direction: int = NEVER
    fixed_s: float | None = None


def _parse(step: str) -> tuple[str, int]:
    name, _, call = step.partition("@")
    return name, int(call) if call else NEVER


def make_plan(
    resources: dict[str, Resource],
    services: dict[str, Service],
    shipments: list[Shipment],
    *,
    vessels: list[Vessel] | None = None,
    pools: dict[str, int] | None = None,
    horizon: int = 10 * DAY,
) -> Plan:
    """Return a plan; names rank as they sort, shipments as they are listed."""
    vessels, pools = vessels or [], pools or {}
    r_names, s_names, p_names = sorted(resources), sorted(services), sorted(pools)
    rank = {name: n for n, name in enumerate(r_names)}
    kind, per_teu, free, row_first = [], [], [], [0]
    rows: list[tuple[int, int, float, int, int, int]] = []
    locks = []
    for name in r_names:
        spec = resources[name]
        is_lock = spec.smallest_batch > 0
        is_pool = spec.stock_teu is not None
        unlike_link = LOCK if is_lock else BOX_POOL if is_pool else FACILITY
        is_link = spec.servers == UNLIMITED and not is_pool
        kind.append(LINK if is_link else unlike_link)
        per_teu.append(spec.per_teu_s)
        mask = (1 << spec.servers) - 1 if is_lock else 0
        rows.append((0, spec.servers, 1.0, mask, spec.mode, spec.period))
        for row in spec.rows:
            if is_lock:
                time, open_mask, slow, mode, period = row
                rows.append((time, open_mask.bit_count(), slow, open_mask, mode, period))
            else:
                rows.append((row[0], row[1], row[2], 0, ONE_WAY, 1))
        row_first.append(len(rows))
        free.append(not spec.rows and is_link)
        if is_lock:
            locks.append((rank[name], spec.servers, spec.smallest_batch, spec.take))
    # Legs and the visits of boxes.
    leg: dict[str, list[int]] = {
        key: []
        for key in [
            "shipment",
            "service",
            "board",
            "alight",
            "number",
        ]
    }
    leg_first, visit_first, box_visits = [0], [0], []
    demand_legs = dict.fromkeys(s_names, 0)
    for n, box in enumerate(shipments):
        for part in [*box.way, ("", NEVER, NEVER)]:
            if isinstance(part, str):
                box_visits.append(part)
                continue
            service, board, alight = part
            on_demand = bool(service) and services[service].dispatch == ON_DEMAND
            leg["shipment"].append(n)
            leg["service"].append(s_names.index(service) if service else NEVER)
            leg["board"].append(board)
            leg["alight"].append(alight)
            leg["number"].append(demand_legs[service] if on_demand else NEVER)
            if on_demand:
                demand_legs[service] += 1
            visit_first.append(len(box_visits))
        leg_first.append(len(leg["service"]))
    columns: dict[str, list[Any]] = {
        key: []
        for key in [
            "dispatch",
            "capacity_mteu",
            "capacity_kg",
            "min_mteu",
            "min_kg",
            "max_wait",
            "max_per_day",
            "max_pending",
            "max_idle",
            "priority",
            "pool",
            "return_pool",
            "turnaround",
            "runs_empty",
            "n_calls",
            "step_resource",
            "step_call",
            "step_direction",
            "step_quota_mteu",
            "hold_resource",
            "slot_time",
        ]
    }
    step_first, hold_first, slot_first = [0], [0], [0]
    departure_first, service_visit_first = [0], [0]
    visit_resource: list[int] = []
    fixed: list[float] = []
    take: list[int] = []

    def add_visits(names: list[str]) -> None:
        for name in names:
            spec = resources.get(name, Resource(fixed_s=0.0))
            visit_resource.append(rank.get(name, NEVER))
            fixed.append(spec.fixed_s)
            take.append(spec.take)

    for name in s_names:
        spec_s = services[name]
        steps = [_parse(step) for step in spec_s.steps]
        columns["dispatch"].append(spec_s.dispatch)
        columns["capacity_mteu"].append(round(spec_s.capacity_teu * 1000))
        columns["capacity_kg"].append(round(spec_s.capacity_t * 1000))
        columns["min_mteu"].append(round(spec_s.min_teu * 1000))
        columns["min_kg"].append(round(spec_s.capacity_t * 1000))
        for key in ["max_wait", "max_per_day", "max_pending", "max_idle", "priority", "turnaround"]:
            columns[key].append(getattr(spec_s, key))
        columns["runs_empty"].append(spec_s.runs_empty)
        columns["pool"].append(p_names.index(spec_s.pool) if spec_s.pool else NEVER)
        back = p_names.index(spec_s.return_pool) if spec_s.return_pool else NEVER
        columns["return_pool"].append(back)
        columns["n_calls"].append(sum(call >= 0 for _, call in steps))
        for resource, call in steps:
            columns["step_resource"].append(rank.get(resource, NEVER))
            columns["step_call"].append(call)
            columns["step_direction"].append(spec_s.directions.get(resource, 0))
            quota = spec_s.quotas.get(call)
            columns["step_quota_mteu"].append(UNLIMITED if quota is None else round(quota * 1000))
        step_first.append(len(columns["step_resource"]))
        if spec_s.holds:
            columns["hold_resource"].extend(sorted({rank[r] for r, _ in steps if r in rank}))
        hold_first.append(len(columns["hold_resource"]))
        columns["slot_time"].extend(spec_s.slots)
        slot_first.append(len(columns["slot_time"]))
        count = {
            TIMETABLE: len(spec_s.slots),
            FILL: -(-horizon // DAY) * spec_s.max_per_day,
            ON_DEMAND: demand_legs[name],
        }[spec_s.dispatch]
        departure_first.append(departure_first[-1] + count)
        for _ in range(count):
            add_visits([resource for resource, _ in steps])
        service_visit_first.append(len(visit_resource))
    shipment_first = len(visit_resource)
    add_visits(box_visits)
    background_first = len(visit_resource)
    vessel_first, gaps = [0], []
    for vessel in vessels:
        gaps.extend(vessel.gaps)
        vessel_first.append(len(gaps))
        add_visits([vessel.resource] * len(vessel.gaps))
        if vessel.fixed_s is not None:
            fixed[-len(vessel.gaps) :] = [vessel.fixed_s] * len(vessel.gaps)

    def ints(values: list[Any], dtype: Any = np.int64) -> Any:
        return np.array(values, dtype=dtype)

    row_table = list(zip(*rows, strict=True))
    lock_table = np.array(locks, dtype=np.int64).reshape(-1, 4)
    dtypes = {"dispatch": np.int8, "step_direction": np.int8, "runs_empty": np.bool_}
    boxes = SimpleNamespace(
        release_s=ints([box.release for box in shipments]),
        mteu=ints([round(box.teu * 1000) for box in shipments]),
        kg=ints([round(box.t * 1000) for box in shipments]),
        priority=ints([box.priority for box in shipments], np.int8),
        kind=ints([0] * len(shipments), np.int8),
    )
    box_pools = [name for name in r_names if resources[name].stock_teu is not None]
    box_table = BoxTable(
        resource=ints([rank[name] for name in box_pools]),
        initial_mteu=ints([round((resources[name].stock_teu or 0) * 1000) for name in box_pools]),
        gives=ints([rank.get(box.gives, NEVER) for box in shipments], np.int32),
        turnaround=ints([box.turnaround for box in shipments]),
        in_boxes=np.ones(len(shipments), dtype=bool),
    )
    return Plan(
        horizon=horizon,
        window=(0, horizon),
        resource_names=tuple(r_names),
        service_names=tuple(s_names),
        pool_names=tuple(p_names),
        background_names=("background",) if vessels else (),
        pool_fleet=ints([pools[name] for name in p_names]),
        resources=ResourceTable(
            kind=ints(kind, np.int8),
            per_teu_s=ints(per_teu, np.float64),
            is_free=ints(free, np.bool_),
            row_first=ints(row_first),
            row_time=ints(list(row_table[0])),
            row_servers=ints(list(row_table[1])),
            row_slowdown=ints(list(row_table[2]), np.float64),
            row_chambers=ints(list(row_table[3])),
            row_mode=ints(list(row_table[4])),
            row_period=ints(list(row_table[5])),
        ),
        locks=LockTable(*(lock_table[:, n].copy() for n in range(4))),
        services=ServiceTable(
            **{key: ints(value, dtypes.get(key, np.int64)) for key, value in columns.items()},
            step_first=ints(step_first),
            hold_first=ints(hold_first),
            slot_first=ints(slot_first),
            departure_first=ints(departure_first),
            visit_first=ints(service_visit_first),
        ),
        legs=LegTable(
            first=ints(leg_first),
            shipment=ints(leg["shipment"], np.int32),
            service=ints(leg["service"], np.int32),
            board_call=ints(leg["board"], np.int32),
            alight_call=ints(leg["alight"], np.int32),
            number=ints(leg["number"], np.int32),
            visit_first=ints(visit_first, np.int32) + np.int32(shipment_first),
        ),
        visits=VisitTable(
            resource=ints(visit_resource, np.int32),
            fixed_s=ints(fixed, np.float64),
            take=ints(take, np.int8),
            shipment_first=shipment_first,
            background_first=background_first,
        ),
        background=BackgroundTable(
            resource=ints([rank[v.resource] for v in vessels]),
            priority=ints([v.priority for v in vessels]),
            first_direction=ints([v.direction for v in vessels], np.int8),
            visit_first=ints(vessel_first),
            gap=ints(gaps),
            name=ints([0] * len(vessels), np.int32),
        ),
        shipments=boxes,  # type: ignore[arg-type]
        boxes=box_table if box_pools else BoxTable.none(),
    ).freeze()
