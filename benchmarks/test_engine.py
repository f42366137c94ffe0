"""Events a second of the engines, on a small port behind a lock and on the baseline year."""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.conftest import Note
from corridor_sim.engine import ENGINES, EventLog, run_engine
from corridor_sim.plan.tables import FILL, ON_DEMAND, TIMETABLE, Plan
from corridor_sim.rules.locks import ALTERNATE
from tests.engine.plans import DAY, Resource, Service, Shipment, Vessel, make_plan

HOUR = 3600
DAYS = 100
BOXES = 2000
#: What the plan gives, whatever the engine.
EVENTS = 9_563
DIGEST = "c3040ecd53a8fbec477613d9084623705965881bdd7c84139ec3b111773cae42"


def port(*, boxes: int = BOXES) -> Plan:
    """Return boxes that go by truck to a yard, then by train or through a lock by barge."""
    days = range(DAYS)
    resources = {
        "berth": Resource(
            servers=2,
            fixed_s=1.0 * HOUR,
            per_teu_s=120.0,
            # Fog shuts the berth for six hours every tenth day.
            rows=[
                row
                for day in days[5::10]
                for row in ((day * DAY, 0, 1.0), (day * DAY + 6 * HOUR, 2, 1.0))
            ],
        ),
        "customs": Resource(
            servers=3,
            fixed_s=1.5 * HOUR,
            # Shut from 20:00 to 08:00.
            rows=[
                row
                for day in days
                for row in ((day * DAY + 8 * HOUR, 3, 1.0), (day * DAY + 20 * HOUR, 0, 1.0))
            ],
        ),
        "lock": Resource(servers=2, fixed_s=1.0 * HOUR, smallest_batch=1, take=3, mode=ALTERNATE),
        "rail": Resource(fixed_s=30.0 * HOUR),
        "river": Resource(fixed_s=20.0 * HOUR),
        "road": Resource(fixed_s=2.0 * HOUR),
        "yard": Resource(servers=2, fixed_s=0.5 * HOUR, per_teu_s=180.0),
    }
    services = {
        "barge": Service(
            FILL,
            ["berth@0", "lock", "river", "berth@1"],
            capacity_teu=60.0,
            min_teu=24.0,
            max_wait=2 * DAY,
            directions={"lock": 0},
        ),
        "train": Service(
            TIMETABLE,
            ["yard@0", "rail", "yard@1"],
            capacity_teu=20.0,
            slots=[day * DAY + 18 * HOUR for day in days],
        ),
        "truck": Service(ON_DEMAND, ["@0", "road", "@1"], capacity_teu=2.0),
    }
    shipments = [
        Shipment(
            number * DAYS * DAY // boxes,
            [("truck", 0, 1), "customs", ("train" if number % 3 else "barge", 0, 1)],
            teu=1.0 + number % 2,
            priority=1 + number % 4,
        )
        for number in range(boxes)
    ]
    vessels = [
        Vessel("lock", [gap * HOUR + number * 60] * (DAYS * 24 // gap), direction=number % 2)
        for number, gap in enumerate((9, 11, 13, 17))
    ]
    return make_plan(resources, services, shipments, vessels=vessels, horizon=DAYS * DAY)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.benchmark(group="engine", min_rounds=50)
def test_events_a_second(benchmark: BenchmarkFixture, note: Note, engine: str) -> None:
    plan = port()
    log: EventLog = benchmark(run_engine, plan, engine=engine)
    assert log.n_events(plan) == EVENTS
    assert log.digest() == DIGEST
    note(EVENTS)


@pytest.mark.parametrize(("engine", "rounds"), [("compiled", 20), ("simpy", 1)])
@pytest.mark.benchmark(group="engine")
def test_year(
    benchmark: BenchmarkFixture, note: Note, corridors: Plan, engine: str, rounds: int
) -> None:
    log = run_engine(corridors, engine="compiled")
    found = benchmark.pedantic(
        run_engine, args=(corridors,), kwargs={"engine": engine}, rounds=rounds
    )
    assert found.digest() == log.digest()
    note(found.n_events(corridors))
