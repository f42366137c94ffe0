"""Every executor gives every result once; what dies is tried again, given up and told."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor_sim.errors import CorridorSimError, InputError
from corridor_sim.experiments.executors import Done, Executor, call_all, number_of_workers
from tests.experiments import calls


def ended(payloads: list[object], function: object, *, name: str, workers: int = 2) -> list[Done]:
    found = call_all(function, payloads, executor=Executor(name, workers))  # type: ignore[arg-type]
    return sorted(found, key=lambda done: done.number)


@pytest.mark.parametrize("name", ["serial", "threads", "processes"])
def test_every_call_ends_once(name: str) -> None:
    done = ended(list(range(20)), calls.square, name=name)
    assert [d.number for d in done] == list(range(20))
    assert [d.result for d in done] == [n**2 for n in range(20)]


@pytest.mark.parametrize("name", ["serial", "threads", "processes"])
def test_one_that_raises_is_told_and_the_others_go_on(name: str) -> None:
    done = ended([(n, "raise" if n == 3 else "") for n in range(6)], calls.stumble, name=name)
    assert [d.result for d in done] == [0, 1, 2, None, 4, 5]
    failure = done[3].failure
    assert failure is not None
    assert (failure.reason, failure.attempts) == ("error", 1)
    assert failure.message == "ValueError: three is not allowed"
    assert "stumble" in failure.where


def test_a_killed_worker_is_replaced_and_its_call_made_again(tmp_path: Path) -> None:
    once = f"die:{tmp_path / 'died'}"
    done = ended(
        [(n, once if n in (0, 4) else "") for n in range(8)], calls.stumble, name="processes"
    )
    assert [d.result for d in done] == list(range(8))


@pytest.mark.parametrize(
    ("what", "told"), [("die", "signal SIGKILL"), ("exit", "exit code 7")], ids=["kill", "exit"]
)
def test_a_call_that_kills_every_worker_is_given_up(what: str, told: str) -> None:
    done = ended([(n, what if n == 2 else "") for n in range(6)], calls.stumble, name="processes")
    assert [d.result for d in done] == [0, 1, None, 3, 4, 5]
    failure = done[2].failure
    assert failure is not None
    assert (failure.reason, failure.attempts) == ("killed", 3)
    assert told in failure.message


def test_a_killed_host_is_started_again(tmp_path: Path) -> None:
    once = f"orphan:{tmp_path / 'orphaned'}"
    done = ended([(n, once if n == 3 else "") for n in range(8)], calls.stumble, name="processes")
    assert [d.result for d in done] == list(range(8))


def test_what_kills_every_host_ends_in_an_error() -> None:
    with pytest.raises(CorridorSimError, match="killed 3 times"):
        ended([(0, "orphan")], calls.stumble, name="processes", workers=1)


@pytest.mark.parametrize("name", ["serial", "threads", "processes"])
def test_what_the_preparation_refuses_is_raised_as_it_was(name: str) -> None:
    found = call_all(
        calls.give_up, [1], executor=Executor(name, 2), prepare=(calls.refuse, ("net",))
    )
    with pytest.raises(InputError, match="net: cannot be read"):
        next(found)


def test_payloads_are_taken_as_they_are_needed() -> None:
    taken = []

    def payloads() -> object:
        for n in range(1000):
            taken.append(n)
            yield n

    for name in ("serial", "threads", "processes"):
        taken.clear()
        found = call_all(calls.square, payloads(), executor=Executor(name, 2))  # type: ignore[arg-type]
        next(found)
        found.close()
        assert len(taken) <= 6


def test_an_unknown_executor_is_refused() -> None:
    with pytest.raises(CorridorSimError, match="allowed: auto, serial, threads, processes, dask"):
        next(call_all(calls.square, [1], executor=Executor("cloud")))


def test_a_scheduler_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corridor_sim.experiments.cluster.PATIENCE", "10ms")
    with pytest.raises(CorridorSimError, match="no Dask scheduler answers at"):
        next(call_all(calls.square, [1], executor=Executor("dask", None, "tcp://127.0.0.1:1")))


def test_workers_are_counted() -> None:
    assert number_of_workers() >= 1
    assert number_of_workers(7) == 7
