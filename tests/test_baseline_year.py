"""The shipped year 2025, whole: what it must show, and identities that hold to the second."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from corridor_sim import Results, Scenario, simulate
from corridor_sim.simulation import Groundwork, lay_groundwork
from corridor_sim.statistics import check_identities

OFFERED_CNY = 800.68e9


@pytest.fixture(scope="module")
def ground() -> Groundwork:
    """Return what replications of the baseline share."""
    return lay_groundwork(Scenario.read("baseline_2025"))


@pytest.fixture(scope="module")
def baseline(ground: Groundwork) -> Results:
    """Return a run of the whole year."""
    return simulate(ground.scenario, seed=1, engine="auto", ground=ground)


def test_trade_offered_is_the_published_one(baseline: Results) -> None:
    """Customs: 800.68 bn yuan in 2025, within half a per cent of drawn shipments."""
    offered = baseline.summary()["totals"]["offered_value_cny"]
    assert abs(offered / OFFERED_CNY - 1) < 0.005


def test_nearly_all_of_it_clears(baseline: Results) -> None:
    """The corridors of 2025 carried the trade of 2025."""
    totals = baseline.summary()["totals"]
    assert totals["value_cny"] > 0.98 * totals["offered_value_cny"]
    assert totals["unserved_teu"] < 0.001 * totals["teu"]


def test_corridor_shares_lie_in_the_prior(baseline: Results, ground: Groundwork) -> None:
    """The constants were fitted to the prior: a check of the fit, not of the world."""
    path = ground.network.demand_dir / "choice_constants.csv"
    with path.open(encoding="utf-8", newline="") as file:
        priors = list(csv.DictReader(file))
    corridors = baseline.summary()["corridors"]
    total = sum(figures["value_cny"] for figures in corridors.values())
    assert {row["corridor"] for row in priors} == set(corridors)
    for row in priors:
        share = corridors[row["corridor"]]["value_cny"] / total
        assert float(row["low"]) <= share <= float(row["high"]), row["corridor"]


def test_at_least_400_000_shipments_a_year(baseline: Results) -> None:
    """Shipments released in the measured window."""
    released = baseline.plan.shipments.release_s
    start, end = baseline.plan.window
    assert ((released >= start) & (released < end)).sum() >= 400_000


def test_identities_hold_to_the_second(baseline: Results) -> None:
    """Conservation, capacity, order, closures, utilisation, Little's law and wait causes."""
    assert check_identities(baseline) == []


def test_land_sea_boxes_are_near_the_published_count(baseline: Results) -> None:
    """327,700 TEU went by the land-sea corridor in 2025: no box count was fitted."""
    moved = baseline.statistics.throughput(("corridor",)).set_index("corridor")["teu"]
    assert moved["ilstc"] == pytest.approx(327_700, rel=0.2)


def test_block_trains_leave_mostly_full(baseline: Results) -> None:
    """Trains to Qinzhou, to Europe and back run for boxes, not for the timetable."""
    loads = baseline.statistics.departures("service").set_index("service")["load_factor"]
    for line in (r"CQ_(TJC|YZ|XNY)>QZP", "CQ_TJC>(DOS|ATK|ZMU)", "(ALK|HGS|ERL)>CQ_TJC"):
        full = loads[loads.index.astype(str).str.fullmatch(f"train:{line}")]
        assert len(full) == 3
        assert full.between(0.78, 0.97).all(), full.to_dict()


def test_trains_to_europe_keep_to_the_published_volume(baseline: Results) -> None:
    """209,000 TEU both ways; slots and transit follow from it, own trade does not."""
    moved = baseline.statistics.throughput("corridor").set_index("corridor")["teu"]
    assert moved["cre"] == pytest.approx(209_000, rel=0.05)


def test_trucks_over_the_southern_borders_are_near_the_published_trips(baseline: Results) -> None:
    """Over 12,000 trips in 2025; no number of trucks was fitted."""
    frame = baseline.tables.departures
    service = frame["service"].astype(str)
    abroad = "(HAN_|HDG|VTEr)"
    over = service.str.match(f"truck:(CQ_NP>{abroad}@|{abroad}>CQ_NP@)")
    counted = over & baseline.statistics.clock.in_window(frame["left_s"])
    assert frame.loc[counted, "vehicles"].sum() == pytest.approx(12_000, rel=0.15)


def test_wagons_bind_beyond_the_border_and_cranes_do_not(baseline: Results) -> None:
    """Boxes wait longer for a trainset of the far side than for all cranes of the borders."""
    legs = baseline.tables.legs
    far = legs["service"].astype(str).str.match("train:(DOS|ATK|ZMU|ZBK)>") & (legs["end_s"] >= 0)
    waits_h = (legs.loc[far, "board_s"] - legs.loc[far, "start_s"]).mean() / 3600
    changes = baseline.statistics.queues("facility").set_index("facility")
    cranes_h = changes.filter(regex="_GAUGE$", axis="index")["mean_wait_h"].dropna()
    assert 12 < waits_h < 72
    assert (cranes_h < 1.0).all()


def test_the_express_barge_outruns_the_others(baseline: Results) -> None:
    """Priority at the lock is why it takes eight days and not twelve."""
    legs = baseline.tables.legs
    hours = {}
    for kind in ("barge_express", "barge"):
        rows = (legs["service"] == f"{kind}:CQ_GYP>SHW") & (legs["end_s"] >= 0)
        ride = (legs["end_s"] - legs["board_s"])[rows]
        hours[kind] = float(np.median(ride)) / 3600
    assert 100 < hours["barge_express"] < 230
    assert hours["barge"] > hours["barge_express"] + 60


def test_the_same_seed_gives_the_same_draws_and_another_does_not(ground: Groundwork) -> None:
    """Draws are addressed by seed and replication alone."""
    from corridor_sim.shipments import generate_shipments

    def release(seed: int, replication: int) -> bytes:
        drawn = generate_shipments(
            ground.od,
            ground.clock,
            ground.choice,
            horizon=20 * 86_400,
            seed=seed,
            replication=replication,
        )
        return drawn.release_s.tobytes() + drawn.route.tobytes()

    assert release(1, 0) == release(1, 0)
    assert len({release(1, 0), release(2, 0), release(1, 1)}) == 3
