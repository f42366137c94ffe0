"""Reading folders of many runs, finished or not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from corridor_sim.experiments.rows import from_bytes
from corridor_sim.result_folder import MANIFEST, ResultFolderError, file_sha256

__all__ = [
    "ALONE",
    "BLOCK",
    "FAILURES",
    "FORMAT",
    "PARTS",
    "Reader",
    "bounds_of",
    "file_of",
    "missing_words",
    "numbers_in",
    "ordered",
    "part_path",
    "ranges",
    "read_manifest",
    "read_part",
]

FAILURES = "failures.jsonl"
FORMAT = 1
#: Runs in a file.
BLOCK = 100
#: Tables so large that every run has a file of its own.
ALONE = ("shipments",)
#: Folder of what is not merged yet.
PARTS = "parts"


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


def numbers_in(spans: Sequence[Sequence[int]]) -> set[int]:
    """Return the numbers of unbroken runs, each told by its first and last."""
    return {number for first, last in spans for number in range(first, last + 1)}


def bounds_of(number: int, table: str) -> tuple[int, int]:
    """Return the bounds of the file that a run's rows of a table are in.

    Parameters
    ----------
    number : int
        Of the run.
    table : str
        Name of the table.

    Returns
    -------
    tuple of int
        First and last run of the file.
    """
    size = 1 if table in ALONE else BLOCK
    first = number // size * size
    return first, first + size - 1


def file_of(name: str, number: int) -> str:
    """Return the file that the rows of a run are in.

    Parameters
    ----------
    name : str
        Name of the table.
    number : int
        Of the run.

    Returns
    -------
    str
        Below the folder of the runs.
    """
    first, last = bounds_of(number, name)
    return f"{name}/{first:06d}-{last:06d}.parquet"


# -- folders -------------------------------------------------------------------------------------


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
        self.manifest = read_manifest(folder)
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
        return numbers_in(self.manifest["finished"]) | set(self._parts())

    def failures(self) -> list[dict[str, Any]]:
        """Return the lines of the failures that stand."""
        path = self.folder / FAILURES
        if not path.exists():
            return []
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    def _parts(self) -> list[int]:
        folder = self.folder / PARTS
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
        merged = set(numbers_in(self.manifest["finished"]))
        pieces += [
            read_part(part_path(self.folder, number))[name]
            for number in self._parts()
            if number in wanted and number not in merged and name not in ALONE
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


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read what a folder says of itself, without looking at its files.

    Raises
    ------
    ResultFolderError
        If it has no manifest, or one that is damaged or of another kind or layout.
    """
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
    if manifest["format"] != FORMAT:
        raise ResultFolderError(
            f"{path} has layout {manifest['format']!r}, this version reads {FORMAT}"
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


def part_path(folder: Path, number: int) -> Path:
    """Return where the part of a run lies until it is merged.

    Parameters
    ----------
    folder : Path
        Folder of the runs.
    number : int
        Of the run.

    Returns
    -------
    Path
        Of the part.
    """
    return folder / PARTS / f"{number:08d}.part"


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
