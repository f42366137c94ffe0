"""The loop that finds premiums gives the bits of whole arrays, or is not used."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from corridor_sim import Scenario
from corridor_sim.demand.od import ODTable
from corridor_sim.routes import premium_loop
from corridor_sim.routes.choice import ChoiceModel, build_choice_model
from corridor_sim.routes.premiums import Premiums, ServiceRoom, find_premiums, service_room
from corridor_sim.simulation import lay_groundwork

ROUNDS = 8
Problem = tuple[ChoiceModel, ODTable, ServiceRoom]


@pytest.fixture(scope="module")
def problem() -> Problem:
    """Return every tenth row of the baseline's demand, ten times as large, on all its slots."""
    ground = lay_groundwork(Scenario.read("baseline_2025", {"choice.premiums": False}))
    chosen = slice(None, None, 10)
    rows = [
        dataclasses.replace(row, teu_per_year=row.teu_per_year * 10)
        for row in ground.od.rows[chosen]
    ]
    routes = dataclasses.replace(ground.choice.routes, of_od=ground.choice.routes.of_od[chosen])
    constants = {"ilstc": 0.5, "cre": -0.5}
    model = build_choice_model(routes, constants, beta=ground.choice.beta)
    return model, ODTable(tuple(rows)), service_room(ground.network, routes)


@pytest.fixture(scope="module")
def by_arrays(problem: Problem) -> Premiums:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(premium_loop, "machine_code", lambda *_: None)
        return find_premiums(*problem, rounds=ROUNDS)


def same(a: Premiums, b: Premiums) -> bool:
    return np.array_equal(a.cny_per_teu, b.cny_per_teu) and np.array_equal(a.cny_per_t, b.cny_per_t)


@pytest.mark.parametrize("made", [premium_loop.machine_code, lambda *_: premium_loop.search])
def test_the_loop_gives_the_bits_of_whole_arrays(
    problem: Problem,
    by_arrays: Premiums,
    monkeypatch: pytest.MonkeyPatch,
    made: Callable[..., Any],
) -> None:
    monkeypatch.setattr(premium_loop, "_FEW", 0)
    monkeypatch.setattr(premium_loop, "machine_code", made)
    assert (by_arrays.cny_per_teu > 0).any()
    assert (by_arrays.cny_per_t > 0).any()
    model, od, room = problem
    assert same(find_premiums(model, od, room, rounds=ROUNDS), by_arrays)
    # From where another search ended.
    half = find_premiums(model, od, room, rounds=ROUNDS // 2)
    on = find_premiums(model, od, room, rounds=ROUNDS // 2, start=half)
    monkeypatch.setattr(premium_loop, "machine_code", lambda *_: None)
    assert same(on, find_premiums(model, od, room, rounds=ROUNDS // 2, start=half))


def test_a_loop_with_logarithms_of_its_own_is_not_used(
    problem: Problem, by_arrays: Premiums, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def other_bits(*arguments: Any) -> None:
        calls.append(arguments[10])
        premium_loop.search(*arguments)
        share = arguments[12]
        share[0] = np.nextafter(share[0], 1.0)

    monkeypatch.setattr(premium_loop, "_FEW", 0)
    monkeypatch.setattr(premium_loop, "machine_code", lambda *_: other_bits)
    assert same(find_premiums(*problem, rounds=ROUNDS), by_arrays)
    assert calls == [1]


def free(model: ChoiceModel, room: ServiceRoom) -> tuple[ChoiceModel, ServiceRoom]:
    nothing = np.zeros_like(model.cost_cny_per_teu)
    return dataclasses.replace(model, cost_cny_per_teu=nothing, cost_cny_per_t=nothing), room


def without_departures(model: ChoiceModel, room: ServiceRoom) -> tuple[ChoiceModel, ServiceRoom]:
    return model, dataclasses.replace(room, departures=room.departures * 0.0)


@pytest.mark.parametrize("changed", [free, without_departures])
def test_what_numpy_would_warn_of_is_left_to_it(
    problem: Problem,
    monkeypatch: pytest.MonkeyPatch,
    changed: Callable[[ChoiceModel, ServiceRoom], tuple[ChoiceModel, ServiceRoom]],
) -> None:
    monkeypatch.setattr(premium_loop, "_FEW", 0)
    model, od, room = problem
    model, room = changed(model, room)
    with pytest.warns(RuntimeWarning):
        find_premiums(model, od, room, rounds=2)
