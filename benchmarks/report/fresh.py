"""Whole commands in processes of their own: wall time and peak memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corridor_sim.scenario import Scenario

__all__ = ["Finished", "compile_seconds", "run_command", "run_to_map"]

_PROJECT = Path(__file__).resolve().parents[2]
_COMPILE = """
import time
from benchmarks.test_engine import EVENTS, port
from corridor_sim.engine import run_engine
plan = port()
seconds = []
for _ in range(2):
    began = time.perf_counter()
    assert run_engine(plan, engine="compiled").n_events(plan) == EVENTS
    seconds.append(time.perf_counter() - began)
print(seconds[0] - seconds[1])
"""


# A process begins with the most memory its parent has held, so that its parent must be small.
_LAUNCH = """
import json, os, subprocess, sys, time
began = time.perf_counter()
process = subprocess.Popen(sys.argv[2:])
_, status, usage = os.wait4(process.pid, 0)
seconds = time.perf_counter() - began
with open(sys.argv[1], "w", encoding="utf-8") as file:
    json.dump([seconds, usage.ru_maxrss], file)
sys.exit(os.waitstatus_to_exitcode(status))
"""


@dataclass(frozen=True)
class Finished:
    """A process that has ended well.

    Attributes
    ----------
    seconds : float
        From start to end, Python's own start included.
    peak_mb : float
        Most memory it held, MB of 1,000,000 bytes.
    stdout : str
        What it printed.
    """

    seconds: float
    peak_mb: float
    stdout: str


def run_command(*arguments: str | Path, environment: dict[str, str] | None = None) -> Finished:
    """Run Python with arguments and wait for its end.

    Parameters
    ----------
    *arguments : str or Path
        After the name of the interpreter.
    environment : dict, optional
        Variables to set.

    Returns
    -------
    Finished
        Time, memory and output.

    Raises
    ------
    RuntimeError
        If it fails.
    """
    command = [sys.executable, *map(str, arguments)]
    # An installed package has its bytecode: so has this one after its first run.
    variables = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.json"
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-I", "-S", "-c", _LAUNCH, told, *command],
            cwd=_PROJECT,
            env=variables | (environment or {}),
            capture_output=True,
            check=False,
        )
        if done.returncode:
            text = done.stderr.decode(errors="replace")
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{text}")
        seconds, most = json.loads(told.read_text(encoding="utf-8"))
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return Finished(seconds, most * unit / 1e6, done.stdout.decode())


def run_to_map(scenario: Scenario | str) -> tuple[Finished, dict[str, Any]]:
    """Run ``corridor-sim run`` to its map, in a folder that is thrown away.

    Parameters
    ----------
    scenario : Scenario or str
        Name of a shipped one, or one to be written into a file.

    Returns
    -------
    tuple of Finished and dict
        And the summary that was written.
    """
    with tempfile.TemporaryDirectory() as folder:
        source = scenario
        if isinstance(scenario, Scenario):
            source = str(Path(folder) / "scenario.yaml")
            Path(source).write_text(json.dumps(scenario.resolved()), encoding="utf-8")
        out = Path(folder) / "out"
        finished = run_command("-m", "corridor_sim", "run", source, "--out", out, "--quiet")
        assert (out / "map.html").stat().st_size > 0
        summary: dict[str, Any] = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    return finished, summary


def compile_seconds() -> float:
    """Return the seconds it takes to make the machine code of the engine, with an empty cache."""
    with tempfile.TemporaryDirectory() as folder:
        finished = run_command("-c", _COMPILE, environment={"NUMBA_CACHE_DIR": folder})
    return float(finished.stdout)
