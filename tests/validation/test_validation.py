"""Published figures beside the model: the table, the statistics by hand, the command."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from pathlib import Path

import pytest

from corridor_sim import Results, Scenario, simulate
from corridor_sim.cli import main
from corridor_sim.errors import CorridorSimError, InputError
from corridor_sim.network.attributes import attributes_of
from corridor_sim.resources import shipped, shipped_names
from corridor_sim.validation import Selection, read_published, validate_model
from corridor_sim.validation.statistics import STATISTICS, evaluate
from corridor_sim.validation.words import as_markdown, as_text

HOUR = 3600
SMALL = {
    "disruptions": "[]",
    "demand.scale": "0.03",
    "demand.other_scale": "0.03",
    "choice.premiums": "false",
    "choice.max_alternatives_per_corridor": "1",
    "period.days": "40",
    "period.warm_up_days": "0",
    "period.drain_days": "40",
}
HEADER = ",".join(attributes_of("published"))
ROW = "ships,ships,Lock,lock_2019,,visits,facility=TGL_LOCK,,,,42400,,,ships,2019,3,no,,judgement,,"


@pytest.fixture(scope="module")
def results() -> Results:
    return simulate(Scenario.read("baseline_2025", SMALL))


def told(results: Results, statistic: str, select: str = "", **more: object) -> float:
    return evaluate(results, statistic, Selection.parse(select), **more)  # type: ignore[arg-type]


# -- statistics, by hand and against those of the program ---------------------------------------


def test_trade_and_boxes_are_those_of_the_statistics(results: Results) -> None:
    trade = results.statistics.trade(["direction"]).set_index("direction")
    for direction in ("export", "import"):
        value = told(results, "cleared_bn_cny", f"direction={direction}")
        assert value == pytest.approx(trade.at[direction, "cleared_cny"] / 1e9)
    moved = results.statistics.throughput(["corridor"]).set_index("corridor")["teu"]
    assert told(results, "teu", "corridor=yangtze") == pytest.approx(moved["yangtze"])
    assert told(results, "teu") == pytest.approx(moved.sum())


def test_months_and_regions_add_up(results: Results) -> None:
    whole = told(results, "cleared_bn_cny")
    assert whole > 0
    parts = [told(results, "cleared_bn_cny", months=(m, m)) for m in range(1, 13)]
    assert sum(parts) == pytest.approx(whole)
    assert parts[0] > 0
    assert parts[11] == 0
    regions = results.network.zones.query("side == 'partner'")["region"].unique()
    by_region = [told(results, "cleared_bn_cny", f"region={region}") for region in regions]
    assert sum(by_region) == pytest.approx(whole)
    share = told(results, "cleared_bn_cny", months=(1, 1), share_of=Selection.parse(""))
    assert share == pytest.approx(100 * parts[0] / whole)


def test_vehicles_and_their_loads_are_counted_by_hand(results: Results) -> None:
    start, end = results.scenario.window_s
    count, load = 0, 0.0
    for row in results.tables.departures.to_dict("records"):
        is_it = str(row["service"]).startswith("barge_express:") and row["vehicles"] > 0
        if is_it and start <= row["left_s"] < end:
            count += row["vehicles"]
            load += row["boarded_teu"]
    assert count > 0
    assert told(results, "vehicles", "service=barge_express:*") == count
    assert told(results, "departed_teu", "service=barge_express:*") == pytest.approx(load)
    mean = told(results, "teu_per_vehicle", "service=barge_express:*")
    assert mean == pytest.approx(load / count)
    assert math.isnan(told(results, "teu_per_vehicle", "service=no_such:*"))


def test_locks_are_counted_by_hand(results: Results) -> None:
    start, end = results.scenario.window_s
    own = [
        row
        for row in results.tables.lockages.to_dict("records")
        if row["facility"] == "TGL_LOCK" and start <= row["start_s"] < end
    ]
    assert told(results, "lockages", "facility=TGL_LOCK") == len(own) > 100
    mean = sum(row["vessels"] for row in own) / len(own)
    assert told(results, "vessels_per_lockage", "facility=TGL_LOCK") == pytest.approx(mean)
    frame = results.statistics.facilities().set_index("facility").loc["TGL_LOCK"]
    assert told(results, "visits", "facility=TGL_LOCK") == frame["visits"]
    assert told(results, "wait_h", "facility=TGL_LOCK") == pytest.approx(frame["mean_wait_h"])


def test_journeys_and_borders_are_followed_by_hand(results: Results) -> None:
    start, end = results.scenario.window_s
    teu = list(results.tables.shipments["teu"])
    journeys: dict[int, list[dict[str, object]]] = defaultdict(list)
    for row in results.tables.legs.to_dict("records"):
        journeys[row["shipment"]].append(row)
    whole, lost = [], []
    for shipment, legs in journeys.items():
        for place, leg in enumerate(legs):
            if leg["board_node"] == "CQ_TJC" and start <= leg["board_s"] < end:
                whole += [
                    (later["end_s"] - leg["board_s"], teu[shipment])
                    for later in legs[place:]
                    if later["alight_node"] == "MOS" and later["end_s"] >= 0
                ]
            if leg["service"] == "train:CQ_TJC>DOS" and start <= leg["end_s"] < end:
                after = legs[place + 1]
                if after["board_s"] >= 0:
                    spent = leg["border_queue_s"] + leg["border_s"] + leg["gauge_change_s"]
                    spent += after["schedule_wait_s"] + after["vehicle_wait_s"]
                    lost.append((spent + after["left_behind_s"], teu[shipment]))
    for statistic, select, found in (
        ("journey_h", "from=CQ_TJC; to=MOS", whole),
        ("border_h", "node=DOS; service=train:CQ_TJC>DOS", lost),
    ):
        assert len(found) > 5
        mean = sum(s * w for s, w in found) / sum(w for _, w in found) / HOUR
        assert told(results, statistic, select) == pytest.approx(mean), statistic


def test_a_key_that_a_statistic_does_not_know_is_told(results: Results) -> None:
    with pytest.raises(CorridorSimError, match="'visits' cannot be told by 'corridor'; allowed"):
        told(results, "visits", "corridor=cre")


# -- the table -----------------------------------------------------------------------------------


def test_the_vocabulary_is_the_declared_one() -> None:
    assert attributes_of("published")["statistic"].choices == tuple(STATISTICS)


def test_the_shipped_table_can_be_read_and_run() -> None:
    figures = read_published()
    assert len({figure.figure for figure in figures}) == len(figures) > 60
    for figure in figures:
        assert figure.scenario in shipped_names("configs")
        Scenario.read(figure.scenario, dict(figure.settings))
        keys = STATISTICS[figure.statistic][1]
        assert set(figure.select.patterns) <= set(keys), figure.figure
        assert figure.passes(figure.value)
    # Something is left that no input was set by, and something else is admitted to be set.
    assert {figure.fitted for figure in figures} == {"yes", "partly", "no"}


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (",42400,", ",0,", ":value: .*cannot be deviated from"),
        (",42400,,,", ",42400,1,2,", ":low: .*without it"),
        ("visits", "vists", ":statistic: .*'vists'"),
        ("facility=TGL_LOCK", "TGL_LOCK", ":select: .*is not KEY=PATTERN"),
        (",,,,42400", ",,13,,42400", ":months: .*'13' are no months"),
        ("judgement", "hearsay", "source 'hearsay' is not in sources.md"),
        (",no,", ",perhaps,", ":fitted: "),
    ],
)
def test_faults_are_told_with_row_and_column(tmp_path: Path, old: str, new: str, what: str) -> None:
    with pytest.raises(InputError, match=r"^published\.csv:2:") as fault:
        read_published(folder_with(tmp_path, ROW.replace(old, new, 1)))
    assert fault.match(what)


def folder_with(tmp_path: Path, *rows: str) -> Path:
    (tmp_path / "validation").mkdir()
    text = "\n".join([HEADER, *rows]) + "\n"
    (tmp_path / "validation" / "published.csv").write_text(text, encoding="utf-8")
    sources = (shipped("networks") / "chongqing" / "sources.md").read_text(encoding="utf-8")
    (tmp_path / "sources.md").write_text(sources, encoding="utf-8")
    return tmp_path


# -- the comparison --------------------------------------------------------------------------------


def test_verdicts_follow_value_range_and_tolerance(tmp_path: Path) -> None:
    rows = [
        ROW,
        ROW.replace("ships,", "half,", 1).replace(",42400,", ",21200,"),
        ROW.replace("ships,", "range,", 1).replace(",42400,,,", ",21200,20000,45000,"),
        ROW.replace("ships,", "other,", 1).replace("TGL_LOCK", "NO_LOCK").replace(",no,", ",yes,"),
        ROW.replace("ships,", "few,", 1).replace(
            "lock_2019,,", "lock_2019,background.ships:TGL.population=100,"
        ),
    ]
    found = validate_model(str(folder_with(tmp_path, *rows)), n=1, overrides={"period.days": 30})
    # A twelfth of a year: all miss but the share of nothing; what matters is the rule.
    by_name = {item.published.figure: item for item in found.compared}
    assert found.replications["lock_2019"] == 10
    assert len(found.replications) == 2
    monthly = by_name["ships"].simulated
    assert monthly.n == 10
    assert monthly.low < monthly.estimate < monthly.high
    assert by_name["few"].simulated.estimate < 0.2 * monthly.estimate
    own = by_name["ships"].published
    assert own.passes(42400 * 1.029)
    assert not own.passes(42400 * 1.031)
    assert not own.passes(42400 * 0.969)
    assert by_name["range"].published.passes(45000 * 1.029)
    assert by_name["range"].published.passes(20000 * 0.971)
    assert by_name["other"].verdict == "miss"
    assert found.counted(fitted=("yes",)) == {"pass": 0, "miss": 1, "nothing": 0}
    text, page = as_text(found), as_markdown(found, command="corridor-sim validate-model")
    assert max(map(len, text.splitlines())) <= 100
    assert "0 of 5 figures pass; of the 4 that no input was set by, 0 do." in text
    assert page.count("| **miss** at 3 % |") == 5


def test_the_command_prints_one_object_and_writes_the_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = {**SMALL, "period.days": "15", "period.drain_days": "15"}
    words = [part for item in settings.items() for part in ("--set", "=".join(item))]
    page = tmp_path / "page.md"
    with pytest.raises(SystemExit) as done:
        main(["validate-model", "-n", "1", *words, "--json", "--quiet", "--out", str(page)])
    assert done.value.code == 0
    out = json.loads(capsys.readouterr().out)
    figures = {figure["figure"]: figure for figure in out["figures"]}
    assert set(figures) == {figure.figure for figure in read_published()}
    assert sum(out["counts"].values()) == len(figures)
    ships = figures["lock_2012_ships"]
    assert ships["replications"] == 10
    assert ships["simulated_low"] < ships["simulated"] < ships["simulated_high"]
    assert figures["tgl_ships_2025h1"]["simulated"] > 500
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!-- made by: corridor-sim validate-model -n 1 --seed 1 --set disrup")
    assert text.count("\n| ") > len(figures)


def test_a_page_in_no_folder_is_refused_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as done:
        main(["validate-model", "--out", str(tmp_path / "none" / "page.md")])
    assert done.value.code == 2
    assert "there is no folder" in capsys.readouterr().err
