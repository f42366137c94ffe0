"""The shipped network: what it promises, and that the raw tables still make it."""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import networkx as nx
import pytest

from corridor_sim.network import Network
from corridor_sim.resources import shipped
from networks.build.__main__ import build
from networks.build.lines_on_earth import distance_km, length_km
from networks.build.tables import NETWORK, RAW

NAMED = ("nodes", "facilities", "services")
BORDER = {"arrival_slot", "documents", "inspection", "gauge_change", "border_road"}
FOLDERS = {"geometry": "*.geojson", ".": "*.csv"}


@pytest.fixture(scope="module")
def network() -> Network:
    return Network.read("chongqing")


@pytest.fixture(scope="module")
def drawings() -> dict[str, list[tuple[float, float]]]:
    found: dict[str, list[tuple[float, float]]] = {}
    for file in sorted((shipped("networks") / "chongqing" / "geometry").glob("*.geojson")):
        for feature in json.loads(file.read_text(encoding="utf-8"))["features"]:
            assert feature["geometry"]["type"] == "LineString"
            assert feature["id"] not in found
            found[feature["id"]] = [(lon, lat) for lon, lat in feature["geometry"]["coordinates"]]
    return found


def served_by(network: Network, corridors: set[str], *, closed: set[str]) -> nx.DiGraph:
    """Return the graph of rides that open services of some corridors offer."""
    graph: nx.DiGraph = nx.DiGraph()
    graph.add_nodes_from(network.nodes.index)
    services = network.services
    usable = set(services.index[services["corridor"].isin(corridors)]) - closed
    stops = network.calls[network.calls["stop"] == "call"].sort_values(["service", "sequence"])
    for name, rows in stops.groupby("service", sort=False):
        if name not in usable:
            continue
        nodes = list(rows["node"])
        for place, start in enumerate(nodes):
            graph.add_edges_from((start, end) for end in nodes[place + 1 :])
    return graph


def home_zones(network: Network) -> list[str]:
    return list(network.zones.index[network.zones["side"] == "chongqing"])


# -- size and shape ------------------------------------------------------------------------------


def test_is_as_large_as_promised(network: Network) -> None:
    graph = nx.DiGraph(network.graph)
    largest = max(nx.strongly_connected_components(graph), key=len)
    assert len(largest) == len(network.nodes) >= 200
    assert len(network.links) >= 400
    assert len(network.services) >= 90
    assert len(network.facilities) >= 60
    assert (network.zones["side"] == "chongqing").sum() == 6
    assert (network.zones["side"] == "partner").sum() >= 43


@pytest.mark.parametrize("table", NAMED)
def test_every_row_has_both_names(network: Network, table: str) -> None:
    frame = getattr(network, table)
    assert (frame["name_en"].str.len() > 1).all()
    chinese = frame["name_zh"].str.contains("[\u4e00-\u9fff]")
    assert chinese.all(), list(frame.index[~chinese])


def test_every_direction_is_a_row_of_its_own(network: Network) -> None:
    ends = set(
        zip(
            network.links["from_node"],
            network.links["to_node"],
            network.links["mode"],
            strict=True,
        )
    )
    assert {(b, a, mode) for a, b, mode in ends} == ends


def test_upstream_is_not_downstream(network: Network) -> None:
    way = ["CQ_GYP", "CQ_FL", "CQ_WZ", "TGL", "GZB", "YIC", "JZ", "WUH"]
    hours = network.links["time_h"]

    def total_h(nodes: list[str]) -> float:
        return sum(hours[f"inland_waterway:{a}>{b}"].mean() for a, b in pairwise(nodes))

    assert 80 < total_h(way) < 96  # about 92 h down with the cycles of the locks
    assert 135 <= total_h(way[::-1]) <= 175  # published for the dry season and the flood


# -- who is served -------------------------------------------------------------------------------


