"""Trade that answers to cost: the equation it obeys, the draws it keeps, the labels it carries."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from corridor_sim import InputError, Scenario, simulate
from corridor_sim.maps import map_page
from corridor_sim.report import report_page
from corridor_sim.routes.response import flow_costs
from corridor_sim.screen import render
from corridor_sim.simulation import Groundwork, check_inputs, lay_groundwork

ON = {"demand.response.elasticity": -0.8}
LOCK = {"period.days": 10, "period.warm_up_days": 5, "period.drain_days": 20}


def laid(name: str, **values: object) -> Groundwork:
    return lay_groundwork(Scenario.read(name, values))


@pytest.fixture(scope="module")
def base() -> Groundwork:
    return laid("baseline_2025")


@pytest.fixture(scope="module")
def dearer() -> Groundwork:
    return laid("cre_subsidy_withdrawn", **ON)


def test_at_the_costs_of_the_reference_nothing_changes(base: Groundwork) -> None:
    same = laid("baseline_2025", **ON)
    assert same.od == base.od
    assert np.array_equal(same.choice.premium_cny_per_teu, base.choice.premium_cny_per_teu)


def test_volumes_have_the_stated_elasticity(base: Groundwork, dearer: Groundwork) -> None:
    before = {row.name: row.teu_per_year for row in base.od.rows}
    at_first, now = flow_costs(base.od, base.choice), flow_costs(dearer.od, dearer.choice)
    assert dearer.od.names == base.od.names
    changed = 0
    for row in dearer.od.rows:
        factor = row.teu_per_year / before[row.name]
        if row.cargo != "own":
            assert factor == 1.0
        elif row.name in now:
            wanted = -0.8 * math.log(now[row.name] / at_first[row.name])
            assert math.log(factor) == pytest.approx(wanted, abs=1e-9)
            changed += abs(wanted) > 1e-3
    assert changed > 100
    value = sum(row.value_cny_per_year for row in dearer.od.rows)
    assert value < sum(row.value_cny_per_year for row in base.od.rows)


def test_cost_is_what_shippers_face_on_their_only_way() -> None:
    ground = lay_groundwork(Scenario.read("lock_2011", LOCK))
    (row, *_) = ground.od.rows
    (route,) = (ground.choice.routes.routes[n] for n in ground.choice.routes.of_od[0])
    freight = route.cost_cny_per_teu + row.t_per_teu * route.cost_cny_per_t
    freight += ground.choice.premium_cny_per_teu[0]
    per_day = row.vot_median_pct_per_day / 100 * row.cny_per_teu
    cost = freight + per_day * route.planned_h / 24
    # One way and one value of time: the constant shifts the cost, as it does in every scenario.
    cost *= math.exp(-ground.choice.constant[0] / ground.choice.beta)
    assert flow_costs(ground.od, ground.choice)[row.name] == pytest.approx(cost, rel=1e-9)


def test_less_trade_keeps_the_shipments_there_were(base: Groundwork, dearer: Groundwork) -> None:
    first, less = (ground.shipment_frame.draw(1, 0) for ground in (base, dearer))
    counts = [np.bincount(one.od, minlength=len(base.od.rows)) for one in (first, less)]
    assert counts[1].sum() < counts[0].sum()
    begins = [np.cumsum(count) - count for count in counts]
    fewer = np.minimum(*counts)
    for row in np.flatnonzero(fewer):
        same = slice(begins[0][row], begins[0][row] + fewer[row])
        kept = slice(begins[1][row], begins[1][row] + fewer[row])
        assert np.array_equal(first.mteu[same], less.mteu[kept])
        assert np.array_equal(first.vot_pct_per_day[same], less.vot_pct_per_day[kept])
    # A flow that shrinks releases each of them later.
    row = int(np.argmax(counts[0] - counts[1]))
    same = slice(begins[0][row], begins[0][row] + fewer[row])
    kept = slice(begins[1][row], begins[1][row] + fewer[row])
    assert (less.release_s[kept] >= first.release_s[same]).all()


def test_it_is_labelled_wherever_it_is_on(tmp_path: Path) -> None:
    values = LOCK | {"demand.response.elasticity": -1, "demand.response.relative_to": "lock_2012"}
    plain, run = (simulate(Scenario.read("lock_2011", v), seed=1) for v in (LOCK, values))
    told = [render(run), map_page(run), report_page(run)]
    silent = [render(plain), map_page(plain), report_page(plain)]
    for on, off in zip(told, silent, strict=True):
        assert "demand response on, elasticity -1" in str(on).lower() or "response is on" in str(on)
        assert "response on" not in str(off)
        assert "response is on" not in str(off)
    assert "given this demand" not in told[0]
    assert "demand_response" not in plain.summary()
    assert run.summary()["demand_response"] == {"elasticity": -1.0, "relative_to": "lock_2012"}


def test_what_cannot_be_is_told(tmp_path: Path) -> None:
    path = tmp_path / "answers.yaml"

    def told(response: str) -> str:
        path.write_text(
            f"extends: baseline_2025\ndemand:\n  response: {response}\n", encoding="utf-8"
        )
        with pytest.raises(InputError) as caught:
            check_inputs(Scenario.read(path))
        return str(caught.value)

    assert "must be less than or equal to 0" in told("{elasticity: 0.5}")
    assert "'elasticity' is missing" in told("{relative_to: baseline_2025}")
    missing = told("{elasticity: -1, relative_to: baseline_2026}")
    assert "answers.yaml:3:43: no such scenario" in missing
    assert "did you mean 'baseline_2025'" in missing


def test_a_reference_is_found_beside_the_file_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("extends: lock_2011\n", encoding="utf-8")
    answers = tmp_path / "answers.yaml"
    answers.write_text(
        "extends: lock_2011\ndemand: {response: {elasticity: -1, relative_to: mine.yaml}}\n",
        encoding="utf-8",
    )
    response = Scenario.read(answers).demand.response
    assert response is not None
    assert response.relative_to == str((tmp_path / "mine.yaml").resolve())
