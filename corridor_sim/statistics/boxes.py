"""The balance of boxes by corridor, and the use of pools of empty boxes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corridor_sim.statistics.clock import HOUR_S, Clock
from corridor_sim.statistics.columns import Table
from corridor_sim.statistics.grouping import Groups, as_keys, group_sum
from corridor_sim.statistics.paths import call_nodes
from corridor_sim.statistics.selection import happened

if TYPE_CHECKING:
    from corridor_sim.network import Network

__all__ = ["BALANCE_KEYS", "POOL_KEYS", "box_balance", "box_pools"]

BALANCE_KEYS = ("corridor", "cargo", "od", "commodity", "route", "month")
POOL_KEYS = ("box_pool", "month")
_DAY_S = 24 * HOUR_S
_FLOWS = ("out_loaded_teu", "out_empty_teu", "back_loaded_teu", "back_empty_teu")


def box_balance(
    shipments: Table, network: Network, clock: Clock, by: str | Sequence[str]
) -> pd.DataFrame:
    """Return boxes out and back; see `Statistics.box_balance`.

    Parameters
    ----------
    shipments : Table
        All shipments.
    network : Network
        Tells which places are Chongqing's: its zones, and where services of the hub call.
    clock : Clock
        Window and months.
    by : str or sequence of str
        Keys.

    Returns
    -------
    DataFrame
        Keys and TEU.
    """
    keys = as_keys(by, BALANCE_KEYS, what="box_balance")
    boxes = shipments.take(np.flatnonzero(shipments.numbers("in_boxes")))
    at_home = home_nodes(network)
    here = _stands_in(boxes, "origin", at_home), _stands_in(boxes, "destination", at_home)
    empty = boxes.names("cargo").is_name("empty")
    chosen = {
        "out_loaded_teu": ("release_s", here[0] & ~here[1] & ~empty),
        "out_empty_teu": ("release_s", here[0] & ~here[1] & empty),
        "back_loaded_teu": ("delivered_s", here[1] & ~here[0] & ~empty),
        "back_empty_teu": ("delivered_s", here[1] & ~here[0] & empty),
    }
    parts = []
    for column, (stamp, rows) in chosen.items():
        moved = happened(boxes.take(np.flatnonzero(rows)), stamp, clock)
        sums = group_sum(moved, keys, ["teu"]).rename(columns={"teu": column})
        parts.append(sums.reindex(columns=[*keys, *_FLOWS], fill_value=0.0))
    joined = pd.concat(parts, ignore_index=True)
    if keys:
        total = joined.groupby(keys, observed=True, sort=True)[list(_FLOWS)].sum().reset_index()
    else:
        total = joined.sum().to_frame().T
    total["balance_teu"] = (
        total["back_loaded_teu"]
        + total["back_empty_teu"]
        - total["out_loaded_teu"]
        - total["out_empty_teu"]
    )
    return total


def home_nodes(network: Network) -> set[str]:
    """Return the places of Chongqing: its zones, and where services of the hub call."""
    zones = network.zones
    homes = {str(zone) for zone in zones.index[zones["side"] == "chongqing"]}
    services = network.services
    hub = set(services.index[services["corridor"] == "hub"])
    calls = call_nodes(network)
    return homes | set(calls.loc[calls["service"].isin(hub), "node"])


def _stands_in(table: Table, column: str, nodes: set[str]) -> NDArray[np.bool_]:
    found = table.names(column)
    inside = np.array([*(name in nodes for name in found.names), False])
    chosen: NDArray[np.bool_] = inside[found.codes]
    return chosen


def box_pools(table: Table, clock: Clock, by: str | Sequence[str]) -> pd.DataFrame:
    """Return use of the pools; see `Statistics.box_pools`.

    Parameters
    ----------
    table : Table
        Pools by month.
    clock : Clock
        Months.
    by : str or sequence of str
        Keys.

    Returns
    -------
    DataFrame
        Keys and figures.
    """
    keys = as_keys(by, POOL_KEYS, what="box_pools")
    summed = ("shipments", "delayed_shipments", "taken_teu", "loaded_back_teu", "empty_back_teu")
    if len(table) == 0:
        figures = ("waited_teu_days", "mean_wait_h", "mean_stock_teu", "lowest_stock_teu")
        return pd.DataFrame(columns=[*keys, *summed, *figures])
    groups = Groups(table, keys)
    total = groups.frame()
    for column in summed:
        total[column] = groups.sum(table[column])
    waiting_s = groups.sum(table["waiting_teu_s"])
    taken = total["taken_teu"].where(total["taken_teu"] > 0)
    total["waited_teu_days"] = waiting_s / _DAY_S
    total["mean_wait_h"] = waiting_s / taken / HOUR_S
    length = np.diff(clock.month_edges)
    months = np.unique(table.names("month").codes) if "month" not in keys else None
    # Over several pools, what stands in all of them together.
    span = length.sum() if months is not None else length[_codes(total["month"], clock)]
    total["mean_stock_teu"] = groups.sum(table["stock_teu_s"]) / span
    lowest = pd.Series(table.numbers("lowest_stock_teu") / 1000)
    by_group = lowest.groupby(groups.of_row)
    # The lowest of one pool: those of several were not at one second.
    total["lowest_stock_teu"] = by_group.min().to_numpy() if "box_pool" in keys else np.nan
    return total


def _codes(months: pd.Series, clock: Clock) -> NDArray[np.int64]:
    place = {name: number for number, name in enumerate(clock.months)}
    return np.array([place[str(name)] for name in months], dtype=np.int64)
