"""Who takes boxes from which pool, where they come back, and that pools change no draw."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corridor_sim import Scenario
from corridor_sim.demand.od import CARGO
from corridor_sim.engine import run_engine
from corridor_sim.errors import InputError
from corridor_sim.plan.tables import BOX_POOL, Plan
from corridor_sim.simulation import build_plan, lay_groundwork
from corridor_sim.statistics.box_flows import BoxFlows

SMALL = {
    "demand.scale": 0.02,
    "demand.other_scale": 0.05,
    "choice.premiums": False,
    "disruptions": [],
    "period.start": "2025-04-25",
    "period.warm_up_days": 0,
    "period.days": 60,
    "period.drain_days": 10,
}


def plan_of(**changes: Any) -> Plan:
    values = SMALL | {name.replace("__", "."): value for name, value in changes.items()}
    return build_plan(lay_groundwork(Scenario.read("empties_short", values)))


@pytest.fixture(scope="module")
def with_pools() -> Plan:
    return plan_of(boxes__held=[])


@pytest.fixture(scope="module")
def without() -> Plan:
    return plan_of(boxes__held=[], boxes__pools=False)


def corridors(plan: Plan) -> np.ndarray:
    routes = plan.shipments.routes.routes
    return np.array([*(route.corridor for route in routes), ""])[plan.shipments.route]


def test_pools_are_off_unless_they_are_asked_for(without: Plan) -> None:
    assert not (without.resources.kind == BOX_POOL).any()
    assert not len(without.boxes.resource)
    assert not len(without.boxes.gives)


def test_pools_change_no_draw(with_pools: Plan, without: Plan) -> None:
    """All that is visited with pools and without takes as long in both."""
    on, off = with_pools, without
    assert np.array_equal(on.shipments.release_s, off.shipments.release_s)
    names = np.array(on.resource_names, dtype=object)
    kept = ~np.isin(on.visits.resource, on.boxes.resource)
    assert (~kept).sum() > 500
    assert np.array_equal(on.visits.fixed_s[kept], off.visits.fixed_s)
    other = np.array(off.resource_names, dtype=object)
    both = names[on.visits.resource[kept]] == other[off.visits.resource]
    assert both[off.visits.resource >= 0].all()


def test_who_takes_boxes(with_pools: Plan) -> None:
    """Boxes that leave Guoyuan by barge, or Tuanjiecun by rail; no empties, cars or aircraft."""
    plan, shipments = with_pools, with_pools.shipments
    log = run_engine(plan)
    by = corridors(plan)
    commodity = np.array(shipments.commodity_names)[shipments.commodity]
    rank = {name: row for row, name in enumerate(plan.resource_names)}
    served = {"boxes:CQ_GYP": {"yangtze"}, "boxes:CQ_TJC": {"ilstc", "cre", "coastal"}}
    assert [plan.resource_names[r] for r in plan.boxes.resource] == sorted(served)
    for row, name in enumerate(sorted(served)):
        flows = BoxFlows.of(plan, log, row)
        assert plan.boxes.resource[row] == rank[name]
        assert set(by[flows.shipment]) <= served[name]
        assert not (shipments.kind[flows.shipment] == CARGO.index("empty")).any()
        assert not {"cars_ice_roro", "chips"} & set(commodity[flows.shipment])
        # It is the first visit of each, before anything else.
        legs = plan.legs
        first = legs.visit_first[legs.first[flows.shipment]]
        assert (plan.visits.resource[first] == rank[name]).all()
        empties = shipments.kind[flows.giver] == CARGO.index("empty")
        turnaround = plan.boxes.turnaround[flows.giver]
        assert empties.any()
        assert (turnaround[empties] == 0).all()
        assert (turnaround[~empties] == 72 * 3600).all()


def test_held_empties_set_off_at_the_end(without: Plan) -> None:
    plan = plan_of(boxes__pools=False)
    before, after = without.shipments.release_s, plan.shipments.release_s
    moved = before != after
    kinds = np.array(CARGO)[plan.shipments.kind]
    empty, by = kinds == "empty", corridors(plan)
    day = 86_400
    # From 5 May to 16 June, the 10th and the 52nd day after 25 April.
    inside = empty & (before >= 10 * day) & (before < 52 * day) & np.isin(by, ["yangtze", "ilstc"])
    assert inside.sum() > 50
    assert not moved[~inside].any()
    assert moved[inside].mean() == pytest.approx(0.7, abs=0.02)
    assert (after[moved] == 52 * day).all()


def test_what_is_held_beyond_the_end_sets_off_in_the_last_second() -> None:
    held = [{"name": "x", "start": "2025-06-01", "end": "2026-01-01", "share": 1.0}]
    plan = plan_of(boxes__pools=False, boxes__held=held)
    late = plan.shipments.release_s == plan.horizon - 1
    assert late.sum() > 20
    assert plan.shipments.release_s.max() < plan.horizon


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"boxes.held.0.corridors": ["cre", "yangze"]}, "no service is of the corridor 'yangze'"),
        ({"boxes.held.0.share": 1.5}, "less than or equal to 1"),
        ({"boxes.held.0.end": "2025-05-01"}, "ends before it starts"),
        ({"demand.other_cargo": {"empty:CQ_GYP": 1.0}}, "'empty:CQ_GYP' is not in other_cargo.csv"),
        ({"box_pools": {"boxes:CQ_GYP": {"initial_teu": -1}}}, "-1 is negative"),
        ({"box_pools": {"boxes:CQ_GY": {"initial_teu": 1}}}, "'boxes:CQ_GY' is not in box_pools"),
    ],
)
def test_what_cannot_be(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        lay_groundwork(Scenario.read("empties_short", SMALL | changes))


def test_two_spans_of_one_name(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    span = "{name: a, start: 2025-05-01, end: 2025-06-01, share: 1}"
    file.write_text(f"extends: baseline_2025\nboxes: {{held: [{span}, {span}]}}\n")
    with pytest.raises(InputError, match="two held are called 'a'"):
        Scenario.read(str(file))