@pytest.mark.parametrize("shut", [(), ("suez",)])
def test_every_zone_is_served_by_the_corridors_of_its_region(
    network: Network, shut: tuple[str, ...]
) -> None:
    closed = network.closed_by(shut)[1]
    homes = home_zones(network)
    missing = []
    for corridor, rows in network.regions.groupby("corridor"):
        graph = served_by(network, {"hub", "shared", corridor}, closed=closed)
        zones = {zone for listed in rows["zones"] for zone in listed}
        for home in homes:
            missing += [(corridor, home, zone) for zone in zones - nx.descendants(graph, home)]
            missing += [(corridor, zone, home) for zone in zones - nx.ancestors(graph, home)]
    assert not missing


def test_nobody_leaves_chongqing_without_a_corridor(network: Network) -> None:
    graph = served_by(network, {"hub", "shared"}, closed=network.closed_by(())[1])
    partners = set(network.zones.index[network.zones["side"] == "partner"])
    for home in home_zones(network):
        assert not partners & nx.descendants(graph, home)
        assert not partners & nx.ancestors(graph, home)


def test_trade_can_clear_wherever_it_leaves_or_enters(network: Network) -> None:
    services = network.services["corridor"]
    customs = network.nodes["customs"]
    graph = served_by(network, {"hub"}, closed=set())
    homes = home_zones(network)
    inside = {n for home in homes for n in (home, *graph.successors(home))}
    for row in network.calls[network.calls["stop"] == "call"].to_dict("records"):
        if row["node"] in inside and services[row["service"]] not in ("hub", "shared"):
            desk = customs[row["node"]]
            assert desk, row
            assert network.facilities.loc[desk, "clears"]


# -- passages ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("passage", "shut", "open_still"),
    [
        ("suez", "sea:SHY>RTM@suez", "sea:SHY>RTM@cape"),
        ("cape", "sea:SHY>RTM@cape", "sea:SHY>RTM@suez"),
        ("bab_el_mandeb", "sea:SHY>JED", "sea:SHY>JEA"),
        ("hormuz", "sea:NSH>DMM", "sea:NSH>JED"),
        ("malacca", "sea:QZP>NSA", "sea:QZP>SINp"),
        ("panama", "sea:SHY>NYC", "sea:SHY>LAXp"),
        ("caspian", "sea:AKT>BAK", "sea:POT>CND"),
        ("three_gorges", "inland_waterway:CQ_WZ>TGL", "inland_waterway:WUH>JJ"),
    ],
)
def test_a_closed_passage_shuts_what_uses_it(
    network: Network, passage: str, shut: str, open_still: str
) -> None:
    links, services = network.closed_by([passage])
    back = "{0}:{2}>{1}{3}".format(*_parts(shut))
    assert {shut, back} <= links
    assert open_still not in links
    running = network.calls[~network.calls["service"].isin(services)]
    assert not set(running["link"]) & links


def _parts(link: str) -> tuple[str, str, str, str]:
    mode, _, ends = link.partition(":")
    ends, _, lane = ends.partition("@")
    start, _, end = ends.partition(">")
    return mode, start, end, f"@{lane}" if lane else ""


def test_the_canal_is_planned_and_can_be_opened(network: Network) -> None:
    planned = [
        name
        for table in (network.links, network.facilities, network.services)
        for name in table.index[table["status"] == "planned"]
    ]
    assert {"inland_waterway:PLN>PLM", "PLM_LOCK", "barge:PLN>QZP"} <= set(planned)
    opened = network.opened(planned)
    assert not opened.closed_by(())[0]
    assert "barge:PLN>QZP" in opened.closed_by(["pinglu"])[1]


# -- borders -------------------------------------------------------------------------------------


def test_no_link_holds_the_dwell_of_a_border_again(network: Network) -> None:
    facilities = network.facilities
    at = set(facilities.loc[facilities["kind"].isin(BORDER), "node"])
    zones = set(network.zones.index)
    slow = []
    for row in network.links.to_dict("records"):
        ends = {row["from_node"], row["to_node"]}
        if not ends & at or ends & zones or row["mode"] not in ("rail", "road"):
            continue
        # Two hours for the engine and the papers, and no train or lorry crawls below 15 km/h.
        if row["time_h"].mean() > 2 + row["distance_km"] / 15:
            slow.append((row["link"], row["time_h"]))
    assert not slow


