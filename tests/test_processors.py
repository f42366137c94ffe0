"""Processors are those of this process, and one where several processes share them."""

from __future__ import annotations

import os

import pytest

from corridor_sim import processors as module
from corridor_sim.experiments import executors


def test_they_are_those_this_process_may_run_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {4, 5, 6}, raising=False)
    assert module.processors() == 3
    assert executors.number_of_workers() == 3
    assert executors.number_of_workers(7) == 7


def test_without_affinities_they_are_those_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 5)
    assert module.processors() == 5
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert module.processors() == 1


def test_one_of_several_takes_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_most", [])
    module.take_one()
    module.take_one()
    assert module.processors() == 1


def _processors_of_a_worker(_: int) -> int:
    return module.processors()


def test_a_worker_of_a_batch_takes_one() -> None:
    chosen = executors.Executor("processes", workers=1)
    found = executors.call_all(_processors_of_a_worker, [0, 1], executor=chosen)
    assert [done.result for done in found] == [1, 1]
