"""What moving costs: tariffs, stock in transit and greenhouse gas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from corridor_sim.statistics.clock import DAY_S
from corridor_sim.statistics.columns import Table
from corridor_sim.statistics.flows import SHIPMENT_KEYS
from corridor_sim.statistics.grouping import as_keys, group_sum

__all__ = ["costs"]


def costs(released: Table, by: str | Sequence[str]) -> pd.DataFrame:
    """Return cost and greenhouse gas per TEU; see `Statistics.costs`.

    Parameters
    ----------
    released : Table
        Shipments released in the window, with their month and ``co2e_kg``.
    by : str or sequence of str
        Keys.

    Returns
    -------
    DataFrame
        Keys, teu, amounts of stock and subsidy, and amounts per TEU.
    """
    keys = as_keys(by, (*SHIPMENT_KEYS, "month"), what="costs")
    served = released.take(~released.names("corridor").is_missing())
    seconds, teu = served.numbers("door_to_door_s"), served.shown("teu")
    is_in = seconds >= 0
    vot = served.numbers("vot_pct_per_day")
    stock = served.numbers("value_cny") * vot / 100 * seconds / DAY_S
    served = served.having(
        stock_cny=np.where(is_in, stock, 0.0), delivered_teu=np.where(is_in, teu, 0.0)
    )
    sums = ["teu", "cost_cny", "subsidy_cny", "stock_cny", "delivered_teu", "co2e_kg"]
    total = group_sum(served, keys, sums)
    total["cost_cny_per_teu"] = total["cost_cny"] / total["teu"]
    total["stock_cny_per_teu"] = total["stock_cny"] / total["delivered_teu"]
    total["co2e_kg_per_teu"] = total["co2e_kg"] / total["teu"]
    total["subsidy_cny_per_teu"] = total["subsidy_cny"] / total["teu"]
    columns = ("cost_cny", "stock_cny", "co2e_kg", "subsidy_cny")
    per_teu = [f"{name}_per_teu" for name in columns]
    return total[[*keys, "teu", *per_teu, "stock_cny", "subsidy_cny"]]
