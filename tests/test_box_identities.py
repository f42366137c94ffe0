"""Boxes are neither lost nor made: holds on random plans, and is missed when stamps are wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from corridor_sim.engine import EventLog, run_engine
from corridor_sim.plan.tables import ON_DEMAND, Plan
from corridor_sim.statistics.box_flows import BoxFlows
from corridor_sim.statistics.box_identities import check_box_pools
from corridor_sim.statistics.identities import check_log
from tests.engine.plans import Resource, Service, Shipment, make_plan
from tests.engine.random_plans import random_plan

KINDS = {"pool": "box_pool"}


def short_plan() -> Plan:
    """Return a plan in which two exports of 2 TEU wait for imports of 1 TEU, delivered each 100 s.

    Stock: 1 at first, 2 at 100 (taken at once), 1 at 200, 2 at 300 (taken), 1 at 400.
    """
    out: list[tuple[str, int, int] | str] = ["pool", ("truck", 0, 1)]
    back: list[tuple[str, int, int] | str] = [("truck", 0, 1)]
    return make_plan(
        {"road": Resource(fixed_s=100.0), "pool": Resource(fixed_s=0.0, stock_teu=1.0)},
        {"truck": Service(ON_DEMAND, ["@0", "road", "@1"], capacity_teu=5.0)},
        [Shipment(time, back, gives="pool") for time in (0, 100, 200, 300)]
        + [Shipment(5, out, teu=2.0), Shipment(6, out, teu=2.0)],
    )


def test_stock_of_a_pool_by_hand() -> None:
    plan = short_plan()
    flows = BoxFlows.of(plan, run_engine(plan), 0)
    moments, stock = flows.stock()
    assert moments.tolist() == [0, 100, 200, 300, 400]
    assert stock.tolist() == [1000, 0, 1000, 0, 1000]
    assert flows.asked.tolist() == [5, 6]
    assert flows.taken.tolist() == [100, 300]
    assert flows.back.tolist() == [100, 200, 300, 400]


def test_all_identities_hold_where_boxes_are_short() -> None:
    plan = short_plan()
    assert check_log(plan, run_engine(plan), KINDS) == []


@pytest.mark.parametrize("seed", [seed for seed in range(60) if seed % 3])
def test_stocks_add_up_on_random_plans(seed: int) -> None:
    plan = random_plan(seed)
    assert len(plan.boxes.resource)
    assert check_box_pools(plan, run_engine(plan), servers_known=True) == []


def early(plan: Plan, log: EventLog) -> None:
    log.visit_start[np.flatnonzero(plan.visits.resource == 0)[0]] = 99


def late(plan: Plan, log: EventLog) -> None:
    log.visit_start[np.flatnonzero(plan.visits.resource == 0)[0]] = 101


def short_of_one(_: Plan, log: EventLog) -> None:
    log.box_stock[0] -= 1


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        (early, "'pool': more boxes are taken than stand there, first at 99 s"),
        (late, "'pool': 1 shipments wait though their boxes stand there"),
        (short_of_one, "1000 thousandths of a TEU; 999 stand there at the end"),
    ],
)
def test_a_wrong_stamp_is_seen(tamper: Callable[[Plan, EventLog], None], told: str) -> None:
    plan = short_plan()
    assert plan.resource_names[0] == "pool"
    log = run_engine(plan)
    tamper(plan, log)
    faults = check_box_pools(plan, log, servers_known=True)
    assert len(faults) == 1, faults
    assert told in faults[0]


def test_without_pools_there_is_nothing_to_check() -> None:
    plan = random_plan(0)
    assert not len(plan.boxes.resource)
    log = run_engine(plan)
    assert check_box_pools(plan, log, servers_known=True) == []
    assert replace(log, box_stock=np.empty(0, dtype=np.int64)).digest() == log.digest()
