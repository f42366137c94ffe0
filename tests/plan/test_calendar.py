"""Opening hours and timetable slots."""

from __future__ import annotations

import datetime as dt

import pytest

from corridor_sim.errors import CorridorSimError
from corridor_sim.plan.calendar import closed_hours, departure_slots

DAY = 86_400
HOUR = 3_600
WEDNESDAY = dt.date(2025, 1, 1)


def closed(calendar: str, days: int = 7) -> list[tuple[float, float]]:
    spans = closed_hours(calendar, origin=WEDNESDAY, horizon=days * DAY, where="facility 'x'")
    return [(start / HOUR, end / HOUR) for start, end in spans]


def test_blank_is_always_open() -> None:
    assert closed("") == []


def test_daily_hours() -> None:
    assert closed("daily 08:00-20:00", 2) == [(0, 8), (20, 32), (44, 48)]


def test_hours_over_midnight() -> None:
    assert closed("daily 20:00-04:00", 1) == [(4, 20)]


def test_weekdays_start_on_the_right_day() -> None:
    # From Wednesday: open Wed-Fri 8-18, Sat 9-12, then Monday and Tuesday.
    assert closed("mon-fri 08:00-18:00; sat 09:00-12:00") == [
        (0, 8),
        (18, 32),
        (42, 56),
        (66, 81),
        (84, 128),
        (138, 152),
        (162, 168),
    ]


@pytest.mark.parametrize("calendar", ["always", "mon 8-18", "xyz 08:00-18:00", "daily 25:00-26:00"])
def test_unreadable_calendar_names_the_place_and_what_is_allowed(calendar: str) -> None:
    with pytest.raises(CorridorSimError, match=r"facility 'x'.*allowed"):
        closed(calendar)


def test_stated_slots() -> None:
    slots = departure_slots("s", "Mon 08:00; Thu 20:00", 0, origin=WEDNESDAY, horizon=14 * DAY)
    assert (slots / HOUR).tolist() == [44, 128, 212, 296]


def test_spread_slots_are_even_and_depend_on_the_name_alone() -> None:
    slots = departure_slots("s", "", 3.5, origin=WEDNESDAY, horizon=70 * DAY)
    assert len(slots) == 35
    assert {int(gap) for gap in slots[1:] - slots[:-1]} == {2 * DAY}
    other = departure_slots("t", "", 3.5, origin=WEDNESDAY, horizon=70 * DAY)
    assert slots[0] != other[0]


def test_unreadable_timetable() -> None:
    with pytest.raises(CorridorSimError, match="service 's'"):
        departure_slots("s", "Monday 8", 0, origin=WEDNESDAY, horizon=DAY)
