"""Use and queues of facilities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corridor_sim.statistics.clock import HOUR_S, Clock
from corridor_sim.statistics.columns import Table
from corridor_sim.statistics.grouping import Groups, as_keys

__all__ = ["FACILITY_KEYS", "facility_use"]

FACILITY_KEYS = ("facility", "kind", "month")


def facility_use(table: Table, clock: Clock, by: str | Sequence[str]) -> pd.DataFrame:
    """Return use and queues of facilities; see `Statistics.facilities`.

    Parameters
    ----------
    table : Table
        Facilities by month.
    clock : Clock
        Months.
    by : str or sequence of str
        Keys.

    Returns
    -------
    DataFrame
        Keys and figures.
    """
    keys = as_keys(by, FACILITY_KEYS, what="facilities")
    groups = Groups(table, keys)
    total = groups.frame()
    for column in ("visits", "background_visits", "teu"):
        total[column] = groups.sum(table[column])
    available = table.numbers("available_s")
    is_limited = available >= 0
    busy_s = pd.Series(groups.sum(np.where(is_limited, table.numbers("busy_s"), 0)))
    limited_s = pd.Series(groups.sum(np.where(is_limited, available, 0)))
    total["utilisation"] = busy_s / limited_s.where(limited_s > 0)
    visits = total["visits"].where(total["visits"] > 0)
    total["mean_wait_h"] = groups.sum(table["wait_s"]) / visits / HOUR_S
    total["p95_wait_h"] = _high_waits(table, groups, keys)
    total["longest_wait_h"] = groups.largest(table.numbers("longest_wait_s")) / HOUR_S
    # Rows of several facilities hold the queues of all of them together.
    length = np.diff(clock.month_edges)[table.names("month").codes]
    together = pd.Series(1.0, index=total.index)
    if "facility" not in keys:
        together[:] = len(np.unique(table.names("facility").codes))
        if "kind" in keys:
            of_kind = Groups(table, ["kind", "facility"]).frame()["kind"].astype(str).value_counts()
            together = total["kind"].astype(str).map(of_kind).astype(float)
    total["mean_queue"] = groups.sum(table["queue_s"]) / (groups.sum(length) / together)
    return total


def _high_waits(table: Table, groups: Groups, keys: list[str]) -> NDArray[np.float64]:
    """Return the 95 % wait of each group, hours; NaN where nobody waited or it is not known."""
    column = "p95_wait_s" if "month" in keys else "window_p95_wait_s"
    # Those of several facilities together do not follow from those of each, and folders of
    # earlier versions have none.
    if "facility" not in keys or column not in table:
        return np.full(len(groups), np.nan)
    seconds = groups.largest(table.numbers(column)).astype(np.float64)
    started = groups.sum(table["visits"]) > 0
    return np.where(started, seconds / HOUR_S, np.nan)
