"""What a run does side by side changes none of its bytes, and no error of it is lost."""

from __future__ import annotations

import errno
import threading
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from corridor_sim.engine import run_engine
from corridor_sim.errors import CorridorSimError
from corridor_sim.network import Network
from corridor_sim.result_folder import file_sha256
from corridor_sim.scenario import Scenario
from corridor_sim.simulation import simulate
from corridor_sim.table_files import TABLE_FILES, ResultFolderError
from tests.network.faulty import write_good
from tests.scenario.files import write


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    folder = tmp_path_factory.mktemp("side_by_side")
    write_good(folder / "net")
    period = "{days: 40, warm_up_days: 5, drain_days: 5}"
    return Scenario.read(write(folder, f"network: net\nperiod: {period}\n"))


@pytest.mark.parametrize("engine", ["simpy", "compiled"])
def test_what_is_done_meanwhile_changes_no_byte(
    scenario: Scenario, tmp_path: Path, engine: str
) -> None:
    where: list[tuple[threading.Thread, Network]] = []
    alone = simulate(scenario, engine=engine)
    beside = simulate(
        scenario,
        engine=engine,
        meanwhile=lambda network: where.append((threading.current_thread(), network)),
    )
    assert where
    assert where[0][0] is not threading.current_thread()
    assert where[0][1] is beside.network
    assert beside.log.digest() == alone.log.digest()
    folders = [run.save(tmp_path / name) for run, name in ((alone, "a"), (beside, "b"))]
    for name in TABLE_FILES.values():
        assert len({file_sha256(folder / name) for folder in folders}) == 1, name


@pytest.mark.parametrize("engine", ["simpy", "compiled"])
def test_what_fails_meanwhile_fails_the_run(scenario: Scenario, engine: str) -> None:
    def fail(_: Network) -> None:
        raise ImportError("no such library")

    with pytest.raises(ImportError, match="no such library"):
        simulate(scenario, engine=engine, meanwhile=fail)


def test_a_run_that_keeps_no_draws_tells_the_same_and_cannot_run_again(
    scenario: Scenario, tmp_path: Path
) -> None:
    kept, lean = (simulate(scenario, keep_draws=keep) for keep in (True, False))
    assert run_engine(kept.plan).digest() == kept.log.digest()
    folders = [run.save(tmp_path / name) for run, name in ((kept, "kept"), (lean, "lean"))]
    for name in TABLE_FILES.values():
        assert len({file_sha256(folder / name) for folder in folders}) == 1, name
    for engine in ("simpy", "loop", "compiled"):
        with pytest.raises(CorridorSimError, match="keeps no draws"):
            run_engine(lean.plan, engine=engine)


def test_a_table_that_cannot_be_written_fails_the_folder(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = pq.ParquetWriter.write_table

    def full(self: pq.ParquetWriter, table: object, *args: object, **more: object) -> None:
        if self.where.name == "legs.parquet":
            raise OSError(errno.ENOSPC, "No space left on device")
        honest(self, table, *args, **more)

    monkeypatch.setattr(pq.ParquetWriter, "write_table", full)
    with pytest.raises(ResultFolderError, match=r"legs\.parquet.*No space left"):
        simulate(scenario).save(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
