"""Runs small enough to be followed with a pencil; every stamp is stated."""

from __future__ import annotations

import numpy as np

from corridor_sim.engine import run_engine
from corridor_sim.engine.events import CANCELLED_EMPTY, CANCELLED_PENDING, DEPARTED
from corridor_sim.plan.tables import FILL, ON_DEMAND, TIMETABLE
from corridor_sim.rules.locks import ALTERNATE, ONE_WAY, TIMED
from tests.engine.plans import DAY, Resource, Service, Shipment, Vessel, make_plan


def test_truck_then_train_then_delivery(engine: str) -> None:
    """Truck 100 s, customs 50 s, train at 500 handles 10 s a TEU, rolls 1000 s, unloads."""
    plan = make_plan(
        {
            "road": Resource(fixed_s=100.0),
            "customs": Resource(servers=1, fixed_s=50.0),
            "yard": Resource(servers=1, fixed_s=0.0, per_teu_s=10.0),
            "rail": Resource(fixed_s=1000.0),
        },
        {
            "truck": Service(ON_DEMAND, ["@0", "road", "@1"], capacity_teu=2.0),
            "train": Service(TIMETABLE, ["yard@0", "rail", "yard@1"], slots=[500]),
        },
        [Shipment(7, [("truck", 0, 1), "customs", ("train", 0, 1)], teu=2.0)],
    )
    log = run_engine(plan, engine=engine)
    assert log.leg_ready.tolist() == [7, 157, 1540]
    assert log.leg_board.tolist() == [7, 500, -1]
    assert log.leg_alight.tolist() == [107, 1540, -1]
    train = plan.services.visit_first[0]
    assert log.visit_start[train : train + 3].tolist() == [500, 520, 1520]


def test_box_ready_at_the_second_of_departure_is_taken(engine: str) -> None:
    """Bound events of a second come before its departures."""
    plan = make_plan(
        {"rail": Resource(fixed_s=10.0)},
        {"train": Service(TIMETABLE, ["@0", "rail", "@1"], slots=[100, 200])},
        [Shipment(100, [("train", 0, 1)]), Shipment(101, [("train", 0, 1)])],
    )
    assert run_engine(plan, engine=engine).leg_board.tolist() == [100, -1, 200, -1]


def test_boarding_goes_by_rank_and_stops_at_the_first_that_does_not_fit(engine: str) -> None:
    plan = make_plan(
        {"rail": Resource(fixed_s=10.0)},
        {"train": Service(TIMETABLE, ["@0", "rail", "@1"], capacity_teu=5.0, slots=[100, 200])},
        [
            Shipment(3, [("train", 0, 1)], teu=1.0),
            Shipment(2, [("train", 0, 1)], teu=4.0),
            Shipment(1, [("train", 0, 1)], teu=3.0),
            Shipment(9, [("train", 0, 1)], teu=1.0, priority=1),
        ],
    )
    # Rank: box 3 (priority 1), box 2 (ready 1), box 1 (does not fit): box 0 stays, though it would.
    assert run_engine(plan, engine=engine).leg_board[::2].tolist() == [200, 200, 100, 100]


def test_payload_binds_as_slots_do(engine: str) -> None:
    plan = make_plan(
        {"rail": Resource(fixed_s=10.0)},
        {"train": Service(TIMETABLE, ["@0", "rail", "@1"], capacity_t=10.0, slots=[100, 200])},
        [Shipment(1, [("train", 0, 1)], t=6.0), Shipment(2, [("train", 0, 1)], t=5.0)],
    )
    assert run_engine(plan, engine=engine).leg_board[::2].tolist() == [100, 200]


def test_fill_leaves_full_or_when_the_oldest_has_waited(engine: str) -> None:
    plan = make_plan(
        {"rail": Resource(fixed_s=10.0)},
        {"train": Service(FILL, ["@0", "rail", "@1"], min_teu=3.0, max_wait=1000, max_per_day=9)},
        [Shipment(t, [("train", 0, 1)]) for t in (10, 20, 30, 40, 50)],
    )
    log = run_engine(plan, engine=engine)
    assert log.leg_board[::2].tolist() == [30, 30, 30, 1040, 1040]
    assert log.departure_mteu[:2].tolist() == [3000, 2000]


def test_fill_keeps_its_daily_limit_until_midnight(engine: str) -> None:
    plan = make_plan(
        {"rail": Resource(fixed_s=10.0)},
        {
            "train": Service(
                FILL, ["@0", "rail", "@1"], min_teu=1.0, capacity_teu=1.0, max_per_day=2
            )
        },
        [Shipment(t, [("train", 0, 1)]) for t in (10, 10, 10, 10, 10)],
    )
    log = run_engine(plan, engine=engine)
    assert log.leg_board[::2].tolist() == [10, 10, DAY, DAY, 2 * DAY]
    assert np.flatnonzero(log.departure_status).tolist() == [0, 1, 2, 3, 4]


