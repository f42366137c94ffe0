"""A result folder is there whole or not at all, and nothing broken is read as whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from corridor_sim.result_folder import (
    MANIFEST,
    new_folder,
    read_manifest,
    write_json,
    write_manifest,
)
from corridor_sim.statistics import Statistics, build_tables
from corridor_sim.statistics.columns import Thousandths
from corridor_sim.table_files import TABLE_FILES, ResultFolderError, read_tables, write_tables
from tests.statistics_runs import Run, small_run


@pytest.fixture(scope="module")
def run() -> Run:
    return small_run()


def write(run: Run, folder: Path, *, force: bool = False) -> Path:
    with new_folder(folder, force=force) as filling:
        write_tables(run.statistics.tables, run.clock, filling)
        write_json(filling / "summary.json", {"scenario": "small"})
        write_manifest(filling, {"seed": 1})
    return folder


def test_tables_come_back_as_they_were(run: Run, tmp_path: Path) -> None:
    folder = write(run, tmp_path / "result")
    assert sorted(p.name for p in folder.iterdir()) == sorted(
        [MANIFEST, "summary.json", *TABLE_FILES.values()]
    )
    assert read_manifest(folder)["seed"] == 1
    tables, clock = read_tables(folder)
    assert clock == run.clock
    for name, frame in run.statistics.tables.items():
        back = getattr(tables, name)
        assert list(back.columns) == list(frame.columns)
        for column in frame.columns:
            wanted, got = frame[column], back[column]
            if isinstance(wanted.dtype, pd.CategoricalDtype):
                wanted, got = wanted.astype(object), got.astype(object)
            pd.testing.assert_series_equal(wanted, got)


def test_statistics_of_a_loaded_folder_are_the_same(run: Run, tmp_path: Path) -> None:
    tables, clock = read_tables(write(run, tmp_path / "result"))
    loaded = type(run.statistics)(tables, run.network, clock)
    for name in ("trade", "wait_causes", "door_to_door", "costs", "facilities", "departures"):
        fresh, again = getattr(run.statistics, name)(), getattr(loaded, name)()
        for key in fresh.columns:
            assert fresh[key].tolist() == again[key].tolist(), (name, key)
    for by in (("corridor", "mode"), ("month", "link"), ("node", "direction"), ("commodity",)):
        fresh, again = run.statistics.throughput(by), loaded.throughput(by)
        assert fresh.to_numpy().tolist() == again.to_numpy().tolist(), by


def test_a_folder_of_a_version_without_weekly_queues_is_read(run: Run, tmp_path: Path) -> None:
    folder = write(run, tmp_path / "result")
    (folder / "queues.parquet").unlink()
    (folder / MANIFEST).unlink()
    write_manifest(folder, {"seed": 1})
    assert read_manifest(folder)["seed"] == 1
    tables, _ = read_tables(folder)
    assert len(tables.table("queues")) == 0
    assert len(tables.queues) == 0


def test_equal_runs_give_equal_bytes(run: Run, tmp_path: Path) -> None:
    first = write(run, tmp_path / "first")
    second = write(small_run(), tmp_path / "second")
    for name in TABLE_FILES.values():
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_an_existing_folder_is_kept(run: Run, tmp_path: Path) -> None:
    folder = write(run, tmp_path / "result")
    with pytest.raises(ResultFolderError, match=r"exists already.*--force"):
        write(run, folder)
    write(run, folder, force=True)
    other = tmp_path / "thesis"
    other.mkdir()
    (other / "chapter.txt").write_text("years of work")
    with pytest.raises(ResultFolderError, match="no result folder"):
        write(run, other, force=True)
    assert (other / "chapter.txt").read_text() == "years of work"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["result", "thesis"]


def test_a_failure_while_writing_leaves_nothing(run: Run, tmp_path: Path) -> None:
    def fill() -> None:
        with new_folder(tmp_path / "result") as filling:
            write_tables(run.statistics.tables, run.clock, filling)
            raise OSError(28, "No space left on device", str(filling / "legs.parquet"))

    with pytest.raises(ResultFolderError, match=r"legs\.parquet: No space left on device"):
        fill()
    assert list(tmp_path.iterdir()) == []


def test_a_failure_while_replacing_keeps_the_old_result(run: Run, tmp_path: Path) -> None:
    folder = write(run, tmp_path / "result")
    before = (folder / MANIFEST).read_bytes()

    def fill() -> None:
        with new_folder(folder, force=True) as filling:
            (filling / "legs.parquet").write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill()
    assert (folder / MANIFEST).read_bytes() == before
    read_manifest(folder)


def test_a_killed_writer_leaves_no_folder_of_that_name(tmp_path: Path) -> None:
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from corridor_sim.result_folder import new_folder\n"
        "with new_folder(Path(sys.argv[1])) as filling:\n"
        "    (filling / 'legs.parquet').write_bytes(b'half')\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "result")],
        env={**os.environ, "PYTHONPATH": str(root)},
        check=False,
    )
    assert done.returncode == -9
    assert not (tmp_path / "result").exists()


def test_two_writers_in_one_place_do_not_mix(run: Run, tmp_path: Path) -> None:
    """Who finishes second is refused; the first result stays."""

    def both() -> None:
        with new_folder(tmp_path / "result") as slow:
            (slow / "note.txt").write_text("slow")
            write(run, tmp_path / "result")

    with pytest.raises(ResultFolderError, match="exists already"):
        both()
    read_manifest(tmp_path / "result")
    assert not (tmp_path / "result" / "note.txt").exists()


@pytest.mark.parametrize("name", ["legs.parquet", "shipments.parquet", "summary.json"])
@pytest.mark.parametrize("how", ["cut", "flipped", "removed"])
def test_broken_files_are_named(run: Run, tmp_path: Path, name: str, how: str) -> None:
    folder = write(run, tmp_path / "result")
    file = folder / name
    content = bytearray(file.read_bytes())
    if how == "cut":
        file.write_bytes(content[: len(content) // 2])
    elif how == "flipped":
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    else:
        file.unlink()
    with pytest.raises(ResultFolderError, match=name):
        read_manifest(folder)


def test_damaged_or_foreign_manifests_are_refused(run: Run, tmp_path: Path) -> None:
    folder = write(run, tmp_path / "result")
    good = json.loads((folder / MANIFEST).read_text())

    def with_manifest(text: str, match: str) -> None:
        (folder / MANIFEST).write_text(text)
        with pytest.raises(ResultFolderError, match=match):
            read_manifest(folder)

    with_manifest(json.dumps(good)[:-40], "damaged")
    with_manifest("[]", "damaged")
    with_manifest(json.dumps({**good, "format": 99}), "layout 99")
    outputs = {**good["outputs"], "../../etc/passwd": {"bytes": 1, "sha256": "0"}}
    with_manifest(json.dumps({**good, "outputs": outputs}), "not the name of a plain file")
    outputs = {k: v for k, v in good["outputs"].items() if k != "legs.parquet"}
    with_manifest(json.dumps({**good, "outputs": outputs}), r"legs\.parquet is not in the manifest")
    with pytest.raises(ResultFolderError, match="is no folder"):
        read_manifest(tmp_path / "nowhere")
    with pytest.raises(ResultFolderError, match="no result folder"):
        read_manifest(tmp_path)


def test_the_bytes_hold_no_time_of_writing(run: Run, tmp_path: Path) -> None:
    """Only the schema, the version of the writer and the clock of the run are in the metadata."""
    import pyarrow.parquet as pq

    folder = write(run, tmp_path / "result")
    for name in TABLE_FILES.values():
        keys = set(pq.read_schema(folder / name).metadata)
        assert keys <= {b"corridor_sim", b"ARROW:schema"}


def test_a_table_that_was_replaced_since_is_refused(run: Run, tmp_path: Path) -> None:
    """Columns are read when they are asked for; those of two runs must not mix."""
    folder = write(run, tmp_path / "result")
    tables, _ = read_tables(folder)
    assert len(tables.shipments) == 4
    write(run, folder, force=True)
    assert len(tables.shipments) == 4
    with pytest.raises(ResultFolderError, match=r"legs\.parquet was changed since"):
        tables.table("legs").numbers("board_s")
    (folder / "departures.parquet").unlink()
    with pytest.raises(ResultFolderError, match=r"departures\.parquet cannot be read"):
        tables.table("departures").numbers("left_s")


def test_tables_are_written_in_pieces(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corridor_sim.statistics.build._PIECE", 1)
    small = build_tables(run.plan, run.log, run.network, run.clock)
    # The last box is unserved and belongs to the piece of its own.
    assert [(s.stop, leg.stop) for s, leg in small.pieces] == [(1, 3), (2, 6), (3, 8), (4, 8)]
    for folder, tables in (("pieces", small), ("whole", run.statistics.tables)):
        (tmp_path / folder).mkdir()
        write_tables(tables, run.clock, tmp_path / folder)
    for name in ("shipments", "legs"):
        pieces, whole = (
            pd.read_parquet(tmp_path / folder / TABLE_FILES[name]) for folder in ("pieces", "whole")
        )
        pd.testing.assert_frame_equal(pieces, whole)


def test_sums_do_not_depend_on_the_pieces(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corridor_sim.statistics.build._PIECE", 1)
    monkeypatch.setattr("corridor_sim.statistics.emissions._ROWS_AT_ONCE", 1)
    small = build_tables(run.plan, run.log, run.network, run.clock)
    assert len(small.pieces) > 1
    pieces = Statistics(small, run.network, run.clock)
    for name in ("load_factors", "costs", "links"):
        wanted = getattr(run.statistics, name)()
        assert len(wanted)
        pd.testing.assert_frame_equal(getattr(pieces, name)(), wanted, check_exact=True)


def test_loads_are_let_go_and_added_up_again(run: Run, tmp_path: Path) -> None:
    """Writing gives back what it needs for departures alone; whoever asks later finds the same."""
    tables = build_tables(run.plan, run.log, run.network, run.clock)
    wanted = tables.frame("departures")
    write_tables(tables, run.clock, tmp_path)
    shown = ["boarded_teu", "peak_teu", "peak_t", "left_behind_teu", "is_full"]
    assert wanted["peak_teu"].any()
    for column in shown:
        again = tables.table("departures")[column]
        found = again.show() if isinstance(again, Thousandths) else again
        assert isinstance(found, np.ndarray)
        assert found.tolist() == wanted[column].tolist()


def test_writing_stops_when_it_is_of_no_use(run: Run, tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    write_tables(run.statistics.tables, run.clock, tmp_path, stop=stop)
    assert list(tmp_path.iterdir()) == []
