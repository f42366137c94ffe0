"""Shipped scenarios give one log on every engine, over weeks in which much of it is at work."""

from __future__ import annotations

import pytest

from corridor_sim import Scenario
from corridor_sim.engine import run_engine
from corridor_sim.simulation import build_plan, lay_groundwork

SMALL = {
    "demand.scale": 0.1,
    "demand.other_scale": 0.1,
    "choice.premiums": False,
    "period.warm_up_days": 0,
    "period.drain_days": 20,
}
# A flight of the lock in overhaul, the other one working by turns, and the ship lift stopped.
SPRING = {
    "period.start": "2025-02-25",
    "period.days": 40,
    "disruptions.0.start": "2025-03-10",
    "disruptions.0.end": "2025-03-20",
    "disruptions.0.announced": "2025-03-01",
}
# Empties held back, of which there are few at first.
SHORT = {
    "period.start": "2025-05-01",
    "period.days": 60,
    "disruptions": [],
    "box_pools": {"boxes:CQ_GYP": {"initial_teu": 500}, "boxes:CQ_TJC": {"initial_teu": 100}},
}
# A border shut, the ship lift stopped, typhoons at their most frequent.
AUTUMN = {"period.start": "2025-09-05", "period.days": 25}


@pytest.mark.parametrize(
    ("name", "changes"),
    [("lock_overhaul", SPRING), ("poland_border_closure", AUTUMN), ("empties_short", SHORT)],
)
def test_engines_agree_on_a_shipped_scenario(name: str, changes: dict[str, object]) -> None:
    ground = lay_groundwork(Scenario.read(name, SMALL | changes))
    for seed in (1, 2):
        plan = build_plan(ground, seed=seed)
        reference = run_engine(plan, engine="simpy")
        assert len(reference.lockage_start) > 2000
        assert run_engine(plan, engine="compiled").digest() == reference.digest()