def test_timetable_cancels_empty_slots_and_drops_those_too_many_overdue(engine: str) -> None:
    plan = make_plan(
        {"rail": Resource(fixed_s=5000.0)},
        {
            "train": Service(
                TIMETABLE,
                ["@0", "rail", "@1"],
                capacity_teu=1.0,
                slots=[5, 100, 200, 300, 400],
                pool="here",
                return_pool="here",
                turnaround=50,
            )
        },
        [Shipment(t, [("train", 0, 1)]) for t in (10, 11, 12)],
        pools={"here": 1},
    )
    log = run_engine(plan, engine=engine)
    assert log.departure_status[:5].tolist() == [
        CANCELLED_EMPTY,
        DEPARTED,
        DEPARTED,
        CANCELLED_PENDING,
        CANCELLED_PENDING,
    ]
    # The one vehicle comes back 5000 + 50 s after it left.
    assert log.departure_time[:3].tolist() == [5, 100, 5150]
    assert log.leg_board[::2].tolist() == [100, 5150, -1]


def test_idle_vehicle_goes_back_empty_so_that_the_other_end_does_not_starve(engine: str) -> None:
    plan = make_plan(
        {"out": Resource(fixed_s=100.0), "home": Resource(fixed_s=100.0)},
        {
            "east": Service(
                FILL, ["@0", "out", "@1"], min_teu=1.0, pool="w", return_pool="e", turnaround=10
            ),
            "west": Service(
                FILL,
                ["@0", "home", "@1"],
                pool="e",
                return_pool="w",
                turnaround=10,
                max_idle=500,
            ),
        },
        [Shipment(t, [("east", 0, 1)], teu=9.0) for t in (0, 1)],
        pools={"e": 0, "w": 1},
    )
    # Away at 0, east at 110, sent back empty at 610, home at 720; and once more.
    log = run_engine(plan, engine=engine)
    assert log.leg_board[::2].tolist() == [0, 720]
    assert log.departure_mteu[np.flatnonzero(log.departure_status)].tolist() == [9000, 9000, 0, 0]


def test_convoy_takes_as_many_vehicles_as_it_needs(engine: str) -> None:
    plan = make_plan(
        {"road": Resource(fixed_s=100.0)},
        {
            "truck": Service(
                ON_DEMAND,
                ["@0", "road", "@1"],
                capacity_teu=2.0,
                pool="t",
                return_pool="t",
                turnaround=1,
            )
        },
        [Shipment(0, [("truck", 0, 1)], teu=5.0), Shipment(1, [("truck", 0, 1)], teu=1.0)],
        pools={"t": 3},
    )
    assert run_engine(plan, engine=engine).leg_board[::2].tolist() == [0, 101]


def test_closure_blocks_starts_only_and_slowdown_is_taken_at_the_start(engine: str) -> None:
    plan = make_plan(
        {"road": Resource(fixed_s=100.0, rows=[(50, 0, 1.0), (300, 2**31 - 1, 2.0)])},
        {"truck": Service(ON_DEMAND, ["@0", "road", "@1"])},
        [Shipment(10, [("truck", 0, 1)]), Shipment(60, [("truck", 0, 1)])],
    )
    log = run_engine(plan, engine=engine)
    assert log.leg_alight[::2].tolist() == [110, 500]
    assert log.leg_board[::2].tolist() == [10, 60]


def test_held_service_does_not_leave_into_a_closure(engine: str) -> None:
    plan = make_plan(
        {"road": Resource(fixed_s=100.0, rows=[(50, 0, 1.0), (300, 2**31 - 1, 1.0)])},
        {"truck": Service(ON_DEMAND, ["@0", "road", "@1"], holds=True)},
        [Shipment(60, [("truck", 0, 1)])],
    )
    assert run_engine(plan, engine=engine).leg_board[0] == 300


def test_vehicles_rank_before_boxes_and_by_priority(engine: str) -> None:
    """One server of 10 s: asked at 5 by a box, a background train and an urgent train."""
    plan = make_plan(
        {"desk": Resource(servers=1, fixed_s=10.0), "busy": Resource(fixed_s=1.0)},
        {"truck": Service(ON_DEMAND, ["@0", "busy", "@1"])},
        [Shipment(5, ["desk", ("truck", 0, 1)], priority=4)],
        vessels=[Vessel("desk", [0]), Vessel("desk", [5]), Vessel("desk", [5], priority=1)],
    )
    log = run_engine(plan, engine=engine)
    first = plan.visits.background_first
    assert log.visit_start[first : first + 3].tolist() == [0, 20, 10]
    assert log.leg_ready[0] == 40


