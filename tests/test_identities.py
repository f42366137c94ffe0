"""The identities hold on real stamps, and each is missed when its stamps are tampered with."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from corridor_sim.engine import EventLog, run_engine
from corridor_sim.plan.tables import FILL, ON_DEMAND, TIMETABLE, Plan
from corridor_sim.rules.locks import ALTERNATE, ONE_WAY
from corridor_sim.statistics.identities import check_log
from tests.engine.plans import DAY, Resource, Service, Shipment, Vessel, make_plan

KINDS = {"yard": "rail_yard", "customs": "customs", "lock": "lock", "slots": "arrival_slot"}


def busy_plan(seed: int) -> Plan:
    """Return a plan with every mechanism, tight servers and many ties."""
    rng = np.random.default_rng(seed)
    ways: list[list[tuple[str, int, int] | str]] = [
        [("truck", 0, 1), "customs", ("train", 0, 1)],
        [("truck", 0, 1), "customs", ("train", 0, 2)],
        [("train", 1, 2)],
        ["customs", ("barge", 0, 1)],
        [("barge_up", 0, 1), "customs", ("truck", 0, 1)],
    ]
    boxes = [
        Shipment(
            int(rng.integers(0, 200)) * 10,
            ways[int(rng.integers(len(ways)))],
            teu=float(rng.integers(1, 4)),
            priority=int(rng.integers(1, 4)),
        )
        for _ in range(120)
    ]
    mode = ALTERNATE if seed % 2 else ONE_WAY
    return make_plan(
        {
            "a_road": Resource(fixed_s=30.0),
            "customs": Resource(
                servers=2, fixed_s=20.0, rows=[(600, 0, 1.0), (900, 1, 2.0), (1500, 2, 1.0)]
            ),
            "lock": Resource(servers=2, fixed_s=40.0, smallest_batch=1, take=3, mode=mode),
            "rail": Resource(fixed_s=100.0, rows=[(700, 0, 1.0), (800, 2**31 - 1, 1.0)]),
            "river": Resource(fixed_s=50.0),
            "slots": Resource(servers=1, fixed_s=10.0),
            "yard": Resource(servers=1, fixed_s=5.0, per_teu_s=2.0),
        },
        {
            "truck": Service(
                ON_DEMAND,
                ["@0", "a_road", "@1"],
                capacity_teu=2.0,
                pool="park",
                return_pool="park",
                turnaround=20,
            ),
            "train": Service(
                TIMETABLE,
                ["yard@0", "rail", "slots", "yard@1", "rail", "yard@2"],
                capacity_teu=8.0,
                slots=list(range(0, 3000, 100)),
                quotas={0: 6.0},
                priority=1,
            ),
            "barge": Service(
                FILL, ["yard@0", "river", "lock", "@1"], min_teu=4.0, capacity_teu=6.0, priority=2
            ),
            "barge_up": Service(
                FILL,
                ["yard@0", "river", "lock", "@1"],
                min_teu=3.0,
                capacity_teu=6.0,
                max_wait=200,
                directions={"lock": 1},
            ),
        },
        boxes,
        vessels=[Vessel("lock", [30] * 40, direction=n % 2) for n in range(8)]
        + [Vessel("customs", [n * 25], priority=2) for n in range(60)],
        pools={"park": 5},
        horizon=DAY,
    )


@pytest.mark.parametrize("seed", range(12))
def test_every_identity_holds_on_plans_full_of_ties(seed: int) -> None:
    plan = busy_plan(seed)
    assert check_log(plan, run_engine(plan), KINDS) == []


def test_identities_hold_when_the_run_is_cut_short() -> None:
    """Boxes aboard, in queues and not yet released at the horizon are all in the balance."""
    plan = busy_plan(1)
    object.__setattr__(plan, "horizon", 1100)
    object.__setattr__(plan, "window", (200, 1000))
    log = run_engine(plan)
    assert (log.leg_board >= 0).sum() > (log.leg_alight >= 0).sum() > 0
    assert check_log(plan, log, KINDS) == []


def _shift(column: str, by: int) -> Callable[[Plan, EventLog], None]:
    def tamper(plan: Plan, log: EventLog) -> None:
        values = getattr(log, column)
        values[np.flatnonzero(values >= 0)[40]] += by

    return tamper


def _swap_starts(plan: Plan, log: EventLog) -> None:
    """Let two visits at the desk change places in the queue."""
    customs = plan.resource_names.index("customs")
    here = np.flatnonzero((plan.visits.resource == customs) & (log.visit_start >= 0))
    here = here[here >= plan.visits.background_first]
    waits = here[log.visit_start[here] > log.visit_queued[here]]
    first, second = waits[np.argsort(log.visit_start[waits])][[0, -1]]
    for column in (log.visit_start, log.visit_end):
        column[first], column[second] = column[second], column[first]
    log.visit_queued[second] = min(log.visit_queued[second], log.visit_start[second])


def _start_closed(plan: Plan, log: EventLog) -> None:
    customs = plan.resource_names.index("customs")
    here = np.flatnonzero((plan.visits.resource == customs) & (log.visit_start >= 900))
    here = here[here >= plan.visits.background_first]
    visit = here[np.argmin(log.visit_start[here])]
    log.visit_queued[visit] = log.visit_start[visit] = 700


def _overload(plan: Plan, log: EventLog) -> None:
    """Put the boxes of one train onto another that left at the same second as they boarded."""
    log.departure_mteu[plan.n_departures - 1] += 1


def _empty_lockage(plan: Plan, log: EventLog) -> None:
    log.lockage_vessels[np.argmax(log.lockage_vessels)] -= 1


def _lockages_overlap(plan: Plan, log: EventLog) -> None:
    log.lockage_end[3] += 10_000


def _lose_a_box(plan: Plan, log: EventLog) -> None:
    """Stamp a box as delivered that is still on its way."""
    leg = int(np.flatnonzero((plan.legs.service < 0) & (log.leg_ready >= 0))[5])
    log.leg_alight[leg - 1] = -1


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (_shift("leg_ready", 1), "ready|causes|boards"),
        (_shift("leg_board", 1), "boards off"),
        (_shift("leg_alight", -1), "alights off|ready|add up"),
        (_shift("visit_end", 1), "off its departure|add up|lasts"),
        (_swap_starts, "overtake"),
        (_start_closed, "closed|overtake"),
        (_overload, "not what boarded"),
        (_empty_lockage, "vessels of the lockages"),
        (_lockages_overlap, "overlap"),
        (_lose_a_box, "ready before it begins"),
    ],
)
def test_tampering_is_seen(tamper: Callable[[Plan, EventLog], None], words: str) -> None:
    plan = busy_plan(1)
    log = run_engine(plan)
    tamper(plan, log)
    faults = check_log(plan, log, KINDS)
    assert any(word in fault for fault in faults for word in words.split("|")), faults
