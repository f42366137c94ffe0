"""Every key figure of a run of four boxes, worked out by hand."""

from __future__ import annotations

import pytest

from corridor_sim.statistics import CAUSES, StatisticsError
from corridor_sim.statistics.columns import Table
from corridor_sim.statistics.facility_use import facility_use
from corridor_sim.statistics.identities import check_log
from corridor_sim.statistics.summary import summarise
from tests.statistics_runs import DAY, Run, small_run

# Box 0 leaves on day 0 (before the window) and is delivered there. Box 1 is ready at A on day 1 at
# 00:15 and ranks before the domestic box 2, which no longer fits: 1 + 2 TEU on a train for 2.


@pytest.fixture(scope="module")
def run() -> Run:
    return small_run()


def test_identities_hold(run: Run) -> None:
    kinds = run.network.facilities["kind"].to_dict()
    assert check_log(run.plan, run.log, kinds) == []


def test_shipments_table(run: Run) -> None:
    table = run.statistics.tables.shipments
    assert table["cleared_s"].tolist() == [900, DAY + 900, -1, -1]
    # Train at 1 h: handles 1 TEU in 60 s, rolls 3 h, unloads in 60 s.
    delivered = DAY + 3600 + 60 + 10_800 + 60
    assert table["delivered_s"].tolist()[1:] == [delivered, 2 * DAY + 3600 + 240 + 10_800, -1]
    assert table["route"].isna().tolist() == [False, False, False, True]
    causes = table[[f"{cause}_s" for cause in CAUSES]].sum(axis=1)
    assert (causes == table["door_to_door_s"])[:3].all()
    assert table["left_behind_s"].tolist() == [0, 0, DAY, 0]
    assert table["cost_cny"].tolist()[:3] == [2000.0, 1000.0, 1660.0]


def test_trade_counts_each_figure_where_it_happens(run: Run) -> None:
    total = run.statistics.trade().iloc[0]
    assert (total["offered_cny"], total["offered_teu"]) == (2_600_000, 4.0)
    assert (total["cleared_cny"], total["delivered_cny"]) == (2_000_000, 2_000_000)
    by_month = run.statistics.trade("month")
    assert by_month["month"].tolist() == ["2025-01"]
    assert by_month["cleared_teu"].tolist() == [1.0]
    assert run.statistics.unserved()["teu"].tolist() == [3.0]


def test_throughput_by_any_place(run: Run) -> None:
    stats = run.statistics
    assert stats.throughput().values.tolist() == [["cre", 3.0, 20.0, 2_000_000]]
    assert stats.throughput(("corridor", "mode"))["teu"].tolist() == [3.0, 1.0]
    assert stats.throughput(("link",))["teu"].tolist() == [3.0, 3.0, 1.0]
    assert stats.throughput(("link", "cargo"))["teu"].tolist() == [1.0, 2.0, 1.0, 2.0, 1.0]
    nodes = stats.throughput("node").set_index("node")["teu"]
    assert nodes.to_dict() == {"A": 3.0, "C": 3.0, "Z": 1.0}
    months = stats.throughput(("month", "mode")).values.tolist()
    assert [row[:3] for row in months] == [
        ["2025-01", "rail", 1.0],
        ["2025-01", "road", 1.0],
        ["2025-02", "rail", 2.0],
    ]


def test_links_and_load_factors(run: Run) -> None:
    links = run.statistics.links().set_index("link")
    # Two trains of 2 TEU in the window carry 1 and 2 TEU.
    assert links.at["rail:A>B", "utilisation"] == 3 / 4
    assert links.at["rail:A>B", "departures"] == 2
    assert links["utilisation"].isna().tolist() == [False, False, True]


def test_departures_share_full(run: Run) -> None:
    row = run.statistics.departures(("corridor",)).iloc[0]
    # The first left a box behind, the second is full.
    assert (row["corridor"], row["departures"], row["full_share"]) == ("cre", 2, 1.0)
    assert row["load_factor"] == 3 / 4
    assert row["left_behind_teu"] == 1.0
    by_dispatch = run.statistics.departures(("dispatch",))
    assert by_dispatch["dispatch"].tolist() == ["on_demand", "timetable"]


def test_times_and_causes(run: Run) -> None:
    times = run.statistics.door_to_door().iloc[0]
    hours = (3600 + 60 + 10_800 + 60) / 3600
    assert (times["shipments"], times["undelivered"]) == (1, 0)
    assert times["p50_h"] == times["mean_h"] == pytest.approx(hours)
    everything = run.statistics.door_to_door((), cargo=None).iloc[0]
    assert (everything["shipments"], everything["undelivered"]) == (3, 1)
    causes = run.statistics.wait_causes().iloc[0]
    assert causes["moving_h"] == pytest.approx(3 + 1 / 6)
    assert causes["customs_h"] == pytest.approx(1 / 12)
    total = sum(causes[f"{cause}_h"] for cause in CAUSES)
    assert total == pytest.approx(causes["door_to_door_h"])


