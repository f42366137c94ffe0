"""What a scenario says about its network: names, cells to replace, rows to open."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from corridor_sim.distributions import Distribution
from corridor_sim.errors import InputError
from corridor_sim.network import Network
from tests.network.faulty import cell, write_good
from tests.scenario.files import read

SPAN = "start: 2025-03-01, end: 2025-03-02"
LOCK = "disruptions: [{name: x, facilities: [%s], " + SPAN + ", %s}]"

# Text, line and column, and what is said of it.
FAULTS = [
    (
        f"disruptions: [{{name: x, facilities: [customs, statoin], {SPAN}}}]",
        (1, 47),
        "'statoin' is not in facilities.csv; did you mean 'station'",
    ),
    (
        f"disruptions: [{{name: x, links: ['road:Z_A>Z_C'], {SPAN}}}]",
        (1, 33),
        "'road:Z_A>Z_C' is not in links.csv; did you mean 'road:Z_A>Z_B'",
    ),
    (
        f"disruptions: [{{name: x, services: [ferry], {SPAN}}}]",
        (1, 36),
        "'ferry' is not in services.csv$",
    ),
    (
        "random_disruptions: [{name: x, facilities: [port], per_season: 1, duration_h: 2}]",
        (1, 45),
        "'port' is not in facilities.csv",
    ),
    ("demand: {regions: {Abraod: 2}}", (1, 20), "'Abraod' is not known; did you mean 'Abroad'"),
    ("demand: {regions: {Mars: 2}}", (1, 20), "region 'Mars' is not known; known are Abroad"),
    # The home side's own region is no partner.
    ("demand: {regions: {Chongqing: 2}}", (1, 20), "region 'Chongqing' is not known"),
    ("services: {ferry: {fleet: 1}}", (1, 12), "'ferry' is not in services.csv"),
    ("facilities: {statoin: {servers: 1}}", (1, 14), "'statoin' is not in fac.*mean 'station'"),
    (
        "facilities: {station: {severs: 1}}",
        (1, 24),
        "facilities.csv has no column 'severs'; did you mean 'servers'",
    ),
    ("facilities: {station: {servers: -1}}", (1, 33), "servers: -1 is negative; allowed: 0 or mo"),
    ("facilities: {station: {servers: many}}", (1, 33), "servers: 'many' is not a number"),
    ("facilities: {station: {servers: .nan}}", (1, 33), "servers: nan is out of range"),
    ("facilities: {station: {servers: 1.5}}", (1, 33), "servers: '1.5' is not a whole number"),
    ("facilities: {station: {calendar: always}}", (1, 34), "calendar 'always' cannot be read"),
    ("facilities: {station: {kind: quay}}", (1, 30), "kind: 'quay' is not known; allowed: berth"),
    ("facilities: {station: {facility: other}}", (1, 34), "a row cannot be renamed"),
    ("facilities: {station: {node: ''}}", (1, 30), "node: the cell is blank but must be filled"),
    ("background: {ships: {population: 1e20}}", (1, 34), "is out of range"),
    ("open_planned: ['road:Z_A>Z_B', canal]", (1, 32), "'canal' is no link, facility or service"),
]

LOCK_FAULTS = [
    ("station", "chambers: [0, 2]", "the lock 'station' has no flight 2; allowed: 0 to 1"),
    ("station, customs", "chambers: [0]", "chambers is for locks, which 'customs' is not"),
    ("customs", "lock_mode: timed", "lock_mode is for locks, which 'customs' is not"),
    ("customs", "turn_period_h: 5", "turn_period_h is for locks, which 'customs' is not"),
]


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return Network.read(write_good(tmp_path_factory.mktemp("good") / "net"))


@pytest.fixture(scope="module")
def lock_net(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return Network.read(write_good(tmp_path_factory.mktemp("lock") / "net", lock=True))


@pytest.mark.parametrize(("text", "place", "pattern"), FAULTS)
def test_faults(
    net: Network, tmp_path: Path, text: str, place: tuple[int, int], pattern: str
) -> None:
    scenario = read(tmp_path, text)
    with pytest.raises(InputError) as caught:
        scenario.apply_to(net)
    (fault,) = caught.value.faults
    assert (fault.row, fault.column) == place, str(fault)
    assert re.search(pattern, str(fault).splitlines()[0]), str(fault)
    assert fault.file == str(tmp_path / "case.yaml")


@pytest.mark.parametrize(("facilities", "field", "pattern"), LOCK_FAULTS)
def test_locks(
    lock_net: Network, tmp_path: Path, facilities: str, field: str, pattern: str
) -> None:
    scenario = read(tmp_path, LOCK % (facilities, field))
    with pytest.raises(InputError, match=pattern):
        scenario.apply_to(lock_net)


def test_all_faults_at_once(net: Network, tmp_path: Path) -> None:
    text = (
        "facilities: {station: {servers: -1, severs: 2}}\n"
        "services: {ferry: {fleet: 1}, 'line:Z_A>Z_B': {priority: x}}\n"
    )
    with pytest.raises(InputError) as caught:
        read(tmp_path, text).apply_to(net)
    assert sorted((fault.row, fault.column) for fault in caught.value.faults) == [
        (1, 33),
        (1, 37),
        (2, 12),
        (2, 58),
    ]


def test_what_was_set_on_the_command_line_is_told_as_such(net: Network, tmp_path: Path) -> None:
    key = "facilities.station.servers"
    with pytest.raises(InputError, match=f"--set {key}: servers: -2 is negative"):
        read(tmp_path, "", {key: "-2"}).apply_to(net)


def test_cells_are_replaced_and_the_rest_is_not(net: Network, tmp_path: Path) -> None:
    text = (
        "services: {'line:Z_A>Z_B': {capacity_teu: 50, runs_empty: true, carries: box; air}}\n"
        "facilities: {station: {servers: inf, fixed_h: 'triangular(1, 2, 4)', calendar: ''}}\n"
        "links: {'road:Z_A>Z_B': {time_h: 2, opens_on: 2027-01-31}}\n"
        "background: {ships: {population: 7}}\n"
    )
    changed = read(tmp_path, text).apply_to(net)
    line = changed.services.loc["line:Z_A>Z_B"]
    assert (line["capacity_teu"], line["runs_empty"]) == (50.0, True)
    assert line["carries"] == ("box", "air")
    assert changed.facilities.at["station", "servers"] == 2**31 - 1
    assert changed.facilities.at["station", "fixed_h"] == Distribution.parse("triangular(1,2,4)")
    assert changed.links.at["road:Z_A>Z_B", "time_h"] == Distribution.constant(2)
    assert changed.background.at["ships", "population"] == 7
    # The network as read stays as it was, and so do other rows.
    assert net.services.at["line:Z_A>Z_B", "capacity_teu"] == 100
    assert changed.services.at["line:Z_B>Z_A", "capacity_teu"] == 100
    assert changed.nodes.equals(net.nodes)
    for table in ("services", "facilities", "links", "background"):
        assert list(getattr(changed, table).dtypes) == list(getattr(net, table).dtypes), table


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        (
            "services: {'line:Z_A>Z_B': {min_teu: 500}}",
            r"services.csv as 'case' changes it:2:min_teu: .* waits for 500 TEU but holds 100",
        ),
        ("links: {'road:Z_A>Z_B': {status: planned}}", "is open but runs over 'road:Z_A>Z_B'"),
        ("services: {'line:Z_A>Z_B': {fleet: 3}}", "has a fleet of 3 but no pool"),
        ("facilities: {station: {node: Z_X}}", "'Z_X' is not in nodes.csv; did you mean 'Z_"),
        ("facilities: {customs: {clears: false}}", "is the customs of 'Z_A' but does not clear"),
    ],
)
def test_tables_still_have_to_agree(net: Network, tmp_path: Path, text: str, pattern: str) -> None:
    with pytest.raises(InputError, match=pattern):
        read(tmp_path, text).apply_to(net)


def test_planned_rows_are_opened(tmp_path: Path) -> None:
    folder = write_good(tmp_path / "net")
    for table in ("links", "services"):
        cell(table, 2, status="planned")(folder)
    planned = Network.read(folder)
    assert planned.closed_by([]) == ({"road:Z_A>Z_B"}, {"line:Z_A>Z_B"})
    # A line cannot run over a way that is not there.
    half = read(tmp_path, "open_planned: ['line:Z_A>Z_B']")
    with pytest.raises(InputError, match="'line:Z_A>Z_B' is open but runs over 'road:Z_A>Z_B'"):
        half.apply_to(planned)
    both = read(tmp_path, "open_planned: ['line:Z_A>Z_B', 'road:Z_A>Z_B']")
    assert both.apply_to(planned).closed_by([]) == (set(), set())
    assert planned.closed_by([]) != (set(), set())


def test_a_passage_closes_what_runs_through_it(tmp_path: Path) -> None:
    folder = write_good(tmp_path / "net")
    cell("links", 3, passages="suez; malacca")(folder)
    net = Network.read(folder)
    assert net.closed_by(["panama"]) == (set(), set())
    assert net.closed_by(["suez"]) == ({"road:Z_B>Z_A"}, {"line:Z_B>Z_A"})


def test_tables_that_cannot_be_changed(net: Network) -> None:
    with pytest.raises(InputError, match="table 'zones' cannot be changed; those that can are"):
        net.with_overrides({"zones": {"Z_A": {"share": 2}}})


def test_a_scenario_says_what_it_shuts(tmp_path: Path) -> None:
    def shuts(fields: str) -> bool:
        return read(tmp_path, LOCK % ("A", fields)).disruptions[0].shuts

    assert shuts("servers: 0")
    assert shuts("slowdown: 1")
    assert not shuts("servers: 1")
    assert not shuts("slowdown: 2")
    assert not shuts("chambers: [0]")
    # A change of working alone leaves the flights open.
    assert not shuts("lock_mode: timed")
    assert not shuts("turn_period_h: 12")
