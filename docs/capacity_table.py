"""Set departures, capacity and simulated load beside published figures, line by line.

``python docs/capacity_table.py`` simulates the baseline and writes what stands between
``<!-- made: capacity -->`` and ``<!-- end -->`` in ``docs/explanation/capacity.md``. The published
figures, and which services a line is, stand in ``docs/published_loads.csv``.
"""  # noqa: INP001 - a script beside the pages

from __future__ import annotations

import argparse
import csv
import re
import sys
from pathlib import Path

import pandas as pd

from corridor_sim import Results, Scenario, simulate

__all__ = ["PAGE", "filled", "lines_of", "main", "table"]

PAGE = Path(__file__).parent / "explanation" / "capacity.md"
_PUBLISHED = Path(__file__).parent / "published_loads.csv"
_BLOCK = re.compile(r"(<!-- made: capacity -->\n).*?(<!-- end -->)", re.DOTALL)
_WEEK_DAYS = 7.0
_HEAD = (
    "line",
    "departures a week, timetable",
    "simulated",
    "capacity a year",
    "carried a year",
    "load factor",
    "published",
    "carried / published",
    "source of the published figure",
    "set by it",
)


def lines_of() -> list[dict[str, str]]:
    """Return the lines with their published figures."""
    with _PUBLISHED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _departed(results: Results) -> tuple[pd.DataFrame, float]:
    """Return the departures of the measured window that left, and its weeks."""
    frame, clock = results.tables.departures, results.statistics.clock
    frame = frame[clock.in_window(frame["left_s"]) & (frame["status"] == "departed")]
    return frame.assign(service=frame["service"].astype(str)), clock.window_days / _WEEK_DAYS


def table(results: Results) -> list[tuple[str, ...]]:
    """Return the rows of the table.

    Parameters
    ----------
    results : Results
        A run of the baseline.

    Returns
    -------
    list of tuple of str
        Cells, in the order of the lines.

    Raises
    ------
    ValueError
        If a line names no service of the network.
    """
    departed, weeks = _departed(results)
    services = results.network.services
    tonnes = departed["peak_t"].groupby(departed["service"]).sum()
    boxes = departed["boarded_teu"].groupby(departed["service"]).sum()
    rows = []
    for line in lines_of():
        pattern = re.compile(line["services"])
        names = [name for name in services.index if pattern.fullmatch(name)]
        names = [name for name in names if services.at[name, "status"] == "open"]
        if not names:
            raise ValueError(f"{_PUBLISHED.name}: '{line['line']}' names no open service")
        left = departed[departed["service"].isin(names)]
        unit = line["unit"]
        trips = float(left["vehicles"].sum())
        planned = services.loc[names, "departures_per_week"].sum()
        room = float(left["capacity_t" if unit == "t" else "capacity_teu"].sum())
        peak = float(left["peak_t" if unit == "t" else "peak_teu"].sum())
        moved = {"t": tonnes, "TEU": boxes}.get(unit)
        carried = trips if moved is None else float(moved.reindex(names).sum())
        published = float(line["published"] or "nan")
        rows.append(
            (
                line["line"],
                f"{planned:.1f}" if planned else "on demand",
                f"{trips / weeks:.1f}",
                f"{room:,.0f} {'t' if unit == 't' else 'TEU'}",
                f"{carried:,.0f} {unit}",
                f"{100 * peak / room:.0f} %",
                f"{published:,.0f}" if line["published"] else "",
                f"{carried / published:.2f}" if line["published"] else "",
                f"{line['what']} (`{line['source']}`, {line['confidence']})",
                line["used"],
            )
        )
    return rows


def filled(page: str, rows: list[tuple[str, ...]]) -> str:
    """Return a page with the table written into its place."""
    lines = [f"| {' | '.join(_HEAD)} |", "|---|" + "---:|" * 7 + "---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    text = "\n".join(lines)
    return _BLOCK.sub(lambda found: f"{found[1]}\n{text}\n\n{found[2]}", page)


def main(arguments: list[str]) -> None:
    """Write the table into its page."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--results", type=Path, help="folder of a run that is there")
    given = parser.parse_args(arguments)
    if given.results:
        results = Results.load(given.results)
    else:
        results = simulate(Scenario.read("baseline_2025"), seed=1, engine="auto")
    rows = table(results)
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), rows), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name}: {len(rows)} lines\n")


if __name__ == "__main__":
    main(sys.argv[1:])