def test_costs_and_emissions(run: Run) -> None:
    row = run.statistics.costs().iloc[0]
    assert row["cost_cny_per_teu"] == 1000.0
    days = (3600 + 60 + 10_800 + 60) / DAY
    assert row["stock_cny_per_teu"] == pytest.approx(2_000_000 * 0.005 * days)
    # Rail 8 t x 400 km x 22 g, road 8 t x 20 km x 90 g, both scaled by what their vehicles carried;
    # the yard at both ends of the train 10 kg each, the crane from truck to train 3 kg.
    rail, road = 8 * 400 * 22 / 1000, 8 * 20 * 90 / 1000
    factors = run.statistics.load_factors().set_index("service")
    road *= factors.at["truck", "g_per_unit_km"] / 90
    rail *= factors.at["train", "g_per_unit_km"] / 22
    assert row["co2e_kg_per_teu"] == pytest.approx(rail + road + 20 + 3)


def test_emptier_vehicles_emit_more_per_unit(run: Run) -> None:
    from corridor_sim.statistics.emissions import EMPTY_SHARE, USUAL_LOAD_FACTOR

    frame = run.statistics.load_factors().set_index("service")
    factor = frame.at["train", "load_factor"]
    assert factor == 3 / 4
    share = EMPTY_SHARE["rail"]
    usual = USUAL_LOAD_FACTOR["rail"]
    scale = ((share + (1 - share) * factor) / factor) / ((share + (1 - share) * usual) / usual)
    assert frame.at["train", "g_per_unit_km"] == pytest.approx(22 * scale)
    assert (scale > 1) == (factor < usual)


def test_facilities(run: Run) -> None:
    frame = run.statistics.facilities().set_index("facility")
    assert frame.at["desk", "visits"] == 1
    assert frame.at["desk", "utilisation"] == pytest.approx(300 / (3 * DAY))
    assert frame.at["yard", "utilisation"] == pytest.approx(2 * 180 / (3 * DAY))
    by_kind = run.statistics.facilities(("kind",)).set_index("kind")
    assert by_kind.at["customs", "utilisation"] == frame.at["desk", "utilisation"]
    assert run.statistics.utilisation()["facility"].tolist() == ["yard", "desk"]
    assert run.statistics.queues()["mean_queue"].tolist() == [0.0, 0.0]
    # Quantiles of several facilities do not follow from those of each.
    assert frame["p95_wait_h"].tolist() == [0.0, 0.0]
    assert by_kind["p95_wait_h"].isna().all()


def test_folders_of_earlier_versions_have_no_high_waits(run: Run) -> None:
    table = run.statistics.tables.table("facilities")
    names = [name for name in table.frame().columns if "p95" not in name]
    old = Table(len(table), {name: lambda rows, name=name: table[name][rows] for name in names})
    frame = facility_use(old, run.statistics.clock, ("facility", "month"))
    assert frame["p95_wait_h"].isna().all()
    assert frame["mean_wait_h"].notna().any()


def test_backlog_and_delays(run: Run) -> None:
    backlog = run.statistics.backlog(step_h=24)
    assert backlog["teu"].tolist() == [2.0, 3.0, 2.0, 0.0, 0.0]
    assert backlog["date"].dt.strftime("%m-%d").tolist()[:2] == ["01-30", "01-31"]
    by_corridor = run.statistics.backlog("corridor", step_h=48)
    assert by_corridor["corridor"].unique().tolist() == ["cre"]
    # Planned 5 h, taken 4.03 h: not late.
    assert run.statistics.delays()["delayed_cny_days"].tolist() == [0.0]


def test_unknown_keys_are_refused_with_the_nearest_known(run: Run) -> None:
    with pytest.raises(StatisticsError, match="did you mean 'corridor'"):
        run.statistics.throughput(("coridor",))
    with pytest.raises(StatisticsError, match="given twice"):
        run.statistics.trade(("month", "month"))
    with pytest.raises(StatisticsError, match="'link' and 'node'"):
        run.statistics.throughput(("link", "node"))
    with pytest.raises(StatisticsError, match="did you mean 'domestic'"):
        run.statistics.door_to_door(cargo="domestik")


def test_summary(run: Run) -> None:
    summary = summarise(
        run.statistics,
        identity={"scenario": "small", "seed": 1, "replication": 0, "engine": "simpy"},
        counts={"shipments": 4, "teu": 8.0, "departures": 5, "events": 99},
        goal_cny=4e6,
    )
    assert list(summary["corridors"]) == ["cre"]
    assert list(summary["corridors"]["cre"]) == [
        "teu",
        "value_cny",
        "median_h",
        "p95_h",
        "cost_cny_per_teu",
        "co2e_kg_per_teu",
        "stock_cny_per_teu",
        "subsidy_cny_per_teu",
        "delayed_cny_days",
    ]
    stock = summary["totals"].pop("stock_cny")
    assert stock == pytest.approx(run.statistics.costs(())["stock_cny"].iloc[0])
    assert stock > 0
    assert summary["totals"] == {
        "offered_value_cny": 2_600_000,
        "value_cny": 2_000_000,
        "delivered_value_cny": 2_000_000,
        "teu": 1.0,
        "unserved_teu": 3.0,
        "delayed_cny_days": 0.0,
        "subsidy_cny": 0.0,
    }
    assert summary["goal"] == {"target_cny": 4e6, "share": 0.5}
