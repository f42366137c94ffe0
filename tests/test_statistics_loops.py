"""The compiled passes of the statistics and those by whole arrays count the same."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from corridor_sim import compiled
from corridor_sim.engine import EventLog, run_engine
from corridor_sim.plan.tables import Plan
from corridor_sim.statistics.cause_arrays import N_CAUSES
from corridor_sim.statistics.causes import CAUSES, CauseSeconds
from corridor_sim.statistics.indices import PlanIndex
from corridor_sim.statistics.loads import DepartureFacts
from corridor_sim.statistics.occupancy import Occupancy
from corridor_sim.statistics.queues import Queues
from corridor_sim.statistics.stop_loads import DepartureLoads, StopLoads
from tests.test_identities import KINDS, busy_plan


@pytest.fixture(scope="module", params=["whole", "cut short"])
def run(request: pytest.FixtureRequest) -> tuple[Plan, EventLog]:
    """Return a run with every mechanism; cut short, boxes are aboard and in queues at its end."""
    plan = busy_plan(3)
    if request.param == "cut short":
        object.__setattr__(plan, "horizon", 1100)
    return plan, run_engine(plan)


def test_there_is_a_cause_for_every_place() -> None:
    assert len(CAUSES) == N_CAUSES


def test_causes(run: tuple[Plan, EventLog]) -> None:
    plan, log = run
    index = PlanIndex.of(plan)
    by_loop = CauseSeconds(plan, log, index, KINDS, compiled=True)
    by_arrays = CauseSeconds(plan, log, index, KINDS, compiled=False)
    n = len(plan.shipments.mteu)
    assert by_loop.of_legs(0, n).sum(axis=0).astype(bool).sum() > 6
    for start, stop in ((0, n), (0, 5), (5, n), (n, n)):
        legs, boxes = by_loop.of_legs(start, stop), by_loop.of_shipments(start, stop)
        np.testing.assert_array_equal(legs, by_arrays.of_legs(start, stop))
        np.testing.assert_array_equal(boxes, by_arrays.of_shipments(start, stop))
    delivered = log.leg_ready[plan.legs.first[1:] - 1] >= 0
    whole = by_loop.of_shipments(0, n).sum(axis=1)
    took = log.leg_ready[plan.legs.first[1:] - 1] - plan.shipments.release_s
    assert (whole == np.where(delivered, took, 0)).all()


def test_causes_that_do_not_add_up_are_told_alike() -> None:
    plan = busy_plan(3)
    log = run_engine(plan)
    index = PlanIndex.of(plan)
    own = np.flatnonzero(log.visit_end[plan.visits.shipment_first :] >= 0)
    log.visit_end[plan.visits.shipment_first + own[10]] += 1
    words = []
    for is_compiled in (True, False):
        causes = CauseSeconds(plan, log, index, KINDS, compiled=is_compiled)
        with pytest.raises(ArithmeticError, match="1 legs do not add up") as caught:
            causes.of_legs(0, len(plan.shipments.mteu))
        words.append(str(caught.value))
    assert words[0] == words[1]


def test_loads(run: tuple[Plan, EventLog]) -> None:
    plan, log = run
    index = PlanIndex.of(plan)
    by_loop = StopLoads.of(plan, log, index, by_loop=True)
    by_arrays = StopLoads.of(plan, log, index, by_loop=False)
    for kind, found, expected in (
        (StopLoads, by_loop, by_arrays),
        (DepartureLoads, by_loop.of_departures, by_arrays.of_departures),
    ):
        for field in fields(kind):
            wanted = getattr(expected, field.name)
            if isinstance(wanted, np.ndarray):
                assert wanted.any(), field.name
                np.testing.assert_array_equal(getattr(found, field.name), wanted)
    assert by_loop.after_mteu.dtype == np.int32


def test_loads_beyond_what_the_loop_holds_are_added_up_by_arrays() -> None:
    plan = busy_plan(3)
    log, index = run_engine(plan), PlanIndex.of(plan)
    wanted = StopLoads.of(plan, log, index, by_loop=False)
    for amounts in (wanted.of_departures.boarded_mteu * 2, wanted.of_departures.peak_kg):
        # One less than the largest amount that the loop has to hold.
        found = StopLoads.of(plan, log, index, by_loop=True, most=int(amounts.max()) - 1)
        assert found.after_kg.dtype == np.int64
        np.testing.assert_array_equal(found.after_kg, wanted.after_kg)


def test_occupancy(run: tuple[Plan, EventLog]) -> None:
    plan, log = run
    index = PlanIndex.of(plan)
    loads = StopLoads.of(plan, log, index)
    # Months that end amid waits and visits, before the end of the run and after its start.
    edges = np.array([150, 333, 700, 1050], dtype=np.int64)
    by_loop = Occupancy.of(plan, log, index, loads, edges, by_loop=True)
    by_arrays = Occupancy.of(plan, log, index, loads, edges, by_loop=False)
    for field in fields(Occupancy):
        wanted = getattr(by_arrays, field.name)
        assert wanted.any(), field.name
        np.testing.assert_array_equal(getattr(by_loop, field.name), wanted)


def test_queues_by_week(run: tuple[Plan, EventLog]) -> None:
    plan, log = run
    # "Weeks" of 200 seconds that end amid waits; the last one is shorter.
    edges = np.array([150, 350, 550, 750, 950, 1050], dtype=np.int64)
    by_loop = Queues.of(plan, log, edges, by_loop=True)
    by_arrays = Queues.of(plan, log, edges, by_loop=False)
    for field in fields(Queues):
        wanted = getattr(by_arrays, field.name)
        assert wanted.any(), field.name
        np.testing.assert_array_equal(getattr(by_loop, field.name), wanted)
    # The months' pass counts the same seconds, whose "months" are the same bins here.
    index = PlanIndex.of(plan)
    months = Occupancy.of(plan, log, index, StopLoads.of(plan, log, index), edges)
    np.testing.assert_array_equal(by_loop.queue_s, months.queue_s)


def test_high_waits_against_counting(run: tuple[Plan, EventLog]) -> None:
    """The shortest wait that 95 % of the visits did not exceed, visit by visit."""
    plan, log = run
    index = PlanIndex.of(plan)
    edges = np.array([150, 333, 700, 1050], dtype=np.int64)
    found = Occupancy.of(plan, log, index, StopLoads.of(plan, log, index), edges)
    came = (log.visit_queued >= 0) & (log.visit_start >= 0)
    several = 0
    for row, (rank, month) in enumerate(zip(found.resource, found.month, strict=True)):
        for first, last, told in (
            (edges[month], edges[month + 1], found.p95_wait_s[row]),
            (edges[0], edges[-1], found.window_p95_wait_s[row]),
        ):
            inside = came & (log.visit_start >= first) & (log.visit_start < last)
            chosen = inside & (plan.visits.resource == rank)
            waits = sorted((log.visit_start[chosen] - log.visit_queued[chosen]).tolist())
            enough = [w for w in waits if sum(v <= w for v in waits) * 100 >= 95 * len(waits)]
            assert told == (enough[0] if enough else -1)
            several += len(waits) > 20
    assert several


def test_left_behind_is_what_was_ready_and_did_not_board(run: tuple[Plan, EventLog]) -> None:
    """Against counting box by box at every instant of boarding."""
    plan, log = run
    index = PlanIndex.of(plan)
    instants = index.instants(plan, log)
    left = np.zeros(plan.n_departures, dtype=np.int64)
    legs = plan.legs
    ride = legs.service >= 0
    call = np.where(ride, index.call_first[legs.service] + legs.board_call, -1)
    mteu = plan.shipments.mteu[legs.shipment]
    for place, second, departure in zip(
        instants.call, instants.second, instants.departure, strict=True
    ):
        here = (call == place) & (log.leg_ready >= 0) & (log.leg_ready <= second)
        stays = here & ((log.leg_board < 0) | (log.leg_board > second))
        left[departure] = max(left[departure], mteu[stays].sum())
    facts = DepartureFacts(plan, log, index)
    assert left.any()
    np.testing.assert_array_equal(facts.left_mteu, left[facts.departure])


def test_without_numba_arrays_are_used(
    run: tuple[Plan, EventLog], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, log = run
    index = PlanIndex.of(plan)
    wanted = CauseSeconds(plan, log, index, KINDS).of_legs(0, len(plan.shipments.mteu))

    def refuse(_: object) -> None:
        raise AssertionError("compiled")

    for module in ("causes", "stop_loads", "occupancy"):
        monkeypatch.setattr(f"corridor_sim.statistics.{module}.has_compiler", lambda: False)
    for module in ("cause_loop", "stop_loads", "occupancy"):
        monkeypatch.setattr(f"corridor_sim.statistics.{module}.compiled", refuse)
    got = CauseSeconds(plan, log, index, KINDS).of_legs(0, len(plan.shipments.mteu))
    np.testing.assert_array_equal(got, wanted)
    loads = StopLoads.of(plan, log, index)
    Occupancy.of(plan, log, index, loads, np.array([0, 1000], dtype=np.int64))
    assert compiled.has_compiler()
