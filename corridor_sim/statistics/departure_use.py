"""How full departures were, and which did not leave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from corridor_sim.statistics.clock import Clock
from corridor_sim.statistics.columns import Coded, Table, relabel
from corridor_sim.statistics.grouping import as_keys, group_sum

if TYPE_CHECKING:
    from corridor_sim.network import Network

__all__ = ["departure_use"]

_OF_SERVICE = ("corridor", "mode", "dispatch")


def departure_use(
    departures: Table, network: Network, clock: Clock, by: str | Sequence[str]
) -> pd.DataFrame:
    """Return how full departures were; see `Statistics.departures`.

    Parameters
    ----------
    departures : Table
        Departures that left or were cancelled.
    network : Network
        As the scenario has it.
    clock : Clock
        Window and months.
    by : str or sequence of str
        Keys.

    Returns
    -------
    DataFrame
        Keys and figures.
    """
    keys = as_keys(by, ("service", *_OF_SERVICE, "month"), what="departures")
    services = departures.names("service")
    columns = {}
    for column in _OF_SERVICE:
        of_service = network.services[column].astype(str)
        codes, names = relabel([of_service[name] for name in services.names])
        columns[column] = Coded(codes[services.codes], names)
    month = clock.month_of(departures.numbers("left_s"))
    counted = month >= 0
    if not {"dispatch", "service"} & set(keys):
        counted &= ~columns["dispatch"].is_name("on_demand")
    status = departures.names("status")
    has_left = status.is_name("departed")
    table = departures.having(
        **columns,
        month=Coded(month, clock.months),
        departures=has_left,
        given_up=status.is_name("given_up"),
        empty=status.is_name("empty"),
    ).take(counted)
    # Departures that did not leave have a place for load, but are none of the capacity.
    offered = np.where(has_left[counted], table.shown("capacity_teu"), 0.0)
    table = table.having(offered_teu=offered)
    counts = ["departures", "given_up", "empty"]
    sums = ["is_full", "offered_teu", "peak_teu", "left_behind_teu"]
    total = group_sum(table, keys, counts + sums)
    number = total["departures"].where(total["departures"] > 0)
    offered_teu = total["offered_teu"].where(total["offered_teu"] > 0)
    total["load_factor"] = total["peak_teu"] / offered_teu
    total["full_share"] = total["is_full"] / number
    total["left_behind_teu"] = total["left_behind_teu"] / number
    # Names of the network, of which a run has no list, are plain text.
    texts = {key: total[key].astype(str) for key in keys if key in _OF_SERVICE}
    total = total.assign(**texts)
    return total[[*keys, *counts, "load_factor", "full_share", "left_behind_teu"]]
