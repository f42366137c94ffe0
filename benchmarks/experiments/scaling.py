"""What workers, executors and many replications cost: seconds, orchestration and memory.

``python -m benchmarks.experiments.scaling SCENARIO N``: the same replications by one worker, by
two, and by two threads; the share of the time that is not spent inside replications; the memory of
all processes at the tenth and at the last replication.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path

from corridor_sim import Scenario, replicate
from corridor_sim.experiments.running import Progress

__all__ = ["main"]


def _resident_mb() -> float:
    """Return the proportional memory of this process and all below it."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(stat[1])
    ours = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    total = 0
    for pid in ours:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        # Pages that several processes share count once.
        total += next(int(line.split()[1]) for line in text.splitlines() if line[:4] == "Pss:")
    return total / 1024


def _measured(scenario: Scenario, n: int, *, executor: str, workers: int) -> dict[str, float]:
    memory: dict[int, float] = {}
    last = [0.0]

    def look(state: Progress) -> None:
        if state.done in (10, n):
            memory[state.done] = _resident_mb()
        last[0] = state.elapsed_s

    with tempfile.TemporaryDirectory() as scratch:
        began = time.perf_counter()
        folder = Path(scratch) / "b"
        replicate(scenario, n, out=folder, executor=executor, workers=workers, progress=look)
        wall_s = time.perf_counter() - began
        lines = (folder / "timing.jsonl").read_text().splitlines()
    inside_s = sum(json.loads(line)["spent_s"] for line in lines)
    return {
        "wall_s": round(wall_s, 1),
        # From the first replication's beginning to the last one's end.
        "running_s": round(last[0], 1),
        "inside_s": round(inside_s, 1),
        "orchestration": round(1 - inside_s / (workers * last[0]), 4),
        "mb_at_10": round(memory.get(10, 0.0)),
        "mb_at_end": round(memory[n]),
    }


def main(arguments: list[str]) -> None:
    """Measure and print one line per way to run."""
    name, n = arguments[0], int(arguments[1])
    ways = [word.split(":") for word in arguments[2:]] or [
        ["processes", "1"],
        ["processes", "2"],
        ["threads", "2"],
    ]
    scenario = Scenario.read(name)
    found = {}
    for executor, workers in ways:
        found[executor, workers] = _measured(scenario, n, executor=executor, workers=int(workers))
        sys.stdout.write(f"{executor} {workers}: {found[executor, workers]}\n")
        sys.stdout.flush()
    one, two = (found.get(("processes", k)) for k in "12")
    if one and two:
        sys.stdout.write(f"two workers: {one['running_s'] / two['running_s']:.2f} times one\n")


if __name__ == "__main__":
    main(sys.argv[1:])