def test_trains_over_a_border_visit_what_stands_there(network: Network) -> None:
    visits = network.calls.groupby("service")["facility"].agg(set)
    for near, far in (("ALK", "DOS"), ("HGS", "ATK"), ("ERL", "ZMU"), ("MZL", "ZBK")):
        out = visits[f"train:CQ_TJC>{far}"]
        assert {f"{near}_SLOT", f"{near}_DOCS", f"{near}_INSPECTION", f"{far}_GAUGE"} <= out
        back = [name for name in visits.index if name.endswith(f">{near}")]
        assert back
        assert all({f"{far}_DOCS", f"{near}_SLOT", f"{near}_GAUGE"} <= visits[n] for n in back)


def test_wagons_beyond_the_border_are_a_finite_fleet_that_comes_back(network: Network) -> None:
    services = network.services
    for near in ("ALK", "HGS", "ERL", "MZL"):
        far = {"ALK": "DOS", "HGS": "ATK", "ERL": "ZMU", "MZL": "ZBK"}[near]
        out = services[services.index.str.startswith(f"train:{far}>")]
        filled = out[out["dispatch"] == "fill"]
        assert len(filled)
        assert (filled["fleet"] > 0).all()
        for pool in filled["return_pool"]:
            back = services[services["pool"] == pool]
            assert set(back["return_pool"]) <= set(filled["pool"])
            assert len(back)


def test_road_borders_have_opening_hours(network: Network) -> None:
    gates = network.facilities[network.facilities["kind"] == "border_road"]
    to_the_south = gates.index.isin(
        ["YYG_BORDER", "LBG_BORDER", "HKO_BORDER", "DXG_BORDER", "MHN_ROAD"]
    )
    assert to_the_south.sum() == 5
    assert all(gates.loc[to_the_south, "calendar"].str.startswith("daily"))


def test_fleets_beyond_the_border_are_a_tenth_above_their_work(network: Network) -> None:
    """No fleet is so large that wagons could never be short: cycle times trips and a tenth."""
    services = network.services
    fleets = services[(services["mode"] == "rail") & (services["fleet"] > 0)]
    sets = fleets.groupby(fleets["pool"].str.partition("@")[0])["fleet"].sum()
    per_week = 2 * 20.5 * 110 / 82 / 2 * 0.9
    hours = network.links["time_h"].map(lambda time: time.mean())
    running = network.calls["link"].map(hours).groupby(network.calls["service"]).sum()
    # Trips a week that the fleets beyond the Chinese border could make at best.
    out = fleets[fleets.index.str.match("train:(DOS|ATK|ZMU|ZBK)>")]
    trips = 0.0
    for name, row in out.iterrows():
        pool = row["pool"].partition("@")[0]
        back = fleets[fleets["return_pool"] == row["pool"]].index[0]
        cycle_h = running[name] + running[back] + 2 * row["turnaround_h"]
        trips += sets[pool] * 168 / cycle_h
    assert per_week < trips < 1.9 * per_week


# -- capacity ------------------------------------------------------------------------------------


def teu_per_year(network: Network, services: list[str]) -> float:
    rows = network.services.loc[services]
    return float((rows["departures_per_week"] * rows["capacity_teu"]).sum()) * 365 / 7


def between(network: Network, starts: str, end: str) -> list[str]:
    names = network.services.index
    return [n for n in names if n.startswith(starts) and n.partition("@")[0].endswith(f">{end}")]


