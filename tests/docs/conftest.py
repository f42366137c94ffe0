"""A small year for the documentation: its pages are run on three weeks and three regions."""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from corridor_sim import Network, Scenario, simulation
from corridor_sim.experiments import executors
from corridor_sim.resources import shipped

PROJECT = Path(__file__).parent.parent.parent
DOCS = PROJECT / "docs"
TUTORIAL = DOCS / "tutorial.md"
sys.path.insert(0, str(DOCS))

KEPT = ("Central Asia", "EU", "Vietnam")
SHORT = """\
extends: {base}
period: {{start: 2025-03-01, days: 21, warm_up_days: 0, drain_days: 14}}
demand: {{scale: 0.2, other_scale: 0.05, regions: {{{regions}}}}}
choice: {{premiums: false, max_alternatives_per_corridor: 1}}
disruptions: []
"""


def shorten(folder: Path) -> None:
    """Put a short `baseline_2025` into a folder, where it goes before the shipped one."""
    zones = Network.read("chongqing").zones
    partners = sorted(set(zones.loc[zones["side"] == "partner", "region"]) - set(KEPT))
    text = SHORT.format(
        base=shipped("configs") / "baseline_2025.yaml",
        regions=", ".join(f"{region}: 0" for region in partners),
    )
    (folder / "baseline_2025").write_text(text, encoding="utf-8")


def run_command(arguments: list[str]) -> int:
    """Run ``corridor-sim``; the shipped scenarios are listed out of the way of the short year."""
    from run_pages import command_line

    if arguments != ["list"]:
        return command_line(arguments)
    with tempfile.TemporaryDirectory() as empty, contextlib.chdir(empty):
        return command_line(arguments)


@pytest.fixture(scope="package", autouse=True)
def groundwork() -> Iterator[None]:
    """Lay the groundwork of a scenario once, as scripts of many replications do.

    For these pages only: other tests change a network's tables under the same scenario.
    """
    laid: dict[str, simulation.Groundwork] = {}
    lay: Callable[[Scenario], simulation.Groundwork] = simulation.lay_groundwork

    def kept(scenario: Scenario, **_: bool) -> simulation.Groundwork:
        name = scenario.digest()
        if name not in laid:
            laid[name] = lay(scenario)
        return laid[name]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulation, "lay_groundwork", kept)
        # Other processes would lay groundwork of their own; tests of experiments start them.
        patch.setattr(executors, "number_of_workers", lambda _=None: 1)
        yield


@pytest.fixture(scope="package")
def tutorial(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[str, str]]]:
    """Run the tutorial; return its folder, and what it shows beside what was printed."""
    from run_pages import Runner, blocks_of

    folder = tmp_path_factory.mktemp("tutorial")
    shorten(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        runner = Runner("tutorial.md", run=run_command)
        found = runner.outputs(blocks_of(TUTORIAL.read_text(encoding="utf-8")))
        shown = [(text, printed) for _, text, printed in found]
    return folder, shown


@pytest.fixture
def folder(
    tutorial: tuple[Path, list[tuple[str, str]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Path]:
    """Be in a folder that holds what the tutorial has left behind."""
    place = tmp_path / "work"
    shutil.copytree(tutorial[0], place)
    monkeypatch.chdir(place)
    yield place
    shutil.rmtree(place)
