"""Every chart of a report as SVG and PNG, every table as CSV and XLSX."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from corridor_sim.report.blocks import Chart, Section, Table
from corridor_sim.report.page import blocks_of
from corridor_sim.report.voice import Voice

__all__ = ["neutral", "write_assets"]

#: Cells that begin like this are formulas to a spreadsheet, or hide one behind a blank.
_ACTING = ("=", "+", "-", "@", "\t", "\r", "\n")
_DATE = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - the same in every file, so that bytes are too
_SHEET_NAME = 31
_LONGEST = 32_000


def write_assets(sections: Sequence[Section], folder: Path, voice: Voice) -> list[Path]:
    """Write the charts and tables of a report.

    Parameters
    ----------
    sections : sequence of Section
        Of the report.
    folder : Path
        Made if it is missing; files of the same names are replaced.
    voice : Voice
        Language of charts and heads.

    Returns
    -------
    list of Path
        Files written: per chart an SVG and a PNG, per table a CSV, and one ``tables.xlsx``.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    tables: dict[str, Table] = {}
    for name, block in _named(sections):
        if isinstance(block, Chart):
            svg = block.draw(voice)
            picture = folder / f"{name}.svg"
            picture.write_text(svg + "\n", encoding="utf-8", newline="\n")
            (folder / f"{name}.png").write_bytes(_png(svg))
            written += [picture, folder / f"{name}.png"]
        else:
            tables[name] = block
            path = folder / f"{name}.csv"
            path.write_text(_as_csv(block, voice), encoding="utf-8-sig", newline="")
            written.append(path)
    if tables:
        written.append(_write_xlsx(tables, folder / "tables.xlsx", voice))
    return written


def _named(sections: Sequence[Section]) -> Iterator[tuple[str, Chart | Table]]:
    """Give charts and tables with names fit for files, each once."""
    taken: set[str] = set()
    for section in sections:
        for block in blocks_of(section.blocks):
            if not isinstance(block, (Chart, Table)):
                continue
            # Corridors and zones of users' networks stand in names: nothing of them is a path.
            name = re.sub(r"[^a-z0-9_]+", "_", block.name.lower()).strip("_")[:60] or "asset"
            kind = "chart" if isinstance(block, Chart) else "table"
            number = 1
            unique = name
            while f"{kind} {unique}" in taken:
                number += 1
                unique = f"{name}_{number}"
            taken.add(f"{kind} {unique}")
            yield unique, block


def neutral(cell: object) -> object:
    """Return a cell that no spreadsheet takes for a formula; numbers stay numbers.

    Parameters
    ----------
    cell : object
        Text, number or None.

    Returns
    -------
    object
        Text that begins with ``= + - @``, tab or a line break gets an apostrophe before it.
    """
    if isinstance(cell, str) and cell.startswith(_ACTING):
        return "'" + cell
    return cell


def _cells(table: Table, voice: Voice) -> list[list[object]]:
    """Return the rows of a table as plain numbers and neutral text."""
    return [
        [neutral(voice.plain(cell) if isinstance(cell, tuple) else cell) for cell in row]
        for row in table.rows
    ]


def _as_csv(table: Table, voice: Voice) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([neutral(column.key) for column in table.columns])
    for row in _cells(table, voice):
        writer.writerow(["" if _is_none(cell) else cell for cell in row])
    return out.getvalue()


def _is_none(cell: object) -> bool:
    return cell is None or (isinstance(cell, float) and cell != cell)  # noqa: PLR0124 - NaN


def _write_xlsx(tables: dict[str, Table], path: Path, voice: Voice) -> Path:
    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": _DATE})
    bold = book.add_format({"bold": True})
    taken: set[str] = set()
    for name, table in tables.items():
        sheet_name = name[:_SHEET_NAME]
        number = 1
        while sheet_name in taken:
            number += 1
            sheet_name = f"{name[: _SHEET_NAME - 3]}_{number}"
        taken.add(sheet_name)
        sheet = book.add_worksheet(sheet_name)
        for place, column in enumerate(table.columns):
            sheet.write_string(0, place, str(neutral(column.key)), bold)
            sheet.write_string(1, place, str(neutral(voice.plain(column.head))))
        for line, row in enumerate(_cells(table, voice), start=2):
            for place, cell in enumerate(row):
                if _is_none(cell):
                    continue
                if isinstance(cell, (int, float)):
                    sheet.write_number(line, place, cell)
                else:
                    sheet.write_string(line, place, str(cell)[:_LONGEST])
        sheet.freeze_panes(2, 0)
        sheet.set_column(0, max(len(table.columns) - 1, 0), 16)
    book.close()
    return path


def _png(svg: str) -> bytes:
    """Return a picture as PNG of twice its size, on white."""
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=2, background="#ffffff"))
