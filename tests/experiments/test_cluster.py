"""A real Dask scheduler with two worker processes, one of which is killed on the way."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from corridor_sim import Scenario
from corridor_sim.experiments import Batch, replicate
from corridor_sim.experiments.executors import Executor, call_all
from corridor_sim.experiments.running import Progress
from tests.cli.conftest import environment
from tests.experiments import calls
from tests.experiments.conftest import KEEP, N, hashes


def start(*words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *words],
        env={**environment(), "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "2"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Return the address of a scheduler, and its two workers."""
    from distributed import Client

    file = tmp_path / "scheduler.json"
    words = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    scheduler = start("scheduler", *words, "--scheduler-file", str(file))
    worker = ("worker", "--scheduler-file", str(file), "--nthreads", "1", "--no-nanny")
    workers = [start(*worker, "--no-dashboard") for _ in range(2)]
    try:
        # Waits for the file and for the workers.
        with Client(scheduler_file=str(file), timeout="60s") as client:
            client.wait_for_workers(2, timeout=60)
        yield json.loads(file.read_text())["address"], workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def test_a_worker_killed_on_the_way_costs_no_replication(
    cluster: tuple[str, list[subprocess.Popen[bytes]]],
    small: Scenario,
    undisturbed: Batch,
    tmp_path: Path,
) -> None:
    address, workers = cluster
    ended = []

    def kill_one(state: Progress) -> None:
        ended.append(state.done)
        if state.done == 2:
            workers[0].kill()

    batch = replicate(
        small, N, out=tmp_path / "b", scheduler=address, executor="dask", keep=KEEP,
        progress=kill_one,
    )  # fmt: skip
    assert ended[-1] == N
    assert workers[0].wait() == -9
    assert workers[1].poll() is None
    assert batch.missing == []
    assert hashes(batch.folder) == hashes(undisturbed.folder)
    # What raises is told, on a cluster as well.
    done = list(
        call_all(calls.stumble, [(0, ""), (1, "raise")], executor=Executor("dask", None, address))
    )
    failures = {d.number: d.failure for d in done}
    assert failures[0] is None
    assert failures[1] is not None
    assert failures[1].message == "ValueError: three is not allowed"
