"""What only the plan can see: shipments no vehicle takes, routes that cannot clear."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor_sim.errors import InputError
from corridor_sim.scenario import Scenario
from corridor_sim.simulation import simulate
from tests.network.faulty import add, cell, write_good
from tests.scenario.files import write

LINE = "line:Z_A>Z_B"


@pytest.fixture
def net(tmp_path: Path) -> Path:
    folder = write_good(tmp_path / "net")
    cell("services", 2, dispatch="timetable", departures_per_week="7")(folder)
    return folder


def run(net: Path) -> int:
    period = "{days: 30, warm_up_days: 0, drain_days: 0}"
    config = write(net.parent, f"network: net\nperiod: {period}\n")
    shipments = simulate(Scenario.read(config), seed=1, engine="simpy").summary()["counts"]
    return int(shipments["shipments"])


@pytest.mark.parametrize(
    ("table", "cells", "pattern"),
    [
        (
            "demand/commodities",
            {"shipment_teu": "uniform(90, 300)"},
            r"takes 100 TEU .* has [12]\d\d\.\d+ TEU and \d{4}",
        ),
        ("services", {"capacity_t": "15"}, r"takes 100 TEU and 15 t, but .* TEU and (1[5-9]|2\d)"),
        ("calls", {"quota_teu": "0.5"}, r"takes 0.5 TEU and .* has 1 TEU and 10 t"),
    ],
)
def test_a_shipment_larger_than_its_vehicle(
    net: Path, table: str, cells: dict[str, str], pattern: str
) -> None:
    if table == "demand/commodities":
        cell("demand/od_2025", 2, value_bn_cny="50")(net)
    if table == "services":
        cell("demand/commodities", 2, shipment_teu="uniform(1, 3)")(net)
    cell(table, 2, **cells)(net)
    with pytest.raises(InputError, match=f"services.csv: '{LINE}' {pattern}.*lower 'shipment_teu'"):
        run(net)


def test_trucks_go_in_convoys(net: Path) -> None:
    cell("services", 2, dispatch="on_demand", departures_per_week="0")(net)
    cell("demand/od_2025", 2, value_bn_cny="50")(net)
    cell("demand/commodities", 2, shipment_teu="200")(net)
    assert run(net) > 0


def test_a_quota_of_a_later_call_counts_where_boxes_board(net: Path) -> None:
    """From Z_C, before Z_A: the quota at Z_A is the one that binds."""
    add("nodes", 3, node="Z_C")(net)
    add("links", 2, link="road:Z_C>Z_A", from_node="Z_C", to_node="Z_A")(net)
    cell("calls", 2, sequence="2", link="road:Z_C>Z_A", facility="customs")(net)
    cell("calls", 3, sequence="3")(net)
    add("calls", 2, sequence="1", node="Z_C", link="", facility="")(net)
    assert run(net) > 0
    cell("calls", 2, quota_teu="0.5")(net)
    with pytest.raises(InputError, match=f"'{LINE}' takes 0.5 TEU and 10000 t"):
        run(net)
