"""Tables of a run as Parquet files: equal tables give equal bytes.

Legs and shipments are made and written piece by piece, and read column by column, so that the
tables of a year are never held whole.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from corridor_sim.errors import CorridorSimError
from corridor_sim.statistics.clock import Clock
from corridor_sim.statistics.columns import Coded, Column, Maker, Table, Thousandths
from corridor_sim.statistics.tables import TABLES, THOUSANDTHS, RunTables, vocabulary

__all__ = [
    "ADDED_FILES",
    "TABLE_FILES",
    "ResultFolderError",
    "naming",
    "read_tables",
    "sync",
    "write_tables",
]

TABLE_FILES = {name: f"{name}.parquet" for name in TABLES}
#: Files that folders of earlier versions do not have.
ADDED_FILES = ("queues.parquet", "box_pools.parquet")

# Found by measuring: numbers that mostly go up are kept as differences, which takes half the time
# of compressing them and no more room.
_ASCENDING = (
    "shipment",
    "k",
    "departure",
    "number",
    "due_s",
    "left_s",
    "start_s",
    "ready_s",
    "end_s",
    "release_s",
    "cleared_s",
    "delivered_s",
)
_ROWS_AT_ONCE = 2**16
_ROWS_IN_PART = 2**18


class ResultFolderError(CorridorSimError, OSError):
    """A result folder cannot be written, or is not what its manifest says."""


@contextlib.contextmanager
def naming(path: Path) -> Iterator[None]:
    """Name the file in errors of writing it that do not, above all of a disk that runs full.

    Parameters
    ----------
    path : Path
        File that is written meanwhile.

    Raises
    ------
    OSError
        As it came, with the name of the file.
    """
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno:
            raise OSError(error.errno, os.strerror(error.errno), str(path)) from error
        raise


def sync(path: Path) -> None:
    """Force a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# -- writing -------------------------------------------------------------------------------------


def write_tables(
    tables: RunTables, clock: Clock, folder: Path, *, stop: threading.Event | None = None
) -> None:
    """Write the tables of a run.

    Parameters
    ----------
    tables : RunTables
        Tables.
    clock : Clock
        Kept in the metadata of every file.
    folder : Path
        Receives the files of `TABLE_FILES`.
    stop : Event, optional
        Set by another thread when the files are not wanted any more; what is there then is not
        whole.

    Raises
    ------
    ArithmeticError
        If the wait causes of a leg do not add up.
    OSError
        If the disk does not take the files.
    """
    metadata = {"corridor_sim": json.dumps(clock.as_dict(), sort_keys=True)}
    # Lanes are left before the files are closed.
    with contextlib.ExitStack() as files, contextlib.ExitStack() as lanes:
        writers: dict[str, pq.ParquetWriter] = {}
        # Each file takes its parts in turn; legs and shipments are compressed side by side while
        # the next parts are made.
        lane = {name: lanes.enter_context(ThreadPoolExecutor(1)) for name in TABLES}
        last: dict[str, Future[None]] = {}

        def write(name: str, part: pa.Table) -> None:
            path = folder / TABLE_FILES[name]
            with naming(path):
                if name not in writers:
                    writers[name] = files.enter_context(_writer(path, part.schema))
                writers[name].write_table(part, row_group_size=max(len(part), 1))

        for name, rows in _parts(tables):
            if stop is not None and stop.is_set():
                return
            part = _arrow_table(tables.table(name).part(rows), metadata)
            if name in last:
                last[name].result()
            last[name] = lane[name].submit(write, name, part)
        for written in last.values():
            written.result()
    for name in TABLES:
        path = folder / TABLE_FILES[name]
        with naming(path):
            sync(path)


