"""A small good network, and ways to break one cell of it at a time."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from corridor_sim.errors import Fault, InputError
from corridor_sim.network import Network
from tests.theory.stations import write_station

Edit = Callable[[Path], None]
STATION = {"kind": "berth", "servers": 2, "fixed_h": "1", "per_teu_h": "0.1", "calendar": ""}
LOCK = {
    "kind": "lock",
    "servers": 2,
    "fixed_h": "1.5",
    "take": "empirical(3:0.4 4:0.6)",
    "smallest_batch": 2,
    "lock_mode": "one_way",
    "turn_period_h": 24,
}
TRAFFIC = {
    "background": "ships",
    "facility": "station",
    "kind": "closed",
    "population": 3,
    "away_h": "gamma(20, 0.5)",
}


def write_good(folder: Path, *, lock: bool = False) -> Path:
    """Write a network of two zones, a station (or lock) with its own ships, and two lines."""
    station = LOCK if lock else STATION
    write_station(folder, facility=dict(station), background=[dict(TRAFFIC)])
    return folder


def _read(folder: Path, table: str) -> list[list[str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def _write(folder: Path, table: str, rows: list[list[str]]) -> None:
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def cell(table: str, row: int, **values: str) -> Edit:
    """Set cells of a row, counted as a spreadsheet does; columns that are not there are added."""

    def edit(folder: Path) -> None:
        rows = _read(folder, table)
        for column, value in values.items():
            if column not in rows[0]:
                for place, cells in enumerate(rows):
                    cells.append("" if place else column)
            rows[row - 1][rows[0].index(column)] = value
        _write(folder, table, rows)

    return edit


def add(table: str, like: int, **values: str) -> Edit:
    """Add a row that is like another but for some cells."""

    def edit(folder: Path) -> None:
        rows = _read(folder, table)
        rows.append(list(rows[like - 1]))
        _write(folder, table, rows)
        cell(table, len(rows), **values)(folder)

    return edit


def drop(table: str, row: int) -> Edit:
    """Remove a row."""

    def edit(folder: Path) -> None:
        rows = _read(folder, table)
        del rows[row - 1]
        _write(folder, table, rows)

    return edit


def drop_column(table: str, column: str) -> Edit:
    """Remove a column."""

    def edit(folder: Path) -> None:
        rows = _read(folder, table)
        place = rows[0].index(column)
        _write(folder, table, [cells[:place] + cells[place + 1 :] for cells in rows])

    return edit


def rename_column(table: str, old: str, new: str) -> Edit:
    """Rename a column."""

    def edit(folder: Path) -> None:
        rows = _read(folder, table)
        rows[0][rows[0].index(old)] = new
        _write(folder, table, rows)

    return edit


def remove(name: str) -> Edit:
    """Remove a file."""
    return lambda folder: (folder / name).unlink()


def data(name: str, change: Callable[[bytes], bytes]) -> Edit:
    """Change the bytes of a file."""

    def edit(folder: Path) -> None:
        (folder / name).write_bytes(change((folder / name).read_bytes()))

    return edit


def faults_of(folder: Path) -> tuple[Fault, ...]:
    """Return what is wrong with a network, nothing where it can be read."""
    try:
        Network.read(folder)
    except InputError as error:
        return error.faults
    return ()
