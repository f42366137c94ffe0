"""From the seconds of a run to calendar dates and months."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["DAY_S", "HOUR_S", "Clock"]

DAY_S = 86_400
HOUR_S = 3_600

_MOST_STEPS = 1_000_000


@dataclass(frozen=True)
class Clock:
    """The span of a run: second 0, what is measured, and where it ends.

    Attributes
    ----------
    first_day : datetime.date
        Local day whose midnight is second 0.
    window : tuple of int
        Start and end (exclusive) of the measured window, seconds.
    horizon : int
        End of the simulated span, seconds.
    """

    first_day: dt.date
    window: tuple[int, int]
    horizon: int

    @property
    def window_days(self) -> float:
        """Length of the measured window in days."""
        return (self.window[1] - self.window[0]) / DAY_S

    @property
    def months(self) -> tuple[str, ...]:
        """Calendar months the measured window touches, as ``2025-01``."""
        start, end = self.window
        month = self.date_of(start).replace(day=1)
        names: list[str] = []
        while self._second_of(month) < end:
            names.append(f"{month:%Y-%m}")
            month = _next_month(month)
        return tuple(names)

    @property
    def month_edges(self) -> NDArray[np.int64]:
        """Seconds at which the months begin, and the end of the window.

        The first and last months are cut to the window, so that months add up to the window.
        """
        inner = [self._second_of(dt.date.fromisoformat(f"{name}-01")) for name in self.months[1:]]
        return np.array([self.window[0], *inner, self.window[1]], dtype=np.int64)

    @property
    def week_edges(self) -> NDArray[np.int64]:
        """Seconds at which the weeks of the window begin, and its end; the last may be shorter."""
        first, last = self.window
        return np.append(np.arange(first, last, 7 * DAY_S), last).astype(np.int64)

    @property
    def weeks(self) -> tuple[str, ...]:
        """First days of the weeks of the measured window, as ``2025-01-01``."""
        return tuple(self.date_of(second).isoformat() for second in self.week_edges[:-1].tolist())

    def month_of(self, seconds: ArrayLike) -> NDArray[np.int16]:
        """Return the number of the month of each second, -1 outside the measured window."""
        times = np.asarray(seconds)
        edges = self.month_edges
        # Months begin at midnight: a table of days is many times faster than a search.
        step = int(np.gcd.reduce(edges))
        last = int(edges[-1]) // step
        if last > _MOST_STEPS:
            number = np.searchsorted(edges, times, side="right") - 1
            number[~self.in_window(times)] = -1
            return number.astype(np.int16)
        table = np.full(last + 2, -1, dtype=np.int16)
        table[:last] = np.searchsorted(edges, np.arange(last) * step, side="right") - 1
        # Behind the table and before second 0 lies its last entry.
        found: NDArray[np.int16] = table[np.clip(times // step, -1, last)]
        return found

    def in_window(self, seconds: ArrayLike) -> NDArray[np.bool_]:
        """Tell which seconds lie in the measured window; -1 (never) does not."""
        times = np.asarray(seconds)
        inside: NDArray[np.bool_] = (
            (times >= 0) & (times >= self.window[0]) & (times < self.window[1])
        )
        return inside

    def date_of(self, second: int) -> dt.date:
        """Return the local day that holds a second."""
        return self.first_day + dt.timedelta(days=second // DAY_S)

    def as_dict(self) -> dict[str, Any]:
        """Return the clock as plain values."""
        return {
            "first_day": self.first_day.isoformat(),
            "window_s": list(self.window),
            "horizon_s": self.horizon,
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Clock:
        """Return the clock that `as_dict` described."""
        start, end = values["window_s"]
        return cls(
            dt.date.fromisoformat(values["first_day"]),
            (int(start), int(end)),
            int(values["horizon_s"]),
        )

    def _second_of(self, day: dt.date) -> int:
        return (day - self.first_day).days * DAY_S


def _next_month(day: dt.date) -> dt.date:
    return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
