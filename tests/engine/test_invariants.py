"""What holds on every plan, checked on random ones full of ties."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from corridor_sim.engine import EventLog, run_engine
from corridor_sim.engine.events import DEPARTED
from corridor_sim.plan.tables import LOCK, ON_DEMAND, Plan
from tests.engine.plans import make_plan
from tests.engine.random_plans import HORIZON, random_plan, random_spec

SEEDS = range(40)


@pytest.fixture(scope="module")
def runs(engine: str) -> list[tuple[Plan, EventLog]]:
    plans = [random_plan(seed) for seed in SEEDS]
    return [(plan, run_engine(plan, engine=engine)) for plan in plans]


def test_runs_repeat_bit_for_bit(runs: list[tuple[Plan, EventLog]], engine: str) -> None:
    for plan, log in runs[:3]:
        assert run_engine(plan, engine=engine).digest() == log.digest()


def test_load_never_exceeds_either_capacity(runs: list[tuple[Plan, EventLog]]) -> None:
    checked = 0
    for plan, log in runs:
        for departure in np.flatnonzero(log.departure_status == DEPARTED):
            service = int(np.searchsorted(plan.services.departure_first, departure, "right")) - 1
            if plan.services.dispatch[service] == ON_DEMAND:
                continue
            legs = np.flatnonzero(log.leg_departure == departure)
            boxes = plan.legs.shipment[legs]
            for call in range(int(plan.services.n_calls[service]) - 1):
                aboard = (plan.legs.board_call[legs] <= call) & (plan.legs.alight_call[legs] > call)
                assert (
                    plan.shipments.mteu[boxes[aboard]].sum() <= plan.services.capacity_mteu[service]
                )
                assert plan.shipments.kg[boxes[aboard]].sum() <= plan.services.capacity_kg[service]
                checked += 1
    assert checked > 500


def test_every_box_is_somewhere(runs: list[tuple[Plan, EventLog]]) -> None:
    """Stamps of a box follow one another without gap or overlap."""
    for plan, log in runs:
        legs = plan.legs
        for box in range(len(legs.first) - 1):
            reached = int(plan.shipments.release_s[box])
            for leg in range(int(legs.first[box]), int(legs.first[box + 1])):
                for visit in range(int(legs.visit_first[leg]), int(legs.visit_first[leg + 1])):
                    queued, start = log.visit_queued[visit], log.visit_start[visit]
                    assert queued in (reached, -1)
                    assert start == -1 or start >= queued
                    reached = int(log.visit_end[visit])
                    if reached < 0 or reached >= HORIZON:
                        reached = -1
                        break
                assert log.leg_ready[leg] == reached
                if reached < 0:
                    break
                if legs.service[leg] >= 0:
                    board, alight = int(log.leg_board[leg]), int(log.leg_alight[leg])
                    assert board == -1 or board >= reached
                    assert alight == -1 or alight > board
                    reached = alight
                    if reached < 0:
                        break


def test_nothing_starts_while_closed_nor_beyond_the_servers(
    runs: list[tuple[Plan, EventLog]],
) -> None:
    for plan, log in runs:
        table = plan.resources
        for rank in range(len(plan.resource_names)):
            rows = slice(int(table.row_first[rank]), int(table.row_first[rank + 1]))
            visits = np.flatnonzero((plan.visits.resource == rank) & (log.visit_start >= 0))
            starts, ends = log.visit_start[visits], log.visit_end[visits]
            row = np.searchsorted(table.row_time[rows], starts, "right") - 1
            servers = table.row_servers[rows][row]
            assert (servers > 0).all()
            if table.kind[rank] != LOCK:
                for start, limit in zip(starts.tolist(), servers.tolist(), strict=True):
                    assert ((starts <= start) & (ends > start)).sum() <= limit


def test_starts_are_in_the_order_of_rank(runs: list[tuple[Plan, EventLog]]) -> None:
    """Nobody starts at a facility while somebody of a better rank waits there."""
    for plan, log in runs:
        for rank in np.flatnonzero(plan.resources.kind == 1):
            visits = np.flatnonzero((plan.visits.resource == rank) & (log.visit_queued >= 0))
            keys = [rank_key(plan, log, int(visit)) for visit in visits]
            starts = [int(s) if s >= 0 else HORIZON for s in log.visit_start[visits]]
            queued = [int(q) for q in log.visit_queued[visits]]
            for n, key in enumerate(keys):
                for m, other in enumerate(keys):
                    if other < key and queued[m] <= starts[n] < HORIZON:
                        assert starts[m] <= starts[n]


def rank_key(plan: Plan, log: EventLog, visit: int) -> tuple[int, int, int, int]:
    """Return (priority, asked, vehicle or box, id) of a visit."""
    asked = int(log.visit_queued[visit])
    if visit < plan.visits.shipment_first:
        service = int(np.searchsorted(plan.services.visit_first, visit, "right")) - 1
        while plan.services.visit_first[service + 1] == plan.services.visit_first[service]:
            service -= 1
        steps = int(plan.services.step_first[service + 1] - plan.services.step_first[service])
        number = (visit - int(plan.services.visit_first[service])) // steps
        departure = int(plan.services.departure_first[service]) + number
        return int(plan.services.priority[service]), asked, 0, departure
    if visit < plan.visits.background_first:
        leg = int(np.searchsorted(plan.legs.visit_first, visit, "right")) - 1
        box = int(plan.legs.shipment[leg])
        return int(plan.shipments.priority[box]), asked, 1, box
    row = visit - plan.visits.background_first
    vessel = int(np.searchsorted(plan.background.visit_first, row, "right")) - 1
    return int(plan.background.priority[vessel]), asked, 0, plan.n_departures + vessel


@pytest.mark.parametrize("seed", range(10))
def test_a_corridor_that_shares_nothing_changes_nothing(seed: int, engine: str) -> None:
    resources, services, shipments, vessels, pools = random_spec(seed)
    alone = make_plan(resources, services, shipments, vessels=vessels, pools=pools, horizon=HORIZON)
    more = random_spec(seed + 1000, prefix="extra_")
    both = make_plan(
        more[0] | resources,
        more[1] | services,
        shipments + more[2],
        vessels=vessels + more[3],
        pools=more[4] | pools,
        horizon=HORIZON,
    )
    before, after = run_engine(alone, engine=engine), run_engine(both, engine=engine)
    n = alone.n_legs
    assert after.leg_board[:n].tolist() == before.leg_board.tolist()
    assert after.leg_alight[:n].tolist() == before.leg_alight.tolist()


def test_listing_order_of_tables_does_not_matter(engine: str) -> None:
    resources, services, shipments, vessels, pools = random_spec(7)
    plan = make_plan(resources, services, shipments, vessels=vessels, pools=pools, horizon=HORIZON)
    shuffled = random.Random(1)

    def reorder(table: dict[str, Any]) -> dict[str, Any]:
        names = list(table)
        shuffled.shuffle(names)
        return {name: table[name] for name in names}

    again = make_plan(
        reorder(resources),
        reorder(services),
        shipments,
        vessels=vessels,
        pools=reorder(pools),
        horizon=HORIZON,
    )
    assert run_engine(again, engine=engine).digest() == run_engine(plan, engine=engine).digest()
