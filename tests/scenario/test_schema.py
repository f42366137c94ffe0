"""The JSON Schema agrees with what is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from corridor_sim.errors import InputError
from corridor_sim.resources import shipped, shipped_names
from corridor_sim.scenario import Scenario, schema
from corridor_sim.scenario.tree import load_tree
from tests.scenario.files import write
from tests.scenario.test_reading import CLOSURE, STORM


@pytest.fixture(scope="module")
def validator() -> Any:
    built = json.loads(schema())
    kind = jsonschema.validators.validator_for(built)
    assert kind is jsonschema.Draft202012Validator
    kind.check_schema(built)
    return kind(built)


def told(validator: Any, path: Path) -> list[str]:
    return [error.message for error in validator.iter_errors(load_tree(path).plain())]


@pytest.mark.parametrize("name", shipped_names("configs"))
def test_every_shipped_scenario_keeps_to_it(validator: Any, name: str) -> None:
    assert told(validator, shipped("configs") / f"{name}.yaml") == []
    scenario = Scenario.read(name)
    assert scenario.name == name
    assert scenario.title


@pytest.mark.parametrize(
    "text",
    [
        "title: x",
        "extends: baseline_2025",
        "goal_cny: [1.1 万亿元, 1e12, 1.1 trillion yuan]",
        "services: {s: {fleet: 3, hold: true, note: text, capacity_teu: 2.5}}",
        "passages: {suez: closed}",
        "choice: {constants: {cre: -1.5}}",
        CLOSURE % ("2025-03-01", "2025-03-02T08:00"),
        STORM % "duration_h: 5",
        STORM % "duration_h: 'lognormal(6, 1)', season: [11-01, 04-30]",
    ],
)
def test_what_is_read_is_allowed(validator: Any, tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text)
    Scenario.read(path)
    assert told(validator, path) == []


@pytest.mark.parametrize(
    "text",
    [
        "titel: x",
        "period: {days: 0}",
        "period: {start: 2025}",
        "period: {start: 1.3.2025}",
        "demand: {scale: -1}",
        "demand: {scale: a lot}",
        "passages: {suezz: closed}",
        "passages: {suez: shut}",
        "goal_cny: []",
        "goal_cny: 5",
        "services: {s: 3}",
        "services: {s: {fleet: [1]}}",
        "limits: {max_shipments: 0}",
        CLOSURE % ("20250301", "2025-03-02"),
        "disruptions: [{name: x, facilities: [A], start: 2025-03-01}]",
    ],
)
def test_what_is_refused_is_not_allowed(validator: Any, tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(InputError):
        Scenario.read(path)
    assert told(validator, path) != []


def test_every_field_is_described(validator: Any) -> None:
    for name, model in validator.schema["$defs"].items():
        assert model["description"], name


def test_bounds_are_in_the_words_of_json_schema(validator: Any) -> None:
    """Editors know `minimum`, not `ge`: a negative scale and an endless turn are marked."""
    assert validator.is_valid({"choice": {"beta": 2}})
    assert not validator.is_valid({"choice": {"beta": 0}})
    assert not validator.is_valid({"demand": {"scale": -1}})
    closure = {"name": "x", "facilities": ["y"], "start": "2025-01-01", "end": "2025-01-02"}
    assert validator.is_valid({"disruptions": [closure | {"turn_period_h": 24}]})
    assert not validator.is_valid({"disruptions": [closure | {"turn_period_h": 0}]})
    words = schema()
    assert not any(f'"{word}"' in words for word in ("gt", "ge", "lt", "le"))
