"""A store killed between any two operations on the disk goes on and ends with the same bytes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from corridor_sim.experiments import reader as readers
from corridor_sim.experiments.host import Failure
from corridor_sim.experiments.reader import Reader, missing_words, ranges
from corridor_sim.experiments.rows import MAIN, to_bytes
from corridor_sim.experiments.store import Store
from corridor_sim.result_folder import ResultFolderError
from tests.experiments.conftest import hashes

IDENTITY = {"version": "1", "seed": 1, "scenario": {"name": "s", "demand": {"scale": 1.0}}}
TABLES = (MAIN, "shipments")


def tables_of(number: int) -> dict[str, bytes]:
    rng = np.random.default_rng(number)
    row = pa.table({"replication": [number], "x_h": rng.random(1), "name": [f"n{number}"]})
    many = pa.table({"replication": [number] * 3, "y_teu": rng.random(3)})
    return {MAIN: to_bytes(row), "shipments": to_bytes(many)}


def opened(folder: Path, **changes: Any) -> Store:
    identity = {**IDENTITY, **changes}
    return Store(folder, identity=identity, kind="batch", key="replication", tables=TABLES)


def fill(folder: Path, numbers: list[int]) -> None:
    with opened(folder) as store:
        store.note(wanted=numbers)
        for number in numbers:
            if number not in store.finished:
                store.add(number, tables_of(number))
        store.finish()


class KilledError(BaseException):
    """In place of a signal."""


@pytest.fixture
def killer(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """Let operations on the disk fail from the one that is counted down to; none works after it."""
    left = {"operations": -1}

    def counted(function: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            if left["operations"] == 0:
                raise KilledError
            left["operations"] -= 1
            return function(*arguments, **options)

        return call

    for name in ("replace", "unlink", "mkdir", "rmdir"):
        monkeypatch.setattr(Path, name, counted(getattr(Path, name)))
    monkeypatch.setattr(os, "fsync", counted(lambda _: None))
    yield left
    left["operations"] = -1


def test_killed_anywhere_it_ends_with_the_same_bytes(
    tmp_path: Path, killer: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "BLOCK", 2)
    numbers = [0, 2, 1, 4, 3]
    fill(tmp_path / "whole", numbers)
    wanted = hashes(tmp_path / "whole")
    assert len(wanted) == 3 + 5
    for operation in range(1000):
        folder = tmp_path / f"killed-{operation}"
        killer["operations"] = operation
        try:
            # Extending a block that is there is part of it.
            fill(folder, numbers[:3])
            fill(folder, numbers)
        except KilledError:
            killer["operations"] = -1
            if (folder / "manifest.json").exists():
                Reader(folder)
            fill(folder, numbers)
            assert hashes(folder) == wanted, operation
        else:
            break
    assert 40 < operation < 999
    killer["operations"] = -1
    assert hashes(folder) == wanted


def test_what_was_finished_counts_before_it_is_merged(tmp_path: Path) -> None:
    with opened(tmp_path / "s") as store:
        store.note(wanted=[0, 1, 2])
        store.add(1, tables_of(1))
    reader = Reader(tmp_path / "s")
    assert reader.finished == {1}
    assert not reader.is_complete
    table = reader.table(MAIN)
    assert table is not None
    assert table["replication"].to_pylist() == [1]


def test_another_identity_is_refused_and_told(tmp_path: Path) -> None:
    fill(tmp_path / "s", [0])
    scenario = {"name": "s", "demand": {"scale": 1.5}, "title": "new"}
    with pytest.raises(ResultFolderError) as caught:
        opened(tmp_path / "s", seed=2, version="2", scenario=scenario)
    told = str(caught.value)
    assert 'version: "1" there, now "2"' in told
    assert "seed: 1 there, now 2" in told
    assert "scenario.demand.scale: 1.0 there, now 1.5" in told
    assert 'scenario.title: not there, now "new"' in told
    assert Reader(tmp_path / "s").finished == {0}


def test_two_writers_are_refused(tmp_path: Path) -> None:
    with opened(tmp_path / "s"), pytest.raises(ResultFolderError, match="another program"):
        opened(tmp_path / "s")
    opened(tmp_path / "s").close()


def test_something_else_is_never_written_into(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ResultFolderError, match="holds no batch"):
        opened(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    with pytest.raises(ResultFolderError, match=re.escape("is a file")):
        opened(tmp_path / "mine.txt")


def test_a_changed_file_is_named_and_its_runs_are_made_again_when_it_is_gone(
    tmp_path: Path,
) -> None:
    fill(tmp_path / "s", [0, 1])
    wanted = hashes(tmp_path / "s")
    path = tmp_path / "s" / MAIN / "000000-000099.parquet"
    data = bytearray(path.read_bytes())
    data[60] ^= 1
    path.write_bytes(bytes(data))
    for action in (lambda: Reader(tmp_path / "s"), lambda: opened(tmp_path / "s")):
        with pytest.raises(ResultFolderError, match=re.escape(f"{path} was changed")):
            action()
    path.unlink()
    fill(tmp_path / "s", [0, 1])
    assert hashes(tmp_path / "s") == wanted


def test_a_damaged_part_is_named(tmp_path: Path) -> None:
    with opened(tmp_path / "s") as store:
        store.add(0, tables_of(0))
    part = next((tmp_path / "s" / "parts").iterdir())
    data = bytearray(part.read_bytes())
    data[-9] ^= 1
    part.write_bytes(bytes(data))
    with pytest.raises(ResultFolderError, match=re.escape(str(part))):
        fill(tmp_path / "s", [0])


def test_failures_stand_until_their_run_is_there(tmp_path: Path) -> None:
    with opened(tmp_path / "s") as store:
        store.note(wanted=[0, 1])
        store.add(0, tables_of(0))
        store.fail(1, Failure("error", "ValueError: no", 1, "line 3"))
        store.fail(1, Failure("error", "ValueError: never", 1, "line 3"))
        store.finish()
        assert [line["message"] for line in store.failures()] == ["ValueError: never"]
    fill(tmp_path / "s", [0, 1])
    assert Reader(tmp_path / "s").failures() == []


def test_numbers_are_told_in_spans() -> None:
    assert ranges([5, 1, 2, 3, 9, 8]) == [[1, 3], [5, 5], [8, 9]]
    assert missing_words([5, 1, 2, 3, 9, 8]) == "1-3, 5, 8-9"
