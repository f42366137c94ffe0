"""The report measures, compares answers and writes its page; a wrong answer stops it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from benchmarks.answers import Mean, assert_means_agree
from benchmarks.baseline import tiny
from benchmarks.report import __main__ as command
from benchmarks.report.chart import draw_cost
from benchmarks.report.measure import QUICK, Point
from benchmarks.report.rows import Row


def test_the_report_runs_and_writes_its_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = partial(tiny, tmp_path / "station")
    monkeypatch.setattr(command, "QUICK", replace(QUICK, scenario=scenario))
    page = tmp_path / "REPORT.md"
    assert command.main(["--quick", "--out", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    table = [line for line in text.splitlines() if line.startswith("| ")]
    for start in (
        "engine only, baseline year: SimPy / compiled",
        "engine only: naive SimPy",
        "whole replication after the first",
        "ns per bound event, baseline / push and pop on a C heap",
        "ns per bound event at ten times the demand",
        "M/M/3 tandem",
        "the same: salabim",
        "peak memory",
        "`corridor-sim run baseline_2025`",
        "`corridor-sim --help`",
    ):
        row = next(line for line in table if line.startswith(f"| {start}"))
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        # Peers are an extra: without them their rows say so.
        assert "not measured" in cells[-1] or (
            cells[3].split()[0].replace(".", "").replace(",", "").isdigit()
        ), row
    assert "quick run" in text
    assert "(cost.svg)" in text
    assert ET.parse(tmp_path / "cost.svg").getroot().tag.endswith("svg")


def test_verdicts() -> None:
    ratio = Row("faster", 25, 60)
    assert ratio.verdict.startswith("not measured")
    ratio.samples = [10.0, 30.0, 90.0]
    assert ratio.verdict == "pass"
    ratio.samples = [60.0]
    assert ratio.verdict == "pass, aim reached"
    ratio.samples = [24.9]
    assert ratio.verdict == "**short**"
    cost = Row("memory", 800, 550, "MB", is_cost=True, samples=[700.0])
    assert cost.verdict == "pass"
    cost.samples = [801.0]
    assert cost.verdict == "**short**"


def test_other_means_are_refused() -> None:
    ours = {"wait_h": Mean(10.0, 0.4)}
    assert_means_agree(ours, {"wait_h": Mean(10.7, 0.4)})
    with pytest.raises(AssertionError, match="wait_h"):
        assert_means_agree(ours, {"wait_h": Mean(10.9, 0.4)})
    with pytest.raises(AssertionError):
        assert_means_agree(ours, {})


def test_the_plot_shows_every_size() -> None:
    rng = np.random.default_rng(1)
    curve = [
        Point(name, size, int(5e6 * size), rng.uniform(100, 300, 3).tolist())
        for name, size in (("demand", 0.1), ("baseline", 1), ("demand", 10), ("network", 4))
    ]
    root = ET.fromstring(draw_cost(curve, {"heap <in> C": 80.0}))
    words = " ".join(element.text or "" for element in root.iter())
    for told in ("demand x 0.1", "demand x 10", "network x 4", "baseline", "heap <in> C"):
        assert told in words
