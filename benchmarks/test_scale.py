"""How the cost of an event grows with demand and with the network."""

from __future__ import annotations

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.baseline import ground_of, grown, plan_of, smaller
from benchmarks.conftest import Note
from benchmarks.copies import side_by_side, stamps_of
from corridor_sim.engine import EventLog, run_engine
from corridor_sim.plan.tables import Plan
from corridor_sim.scenario import Scenario
from corridor_sim.simulation import Groundwork


@pytest.mark.parametrize("factor", [0.1, 1, 10])
@pytest.mark.benchmark(group="scale")
def test_demand(
    benchmark: BenchmarkFixture,
    note: Note,
    scenario: Scenario,
    plan: Plan,
    log: EventLog,
    factor: float,
) -> None:
    """Demand, and where it grows the fleets, servers and departures that carry it."""
    if factor < 1:
        sized = plan_of(ground_of(smaller(scenario, factor)))
    else:
        sized = plan if factor == 1 else plan_of(ground_of(grown(scenario, int(factor))))
    run = benchmark.pedantic(run_engine, args=(sized,), kwargs={"engine": "compiled"}, rounds=5)
    events, before = run.n_events(sized), log.n_events(plan)
    assert events < before if factor < 1 else 0.9 * factor < events / before < 1.1 * factor
    delivered = np.count_nonzero((sized.legs.service < 0) & (run.leg_ready >= 0))
    assert delivered > 0.4 * np.count_nonzero(np.diff(sized.legs.first))
    note(events)


@pytest.mark.parametrize("copies", [1, 4])
@pytest.mark.benchmark(group="scale")
def test_network(
    benchmark: BenchmarkFixture,
    note: Note,
    ground: Groundwork,
    plan: Plan,
    log: EventLog,
    copies: int,
) -> None:
    """Networks side by side, each with the draws of a replication of its own."""
    plans = [plan, *(plan_of(ground, replication=n) for n in range(1, copies))]
    joint = side_by_side(plans)
    run = benchmark.pedantic(run_engine, args=(joint,), kwargs={"engine": "compiled"}, rounds=5)
    alone = [log, *(run_engine(other, engine="compiled") for other in plans[1:])]
    for own, expected in zip(stamps_of(run, plans), alone, strict=True):
        for name, column in own.items():
            assert np.array_equal(column, getattr(expected, name)), name
    events = run.n_events(joint)
    assert events == sum(one.n_events(p) for one, p in zip(alone, plans, strict=True))
    note(events)
