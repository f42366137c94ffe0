"""The lock alone: its years follow from published figures by formula, and the runs return them."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from corridor_sim import Network, Scenario, simulate
from corridor_sim.resources import shipped
from corridor_sim.simulation import lay_groundwork
from networks.build.tables import NETWORK, RAW
from networks.build.three_gorges import AWAY_H, LockYear, build_three_gorges, lock_years

YEARS = sorted(lock_years())
REPLICATIONS = 16


@cache
def published(year: int) -> dict[str, float]:
    with (RAW / "lock_years.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["figure"]: float(row["value"]) for row in rows if int(row["year"]) == year}


@cache
def simulated(year: int) -> tuple[float, float, float]:
    """Return lockages, ships and mean wait of a year, over the first replications of seed 1."""
    scenario = Scenario.read(f"lock_{year}")
    ground = lay_groundwork(scenario)
    start, end = scenario.window_s
    found = []
    for replication in range(REPLICATIONS):
        results = simulate(scenario, seed=1, replication=replication, ground=ground)
        lock = results.statistics.facilities().set_index("facility").loc["TGL_LOCK"]
        begun = results.tables.lockages["start_s"]
        in_year = int(((begun >= start) & (begun < end)).sum())
        found.append((in_year, float(lock["visits"]), float(lock["mean_wait_h"])))
    lockages, ships, wait_h = np.mean(found, axis=0)
    return float(lockages), float(ships), float(wait_h)


# -- what is published ---------------------------------------------------------------------------


@pytest.mark.parametrize("year", YEARS)
def test_ships_and_lockages_are_those_of_the_year(year: int) -> None:
    lockages, ships, _ = simulated(year)
    assert lockages == pytest.approx(published(year)["lockages"], rel=0.03)
    assert ships == pytest.approx(published(year)["ships"], rel=0.03)


@pytest.mark.parametrize("year", YEARS)
def test_cargo_is_that_of_the_year(year: int) -> None:
    """Ships carry none in the model: the year's mean load of a ship makes tonnes of them."""
    told = published(year)
    load_mt = told["cargo"] / told["ships"]
    assert simulated(year)[1] * load_mt == pytest.approx(told["cargo"], rel=0.03)


@pytest.mark.parametrize("year", [2012, 2019])
def test_ships_wait_as_long_as_was_published(year: int) -> None:
    assert simulated(year)[2] == pytest.approx(published(year)["mean_wait"], rel=0.03)


def test_the_short_wait_of_2011_lies_between_its_two_published_figures() -> None:
    """17 h, or 54.6 h over 2.59: a hundredth more or fewer ships moves it by two hours."""
    assert published(2011)["mean_wait"] <= simulated(2011)[2] <= 54.6 / 2.59


# -- that it follows by formula --------------------------------------------------------------------


def test_the_build_writes_what_is_shipped(tmp_path: Path) -> None:
    build_three_gorges(NETWORK, tmp_path / "three_gorges", tmp_path)
    for made in [*tmp_path.rglob("*.csv"), *tmp_path.rglob("*.md")]:
        kept = shipped("networks") / made.relative_to(tmp_path)
        assert made.read_text("utf-8") == kept.read_text("utf-8"), "run python -m networks.build"
    for year in YEARS:
        made = tmp_path / f"lock_{year}.yaml"
        assert made.read_text("utf-8") == (shipped("configs") / made.name).read_text("utf-8")


@pytest.mark.parametrize("year", YEARS)
def test_the_fleet_is_littles_law(year: int) -> None:
    item = lock_years()[year]
    barges = 2 * item.hours / 24
    round_h = AWAY_H + item.mean_wait_h + item.cycle_h
    assert sum(item.fleet.values()) == pytest.approx(
        (item.ships - barges) / item.hours * round_h, abs=1
    )


def test_open_flights_make_as_many_lockages_as_their_cycle_lets_them() -> None:
    year = LockYear(2013, 40000, 10000, 30, fog_share=0.0, flood_h=0, overhaul_days=0)
    assert year.cycle_h * 10000 == pytest.approx(2 * 8760)
    shut = LockYear(2013, 40000, 10000, 30, fog_share=0.0, flood_h=0, overhaul_days=100)
    assert shut.cycle_h * 10000 == pytest.approx(2 * 8760 - 2400)
    # Closures that overlap are counted once: more of them are needed.
    foggy = LockYear(2013, 40000, 10000, 30, fog_share=0.06, flood_h=0, overhaul_days=0)
    assert sum(stop.per_season for stop in foggy.stops) > 0.06 * 8760 / 6


def test_it_is_the_lock_of_the_large_network() -> None:
    small, large = Network.read("three_gorges"), Network.read("chongqing")
    for column in ("kind", "servers", "smallest_batch", "lock_mode"):
        assert small.facilities.at["TGL_LOCK", column] == large.facilities.at["TGL_LOCK", column], (
            column
        )
    for name in small.background.index:
        for column in ("kind", "away_h", "priority"):
            assert small.background.at[name, column] == large.background.at[name, column]
