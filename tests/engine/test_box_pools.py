"""Exports wait for empty boxes: runs that can be followed with a pencil, and identities."""

from __future__ import annotations

import numpy as np

from corridor_sim.engine import EventLog, run_engine
from corridor_sim.plan.tables import ON_DEMAND, TIMETABLE, Plan
from tests.engine.plans import Resource, Service, Shipment, make_plan

ROAD = {"road": Resource(fixed_s=100.0)}
TRUCK = {"truck": Service(ON_DEMAND, ["@0", "road", "@1"], capacity_teu=50.0)}
OUT: list[tuple[str, int, int] | str] = ["pool", ("truck", 0, 1)]
BACK: list[tuple[str, int, int] | str] = [("truck", 0, 1)]


def starts(plan: Plan, log: EventLog) -> list[int]:
    """Return when each shipment got its boxes, in the order of the shipments."""
    pool = plan.resource_names.index("pool")
    return [int(s) for s in log.visit_start[plan.visits.resource == pool]]


def test_boxes_in_stock_are_taken_at_once(engine: str) -> None:
    plan = make_plan(
        {**ROAD, "pool": Resource(fixed_s=0.0, stock_teu=5.0)},
        TRUCK,
        [Shipment(7, OUT, teu=2.0), Shipment(7, OUT, teu=3.0)],
    )
    log = run_engine(plan, engine=engine)
    assert starts(plan, log) == [7, 7]
    # It takes a second to fetch them.
    assert log.leg_board[::2].tolist() == [8, 8]
    assert log.box_stock.tolist() == [0]


def test_an_export_waits_for_an_import_to_be_unpacked(engine: str) -> None:
    """The import is released at 10, delivered at 110 and unpacked 50 s later."""
    plan = make_plan(
        {**ROAD, "pool": Resource(fixed_s=0.0, stock_teu=1.0)},
        TRUCK,
        [Shipment(7, OUT, teu=2.0), Shipment(10, BACK, teu=1.0, gives="pool", turnaround=50)],
    )
    log = run_engine(plan, engine=engine)
    assert starts(plan, log) == [160]
    assert log.leg_ready.tolist() == [161, 261, 10, 110]
    assert log.box_stock.tolist() == [0]


def test_empties_are_there_in_the_second_of_their_delivery(engine: str) -> None:
    """A train of empties alights at 300; late empties make exports wait."""
    resources = {**ROAD, "rail": Resource(fixed_s=200.0)}
    resources["pool"] = Resource(fixed_s=0.0, stock_teu=0.0)
    services = {**TRUCK, "train": Service(TIMETABLE, ["@0", "rail", "@1"], slots=[100, 900])}
    way: list[tuple[str, int, int] | str] = [("train", 0, 1)]
    for released, there in ((50, 300), (101, 1100)):
        plan = make_plan(
            resources,
            services,
            [Shipment(7, OUT, teu=2.0), Shipment(released, way, teu=3.0, gives="pool")],
        )
        log = run_engine(plan, engine=engine)
        assert starts(plan, log) == [there]
        assert log.box_stock.tolist() == [1000]


def test_nobody_passes_one_whose_boxes_are_not_all_there(engine: str) -> None:
    """A shipment of 3 TEU blocks the smaller ones behind it; priority goes first."""
    plan = make_plan(
        {**ROAD, "pool": Resource(fixed_s=0.0, stock_teu=2.0)},
        TRUCK,
        [
            Shipment(7, OUT, teu=3.0),
            Shipment(8, OUT, teu=1.0),
            Shipment(8, OUT, teu=1.0, priority=1),
            # Delivered at 110 and 210.
            Shipment(10, BACK, teu=2.0, gives="pool"),
            Shipment(110, BACK, teu=1.0, gives="pool"),
        ],
    )
    log = run_engine(plan, engine=engine)
    # 2 - 1 (first by priority) = 1; + 2 - 3 = 0 at 110; + 1 - 1 = 0 at 210.
    assert starts(plan, log) == [110, 210, 8]
    assert log.box_stock.tolist() == [0]


def test_ties_go_by_shipment_and_returns_come_before_who_takes(engine: str) -> None:
    """In one second: boxes come back (7 + 100), and two ask; the first of them gets them."""
    plan = make_plan(
        {**ROAD, "pool": Resource(fixed_s=0.0, stock_teu=0.0)},
        TRUCK,
        [
            Shipment(107, OUT, teu=1.0),
            Shipment(107, OUT, teu=1.0),
            Shipment(7, BACK, teu=1.0, gives="pool"),
        ],
    )
    log = run_engine(plan, engine=engine)
    assert starts(plan, log) == [107, -1]


def test_a_shut_pool_hands_nothing_out(engine: str) -> None:
    rows = [(50, 0, 1.0), (500, 2**31 - 1, 1.0)]
    plan = make_plan(
        {**ROAD, "pool": Resource(fixed_s=0.0, stock_teu=9.0, rows=rows)},
        TRUCK,
        [Shipment(60, OUT, teu=1.0)],
    )
    assert starts(plan, run_engine(plan, engine=engine)) == [500]


def test_boxes_that_would_be_back_after_the_end_are_not_in_stock(engine: str) -> None:
    plan = make_plan(
        {**ROAD, "pool": Resource(fixed_s=0.0, stock_teu=4.0)},
        TRUCK,
        [Shipment(7, OUT, teu=1.0), Shipment(7, BACK, teu=1.0, gives="pool", turnaround=900)],
        horizon=1000,
    )
    log = run_engine(plan, engine=engine)
    assert log.box_stock.tolist() == [3000]
    assert np.flatnonzero(plan.boxes.gives >= 0).tolist() == [1]
