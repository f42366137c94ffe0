"""The command line called in this process, and in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from corridor_sim.cli import main
from tests.network.faulty import write_good

ROOT = Path(__file__).resolve().parents[2]
PERIOD = "{days: 60, warm_up_days: 10, drain_days: 10}"


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


Call = Callable[..., Done]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Call the command line in this process."""

    def run(*arguments: str | Path) -> Done:
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            main([str(argument) for argument in arguments])
        told = capsys.readouterr()
        assert isinstance(caught.value.code, int)
        # Told once after an installation, by whichever test is the first.
        lines = told.err.splitlines(keepends=True)
        err = "".join(line for line in lines if not line.startswith("compiling "))
        return Done(caught.value.code, told.out, err)

    return run


def command(*arguments: str | Path) -> list[str]:
    """Return the words that start the command line in a process of its own."""
    return [sys.executable, "-m", "corridor_sim", *map(str, arguments)]


def environment() -> dict[str, str]:
    """Return an environment in which this checkout is imported."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100"}


def process(*arguments: str | Path, cwd: Path, extra: Sequence[str] = ()) -> Done:
    """Call the command line in a process of its own, behind other words where given."""
    done = subprocess.run(
        [*extra, *command(*arguments)],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a scenario of a small network that runs in a moment."""
    folder = tmp_path_factory.mktemp("small")
    write_good(folder / "net")
    path = folder / "small.yaml"
    path.write_text(f"title: A small network\nnetwork: net\nperiod: {PERIOD}\n")
    return path


@pytest.fixture(scope="session")
def result(config: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the result folder of a run."""
    folder = tmp_path_factory.mktemp("results") / "small"
    with pytest.raises(SystemExit) as caught:
        main(["run", str(config), "--out", str(folder), "--quiet"])
    assert caught.value.code == 0
    return folder
