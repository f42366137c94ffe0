"""Random plans, dense in ties, that cover every mechanism."""

from __future__ import annotations

import random

from corridor_sim.plan.tables import FILL, ON_DEMAND, TIMETABLE, UNLIMITED
from corridor_sim.rules.locks import ALTERNATE, ONE_WAY, TIMED
from tests.engine.plans import Resource, Service, Shipment, Vessel

# Coarse times make many events share their second.
GRID = 60
HORIZON = 40_000

Spec = tuple[dict[str, Resource], dict[str, Service], list[Shipment], list[Vessel], dict[str, int]]


def random_spec(seed: int, *, prefix: str = "") -> Spec:
    """Return resources, services, shipments, background vessels and pools."""
    rng = random.Random(seed)
    resources: dict[str, Resource] = {}
    places: list[str] = []

    def moment() -> int:
        return rng.randrange(HORIZON // GRID) * GRID

    def duration() -> float:
        return float(rng.choice([0, 1, GRID, GRID, 2 * GRID, 5 * GRID, rng.randrange(1000)]))

    def closures(servers: int) -> list[tuple[int, int, float]]:
        times = sorted({moment() for _ in range(rng.randrange(4))} - {0})
        return [(t, rng.choice([0, servers, servers]), rng.choice([1.0, 1.0, 2.0])) for t in times]

    for n in range(rng.randint(2, 4)):
        servers = rng.randint(1, 3)
        name = f"{prefix}facility{n}"
        resources[name] = Resource(
            servers, duration(), rng.choice([0.0, 7.5, 60.0]), closures(servers)
        )
        places.append(name)
    for n in range(rng.randint(1, 3)):
        rows = closures(UNLIMITED) if rng.random() < 0.5 else []
        resources[f"{prefix}link{n}"] = Resource(UNLIMITED, max(duration(), 1.0), 0.0, rows)
    locks = [f"{prefix}lock{n}" for n in range(rng.randint(1, 3))]
    for name in locks:
        chambers = rng.randint(1, 3)
        rows = [
            (
                t,
                rng.randrange(1 << chambers),
                rng.choice([1.0, 1.5]),
                rng.choice([ONE_WAY, ALTERNATE, TIMED]),
                rng.choice([300, 900]),
            )
            for t in sorted({moment() for _ in range(rng.randrange(4))} - {0})
        ]
        resources[name] = Resource(
            chambers,
            max(duration(), 1.0),
            rows=rows,  # type: ignore[arg-type]
            smallest_batch=rng.randint(1, 2),
            take=rng.randint(2, 4),
            mode=rng.choice([ONE_WAY, ALTERNATE, TIMED]),
            period=rng.choice([300, 900]),
        )
    links = [name for name in resources if "link" in name]
    pools = {f"{prefix}pool{n}": rng.randint(0, 3) for n in range(2)}
    services: dict[str, Service] = {}
    for n in range(rng.randint(3, 6)):
        dispatch = rng.choice([TIMETABLE, FILL, ON_DEMAND])
        calls = rng.randint(2, 3) if dispatch == TIMETABLE else 2
        steps: list[str] = []
        for call in range(calls):
            if call:
                steps.append(rng.choice(links))
                if rng.random() < 0.5:
                    steps.append(rng.choice([*places, *locks]))
            outer = call in (0, calls - 1) and rng.random() < 0.3
            steps.append(f"@{call}" if outer else f"{rng.choice(places)}@{call}")
        finite = rng.random() < 0.5
        ends = [*pools, *reversed(pools)]
        services[f"{prefix}service{n}"] = Service(
            dispatch,
            steps,
            capacity_teu=float(rng.randint(4, 8)),
            capacity_t=float(rng.choice([8, 50])),
            min_teu=float(rng.randint(1, 4)),
            max_wait=rng.choice([GRID, 600, 3000]),
            max_per_day=rng.randint(2, 40),
            max_pending=rng.randint(0, 2),
            max_idle=rng.choice([-1, 600]) if finite and dispatch == FILL else -1,
            priority=rng.randint(1, 4),
            pool=ends[n % 4] if finite else "",
            return_pool=ends[(n + 1) % 4] if finite else "",
            turnaround=rng.choice([1, GRID, 600]),
            runs_empty=rng.random() < 0.3,
            holds=rng.random() < 0.4,
            slots=sorted(moment() for _ in range(30)) if dispatch == TIMETABLE else [],
            directions={name: rng.randint(0, 1) for name in locks},
            quotas={0: 4.0} if rng.random() < 0.3 else {},
        )
    shipments = []
    for _ in range(rng.randint(20, 80)):
        way: list[tuple[str, int, int] | str] = []
        for name in rng.sample(sorted(services), rng.randint(1, 3)):
            if rng.random() < 0.4:
                way.append(rng.choice([*places, *links]))
            n_calls = sum("@" in step for step in services[name].steps)
            board = rng.randrange(n_calls - 1)
            way.append((name, board, rng.randint(board + 1, n_calls - 1)))
        shipments.append(
            Shipment(
                moment(), way, rng.choice([0.5, 1, 2, 4]), rng.choice([1, 8]), rng.randint(1, 3)
            )
        )
    vessels = [
        Vessel(name, [moment() // 4 for _ in range(rng.randint(1, 6))], rng.randint(0, 4), n % 2)
        for n, name in enumerate(rng.choices([*locks, *places], k=rng.randint(5, 25)))
    ]
    return resources, services, shipments, vessels, pools
