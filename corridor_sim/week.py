"""Opening hours and timetables as people write them: spans and moments of a week."""

from __future__ import annotations

import re

__all__ = ["DAY_S", "WEEK_S", "opening_spans", "slot_moments"]

DAY_S = 86_400
WEEK_S = 7 * DAY_S
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_RULE = re.compile(
    r"^(?P<from>daily|[a-z]{3})(?:-(?P<to>[a-z]{3}))?\s+"
    r"(?P<open>\d{1,2}:\d{2})-(?P<close>\d{1,2}:\d{2})$"
)
_SLOT = re.compile(r"^(?P<day>[a-z]{3})\s+(?P<time>\d{1,2}:\d{2})$")


def _seconds(text: str) -> int:
    hours, minutes = (int(part) for part in text.split(":"))
    if hours > 24 or minutes > 59 or (hours == 24 and minutes):
        raise ValueError(f"'{text}' is not a time; allowed: 00:00 to 24:00")
    return hours * 3600 + minutes * 60


def _weekday(text: str) -> int:
    if text not in _DAYS:
        raise ValueError(f"'{text}' is not a day; allowed: {', '.join(_DAYS)}")
    return _DAYS.index(text)


def opening_spans(calendar: str) -> list[tuple[int, int]]:
    """Read opening hours.

    Parameters
    ----------
    calendar : str
        For example ``daily 08:00-20:00`` or ``mon-fri 08:00-18:00; sat 09:00-12:00``. A closing
        time before the opening time runs over midnight.

    Returns
    -------
    list of (int, int)
        Opening and closing second of each span, counted from Monday midnight; empty for a blank
        calendar, which is always open.

    Raises
    ------
    ValueError
        If the calendar cannot be read.
    """
    spans: list[tuple[int, int]] = []
    if not calendar.strip():
        return spans
    for part in calendar.lower().split(";"):
        match = _RULE.match(part.strip())
        if match is None:
            raise ValueError(
                f"calendar '{part.strip()}' cannot be read; "
                "allowed: 'daily 08:00-20:00' or 'mon-fri 08:00-18:00; sat 09:00-12:00'"
            )
        first = 0 if match["from"] == "daily" else _weekday(match["from"])
        last = 6 if match["from"] == "daily" else first
        if match["to"]:
            last = _weekday(match["to"])
        opens, closes = _seconds(match["open"]), _seconds(match["close"])
        if closes <= opens:
            closes += DAY_S
        for day in range(first, last + 1 if last >= first else last + 8):
            start = (day % 7) * DAY_S
            spans.append((start + opens, start + closes))
    return spans


def slot_moments(timetable: str) -> list[int]:
    """Read the slots of a timetable.

    Parameters
    ----------
    timetable : str
        For example ``Mon 08:00; Thu 20:00``.

    Returns
    -------
    list of int
        Seconds from Monday midnight, ascending; empty for a blank timetable.

    Raises
    ------
    ValueError
        If the timetable cannot be read.
    """
    moments: list[int] = []
    if not timetable.strip():
        return moments
    for part in timetable.lower().split(";"):
        match = _SLOT.match(part.strip())
        if match is None:
            raise ValueError(
                f"timetable '{part.strip()}' cannot be read; allowed: 'Mon 08:00; Thu 20:00'"
            )
        moments.append(_weekday(match["day"]) * DAY_S + _seconds(match["time"]))
    return sorted(moments)
