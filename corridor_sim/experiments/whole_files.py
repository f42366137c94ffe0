"""Files that are there as a whole or not at all, and errors that say nothing finished is lost."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from corridor_sim.errors import CorridorSimError

__all__ = ["NotWrittenError", "parquet_bytes", "telling", "write_whole"]


class NotWrittenError(CorridorSimError, OSError):
    """The disk does not take what was finished."""


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
