"""One broken network per fault: the file, the row and the column are told, and nothing else."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from corridor_sim.cli import main
from corridor_sim.errors import InputError
from corridor_sim.network import Network
from corridor_sim.network.attributes import TABLES, attributes_of
from tests.network.faulty import (
    Edit,
    add,
    cell,
    data,
    drop,
    drop_column,
    faults_of,
    remove,
    rename_column,
    write_good,
)

LINE = "line:Z_A>Z_B"
ROAD = "road:Z_A>Z_B"
# Where a fault is, and a pattern its text has to match.
Expected = tuple[str, int | None, str | None, str]


def semicolons(content: bytes) -> bytes:
    return content.replace(b",", b";")


def gbk(content: bytes) -> bytes:
    return content.replace(b"assumed", "重庆".encode("gbk"), 1)


TEXT_FAULTS: dict[str, tuple[Edit, Expected]] = {
    "missing table": (remove("links.csv"), ("links.csv", None, None, "missing in 'net'")),
    "no header": (data("links.csv", lambda _: b""), ("links.csv", None, None, "is empty")),
    "blank lines only": (
        data("links.csv", lambda _: b"\r\n , \r\n"),
        ("links.csv", None, None, "is empty"),
    ),
    "no rows": (
        data("modes.csv", lambda b: b.splitlines()[0]),
        ("modes.csv", None, None, "no rows below its header"),
    ),
    "unknown column": (
        rename_column("links", "corridor", "coridor"),
        ("links.csv", 1, None, "unknown column 'coridor'; did you mean 'corridor'"),
    ),
    "column of another table": (
        cell("links", 2, servers="3"),
        ("links.csv", 1, None, "unknown column 'servers'$"),
    ),
    "missing column": (
        drop_column("links", "mode"),
        ("links.csv", 1, None, "column 'mode' is missing"),
    ),
    "column twice": (
        rename_column("links", "corridor", "mode"),
        ("links.csv", 1, None, "column 'mode' stands there twice"),
    ),
    "cell without a column": (
        rename_column("links", "corridor", ""),
        ("links.csv", 2, None, "'coastal' stands in column 5, which has no name"),
    ),
    "semicolons": (
        data("links.csv", semicolons),
        ("links.csv", 1, None, "separated by semicolons; allowed: commas"),
    ),
    "tabs": (
        data("links.csv", lambda b: b.replace(b",", b"\t")),
        ("links.csv", 1, None, "separated by tabs"),
    ),
    "too many cells": (
        data("links.csv", lambda b: b.replace(b"S1", b"S1,,,,more", 1)),
        ("links.csv", 2, None, "14 cells where the header has 10; put text with commas in quotes"),
    ),
    "open quotation mark": (
        data("links.csv", lambda b: b.replace(b"S1", b'"S1', 1)),
        ("links.csv", 2, None, "quotation mark opens a cell that is never closed"),
    ),
    "quotation mark inside": (
        data("links.csv", lambda b: b.replace(b"S1", b'"S"1', 1)),
        ("links.csv", 2, None, "expected after"),
    ),
    "GBK": (data("links.csv", gbk), ("links.csv", 2, None, "not UTF-8 but looks like GBK")),
    "UTF-16": (
        data("links.csv", lambda b: b.decode().encode("utf-16")),
        ("links.csv", 1, None, "not UTF-8 but looks like UTF-16"),
    ),
    "UTF-16 without a mark": (
        data("links.csv", lambda b: b.decode().encode("utf-16-le")),
        ("links.csv", 1, None, "NUL character"),
    ),
    "Latin-1": (
        data("links.csv", lambda b: b.replace(b"S1", b"S1,,caf\xe9", 1)),
        ("links.csv", 2, None, "the text is not UTF-8; allowed: UTF-8; save it as 'CSV UTF-8'"),
    ),
    "workbook": (
        data("links.csv", lambda _: b"PK\x03\x04" + bytes(range(256))),
        ("links.csv", 2, None, "a spreadsheet's own format"),
    ),
    "NUL": (
        data("links.csv", lambda b: b.replace(b"coastal", b"coas\0tal", 1)),
        ("links.csv", 2, None, "a NUL character"),
    ),
    "huge file": (
        data("links.csv", lambda b: b + b" " * (33 * 2**20)),
        ("links.csv", None, None, "33.0 MiB is too large; allowed: 32 MiB"),
    ),
    "10 MB cell": (
        cell("links", 3, note="x" * 10_000_000),
        ("links.csv", 3, "note", "10000000 characters in one cell; allowed: 4000"),
    ),
    "no sources": (remove("sources.md"), ("sources.md", None, None, "missing in 'net'")),
    "sources in GBK": (
        data("sources.md", lambda b: b + "重庆".encode("gbk")),
        ("sources.md", None, None, "not UTF-8"),
    ),
}

# Table, row, column, what is written there, what has to be said of it.
CELL_FAULTS: list[tuple[str, int, str, str, str]] = [
    ("links", 2, "distance_km", "abc", "'abc' is not a number"),
    ("links", 2, "distance_km", "1,450", "'1,450' is not a number"),
    ("links", 2, "distance_km", "nan", "nan is out of range; allowed: 0 to 100,000 km"),
    ("links", 2, "distance_km", "inf", "inf is out of range"),
    ("links", 2, "distance_km", "-inf", "-inf is out of range"),
    ("links", 2, "distance_km", "1e308", "1e308 is out of range"),
    ("links", 2, "distance_km", "1e999", "1e999 is out of range"),
    ("links", 2, "distance_km", "-3", "-3 is negative; allowed: 0 or more"),
    ("links", 2, "distance_km", "", "blank but must be filled"),
    ("links", 2, "distance_km", "   ", "blank but must be filled"),
    ("links", 2, "distance_km", "9" * 3000, r"9 \.\.\. is out of range"),
    ("links", 2, "distance_km", "0", f"'{ROAD}' has no length"),
    ("links", 2, "time_h", "0", f"'{ROAD}' takes no time"),
    ("links", 2, "time_h", "constant(1e308)", "1e308 is out of range"),
    ("links", 2, "time_h", "gama(1, 1)", "there is no distribution 'gama'.*did you mean 'gamma'"),
    ("links", 2, "time_h", "1e6", "'1e6' is too large; allowed: 0 to 100,000 h"),
    ("links", 2, "time_h", "triangular(0, 0, 9e8)", "is too large; allowed: 0 to 100,000 h"),
    ("links", 2, "mode", "rial", "'rial' is not known; allowed: rail, .*; did you mean 'rail'"),
    ("links", 2, "mode", "", "blank but must be filled"),
    ("links", 2, "status", "shut", "'shut' is not known; allowed: open, planned, closed$"),
    ("links", 2, "passages", "suez; suezz", "'suezz' is not known.*did you mean 'suez'"),
    ("links", 2, "opens_on", "2025-02-29", r"'2025-02-29' is not a date \(day is out of range"),
    ("links", 2, "opens_on", "soon", "'soon' is not a date.*allowed: year-month-day"),
    ("box_pools", 2, "node", "Z_", "'Z_' is not in nodes.csv"),
    ("box_pools", 2, "initial_teu", "-1", "-1 is negative; allowed: 0 or more"),
    ("box_pools", 2, "initial_teu", "", "blank but must be filled"),
    ("box_pools", 2, "corridors", "", "blank but must be filled"),
    ("box_pools", 2, "corridors", "coast", "'coast' is not known.*did you mean 'coastal'"),
    ("box_pools", 2, "cargo", "own;empty", "'empty' is not known; allowed: own, domestic, transit"),
    ("links", 2, "source", "", "has no source; name a key of sources.md"),
    ("links", 2, "source", "S2", "source 'S2' is not in sources.md"),
    ("links", 2, "source", "key", "source 'key' is not in sources.md"),
    ("nodes", 2, "lat", "95", "95 is out of range; allowed: -90 to 90 degree"),
    ("nodes", 2, "lon", "-200", "-200 is out of range"),
    ("nodes", 2, "customs", "custom", "'custom' is not in facilities.csv; did you mean 'customs'"),
    ("nodes", 2, "customs", "station", "'station' is the customs of 'Z_A' but does not clear"),
    ("nodes", 2, "customs", "", "the Chongqing zone 'Z_A' has no customs"),
    ("nodes", 2, "node", "Z\u202eA", r"holds the invisible character U\+202E"),
    ("nodes", 2, "node", "Z\tA", r"holds the invisible character U\+0009"),
    ("nodes", 2, "node", "Z|A", r"holds '\|', which is not allowed"),
    ("facilities", 3, "servers", "0", "'station' has no server; allowed: 1 or more, or inf"),
    ("facilities", 3, "servers", "1.5", "'1.5' is not a whole number"),
    ("facilities", 3, "servers", "1e18", "1e18.*allowed: 0 to"),
    ("facilities", 3, "probability", "1.2", "'station' takes its fixed time on 1.2 of its visits"),
    ("facilities", 3, "clears", "maybe", "'maybe' is not a yes or no; allowed: true, false"),
    ("facilities", 3, "calendar", "daily 9-5", "calendar 'daily 9-5' cannot be read; allowed"),
    ("facilities", 3, "calendar", "mon-fry 08:00-18:00", "'fry' is not a day; allowed: mon"),
    ("facilities", 3, "facility", ROAD, f"'{ROAD}' is a link as well .links.csv, row 2"),
    ("facilities", 3, "facility", "gate:x", "begins with 'gate:'"),
    ("background", 2, "away_h", "", "the vessels of 'ships' never go away"),
    ("background", 2, "away_h", "0", "the vessels of 'ships' never go away"),
    ("background", 2, "population", "1e9", "1e9 is out of range; allowed: 0 to 1,000,000 vessels"),
    ("services", 2, "capacity_teu", "0", f"'{LINE}' holds 0, less than the smallest shipment"),
    ("services", 2, "capacity_t", "0.0001", f"'{LINE}' holds 0.0001, less than the smallest"),
    ("services", 2, "min_teu", "101", "waits for 101 TEU but holds 100"),
    ("services", 2, "max_per_day", "0.5", "'0.5' is not a whole number"),
    ("services", 2, "timetable", "Mon 8", "timetable 'mon 8' cannot be read"),
    ("services", 2, "timetable", "Mon 25:00", "'25:00' is not a time"),
    ("services", 2, "departures_per_week", "1e9", "allowed: 0 to 100,000 1/week"),
    ("services", 2, "carries", "boxes", "'boxes' is not known.*did you mean 'box'"),
    ("calls", 2, "node", "Z_C", "'Z_C' is not in nodes.csv; did you mean 'Z_"),
    ("calls", 2, "link", ROAD, f"'{LINE}' has a link into its first node"),
    ("calls", 3, "link", "", f"'{LINE}' gets from 'Z_A' to 'Z_B' without a link"),
    ("calls", 3, "link", "road:Z_B>Z_A", "goes from 'Z_A' to 'Z_B' but 'road:Z_B>Z_A' leads"),
    ("calls", 3, "sequence", "1", f"'{LINE}' has sequence 1 here and in row 2"),
    ("calls", 3, "facility", "crane", "'crane' is not in facilities.csv"),
    ("zones", 3, "zone", "Z_D", "'Z_D' is not in nodes.csv"),
    ("zones", 3, "share", "7", "7 is out of range; allowed: 0 to 1$"),
    ("zones", 3, "share", "0.5", "the shares of the zones of 'Abroad' sum to 0.5; allowed: 1"),
    ("zones", 3, "share_import", "0", "the shares of the zones of 'Abroad' sum to 0; allowed: 1"),
    ("regions", 2, "zones", "Z_A;Z_B", "'Z_A' lies in 'Chongqing', not in 'Abroad'"),
    ("regions", 2, "zones", "Z_B;Z_X", "'Z_X' is not in zones.csv; did you mean 'Z_"),
]

LOCK_FAULTS: list[tuple[str, str, str]] = [
    ("take", "", "the lock 'station' takes nobody"),
    ("take", "200", "a chamber of 'station' may take 200 vessels; allowed: at most 127"),
    ("take", "exponential(3)", "a chamber of 'station' may take inf vessels"),
    ("smallest_batch", "5", "a chamber of 'station' takes 4 at most, its smallest batch is 5"),
    ("smallest_batch", "0", "turns without a vessel"),
    ("servers", "inf", "too many flights; allowed: 1 to 62"),
    ("fixed_h", "0", "turns in no time"),
    ("turn_period_h", "0", "reverses all the time"),
    ("lock_mode", "both", "'both' is not known; allowed: one_way, alternate, timed"),
]

# Faults that need more than one cell; lines at fault beside the first are named as well.
TABLE_FAULTS: dict[str, tuple[list[Edit], list[Expected]]] = {
    "duplicate id": (
        [add("links", 2)],
        [("links.csv", 4, "link", f"'{ROAD}' stands here and in row 2; rename or remove one")],
    ),
    "self-loop": (
        [add("links", 2, link="loop", to_node="Z_A")],
        [("links.csv", 4, "to_node", "'loop' starts and ends at 'Z_A'")],
    ),
    "service over a planned link": (
        [cell("links", 2, status="planned")],
        [("calls.csv", 3, "link", f"'{LINE}' is open but runs over '{ROAD}', which is planned")],
    ),
    "planned service over a planned link": (
        [cell("links", 2, status="planned"), cell("services", 2, status="planned")],
        [],
    ),
    "timetable without departures": (
        [cell("services", 2, dispatch="timetable")],
        [("services.csv", 2, "departures_per_week", "never leaves; allowed: above 0, or a stated")],
    ),
    "pool without return pool": (
        [cell("services", 2, pool="quay")],
        [("services.csv", 2, "return_pool", "names only one of pool and return_pool")],
    ),
    "fleet without a pool": (
        [cell("services", 2, fleet="3")],
        [("services.csv", 2, "pool", "has a fleet of 3 but no pool")],
    ),
    "service with one call": (
        [cell("calls", 3, stop="pass")],
        [("calls.csv", 2, "stop", f"'{LINE}' has 1 call; allowed: two calls or more")],
    ),
    "service without calls": (
        [drop("calls", 3), drop("calls", 2)],
        [("services.csv", 2, "service", f"'{LINE}' has no calls")],
    ),
    "call on the way without a facility": (
        [
            cell("services", 2, dispatch="timetable", departures_per_week="7"),
            add("calls", 5, service=LINE, sequence="3", link="road:Z_B>Z_A", node="Z_A"),
        ],
        [("calls.csv", 3, "facility", "calls at 'Z_B' on the way, where nothing handles boxes")],
    ),
    "fill service that may never leave": (
        [cell("services", 2, dispatch="fill"), cell("services", 2, max_per_day="0")],
        [("services.csv", 2, "max_per_day", "never leaves; allowed: 1 or more")],
    ),
    "vehicles that never come back": (
        [cell("services", 2, pool="west", return_pool="east", fleet="3")],
        [("services.csv", 2, "return_pool", "leaves its vehicles in 'east', where none departs")],
    ),
    "pools without vehicles": (
        [
            cell("services", 2, pool="west", return_pool="east", fleet="0"),
            cell("services", 3, pool="east", return_pool="west", fleet="0"),
        ],
        [
            ("services.csv", 2, "fleet", "has no vehicles: the pool 'west' stays empty"),
            ("services.csv", 3, "fleet", "has no vehicles: the pool 'east' stays empty"),
        ],
    ),
    "pools supplied from the other end": (
        [
            cell("services", 2, pool="west", return_pool="east", fleet="2"),
            cell("services", 3, pool="east", return_pool="west", fleet="0"),
        ],
        [],
    ),
    "box pool of a name that is taken": (
        [cell("box_pools", 2, box_pool="station")],
        [("box_pools.csv", 2, "box_pool", "the name 'station' is taken .facilities.csv, row 3.")],
    ),
    "box pool called like the gate of a service": (
        [cell("box_pools", 2, box_pool="gate:x")],
        [("box_pools.csv", 2, "box_pool", "'gate:x' is taken .'gate:' names the closures")],
    ),
    "two box pools for the same boxes": (
        [add("box_pools", 2, box_pool="other", cargo="transit")],
        [("box_pools.csv", 3, "corridors", "boxes of 'coastal' at 'Z_A' are those of row 2 too")],
    ),
    "box pool of a corridor without services": (
        [cell("box_pools", 2, corridors="coastal;air")],
        [("box_pools.csv", 2, "corridors", "no service is of the corridor 'air'")],
    ),
    "box pool where nobody calls": (
        [add("nodes", 3, node="Z_C"), cell("box_pools", 2, node="Z_C")],
        [("box_pools.csv", 2, "node", "no service of 'coastal' calls at 'Z_C'; boxes stand where")],
    ),
    "boxes that are never back in time": (
        [cell("box_pools", 2, turnaround_h="2001")],
        [("box_pools.csv", 2, "turnaround_h", "no box back in time; allowed: up to 2,000 h")],
    ),
    "no zone in Chongqing": (
        [cell("zones", 2, side="partner")],
        [("zones.csv", None, "side", "there is no zone on the chongqing side")],
    ),
    "zone nobody serves": (
        [add("nodes", 3, node="Z_C"), add("zones", 3, zone="Z_C", share="0")],
        [("zones.csv", 4, "zone", "no service calls at 'Z_C'; add one that does")],
    ),
}


def check(folder: Path, *wanted: Expected) -> None:
    found = faults_of(folder)
    told = "\n".join(map(str, found))
    assert [(f.file, f.row, f.column) for f in found] == [w[:3] for w in wanted], told
    for fault, (*_, pattern) in zip(found, wanted, strict=True):
        assert re.search(pattern, str(fault)), told
        assert len(str(fault)) < 500


@pytest.fixture
def net(tmp_path: Path) -> Path:
    return write_good(tmp_path / "net")


@pytest.mark.parametrize("lock", [False, True])
def test_the_unbroken_network_is_good(tmp_path: Path, lock: bool) -> None:  # noqa: FBT001
    assert faults_of(write_good(tmp_path / "net", lock=lock)) == ()


@pytest.mark.parametrize("case", TEXT_FAULTS)
def test_text_that_cannot_be_read(net: Path, case: str) -> None:
    edit, wanted = TEXT_FAULTS[case]
    edit(net)
    check(net, wanted)


@pytest.mark.parametrize(("table", "row", "column", "value", "pattern"), CELL_FAULTS)
def test_cells(net: Path, table: str, row: int, column: str, value: str, pattern: str) -> None:
    cell(table, row, **{column: value})(net)
    found = faults_of(net)
    assert found, "nothing was found"
    at = (f"{table}.csv", row, column)
    own = [fault for fault in found if (fault.file, fault.row, fault.column) == at]
    assert own, "\n".join(map(str, found))
    assert re.search(pattern, str(own[0])), str(own[0])
    assert len(str(own[0])) < 500


@pytest.mark.parametrize(("column", "value", "pattern"), LOCK_FAULTS)
def test_locks(tmp_path: Path, column: str, value: str, pattern: str) -> None:
    net = write_good(tmp_path / "net", lock=True)
    cell("facilities", 3, **{column: value})(net)
    check(net, ("facilities.csv", 3, column, pattern))


def test_a_lock_is_passed_in_a_direction(tmp_path: Path) -> None:
    net = write_good(tmp_path / "net", lock=True)
    cell("calls", 3, facility="station")(net)
    check(net, ("calls.csv", 3, "direction", f"'{LINE}' passes the lock 'station' without a dir"))
    cell("calls", 3, direction="up")(net)
    check(net)


def test_boxes_do_not_change_vehicle_in_a_lock(tmp_path: Path) -> None:
    net = write_good(tmp_path / "net", lock=True)
    cell("nodes", 3, transhipment="station")(net)
    check(net, ("nodes.csv", 3, "transhipment", "'station' is a lock; boxes cannot change vehicle"))


@pytest.mark.parametrize("case", TABLE_FAULTS)
def test_tables(net: Path, case: str) -> None:
    edits, wanted = TABLE_FAULTS[case]
    for edit in edits:
        edit(net)
    check(net, *wanted)


@pytest.mark.parametrize(
    "change",
    [
        lambda b: b"\xef\xbb\xbf" + b,
        lambda b: b.replace(b"\r\n", b"\n"),
        lambda b: b.replace(b"\r\n", b"\r"),
        lambda b: b.replace(b"\r\n", b"\r\n\r\n"),
        lambda b: b.replace(b"\r\n", b",,,\r\n"),
        lambda b: b.replace(b"\r\n", b" \r\n ").rstrip(b" "),
        lambda b: b.rstrip(),
    ],
    ids=["BOM", "LF", "CR", "blank lines", "trailing commas", "blanks", "no last line break"],
)
def test_harmless_differences_are_read(net: Path, change: object) -> None:
    before = Network.read(net)
    for table in TABLES:
        data(f"{table}.csv", change)(net)  # type: ignore[arg-type]
    after = Network.read(net)
    for table in TABLES:
        columns = list(attributes_of(table))
        wanted, got = getattr(before, table)[columns], getattr(after, table)[columns]
        assert got.astype(str).equals(wanted.astype(str)), table


def test_rows_are_counted_by_lines_where_cells_hold_line_breaks(net: Path) -> None:
    cell("links", 2, note="three\nlines\nof text")(net)
    cell("links", 3, distance_km="x")(net)
    check(net, ("links.csv", 5, "distance_km", "'x' is not a number"))


def test_formulas_stay_text(net: Path) -> None:
    names = ["=cmd|'/c calc'!A1", "@SUM(A1)", "+1+1", "-2+3"]
    for row, (english, chinese) in zip((2, 3), (names[:2], names[2:]), strict=True):
        cell("nodes", row, name_en=english, name_zh=chinese)(net)
    nodes = Network.read(net).nodes
    assert [*nodes["name_en"], *nodes["name_zh"]] == [names[0], names[2], names[1], names[3]]


def test_all_faults_of_all_files_at_once(net: Path) -> None:
    cell("nodes", 2, lat="north")(net)
    cell("links", 2, distance_km="-1", mode="boat")(net)
    cell("links", 3, to_node="Z_X", source="")(net)
    cell("calls", 3, sequence="two")(net)
    remove("modes.csv")(net)
    check(
        net,
        ("nodes.csv", 2, "lat", "'north' is not a number"),
        ("links.csv", 2, "mode", "'boat' is not known"),
        ("links.csv", 2, "distance_km", "negative"),
        ("calls.csv", 3, "sequence", "'two' is not a number"),
        ("modes.csv", None, None, "missing"),
        ("links.csv", 3, "to_node", "'Z_X' is not in nodes.csv"),
        ("links.csv", 3, "source", "has no source"),
    )


def test_what_refers_to_a_broken_row_is_not_at_fault(net: Path) -> None:
    cell("links", 2, time_h="long")(net)
    cell("facilities", 3, facility="sta\x07tion")(net)
    cell("background", 2, facility="sta\x07tion")(net)
    found = [(f.file, f.row, f.column) for f in faults_of(net)]
    assert found == [("links.csv", 2, "time_h"), ("facilities.csv", 3, "facility")]


def test_messages_cannot_act_on_a_terminal(net: Path) -> None:
    cell("links", 2, distance_km="\x1b[2J\x1b]0;owned\x07")(net)
    (fault,) = faults_of(net)
    assert "'?[2J?]0;owned?' is not a number" in str(fault)


def test_the_command_line_exits_with_2(
    net: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cell("links", 2, distance_km="-1")(net)
    config = tmp_path / "case.yaml"
    config.write_text("network: net\n")
    with pytest.raises(SystemExit) as exit_of:
        main(["validate", str(config)])
    assert exit_of.value.code == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == ("Error: links.csv:2:distance_km: -1 is negative; allowed: 0 or more\n")


@pytest.mark.parametrize("table", TABLES)
def test_every_column_has_a_type_unit_and_description(table: str) -> None:
    for name, attribute in attributes_of(table).items():
        assert attribute.description, name
        if attribute.type == "float" and name not in ("probability", "share", "share_import"):
            assert attribute.unit, name


@pytest.mark.parametrize(
    ("source", "match"),
    [
        ("chongqin", "neither a folder nor a shipped network.*did you mean 'chongqing'"),
        ("../chongqing", "neither"),
        ("a" * 5000, "neither"),
        ("nul\0byte", "neither"),
    ],
)
def test_an_unknown_network(source: str, match: str) -> None:
    with pytest.raises(InputError, match=match):
        Network.read(source)


def test_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "net").write_text("x")
    with pytest.raises(InputError, match="neither a folder"):
        Network.read(tmp_path / "net")


def test_the_writer_of_these_tests_loses_nothing(net: Path) -> None:
    with (net / "links.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[0] for row in rows] == ["link", ROAD, "road:Z_B>Z_A"]
