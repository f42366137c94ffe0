"""What the page is given: the figures of the statistics, and nothing that a blank cell breaks."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from corridor_sim.errors import CorridorSimError
from corridor_sim.maps import map_page
from corridor_sim.maps.data import map_data
from corridor_sim.maps.geometry import decode_line
from corridor_sim.maps.series import encode_counts, told_once
from corridor_sim.network import Network
from tests.maps.runs import made_up_results, small_network


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    line = {"type": "LineString", "coordinates": [[108.6, 21.7], [107.0, 26.0], [106.36, 29.66]]}
    (tmp_path / "geometry").mkdir()
    (tmp_path / "geometry" / "rail.geojson").write_text(
        json.dumps({"features": [{"type": "Feature", "id": "rail:CQ-QZ", "geometry": line}]})
    )
    return tmp_path


def link_between(data: dict[str, Any], *places: str) -> dict[str, Any]:
    found = [
        link
        for link in data["links"]
        if [data["nodes"][rank]["name"][0] for rank in link["ends"]] == list(places)
    ]
    assert len(found) == 1
    return found[0]


def boxes(item: dict[str, Any]) -> float:
    return float(sum(item["sum"].get("teu", [0])))


def decode_counts(text: str) -> list[int]:
    """Read what `encode_counts` wrote, as the page does."""
    counts, shift, rest = [], 0, 0
    for letter in text:
        digit = ord(letter) - 63
        rest |= (digit & 31) << shift
        shift += 5
        if digit < 32:
            counts.append(rest)
            shift = rest = 0
    return counts


@pytest.mark.parametrize("seed", range(4))
def test_counts_are_written_and_read_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = np.floor(10 ** rng.uniform(-1, 12, (40, 9)))
    rows[3] = 0
    texts = encode_counts(rows)
    assert texts[3] == ""
    for row, text in zip(rows, texts, strict=True):
        assert decode_counts(text) == (row.astype(int).tolist() if row.any() else [])


def test_weeks_cover_the_window_and_name_their_months(folder: Path) -> None:
    results = made_up_results(small_network(folder))
    periods = map_data(results, by="week")["periods"]
    assert len(periods["names"]) == 53
    assert periods["names"][0] == "2025-01-01"
    assert periods["days"] == [*range(0, 365, 7), 365]
    assert periods["month"][:6] == [0, 0, 0, 0, 0, 1]


def test_two_runs_stand_side_by_side_on_the_union_of_their_networks(folder: Path) -> None:
    one, two = small_network(folder), small_network(folder)
    two.links = two.links.drop(index=["sea:QZ>LAX", "sea:LAX>QZ"])
    new = one.links.loc[["sea:QZ>SIN"]].rename(index={"sea:QZ>SIN": "sea:SIN>LAX"})
    new[["from_node", "to_node"]] = ["SIN", "LAX"]
    two.links = pd.concat([two.links, new])
    a, b = made_up_results(one), made_up_results(two, title="B", name="b")
    b.statistics.moved.loc["rail:CQ>QZ", "teu"] += 500.0
    data = map_data(a, other=b)
    assert len(data["links"]) == 5
    rail = link_between(data, "Chongqing rail terminal", "Qinzhou port")["ways"][0]
    assert boxes(rail["b"]) - boxes(rail) == pytest.approx(500, abs=0.5)
    assert data["other"]["run"]["title"] == "B"
    with pytest.raises(CorridorSimError, match="windows of the same length"):
        map_data(a, other=made_up_results(one, days=90))


def test_dated_disruptions_are_told_where_and_when(folder: Path) -> None:
    shut = SimpleNamespace(
        name="port shut",
        facilities=("QZ_BERTH",),
        links=("rail:CQ>QZ",),
        services=(),
        passages=(),
        start=dt.date(2025, 3, 4),
        end=dt.date(2025, 3, 9),
    )
    data = map_data(made_up_results(small_network(folder), disruptions=(shut,)))
    (told,) = data["closures"]
    assert (told["first"], told["last"]) == ("2025-03-04", "2025-03-08")
    assert (told["from"], told["to"]) == (62, 67)
    assert [data["nodes"][rank]["name"][0] for rank in told["nodes"]] == ["Qinzhou port"]
    assert len(told["links"]) == 1
    # A few days are lost in a month.
    assert data["periods"]["by"] == "week"


def test_the_goal_grows_through_the_periods_to_what_cleared(folder: Path) -> None:
    results = made_up_results(small_network(folder))
    goal = map_data(results)["goal"]
    own = results.tables.shipments
    own = own[own["cargo"] == "own"]["value_cny"].sum() / 1e9
    (railway,) = [c for c in goal["corridors"] if c["name"][0] == "China Railway Express"]
    assert sum(railway["series"]) == pytest.approx(own, abs=0.01)
    assert sum(goal["series"]["offered"]) == pytest.approx(own, abs=0.01)


def test_both_directions_are_one_line_with_two_amounts(folder: Path) -> None:
    results = made_up_results(small_network(folder))
    data = map_data(results)
    rail = link_between(data, "Chongqing rail terminal", "Qinzhou port")
    loads = results.statistics.links().set_index("link")
    for way, name in zip(rail["ways"], ("rail:CQ>QZ", "rail:QZ>CQ"), strict=True):
        assert boxes(way) == pytest.approx(loads.at[name, "teu"], abs=0.2)
        assert way["use"] == pytest.approx(loads.at[name, "utilisation"], abs=1e-4)
        export, imported, other = way["sum"]["teu"]
        assert export == pytest.approx(0.4 * boxes(way), abs=0.2)
        assert imported == pytest.approx(0.2 * boxes(way), abs=0.2)
        for total, series in zip((export, imported, other), way["series"]["teu"], strict=True):
            counts = decode_counts(series)
            assert len(counts) == 12
            assert sum(counts) == pytest.approx(total, abs=6)
        tonnes = sum(way["sum"]["t"])
        assert tonnes == pytest.approx(9 * boxes(way), rel=1e-3)
        assert sum(way["sum"]["kg"]) > 0
        assert data["texts"][way["src"]][:2] == ["cqrb_2", "medium"]
    rank = data["links"].index(rail)
    (stretch,) = [item for item in data["stretches"] if rank in item["links"]]
    # The feature is written from Qinzhou; the link begins in Chongqing.
    (line,) = (decode_line(text) for text in stretch["line"])
    assert line[0] == pytest.approx((106.36, 29.66))
    assert line[-1] == pytest.approx((108.6, 21.7))


def test_on_demand_links_have_no_utilisation_and_idle_ones_no_amount(folder: Path) -> None:
    data = map_data(made_up_results(small_network(folder)))
    truck = link_between(data, "Chongqing rail terminal", "Liangjiang zone")
    assert [way["use"] for way in truck["ways"]] == [None, None]
    assert sorted(boxes(way) > 0 for way in truck["ways"]) == [False, True]
    lane = link_between(data, "Los Angeles port", "Qinzhou port")
    assert [boxes(way) for way in lane["ways"]] == [0, 0]
    (stretch,) = [item for item in data["stretches"] if data["links"].index(lane) in item["links"]]
    longitudes = [lon for lon, _ in decode_line(stretch["line"][0])]
    assert longitudes[0] == pytest.approx(241.74)
    assert longitudes[-1] == pytest.approx(108.6)


def test_places_without_names_are_called_by_their_code(folder: Path) -> None:
    data = map_data(made_up_results(small_network(folder)))
    assert ["SIN", ""] in [node["name"] for node in data["nodes"]]


def test_tables_without_names_geometry_or_sources_can_be_drawn() -> None:
    network = small_network()
    network.nodes = network.nodes[["lat", "lon"]]
    network.links = network.links[["from_node", "to_node", "mode", "corridor", "distance_km"]]
    network.facilities = network.facilities[["node"]]
    data = map_data(made_up_results(network))
    assert data["nodes"][0]["name"] == ["CQ", ""]
    assert all(stretch["line"] for stretch in data["stretches"])
    assert "CQ_YARD" in json.dumps(data["facilities"])
    map_page(made_up_results(network))


def test_a_run_without_any_throughput_can_be_drawn() -> None:
    network = small_network()
    network.calls = network.calls.iloc[:0]
    data = map_data(made_up_results(network))
    assert {boxes(way) for link in data["links"] for way in link["ways"]} == {0}
    map_page(made_up_results(network))


def test_the_order_of_the_tables_does_not_matter(folder: Path) -> None:
    there = map_page(made_up_results(small_network(folder)))
    network = small_network(folder)
    for table in ("nodes", "links", "zones"):
        setattr(network, table, getattr(network, table).iloc[::-1])
    assert map_page(made_up_results(network)) == there


def test_the_goal_is_that_of_the_run() -> None:
    goal = map_data(made_up_results(small_network()))["goal"]
    assert goal["targets"] == [1000.0, 1100.0]
    assert goal["cleared"] == pytest.approx(792.2)
    assert goal["offered"] == pytest.approx(800.68)
    assert goal["shares"] == [0.7922, 0.7202]
    assert goal["is_whole_year"]
    assert sum(corridor["bn"] for corridor in goal["corridors"]) == pytest.approx(goal["cleared"])


def test_the_longest_waits_are_ranked_by_box_days() -> None:
    results = made_up_results(Network.read("chongqing"))
    data = map_data(results)
    frame = results.statistics.facilities(("facility",)).set_index("facility")
    frame = frame[frame["mean_wait_h"] >= 1]
    days = (frame["mean_wait_h"] * frame["teu"] / 24).sort_values(ascending=False)
    names = results.network.facilities["name_en"]
    assert [data["facilities"][wait["facility"]]["name"][0] for wait in data["waits"]] == [
        names[name] for name in days.index[:8]
    ]
    assert [wait["box_days"] for wait in data["waits"]] == pytest.approx(
        days.to_numpy()[:8].tolist(), rel=1e-3
    )


def test_all_links_of_the_shipped_network_are_drawn_once() -> None:
    network = Network.read("chongqing")
    data = map_data(made_up_results(network))
    assert sum(len(link["ways"]) for link in data["links"]) == len(network.links)
    drawn = {rank for stretch in data["stretches"] for rank in stretch["links"]}
    assert drawn == set(range(len(data["links"])))
    ends = np.array([data["nodes"][rank]["at"] for rank in data["links"][0]["ends"]])
    lines = [
        decode_line(text)
        for stretch in data["stretches"]
        if 0 in stretch["links"]
        for text in stretch["line"]
    ]
    tips = np.array([tip for line in lines for tip in (line[0], line[-1])])
    for end in ends:
        assert np.abs(tips - end).max(axis=1).min() < 0.011


def test_links_are_bundled_within_their_corridor_and_mode() -> None:
    data = map_data(made_up_results(Network.read("chongqing")))
    shared = [item for item in data["stretches"] if len(item["links"]) > 1]
    assert shared
    for stretch in shared:
        assert stretch["against"][0] == 0
        assert len({data["links"][rank]["corridor"] for rank in stretch["links"]}) == 1
        assert len({data["links"][rank]["mode"] for rank in stretch["links"]}) == 1


def test_a_place_that_boxes_only_pass_is_as_large_as_its_facilities() -> None:
    """As a lock: nothing boards there, but its chambers lift a million boxes."""
    network = small_network()
    network.facilities.loc["QZ_BERTH", "node"] = "LAX"
    results = made_up_results(network)
    frame = results.statistics.facilities(("facility",)).set_index("facility")
    (place,) = [n for n in map_data(results)["nodes"] if n["name"][0] == "Los Angeles port"]
    assert boxes(place) == 0
    assert place["passing"] == frame.at["QZ_BERTH", "teu"] > 0


def test_what_two_runs_say_alike_is_told_once() -> None:
    series = {"teu": ["ab", ""], "room": "x"}
    first = {"sum": {"teu": [1]}, "series": series, "km": 3}
    same = told_once({**first, "b": {"sum": {"teu": [1]}, "series": dict(series)}})
    assert same == {**first, "b": {}}
    other = {"sum": {"teu": [2]}, "series": {"teu": ["ab", ""], "load": "y"}}
    told = told_once({**first, "b": other})
    # Its own load, not the first run's room, and the amounts as there.
    assert told["b"] == {"sum": {"teu": [2]}, "series": {"load": "y", "room": ""}}
    assert told_once({**first, "b": {"sum": {}}})["b"] == {"sum": {}, "series": None}
    assert told_once(first) == first
