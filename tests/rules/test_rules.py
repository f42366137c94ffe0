"""Rules of the mechanism, case by case."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor_sim.rules.boxes import back_in_stock, boxes_suffice
from corridor_sim.rules.consolidation import (
    convoy_vehicles,
    fits,
    is_fill_due,
    is_repositioning_due,
    may_leave,
    slot_is_dropped,
)
from corridor_sim.rules.locks import (
    ALTERNATE,
    ONE_WAY,
    TIMED,
    batch_taken,
    next_flip,
    served_direction,
    turns_empty,
)
from corridor_sim.rules.ticks import duration_ticks, local_day


@pytest.mark.parametrize(
    ("fixed_s", "per_teu_s", "mteu", "slowdown", "ticks"),
    [
        (0.0, 0.0, 0, 1.0, 1),
        (0.2, 0.0, 0, 1.0, 1),
        (10.0, 0.0, 5000, 1.0, 10),
        (10.0, 2.0, 1500, 1.0, 13),
        (10.0, 2.0, 1501, 1.0, 14),
        (10.0, 0.0, 0, 1.5, 15),
    ],
)
def test_duration_is_rounded_up_and_at_least_a_second(
    fixed_s: float, per_teu_s: float, mteu: int, slowdown: float, ticks: int
) -> None:
    assert duration_ticks(fixed_s, per_teu_s, mteu, slowdown) == ticks


@given(st.floats(0, 1e7), st.floats(0, 1e4), st.integers(0, 10**7), st.floats(0.1, 10))
def test_duration_never_shortens_the_work(
    fixed_s: float, per_teu_s: float, mteu: int, slowdown: float
) -> None:
    seconds = (fixed_s + per_teu_s * (mteu / 1000.0)) * slowdown
    ticks = duration_ticks(fixed_s, per_teu_s, mteu, slowdown)
    assert ticks >= max(seconds, 1)
    assert ticks < max(math.floor(seconds) + 1, 1) + 1


def test_local_day_turns_at_midnight() -> None:
    assert [local_day(t) for t in (0, 86_399, 86_400)] == [0, 0, 1]


def test_both_limits_bind() -> None:
    assert fits(4, 4, 1, 1, 5, 5)
    assert not fits(5, 4, 1, 1, 5, 5)
    assert not fits(4, 5, 1, 1, 5, 5)


def test_fill_is_due_by_slots_payload_or_patience() -> None:
    assert not is_fill_due(0, 0, 0, 0, -1, 99, 0), "nothing waits"
    assert is_fill_due(10, 0, 10, 9, 5, 6, 100)
    assert is_fill_due(1, 9, 10, 9, 5, 6, 100)
    assert not is_fill_due(9, 8, 10, 9, 5, 104, 100)
    assert is_fill_due(9, 8, 10, 9, 5, 105, 100)


def test_repositioning_needs_a_vehicle_and_a_rule() -> None:
    assert not is_repositioning_due(-1, 1000, 10)
    assert not is_repositioning_due(0, 1000, -1)
    assert not is_repositioning_due(991, 1000, 10)
    assert is_repositioning_due(990, 1000, 10)


def test_departure_needs_vehicles_and_an_open_path() -> None:
    assert may_leave(-1, 99, False)
    assert may_leave(2, 2, False)
    assert not may_leave(1, 2, False)
    assert not may_leave(-1, 1, True)


def test_overdue_slots_are_kept_up_to_the_limit() -> None:
    assert not slot_is_dropped(1, 1)
    assert slot_is_dropped(2, 1)


@pytest.mark.parametrize(("mteu", "kg", "n"), [(1, 1, 1), (2000, 1, 1), (2001, 1, 2), (1, 61, 3)])
def test_convoy_by_slots_or_payload(mteu: int, kg: int, n: int) -> None:
    assert convoy_vehicles(mteu, kg, 2000, 30) == n


def test_directions_of_a_free_chamber() -> None:
    assert [served_direction(ONE_WAY, c, 0, 0, 0, 1) for c in (0, 1, 2)] == [0, 1, 0]
    assert [served_direction(ALTERNATE, 0, side, 0, 0, 1) for side in (0, 1)] == [0, 1]
    timed = [served_direction(TIMED, 0, 0, now, 100, 50) for now in (100, 149, 150, 199, 200)]
    assert timed == [0, 0, 1, 1, 0]
    assert [next_flip(now, 100, 50) for now in (100, 149, 150)] == [150, 150, 200]


def test_batches_and_empty_turns() -> None:
    assert [batch_taken(w, 4, 3) for w in (2, 3, 4, 9)] == [0, 3, 4, 4]
    assert turns_empty(1, 0, 4, 1)
    assert not turns_empty(0, 0, 4, 1)
    assert not turns_empty(4, 1, 4, 1), "the chamber that comes takes them all"
    assert turns_empty(5, 1, 4, 1)
    assert not turns_empty(5, 1, 4, 3), "what is left would not start a lockage"


@pytest.mark.parametrize(
    ("stock", "mteu", "gets"), [(2000, 2000, "all"), (2000, 2001, "none"), (0, 500, "none")]
)
def test_boxes_are_handed_out_whole(stock: int, mteu: int, gets: str) -> None:
    assert boxes_suffice(stock, mteu) is (gets == "all")


def test_boxes_are_back_after_the_turnaround() -> None:
    assert back_in_stock(100, 0) == 100
    assert back_in_stock(100, 50) == 150