@pytest.mark.parametrize(
    ("what", "starts", "ends", "teu"),
    [
        # 35 trains a week per direction of 100 TEU for 166,000 TEU out.
        ("trains to Qinzhou", ("train:CQ_",), ("QZP",), 182_500),
        ("trains from Qinzhou", ("train:QZP>",), ("CQ_TJC", "CQ_YZ", "CQ_XNY"), 182_500),
        # 21 slots a week per direction at 110 TEU, of which 19 trains at 107 carry 209,000 TEU.
        ("railway express out", ("train:CQ_",), ("DOS", "ATK", "ZMU", "ZBK"), 120_450),
        (
            "railway express back",
            ("train:ALK", "train:HGS", "train:ERL", "train:MZL"),
            ("CQ_TJC",),
            120_450,
        ),
        # 983 sailings both ways in ten months at 292 boxes.
        ("express barges down", ("barge_express:CQ_",), ("SHW",), 172_000),
        ("express barges up", ("barge_express:SHW",), ("CQ_GYP",), 172_000),
        # Own trade beside the express, and 350,000 TEU of domestic boxes each way.
        ("liner barges down", ("barge:CQ_",), ("SHW",), 669_000),
        ("liner barges up", ("barge:SHW>CQ_",), ("CQ_GYP", "CQ_CT", "CQ_FL", "CQ_WZ", "CQ_LHP"),
         669_000),
        # About twelve trains a week per direction at 100 TEU.
        ("trains to the coast", ("train:CQ_",), ("YTN", "NSH", "NGB", "SKU"), 66_300),
    ],
)  # fmt: skip
def test_capacity_per_direction_is_what_was_checked(
    network: Network, what: str, starts: tuple[str, ...], ends: tuple[str, ...], teu: float
) -> None:
    names = [n for start in starts for end in ends for n in between(network, start, end)]
    assert names
    assert teu_per_year(network, names) == pytest.approx(teu, rel=0.03), what


def test_freighters_and_bellies_have_the_tonnes_of_their_rotations(network: Network) -> None:
    services = network.services
    tonnes = services["departures_per_week"] * services["capacity_t"]
    for start in ("freighter:CKG>", "freighter:"):
        out = services.index.str.startswith(start)
        if start == "freighter:":
            out &= services.index.str.endswith(">CKG")
        assert services.loc[out, "departures_per_week"].sum() == 66
        assert tonnes[out].sum() == pytest.approx(66 * 60, rel=0.01)
    assert tonnes[services.index.str.startswith("belly:CKG>")].sum() == pytest.approx(800, rel=0.01)
    # Payload binds: three tonnes stand for a TEU.
    flights = services[services["mode"] == "air"]
    assert (flights["capacity_t"] / flights["capacity_teu"]).to_numpy() == pytest.approx(3, 0.01)


def test_39_trains_a_day_use_qinzhou_port_east(network: Network) -> None:
    calls = network.calls
    own = calls.loc[calls["facility"] == "QZE_YARD", "service"]
    per_day = network.services.loc[own, "departures_per_week"].sum() / 7
    background = network.background.loc["trains:QZE", "vehicles_per_day"]
    assert per_day == pytest.approx(10, abs=0.1)
    assert per_day + background == pytest.approx(39, abs=0.1)


def test_the_lock_takes_what_was_published(network: Network) -> None:
    lock = network.facilities.loc["TGL_LOCK"]
    assert lock["take"].mean() == pytest.approx(19_121 / 5_205, abs=0.02)
    assert lock["fixed_h"].mean() == pytest.approx(95.5 / 60, rel=0.001)
    assert (lock["servers"], lock["lock_mode"], lock["smallest_batch"]) == (2, "one_way", 3)
    calls = network.calls
    own = network.services.loc[
        calls.loc[calls["facility"] == "TGL_LOCK", "service"], "departures_per_week"
    ]
    fleet = network.background[network.background["facility"] == "TGL_LOCK"]
    assert set(fleet["kind"]) == {"closed"}
    # A ship comes back after 13.9 days: 1,470 ships over the 105.6 a day of the first half of 2025.
    ships = fleet["population"].sum() + own.sum() / 7 * 1470 / (19_121 / 181)
    assert ships == pytest.approx(1470, rel=0.01)


