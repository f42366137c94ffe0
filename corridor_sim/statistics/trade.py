"""Chongqing's own trade, demand without a route, and what is on its way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corridor_sim.statistics.clock import HOUR_S, Clock
from corridor_sim.statistics.columns import Coded, Column, Table
from corridor_sim.statistics.flows import SHIPMENT_KEYS
from corridor_sim.statistics.grouping import Groups, as_keys, group_sum, whole_sums
from corridor_sim.statistics.selection import happened

__all__ = ["backlog", "trade", "unserved"]

_STAMPS = {"offered": "release_s", "cleared": "cleared_s", "delivered": "delivered_s"}


def trade(own: Table, clock: Clock, by: str | Sequence[str]) -> pd.DataFrame:
    """Return what was offered, cleared and delivered; see `Statistics.trade`.

    Parameters
    ----------
    own : Table
        Shipments of Chongqing's own trade.
    clock : Clock
        Window and months.
    by : str or sequence of str
        Keys.

    Returns
    -------
    DataFrame
        Keys and amounts.
    """
    keys = as_keys(by, (*SHIPMENT_KEYS, "month"), what="trade")
    columns = [f"{what}_{unit}" for what in _STAMPS for unit in ("teu", "cny")]
    parts = []
    for what, stamp in _STAMPS.items():
        sums = group_sum(happened(own, stamp, clock), keys, ["teu", "value_cny"])
        sums = sums.rename(columns={"teu": f"{what}_teu", "value_cny": f"{what}_cny"})
        nothing = {c: 0.0 if c.endswith("teu") else 0 for c in columns if c not in sums}
        parts.append(sums.assign(**nothing)[[*keys, *columns]])
    joined = pd.concat(parts, ignore_index=True)
    if not keys:
        return joined.sum().to_frame().T.astype(joined.dtypes.to_dict())
    return joined.groupby(keys, observed=True, sort=True)[columns].sum().reset_index()


def unserved(shipments: Table, clock: Clock, by: str | Sequence[str]) -> pd.DataFrame:
    """Return the demand that had no open route; see `Statistics.unserved`.

    Parameters
    ----------
    shipments : Table
        All shipments.
    clock : Clock
        Window and months.
    by : str or sequence of str
        Keys.

    Returns
    -------
    DataFrame
        Keys and amounts.
    """
    keys = as_keys(by, (*SHIPMENT_KEYS, "month"), what="unserved")
    left = happened(shipments.take(shipments.names("corridor").is_missing()), "release_s", clock)
    left = left.having(shipments=np.ones(len(left), dtype=np.int64))
    return group_sum(left, keys, ["shipments", "teu", "value_cny"])


def backlog(
    shipments: Table, clock: Clock, by: str | Sequence[str], *, step_h: float
) -> pd.DataFrame:
    """Return what is in the system over time; see `Statistics.backlog`.

    Parameters
    ----------
    shipments : Table
        All shipments.
    clock : Clock
        Span of the run.
    by : str or sequence of str
        Keys.
    step_h : float
        Hours between two rows.

    Returns
    -------
    DataFrame
        Keys, hour, date and amounts.
    """
    keys = as_keys(by, SHIPMENT_KEYS, what="backlog")
    step = max(round(step_h * HOUR_S), 1)
    moments = np.arange(0, clock.horizon + 1, step, dtype=np.int64)
    served = shipments.take(~shipments.names("corridor").is_missing())
    if len(served) == 0:
        return pd.DataFrame()
    groups = Groups(served, keys)

    def until(stamp: str, amount: NDArray[np.int64]) -> NDArray[np.int64]:
        """Sum of the amounts whose second is not later than each moment; -1 is never."""
        seconds = served.numbers(stamp)[groups.rows].astype(np.int64)
        moment = -(-seconds // step)
        counts = np.flatnonzero((seconds >= 0) & (moment < len(moments)))
        cell = groups.of_row[counts] * len(moments) + moment[counts]
        sums = whole_sums(cell, amount[groups.rows][counts], len(groups) * len(moments))
        total: NDArray[np.int64] = np.cumsum(sums.reshape(len(groups), -1), axis=1)
        return total

    def inside(amount: NDArray[np.int64]) -> NDArray[np.int64]:
        return (until("release_s", amount) - until("delivered_s", amount)).ravel()

    def repeated(column: Column) -> NDArray[np.object_]:
        assert isinstance(column, Coded)
        names = np.array(column.names, dtype=object)[column.codes]
        return np.repeat(names, len(moments))

    dates = pd.to_datetime(clock.first_day) + pd.to_timedelta(moments, unit="s")
    return pd.DataFrame(
        {
            **{key: repeated(groups.keys[key]) for key in keys},
            "hour": np.tile(moments / HOUR_S, len(groups)),
            "date": np.tile(dates, len(groups)),
            "teu": inside(served.numbers("teu")) / 1000,
            "value_cny": inside(served.numbers("value_cny")),
        }
    )
