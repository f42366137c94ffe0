"""A further replication of a scenario whose groundwork is laid: draws, plan, engine, statistics."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.conftest import Note
from corridor_sim.engine import EventLog
from corridor_sim.plan.tables import Plan
from corridor_sim.simulation import Groundwork, simulate


@pytest.mark.parametrize(("engine", "rounds"), [("compiled", 5), ("simpy", 1)])
@pytest.mark.benchmark(group="replication")
def test_draws_to_statistics(
    benchmark: BenchmarkFixture,
    note: Note,
    ground: Groundwork,
    plan: Plan,
    log: EventLog,
    engine: str,
    rounds: int,
) -> None:
    def replicate() -> dict[str, Any]:
        return simulate(ground.scenario, seed=1, engine=engine, ground=ground).summary()

    summary = benchmark.pedantic(replicate, rounds=rounds)
    assert summary["log_digest"] == log.digest()
    assert summary["counts"]["events"] == log.n_events(plan)
    assert summary["totals"]
    note(summary["counts"]["events"])
