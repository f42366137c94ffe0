"""The table of capacity against flow names services that run, and sources that are known."""

from __future__ import annotations

import csv
import re

import capacity_table
import pytest

from corridor_sim import Network
from networks.build.tables import read_raw
from tests.docs.conftest import DOCS

LINES = capacity_table.lines_of()


@pytest.fixture(scope="module")
def services() -> dict[str, float]:
    frame = Network.read("chongqing").services
    frame = frame[frame["status"] == "open"]
    return {str(name): float(n) for name, n in frame["departures_per_week"].items()}


@pytest.fixture(scope="module")
def shown() -> list[list[str]]:
    page = capacity_table.PAGE.read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[1:]]


def test_every_line_has_a_source_that_is_known() -> None:
    known = {row["source"] for row in read_raw("sources")}
    assert {line["source"] for line in LINES} <= known
    assert all(line["what"] for line in LINES)


def test_the_page_shows_the_timetables_of_the_shipped_network(
    services: dict[str, float], shown: list[list[str]]
) -> None:
    assert [row[0] for row in shown] == [line["line"] for line in LINES]
    for row, line in zip(shown, LINES, strict=True):
        names = [name for name in services if re.fullmatch(line["services"], name)]
        assert names, line["line"]
        planned = sum(services[name] for name in names)
        assert row[1] == (f"{planned:.1f}" if planned else "on demand"), (
            f"{line['line']}: run python docs/capacity_table.py"
        )


def test_published_figures_are_shown_as_they_stand(shown: list[list[str]]) -> None:
    with (DOCS / "published_loads.csv").open(encoding="utf-8", newline="") as file:
        wanted = [row["published"] for row in csv.DictReader(file)]
    assert [row[6].replace(",", "") for row in shown] == wanted


def test_a_page_is_filled_between_its_marks() -> None:
    page = "before\n<!-- made: capacity -->\nold\n<!-- end -->\nafter\n"
    filled = capacity_table.filled(page, [("a",) * 10])
    assert "old" not in filled
    assert filled.startswith("before\n<!-- made: capacity -->\n\n| line |")
    assert filled.endswith("| a | a | a | a | a | a | a | a | a | a |\n\n<!-- end -->\nafter\n")
    assert capacity_table.filled(filled, [("a",) * 10]) == filled
