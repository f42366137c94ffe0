"""Slow-downs of the engines fail here, on any machine: no absolute times.

The SimPy engine is measured in lines of Python it runs through, which are the same in every run.
The compiled engine is measured against Python's own heap in the same process, in processor time
and by the least of several turns, with room for a busy machine.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

import pytest

from benchmarks.peers.heap import draw_events, hold_in_python
from benchmarks.test_engine import port
from corridor_sim.engine import run_engine
from corridor_sim.plan.tables import Plan
from corridor_sim.rules import ticks

#: A quarter above what was counted (105 with SimPy 4.1 on Python 3.11).
MOST_LINES_PER_EVENT = 132
#: Two and a half times what was measured (0.18), and a fifth of it (122).
MOST_OF_HEAPQ = 0.45
LEAST_OF_COMPILED = 25

PENDING, TURNS, REPEATS = 5_000, 20_000, 7


def lines_per_event(plan: Plan) -> float:
    """Return the lines of Python that the SimPy engine runs through, per bound event."""
    lines = 0

    def trace(_frame: FrameType, event: str, _: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        log = run_engine(plan, engine="simpy")
    finally:
        sys.settrace(before)
    return lines / log.n_events(plan)


def least_times(*works: Callable[[], Any], repeats: int = REPEATS) -> list[float]:
    """Return the least processor time of each work, taken in turns."""
    least = [math.inf] * len(works)
    for _ in range(repeats):
        for place, work in enumerate(works):
            began = time.process_time()
            work()
            least[place] = min(least[place], time.process_time() - began)
    return least


def cost_of_event(plan: Plan, *, engine: str) -> float:
    """Return the time of a bound event, in pushes and pops on Python's heap."""
    events = run_engine(plan, engine=engine).n_events(plan)
    times, gaps = draw_events(PENDING)
    run = partial(run_engine, plan, engine=engine)
    engine_s, heap_s = least_times(run, partial(hold_in_python, times, gaps, TURNS))
    return (engine_s / events) / (heap_s / TURNS)


def test_the_simpy_engine_runs_through_few_lines() -> None:
    assert lines_per_event(port()) < MOST_LINES_PER_EVENT


def test_lines_are_counted_the_same_every_time() -> None:
    plan = port(boxes=100)
    assert lines_per_event(plan) == lines_per_event(plan)


def test_a_planted_slow_down_of_the_simpy_engine_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = ticks.duration_ticks

    def slow(fixed_s: float, per_teu_s: float, mteu: int, slowdown: float) -> int:
        for _ in range(50):
            result = honest(fixed_s, per_teu_s, mteu, slowdown)
        return result

    for name, module in list(sys.modules.items()):
        if name.startswith("corridor_sim.engine.") and hasattr(module, "duration_ticks"):
            monkeypatch.setattr(module, "duration_ticks", slow)
    assert lines_per_event(port()) > MOST_LINES_PER_EVENT


def test_an_event_of_the_compiled_engine_costs_less_than_one_on_a_heap() -> None:
    assert cost_of_event(port(boxes=20_000), engine="compiled") < MOST_OF_HEAPQ


def test_an_engine_that_is_not_compiled_fails() -> None:
    assert cost_of_event(port(), engine="loop") > MOST_OF_HEAPQ


def test_the_compiled_engine_is_many_times_faster_than_simpy() -> None:
    few, many = port(), port(boxes=20_000)
    events = [run_engine(plan, engine="compiled").n_events(plan) for plan in (few, many)]
    simpy_s, compiled_s = least_times(
        partial(run_engine, few, engine="simpy"),
        partial(run_engine, many, engine="compiled"),
        repeats=5,
    )
    assert (simpy_s / events[0]) / (compiled_s / events[1]) > LEAST_OF_COMPILED
