"""The page that is written: the table, where the time goes, how cost grows, and on what machine."""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import subprocess
from importlib import metadata
from pathlib import Path

from benchmarks.peers.heap import c_compiler
from benchmarks.report.measure import Findings, Sizes
from benchmarks.report.rows import Row
from corridor_sim.engine.jit import source_digest

__all__ = ["write_page"]

_PACKAGES = ("corridor-sim", "numpy", "numba", "simpy", "pandas", "pyarrow", "Ciw", "salabim")


def write_page(found: Findings, sizes: Sizes, *, chart: str, load: tuple[float, float]) -> str:
    """Return the page as Markdown.

    Parameters
    ----------
    found : Findings
        What was measured.
    sizes : Sizes
        How much.
    chart : str
        Name of the plot's file.
    load : tuple of float
        Load of the machine before and after, 1 minute.

    Returns
    -------
    str
        Markdown; what stands between the comments is shown in the documentation too.
    """
    what = (
        "**A quick run: something small stands for the year. It shows that all of it runs; its "
        "numbers mean nothing.**"
        if sizes.is_quick
        else "Measured in one go, as pairs A B A B in one process, answers compared inside. "
        "Numbers without a unit are ratios."
    )
    lines = [
        "# Benchmarks, as measured",
        "",
        "Written by `python -m benchmarks.report`; [README.md](README.md) says what is compared.",
        "",
        "<!-- table -->",
        "",
        what,
        "",
        "| what | at least | aim | median | min | max | |",
        "|---|--:|--:|--:|--:|--:|---|",
        *(_table_row(row, is_quick=sizes.is_quick) for row in found.rows),
        "",
        "<!-- end of table -->",
        "",
        "Where less is better the targets read *at most*.",
        "",
        f"![Cost of an event against size]({chart})",
        "",
        "<!-- growth -->",
        "",
        "| compiled engine at | bound events | ns per event, median | min | max |",
        "|---|--:|--:|--:|--:|",
        *(
            f"| {point.name} x {point.size:g} | {point.events:,} | "
            f"{statistics.median(point.ns):,.0f} | {min(point.ns):,.0f} | {max(point.ns):,.0f} |"
            for point in found.curve
        ),
        *(f"| {name}, baseline | | {ns:,.0f} | | |" for name, ns in found.levels_ns.items()),
        "",
        "<!-- end of growth -->",
        "",
        "## Where the time goes",
        "",
        "Seconds by phase, medians.",
        "",
        "<!-- phases -->",
        "",
        *_phases(found),
        "",
        "<!-- end of phases -->",
        "",
        "## What was run, and on what",
        "",
        *(f"- {name}: {text}" for name, text in (found.facts | _machine(load)).items()),
        "",
    ]
    return "\n".join(lines)


def _table_row(row: Row, *, is_quick: bool) -> str:
    def show(value: float) -> str:
        digits = 0 if value >= 100 else 1 if value >= 10 else 2
        return f"{value:,.{digits}f} {row.unit}".rstrip()

    numbers = ["", "", ""]
    if row.samples:
        numbers = [show(n) for n in (row.median, min(row.samples), max(row.samples))]
    sign = "≤ " if row.is_cost else ""
    targets = [f"{sign}{target:g} {row.unit}".rstrip() for target in (row.at_least, row.aim)]
    verdict = "" if is_quick and row.samples else row.verdict
    return f"| {' | '.join([row.what, *targets, *numbers, verdict])} |"


def _phases(found: Findings) -> list[str]:
    names = list(dict.fromkeys(phase for runs in found.phases_s.values() for phase in runs[0]))
    lines = [f"| | {' | '.join(names)} |", f"|---|{'--:|' * len(names)}"]
    for what, runs in found.phases_s.items():
        cells = [
            f"{statistics.median(run[name] for run in runs):.2f}" if name in runs[0] else ""
            for name in names
        ]
        lines.append(f"| {what} | {' | '.join(cells)} |")
    return lines


def _machine(load: tuple[float, float]) -> dict[str, str]:
    versions = []
    for name in _PACKAGES:
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            versions.append(f"{name} not installed")
    compiler = c_compiler()
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB",
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "Python": f"{platform.python_version()} ({platform.python_compiler()})",
        "packages": ", ".join(versions),
        "C compiler": _first_line(compiler) if compiler else "none",
        "sources of the compiled engine": source_digest()[:16],
        "load of the machine before and after": f"{load[0]:.2f} and {load[1]:.2f}",
    }


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def _first_line(compiler: str) -> str:
    printed = subprocess.run(  # noqa: S603
        [compiler, "--version"], capture_output=True, text=True, check=True
    ).stdout
    name = Path(shutil.which(compiler) or compiler).name
    return f"{name}: {printed.splitlines()[0]}"
