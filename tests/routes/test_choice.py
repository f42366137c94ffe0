"""The choice of routes: formula by hand, draws against probabilities, premiums against slots."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from corridor_sim import Scenario
from corridor_sim.routes.choice import ExpectedChoice, vot_nodes
from corridor_sim.routes.premiums import TARGET_LOAD, find_premiums, service_room, with_premiums
from corridor_sim.shipments import generate_shipments
from corridor_sim.simulation import Groundwork, lay_groundwork


@pytest.fixture(scope="module")
def ground() -> Groundwork:
    """Return the groundwork of a season of the baseline, with premiums."""
    short = {"period.days": 60, "period.warm_up_days": 10, "period.drain_days": 0}
    return lay_groundwork(Scenario.read("baseline_2025", {**short, "disruptions": []}))


def test_nodes_stand_for_a_lognormal() -> None:
    """Mean and variance of the lognormal come out, to the accuracy of nine nodes."""
    values, weights = vot_nodes(0.2, 0.8)
    mean = 0.2 * math.exp(0.8**2 / 2)
    assert weights.sum() == pytest.approx(1)
    assert (values * weights).sum() == pytest.approx(mean, rel=1e-6)
    variance = (math.exp(0.8**2) - 1) * mean**2
    assert (values**2 * weights).sum() - mean**2 == pytest.approx(variance, rel=1e-3)
    assert vot_nodes(0.2, 0.0)[0].tolist() == [0.2]


def test_utility_by_hand(ground: Groundwork) -> None:
    """One shipper, two ways: the odds are the ratio of costs to the power of beta."""
    model = ground.choice
    row = next(i for i, r in enumerate(ground.od.rows) if r.cargo == "own" and r.vot_sigma)
    a, b = model.routes.of_od[row][:2]
    flow = ground.od.rows[row]
    utility = model.utility(
        [a, b],
        t_per_teu=flow.t_per_teu,
        cny_per_teu=flow.cny_per_teu,
        vot_pct_per_day=np.array([0.3]),
    )[0]

    def cost(route: int) -> float:
        listed = model.routes.routes[route]
        freight = listed.cost_cny_per_teu + model.premium_cny_per_teu[route]
        by_weight = listed.cost_cny_per_t + model.premium_cny_per_t[route]
        per_day = 0.003 * flow.cny_per_teu
        return float(freight + flow.t_per_teu * by_weight + per_day * listed.planned_h / 24)

    constants = model.constant[a] - model.constant[b]
    expected = constants - model.beta * math.log(cost(a) / cost(b))
    assert utility[0] - utility[1] == pytest.approx(expected)


def test_draws_follow_the_expected_shares(ground: Groundwork) -> None:
    """Over many shipments the routes drawn are those expected, within 99.9 %."""
    cells = ExpectedChoice.of(ground.od, ground.choice.routes)
    expected = cells.shares(ground.choice)
    horizon = ground.scenario.horizon_s
    shipments = generate_shipments(
        ground.od, ground.clock, ground.choice, horizon=horizon, seed=3, replication=0
    )
    counts = np.bincount(shipments.od, minlength=len(ground.od.rows))
    tested = 0
    for od in np.argsort(-counts)[:40].tolist():
        mine = cells.row == od
        share = expected[mine]
        if len(share) < 2 or ground.od.rows[od].cargo != "own":
            continue
        drawn = shipments.route[shipments.od == od]
        seen = np.array([(drawn == route).sum() for route in cells.route[mine]])
        wanted = share * counts[od]
        common = wanted >= 5
        observed = np.append(seen[common], seen[~common].sum())
        model = np.append(wanted[common], wanted[~common].sum())
        kept = model > 0
        chi2 = float((((observed - model) ** 2)[kept] / model[kept]).sum())
        assert chi2 < stats.chi2.ppf(1 - 1e-4, max(int(kept.sum()) - 1, 1)), ground.od.names[od]
        tested += 1
    assert tested > 10


def test_premiums_bring_expected_loads_down_to_the_slots(ground: Groundwork) -> None:
    """Without them some trains are sold twice; with them hardly any is overfull."""
    network, od = ground.network, ground.od
    room = service_room(network, ground.choice.routes)
    cells = ExpectedChoice.of(od, ground.choice.routes)
    bare = with_premiums(ground.choice, room, _none(room))

    def loads(share: np.ndarray) -> np.ndarray:
        flow = np.bincount(cells.route, share * cells.teu_per_year, len(bare.constant))
        return np.asarray(room.loads(flow) / (room.departures * room.capacity_teu))

    before, after = loads(cells.shares(bare)), loads(cells.shares(ground.choice))
    assert before.max() > 1.5
    # A few stretches have no other way round them.
    assert (before > TARGET_LOAD * 1.1).sum() > 0.05 * len(before)
    assert (after > TARGET_LOAD * 1.1).sum() <= 0.02 * len(after)
    premiums = find_premiums(bare, od, room)
    assert (premiums.cny_per_teu >= 0).all()
    slack = after < 0.8 * TARGET_LOAD
    assert np.median(premiums.cny_per_teu[slack]) == 0


def _none(room: object) -> object:
    from corridor_sim.routes.premiums import Premiums

    size = len(room.stretches)  # type: ignore[attr-defined]
    return Premiums(np.zeros(size), np.zeros(size))
