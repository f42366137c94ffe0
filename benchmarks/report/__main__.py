"""Measure everything and write ``REPORT.md``."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from benchmarks.report.chart import draw_cost
from benchmarks.report.measure import FULL, QUICK, measure
from benchmarks.report.page import write_page
from benchmarks.report.rows import say

__all__ = ["main"]

_HERE = Path(__file__).resolve().parents[1]


def main(arguments: list[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments : list of str, optional
        Of the command line.

    Returns
    -------
    int
        0; shortfalls are results, not failures.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="small sizes: to see that all of it runs, in a minute"
    )
    parser.add_argument(
        "--out", type=Path, default=_HERE / "REPORT.md", metavar="FILE", help="page to write"
    )
    chosen = parser.parse_args(arguments)
    sizes = QUICK if chosen.quick else FULL
    began, before = time.perf_counter(), os.getloadavg()[0]
    found = measure(sizes)
    out: Path = chosen.out
    chart = out.with_name("cost.svg")
    chart.write_text(draw_cost(found.curve, found.levels_ns), encoding="utf-8")
    page = write_page(found, sizes, chart=chart.name, load=(before, os.getloadavg()[0]))
    out.write_text(page, encoding="utf-8")
    say(f"{out} after {time.perf_counter() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
