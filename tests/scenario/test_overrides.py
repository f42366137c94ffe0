"""Values set by their dotted path."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from corridor_sim.scenario import Scenario
from tests.scenario.files import faults, read

BASE = """\
period: {days: 30}
demand: {scale: 1}
open_planned: [one, two]
services: {line.1: {fleet: 2}}
disruptions:
- {name: fog, facilities: [X], start: 2025-01-02, end: 2025-01-03}
- {name: ice, facilities: [X], start: 2025-01-04, end: 2025-01-05}
"""


def at(scenario: Scenario, dotted: str) -> Any:
    value: Any = scenario.resolved()
    for step in dotted.split("/"):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


@pytest.mark.parametrize(
    ("key", "value", "place", "wanted"),
    [
        ("demand.scale", "3", "demand/scale", 3.0),
        ("demand.scale", "1e-1", "demand/scale", 0.1),
        ("demand.scale", 2, "demand/scale", 2.0),
        ("period.days", "1e2", "period/days", 100),
        ("period", "{days: 7}", "period/days", 7),
        ("period.start", "2025-03-01", "period/start", "2025-03-01"),
        ("period.start", dt.date(2025, 3, 1), "period/start", "2025-03-01"),
        ("name", "NO", "name", "NO"),
        ("title", "12:30", "title", "12:30"),
        ("title", "a=b.c", "title", "a=b.c"),
        ("title", "", "title", ""),
        ("passages.suez", "closed", "passages/suez", "closed"),
        ("open_planned", "[a, b c]", "open_planned", ["a", "b c"]),
        ("open_planned", ["a"], "open_planned", ["a"]),
        ("open_planned.1", "three", "open_planned", ["one", "three"]),
        ("goal_cny", "[1.2 trillion yuan]", "goal_cny/0", 1.2e12),
        ("disruptions.1.slowdown", "2", "disruptions/1/slowdown", 2.0),
        ("disruptions.ice.slowdown", "2", "disruptions/1/slowdown", 2.0),
        ("disruptions", "[]", "disruptions", []),
        ("services.line.1.fleet", "9", "services", {"line.1": {"fleet": 9}}),
        ("services.other.fleet", "9", "services/other/fleet", 9),
        ("services.other", {"hold": True}, "services/other/hold", True),
        ("limits.max_shipments", "100", "limits/max_shipments", 100),
    ],
)
def test_values(tmp_path: Path, key: str, value: object, place: str, wanted: object) -> None:
    assert at(read(tmp_path, BASE, {key: value}), place) == wanted


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("demnd.scale", "1", "--set demnd.scale: unknown key 'demnd'; did you mean 'demand'?"),
        ("demand.scal", "1", "--set demand.scal: unknown key 'scal'; did you mean 'scale'?"),
        ("demand.scale", "much", "--set demand.scale: must be a number, not 'much'"),
        ("demand.scale", "", "--set demand.scale: must be a number, not ''"),
        ("demand.scale", "[1]", "--set demand.scale: must be a number, not a list"),
        ("demand.scale", ".nan", "--set demand.scale: must be a finite number, not nan"),
        ("demand.scale.x", "1", "--set demand.scale.x: 'x' cannot be inside a single value"),
        ("demand", "1", "--set demand: must be a mapping ('key: value' lines), not 1"),
        ("period.days", "1.5", "--set period.days: must be a whole number, not 1.5"),
        ("period.start", "2025-02-29", "--set period.start: '2025-02-29' is not a date"),
        ("a..b", "1", "--set a..b: the key has an empty part; allowed: KEY=VALUE"),
        ("", "1", "--set : the key has an empty part"),
        (".", "1", "--set .: the key has an empty part"),
        ("extends", "x", "--set extends: what a scenario extends can be set in its file only"),
        ("demand.scale", "[1", "--set demand.scale:1:3: not YAML: expected ',' or ']'"),
        ("title", "&a x", "--set title:1:1: anchors and aliases are not allowed"),
        ("disruptions.2.slowdown", "2", "there is no item '2'; allowed: 0 to 1 or 'fog', 'ice'"),
        ("disruptions.fgo.slowdown", "2", "there is no item 'fgo'; allowed: 0 to 1 or 'fog'"),
        ("disruptions.-1.slowdown", "2", "there is no item '-1'"),
        ("disruptions.fog.slowdwn", "2", "unknown key 'slowdwn'; did you mean 'slowdown'?"),
        ("open_planned.five", "a", "there is no item 'five'; allowed: 0 to 1"),
        ("x" * 3000, "1", "--set xxxx"),
    ],
)
def test_faults(tmp_path: Path, key: str, value: str, told: str) -> None:
    (fault,) = faults(tmp_path, BASE, {key: value})
    assert told in str(fault)
    assert len(str(fault)) < 700


def test_all_faults_at_once(tmp_path: Path) -> None:
    found = faults(tmp_path, BASE, {"demand.scale": "x", "period.days": "y", "titel": "z"})
    assert [fault.file for fault in found] == [
        "--set demand.scale",
        "--set period.days",
        "--set titel",
    ]
    assert len(faults(tmp_path, BASE, {"a..b": "1", "disruptions.9": "1"})) == 2


def test_an_override_that_moves_the_span_leaves_disruptions_outside(tmp_path: Path) -> None:
    found = faults(tmp_path, BASE, {"period.start": "2030-01-01"})
    assert [(fault.row, fault.column) for fault in found] == [(6, 56), (7, 56)]
    assert "'fog' lies outside the simulated span" in found[0].what
