"""A small scenario, and a batch of it that nothing disturbed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from corridor_sim import Scenario
from corridor_sim.experiments import Batch, replicate
from tests.cli.conftest import call  # noqa: F401 - a fixture
from tests.network.faulty import write_good

N = 8


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
    """Return a batch of eight replications, one after another."""
    folder = tmp_path_factory.mktemp("undisturbed") / "batch"
    return replicate(small, N, out=folder, executor="serial", keep=("links", "shipments"))
