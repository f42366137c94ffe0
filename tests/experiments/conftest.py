"""A small scenario, and a batch of it that nothing disturbed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow as pa
import pytest

from corridor_sim import Scenario
from corridor_sim.experiments import Batch, replicate, tasks
from corridor_sim.experiments.tasks import Task
from corridor_sim.streams import stream
from tests.cli.conftest import call  # noqa: F401 - a fixture
from tests.network.faulty import write_good

N = 6
KEEP = ("links", "shipments")


def hashes(folder: Path) -> dict[str, str]:
    """Return the hash of every Parquet file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.parquet"))
    }


def write_scenario(folder: Path, *, days: int = 30, name: str = "small") -> Path:
    """Write a scenario of a small network that runs in a moment."""
    write_good(folder / "net")
    path = folder / f"{name}.yaml"
    path.write_text(
        f"title: A small network\nnetwork: net\n"
        f"period: {{days: {days}, warm_up_days: 5, drain_days: 5}}\n"
    )
    return path


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_scenario(tmp_path_factory.mktemp("experiments"))


@pytest.fixture(scope="session")
def small(config: Path) -> Scenario:
    return Scenario.read(config)


@pytest.fixture(scope="session")
def undisturbed(small: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """Return a batch of six replications, one after another."""
    folder = tmp_path_factory.mktemp("undisturbed") / "batch"
    return replicate(small, N, out=folder, executor="serial", keep=KEEP)


def made_up_tables(task: Task, _: None, replication: int) -> dict[str, pa.Table]:
    """Return tables as a replication leaves them: by demand, and by chance, in part its own."""
    value, hours = stream(task.seed, replication, "made_up", "row").normal(1.0, 0.1, 2)
    value += stream(task.seed, replication, "made_up", task.scenario.name).normal(0.0, 0.02)
    scale = task.scenario.demand.scale
    cny = round(1e8 * scale * value)
    row = {
        **dict.fromkeys(("offered_cny", "cleared_cny", "delivered_cny"), cny),
        **dict.fromkeys(("cleared_teu", "unserved_teu", "delayed_cny_days"), cny / 1e6),
        **dict.fromkeys(("mean_h", "region_abroad_mean_h", "coastal_median_h"), 24 * hours),
        "coastal_cleared_cny": cny,
        "log_digest": f"{value!r}",
    }
    facilities = {"facility": ["customs", "station"], "mean_wait_h": [0.0, hours]}
    months = {"month": ["2025-01"], "cleared_cny": [cny]}
    tables = {
        "replications": pa.Table.from_pylist([row]),
        "facilities": pa.table(facilities),
        "months": pa.table(months),
    }
    return {
        name: table.add_column(0, task.key, pa.array([task.number] * len(table)))
        for name, table in tables.items()
    }


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let replications in this process be made up: those of the simulator take longer."""
    tasks.forget()
    monkeypatch.setattr(tasks._GROUNDS, "make", lambda _: None)
    monkeypatch.setattr(tasks, "_tables", made_up_tables)
