"""Statistics of runs small enough to be followed with a pencil."""

from __future__ import annotations

import itertools

import numpy as np

from corridor_sim.engine import run_engine
from corridor_sim.plan.tables import FILL, ON_DEMAND, TIMETABLE, Plan
from corridor_sim.rules.locks import ALTERNATE
from corridor_sim.statistics.causes import CAUSES, leg_causes
from corridor_sim.statistics.indices import PlanIndex
from corridor_sim.statistics.loads import DepartureFacts
from corridor_sim.statistics.occupancy import (
    Occupancy,
    integral_of_presence,
    integral_of_steps,
)
from corridor_sim.statistics.stop_loads import StopLoads
from tests.engine.plans import Resource, Service, Shipment, Vessel, make_plan

KINDS = {"yard": "rail_yard", "customs": "customs", "lock": "lock", "gauge": "gauge_change"}


def causes_of(plan: Plan, leg: int) -> dict[str, int]:
    """Return the causes of a leg that are not zero."""
    log = run_engine(plan)
    seconds = leg_causes(plan, log, PlanIndex.of(plan), KINDS)
    assert list(seconds) == list(CAUSES)
    return {cause: int(values[leg]) for cause, values in seconds.items() if values[leg]}


def test_every_second_of_a_journey_has_one_cause() -> None:
    """Truck 100 s, customs 50 s, waits for the slot at 500, handles 20 s, rolls, unloads."""
    plan = make_plan(
        {
            "road": Resource(fixed_s=100.0),
            "customs": Resource(servers=1, fixed_s=50.0),
            "yard": Resource(servers=1, fixed_s=0.0, per_teu_s=10.0),
            "gauge": Resource(servers=1, fixed_s=70.0),
            "rail": Resource(fixed_s=1000.0),
        },
        {
            "truck": Service(ON_DEMAND, ["@0", "road", "@1"], capacity_teu=2.0),
            "train": Service(TIMETABLE, ["yard@0", "rail", "gauge", "yard@1"], slots=[500]),
        },
        [Shipment(7, [("truck", 0, 1), "customs", ("train", 0, 1)], teu=2.0)],
    )
    assert causes_of(plan, 0) == {"moving": 100}
    assert causes_of(plan, 1) == {
        "customs": 50,
        "schedule_wait": 343,
        "handling": 40,
        "gauge_change": 70,
        "moving": 1000,
    }
    assert causes_of(plan, 2) == {}


def test_left_behind_starts_where_the_first_departure_leaves() -> None:
    """The train at 100 takes the first box only; the second leaves at 200."""
    plan = make_plan(
        {"rail": Resource(fixed_s=10.0)},
        {"train": Service(TIMETABLE, ["@0", "rail", "@1"], capacity_teu=1.0, slots=[100, 200])},
        [Shipment(1, [("train", 0, 1)]), Shipment(30, [("train", 0, 1)])],
    )
    assert causes_of(plan, 0) == {"schedule_wait": 99, "moving": 10}
    assert causes_of(plan, 2) == {"schedule_wait": 70, "left_behind": 100, "moving": 10}


def test_a_slot_without_a_vehicle_is_vehicle_wait() -> None:
    """The only vehicle is back at 161, the second slot was due at 120."""
    plan = make_plan(
        {"rail": Resource(fixed_s=10.0)},
        {
            "train": Service(
                TIMETABLE,
                ["@0", "rail", "@1"],
                slots=[100, 120],
                pool="wagons",
                return_pool="wagons",
                turnaround=51,
            )
        },
        [Shipment(1, [("train", 0, 1)]), Shipment(105, [("train", 0, 1)])],
        pools={"wagons": 1},
    )
    assert causes_of(plan, 2) == {"schedule_wait": 15, "vehicle_wait": 41, "moving": 10}


def test_filling_up_is_schedule_wait_and_lack_of_trucks_is_vehicle_wait() -> None:
    plan = make_plan(
        {"rail": Resource(fixed_s=10.0), "road": Resource(fixed_s=60.0)},
        {
            "shuttle": Service(FILL, ["@0", "rail", "@1"], min_teu=5.0, max_wait=300),
            "truck": Service(
                ON_DEMAND, ["@0", "road", "@1"], pool="park", return_pool="park", turnaround=30
            ),
        },
        [
            Shipment(0, [("shuttle", 0, 1)]),
            Shipment(10, [("truck", 0, 1)]),
            Shipment(20, [("truck", 0, 1)]),
        ],
        pools={"park": 1},
    )
    assert causes_of(plan, 0) == {"schedule_wait": 300, "moving": 10}
    assert causes_of(plan, 2) == {"moving": 60}
    assert causes_of(plan, 4) == {"vehicle_wait": 80, "moving": 60}


