"""While the compiled engine runs, other threads of Python run: it does not hold their lock."""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from benchmarks.test_engine import port
from corridor_sim.engine import jit, loop
from corridor_sim.native import loading
from corridor_sim.network import Network
from corridor_sim.scenario import Scenario
from corridor_sim.simulation import simulate
from tests.network.faulty import write_good
from tests.scenario.files import write


@contextmanager
def counting() -> Iterator[list[int]]:
    """Give a count that another thread goes on counting whenever it is given the lock.

    Nobody is made to give the lock up meanwhile: it changes hands where it is let go.
    """
    steps, stop = [0], threading.Event()

    def count() -> None:
        while not stop.is_set():
            steps[0] += 1
            time.sleep(0)

    thread = threading.Thread(target=count)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1_000)
    thread.start()
    try:
        yield steps
    finally:
        stop.set()
        sys.setswitchinterval(interval)
        thread.join()


def steps_meanwhile() -> int:
    """Return how far another thread counts during calls of the engine's machine code."""
    plan, counted = port(boxes=20_000), 0
    with counting() as steps:

        def call(function: Callable[..., None], *arguments: Any) -> None:
            nonlocal counted
            compiled = jit._compiled(function.__name__)
            before = steps[0]
            compiled(*arguments)
            counted += steps[0] - before

        loop.run_loop(plan, call=call)
    return counted


def test_other_threads_go_on_while_the_engine_runs() -> None:
    assert steps_meanwhile() > 0


def test_an_engine_that_held_the_lock_would_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    jit._compiled.cache_clear()
    monkeypatch.setattr(loading.ctypes, "CFUNCTYPE", ctypes.PYFUNCTYPE)
    try:
        assert steps_meanwhile() == 0
    finally:
        jit._compiled.cache_clear()


def test_what_is_done_meanwhile_is_done_while_the_engine_runs(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Each waits for a sign of the other, which neither could give if they took turns."""
    folder = tmp_path_factory.mktemp("meanwhile")
    write_good(folder / "net")
    period = "{days: 40, warm_up_days: 5, drain_days: 5}"
    scenario = Scenario.read(write(folder, f"network: net\nperiod: {period}\n"))
    begun, told, done = threading.Event(), threading.Event(), threading.Event()

    def meanwhile(_network: Network) -> None:
        begun.set()
        assert told.wait(60)
        done.set()

    def progress(_share: float, _date: str) -> None:
        assert begun.wait(60)
        told.set()
        assert done.wait(60)

    simulate(scenario, engine="compiled", meanwhile=meanwhile, progress=progress)
    assert done.is_set()
