"""What every table allows and a trader would not believe is found, with file and row."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor_sim import InputError, Scenario
from corridor_sim.demand.tables import read_demand_tables
from corridor_sim.errors import Fault
from corridor_sim.network import Network
from networks.build.links import build_links
from networks.build.tables import BuildError, read_raw
from tests.network.faulty import Edit, add, cell, drop, faults_of, write_good

LINE, ROAD = "line:Z_A>Z_B", "road:Z_A>Z_B"
#: A border town between the two zones, with a desk, and the haul over the border.
BORDER: list[Edit] = [
    add("nodes", 2, node="NEAR", kind="border_road", country="CN", customs=""),
    add("nodes", 3, node="FAR", kind="border_road", country="SG"),
    add("facilities", 3, facility="desk", node="NEAR", kind="documents"),
    add("links", 2, link="haul", from_node="NEAR", to_node="FAR", distance_km="12", time_h="2"),
]


@pytest.fixture
def net(tmp_path: Path) -> Path:
    return write_good(tmp_path / "net")


def told(faults: tuple[Fault, ...]) -> list[tuple[object, ...]]:
    return [(fault.file, fault.row, fault.column) for fault in faults]


def change(net: Path, *edits: Edit) -> tuple[Fault, ...]:
    for edit in edits:
        edit(net)
    return faults_of(net)


def test_a_link_without_fare_needs_a_cost_function(net: Path) -> None:
    # Roads stand in row 3 of cost_functions.csv.
    faults = change(net, cell("cost_functions", 3, cny_per_teu_km="0"))
    assert told(faults) == [
        ("links.csv", 2, "cost_cny_per_teu"),
        ("links.csv", 3, "cost_cny_per_teu"),
    ]
    assert "'road' has no cost function; state one of them (cost_functions.csv, row 3)" in str(
        faults[0]
    )
    assert change(net, *(cell("links", row, cost_cny_per_teu="9") for row in (2, 3))) == ()


def test_a_cost_function_holds_for_the_direction_it_names(net: Path) -> None:
    faults = change(net, cell("cost_functions", 3, direction="inbound"))
    assert told(faults) == [("links.csv", row, "cost_cny_per_teu") for row in (2, 3)]
    assert "state one of them (cost_functions.csv, a row of its own)" in str(faults[0])
    assert change(net, *(cell("links", row, direction="inbound") for row in (2, 3))) == ()
    # What leads neither way takes the function of the way out.
    blank = (cell("links", row, direction="") for row in (2, 3))
    assert change(net, cell("cost_functions", 3, direction="outbound"), *blank) == ()


def test_two_cost_functions_for_one_direction(net: Path) -> None:
    (fault,) = change(
        net, add("cost_functions", 3, cost_function="road home", mode="road", direction="inbound")
    )
    assert told((fault,)) == [("cost_functions.csv", 7, "direction")]
    assert "'road' has a cost function here and in row 3" in str(fault)


def test_a_currency_needs_a_rate(net: Path) -> None:
    (fault,) = change(net, cell("links", 2, cost_cny_per_teu="9", currency="EUR"))
    assert told((fault,)) == [("links.csv", 2, "currency")]
    assert "has no rate; state it in currencies.csv" in str(fault)


def test_a_fare_has_its_unit_in_its_name(net: Path) -> None:
    (fault,) = change(net, cell("links", 2, fare="300"))
    assert "links.csv:1: unknown column 'fare'" in str(fault)


def test_a_fare_of_the_raw_tables_has_a_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [dict(row) for row in read_raw("links")]
    paid = next(row for row in rows if row["from_node"] == "SZB" and row["cost"])
    paid["cost_unit"] = ""
    monkeypatch.setattr(
        "networks.build.links.read_raw", lambda name: rows if name == "links" else read_raw(name)
    )
    with pytest.raises(BuildError, match=r"the fare .* of SZB-HKG has no unit"):
        build_links(
            {row["node"]: (float(row["lon"]), float(row["lat"])) for row in read_raw("nodes")}
        )


def test_the_haul_over_a_border_holds_no_dwell(net: Path) -> None:
    assert change(net, *BORDER) == ()
    (fault,) = change(net, cell("links", 4, time_h="triangular(24, 40, 60)"))
    assert told((fault,)) == [("links.csv", 4, "time_h")]
    assert "takes 41.3 h for 12 km: the dwell that 'desk' holds counts twice" in str(fault)
    # Within a country there is no border, and without a facility the link may hold its dwell.
    assert change(net, cell("nodes", 5, country="CN")) == ()
    assert change(net, cell("nodes", 5, country="SG"), drop("facilities", 4)) == ()


def test_a_departure_visits_a_border_once(net: Path) -> None:
    visit = {"stop": "pass", "link": "", "facility": "desk"}
    faults = change(
        net,
        *BORDER[:3],
        cell("facilities", 4, node="Z_A"),
        cell("calls", 3, sequence="5"),
        add("calls", 2, sequence="2", **visit),
        add("calls", 2, sequence="3", **visit),
    )
    assert told(faults) == [("calls.csv", 7, "facility")]
    assert f"'{LINE}' visits 'desk' here and in row 6; its dwell counts twice" in str(faults[0])


def test_a_region_nobody_serves(net: Path) -> None:
    (fault,) = change(net, cell("regions", 2, zones="Z_A"), cell("regions", 2, region="Chongqing"))
    assert told((fault,)) == [("zones.csv", 3, "zone")]
    assert "no corridor serves 'Z_B' of 'Abroad'" in str(fault)


def test_a_corridor_without_services(net: Path) -> None:
    (fault,) = change(net, cell("regions", 2, corridor="air"))
    assert told((fault,)) == [("regions.csv", 2, "zones")]
    assert "no open services of 'air' join Chongqing and 'Z_B'" in str(fault)


def test_services_that_are_only_planned_serve_nobody(net: Path) -> None:
    faults = change(net, *(cell("services", row, status="planned") for row in (2, 3)))
    assert ("regions.csv", 2, "zones") in told(faults)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [("capacity_teu", "0.5", "0.5 TEU"), ("capacity_t", "8", "8 t")],
)
def test_a_vehicle_takes_the_smallest_shipment_it_is_for(
    net: Path, column: str, value: str, words: str
) -> None:
    cell("services", 2, dispatch="timetable", departures_per_week="7", **{column: value})(net)
    config = net / "case.yaml"
    config.write_text(f"network: {net}\n")
    scenario = Scenario.read(str(config))
    with pytest.raises(InputError) as error:
        read_demand_tables(Network.read(net), scenario)
    (fault,) = error.value.faults
    assert told((fault,)) == [("services.csv", 2, column)]
    assert f"holds {words}, less than the smallest shipment it is for ('boxes'" in str(fault)
