"""Sizes of the benchmarks: small where each runs once as a test, full where it is measured."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.baseline import ground_of, plan_of, small, tiny, year
from corridor_sim.engine import EventLog, run_engine
from corridor_sim.plan.tables import Plan
from corridor_sim.scenario import Scenario
from corridor_sim.simulation import Groundwork

#: Notes what a benchmark did: events, and how many a second.
Note = Callable[[int], None]


@pytest.fixture(scope="session")
def is_measured(request: pytest.FixtureRequest) -> bool:
    """Return whether times are taken, so that sizes have to be the real ones."""
    option = request.config.getoption
    return bool(option("benchmark_enable")) or not option("benchmark_disable")


@pytest.fixture(scope="session")
def scenario(
    is_measured: bool,  # noqa: FBT001
    tmp_path_factory: pytest.TempPathFactory,
) -> Scenario:
    """Return the baseline year, or a line between two towns."""
    return year() if is_measured else tiny(tmp_path_factory.mktemp("station"))


@pytest.fixture(scope="session")
def ground(scenario: Scenario) -> Groundwork:
    """Return what replications of the scenario share."""
    return ground_of(scenario)


@pytest.fixture(scope="session")
def plan(ground: Groundwork) -> Plan:
    """Return the plan of the first replication."""
    return plan_of(ground)


@pytest.fixture(scope="session")
def log(plan: Plan) -> EventLog:
    """Return the stamps of the plan, by the compiled engine."""
    return run_engine(plan, engine="compiled")


@pytest.fixture(scope="session")
def corridors(is_measured: bool, request: pytest.FixtureRequest) -> Plan:  # noqa: FBT001
    """Return the plan of the baseline year, or of a few weeks of little trade on its network."""
    if is_measured:
        year_plan: Plan = request.getfixturevalue("plan")
        return year_plan
    return plan_of(ground_of(small()))


@pytest.fixture
def note(benchmark: BenchmarkFixture) -> Note:
    """Return what notes the events of a benchmark in its results."""

    def write(events: int) -> None:
        assert events > 0
        benchmark.extra_info["events"] = events
        if benchmark.stats is not None:
            benchmark.extra_info["events_per_s"] = round(events / benchmark.stats.stats.median)

    return write
