"""Commands that look without running: validate, preview, list, schema."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest

from corridor_sim.resources import shipped_names
from tests.cli.conftest import Call
from tests.network.faulty import TRAFFIC, add, cell, remove, write_good


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.write_text(text)
    return path


def test_validate_says_what_it_looked_at(call: Call, config: Path) -> None:
    done = call("validate", config)
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "small: no fault found (2 nodes, 2 links, 2 facilities, 2 services, 2 zones)\n"
    )
    assert list(Path.cwd().iterdir()) == []


def test_validate_tells_the_faults_of_all_scenarios_once(call: Call, config: Path) -> None:
    write_good(Path("net"))
    cell("links", 2, distance_km="-1")(Path("net"))
    first = write("first.yaml", "network: net\n")
    second = write("second.yaml", "network: net\n")
    third = write("third.yaml", "perod: {}\n")
    done = call("validate", first, config, second, third, "nowhere")
    assert done.code == 2
    assert done.out.startswith("small: no fault found")
    assert done.err.splitlines()[:2] == [
        "Error: 3 faults found",
        "links.csv:2:distance_km: -1 is negative; allowed: 0 or more",
    ]
    assert done.err.count("links.csv") == 1
    assert "third.yaml:1:1: unknown key 'perod'; did you mean 'period'?" in done.err
    assert "    perod: {}\n    ^\n" in done.err
    assert "nowhere: no such scenario" in done.err


@pytest.mark.parametrize(
    ("text", "break_it", "pattern"),
    [
        ("demand: {table: od_2052}", None, "there is no 'od_2052.csv'.*mean 'od_2025'"),
        (
            "demand: {commodities: {boxs: 2}}",
            None,
            r"1:24: 'boxs' is not in commodities.csv.*'boxes'",
        ),
        ("demand: {regions: {Abrod: 2}}", None, r"1:20: region 'Abrod' is not known; did you"),
        ("choice: {constants: {coastl: 1}}", None, r"1:22: 'coastl' is not in choice_constants"),
        ("", cell("demand/od_2025", 2, region="Abrod"), "od_2025.csv:2:region"),
        ("", cell("demand/od_2025", 2, value_bn_cny="nan"), "od_2025.csv:2:value_bn_cny: nan"),
        ("", cell("demand/commodities", 2, cq_zones="Z_A:0.5"), "the shares sum to 0.5"),
        ("", cell("demand/commodities", 2, cq_zones="Z_A:x"), "'Z_A:x' is not a share; allowed"),
        ("", cell("demand/commodities", 2, cq_zones="Z_A:nan"), "'Z_A:nan' is not a share"),
        ("", cell("demand/commodities", 2, cny_per_teu="0"), "'boxes' has no cny_per_teu; allow"),
        ("", cell("demand/commodities", 2, value_of_time_sigma="9"), "9 is out of range; .*0 to 5"),
        ("", cell("demand/commodities", 2, shipment_teu="0"), "shipments of 'boxes' are empty"),
        (
            "demand: {scale: 1000, export_scale: 1000, regions: {Abroad: 1000}}",
            cell("demand/od_2025", 2, value_bn_cny="1e6"),
            r"the demand of the whole span is [\d.]+e\+24 yuan; allowed: 1e\+18",
        ),
        ("", cell("demand/months", 2, month="13"), "months.csv.*not 1 to 12"),
        ("", remove("demand/commodities.csv"), "commodities.csv: the table is missing in 'demand'"),
        ("limits: {max_shipments: 3}", None, "would need about .* shipments .*allowed: 3"),
        ("services: {'line:Z_A>Z_B': {min_teu: 101}}", None, "waits for 101 TEU but holds 100"),
    ],
)
def test_validate_reads_the_demand_and_the_size_too(
    call: Call, text: str, break_it: object, pattern: str
) -> None:
    write_good(Path("net"))
    if break_it is not None:
        break_it(Path("net"))  # type: ignore[operator]
    done = call("validate", write("case.yaml", f"{text}\nnetwork: net\n"))
    assert done.code == 2
    assert done.out == ""
    assert re.search(pattern, done.err), done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("name", shipped_names("configs"))
def test_every_shipped_scenario_is_valid(call: Call, name: str) -> None:
    done = call("validate", name)
    assert done.code == 0, done.err
    assert done.out.startswith(f"{name}: no fault found (")


def test_list_names_what_is_shipped(call: Call) -> None:
    done = call("list")
    assert done.code == 0
    lines = done.out.splitlines()
    assert [line.split()[0] for line in lines] == shipped_names("configs")
    assert all(len(line.split(maxsplit=1)) == 2 for line in lines), "each has a title"


def test_schema_is_json_and_nothing_else(call: Call) -> None:
    done = call("schema")
    assert (done.code, done.err) == (0, "")
    assert set(json.loads(done.out)["properties"]) >= {"extends", "period", "limits"}


def test_preview_of_a_quiet_network(call: Call, config: Path) -> None:
    done = call("preview", config)
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "small: expected load against capacity by formula; nothing was run.\n"
        "An average week without disruptions, fullest first. What has no limit is not listed.\n"
        "\n"
        "                               load  capacity\n"
        "  kind      name     in use  a week    a week      unit\n"
        "-------------------------------------------------------\n"
        "  facility  station     7 %      24       336  server-h\n"
        "\n"
        "None of 1 rows is above 90 %.\n"
    )


def test_preview_marks_what_is_too_much(call: Call) -> None:
    write_good(Path("net"), lock=True)
    # 900 ships that stay away for 20 h; the two flights take 3.6 in 1.5 h each.
    cell("background", 2, population="900")(Path("net"))
    done = call("preview", write("case.yaml", "network: net\n"))
    lines = done.out.splitlines()
    row = next(line for line in lines if " station " in line).split()
    assert row == ["!", "facility", "station", "872", "%", "7,033", "806", "vessels"]
    # They come back as fast as the lock lets them: 900 / 4.8 an hour, less 20 h and the lockage.
    assert "  station: the fleet's vessels wait about 166 h each" in lines
    assert lines[-2:] == ["Above 90 %: 1 of 1 rows", "  station  872 %"]
    assert sorted(path.name for path in Path.cwd().iterdir()) == ["case.yaml", "net"]


def test_preview_counts_boxes_trains_and_other_traffic(call: Call) -> None:
    """3.5 boxes a week by a weekly train of 5 TEU, handled for half an hour each and an hour."""
    net = write_good(Path("net"))
    cell("services", 2, dispatch="timetable", departures_per_week="1", capacity_teu="5")(net)
    cell("calls", 2, facility="customs")(net)
    cell("calls", 3, facility="station")(net)
    cell("facilities", 3, per_teu_h="0.5", servers="1", calendar="daily 08:00-20:00")(net)
    cell("background", 2, kind="open", vehicles_per_day="2", population="0", fixed_h="3")(net)
    cell("demand/od_2025", 2, value_bn_cny=str(3.5 * 365 / 7 / 1000))(net)
    done = call("preview", write("case.yaml", "network: net\n"))
    rows = [line.split() for line in done.out.splitlines() if " % " in line]
    # A slot for which no box waits is cancelled. 14 visits of 3 h are by others.
    leaves = 1 - math.exp(-3.5)
    hours = leaves * 1.0 + 3.5 * 0.5 + 14 * 3
    assert [row[-6:] for row in rows if row[0] != "Above"] == [
        ["line:Z_A>Z_B", "70", "%", "4", "5", "TEU"],
        ["station", f"{hours / 84:.0%}"[:-1], "%", f"{hours:.0f}", "84", "server-h"],
    ]


def test_preview_takes_settings_and_tells_faults(call: Call, config: Path) -> None:
    done = call("preview", config, "--set", "background.ships.population=6")
    # Six ships, back after 21 h: 48 visits of an hour in a week.
    assert re.search(r"station +14 % +48 +336", done.out)
    done = call("preview", config, "--set", "background.shps.population=6")
    assert done.code == 2
    assert "--set background.shps.population: 'shps' is not in background.csv; did you" in done.err


def test_names_of_a_network_cannot_act_on_the_terminal(call: Call) -> None:
    net = write_good(Path("net"))
    add("background", 2, background="x", facility="station\x1b[2J")(net)
    assert TRAFFIC["facility"] == "station"
    done = call("validate", write("case.yaml", "network: net\n"))
    assert done.code == 2
    assert "'station?[2J' is not in facilities.csv; did you mean 'station'?" in done.err
