"""The clock closes every second once, does what SimPy's own loop does, and lets failures out."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
from simpy.events import Event

from corridor_sim.engine.clock import Clock

_TIMES = (0, 3, 3, 5, 5, 5, 9)


def _told(clock: Clock, told: list[tuple[str, int]]) -> None:
    """Let seven events and a process happen, and tell of each."""
    for number, time in enumerate(_TIMES):
        clock.at(time, lambda _, number=number: told.append((f"event {number}", clock.now)))

    def process() -> Generator[Event, Any, None]:
        for _ in range(3):
            yield clock.timeout(3)
            told.append(("process", clock.now))

    clock.process(process())


def test_it_closes_each_second_after_the_last_of_its_events() -> None:
    told: list[tuple[str, int]] = []
    clock = Clock(lambda: told.append(("close", clock.now)))
    _told(clock, told)
    clock.run_before(9)
    assert [entry for entry in told if entry[0] == "close"] == [
        ("close", 0),
        ("close", 3),
        ("close", 5),
        ("close", 6),
    ]
    seconds = [time for _, time in told]
    assert seconds == sorted(seconds)
    for second in (0, 3, 5, 6):
        assert [name for name, time in told if time == second][-1] == "close"


def test_what_is_due_at_the_end_waits_for_the_next_call() -> None:
    told: list[tuple[str, int]] = []
    clock = Clock(lambda: None)
    _told(clock, told)
    clock.run_before(9)
    assert max(time for _, time in told) == 6
    clock.run_before(10)
    assert {name for name, time in told if time == 9} == {"event 6", "process"}


def test_it_does_what_simpy_does() -> None:
    ours: list[tuple[str, int]] = []
    clock = Clock(lambda: None)
    _told(clock, ours)
    clock.run_before(20)
    theirs: list[tuple[str, int]] = []
    clock = Clock(lambda: None)
    _told(clock, theirs)
    clock.run(until=20)
    assert ours == theirs
    assert len(ours) == len(_TIMES) + 3


def test_what_happens_while_closing_belongs_to_the_same_second() -> None:
    closed: list[int] = []

    def close() -> None:
        closed.append(clock.now)
        if len(closed) == 1:
            clock.at(clock.now, lambda _: None)

    clock = Clock(close)
    clock.at(4, lambda _: None)
    clock.run_before(5)
    assert closed == [4, 4]


def test_a_process_that_fails_stops_the_run() -> None:
    def crane() -> Generator[Event, Any, None]:
        yield clock.timeout(2)
        raise ZeroDivisionError("the crane")

    clock = Clock(lambda: None)
    clock.process(crane())
    with pytest.raises(ZeroDivisionError, match="the crane"):
        clock.run_before(5)


def test_a_failure_that_somebody_handles_stops_nothing() -> None:
    handled: list[int] = []

    def crane() -> Generator[Event, Any, None]:
        yield clock.timeout(2)
        raise ZeroDivisionError("the crane")

    def keeper() -> Generator[Event, Any, None]:
        try:
            yield clock.process(crane())
        except ZeroDivisionError:
            handled.append(clock.now)

    clock = Clock(lambda: None)
    clock.process(keeper())
    clock.run_before(5)
    assert handled == [2]
