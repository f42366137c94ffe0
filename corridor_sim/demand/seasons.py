"""When shipments are released: a rate that changes by month and holiday, and its inverse.

Releases are a Poisson process of unit rate seen through a clock that runs with the rate: the k-th
shipment is released when the cumulative rate reaches the k-th point of the unit process. More
demand runs the clock faster and so keeps the old shipments, only earlier.

References
----------
.. [1] E. Cinlar, "Introduction to Stochastic Processes", Prentice-Hall, 1975, section 4.7: a
   non-homogeneous Poisson process as a time change of a homogeneous one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corridor_sim.demand.od import DIRECTIONS
from corridor_sim.demand.tables import DemandTables
from corridor_sim.network.tables import records_of

if TYPE_CHECKING:
    from corridor_sim.scenario import Scenario

__all__ = ["SeasonalClock", "build_clock"]

_DAY = 86_400


@dataclass(frozen=True)
class SeasonalClock:
    """Cumulative share of a year's volume by day of the simulated span.

    Attributes
    ----------
    reached : dict of str to (days + 1,) float64
        By direction: volume released until each midnight, in years' volumes.
    """

    reached: dict[str, NDArray[np.float64]]

    def seconds_at(self, direction: str, volume: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return when a cumulative volume is reached.

        Parameters
        ----------
        direction : str
            One of export, import, other.
        volume : (n,) float64
            Ascending, in years' volumes.

        Returns
        -------
        (n,) int64
            Seconds; beyond the span for a volume that is not reached within it.
        """
        reached = self.reached[direction]
        midnights = np.arange(len(reached), dtype=np.float64) * _DAY
        seconds = np.interp(volume, reached, midnights, right=2.0 * midnights[-1] + _DAY)
        whole: NDArray[np.int64] = np.floor(seconds).astype(np.int64)
        return whole

    def total(self, direction: str) -> float:
        """Return the volume of the whole span, in years' volumes."""
        return float(self.reached[direction][-1])


def build_clock(tables: DemandTables, scenario: Scenario) -> SeasonalClock:
    """Build the clock of a scenario's span.

    Every calendar year has the same volume: the daily factors of each year are scaled to sum to
    it, whatever its holidays.

    Parameters
    ----------
    tables : DemandTables
        Months and holidays.
    scenario : Scenario
        Its span.

    Returns
    -------
    SeasonalClock
        For every direction.
    """
    days = -(-scenario.horizon_s // _DAY)
    first = scenario.origin
    last = first + dt.timedelta(days=days)
    reached = {}
    for direction in DIRECTIONS:
        of_year = {
            year: _year_factors(tables, direction, year)
            for year in range(first.year, last.year + 1)
        }
        daily = np.array(
            [
                of_year[day.year][day.timetuple().tm_yday - 1]
                for day in (first + dt.timedelta(days=n) for n in range(days))
            ]
        )
        reached[direction] = np.concatenate([[0.0], np.cumsum(daily)])
    return SeasonalClock(reached)


def _year_factors(tables: DemandTables, direction: str, year: int) -> NDArray[np.float64]:
    """Return each day's share of the year's volume."""
    column = f"{direction}_factor"
    month = dict(zip(tables.months["month"], tables.months[column], strict=True))
    start = dt.date(year, 1, 1)
    days = (dt.date(year + 1, 1, 1) - start).days
    factors = np.array([month[(start + dt.timedelta(days=n)).month] for n in range(days)])
    for row in records_of(tables.holidays):
        begins = (row["first_day"] - start).days
        ends = begins + int(row["days"])
        factors[max(begins, 0) : max(min(ends, days), 0)] *= float(row[column])
    shares: NDArray[np.float64] = factors / factors.sum()
    return shares
