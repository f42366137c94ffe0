"""The same work elsewhere: naive SimPy, Ciw, salabim, and a heap in C as the floor.

Ciw and salabim come with ``pip install corridor-sim[peers]``; those that are not installed, and
the heap where there is no C compiler, are not there to be run.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.answers import assert_means_agree, means_of
from benchmarks.conftest import Note
from benchmarks.peers import heap, tandem
from benchmarks.peers.naive import run_naive
from benchmarks.pending import pending_events
from benchmarks.test_engine import EVENTS, port
from corridor_sim.engine import EventLog, run_engine
from corridor_sim.plan.tables import Plan

CUSTOMERS, FEWER_CUSTOMERS = 20_000, 400
TURNS, FEWER_TURNS = 2_000_000, 2_000
COMPILER = heap.c_compiler()


@pytest.mark.benchmark(group="peers")
def test_naive_port(benchmark: BenchmarkFixture, note: Note) -> None:
    """Even the stamps agree here, but for which of two free flights locks."""
    plan = port()
    ours = run_engine(plan, engine="compiled")
    naive = benchmark.pedantic(run_naive, args=(plan,), rounds=5)
    for field in fields(ours):
        if field.name != "lockage_chamber":
            column = getattr(naive, field.name)
            assert np.array_equal(column, getattr(ours, field.name)), field.name
    assert naive.n_events(plan) == EVENTS
    note(EVENTS)


@pytest.mark.benchmark(group="peers")
def test_naive_year(benchmark: BenchmarkFixture, note: Note, corridors: Plan) -> None:
    ours = run_engine(corridors, engine="compiled")
    naive = benchmark.pedantic(run_naive, args=(corridors,), rounds=1)
    events = naive.n_events(corridors)
    assert abs(events / ours.n_events(corridors) - 1) < 0.001
    assert_means_agree(means_of(corridors, ours), means_of(corridors, naive))
    note(events)


@pytest.mark.parametrize("name", ["ours", *tandem.PEERS])
@pytest.mark.benchmark(group="peers")
def test_tandem(
    benchmark: BenchmarkFixture,
    note: Note,
    is_measured: bool,  # noqa: FBT001
    name: str,
) -> None:
    draws = tandem.draw_tandem(CUSTOMERS if is_measured else FEWER_CUSTOMERS)
    plan = tandem.plan_of(draws)
    ours = tandem.waits(run_engine(plan, engine="compiled"))
    if name == "ours":
        log = benchmark.pedantic(run_engine, args=(plan,), kwargs={"engine": "compiled"}, rounds=20)
        assert log.n_events(plan) == draws.events
        waited = tandem.waits(log)
    else:
        _, waited = benchmark.pedantic(tandem.run_peer, args=(name, draws), rounds=1)
    assert waited.min() >= 0
    assert_means_agree(tandem.station_means(ours), tandem.station_means(waited))
    note(draws.events)


@pytest.mark.parametrize("language", ["python", *(["c"] if COMPILER else [])])
@pytest.mark.benchmark(group="peers", min_rounds=5)
def test_heap(
    benchmark: BenchmarkFixture,
    note: Note,
    is_measured: bool,  # noqa: FBT001
    plan: Plan,
    log: EventLog,
    language: str,
) -> None:
    """Push and pop of one number, with as many pending as the plan has."""
    turns = TURNS if is_measured else FEWER_TURNS
    times, gaps = heap.draw_events(round(pending_events(plan, log)))
    hold = heap.hold_in_python if language == "python" else heap.compile_c_heap(str(COMPILER))
    left = benchmark(hold, times, gaps, turns)
    assert left == heap.hold_in_python(times, gaps, turns)
    note(turns)
