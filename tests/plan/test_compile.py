"""What plans share and what each draws: checked against the plain way of doing it."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest

from corridor_sim import Scenario
from corridor_sim import gamma as gamma_module
from corridor_sim.distributions import Distribution
from corridor_sim.plan import visits as visits_module
from corridor_sim.plan.background import BackgroundRow, draw_background
from corridor_sim.plan.tables import LINK, ON_DEMAND, Plan
from corridor_sim.plan.ways import DRAWS_PER_SHIPMENT, route_patterns
from corridor_sim.simulation import Groundwork, build_plan, lay_groundwork
from corridor_sim.streams import Streams, stream

WEEKS = {
    "demand.scale": 0.3,
    "choice.premiums": False,
    "period.start": "2025-08-01",
    "period.warm_up_days": 0,
    "period.days": 40,
    "period.drain_days": 0,
}


@pytest.fixture(scope="module")
def ground() -> Groundwork:
    """A few weeks of a scenario with random closures."""
    return lay_groundwork(Scenario.read("typhoon_season", WEEKS))


@pytest.fixture(scope="module")
def plan(ground: Groundwork) -> Plan:
    """The plan that tests look into."""
    return build_plan(ground, seed=3, replication=1)


def numbers(table: Any, where: str = "") -> dict[str, np.ndarray[Any, Any]]:
    """Return all arrays of a plan by their names."""
    found = {}
    for field in fields(table):
        value = getattr(table, field.name)
        if isinstance(value, np.ndarray):
            found[where + field.name] = value
        elif is_dataclass(value):
            found |= numbers(value, f"{where}{field.name}.")
    return found


def differing(one: Plan, other: Plan) -> list[str]:
    """Name the arrays in which two plans differ."""
    theirs = numbers(other)
    return [name for name, mine in numbers(one).items() if not np.array_equal(mine, theirs[name])]


def test_what_replications_share_is_left_as_it_is(ground: Groundwork, plan: Plan) -> None:
    """Another replication between, and a groundwork that nobody has used yet."""
    other = build_plan(ground, seed=3, replication=2)
    assert {"shipments.release_s", "visits.fixed_s", "resources.row_time"} <= set(
        differing(plan, other)
    )
    assert differing(plan, build_plan(ground, seed=3, replication=1)) == []
    fresh = lay_groundwork(ground.scenario)
    assert differing(plan, build_plan(fresh, seed=3, replication=1)) == []


def test_all_tables_are_read_only(plan: Plan) -> None:
    mine = {name: a for name, a in numbers(plan).items() if not name.startswith("shipments.")}
    assert [name for name, array in mine.items() if array.flags.writeable] == []


def test_draws_do_not_depend_on_how_many_are_made_at_a_time(
    ground: Groundwork, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits_module, "_BLOCK", 101)
    assert differing(plan, build_plan(ground, seed=3, replication=1)) == []


@pytest.mark.parametrize("count", [1, 3, 500])
def test_draws_do_not_depend_on_how_many_threads_draw(
    ground: Groundwork, plan: Plan, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    assert plan.n_legs > visits_module._MANY
    monkeypatch.setattr(visits_module, "processors", lambda: count)
    assert differing(plan, build_plan(ground, seed=3, replication=1)) == []


def test_draws_are_the_same_without_machine_code(
    ground: Groundwork, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: str) -> None:
        return None

    assert plan.n_legs > visits_module._MANY
    monkeypatch.setattr(visits_module, "machine_code", missing)
    monkeypatch.setattr(gamma_module, "machine_code", missing)
    assert differing(plan, build_plan(ground, seed=3, replication=1)) == []


def test_legs_and_visits_of_boxes_follow_their_routes(ground: Groundwork, plan: Plan) -> None:
    """Box by box: legs, numbers of trucks, what is visited, and the draws of it all."""
    boxes, legs, services, visits = plan.shipments, plan.legs, plan.services, plan.visits
    frame = ground.plan_frame
    patterns = route_patterns(
        list(boxes.routes.routes), ground.network, frame.layout, plan.resource_names
    )
    trucks = dict.fromkeys(np.flatnonzero(services.dispatch == ON_DEMAND).tolist(), 0)
    times = frame.visits.durations.times
    leg, visit, compared = 0, visits.shipment_first, 0
    for box, route in enumerate(boxes.route.tolist()):
        assert legs.first[box] == leg
        if route < 0:
            continue
        pattern, draws, used = patterns[route], None, 0
        if box % 997 == 0:
            rng = stream(3, 1, "way", boxes.od_names[int(boxes.od[box])])
            k = int(boxes.k[box])
            draws = rng.random((k + 1, DRAWS_PER_SHIPMENT))[k]

        def lasts(place: int, resource: int, used: int, draws: Any = draws) -> bool:
            time = times[resource]
            if draws is None or time is None or time[1] < 1.0:
                return True
            expected = time[0].quantile(draws[used : used + 1])[0] * 3600
            return bool(visits.fixed_s[place] == expected)

        rides = zip(pattern.service, pattern.board_call, pattern.alight_call, strict=True)
        for ride, own, steps in zip(rides, pattern.visits, pattern.truck_steps, strict=True):
            assert legs.visit_first[leg] == visit
            for resource in own:
                assert visits.resource[visit] == resource
                assert lasts(visit, resource, used)
                visit, used = visit + 1, used + 1
            assert legs.shipment[leg] == box
            assert (legs.service[leg], legs.board_call[leg], legs.alight_call[leg]) == ride
            if ride[0] in trucks:
                assert legs.number[leg] == trucks[ride[0]]
                trucks[ride[0]] += 1
                place = plan.service_visit(ride[0], int(legs.number[leg]))
                for step, resource in enumerate(frame.layout.steps(ride[0])):
                    assert visits.resource[place + step] == resource
                    assert resource < 0 or lasts(place + step, resource, used + step)
                used += steps
            else:
                assert legs.number[leg] == -1
            leg += 1
        compared += draws is not None
    assert compared > 20
    assert leg == plan.n_legs == legs.first[-1]
    assert visit == visits.background_first == legs.visit_first[-1]
    counts = np.diff(services.departure_first)
    assert {service: counts[service] for service in trucks} == trucks


def test_departures_draw_by_service_number_and_step(ground: Groundwork, plan: Plan) -> None:
    services, visits = plan.services, plan.visits
    times = ground.plan_frame.visits.durations.times
    seen = 0
    for service, name in enumerate(plan.service_names):
        count = int(np.diff(services.departure_first[service : service + 2])[0])
        if services.dispatch[service] == ON_DEMAND or count == 0 or service % 7:
            continue
        steps = ground.plan_frame.layout.steps(service)
        for step, resource in enumerate(steps):
            time = times[resource] if resource >= 0 else None
            if time is None or plan.resources.kind[resource] != LINK:
                continue
            first = plan.service_visit(service, 0) + step
            drawn = stream(3, 1, "departure", f"{name}|{step}").random(count)
            rows = slice(first, first + count * len(steps), len(steps))
            assert (visits.fixed_s[rows] == time[0].quantile(drawn) * 3600).all()
            seen += count
    assert seen > 500


def test_vessels_that_return_are_drawn_until_the_span_is_over() -> None:
    """Absences of the heaviest tail need more draws than are made at first, in the same stream."""
    away = Distribution.parse("lognormal(40, 10)")
    horizon = 400 * 86_400
    row = BackgroundRow("barges", 2, 1, 0.0, away, 80, (Distribution.constant(1.0), 1.0))
    table = draw_background([row], Streams(1, 0), horizon=horizon)
    per_draw = int(horizon / (away.mean() * 3600.0) * 1.25) + 16
    longest = 0
    for vessel in range(80):
        rng = stream(1, 0, "background", f"barges|{vessel}")
        phase, reached = rng.random(), 0
        gaps: list[int] = []
        while reached < horizon:
            seconds = max(float(np.ceil(away.sample(rng, 1)[0] * 3600.0)), 1.0)
            if not gaps:
                seconds = max(float(np.ceil(seconds * phase)), 1.0)
            gaps.append(int(seconds))
            reached += gaps[-1]
        mine = slice(*table.visit_first[vessel : vessel + 2].tolist())
        assert table.gap[mine].tolist() == gaps
        longest = max(longest, len(gaps))
    assert longest > per_draw
    assert table.first_direction[:4].tolist() == [0, 1, 0, 1]
    assert set(table.resource.tolist()) == {2}
