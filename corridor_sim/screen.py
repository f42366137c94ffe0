"""The first screen after a run: plain aligned text within 100 columns."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from corridor_sim.errors import shorten
from corridor_sim.goal import goal_progress
from corridor_sim.results import Results

__all__ = ["CORRIDOR_NAMES", "as_json", "render", "table"]

#: English names of the corridors; others are shown by their code.
CORRIDOR_NAMES = {
    "ilstc": "Land-Sea Corridor",
    "cre": "China Railway Express",
    "yangtze": "Yangtze waterway",
    "air": "Air",
    "coastal": "Coastal land bridge",
}

WIDTH = 100
_BUSIEST = 5
_NAME_WIDTH = 50
_BN = 1e9
_TRILLION = 1e12
_NONE = "-"


def as_json(results: Results) -> dict[str, Any]:
    """Return the object that ``corridor-sim run --json`` prints; see `Results.summary`."""
    return results.summary()


def plain(text: object) -> str:
    """Return text from a table without characters that would act on a terminal."""
    return "".join(c if c.isprintable() else "?" for c in str(text))


def number(value: float | None, digits: int = 0) -> str:
    """Return a number with thousands separators, a dash where there is none.

    Parameters
    ----------
    value : float or None
        Number; not finite counts as none.
    digits : int
        Decimal places.

    Returns
    -------
    str
        For example ``1,234.5``.
    """
    if value is None or not math.isfinite(value):
        return _NONE
    return f"{value:,.{digits}f}"


def percent(share: float | None, digits: int = 0) -> str:
    """Return a share as per cent.

    Parameters
    ----------
    share : float or None
        Share of one; not finite counts as none.
    digits : int
        Decimal places.

    Returns
    -------
    str
        For example ``12 %``, a dash where there is none.
    """
    if share is None or not math.isfinite(share):
        return _NONE
    return f"{100 * share:.{digits}f} %"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, text_columns: int = 1) -> str:
    """Return rows aligned under their heads.

    Parameters
    ----------
    head : sequence of str
        Heads; a line break splits a head over lines.
    rows : sequence of sequence of str
        Cells; one row as long as the head.
    text_columns : int
        Columns from the left that are text; the rest are numbers and stand to the right.

    Returns
    -------
    str
        Lines without trailing blanks.
    """
    heads = [cell.split("\n") for cell in head]
    depth = max(len(lines) for lines in heads)
    # Heads of one line stand on the last line, next to what they name.
    heads = [[""] * (depth - len(lines)) + lines for lines in heads]
    grid = [[lines[level] for lines in heads] for level in range(depth)]
    grid += [[plain(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in grid) for column in range(len(head))]
    lines = []
    for row in grid:
        cells = [
            cell.ljust(width) if place < text_columns else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    lines.insert(depth, "-" * max(len(line) for line in lines))
    return "\n".join(lines)


def render(
    results: Results, *, map_path: str | Path | None = None, total_s: float | None = None
) -> str:
    """Return the first screen of a run.

    Parameters
    ----------
    results : Results
        Results, fresh or loaded.
    map_path : str or Path, optional
        Where the map lies.
    total_s : float, optional
        Seconds from start to map; the sum of the phases where not given.

    Returns
    -------
    str
        Lines of at most 100 columns (a path may be longer).
    """
    parts = [
        _title(results),
        _corridors(results),
        _facilities(results),
        *_box_pools(results),
        _goals(results),
        _ending(results, map_path, total_s),
    ]
    return "\n\n".join(parts) + "\n"


def _title(results: Results) -> str:
    clock = results.clock
    first, last = clock.date_of(clock.window[0]), clock.date_of(clock.window[1] - 1)
    name = plain(results.scenario.name)
    title = plain(results.scenario.shown_title)
    head = f"{name}: {title}" if title and title != name else name
    return "\n".join(
        [
            *textwrap.wrap(head, WIDTH),
            (
                f"{first} to {last} ({clock.window_days:,.0f} days), seed {results.seed}, "
                f"replication {results.replication}, engine {results.engine}"
            ),
        ]
    )


def _corridors(results: Results) -> str:
    summary = results.summary()
    departures = results.statistics.departures(("corridor",))
    full = dict(zip(departures["corridor"], departures["full_share"], strict=True))
    rows = []
    for name, figures in summary["corridors"].items():
        label = CORRIDOR_NAMES.get(name)
        rows.append(
            [
                f"{label} ({name})" if label else name,
                number(figures["teu"]),
                number(figures["value_cny"] / _BN, 1),
                number(_days(figures["median_h"]), 1),
                number(_days(figures["p95_h"]), 1),
                number(_rounded(figures["cost_cny_per_teu"])),
                number(_rounded(figures.get("stock_cny_per_teu"))),
                number(_rounded(figures["co2e_kg_per_teu"])),
                percent(full.get(name)),
            ]
        )
    totals = summary["totals"]
    rows.append(["All", number(totals["teu"]), number(totals["value_cny"] / _BN, 1), *[""] * 6])
    heads = [
        "Chongqing's own trade,\ncleared in the window",
        "TEU",
        "bn\nyuan",
        "days,\nmedian",
        "days,\n95 %",
        "yuan\nper TEU",
        "stock,\nyuan/TEU",
        "kg CO2e\nper TEU",
        "depart-\nures\nfull",
    ]
    return table(heads, rows)


def _facilities(results: Results) -> str:
    frame = results.statistics.facilities(("facility",))
    frame = frame[frame["visits"] > 0].dropna(subset=["utilisation"])
    frame = frame.sort_values("utilisation", ascending=False, kind="stable").head(_BUSIEST)
    if frame.empty:
        return "No facility with a limited number of servers was visited."
    names = results.network.facilities["name_en"]
    rows = []
    for row in frame.to_dict("records"):
        facility = str(row["facility"])
        label = plain(names.get(facility) or facility)
        first, *rest = textwrap.wrap(label, _NAME_WIDTH) or [facility]
        rows.append(
            [
                first,
                percent(row["utilisation"], 1),
                number(row["mean_wait_h"], 1),
                number(row["mean_queue"], 1),
                number(row["visits"]),
            ]
        )
        rows += [[f"  {line}", *[""] * 4] for line in rest]
    heads = ["Busiest facilities", "in use", "mean wait,\nhours", "mean\nqueue", "visits"]
    return table(heads, rows)


def _box_pools(results: Results) -> list[str]:
    """Return what stood in pools of empty boxes and who waited; nothing where there are none."""
    frame = results.statistics.box_pools()
    if frame.empty:
        return []
    names = results.network.facilities["name_en"]
    rows = [
        [
            shorten(plain(names.get(row["box_pool"]) or row["box_pool"]), _NAME_WIDTH),
            number(row["mean_stock_teu"]),
            number(row["lowest_stock_teu"]),
            number(row["shipments"]),
            number(row["delayed_shipments"]),
            number(row["waited_teu_days"]),
        ]
        for row in frame.to_dict("records")
    ]
    heads = [
        "Empty boxes",
        "mean\nstock, TEU",
        "lowest\nstock, TEU",
        "ship-\nments",
        "that\nwaited",
        "TEU-days\nwaited",
    ]
    return [table(heads, rows)]


def _goals(results: Results) -> str:
    progress = goal_progress(results)
    first = progress[0]
    response = results.scenario.demand.response
    given = "given this demand" if response is None else "demand answering to cost"
    lines = [
        (
            f"Cleared value, {given}: {number(first.cleared_cny / _BN, 1)} bn yuan of "
            f"{number(first.offered_cny / _BN, 1)} bn offered"
        )
    ]
    for goal in progress:
        line = (
            f"  {percent(goal.share, 1)} of {number(goal.target_cny / _TRILLION, 2)} trillion yuan"
        )
        if goal.gap_cny > 0:
            line += f", {number(goal.gap_cny / _BN, 1)} bn short"
            if not goal.demand_reaches and goal.is_whole_year:
                line += " (more than this demand offers)"
        else:
            line += f", {number(-goal.gap_cny / _BN, 1)} bn beyond it"
        lines.append(line)
    if not first.is_whole_year:
        lines.append(
            f"  The window is {number(first.window_days)} days and the goals are yearly: at this "
            f"pace {number(first.yearly_cleared_cny / _BN, 1)} bn yuan in 365 days"
        )
    unserved = float(results.summary()["totals"]["unserved_teu"])
    if unserved > 0:
        lines.append(
            f"  No open route for {number(unserved)} TEU of it; they are counted as unserved"
        )
    if response is not None:
        lines.append(
            f"  Demand response is on: elasticity {response.elasticity:g} of trade to its cost "
            f"against {plain(Path(response.relative_to).stem)}"
        )
    lines += _money(results)
    return "\n".join(lines)


def _money(results: Results) -> list[str]:
    """Tell what lateness and stock come to, and who pays where a subsidy is changed."""
    totals = results.summary()["totals"]
    lines = []
    if "delayed_cny_days" in totals:
        lines.append(
            f"  Late against plan: {number(totals['delayed_cny_days'] / _BN, 1)} bn yuan-days; "
            f"stock in transit costs its owners {number(totals['stock_cny'] / _BN, 2)} bn yuan"
        )
    if results.scenario.levers.subsidies:
        paid = totals.get("subsidy_cny", 0.0)
        verb = "pay" if paid >= 0 else "save"
        lines.append(
            f"  Subsidies of this scenario {verb} {number(abs(paid) / 1e6, 1)} m yuan against the "
            "baseline; yuan per TEU are what shippers pay"
        )
    return lines


def _ending(results: Results, map_path: str | Path | None, total_s: float | None) -> str:
    timing = results.summary()["timing_s"]
    lines = []
    if results.folder is not None:
        lines.append(f"Results: {results.folder}")
    if map_path is not None:
        lines.append(f"Map:     {map_path}")
    total = timing["total"] if total_s is None else total_s
    phases = ", ".join(
        f"{phase} {number(seconds, 1)}" for phase, seconds in timing.items() if phase != "total"
    )
    lines.append(f"Took {number(total, 1)} s ({phases})")
    return "\n".join(lines)


def _days(hours: float | None) -> float | None:
    return None if hours is None else hours / 24


def _rounded(value: float | None) -> float | None:
    """Return a value to three significant figures: more would claim what no input knows."""
    if value is None or value == 0 or not math.isfinite(value):
        return value
    return round(value, 2 - math.floor(math.log10(abs(value))))