def _parts(tables: RunTables) -> Iterator[tuple[str, slice]]:
    """Give name and rows of what is written at once.

    Facilities come first: what is added up for them tells the loads of departures too.
    """
    yield "facilities", slice(0, len(tables.table("facilities")))
    for shipments, legs in tables.pieces:
        yield "shipments", shipments
        yield "legs", legs
    for name in TABLES:
        if name not in ("facilities", "shipments", "legs"):
            n = len(tables.table(name))
            # A table without rows is written too.
            for start in range(0, max(n, 1), _ROWS_IN_PART):
                yield name, slice(start, min(start + _ROWS_IN_PART, n))


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    named = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    ascending = {field.name: "DELTA_BINARY_PACKED" for field in schema if field.name in _ASCENDING}
    compression = {name: "LZ4" if name in ascending else "ZSTD" for name in schema.names}
    return pq.ParquetWriter(
        path,
        schema,
        compression=compression,
        compression_level={name: 1 for name in schema.names if name not in ascending},
        use_dictionary=named,
        column_encoding=ascending or None,
        write_statistics=False,
        write_batch_size=_ROWS_AT_ONCE,
    )


def _arrow_table(table: Table, metadata: Mapping[str, str]) -> pa.Table:
    columns = {name: _arrow(table[name]) for name in table}
    # Only names may be missing.
    fields = [
        pa.field(name, array.type, nullable=pa.types.is_dictionary(array.type))
        for name, array in columns.items()
    ]
    return pa.table(list(columns.values()), schema=pa.schema(fields, metadata=metadata))


def _arrow(column: Column) -> pa.Array:
    if isinstance(column, Coded):
        codes = column.codes.astype(np.int32)
        missing = codes < 0
        names = pa.array(column.names, type=pa.string())
        # A mask costs as much as all the rest.
        shown = pa.array(codes, mask=missing) if missing.any() else pa.array(codes)
        return pa.DictionaryArray.from_arrays(shown, names)
    return pa.array(column.show() if isinstance(column, Thousandths) else column)


# -- reading -------------------------------------------------------------------------------------


def read_tables(folder: Path) -> tuple[RunTables, Clock]:
    """Read the tables of a run from a folder whose manifest was checked.

    Parameters
    ----------
    folder : Path
        Result folder.

    Returns
    -------
    RunTables, Clock
        As they were written; a column is read when it is asked for.

    Raises
    ------
    ResultFolderError
        If a table cannot be read, or was replaced since.
    """
    tables: dict[str, Table] = {}
    clock: Clock | None = None
    for name, file in TABLE_FILES.items():
        path = folder / file
        if file in ADDED_FILES and not path.exists():
            tables[name] = Table(0, {})
            continue
        with _reading(path):
            described = pq.read_metadata(path)
            clock = Clock.from_dict(json.loads(described.metadata[b"corridor_sim"]))
            mark = _mark(path)
        makers = {
            column: _column(path, mark, column, vocabulary(name, column, clock))
            for column in described.schema.to_arrow_schema().names
        }
        tables[name] = Table(described.num_rows, makers)
    assert clock is not None
    return RunTables(tables), clock


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, KeyError, ValueError, TypeError, OSError) as error:
        raise ResultFolderError(f"{path} cannot be read: {error}") from error


def _mark(path: Path) -> tuple[int, int, int]:
    """Return what changes when a file is replaced."""
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def _column(
    path: Path, mark: tuple[int, int, int], name: str, fixed: tuple[str, ...] | None
) -> Maker:
    """Return how to read a column, whose names may stand in a fixed order."""

    def make(rows: slice) -> Column:
        with _reading(path):
            if _mark(path) != mark:
                raise ResultFolderError(f"{path} was changed since its folder was read; read again")
            array = pq.read_table(path, columns=[name]).column(0)
            if pa.types.is_dictionary(array.type):
                return _names(array.unify_dictionaries().combine_chunks(), fixed)[rows]
            values = array.to_numpy()
        return Thousandths.of(values)[rows] if name in THOUSANDTHS else values[rows]

    return make


def _names(array: pa.DictionaryArray, fixed: tuple[str, ...] | None) -> Coded:
    found = array.dictionary.to_pylist()
    names = tuple(sorted(found)) if fixed is None else fixed
    place = {name: number for number, name in enumerate(names)}
    codes = np.array([*(place[name] for name in found), -1], dtype=np.int32)
    return Coded(codes[array.indices.fill_null(-1).to_numpy()], names)
