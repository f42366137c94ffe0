"""Apply the table of corrections to the rows of links."""

from __future__ import annotations

from collections.abc import Sequence

from networks.build.tables import BuildError, number, read_raw

__all__ = ["apply_corrections", "fit_range"]

# The sources and the corrections call a river a river.
_MODES = {"river": "inland_waterway"}
_TIMES = ("t_min_h", "t_typ_h", "t_max_h")


def fit_range(low: float, typical: float, high: float) -> tuple[float, float, float]:
    """Return a range that fits a typical time that was changed.

    The least time stays between 70 % and 90 % of the typical one, the longest between 110 % and
    180 %: a range around a time that held a border's dwell must shrink with it.
    """
    return (
        min(max(low, 0.7 * typical), 0.9 * typical),
        typical,
        min(max(high, 1.1 * typical), 1.8 * typical),
    )


def apply_corrections(links: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Return the links after the rows of ``raw/corrections.csv``.

    Parameters
    ----------
    links : sequence of dict
        Rows as the sources have them, in their own direction.

    Returns
    -------
    list of dict
        New rows in the same order, without those that are deleted.

    Raises
    ------
    BuildError
        If a correction finds no row to correct, or asks for what is not known.
    """
    rows = [dict(row) for row in links]
    for line, fix in enumerate(read_raw("corrections"), start=2):
        where = f"corrections.csv, line {line}"
        key = (
            fix["from_node"],
            fix["to_node"],
            _MODES.get(fix["mode"], fix["mode"]),
            fix["variant"],
        )
        found = [
            row
            for row in rows
            if (row["from_node"], row["to_node"], row["mode"], row["variant"]) == key
        ]
        if not found:
            raise BuildError(f"{where}: there is no link {key}")
        if fix["action"] == "delete":
            rows = [row for row in rows if row not in found]
            continue
        for row in found:
            _change(row, fix, where)
    return rows


def _change(row: dict[str, str], fix: dict[str, str], where: str) -> None:
    field, value = fix["field"], fix["value"]
    if field not in row:
        raise BuildError(f"{where}: links have no column '{field}'")
    if fix["action"] == "scale" and field == "t_typ_h":
        for name in _TIMES:
            row[name] = number(float(row[name]) * float(value))
    elif fix["action"] == "set" and field == "t_typ_h":
        fitted = fit_range(float(row["t_min_h"]), float(value), float(row["t_max_h"]))
        row.update(zip(_TIMES, map(number, fitted), strict=True))
    elif fix["action"] == "set":
        row[field] = value
    else:
        raise BuildError(f"{where}: cannot {fix['action']} the column '{field}'")
    row["basis"] += f"; corrected {field}: {fix['reason']}"
