"""Folders of many runs, whose files depend on nothing but the rows in them.

A finished run is at once a part of its own (temporary file, fsync, rename). Parts are merged into
Parquet files whose bounds are fixed by the number of the run, in the order of these numbers; so it
does not matter who ran what when, or how often it was interrupted.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from corridor_sim.errors import CorridorSimError
from corridor_sim.experiments.host import Failure
from corridor_sim.experiments.identity import differences
from corridor_sim.experiments.rows import from_bytes
from corridor_sim.result_folder import MANIFEST, ResultFolderError, file_sha256

__all__ = [
    "BLOCK",
    "FAILURES",
    "NotWrittenError",
    "Reader",
    "Store",
    "missing_words",
    "ordered",
    "parquet_bytes",
    "part_bytes",
    "ranges",
    "read_part",
    "telling",
    "write_whole",
]

FAILURES = "failures.jsonl"
#: Runs in a file.
BLOCK = 100
# Tables so large that every run has a file of its own.
_ALONE = ("shipments",)
_PARTS = "parts"
_LOCK = ".lock"
_TIMING = "timing.jsonl"
_FORMAT = 1


class NotWrittenError(CorridorSimError, OSError):
    """The disk does not take what was finished."""


# -- numbers -------------------------------------------------------------------------------------


def ranges(numbers: Iterable[int]) -> list[list[int]]:
    """Return numbers as first and last of each unbroken run of them."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def missing_words(numbers: Iterable[int]) -> str:
    """Return numbers as people write them, for example ``3, 7-9``."""
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges(numbers))


def _numbers(spans: Sequence[Sequence[int]]) -> set[int]:
    return {number for first, last in spans for number in range(first, last + 1)}


def _first_of(number: int, table: str) -> tuple[int, int]:
    """Return the bounds of the file a run's rows of a table are in."""
    size = 1 if table in _ALONE else BLOCK
    first = number // size * size
    return first, first + size - 1


def _file(name: str, number: int) -> str:
    """Return the file that the rows of a run are in."""
    first, last = _first_of(number, name)
    return f"{name}/{first:06d}-{last:06d}.parquet"


# -- reading -------------------------------------------------------------------------------------


class Reader:
    """What a folder of runs holds, finished or not.

    Parameters
    ----------
    folder : Path
        Folder.

    Attributes
    ----------
    folder : Path
        Folder.
    manifest : dict
        Its manifest.

    Raises
    ------
    ResultFolderError
        If it is no such folder, or a file is missing or was changed; all are named.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = _read_manifest(folder)
        faults = [
            fault
            for name, digests in self.manifest["files"].items()
            if (fault := _fault(folder / name, digests))
        ]
        if faults:
            raise ResultFolderError(
                f"{folder} is not what was written:\n  " + "\n  ".join(faults) + "\ndelete what "
                "is damaged and give the command again: its replications are run again"
            )

    @property
    def key(self) -> str:
        """Name of the column of numbers."""
        return str(self.manifest["key"])

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables."""
        return tuple(self.manifest["tables"])

    @property
    def is_complete(self) -> bool:
        """Whether what was asked for last was brought to its end."""
        return bool(self.manifest["is_complete"])

    @property
    def finished(self) -> set[int]:
        """Numbers of the runs that are there."""
        return _numbers(self.manifest["finished"]) | set(self._parts())

    def failures(self) -> list[dict[str, Any]]:
        """Return the lines of the failures that stand."""
        path = self.folder / FAILURES
        if not path.exists():
            return []
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    def _parts(self) -> list[int]:
        folder = self.folder / _PARTS
        return sorted(int(path.stem) for path in folder.glob("*.part")) if folder.exists() else []

    def table(self, name: str, *, numbers: Iterable[int] | None = None) -> pa.Table | None:
        """Return a table in the order of its numbers.

        Parameters
        ----------
        name : str
            One of `tables`.
        numbers : iterable of int, optional
            Runs to return; all that are there if not given.

        Returns
        -------
        pyarrow.Table or None
            None where there is no row.
        """
        wanted = self.finished if numbers is None else set(numbers)
        pieces = []
        for file in sorted(self.manifest["files"]):
            folder, _, rest = file.partition("/")
            if folder != name:
                continue
            first, last = map(int, rest.removesuffix(".parquet").split("-"))
            if any(first <= number <= last for number in wanted):
                pieces.append(pq.read_table(self.folder / file, page_checksum_verification=True))
        merged = set(_numbers(self.manifest["finished"]))
        pieces += [
            read_part(_part(self.folder, number))[name]
            for number in self._parts()
            if number in wanted and number not in merged and name not in _ALONE
        ]
        return ordered(pieces, self.key, only=None if numbers is None else wanted)


