"""A pool of n boxes, each away for an exponential time, is the queue M/M/n: Erlang's formula."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from corridor_sim.engine import run_engine
from tests.engine.plans import DAY, Resource, Shipment, make_plan
from tests.theory.test_queues import REPLICATIONS, assert_mean_is, erlang_c

HOUR = 3600


@pytest.mark.parametrize("boxes", [1, 4])
def test_waits_for_boxes_are_those_of_erlang(boxes: int) -> None:
    """Wq = C(n, a) / (n mu - lambda)."""
    away_h, days = 20.0, 3000
    per_hour = 0.7 * boxes / away_h
    expected_h = erlang_c(boxes, 0.7 * boxes) / (boxes / away_h - per_hour)
    means = []
    for seed in range(REPLICATIONS):
        rng = np.random.default_rng(seed)
        n = round(per_hour * 24 * days)
        releases = np.cumsum(rng.exponential(HOUR / per_hour, n)).astype(int).tolist()
        plan = make_plan(
            {"pool": Resource(fixed_s=0.0, stock_teu=boxes), "away": Resource(fixed_s=1.0)},
            {},
            [Shipment(time, ["pool", "away"], gives="pool") for time in releases],
            horizon=(days + 500) * DAY,
        )
        seconds = rng.exponential(away_h * HOUR, plan.n_visits)
        is_pool = plan.visits.resource == plan.resource_names.index("pool")
        visits = replace(plan.visits, fixed_s=np.where(is_pool, 0.0, seconds))
        log = run_engine(replace(plan, visits=visits), engine="compiled")
        waits = (log.visit_start - log.visit_queued)[is_pool]
        means.append(float(waits[n // 10 :].mean()) / HOUR)
        assert log.box_stock.tolist() == [boxes * 1000]
    assert_mean_is(expected_h, means)
