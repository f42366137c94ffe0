"""Random plans, dense in ties, that cover every mechanism."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import numpy as np

from corridor_sim.engine.events import CANCELLED_EMPTY, CANCELLED_PENDING, DEPARTED, EventLog
from corridor_sim.plan.tables import FACILITY, FILL, LOCK, ON_DEMAND, TIMETABLE, UNLIMITED, Plan
from corridor_sim.rules.locks import ALTERNATE, ONE_WAY, TIMED
from tests.engine.plans import DAY, Resource, Service, Shipment, Vessel, make_plan

# Coarse times make many events share their second. A midnight lies within the span.
GRID = 60
START, END, HORIZON = 66_000, 106_000, 110_000

Spec = tuple[dict[str, Resource], dict[str, Service], list[Shipment], list[Vessel], dict[str, int]]


def random_spec(seed: int, *, prefix: str = "") -> Spec:
    """Return resources, services, shipments, background vessels and pools."""
    rng = random.Random(seed)
    resources: dict[str, Resource] = {}
    places: list[str] = []

    def moment() -> int:
        return rng.randrange(START // GRID, END // GRID) * GRID

    def duration() -> float:
        return float(rng.choice([0, 1, GRID, GRID, 2 * GRID, 5 * GRID, rng.randrange(1000)]))

    def closures(servers: int) -> list[tuple[int, int, float]]:
        times = sorted({moment() for _ in range(rng.randrange(5))})
        left = [0, servers] if servers == UNLIMITED else [0, 0, servers, servers, servers - 1]
        return [(t, rng.choice(left), rng.choice([1.0, 1.0, 2.0])) for t in times]

    for n in range(rng.randint(2, 4)):
        servers = rng.choice([1, 1, 2, 3])
        name = f"{prefix}facility{n}"
        resources[name] = Resource(
            servers, duration(), rng.choice([0.0, 7.5, 60.0]), closures(servers)
        )
        places.append(name)
    # A yard that never makes anybody wait.
    resources[f"{prefix}yard"] = Resource(UNLIMITED, duration())
    for n in range(rng.randint(1, 3)):
        rows = closures(UNLIMITED) if rng.random() < 0.4 else []
        resources[f"{prefix}link{n}"] = Resource(UNLIMITED, max(duration(), 1.0), 0.0, rows)
    locks = [f"{prefix}lock{n}" for n in range(rng.randint(1, 3))]
    for name in locks:
        chambers = rng.randint(1, 3)
        rows = [
            (
                t,
                rng.choice([(1 << chambers) - 1, rng.randrange(1 << chambers)]),
                rng.choice([1.0, 1.5]),
                rng.choice([ONE_WAY, ALTERNATE, TIMED]),
                rng.choice([300, 900]),
            )
            for t in sorted({moment() for _ in range(rng.randrange(5))})
        ]
        resources[name] = Resource(
            chambers,
            max(duration(), 1.0),
            rows=rows,  # type: ignore[arg-type]
            smallest_batch=rng.randint(1, 2),
            take=rng.randint(1, 4),
            mode=rng.choice([ONE_WAY, ALTERNATE, ALTERNATE, TIMED]),
            period=rng.choice([300, 900]),
        )
    links = [name for name in resources if "link" in name]
    stops = [*places, f"{prefix}yard"]
    pools = {f"{prefix}pool{n}": rng.randint(0, 3) for n in range(2)}
    services: dict[str, Service] = {}
    for n in range(rng.randint(3, 6)):
        dispatch = rng.choice([TIMETABLE, FILL, ON_DEMAND])
        calls = rng.randint(2, 4) if dispatch == TIMETABLE else 2
        steps: list[str] = []
        for call in range(calls):
            if call:
                steps.append(rng.choice(links))
                if rng.random() < 0.5:
                    steps.append(rng.choice([*places, *locks]))
            outer = call in {0, calls - 1} and rng.random() < 0.4
            steps.append(f"@{call}" if outer else f"{rng.choice(stops)}@{call}")
        finite = rng.random() < 0.5
        ends = [*pools, *reversed(pools)]
        capacity_teu = rng.randint(1, 3) if dispatch == ON_DEMAND else rng.randint(4, 8)
        services[f"{prefix}service{n}"] = Service(
            dispatch,
            steps,
            capacity_teu=float(capacity_teu),
            capacity_t=float(rng.choice([4, 50] if dispatch == ON_DEMAND else [8, 50])),
            min_teu=float(rng.randint(1, 4)),
            max_wait=rng.choice([GRID, 600, 3000]),
            max_per_day=rng.choice([1, 2, 4, 40]),
            max_pending=rng.randint(0, 2),
            max_idle=rng.choice([-1, 600]) if finite and dispatch == FILL else -1,
            priority=rng.randint(1, 4),
            pool=ends[n % 4] if finite else "",
            return_pool=ends[(n + 1) % 4] if finite or rng.random() < 0.1 else "",
            turnaround=rng.choice([1, GRID, 600]),
            runs_empty=rng.random() < 0.3,
            holds=rng.random() < 0.4,
            slots=sorted(moment() for _ in range(30)) if dispatch == TIMETABLE else [],
            directions={name: rng.randint(0, 1) for name in locks},
            quotas={0: 4.0, 1: 2.0} if rng.random() < 0.3 else {},
        )
    shipments = []
    for _ in range(rng.randint(20, 80)):
        way: list[tuple[str, int, int] | str] = []
        for name in rng.sample(sorted(services), rng.randint(1, 3)):
            if rng.random() < 0.5:
                way.extend(rng.choices([*stops, *links], k=rng.randint(1, 2)))
            n_calls = sum("@" in step for step in services[name].steps)
            board = rng.randrange(n_calls - 1)
            way.append((name, board, rng.randint(board + 1, n_calls - 1)))
        shipments.append(
            Shipment(
                moment(), way, rng.choice([0.5, 1, 2, 4]), rng.choice([1, 8]), rng.randint(1, 3)
            )
        )
    # Boxes that join one line in one second, some of them through the yard: not in their order.
    dwell = max(int(resources[f"{prefix}yard"].fixed_s), 1)
    for name in rng.choices(sorted(services), k=2):
        at = moment()
        for _ in range(rng.randint(2, 6)):
            leg = (name, 0, 1)
            box = (
                Shipment(at, [leg])
                if rng.random() < 0.5
                else Shipment(at - dwell, [f"{prefix}yard", leg])
            )
            shipments.append(box)
    # Boxes for all services at once, the last service's first: who gets the vehicles they share?
    for _ in range(4):
        at = moment()
        shipments.extend(Shipment(at, [(name, 0, 1)]) for name in sorted(services, reverse=True))
    # A box and a vessel of one rank that ask in one second.
    rivals = []
    for _ in range(4):
        at, name, priority = moment(), rng.choice(places), rng.randint(1, 3)
        shipments.append(Shipment(at, [name], priority=priority))
        rivals.append(Vessel(name, [at], priority))
    vessels = rivals + [
        Vessel(
            name,
            [moment(), *(rng.choice([0, GRID, 10 * GRID]) for _ in range(rng.randrange(6)))],
            rng.randint(0, 4),
            n % 2,
        )
        for n, name in enumerate(rng.choices([*locks, *places], k=rng.randint(5, 25)))
    ]
    if seed % 3:
        add_box_pools(random.Random(seed + 1), resources, shipments, prefix)
    return resources, services, shipments, vessels, pools


def add_box_pools(
    rng: random.Random, resources: dict[str, Resource], shipments: list[Shipment], prefix: str
) -> None:
    """Let some shipments wait for empty boxes, and those of others come back."""
    pools = [f"{prefix}boxes{n}" for n in range(rng.randint(1, 2))]
    for name in pools:
        times = sorted({rng.randrange(START // GRID, END // GRID) * GRID for _ in range(2)})
        rows = [(time, rng.choice([0, UNLIMITED]), rng.choice([1.0, 2.0])) for time in times]
        fixed = float(rng.choice([0, 1, GRID]))
        per_teu = rng.choice([0.0, 7.5])
        stock = float(rng.randint(0, 12))
        shut = rows if rng.random() < 0.3 else []
        pool = Resource(UNLIMITED, fixed, per_teu, stock_teu=stock)
        pool.rows.extend(shut)
        resources[name] = pool
    for box in shipments:
        if rng.random() < 0.3:
            box.way.insert(0, rng.choice(pools))
        if rng.random() < 0.4:
            box.gives = rng.choice(pools)
            box.turnaround = rng.choice([0, 0, GRID, 10 * GRID])
    # Some that take and some whose boxes come back, all in one second.
    for name in pools:
        at = rng.randrange(START // GRID, END // GRID) * GRID
        for _ in range(rng.randint(2, 6)):
            size, priority = rng.choice([0.5, 1, 2]), rng.randint(1, 2)
            shipments.append(Shipment(at, [name], size, 1, priority, gives=name, turnaround=GRID))
            if rng.random() < 0.5:
                shipments.append(Shipment(at, [], size, 1, gives=name, turnaround=0))


def random_plan(seed: int) -> Plan:
    """Return a random plan; in every second one visits of a resource differ from one another."""
    resources, services, shipments, vessels, pools = random_spec(seed)
    plan = make_plan(resources, services, shipments, vessels=vessels, pools=pools, horizon=HORIZON)
    if seed % 2:
        return plan
    rng = np.random.default_rng(seed)
    visits = plan.visits
    factor = rng.choice([0.5, 1.0, 1.0, 3.0], plan.n_visits)
    largest = np.ones(len(plan.resource_names), dtype=np.int64)
    largest[plan.locks.resource] = plan.locks.largest_take
    take = rng.integers(1, largest[visits.resource] + 1).astype(np.int8)
    return replace(plan, visits=replace(visits, fixed_s=visits.fixed_s * factor, take=take))


def mechanisms(plan: Plan, log: EventLog) -> Counter[str]:
    """Count how often each mechanism was at work in a run."""
    seen: Counter[str] = Counter()
    _count_departures(plan, log, seen)
    _count_boxes(plan, log, seen)
    _count_locks(plan, log, seen)
    _count_resources(plan, log, seen)
    _count_box_pools(plan, log, seen)
    stamps = np.concatenate([log.visit_start, log.leg_ready, log.departure_time])
    stamps = stamps[stamps >= 0]
    _, count = np.unique(stamps, return_counts=True)
    seen["stamps"] = len(stamps)
    seen["stamps that share their second"] = int(count[count > 1].sum())
    return seen


def _count_departures(plan: Plan, log: EventLog, seen: Counter[str]) -> None:
    services = plan.services
    status, time, mteu = log.departure_status, log.departure_time, log.departure_mteu
    for service, dispatch in enumerate(services.dispatch):
        rows = slice(*services.departure_first[service : service + 2].tolist())
        left = status[rows] == DEPARTED
        empty = left & (mteu[rows] == 0)
        finite = services.pool[service] >= 0
        seen["vehicles that come back"] += int(left.sum()) * (services.return_pool[service] >= 0)
        if dispatch == TIMETABLE:
            slots = services.slot_time[int(services.slot_first[service]) :][: len(left)]
            late = left & (time[rows] > slots)
            seen["slots that left late"] += int(late.sum())
            seen["slots that left late for a closure"] += int(late.sum()) * (not finite)
            seen["slots cancelled as too many"] += int((status[rows] == CANCELLED_PENDING).sum())
            seen["slots cancelled as empty"] += int((status[rows] == CANCELLED_EMPTY).sum())
            seen["empty slots that ran"] += int(empty.sum())
        elif dispatch == FILL:
            most = int(services.max_per_day[service])
            number = np.flatnonzero(left)
            seen["filled departures"] += int(left.sum() - empty.sum())
            seen["vehicles sent back empty"] += int(empty.sum())
            seen["departures under minimum load"] += int(
                (left & ~empty & (mteu[rows] < services.min_mteu[service])).sum()
            )
            seen["last departures of a day"] += int((number % most == most - 1).sum())
            seen["departures held until midnight"] += int((time[rows][number] == DAY).sum())
        else:
            seen["trucks"] += int(left.sum())
            seen["convoys"] += int((mteu[rows] > services.capacity_mteu[service]).sum())
            full = (mteu[rows] <= services.capacity_mteu[service]) & (
                log.departure_kg[rows] > services.capacity_kg[service]
            )
            seen["convoys for their weight"] += int(full.sum())


def _count_boxes(plan: Plan, log: EventLog, seen: Counter[str]) -> None:
    legs, services = plan.legs, plan.services
    boarded = np.flatnonzero(log.leg_board >= 0)
    service = legs.service[boarded]
    waited = log.leg_board[boarded] > log.leg_ready[boarded]
    on_demand = services.dispatch[service] == ON_DEMAND
    finite = services.pool[service] >= 0
    held = services.hold_first[service + 1] > services.hold_first[service]
    seen["boxes that waited for a truck"] += int((waited & on_demand & finite).sum())
    seen["trucks held back by a closure"] += int((waited & on_demand & held & ~finite).sum())
    seen["boxes that boarded at later calls"] += int((legs.board_call[boarded] > 0).sum())
    off = legs.alight_call[boarded] < services.n_calls[service] - 1
    seen["boxes that alighted at middle calls"] += int((off & (log.leg_alight[boarded] >= 0)).sum())
    seen["boxes delivered"] += int(((legs.service < 0) & (log.leg_ready >= 0)).sum())
    seen["boxes never boarded"] += int(
        ((legs.service >= 0) & (log.leg_ready >= 0) & (log.leg_board < 0)).sum()
    )


def _count_locks(plan: Plan, log: EventLog, seen: Counter[str]) -> None:
    table = plan.resources
    for resource, start, vessels in zip(
        log.lockage_resource.tolist(),
        log.lockage_start.tolist(),
        log.lockage_vessels.tolist(),
        strict=True,
    ):
        rows = slice(int(table.row_first[resource]), int(table.row_first[resource + 1]))
        row = rows.start + int(np.searchsorted(table.row_time[rows], start, "right")) - 1
        mode = {ONE_WAY: "one way", ALTERNATE: "alternating", TIMED: "timed"}
        seen[f"lockages {mode[int(table.row_mode[row])]}"] += 1
        seen["lockages of several vessels"] += vessels > 1
        seen["empty turns"] += vessels == 0
        seen["lockages slowed down"] += table.row_slowdown[row] > 1


def _count_resources(plan: Plan, log: EventLog, seen: Counter[str]) -> None:
    table, visits = plan.resources, plan.visits
    started = np.flatnonzero(log.visit_start >= 0)
    resource = visits.resource[started]
    waited = log.visit_start[started] > log.visit_queued[started]
    kind = table.kind[resource]
    box = (started >= visits.shipment_first) & (started < visits.background_first)
    seen["boxes that queued"] += int((waited & box).sum())
    seen["vehicles that queued"] += int((waited & (started < visits.shipment_first)).sum())
    behind = started >= visits.background_first
    seen["background vessels that queued"] += int((waited & behind).sum())
    seen["visits of what never makes wait"] += int(table.is_free[resource].sum())
    for rank in np.flatnonzero(table.kind != LOCK):
        rows = slice(int(table.row_first[rank]), int(table.row_first[rank + 1]))
        own = started[resource == rank]
        if len(own) == 0:
            continue
        row = np.searchsorted(table.row_time[rows], log.visit_start[own], "right") - 1
        seen["visits slowed down"] += int((table.row_slowdown[rows][row] > 1).sum())
        row = np.searchsorted(table.row_time[rows], log.visit_queued[own], "right") - 1
        shut = table.row_servers[rows][row] == 0
        seen["visits that met a closure"] += int(shut.sum())
        if table.kind[rank] == FACILITY:
            order = np.argsort(log.visit_queued[own], kind="stable")
            starts = log.visit_start[own][order]
            seen["visits that overtook by priority"] += int((np.diff(starts) < 0).sum())
    seen["starts at a lock"] += int((kind == LOCK).sum())


def _count_box_pools(plan: Plan, log: EventLog, seen: Counter[str]) -> None:
    legs = plan.legs
    box_visit = np.flatnonzero(np.isin(plan.visits.resource, plan.boxes.resource))
    queued, start = log.visit_queued[box_visit], log.visit_start[box_visit]
    seen["boxes taken at once"] += int(((start >= 0) & (start == queued)).sum())
    seen["shipments that waited for boxes"] += int((start > queued).sum())
    seen["shipments that never got boxes"] += int(((queued >= 0) & (start < 0)).sum())
    if not len(plan.boxes.gives):
        return
    rows = np.flatnonzero((legs.service < 0) & (log.leg_ready >= 0))
    rows = rows[plan.boxes.gives[legs.shipment[rows]] >= 0]
    turnaround = plan.boxes.turnaround[legs.shipment[rows]]
    back = log.leg_ready[rows] + turnaround
    seen["boxes back at once"] += int((turnaround == 0).sum())
    seen["boxes back later"] += int(((turnaround > 0) & (back < plan.horizon)).sum())
    seen["grants in the second of a return"] += int(np.isin(start[start >= 0], back).sum())
