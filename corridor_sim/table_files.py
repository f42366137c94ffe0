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

from corridor_sim.errors import ResultFolderError
from corridor_sim.memory import give_back
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

# Found by measuring, for every column by itself. Numbers that go up by little are kept as
# differences; of other times and amounts the bytes stand side by side, the first of all rows, then
# the second. Both take a half to a fifth of the time of compressing them as they are, and no more
# room.
_ASCENDING = ("shipment", "k", "departure", "number", "due_s", "left_s")
_SIDE_BY_SIDE = (
    "ready_s",
    "start_s",
    "end_s",
    "release_s",
    "cleared_s",
    "delivered_s",
    "door_to_door_s",
    "value_cny",
    "cost_cny",
    "vot_pct_per_day",
)
# These repeat so much besides that the slower codec pays.
_REPEATING = (
    "leg",
    "board_s",
    "schedule_wait_s",
    "dwell_s",
    "moving_s",
    "vehicles",
    "capacity_teu",
    "capacity_t",
)
_ROWS_AT_ONCE = 2**16
_ROWS_IN_PART = 2**16
# Every thread frees in a place of its own, which grows with the largest parts.
_PARTS_TO_GIVE_BACK = 8
_FIRST_WRITTEN = ("facilities", "departures", "shipments", "legs")


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
    as_arrow = _Arrow(metadata)
    # The lane is left before the files are closed.
    with contextlib.ExitStack() as files, ThreadPoolExecutor(1) as lane:
        writers: dict[str, pq.ParquetWriter] = {}

        def write(name: str, part: pa.Table) -> None:
            path = folder / TABLE_FILES[name]
            with naming(path):
                if name not in writers:
                    writers[name] = files.enter_context(_writer(path, part.schema))
                writers[name].write_table(part, row_group_size=max(len(part), 1))

        # While a part is compressed the next one is made: there are never more than two.
        written: Future[None] | None = None
        for number, (name, rows) in enumerate(_parts(tables)):
            if stop is not None and stop.is_set():
                return
            if number % _PARTS_TO_GIVE_BACK == 0:
                give_back()
            part = as_arrow.table(tables.table(name).part(rows))
            if written is not None:
                written.result()
            written = lane.submit(write, name, part)
            del part
        if written is not None:
            written.result()
    for name in TABLES:
        path = folder / TABLE_FILES[name]
        with naming(path):
            sync(path)


def _parts(tables: RunTables) -> Iterator[tuple[str, slice]]:
    """Give name and rows of what is written at once.

    Facilities come first, then departures: what is added up for the ones tells the loads of the
    others, which are then let go.
    """
    yield "facilities", slice(0, len(tables.table("facilities")))
    for name in ("departures", *(name for name in TABLES if name not in _FIRST_WRITTEN)):
        n = len(tables.table(name))
        # A table without rows is written too.
        for start in range(0, max(n, 1), _ROWS_IN_PART):
            yield name, slice(start, min(start + _ROWS_IN_PART, n))
        if name == "departures":
            tables.let_go()
    for shipments, legs in tables.pieces:
        yield "shipments", shipments
        yield "legs", legs


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    named = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    encoding = {name: "DELTA_BINARY_PACKED" for name in schema.names if name in _ASCENDING}
    fast = {name for name in schema.names if name in (*_ASCENDING, *_SIDE_BY_SIDE)}
    encoding |= {
        name: "BYTE_STREAM_SPLIT" for name in schema.names if name in (*_SIDE_BY_SIDE, *_REPEATING)
    }
    return pq.ParquetWriter(
        path,
        schema,
        compression={name: "LZ4" if name in fast else "ZSTD" for name in schema.names},
        compression_level={name: 1 for name in schema.names if name not in fast},
        use_dictionary=named,
        column_encoding=encoding or None,
        write_statistics=False,
        write_batch_size=_ROWS_AT_ONCE,
    )


class _Arrow:
    """Turns parts of tables into those of Arrow.

    Parameters
    ----------
    metadata : mapping
        Of every table.
    """

    def __init__(self, metadata: Mapping[str, str]) -> None:
        self._metadata = metadata
        # Parts of a table share their names, which take longer to turn than codes.
        self._names: dict[int, tuple[tuple[str, ...], pa.Array]] = {}

    def table(self, table: Table) -> pa.Table:
        """Return a table with its metadata."""
        columns = {name: self._column(table[name]) for name in table}
        # Only names may be missing.
        fields = [
            pa.field(name, array.type, nullable=pa.types.is_dictionary(array.type))
            for name, array in columns.items()
        ]
        return pa.table(list(columns.values()), schema=pa.schema(fields, metadata=self._metadata))

    def _column(self, column: Column) -> pa.Array:
        if isinstance(column, Coded):
            codes = np.ascontiguousarray(column.codes, dtype=np.int32)
            is_there = codes >= 0
            # Nothing is copied but bits.
            bits = (
                None if is_there.all() else pa.py_buffer(np.packbits(is_there, bitorder="little"))
            )
            shown = pa.Array.from_buffers(pa.int32(), len(codes), [bits, pa.py_buffer(codes)])
            return pa.DictionaryArray.from_arrays(shown, self._dictionary(column.names))
        return pa.array(column.show() if isinstance(column, Thousandths) else column)

    def _dictionary(self, names: tuple[str, ...]) -> pa.Array:
        """Return names; those that are kept here stay, so that no others take their place."""
        if id(names) not in self._names:
            self._names[id(names)] = names, pa.array(names, type=pa.string())
        return self._names[id(names)][1]


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
