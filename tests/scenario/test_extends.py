"""Scenarios that start from others."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor_sim.errors import InputError
from corridor_sim.scenario import Scenario, scenario_files
from tests.network.faulty import write_good
from tests.scenario.files import faults, write

BASE = """\
name: base
title: Base
description: as it is
period: {days: 10, warm_up_days: 5}
demand: {scale: 2, regions: {ASEAN: 0.5}}
goal_cny: [1 trillion, 2 trillion]
disruptions:
- {name: a, facilities: [X], start: 2025-01-02, end: 2025-01-03}
- {name: b, facilities: [X], start: 2025-01-04, end: 2025-01-05, slowdown: 2}
"""


def test_a_chain_is_merged_from_the_bottom(tmp_path: Path) -> None:
    write(tmp_path, BASE, "base.yaml")
    write(
        tmp_path,
        "extends: base.yaml\ntitle: Middle\ndemand: {scale: 3, export_scale: 4}\ngoal_cny: [3]\n",
        "middle.yaml",
    )
    (tmp_path / "deeper").mkdir()
    top = write(
        tmp_path / "deeper",
        "extends: ../middle.yaml\n"
        "demand: {regions: {Africa: 2}}\n"
        "disruptions:\n- {name: b, facilities: [Y], start: 2025-01-06, end: 2025-01-07}\n",
        "top.yaml",
    )
    scenario = Scenario.read(top)
    # Mappings are merged, lists replaced, items of a list by their name; who one is, is one's own.
    assert (scenario.name, scenario.title, scenario.description) == ("top", "", "")
    assert (scenario.period.days, scenario.period.warm_up_days) == (10, 5)
    assert (scenario.demand.scale, scenario.demand.export_scale) == (3, 4)
    assert scenario.demand.regions == {"ASEAN": 0.5, "Africa": 2}
    assert scenario.goal_cny == (3.0,)
    a, b = scenario.disruptions
    assert (a.name, a.facilities) == ("a", ("X",))
    assert (b.name, b.facilities, b.slowdown) == ("b", ("Y",), 1.0)
    assert [file.name for file in scenario_files(top)] == ["top.yaml", "middle.yaml", "base.yaml"]


def test_an_empty_list_takes_everything_away(tmp_path: Path) -> None:
    write(tmp_path, BASE, "base.yaml")
    assert Scenario.read(write(tmp_path, "extends: base.yaml\ndisruptions: []")).disruptions == ()


def test_a_shipped_scenario_is_extended_by_its_name(tmp_path: Path) -> None:
    scenario = Scenario.read(write(tmp_path, "extends: baseline_2025\n"))
    assert scenario.disruptions == Scenario.read("baseline_2025").disruptions


def test_a_file_may_be_called_as_what_it_extends(tmp_path: Path) -> None:
    path = write(tmp_path, "extends: baseline_2025\ntitle: mine\n", "baseline_2025.yaml")
    assert Scenario.read(path).title == "mine"


def test_a_network_is_found_beside_the_file_that_names_it(tmp_path: Path) -> None:
    write_good(tmp_path / "base" / "net")
    write(tmp_path / "base", "network: net\n", "base.yaml")
    (tmp_path / "other").mkdir()
    scenario = Scenario.read(write(tmp_path / "other", "extends: ../base/base.yaml\n"))
    assert scenario.network == str(tmp_path / "base" / "net")


@pytest.mark.parametrize(
    ("text", "column", "pattern"),
    [
        ("extends: case.yaml", 10, "extends itself: case.yaml -> case.yaml; break the circle"),
        ("extends: ./../{folder}/case.yaml", 10, "extends itself: case.yaml -> case.yaml"),
        ("extends: nowhere.yaml", 10, "no scenario 'nowhere.yaml'; allowed: the path of a YAML"),
        ("extends: baseline_2052", 10, "no scenario 'baseline_2052'.*mean 'baseline_2025'"),
        ("extends: [a, b]", 1, "'extends' names one scenario"),
        ("extends: {a: b}", 1, "'extends' names one scenario"),
        ("extends: 5", 10, "'extends' names one scenario"),
        ('extends: "a\\0b"', 10, "no scenario 'a.b'"),
        ("extends: " + "a" * 5000, 10, "no scenario 'aaaa"),
        ("extends: ..", 10, "no scenario '..'"),
        ("extends: /dev/null", 10, "no scenario '/dev/null'"),
    ],
)
def test_what_cannot_be_extended(tmp_path: Path, text: str, column: int, pattern: str) -> None:
    (fault,) = faults(tmp_path, text.format(folder=tmp_path.name) if "{f" in text else text)
    assert (fault.row, fault.column) == (1, column)
    with pytest.raises(InputError, match=pattern):
        Scenario.read(tmp_path / "case.yaml")


def test_a_circle_is_told_with_its_files(tmp_path: Path) -> None:
    write(tmp_path, "extends: b.yaml", "a.yaml")
    write(tmp_path, "title: b\nextends: c.yaml", "b.yaml")
    write(tmp_path, "extends: a.yaml", "c.yaml")
    with pytest.raises(InputError, match=r"c\.yaml:1:10: .*a.yaml -> b.yaml -> c.yaml -> a.yaml"):
        Scenario.read(tmp_path / "a.yaml")


def test_a_long_chain_is_refused(tmp_path: Path) -> None:
    for number in range(100):
        write(tmp_path, f"extends: s{number + 1}.yaml", f"s{number}.yaml")
    with pytest.raises(InputError, match="20 scenarios extend one another"):
        Scenario.read(tmp_path / "s0.yaml")


def test_a_fault_of_the_base_is_told_there(tmp_path: Path) -> None:
    write(tmp_path, "title: base\nperiod: {days: x}\n", "base.yaml")
    (fault,) = faults(tmp_path, "extends: base.yaml\ntitle: top\n")
    assert (fault.file, fault.row, fault.column) == (str(tmp_path / "base.yaml"), 2, 16)


@pytest.mark.parametrize("source", ["", ".", "..", "/", "a/b", "~", "x" * 5000, "nul\0", "*.yaml"])
def test_a_scenario_that_is_not_there(source: str) -> None:
    with pytest.raises(InputError, match="no such scenario; allowed: the path of a YAML file, or"):
        Scenario.read(source)


def test_a_misspelt_name_is_helped() -> None:
    with pytest.raises(InputError, match="did you mean 'lock_overhaul'"):
        Scenario.read("lock_overhual")
