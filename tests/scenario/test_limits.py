"""Runs that would be too large are refused before anything grows."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from corridor_sim.errors import InputError
from corridor_sim.scenario import Scenario
from corridor_sim.simulation import check_inputs, lay_groundwork, simulate
from tests.network.faulty import cell, write_good
from tests.scenario.files import write

PERIOD = "{days: 100, warm_up_days: 20, drain_days: 0}"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    # One shipment a day.
    write_good(tmp_path / "net")
    return write(tmp_path, f"network: net\nperiod: {PERIOD}\n")


def refused(config: Path, **overrides: str) -> str:
    scenario = Scenario.read(
        config, {key.replace("__", "."): value for key, value in overrides.items()}
    )
    began = time.process_time()
    with pytest.raises(InputError) as caught:
        check_inputs(scenario)
    assert time.process_time() - began < 5
    with pytest.raises(InputError):
        lay_groundwork(scenario)
    return str(caught.value)


def test_demand_for_billions_of_shipments(config: Path) -> None:
    cell("demand/od_2025", 2, value_bn_cny="1e6")(config.parent / "net")
    told = refused(config)
    # A million bn yuan at a million a TEU are 10^9 shipments in a year.
    assert re.search(r"would need about 3\d\d,\d{3},\d{3} shipments and 3\d\d.\d GB", told)
    assert "allowed: 10,000,000 (limits.max_shipments); lower the demand or the days" in told
    assert "raise the limit: --set limits.max_shipments=3" in told


def test_the_limit_is_the_users(config: Path) -> None:
    told = refused(config, limits__max_shipments="100")
    assert "case: would need about 120 shipments and 0.1 GB for them; allowed: 100" in told
    # What the message proposes is enough.
    proposed = told.split("limits.max_shipments=")[1].split()[0]
    scenario = Scenario.read(config, {"limits.max_shipments": proposed})
    check_inputs(scenario)
    assert simulate(scenario, seed=1).summary()["counts"]["shipments"] > 80


@pytest.mark.parametrize(
    ("table", "cells", "pattern"),
    [
        ("services", {"dispatch": "timetable", "departures_per_week": "99999"}, "line:Z_A>Z_B"),
        ("services", {"dispatch": "fill", "max_per_day": "99999"}, "line:Z_A>Z_B"),
        ("background", {"away_h": "0.0001", "population": "1000"}, "ships"),
        ("background", {"kind": "open", "vehicles_per_day": "100000"}, "ships"),
    ],
)
def test_services_and_background(
    config: Path, table: str, cells: dict[str, str], pattern: str
) -> None:
    cell(table, 2, **cells)(config.parent / "net")
    told = refused(config, limits__max_visits="1000000", limits__max_departures="100000")
    assert f"most by '{pattern}' " in told


def test_departures_of_trucks_are_counted(config: Path) -> None:
    scenario = Scenario.read(config, {"limits.max_departures": "50"})
    check_inputs(scenario)
    with pytest.raises(InputError, match=r"about \d+ departures .*allowed: 50 .limits.max_dep"):
        simulate(scenario, seed=1)


def test_the_longest_span_of_the_baseline_is_refused_with_its_size() -> None:
    scenario = Scenario.read(
        "baseline_2025", {"period.days": "3660", "demand.scale": "100", "demand.other_scale": "100"}
    )
    with pytest.raises(
        InputError, match=r"would need about \d+,\d{3},\d{3} shipments and [\d.]+ GB"
    ):
        check_inputs(scenario)