def test_gezhouba_is_not_the_bottleneck(network: Network) -> None:
    def ships_per_day(name: str) -> float:
        lock = network.facilities.loc[name]
        return float(lock["servers"] * lock["take"].mean() / lock["fixed_h"].mean() * 24)

    assert ships_per_day("GZB_LOCK") > 2 * ships_per_day("TGL_LOCK")


# -- drawings ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lane", "km"),
    [
        ("sea:RTM-SHY@suez", 19_500),
        ("sea:RTM-SHY@cape", 26_000),
        ("sea:QZP-SINp", 2_490),
        ("sea:LAXp-SHY", 10_650),
        ("sea:NYC-SHY", 19_750),
    ],
)
def test_sea_lanes_are_as_long_as_they_should_be(
    drawings: dict[str, list[tuple[float, float]]], lane: str, km: float
) -> None:
    assert length_km(drawings[lane]) == pytest.approx(km, rel=0.02)


def test_no_lane_uses_the_arctic(drawings: dict[str, list[tuple[float, float]]]) -> None:
    lanes = {name: line for name, line in drawings.items() if name.startswith("sea:")}
    assert len(lanes) > 100
    assert max(lat for line in lanes.values() for _, lat in line) < 72


def test_lanes_agree_with_the_stated_distances(
    network: Network, drawings: dict[str, list[tuple[float, float]]]
) -> None:
    # Stated figures win; drawings tell where one was typed wrong. Coarse near coasts.
    sea = network.links[(network.links["mode"] == "sea") & (network.links["distance_km"] > 1500)]
    drawn = sea["geometry"].map(lambda name: length_km(drawings[name]))
    off = drawn / sea["distance_km"]
    assert off.between(0.8, 1.25).all(), off[~off.between(0.8, 1.25)].to_dict()


def test_drawings_join_the_nodes_of_their_links(
    network: Network, drawings: dict[str, list[tuple[float, float]]]
) -> None:
    links = network.links[network.links["geometry"] != ""]
    assert set(links["geometry"]) == set(drawings)
    at = {row["node"]: (row["lon"], row["lat"]) for row in network.nodes.to_dict("records")}
    for row in links.to_dict("records"):
        line = drawings[row["geometry"]]
        ends = sorted((row["from_node"], row["to_node"]))
        for node, point in zip(ends, (line[0], line[-1]), strict=True):
            assert distance_km(at[node], point) < 2, row["link"]
        assert all(abs(b[0] - a[0]) < 180 for a, b in pairwise(line))
        assert all(math.isfinite(x) and -60 <= x <= 320 and -90 < y < 90 for x, y in line)


def test_drawings_are_small() -> None:
    folder = shipped("networks") / "chongqing" / "geometry"
    assert sum(file.stat().st_size for file in folder.iterdir()) < 500_000


# -- the build -----------------------------------------------------------------------------------


def _files(folder: Path) -> Iterator[Path]:
    for place, pattern in FOLDERS.items():
        yield from sorted(path.relative_to(folder) for path in (folder / place).glob(pattern))


def test_the_raw_tables_make_the_shipped_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Lanes are kept, so that nobody needs the routing package to build.
    monkeypatch.setitem(sys.modules, "searoute", None)
    counts = build(tmp_path)
    written = list(_files(tmp_path))
    assert counts["services"] > 90
    assert written == list(_files(NETWORK))
    copied = [file.relative_to(tmp_path) for file in (tmp_path / "demand").glob("*.csv")]
    assert copied
    for name in [*written, *copied, Path("sources.md")]:
        assert (tmp_path / name).read_bytes() == (NETWORK / name).read_bytes(), (
            f"{name}: run python -m networks.build"
        )


def test_every_source_is_described_once() -> None:
    with (RAW / "sources.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    keys = [row["source"] for row in rows]
    assert len(keys) == len(set(keys))
    assert all(row["what"] for row in rows)
    web = [row for row in rows if row["what"].startswith("web page")]
    assert all(row["address"].startswith("http") for row in web)