def test_line_boards_at_a_later_call_when_handling_starts(engine: str) -> None:
    """Unload 2 TEU and load 1 TEU at B in one visit; what is ready during handling misses it."""
    plan = make_plan(
        {
            "yard": Resource(servers=1, fixed_s=0.0, per_teu_s=10.0),
            "a": Resource(fixed_s=100.0),
            "b": Resource(fixed_s=100.0),
        },
        {
            "line": Service(
                TIMETABLE, ["@0", "a", "yard@1", "b", "@2"], capacity_teu=2.0, slots=[0, 500]
            )
        },
        [
            Shipment(0, [("line", 0, 1)], teu=2.0),
            Shipment(100, [("line", 1, 2)], teu=1.0),
            Shipment(101, [("line", 1, 2)], teu=1.0),
            Shipment(490, [("line", 0, 2)], teu=1.0),
        ],
    )
    log = run_engine(plan, engine=engine)
    assert log.leg_board[::2].tolist() == [0, 100, 600, 500]
    assert log.leg_alight[::2].tolist() == [130, 230, 710, 710]


def lock(**changes: object) -> Resource:
    settings = {"servers": 1, "fixed_s": 100.0, "smallest_batch": 1, "take": 2, "mode": ALTERNATE}
    return Resource(**(settings | changes))  # type: ignore[arg-type]


def test_alternating_lock_turns_with_vessels_and_only_then_empty(engine: str) -> None:
    vessels = [
        Vessel("lock", [0], direction=0),
        Vessel("lock", [1], direction=0),
        Vessel("lock", [2], direction=0),
        Vessel("lock", [3], direction=1),
    ]
    log = run_engine(make_plan({"lock": lock()}, {}, [], vessels=vessels), engine=engine)
    # Down with vessel 0; up with vessel 3; down with 1 and 2 together; then it idles below.
    assert log.visit_start.tolist() == [0, 200, 200, 100]
    assert log.lockage_vessels.tolist() == [1, 1, 2]


def test_alternating_lock_crosses_empty_when_nobody_waits_on_its_side(engine: str) -> None:
    vessels = [Vessel("lock", [0], direction=1), Vessel("lock", [500], direction=1)]
    log = run_engine(make_plan({"lock": lock()}, {}, [], vessels=vessels), engine=engine)
    assert log.lockage_vessels.tolist() == [0, 1, 0, 1]
    assert log.visit_start.tolist() == [100, 600]


def test_chamber_is_not_called_over_when_another_is_coming(engine: str) -> None:
    """Two flights, both above. One comes down for the vessel below; the other stays."""
    vessels = [Vessel("lock", [0], direction=0), Vessel("lock", [1], direction=1)]
    plan = make_plan({"lock": lock(servers=2, take=1)}, {}, [], vessels=vessels)
    log = run_engine(plan, engine=engine)
    # Flight 0 stands above (side 0), flight 1 below (side 1): each serves its own.
    assert log.lockage_chamber.tolist() == [0, 1]
    assert log.visit_start.tolist() == [0, 1]


def test_one_way_flights_keep_their_direction_and_a_closure_may_change_the_mode(
    engine: str,
) -> None:
    resource = lock(
        servers=2,
        mode=ONE_WAY,
        take=1,
        rows=[(50, 0b01, 1.0, TIMED, 1000), (5000, 0b11, 1.0, ONE_WAY, 1)],
    )
    vessels = [
        Vessel("lock", [10], direction=1),
        Vessel("lock", [20], direction=1),
        Vessel("lock", [60], direction=0),
        Vessel("lock", [70], direction=0),
    ]
    log = run_engine(make_plan({"lock": resource}, {}, [], vessels=vessels), engine=engine)
    # Flight 1 locks the first up at 10. From 50 only flight 0 works, 1000 s down, then 1000 s up.
    assert log.visit_start.tolist() == [10, 1050, 60, 160]
    assert log.lockage_chamber.tolist() == [1, 0, 0, 0]


def test_smallest_batch_waits(engine: str) -> None:
    vessels = [Vessel("lock", [n], direction=0) for n in (1, 2, 9)]
    resource = lock(smallest_batch=3, take=5)
    log = run_engine(make_plan({"lock": resource}, {}, [], vessels=vessels), engine=engine)
    assert log.visit_start.tolist() == [9, 9, 9]


def test_nothing_at_the_horizon_runs(engine: str) -> None:
    plan = make_plan(
        {"road": Resource(fixed_s=10.0)},
        {"truck": Service(ON_DEMAND, ["@0", "road", "@1"])},
        [Shipment(89, [("truck", 0, 1)]), Shipment(90, [("truck", 0, 1)])],
        horizon=100,
    )
    log = run_engine(plan, engine=engine)
    assert log.leg_alight[::2].tolist() == [99, -1]
    assert log.visit_end[1] == 99
    assert log.visit_end[4] == 100
