"""Every engine gives the same stamps, bit for bit; and a fault in one of them is seen."""

from __future__ import annotations

import inspect
import textwrap
from collections import Counter
from dataclasses import fields
from types import FunctionType
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corridor_sim.engine import (
    EventLog,
    loop,
    loop_dispatch,
    loop_journeys,
    loop_queues,
    loop_resources,
    run_engine,
)
from corridor_sim.engine.loop import run_loop
from corridor_sim.engine.reference import run_reference
from corridor_sim.plan.tables import Plan
from tests.engine.faults import FAULTS, Owner
from tests.engine.random_plans import mechanisms, random_plan

SEEDS = range(300)
LOOP = (loop, loop_dispatch, loop_journeys, loop_queues, loop_resources)

# What must happen often among the random plans, or their equality says little.
OFTEN = """
    background vessels that queued, boxes delivered, boxes never boarded,
    boxes back at once, boxes back later, boxes taken at once,
    boxes that alighted at middle calls, boxes that boarded at later calls, boxes that queued,
    boxes that waited for a truck, convoys, convoys for their weight,
    departures held until midnight,
    departures under minimum load, empty slots that ran, empty turns, filled departures,
    grants in the second of a return, shipments that never got boxes,
    shipments that waited for boxes,
    last departures of a day, lockages alternating, lockages of several vessels, lockages one way,
    lockages slowed down, lockages timed, slots cancelled as empty, slots cancelled as too many,
    slots that left late, trucks, trucks held back by a closure, vehicles sent back empty,
    vehicles that come back, vehicles that queued, visits of what never makes wait,
    visits slowed down, visits that met a closure, visits that overtook by priority
"""


def differing(one: EventLog, other: EventLog) -> list[str]:
    """Return the names of the arrays in which two logs differ."""
    return [
        field.name
        for field in fields(one)
        if not np.array_equal(getattr(one, field.name), getattr(other, field.name))
    ]


@pytest.fixture(scope="module")
def plans() -> list[Plan]:
    return [random_plan(seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def references(plans: list[Plan]) -> list[EventLog]:
    return [run_reference(plan) for plan in plans]


def test_random_plans_cover_every_mechanism(plans: list[Plan], references: list[EventLog]) -> None:
    seen: Counter[str] = Counter()
    in_plans: Counter[str] = Counter()
    for plan, log in zip(plans, references, strict=True):
        counted = mechanisms(plan, log)
        seen.update(counted)
        in_plans.update(name for name, count in counted.items() if count)
    for name in " ".join(OFTEN.split()).split(", "):
        assert seen[name] > 100, name
        assert in_plans[name] > 15, name
    assert seen["slots that left late for a closure"] > 10
    assert seen["stamps that share their second"] > 0.4 * seen["stamps"]


@pytest.mark.parametrize("engine", ["loop", "compiled"])
def test_engines_agree_on_random_plans(
    plans: list[Plan], references: list[EventLog], engine: str
) -> None:
    for seed, plan, reference in zip(SEEDS, plans, references, strict=True):
        log = run_engine(plan, engine=engine)
        assert differing(reference, log) == [], f"seed {seed}"
        assert log.digest() == reference.digest()


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(min_value=10_000, max_value=2**31))
def test_engines_agree_on_any_plan(seed: int) -> None:
    plan = random_plan(seed)
    assert differing(run_reference(plan), run_engine(plan, engine="compiled")) == []


# -- faults --------------------------------------------------------------------------------------


def plant(monkeypatch: pytest.MonkeyPatch, owner: Owner, name: str, old: str, new: str) -> None:
    """Replace a piece of one function's source by another, wherever the function is named."""
    original = getattr(owner, name)
    source = textwrap.dedent(inspect.getsource(original))
    assert source.count(old) == 1, f"{name}: '{old}' occurs {source.count(old)} times"
    namespace: dict[str, Any] = {}
    module = inspect.getmodule(original)
    exec(  # noqa: S102
        compile("from __future__ import annotations\n" + source.replace(old, new), name, "exec"),
        vars(module),
        namespace,
    )
    faulty = namespace[name]
    assert isinstance(faulty, FunctionType)
    if isinstance(owner, type):
        monkeypatch.setattr(owner, name, faulty)
        return
    for place in LOOP:
        if getattr(place, name, None) is original:
            monkeypatch.setattr(place, name, faulty)


@pytest.mark.parametrize(
    ("owner", "name", "old", "new"),
    [fault[1:] for fault in FAULTS],
    ids=[fault[0] for fault in FAULTS],
)
def test_fault_in_one_engine_is_seen(
    owner: Owner,
    name: str,
    old: str,
    new: str,
    plans: list[Plan],
    references: list[EventLog],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The plans above find each of these faults, and none of them needs the last plans."""
    plant(monkeypatch, owner, name, old, new)
    faulty = run_reference if isinstance(owner, type) else run_loop
    for plan, reference in zip(plans[:200], references[:200], strict=True):
        if differing(reference, faulty(plan)):
            return
    pytest.fail("no plan shows this fault")
