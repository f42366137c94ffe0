"""How long boxes took: distributions, causes, and delays against the plan."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corridor_sim.statistics.causes import CAUSES
from corridor_sim.statistics.clock import DAY_S, HOUR_S, Clock
from corridor_sim.statistics.columns import Table
from corridor_sim.statistics.flows import SHIPMENT_KEYS
from corridor_sim.statistics.grouping import Groups, as_keys, group_sum

__all__ = ["delays", "door_to_door", "wait_causes"]

_KEYS = (*SHIPMENT_KEYS, "month")


def door_to_door(
    released: Table, by: str | Sequence[str], quantiles: Sequence[float]
) -> pd.DataFrame:
    """Return the distribution of door-to-door times; see `Statistics.door_to_door`.

    Parameters
    ----------
    released : Table
        Shipments released in the window, with their month.
    by : str or sequence of str
        Keys.
    quantiles : sequence of float
        Between 0 and 1.

    Returns
    -------
    DataFrame
        Keys, counts, mean and quantiles.
    """
    keys = as_keys(by, _KEYS, what="door_to_door")
    groups = Groups(released, keys)
    seconds = released.numbers("door_to_door_s")[groups.rows].astype(np.int64)
    is_in = seconds >= 0
    group, seconds = groups.of_row[is_in], seconds[is_in]
    delivered = np.bincount(group, minlength=len(groups))
    # Ordered by group and time.
    span = int(seconds.max(initial=0)) + 1
    ordered = np.sort(group * span + seconds) % span
    frame = groups.frame().assign(shipments=groups.count())
    frame["undelivered"] = frame["shipments"] - delivered
    has_any = np.where(delivered > 0, 1.0, np.nan)
    total = np.bincount(group, seconds, len(groups))
    frame["mean_h"] = total / np.maximum(delivered, 1) * has_any / HOUR_S
    for quantile in quantiles:
        value = _quantile(ordered, delivered, quantile) * has_any
        frame[f"p{100 * quantile:g}_h"] = value / HOUR_S
    return frame


def _quantile(
    ordered: NDArray[np.int64], counts: NDArray[np.int64], quantile: float
) -> NDArray[np.float64]:
    """Return a quantile of each group of ordered values, between the two nearest of them."""
    if not 0 <= quantile <= 1:
        raise ValueError(f"quantile {quantile} does not lie between 0 and 1")
    if len(ordered) == 0:
        return np.zeros(len(counts))
    place = (np.maximum(counts, 1) - 1) * quantile
    low = np.floor(place).astype(np.int64)
    first = np.cumsum(counts) - counts
    below = ordered[np.minimum(first + low, len(ordered) - 1)]
    above = ordered[np.minimum(first + np.ceil(place).astype(np.int64), len(ordered) - 1)]
    value: NDArray[np.float64] = below + (above - below) * (place - low)
    return value


def wait_causes(released: Table, by: str | Sequence[str]) -> pd.DataFrame:
    """Return where the door-to-door time went; see `Statistics.wait_causes`.

    Parameters
    ----------
    released : Table
        Shipments released in the window, with their month.
    by : str or sequence of str
        Keys.

    Returns
    -------
    DataFrame
        Keys, shipments and hours.
    """
    keys = as_keys(by, _KEYS, what="wait_causes")
    delivered = released.take(released.numbers("door_to_door_s") >= 0)
    delivered = delivered.having(shipments=np.ones(len(delivered), dtype=np.int64))
    columns = ["door_to_door_s", *(f"{cause}_s" for cause in CAUSES)]
    total = group_sum(delivered, keys, ["shipments", *columns])
    for column in columns:
        total[column] = total[column] / HOUR_S / total["shipments"]
    return total.rename(columns={column: f"{column[:-2]}_h" for column in columns})


def delays(released: Table, by: str | Sequence[str], clock: Clock) -> pd.DataFrame:
    """Return how late shipments are against their plan; see `Statistics.delays`.

    Parameters
    ----------
    released : Table
        Shipments released in the window, with their month.
    by : str or sequence of str
        Keys.
    clock : Clock
        Horizon.

    Returns
    -------
    DataFrame
        Keys, delayed_cny_days and late_share.
    """
    keys = as_keys(by, _KEYS, what="delays")
    served = released.take(~released.names("corridor").is_missing())
    delivered_s = served.numbers("delivered_s")
    is_in = delivered_s >= 0
    end = np.where(is_in, delivered_s, clock.horizon)
    planned_s = served.numbers("planned_h") * HOUR_S
    late_s = np.maximum(end - served.numbers("release_s") - planned_s, 0.0)
    served = served.having(
        late=(late_s > 0) & is_in,
        delivered=is_in,
        delayed_cny_days=late_s / DAY_S * served.numbers("value_cny"),
    )
    total = group_sum(served, keys, ["delayed_cny_days", "late", "delivered"])
    total["late_share"] = total["late"] / total["delivered"]
    return total.drop(columns=["late", "delivered"])
