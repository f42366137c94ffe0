"""The network as a graph, with capacities that can be counted by hand."""

from __future__ import annotations

import math
from pathlib import Path

import networkx as nx
import pytest

from corridor_sim.errors import CorridorSimError
from corridor_sim.network import Network, min_cut_teu_per_day, simple_graph
from tests.network.faulty import add, cell, write_good

OUT, BACK = "road:Z_A>Z_B", "road:Z_B>Z_A"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_good(tmp_path / "net")


def test_nodes_and_links_carry_what_the_tables_say(folder: Path) -> None:
    cell("links", 2, time_h="triangular(1, 2, 6)", mode="rail")(folder)
    graph = Network.read(folder).graph
    assert set(graph.nodes) == {"Z_A", "Z_B"}
    assert graph.nodes["Z_A"]["name_zh"] == "甲"
    assert set(graph.edges(keys=True)) == {("Z_A", "Z_B", OUT), ("Z_B", "Z_A", BACK)}
    data = graph.edges["Z_A", "Z_B", OUT]
    assert (data["time_h"], data["distance_km"], data["mode"]) == (3.0, 100.0, "rail")
    assert nx.shortest_path_length(graph, "Z_A", "Z_B", weight="time_h") == 3.0


@pytest.mark.parametrize(
    ("cells", "teu_per_day"),
    [
        ({"dispatch": "on_demand"}, math.inf),
        ({"dispatch": "timetable", "departures_per_week": "3.5"}, 50.0),
        ({"dispatch": "timetable", "timetable": "Mon 08:00; Thu 20:00"}, 200 / 7),
        ({"dispatch": "fill", "max_per_day": "2"}, 200.0),
        ({"dispatch": "fill", "max_per_day": "2", "departures_per_week": "7"}, 100.0),
        ({"status": "closed"}, 0.0),
    ],
)
def test_capacity_of_a_link(folder: Path, cells: dict[str, str], teu_per_day: float) -> None:
    cell("services", 2, **cells)(folder)
    graph = Network.read(folder).graph
    found = graph.edges["Z_A", "Z_B", OUT]["capacity_teu_per_day"]
    assert found == pytest.approx(teu_per_day)
    assert graph.edges["Z_B", "Z_A", BACK]["capacity_teu_per_day"] == math.inf


def test_parallel_links_are_joined_in_the_simple_graph(folder: Path) -> None:
    add("links", 2, link="rail:Z_A>Z_B", time_h="0.5", mode="rail")(folder)
    add("links", 2, link="sea:Z_A>Z_B", time_h="0.1", mode="sea", status="planned")(folder)
    add("services", 2, service="train", mode="rail", dispatch="timetable", departures_per_week="7")(
        folder
    )
    add("calls", 2, service="train")(folder)
    add("calls", 3, service="train", link="rail:Z_A>Z_B")(folder)
    cell("services", 2, dispatch="timetable", departures_per_week="14")(folder)
    simple = simple_graph(Network.read(folder))
    assert simple.edges["Z_A", "Z_B"]["time_h"] == 0.5
    assert simple.edges["Z_A", "Z_B"]["capacity_teu_per_day"] == pytest.approx(300)
    assert set(simple.edges["Z_A", "Z_B"]) == {"time_h", "capacity_teu_per_day"}


def test_the_smallest_cut_is_the_scheduled_capacity(folder: Path) -> None:
    for row, per_week in ((2, "7"), (3, "3.5")):
        cell("services", row, dispatch="timetable", departures_per_week=per_week, mode="rail")(
            folder
        )
        cell("links", row, mode="rail")(folder)
    network = Network.read(folder)
    assert min_cut_teu_per_day(network, "Abroad") == (pytest.approx(100.0), [("Z_A", "Z_B")])
    value, cut = min_cut_teu_per_day(network, "Abroad", direction="import")
    assert (value, cut) == (pytest.approx(50.0), [("Z_B", "Z_A")])


def test_trucks_on_demand_have_no_cut(folder: Path) -> None:
    network = Network.read(folder)
    with pytest.raises(CorridorSimError, match="joined by trucks on demand"):
        min_cut_teu_per_day(network, "Abroad", without_trucks=False)


@pytest.mark.parametrize(
    ("region", "direction", "pattern"),
    [
        ("Abraod", "export", "region 'Abraod' is not known; did you mean 'Abroad'"),
        ("Mars", "export", "region 'Mars' is not known; allowed: Abroad$"),
        ("Chongqing", "export", "region 'Chongqing' is not known"),
        ("Abroad", "both", "direction 'both' is not known; allowed: export, import"),
    ],
)
def test_questions_that_cannot_be_answered(
    folder: Path, region: str, direction: str, pattern: str
) -> None:
    with pytest.raises(CorridorSimError, match=pattern):
        min_cut_teu_per_day(Network.read(folder), region, direction=direction)