def ordered(
    pieces: Sequence[pa.Table], key: str, *, only: set[int] | None = None
) -> pa.Table | None:
    """Return tables as one, in the order of their numbers.

    Parameters
    ----------
    pieces : sequence of pyarrow.Table
        Rows of one run stand together in one of them.
    key : str
        Column of the numbers.
    only : set of int, optional
        Numbers to keep.

    Returns
    -------
    pyarrow.Table or None
        None where there is no piece.
    """
    if not pieces:
        return None
    joined = pa.concat_tables(pieces, promote_options="default")
    numbers = joined[key].to_numpy()
    order = np.argsort(numbers, kind="stable")
    if only is not None:
        order = order[np.isin(numbers[order], np.fromiter(only, dtype=np.int64))]
    return joined.take(pa.array(order)).combine_chunks()


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.is_file():
        raise ResultFolderError(f"{folder} holds no batch: it has no {MANIFEST}")
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if "key" not in manifest or not isinstance(manifest["files"], dict):
            raise ResultFolderError(
                f"{folder} holds no batch; its {MANIFEST} is of another kind of folder"
            )
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        if isinstance(error, ResultFolderError):
            raise
        raise ResultFolderError(f"{path} is damaged: {type(error).__name__}: {error}") from error
    if manifest["format"] != _FORMAT:
        raise ResultFolderError(
            f"{path} has layout {manifest['format']!r}, this version reads {_FORMAT}"
        )
    return manifest


def _fault(path: Path, digests: Sequence[str]) -> str:
    """Tell what is wrong with a file; while one is replaced, two digests are right."""
    if not path.is_file():
        return f"{path} is missing"
    if file_sha256(path) not in digests:
        return f"{path} was changed after it was written (its SHA-256 differs)"
    return ""


# -- parts ---------------------------------------------------------------------------------------


def _part(folder: Path, number: int) -> Path:
    return folder / _PARTS / f"{number:08d}.part"


def part_bytes(tables: Mapping[str, bytes]) -> bytes:
    """Return the tables of a run as one piece: a line that says what follows, and the streams."""
    body = b"".join(tables.values())
    head = {
        "sha256": hashlib.sha256(body).hexdigest(),
        "tables": {name: len(data) for name, data in tables.items()},
    }
    return json.dumps(head).encode() + b"\n" + body


