"""From a scenario to its plan: groundwork, draws and tables; an event is a shipment or a visit."""

from __future__ import annotations

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.baseline import ground_of, plan_of
from benchmarks.conftest import Note
from corridor_sim.engine import EventLog, run_engine
from corridor_sim.plan.tables import Plan
from corridor_sim.scenario import Scenario
from corridor_sim.shipments import generate_shipments
from corridor_sim.simulation import Groundwork


@pytest.mark.benchmark(group="plan")
def test_groundwork(
    benchmark: BenchmarkFixture, note: Note, scenario: Scenario, ground: Groundwork
) -> None:
    laid = benchmark.pedantic(ground_of, args=(scenario,), rounds=5)
    routes = laid.choice.routes.routes
    assert [route.name for route in routes] == [r.name for r in ground.choice.routes.routes]
    note(len(routes))


@pytest.mark.benchmark(group="plan")
def test_draws(benchmark: BenchmarkFixture, note: Note, ground: Groundwork, plan: Plan) -> None:
    def draw() -> object:
        return generate_shipments(
            ground.od,
            ground.clock,
            ground.choice,
            horizon=ground.scenario.horizon_s,
            seed=1,
            replication=0,
        )

    drawn = benchmark.pedantic(draw, rounds=5)
    assert np.array_equal(drawn.release_s, plan.shipments.release_s)
    assert np.array_equal(drawn.route, plan.shipments.route)
    note(len(drawn.od))


@pytest.mark.benchmark(group="plan")
def test_plan(
    benchmark: BenchmarkFixture, note: Note, ground: Groundwork, plan: Plan, log: EventLog
) -> None:
    """Draws and tables: everything but the engine that a further replication needs."""
    built = benchmark.pedantic(plan_of, args=(ground,), rounds=5)
    assert built.n_visits == plan.n_visits
    assert run_engine(built, engine="compiled").digest() == log.digest()
    note(built.n_visits)
