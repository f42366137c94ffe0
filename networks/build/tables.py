"""Read the raw tables and write the built ones."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

__all__ = ["NETWORK", "RAW", "BuildError", "number", "read_raw", "write_table"]

RAW = Path(__file__).parent / "raw"
NETWORK = Path(__file__).parent.parent / "chongqing"


class BuildError(Exception):
    """A raw table contradicts itself or another one."""


def read_raw(name: str, folder: Path = RAW) -> list[dict[str, str]]:
    """Return the rows of a raw table, or of one that is built, as text.

    Parameters
    ----------
    name : str
        File name without ``.csv``.
    folder : Path
        Where it lies.

    Returns
    -------
    list of dict
        One dict of text per row, blanks as ``""``.

    Raises
    ------
    BuildError
        If a row has more or fewer cells than the header.
    """
    path = folder / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = []
        for line, row in enumerate(reader, start=2):
            if None in row or None in row.values():
                raise BuildError(f"{path.name}, line {line}: cells do not match the header: {row}")
            rows.append({key: value.strip() for key, value in row.items()})
    return rows


def number(value: float, digits: int = 6) -> str:
    """Return a number as short text: ``12`` rather than ``12.0``."""
    text = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return text if text not in {"", "-0"} else "0"


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> int:
    """Write rows as a CSV table with Unix line ends.

    Parameters
    ----------
    path : Path
        Target; its folder is made.
    columns : sequence of str
        Header; a row may lack columns (blank) but have no others.
    rows : iterable of mapping
        Cells.

    Returns
    -------
    int
        Number of rows written.

    Raises
    ------
    BuildError
        If a row has a column the header lacks.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            if extra := set(row) - set(columns):
                raise BuildError(f"{path.name}: row {row} has unknown columns {sorted(extra)}")
            cells = [row.get(column, "") for column in columns]
            writer.writerow(
                [number(c) if isinstance(c, float) else "" if c is None else c for c in cells]
            )
            count += 1
    return count