def read_part(path: Path) -> dict[str, pa.Table]:
    """Read a part.

    Raises
    ------
    ResultFolderError
        If it was changed since it was written.
    """
    data = path.read_bytes()
    try:
        head, _, body = data.partition(b"\n")
        told = json.loads(head)
        if hashlib.sha256(body).hexdigest() != told["sha256"]:
            raise ValueError("its SHA-256 differs")
        found = {}
        for name, size in told["tables"].items():
            found[name] = from_bytes(body[:size])
            body = body[size:]
    except (ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise ResultFolderError(
            f"{path} is damaged ({error}); delete it and give the command again"
        ) from error
    return found


# -- writing -------------------------------------------------------------------------------------


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
            there = _read_manifest(folder)
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
                "format": _FORMAT,
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
        finished = _numbers(manifest["finished"])
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
        merged = _numbers(self.manifest["finished"])
        for number in self._parts():
            if number in merged:
                _part(self.folder, number).unlink(missing_ok=True)

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
        for name in _ALONE:
            if name in tables:
                self._write_alone(name, number, from_bytes(tables[name]))
        small = {name: data for name, data in tables.items() if name not in _ALONE}
        path = _part(self.folder, number)
        with telling(path):
            path.parent.mkdir(exist_ok=True)
            write_whole(path, part_bytes(small))
        line = json.dumps({self.key: number, "spent_s": round(spent_s, 4)})
        with telling(self.folder / _TIMING), (self.folder / _TIMING).open("a") as file:
            file.write(line + "\n")
        first, last = _first_of(number, "")
        if not self.holds_parts and all(
            _part(self.folder, n).exists() for n in range(first, last + 1)
        ):
            self._merge(first)

    def drop(self, beyond: int) -> None:
        """Drop the parts of runs from a number on."""
        for number in self._parts():
            if number >= beyond:
                _part(self.folder, number).unlink()
                for name in _ALONE:
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
        for first in sorted({_first_of(number, "")[0] for number in self._parts()}):
            self._merge(first)
        with contextlib.suppress(OSError):
            (self.folder / _PARTS).rmdir()
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
            for first, last in sorted({_first_of(number, name) for number in numbers}):
                inside = {n for n in numbers if first <= n <= last}
                pieces = [table, *self._old(name, first, without=set())]
                rows = ordered(pieces, self.key, only=inside | self.finished)
                assert rows is not None
                files[_file(name, first)] = parquet_bytes(rows)
        self._replace(files, numbers)

    def _old(self, name: str, first: int, *, without: set[int]) -> list[pa.Table]:
        """Return the rows of a file that is there, but for those of some runs."""
        file = _file(name, first)
        if file not in self.manifest["files"]:
            return []
        old = pq.read_table(self.folder / file, page_checksum_verification=True)
        kept = ~np.isin(old[self.key].to_numpy(), np.fromiter(without, dtype=np.int64))
        return [old.filter(pa.array(kept))]

    def _merge(self, first: int) -> None:
        """Write the files of a block anew from its old ones and its parts."""
        parts = {n for n in self._parts() if first <= n < first + BLOCK}
        read = [read_part(_part(self.folder, number)) for number in sorted(parts)]
        files: dict[str, bytes] = {}
        for name in self.tables:
            if name in _ALONE:
                continue
            # A merge that was cut short may have taken them in already.
            pieces = [*(tables[name] for tables in read), *self._old(name, first, without=parts)]
            rows = ordered(pieces, self.key)
            assert rows is not None
            files[_file(name, first)] = parquet_bytes(rows)
        for name in set(_ALONE) & set(self.tables):
            for number in parts:
                path = self._path(name, number)
                self.manifest["files"][_file(name, number)] = [file_sha256(path)]
        self._replace(files, parts)
        # Only now do the parts count as merged.
        for number in parts:
            _part(self.folder, number).unlink(missing_ok=True)

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
        self.manifest["finished"] = ranges(_numbers(self.manifest["finished"]) | numbers)
        self._write_manifest()

    def _path(self, name: str, number: int) -> Path:
        return self.folder / _file(name, number)

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


def parquet_bytes(rows: pa.Table) -> bytes:
    """Return rows as Parquet; equal rows give equal bytes."""
    sink = pa.BufferOutputStream()
    names = [field.name for field in rows.schema if pa.types.is_string(field.type)]
    pq.write_table(
        rows.replace_schema_metadata(None),
        sink,
        compression="zstd",
        use_dictionary=names,
        write_page_checksum=True,
    )
    return bytes(sink.getvalue().to_pybytes())


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there as a whole or not at all.

    Parameters
    ----------
    path : Path
        File; its folder exists.
    data : bytes
        Content.
    """
    draft = path.with_name(f".{path.name}.draft")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def telling(path: Path) -> Iterator[None]:
    """Name the file in errors of writing it, and say that nothing finished is lost.

    Parameters
    ----------
    path : Path
        File that is written meanwhile.

    Raises
    ------
    NotWrittenError
        In place of what the system said.
    """
    try:
        yield
    except OSError as error:
        if isinstance(error, CorridorSimError):
            raise
        reason = os.strerror(error.errno) if error.errno else error
        raise NotWrittenError(
            f"cannot write {path}: {reason}; what was finished is kept: give the same command "
            "again when this is mended"
        ) from error
