"""One small run of the shipped network for all tests of reports."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from corridor_sim.report import run_sections
from corridor_sim.report.blocks import Block, Chart, Section, Table
from corridor_sim.report.page import blocks_of
from corridor_sim.results import Results
from corridor_sim.scenario import Scenario
from corridor_sim.simulation import Groundwork, lay_groundwork, simulate


@dataclass(frozen=True)
class Made:
    """A run, its groundwork and the sections of its report."""

    results: Results
    ground: Groundwork
    sections: list[Section]

    def table(self, name: str) -> Table:
        """Return a table of the report by its name."""
        return self._find(name, Table)

    def chart(self, name: str) -> Chart:
        """Return a chart of the report by its name."""
        return self._find(name, Chart)

    def _find(self, name: str, kind: type[Block]) -> Block:
        for section in self.sections:
            for block in blocks_of(section.blocks):
                if isinstance(block, kind) and block.name == name:
                    return block
        raise KeyError(name)


@pytest.fixture(scope="session")
def made() -> Made:
    scenario = Scenario.read(
        "poland_border_closure", {"demand.scale": "0.02", "demand.other_scale": "0.02"}
    )
    ground = lay_groundwork(scenario)
    results = simulate(scenario, ground=ground)
    return Made(results, ground, run_sections(results, ground=ground))
