"""Draws of shipments: checked row by row against the plain way of doing it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from corridor_sim import Scenario
from corridor_sim.shipments import Shipments, generate_shipments
from corridor_sim.simulation import Groundwork, lay_groundwork
from corridor_sim.streams import stream


@pytest.fixture(scope="module")
def ground() -> Groundwork:
    """Weeks around an announced closure, with some ways that take small shipments only."""
    changes = {
        "demand.scale": 0.3,
        "choice.premiums": False,
        "period.start": "2025-08-20",
        "period.warm_up_days": 0,
        "period.days": 60,
        "period.drain_days": 0,
    }
    ground = lay_groundwork(Scenario.read("baseline_2025", changes))
    routes = tuple(
        replace(route, capacity_teu=4.0 if n % 3 else 99.0, capacity_t=40.0 if n % 5 else 999.0)
        for n, route in enumerate(ground.choice.routes.routes)
    )
    model = replace(ground.choice, routes=replace(ground.choice.routes, routes=routes))
    return replace(ground, choice=model)


@pytest.fixture(scope="module")
def drawn(ground: Groundwork) -> Shipments:
    """One replication."""
    return ground.shipment_frame.draw(4, 2)


def test_every_row_draws_from_its_own_streams(ground: Groundwork, drawn: Shipments) -> None:
    for od, row in enumerate(ground.od.rows):
        mine = drawn.od == od
        n = int(mine.sum())
        assert drawn.k[mine].tolist() == list(range(n))
        if od % 11:
            continue
        gaps = stream(4, 2, "release", row.name).standard_exponential(n + 1)
        volume = np.cumsum(gaps) / row.shipments_per_year
        released = ground.clock.seconds_at(row.direction, volume)
        assert (drawn.release_s[mine] == released[:n]).all()
        assert released[n] >= ground.scenario.horizon_s
        size = row.shipment_teu.sample(stream(4, 2, "size", row.name), n)
        mteu = np.maximum(np.rint(size * 1000), 1)
        assert (drawn.mteu[mine] == mteu).all()
        assert (drawn.kg[mine] == np.maximum(np.rint(mteu * row.t_per_teu), 1)).all()
        assert (drawn.value_cny[mine] == np.rint(mteu * (row.cny_per_teu / 1000))).all()
        hurry = stream(4, 2, "hurry", row.name).standard_normal(n)
        vot = row.vot_median_pct_per_day * np.exp(row.vot_sigma * hurry)
        assert (drawn.vot_pct_per_day[mine] == vot).all()
    assert len(drawn.od) > 20_000


def test_everybody_takes_the_best_of_what_is_open_and_large_enough(
    ground: Groundwork, drawn: Shipments
) -> None:
    """Utility of the choice model, a taste drawn for each way by its name, no known closure."""
    model = ground.choice
    routes, avoided, too_small = model.routes.routes, 0, 0
    for od, (row, options) in enumerate(zip(ground.od.rows, model.routes.of_od, strict=True)):
        mine = np.flatnonzero(drawn.od == od)
        if not options:
            assert (drawn.route[mine] == -1).all()
            continue
        ways = [routes[option] for option in options]
        fits = np.array([drawn.mteu[mine] <= way.capacity_teu * 1000 for way in ways])
        fits &= np.array([drawn.kg[mine] <= way.capacity_t * 1000 for way in ways])
        fits |= ~fits.any(axis=0)
        usable = fits.copy()
        for span in model.routes.spans:
            known = (drawn.release_s[mine] >= span.start) & (drawn.release_s[mine] < span.end)
            over = np.array([bool(span.services.intersection(way.services)) for way in ways])
            usable &= ~(over[:, None] & known)
        usable = np.where(usable.any(axis=0), usable, fits)
        avoided += int((fits & ~usable).sum())
        too_small += int((~fits).sum())
        utility = model.utility(
            options,
            t_per_teu=row.t_per_teu,
            cny_per_teu=row.cny_per_teu,
            vot_pct_per_day=drawn.vot_pct_per_day[mine],
        ).T
        tastes = [stream(4, 2, "taste", f"{row.name}|{way.name}") for way in ways]
        utility -= np.log([taste.standard_exponential(len(mine)) for taste in tastes])
        best = np.where(usable, utility, -np.inf).argmax(axis=0)
        assert (drawn.route[mine] == np.array(options)[best]).all(), row.name
    assert avoided > 100
    assert too_small > 100


def test_an_earlier_horizon_only_cuts_off_the_end(ground: Groundwork, drawn: Shipments) -> None:
    horizon = ground.scenario.horizon_s // 3
    cut = generate_shipments(
        ground.od, ground.clock, ground.choice, horizon=horizon, seed=4, replication=2
    )
    kept = drawn.release_s < horizon
    assert 0 < kept.sum() < len(kept)
    for column in ("od", "k", "release_s", "mteu", "kg", "route", "direction", "origin"):
        assert (getattr(cut, column) == getattr(drawn, column)[kept]).all(), column