def test_queue_at_a_lock_behind_background_vessels() -> None:
    """One flight takes one vessel in 100 s; two background vessels are before the barge."""
    plan = make_plan(
        {
            "river": Resource(fixed_s=10.0),
            "lock": Resource(servers=1, fixed_s=100.0, smallest_batch=1, take=1, mode=ALTERNATE),
        },
        {"barge": Service(TIMETABLE, ["@0", "river", "lock", "@1"], slots=[100])},
        [Shipment(1, [("barge", 0, 1)])],
        vessels=[Vessel("lock", [50], direction=0)],
    )
    log = run_engine(plan)
    seconds = leg_causes(plan, log, PlanIndex.of(plan), KINDS)
    # The chamber goes down at 50, is through at 150, turns empty until 250, locks until 350.
    assert {c: int(v[0]) for c, v in seconds.items() if v[0]} == {
        "schedule_wait": 99,
        "moving": 10,
        "lock_queue": 140,
        "lock_passage": 100,
    }
    index = PlanIndex.of(plan)
    loads = StopLoads.of(plan, log, index)
    edges = np.array([0, 200, 1000])
    facility = Occupancy.of(plan, log, index, loads, edges)
    assert facility.visits.tolist() == [1, 1]
    assert facility.background_visits.tolist() == [1, 0]
    assert facility.wait_s.tolist() == [0, 140]
    assert facility.queue_s.tolist() == [90, 50]
    assert facility.busy_s.tolist() == [150, 150]
    assert facility.available_s.tolist() == [200, 800]
    assert facility.mteu.tolist() == [0, 1000]


def test_departures_that_leave_boxes_behind_count_as_full() -> None:
    """4 of 5 TEU aboard is no 95 %, but a box of 3 TEU stays behind."""
    plan = make_plan(
        {"rail": Resource(fixed_s=10.0)},
        {"train": Service(TIMETABLE, ["@0", "rail", "@1"], capacity_teu=5.0, slots=[100, 200])},
        [
            Shipment(1, [("train", 0, 1)], teu=4.0),
            Shipment(2, [("train", 0, 1)], teu=3.0),
            Shipment(150, [("train", 0, 1)], teu=1.0),
        ],
    )
    log = run_engine(plan)
    index = PlanIndex.of(plan)
    facts = DepartureFacts(plan, log, index)
    assert facts.peak_mteu.tolist() == [4000, 4000]
    assert facts.left_mteu.tolist() == [3000, 0]
    assert facts.is_full.tolist() == [True, False]


def test_loads_follow_boarding_and_alighting_call_by_call() -> None:
    plan = make_plan(
        {
            "a": Resource(fixed_s=10.0),
            "b": Resource(fixed_s=10.0),
            "yard": Resource(servers=1, fixed_s=5.0, per_teu_s=1.0),
        },
        {"train": Service(TIMETABLE, ["yard@0", "a", "yard@1", "b", "yard@2"], slots=[100])},
        [
            Shipment(1, [("train", 0, 2)], teu=4.0),
            Shipment(1, [("train", 0, 1)], teu=3.0),
            Shipment(1, [("train", 1, 2)], teu=2.0),
        ],
    )
    log = run_engine(plan)
    index = PlanIndex.of(plan)
    loads = StopLoads.of(plan, log, index)
    assert loads.after_mteu.tolist() == [7000, 6000, 0]
    assert loads.moved_mteu.tolist() == [7000, 5000, 6000]
    facts = DepartureFacts(plan, log, index)
    assert (facts.boarded_mteu.tolist(), facts.peak_mteu.tolist()) == ([9000], [7000])
    seconds = leg_causes(plan, log, index, KINDS)
    # The box that joins at the second call waits there until handling starts, at 122.
    joined = {cause: int(values[4]) for cause, values in seconds.items() if values[4]}
    assert joined == {"schedule_wait": 121, "handling": 10 + 11, "moving": 10}


def test_visits_that_outlast_a_closing_keep_utilisation_within_one() -> None:
    """The desk closes at 30 while a visit runs from 0 to 100."""
    plan = make_plan(
        {"customs": Resource(servers=1, fixed_s=100.0, rows=[(30, 0, 1.0), (200, 1, 1.0)])},
        {},
        [Shipment(0, ["customs"]), Shipment(10, ["customs"])],
    )
    log = run_engine(plan)
    index = PlanIndex.of(plan)
    loads = StopLoads.of(plan, log, index)
    facility = Occupancy.of(plan, log, index, loads, np.array([0, 200, 400]))
    assert facility.busy_s.tolist() == [100, 100]
    assert facility.available_s.tolist() == [100, 200]
    assert facility.queue_s.tolist() == [190, 0]


def test_integrals_against_counting_second_by_second() -> None:
    rng = np.random.default_rng(3)
    begin = rng.integers(0, 50, 40)
    end = begin + rng.integers(0, 30, 40)
    edges = np.array([5, 20, 21, 60])
    second = np.arange(80)
    present = ((begin[:, None] <= second) & (second < end[:, None])).sum(axis=0)
    wanted = [int(present[a:b].sum()) for a, b in itertools.pairwise(edges)]
    assert integral_of_presence(begin, end, edges).tolist() == wanted
    assert integral_of_steps(second, present, edges).tolist() == wanted
