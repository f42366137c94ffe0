"""Calendars of opening hours and of departures, in seconds of the simulated span."""

from __future__ import annotations

import datetime as dt
import hashlib

import numpy as np
from numpy.typing import NDArray

from corridor_sim.errors import CorridorSimError
from corridor_sim.week import DAY_S as _DAY
from corridor_sim.week import WEEK_S as _WEEK
from corridor_sim.week import opening_spans, slot_moments

__all__ = ["closed_hours", "departure_slots"]


def closed_hours(
    calendar: str, *, origin: dt.date, horizon: int, where: str
) -> list[tuple[int, int]]:
    """Return the spans in which a calendar is closed.

    Parameters
    ----------
    calendar : str
        For example ``daily 08:00-20:00`` or ``mon-fri 08:00-18:00; sat 09:00-12:00``; blank means
        always open. A closing time before the opening time runs over midnight.
    origin : datetime.date
        Local day that starts at second 0.
    horizon : int
        Seconds.
    where : str
        What the calendar belongs to, for messages.

    Returns
    -------
    list of (int, int)
        Start and end of each closed span, ascending, within 0 and the horizon.

    Raises
    ------
    CorridorSimError
        If the calendar cannot be read.
    """
    try:
        week = opening_spans(calendar)
    except ValueError as error:
        raise CorridorSimError(f"{where}: {error}") from None
    if not week:
        return []
    monday = -origin.weekday() * _DAY
    spans = sorted(
        (monday + turn * _WEEK + start, monday + turn * _WEEK + end)
        for turn in range(-1, horizon // _WEEK + 2)
        for start, end in week
    )
    closed: list[tuple[int, int]] = []
    reached = 0
    for start, end in spans:
        if start > reached:
            closed.append((reached, min(start, horizon)))
        reached = max(reached, end)
        if reached >= horizon:
            break
    else:
        closed.append((reached, horizon))
    return [(start, end) for start, end in closed if start < end and start < horizon]


def departure_slots(
    name: str, timetable: str, per_week: float, *, origin: dt.date, horizon: int
) -> NDArray[np.int64]:
    """Return the seconds of a timetabled service's slots.

    Parameters
    ----------
    name : str
        Service; where no timetable is given, its hash fixes the offset of evenly spread slots, so
        that other services don't matter.
    timetable : str
        For example ``Mon 08:00; Thu 20:00``, or blank.
    per_week : float
        Departures a week where the timetable is blank.
    origin : datetime.date
        Local day that starts at second 0.
    horizon : int
        Seconds.

    Returns
    -------
    ndarray of int64
        Ascending seconds within the horizon.

    Raises
    ------
    CorridorSimError
        If the timetable cannot be read.
    """
    monday = -origin.weekday() * _DAY
    if timetable.strip():
        try:
            offsets = slot_moments(timetable)
        except ValueError as error:
            raise CorridorSimError(f"service '{name}': {error}") from None
        weeks = np.arange(-1, horizon // _WEEK + 2, dtype=np.int64) * _WEEK + monday
        slots = np.unique(np.add.outer(weeks, np.array(offsets, dtype=np.int64)).ravel())
    elif per_week > 0:
        period = _WEEK / per_week
        share = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") / 2**64
        count = int(horizon / period) + 1
        slots = np.floor((np.arange(count) + share) * period).astype(np.int64)
    else:
        slots = np.empty(0, dtype=np.int64)
    return np.ascontiguousarray(slots[(slots >= 0) & (slots < horizon)], dtype=np.int64)
