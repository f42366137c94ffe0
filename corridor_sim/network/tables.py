"""Reading the network's CSV tables: every fault with its file, row and column, all at once."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from corridor_sim.distributions import Distribution, DistributionError
from corridor_sim.errors import Fault, nearest
from corridor_sim.network.attributes import Attribute, attributes_of

__all__ = ["UNLIMITED", "convert", "frame_of", "read_rows", "read_table"]

UNLIMITED = 2**31 - 1
_MAX_BYTES = 32 * 2**20
_MAX_CELL = 4_000
_MAY_BE_NEGATIVE = ("lat", "lon")
# Tables whose rows have no name of their own.
_UNNAMED = ("calls", "regions", "od", "months")
_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")


def read_rows(path: Path, faults: list[Fault]) -> list[dict[str, str]]:
    """Read a CSV file into rows of text.

    Parameters
    ----------
    path : Path
        File.
    faults : list of Fault
        Receives what is wrong.

    Returns
    -------
    list of dict
        One per line; the key ``""`` holds the line number.
    """
    name = path.name
    if not path.is_file():
        faults.append(Fault(name, f"the table is missing in '{path.parent.name}'"))
        return []
    data = path.read_bytes()
    if len(data) > _MAX_BYTES:
        faults.append(Fault(name, f"{len(data)} bytes is too large", allowed=f"{_MAX_BYTES}"))
        return []
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        guess = _guess_encoding(data)
        faults.append(
            Fault(
                name,
                f"the text is not UTF-8{guess}",
                row=row,
                allowed="UTF-8",
                hint="save it as 'CSV UTF-8' in the spreadsheet",
            )
        )
        return []
    if "\0" in text:
        row = text[: text.index("\0")].count("\n") + 1
        faults.append(Fault(name, "a NUL character", row=row, hint="remove it"))
        return []
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [cell.strip() for cell in next(reader, [])]
    rows: list[dict[str, str]] = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header):
            faults.append(
                Fault(
                    name,
                    f"{len(cells)} cells where the header has {len(header)}",
                    row=reader.line_num,
                    hint="put text with commas in quotes",
                )
            )
            continue
        filled = [*(cell.strip() for cell in cells), *[""] * (len(header) - len(cells))]
        row_of = dict(zip(header, filled, strict=True))
        row_of[""] = str(reader.line_num)
        rows.append(row_of)
    return rows


def _guess_encoding(data: bytes) -> str:
    for encoding in ("gb18030", "utf-16"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if any("\u4e00" <= letter <= "\u9fff" for letter in text):
            return " but looks like GBK" if encoding == "gb18030" else " but looks like UTF-16"
    return ""


def convert(attribute: Attribute, text: str) -> Any:
    """Turn a cell into a value.

    Parameters
    ----------
    attribute : Attribute
        What the cell holds.
    text : str
        The cell, already stripped; blank takes the default.

    Returns
    -------
    object
        A str, float, int, bool, date, tuple or Distribution; None for a blank distribution or date;
        NaN for a blank float without a default.

    Raises
    ------
    ValueError
        With what is wrong and what is allowed.
    """
    if not text:
        if attribute.is_required:
            raise ValueError("the cell is blank but must be filled")
        text = attribute.default
    if len(text) > _MAX_CELL:
        raise ValueError(f"{len(text)} characters in one cell; allowed: {_MAX_CELL}")
    if attribute.choices and text not in attribute.choices:
        raise ValueError(
            f"'{text}' is not known; allowed: {', '.join(filter(None, attribute.choices))}; "
            + nearest(text, attribute.choices)
        )
    kind = attribute.type
    if kind in ("float", "real"):
        may_be_negative = kind == "real" or attribute.name in _MAY_BE_NEGATIVE
        return _float(text, may_be_negative=may_be_negative) if text else math.nan
    return _CONVERTERS[kind](text) if kind in _CONVERTERS else text


def _distribution(text: str) -> Distribution | None:
    return Distribution.parse(text) if text else None


def _int(text: str) -> int:
    value = _float(text)
    if value != int(value) or value > UNLIMITED:
        raise ValueError(f"'{text}' is not a whole number; allowed: 0 to {UNLIMITED}")
    return int(value)


def _count(text: str) -> int:
    return UNLIMITED if text == "inf" else _int(text)


def _bool(text: str) -> bool:
    if text.lower() not in _TRUE + _FALSE:
        raise ValueError(f"'{text}' is not a yes or no; allowed: true, false")
    return text.lower() in _TRUE


def _date(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


#: How the text of a cell is read, by the type of its attribute; other types stay text.
_CONVERTERS: dict[str, Callable[[str], Any]] = {
    "bool": _bool,
    "count": _count,
    "date": _date,
    "distribution": _distribution,
    "int": _int,
    "list": _list,
}


def _float(text: str, *, may_be_negative: bool = False) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"'{text}' is not a number") from None
    if not math.isfinite(value) or abs(value) > 1e15:
        raise ValueError(f"{text} is not a usable number; allowed: finite, below 1e15")
    if value < 0 and not may_be_negative:
        raise ValueError(f"{text} is negative; allowed: 0 or more")
    return value


def read_table(path: Path, table: str, faults: list[Fault]) -> list[dict[str, Any]]:
    """Read and validate one table.

    Parameters
    ----------
    path : Path
        File.
    table : str
        Its name among the attribute tables.
    faults : list of Fault
        Receives what is wrong.

    Returns
    -------
    list of dict
        Typed rows with the defaults filled in.
    """
    attributes = attributes_of(table)
    raw = read_rows(path, faults)
    if not raw:
        return []
    known = list(attributes)
    unknown = [name for name in raw[0] if name and name not in attributes]
    faults.extend(
        Fault(path.name, f"unknown column '{name}'", row=1, hint=nearest(name, known))
        for name in unknown
    )
    missing = [a.name for a in attributes.values() if a.is_required and a.name not in raw[0]]
    faults.extend(Fault(path.name, f"column '{name}' is missing", row=1) for name in missing)
    typed: list[dict[str, Any]] = []
    seen: dict[str, str] = {}
    for row in raw:
        line = int(row[""])
        values: dict[str, Any] = {}
        for name, attribute in attributes.items():
            if name in missing:
                continue
            try:
                value = convert(attribute, row.get(name, ""))
            except (ValueError, DistributionError) as error:
                faults.append(Fault(path.name, str(error), row=line, column=name))
                continue
            values[name] = value
        key = known[0]
        if table not in _UNNAMED and key in values:
            if values[key] in seen:
                faults.append(
                    Fault(
                        path.name,
                        f"'{values[key]}' stands here and in row {seen[values[key]]}",
                        row=line,
                        column=key,
                        hint="rename or remove one",
                    )
                )
            seen.setdefault(values[key], row[""])
        values["line"] = line
        typed.append(values)
    return typed


def frame_of(rows: list[dict[str, Any]], table: str) -> pd.DataFrame:
    """Return validated rows as a frame, indexed by name where rows have one."""
    attributes = attributes_of(table)
    columns = [*attributes, "line"]
    frame = pd.DataFrame(rows, columns=columns)
    for name, attribute in attributes.items():
        if attribute.type in ("string", "id") or attribute.choices or attribute.target:
            frame[name] = frame[name].astype(object)
        elif attribute.type in ("float", "real"):
            frame[name] = frame[name].astype(float)
    if table not in _UNNAMED:
        frame = frame.set_index(columns[0], drop=False)
        frame.index.name = None
    return frame
