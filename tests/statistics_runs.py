"""A small run with a network of its own, for tests of statistics and screens."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from corridor_sim.engine import run_engine
from corridor_sim.engine.events import EventLog
from corridor_sim.plan.tables import ON_DEMAND, TIMETABLE, Plan
from corridor_sim.statistics import Clock, Statistics, build_tables
from tests.engine.plans import DAY, Resource, Service, Shipment, make_plan


@dataclass
class Run:
    """What `small_run` hands back."""

    plan: Plan
    log: EventLog
    network: Any
    clock: Clock
    statistics: Statistics


def small_network() -> Any:
    """Return the frames of a network with one train and one truck, each way on its own."""
    links = pd.DataFrame(
        {
            "link": ["rail:A>B", "rail:B>C", "road:Z>A"],
            "from_node": ["A", "B", "Z"],
            "to_node": ["B", "C", "A"],
            "mode": ["rail", "rail", "road"],
            "corridor": ["cre", "cre", "hub"],
            "distance_km": [100.0, 300.0, 20.0],
        }
    ).set_index("link")
    facilities = pd.DataFrame(
        {
            "facility": ["desk", "yard", "crane"],
            "node": ["A", "A", "A"],
            "name_en": ["Customs desk", "Rail yard", "Crane"],
            "kind": ["customs", "rail_yard", "dwell"],
            "clears": [True, False, False],
            "co2e_kg_per_teu": [0.0, 10.0, 3.0],
        }
    ).set_index("facility")
    services = pd.DataFrame(
        {
            "service": ["train", "truck"],
            "corridor": ["cre", "hub"],
            "mode": ["rail", "road"],
            "dispatch": ["timetable", "on_demand"],
        }
    ).set_index("service")
    calls = pd.DataFrame(
        {
            "service": ["train"] * 3 + ["truck"] * 2,
            "sequence": [1, 2, 3, 1, 2],
            "node": ["A", "B", "C", "Z", "A"],
            "stop": ["call", "pass", "call", "call", "call"],
            "link": ["", "rail:A>B", "rail:B>C", "", "road:Z>A"],
            "facility": ["yard", "", "yard", "", ""],
        }
    )
    modes = pd.DataFrame(
        {
            "mode": ["rail", "road", "inland_waterway", "sea", "air"],
            "co2e_g_per_t_km": [22.0, 90.0, 31.0, 8.2, 880.0],
            "co2e_g_per_teu_km": [np.nan, np.nan, np.nan, 80.0, np.nan],
        }
    ).set_index("mode")
    nodes = pd.DataFrame({"transhipment": ["crane", "", "", ""]}, index=["A", "B", "C", "Z"])
    return SimpleNamespace(
        nodes=nodes, links=links, facilities=facilities, services=services, calls=calls, modes=modes
    )


def small_run() -> Run:
    """Run four boxes: two by truck and train, one domestic by train, one unserved.

    The train leaves at 1 h and 25 h with room for 2 TEU; the window is the second day on.
    """
    plan = make_plan(
        {
            "rail:A>B": Resource(fixed_s=3600.0),
            "rail:B>C": Resource(fixed_s=7200.0),
            "road:Z>A": Resource(fixed_s=600.0),
            "desk": Resource(servers=1, fixed_s=300.0),
            "yard": Resource(servers=1, fixed_s=0.0, per_teu_s=60.0),
        },
        {
            "train": Service(
                TIMETABLE,
                ["yard@0", "rail:A>B", "rail:B>C", "yard@1"],
                capacity_teu=2.0,
                slots=[3600, DAY + 3600, 2 * DAY + 3600],
            ),
            "truck": Service(ON_DEMAND, ["@0", "road:Z>A", "@1"], capacity_teu=2.0),
        },
        [
            Shipment(0, [("truck", 0, 1), "desk", ("train", 0, 1)], teu=2.0, t=10.0),
            Shipment(DAY, [("truck", 0, 1), "desk", ("train", 0, 1)], teu=1.0, t=8.0),
            Shipment(DAY, [("train", 0, 1)], teu=2.0, t=12.0, priority=4),
            Shipment(DAY + 5, [], teu=3.0),
        ],
        horizon=4 * DAY,
    )
    # The last box has no route: take its delivery row away again.
    legs = plan.legs
    keep = legs.shipment != 3
    first = np.minimum(legs.first, int(keep.sum()))
    for name in ("shipment", "service", "board_call", "alight_call", "number"):
        object.__setattr__(legs, name, getattr(legs, name)[keep])
    object.__setattr__(legs, "first", first)
    object.__setattr__(legs, "visit_first", legs.visit_first[: int(keep.sum()) + 1])
    object.__setattr__(plan, "window", (DAY, 4 * DAY))
    routes = [
        SimpleNamespace(
            name="Z>C|cre|truck+train",
            corridor="cre",
            planned_h=5.0,
            cost_cny_per_teu=1000.0,
            cost_cny_per_t=0.0,
            subsidy_cny_per_teu=0.0,
            subsidy_cny_per_t=0.0,
        ),
        SimpleNamespace(
            name="A>C|cre|train",
            corridor="cre",
            planned_h=4.0,
            cost_cny_per_teu=800.0,
            cost_cny_per_t=5.0,
            subsidy_cny_per_teu=0.0,
            subsidy_cny_per_t=0.0,
        ),
    ]
    boxes: Any = plan.shipments
    boxes.od = np.array([0, 0, 1, 2], dtype=np.int32)
    boxes.k = np.array([0, 1, 0, 0], dtype=np.int32)
    boxes.od_names = ("laptops|export|Z|C", "other|domestic", "wine|import|C|Z")
    boxes.node_names = ("A", "C", "Z")
    boxes.origin = np.array([2, 2, 0, 1], dtype=np.int32)
    boxes.destination = np.array([1, 1, 1, 2], dtype=np.int32)
    boxes.commodity = np.array([0, 0, 1, 2], dtype=np.int16)
    boxes.commodity_names = ("laptops", "steel", "wine")
    boxes.direction = np.array([0, 0, 2, 1], dtype=np.int8)
    boxes.kind = np.array([0, 0, 1, 0], dtype=np.int8)
    boxes.own = boxes.kind == 0
    boxes.value_cny = np.array([4_000_000, 2_000_000, 0, 600_000], dtype=np.int64)
    boxes.vot_pct_per_day = np.array([0.5, 0.5, 0.1, 0.2])
    boxes.route = np.array([0, 0, 1, -1], dtype=np.int32)
    boxes.routes = SimpleNamespace(routes=routes)
    log = run_engine(plan)
    clock = Clock(dt.date(2025, 1, 30), plan.window, plan.horizon)
    network = small_network()
    tables = build_tables(plan, log, network, clock)
    return Run(plan, log, network, clock, Statistics(tables, network, clock))
