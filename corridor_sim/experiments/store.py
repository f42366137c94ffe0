"""Folders of many runs, whose files depend on nothing but the rows in them.

A finished run is at once a part of its own (temporary file, fsync, rename). Parts are merged into
Parquet files whose bounds are fixed by the number of the run, in the order of these numbers; so it
does not matter who ran what when, or how often it was interrupted.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from corridor_sim.experiments.host import Failure
from corridor_sim.experiments.identity import differences
from corridor_sim.experiments.reader import (
    ALONE,
    FAILURES,
    FORMAT,
    PARTS,
    Reader,
    bounds_of,
    file_of,
    numbers_in,
    ordered,
    part_path,
    ranges,
    read_manifest,
    read_part,
)
from corridor_sim.experiments.rows import from_bytes
from corridor_sim.experiments.whole_files import parquet_bytes, telling, write_whole
from corridor_sim.result_folder import MANIFEST, ResultFolderError, file_sha256

__all__ = ["Store", "part_bytes"]

_LOCK = ".lock"
_TIMING = "timing.jsonl"


def part_bytes(tables: Mapping[str, bytes]) -> bytes:
    """Return the tables of a run as one piece: a line that says what follows, and the streams."""
    body = b"".join(tables.values())
    head = {
        "sha256": hashlib.sha256(body).hexdigest(),
        "tables": {name: len(data) for name, data in tables.items()},
    }
    return json.dumps(head).encode() + b"\n" + body


class Store(Reader):
    """A folder of runs that is being filled; nobody else may write into it meanwhile.

    Parameters
    ----------
    folder : Path
        New, empty, or one that an earlier call of the same identity has begun.
    identity : dict
        What the rows depend on.
    kind : str
        What the folder is, for its readers.
    key : str
        Column of the numbers.
    tables : sequence of str
        Names of the tables.
    about : dict, optional
        What else the manifest tells.

    Raises
    ------
    ResultFolderError
        If something else is there, the identity differs (the message says in what), or another
        program writes into it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        identity: Mapping[str, Any],
        kind: str,
        key: str,
        tables: Sequence[str],
        about: Mapping[str, Any] | None = None,
    ) -> None:
        _refuse_foreign(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = (folder / _LOCK).open("w")
        except OSError as error:
            raise ResultFolderError(f"cannot write into {folder}: {error.strerror}") from error
        try:
            _lock(self._lock)
        except OSError:
            self._lock.close()
            raise ResultFolderError(
                f"another program is writing into {folder}; wait for it, or name another folder"
            ) from None
        try:
            self._take_over(folder, dict(identity), kind, key, tables, dict(about or {}))
        except BaseException:
            self._lock.close()
            raise
        #: Whether parts are merged at the end only, so that some of them may still be dropped.
        self.holds_parts = False

    def _take_over(
        self,
        folder: Path,
        identity: dict[str, Any],
        kind: str,
        key: str,
        tables: Sequence[str],
        about: dict[str, Any],
    ) -> None:
        if (folder / MANIFEST).exists():
            there = read_manifest(folder)
            if there.get("kind") != kind:
                found = [f"kind: {there.get('kind')} there, now {kind}"]
            else:
                found = differences(there["identity"], identity)
            if found:
                raise ResultFolderError(
                    f"{folder} was begun with something else:\n  " + "\n  ".join(found) + "\nname "
                    "another folder, or delete this one"
                )
            self._forget_missing(folder, there)
        else:
            self.folder = folder
            self.manifest = {
                "format": FORMAT,
                "kind": kind,
                "key": key,
                "is_complete": False,
                "tables": list(tables),
                "finished": [],
                "files": {},
                "identity": identity,
                "about": about,
            }
            self._write_manifest()
        super().__init__(folder)
        self._clean()

    def _forget_missing(self, folder: Path, manifest: dict[str, Any]) -> None:
        """Count the runs of files that were deleted as not there."""
        gone = [name for name in manifest["files"] if not (folder / name).exists()]
        if not gone:
            return
        finished = numbers_in(manifest["finished"])
        for name in gone:
            first, last = map(int, Path(name).stem.split("-"))
            finished -= set(range(first, last + 1))
            del manifest["files"][name]
        self.folder = folder
        self.manifest = manifest | {"finished": ranges(finished)}
        self._write_manifest()

    def _clean(self) -> None:
        """Remove what a killed program has left half-written."""
        for path in self.folder.rglob(".*.draft"):
            path.unlink(missing_ok=True)
        merged = numbers_in(self.manifest["finished"])
        for number in self._parts():
            if number in merged:
                part_path(self.folder, number).unlink(missing_ok=True)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let others write."""
        self.close()

    def close(self) -> None:
        """Let others write; what was finished stays."""
        self._lock.close()

    def add(self, number: int, tables: Mapping[str, bytes], *, spent_s: float = 0.0) -> None:
        """Keep the rows of a run.

        Parameters
        ----------
        number : int
            Of the run.
        tables : mapping of str to bytes
            Streams of `rows.to_bytes` by name of table.
        spent_s : float
            How long it took.
        """
        for name in ALONE:
            if name in tables:
                self._write_alone(name, number, from_bytes(tables[name]))
        small = {name: data for name, data in tables.items() if name not in ALONE}
        path = part_path(self.folder, number)
        with telling(path):
            path.parent.mkdir(exist_ok=True)
            write_whole(path, part_bytes(small))
        line = json.dumps({self.key: number, "spent_s": round(spent_s, 4)})
        with telling(self.folder / _TIMING), (self.folder / _TIMING).open("a") as file:
            file.write(line + "\n")
        first, last = bounds_of(number, "")
        if not self.holds_parts and all(
            part_path(self.folder, n).exists() for n in range(first, last + 1)
        ):
            self._merge(first)

    def drop(self, beyond: int) -> None:
        """Drop the parts of runs from a number on."""
        for number in self._parts():
            if number >= beyond:
                part_path(self.folder, number).unlink()
                for name in ALONE:
                    self._path(name, number).unlink(missing_ok=True)

    def fail(self, number: int, failure: Failure) -> None:
        """Note that a run has failed.

        Parameters
        ----------
        number : int
            Of the run.
        failure : Failure
            Why.
        """
        self.fail_again(
            {
                self.key: number,
                "reason": failure.reason,
                "message": failure.message,
                "attempts": failure.attempts,
                "where": failure.where,
            }
        )

    def fail_again(self, line: Mapping[str, Any]) -> None:
        """Note a failure that another folder has told."""
        lines = [old for old in self.failures() if old[self.key] != line[self.key]]
        self._write_failures([*lines, line])

    def note(self, *, wanted: Sequence[int]) -> None:
        """Note which runs are asked for; until all have ended the folder is not complete."""
        self.manifest["about"]["wanted"] = ranges(wanted)
        self.manifest["is_complete"] = False
        self._write_manifest()

    def finish(self) -> None:
        """Merge what is still in parts and say that all was done."""
        for first in sorted({bounds_of(number, "")[0] for number in self._parts()}):
            self._merge(first)
        with contextlib.suppress(OSError):
            (self.folder / PARTS).rmdir()
        finished = self.finished
        self._write_failures([x for x in self.failures() if x[self.key] not in finished])
        self.manifest["is_complete"] = True
        self._write_manifest()

    def merge_tables(self, tables: Mapping[str, pa.Table]) -> None:
        """Add rows of many runs at once, as `collect` does.

        Parameters
        ----------
        tables : mapping of str to pyarrow.Table
            By name; every run of one is in the others as well. None of them is there yet.
        """
        numbers = {int(n) for n in tables[self.tables[0]][self.key].unique().to_pylist()}
        files: dict[str, bytes] = {}
        for name, table in tables.items():
            for first, last in sorted({bounds_of(number, name) for number in numbers}):
                inside = {n for n in numbers if first <= n <= last}
                pieces = [table, *self._old(name, first, without=set())]
                rows = ordered(pieces, self.key, only=inside | self.finished)
                assert rows is not None
                files[file_of(name, first)] = parquet_bytes(rows)
        self._replace(files, numbers)

    def _old(self, name: str, first: int, *, without: set[int]) -> list[pa.Table]:
        """Return the rows of a file that is there, but for those of some runs."""
        file = file_of(name, first)
        if file not in self.manifest["files"]:
            return []
        old = pq.read_table(self.folder / file, page_checksum_verification=True)
        kept = ~np.isin(old[self.key].to_numpy(), np.fromiter(without, dtype=np.int64))
        return [old.filter(pa.array(kept))]

    def _merge(self, first: int) -> None:
        """Write the files of a block anew from its old ones and its parts."""
        first, last = bounds_of(first, "")
        parts = {n for n in self._parts() if first <= n <= last}
        read = [read_part(part_path(self.folder, number)) for number in sorted(parts)]
        files: dict[str, bytes] = {}
        for name in self.tables:
            if name in ALONE:
                continue
            # A merge that was cut short may have taken them in already.
            pieces = [*(tables[name] for tables in read), *self._old(name, first, without=parts)]
            rows = ordered(pieces, self.key)
            assert rows is not None
            files[file_of(name, first)] = parquet_bytes(rows)
        for name in set(ALONE) & set(self.tables):
            for number in parts:
                path = self._path(name, number)
                self.manifest["files"][file_of(name, number)] = [file_sha256(path)]
        self._replace(files, parts)
        # Only now do the parts count as merged.
        for number in parts:
            part_path(self.folder, number).unlink(missing_ok=True)

    def _replace(self, files: Mapping[str, bytes], numbers: set[int]) -> None:
        """Put files in their place and say what they hold."""
        known = self.manifest["files"]
        new = {file: hashlib.sha256(data).hexdigest() for file, data in files.items()}
        if any(file in known for file in files):
            for file in files:
                if file in known:
                    known[file] = [*known[file], new[file]]
            self._write_manifest()
        for file, data in files.items():
            path = self.folder / file
            with telling(path):
                path.parent.mkdir(exist_ok=True)
                write_whole(path, data)
        for file, digest in new.items():
            known[file] = [digest]
        self.manifest["finished"] = ranges(numbers_in(self.manifest["finished"]) | numbers)
        self._write_manifest()

    def _path(self, name: str, number: int) -> Path:
        return self.folder / file_of(name, number)

    def _write_alone(self, name: str, number: int, rows: pa.Table) -> None:
        path = self._path(name, number)
        with telling(path):
            path.parent.mkdir(exist_ok=True)
            write_whole(path, parquet_bytes(rows))

    def _write_failures(self, lines: Sequence[Mapping[str, Any]]) -> None:
        lines = sorted(lines, key=lambda line: line[self.key])
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        with telling(self.folder / FAILURES):
            write_whole(self.folder / FAILURES, text.encode())

    def _write_manifest(self) -> None:
        self.manifest["files"] = dict(sorted(self.manifest["files"].items()))
        text = json.dumps(self.manifest, ensure_ascii=False, indent=2, allow_nan=False)
        with telling(self.folder / MANIFEST):
            write_whole(self.folder / MANIFEST, text.encode() + b"\n")


def _lock(file: IO[str]) -> None:
    """Lock a file for this program until it is closed, where the system can."""
    try:
        import fcntl
    except ImportError:
        return
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _refuse_foreign(folder: Path) -> None:
    """Refuse a place where something else lies."""
    if not folder.exists() and not folder.is_symlink():
        return
    if not folder.is_dir():
        raise ResultFolderError(f"{folder} is a file; name a folder")
    if (folder / MANIFEST).exists():
        return
    if any(path.name != _LOCK and not path.name.endswith(".draft") for path in folder.iterdir()):
        raise ResultFolderError(
            f"{folder} exists and holds no batch (it has no {MANIFEST}); name another folder"
        )
