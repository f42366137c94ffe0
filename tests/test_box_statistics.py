"""Boxes out and back by corridor, and the use of pools, by hand and against another sum."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from corridor_sim import Scenario, simulate
from corridor_sim.engine import run_engine
from corridor_sim.preview import box_preview
from corridor_sim.results import Results
from corridor_sim.screen import render
from corridor_sim.simulation import lay_groundwork
from corridor_sim.statistics.box_flows import BoxUse
from corridor_sim.statistics.causes import CAUSES
from corridor_sim.statistics.identities import check_identities
from tests.test_box_identities import short_plan
from tests.theory.stations import write_station

DAY = 86_400


def test_use_of_a_pool_by_hand() -> None:
    """Two exports of 2 TEU ask at 5 and 6 and get their boxes at 100 and 300; in stock are 1 TEU,
    from 100 on 0, from 200 on 1, from 300 on 0, from 400 on 1."""
    plan = short_plan()
    use = BoxUse.of(plan, run_engine(plan), np.array([0, 250, 1000]))
    assert use.month.tolist() == [0, 1]
    assert use.shipments.tolist() == [2, 0]
    assert use.delayed.tolist() == [2, 0]
    assert use.taken_mteu.tolist() == [2000, 2000]
    assert use.loaded_mteu.tolist() == [2000, 2000]
    assert use.empty_mteu.tolist() == [0, 0]
    assert use.waiting_mteu_s.tolist() == [2000 * (95 + 244), 2000 * 50]
    assert use.stock_mteu_s.tolist() == [1000 * (100 + 50), 1000 * (50 + 600)]
    assert use.lowest_mteu.tolist() == [0, 0]


def station(folder: Path, *, empties: float, initial_teu: float, days: int = 100) -> Results:
    """Run exports of 2 TEU a day from Z_A, to which empties come back over the same road."""
    write_station(folder, boxes_per_day=2.0)
    row = {
        "other_cargo": "back",
        "cargo": "empty",
        "corridor": "coastal",
        "origin": "Z_B",
        "destination": "Z_A",
        "teu_per_year": empties * 365,
        "t_per_teu": 2,
        "shipment_teu": "constant(1)",
        "carries": "empty",
        "source": "S1",
    }
    services = (folder / "services.csv").read_text(encoding="utf-8")
    services = services.replace(",box,", ",box;empty,")
    (folder / "services.csv").write_text(services, encoding="utf-8")
    with (folder / "demand" / "other_cargo.csv").open("w", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerow(row)
    config = folder / "scenario.yaml"
    config.write_text(
        f"name: station\nnetwork: {folder}\nboxes: {{pools: true}}\n"
        f"box_pools: {{pool: {{initial_teu: {initial_teu}}}}}\n"
        f"period: {{start: 2025-01-01, days: {days}, warm_up_days: 0, drain_days: 0}}\n"
    )
    return simulate(Scenario.read(str(config)), seed=3)


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return station(tmp_path_factory.mktemp("short"), empties=1.5, initial_teu=20)


def test_exports_wait_for_the_empties_that_come_back(short: Results) -> None:
    """Half a TEU a day is missing, so that the stock of 20 TEU lasts about 40 days."""
    pools = short.statistics.box_pools()
    assert pools["box_pool"].tolist() == ["pool"]
    row = pools.iloc[0]
    assert row["lowest_stock_teu"] == 0
    assert row["loaded_back_teu"] == 0
    # All that is taken stood there at first or came back.
    stock = short.log.box_stock[0] / 1000
    assert row["taken_teu"] == 20 + row["empty_back_teu"] - stock
    assert 0.4 < row["delayed_shipments"] / row["shipments"] < 0.95
    waits = (short.log.visit_start - short.log.visit_queued)[
        short.plan.visits.resource == short.plan.resource_names.index("pool")
    ]
    asked = short.log.visit_queued[
        short.plan.visits.resource == short.plan.resource_names.index("pool")
    ]
    waits = np.where(waits >= 0, waits, short.plan.horizon - asked)
    assert row["waited_teu_days"] == pytest.approx(waits[asked >= 0].sum() / DAY)
    assert check_identities(short) == []


def test_the_wait_is_a_cause_of_its_own(short: Results) -> None:
    assert list(CAUSES).index("empty_box") == 3
    causes = short.statistics.wait_causes(()).iloc[0]
    assert causes["empty_box_h"] > 24
    parts = [causes[f"{cause}_h"] for cause in CAUSES]
    assert sum(parts) == pytest.approx(causes["door_to_door_h"])
    # A pool is told among facilities: who waits longest, and where.
    queues = short.statistics.queues().set_index("facility")
    assert queues.index[0] == "pool"
    assert queues.loc["pool", "longest_wait_h"] > 24


def test_months_of_a_pool_add_up(short: Results) -> None:
    whole = short.statistics.box_pools().iloc[0]
    months = short.statistics.box_pools(("box_pool", "month"))
    for column in ("shipments", "delayed_shipments", "taken_teu", "waited_teu_days"):
        assert months[column].sum() == pytest.approx(whole[column])
    assert months["lowest_stock_teu"].min() == whole["lowest_stock_teu"]


def test_nobody_waits_where_boxes_suffice(tmp_path: Path) -> None:
    results = station(tmp_path / "net", empties=2.0, initial_teu=500)
    row = results.statistics.box_pools().iloc[0]
    assert row["delayed_shipments"] == 0
    assert row["waited_teu_days"] == 0
    assert row["lowest_stock_teu"] > 400
    # A second each, to fetch the boxes.
    delivered = results.tables.shipments.query("cargo == 'own' and delivered_s >= 0")
    assert delivered["empty_box_s"].eq(1).all()


def test_balance_of_boxes(short: Results) -> None:
    balance = short.statistics.box_balance()
    table = short.tables.shipments
    out = table[table["cargo"] == "own"]["teu"].sum()
    back = table[(table["cargo"] == "empty") & (table["delivered_s"] >= 0)]["teu"].sum()
    assert balance.to_dict("records") == [
        {
            "corridor": "coastal",
            "out_loaded_teu": out,
            "out_empty_teu": 0.0,
            "back_loaded_teu": 0.0,
            "back_empty_teu": back,
            "balance_teu": back - out,
        }
    ]
    by_month = short.statistics.box_balance(("month", "cargo"))
    assert by_month["balance_teu"].sum() == pytest.approx(back - out)
    assert short.statistics.box_balance(())["balance_teu"].iloc[0] == pytest.approx(back - out)


def test_a_folder_tells_the_same(short: Results, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    short.save(folder)
    again = Results.load(folder)
    for name in ("box_pools", "box_balance"):
        fresh, read = getattr(short.statistics, name)(), getattr(again.statistics, name)()
        assert read.to_dict("records") == fresh.to_dict("records")


def test_without_pools_there_are_no_rows(tmp_path: Path) -> None:
    write_station(tmp_path / "net")
    config = tmp_path / "scenario.yaml"
    config.write_text(
        f"name: station\nnetwork: {tmp_path / 'net'}\n"
        "period: {start: 2025-01-01, days: 10, warm_up_days: 0, drain_days: 0}\n"
    )
    statistics = simulate(Scenario.read(str(config))).statistics
    pools = statistics.box_pools()
    assert len(pools) == 0
    assert "lowest_stock_teu" in pools
    assert statistics.box_balance()["out_loaded_teu"].gt(0).all()


def test_the_screen_shows_pools_at_work(short: Results) -> None:
    text = render(short)
    row = short.statistics.box_pools().iloc[0]
    line = next(line for line in text.splitlines() if line.startswith("pool "))
    told = [cell.replace(",", "") for cell in line.split()[1:]]
    assert told == [
        f"{row[column]:.0f}"
        for column in (
            "mean_stock_teu",
            "lowest_stock_teu",
            "shipments",
            "delayed_shipments",
            "waited_teu_days",
        )
    ]
    assert max(map(len, text.splitlines())) <= 100


def test_the_preview_tells_what_does_not_come_back(short: Results) -> None:
    """Out 2 TEU a day, back 1.5: 182.5 TEU a year are missing, and 20 TEU last 40 days."""
    text = box_preview(lay_groundwork(short.scenario))
    assert "pool" in text.splitlines()[-1]
    assert "183 TEU a year do not come back; its stock lasts 40 days" in text
    assert text.splitlines()[3].split()[2:] == ["730", "0", "548", "-183", "20"]


def test_a_pool_in_balance_is_not_marked(short: Results) -> None:
    demand = short.scenario.demand.model_copy(update={"other_cargo": {"back": 1.5}})
    text = box_preview(lay_groundwork(short.scenario.model_copy(update={"demand": demand})))
    assert "!" not in text
    assert "do not come back" not in text


def test_pools_switched_off_are_not_previewed(short: Results) -> None:
    boxes = short.scenario.boxes.model_copy(update={"pools": False})
    assert box_preview(lay_groundwork(short.scenario.model_copy(update={"boxes": boxes}))) == ""
