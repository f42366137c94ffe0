"""The seasonal clock: equal years, holidays where they fall, and a true inverse."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from corridor_sim import Network, Scenario
from corridor_sim.demand.od import DIRECTIONS
from corridor_sim.demand.seasons import SeasonalClock, build_clock
from corridor_sim.demand.tables import read_demand_tables

DAY = 86_400


@pytest.fixture(scope="module")
def clock() -> SeasonalClock:
    """Return the clock of two whole years of the shipped network."""
    period = {"period.start": "2024-01-01", "period.days": 731}
    idle = {"period.warm_up_days": 0, "period.drain_days": 0, "disruptions": []}
    scenario = Scenario.read("baseline_2025", {**period, **idle})
    return build_clock(read_demand_tables(Network.read("chongqing"), scenario), scenario)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_every_year_has_its_volume(clock: SeasonalClock, direction: str) -> None:
    """A leap year and an early festival change the days, not the year."""
    reached = clock.reached[direction]
    assert reached[366] == pytest.approx(1, abs=1e-12)
    assert reached[-1] == pytest.approx(2, abs=1e-12)
    assert (np.diff(reached) > 0).all()


def test_the_festival_moves_with_the_calendar(clock: SeasonalClock) -> None:
    """New Year's Day was 10 February 2024 and 29 January 2025."""
    daily = np.diff(clock.reached["export"])
    for festival, other in (
        (dt.date(2024, 2, 12), dt.date(2024, 1, 10)),
        (dt.date(2025, 1, 31), dt.date(2025, 3, 10)),
    ):
        start = dt.date(2024, 1, 1)
        assert daily[(festival - start).days] < 0.6 * daily[(other - start).days]


def test_seconds_invert_the_volume(clock: SeasonalClock) -> None:
    """The k-th midnight is where the volume until then is reached."""
    reached = clock.reached["import"]
    seconds = clock.seconds_at("import", reached[1:-1])
    wanted = np.arange(1, len(reached) - 1) * DAY
    assert np.abs(seconds - wanted).max() <= 1
    assert clock.seconds_at("import", np.array([reached[-1] + 1e-6]))[0] > 731 * DAY
