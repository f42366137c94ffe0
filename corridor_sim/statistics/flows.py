"""What moved where: throughput by any mix of keys, and the load of links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from corridor_sim.statistics.clock import Clock
from corridor_sim.statistics.grouping import StatisticsError, as_keys, group_sum
from corridor_sim.statistics.paths import service_segments
from corridor_sim.statistics.tables import RunTables

if TYPE_CHECKING:
    from corridor_sim.network import Network

__all__ = ["SHIPMENT_KEYS", "THROUGHPUT_KEYS", "link_loads", "throughput"]

SHIPMENT_KEYS = (
    "corridor",
    "direction",
    "commodity",
    "cargo",
    "od",
    "route",
    "origin",
    "destination",
)
_PLACE_KEYS = ("mode", "service", "link", "node")
THROUGHPUT_KEYS = (*SHIPMENT_KEYS, "month", *_PLACE_KEYS)
_AMOUNTS = ["teu", "t", "value_cny"]


def throughput(
    tables: RunTables, network: Network, clock: Clock, by: str | Sequence[str]
) -> pd.DataFrame:
    """Return what moved in the measured window; see `Statistics.throughput`.

    Parameters
    ----------
    tables : RunTables
        Frames of the run.
    network : Network
        As the scenario has it.
    clock : Clock
        Window and months.
    by : str or sequence of str
        Keys in `THROUGHPUT_KEYS`.

    Returns
    -------
    DataFrame
        A column per key and the amounts.

    Raises
    ------
    StatisticsError
        If a key is unknown, given twice, or does not go with another.
    """
    keys = as_keys(by, THROUGHPUT_KEYS, what="throughput")
    places = [key for key in keys if key in _PLACE_KEYS]
    if "link" in places and "node" in places:
        raise StatisticsError(
            "throughput: 'link' and 'node' cannot be mixed; a box is on a link or at a node: ask "
            "for one of them"
        )
    if "node" in places and len(places) > 1:
        raise StatisticsError(
            "throughput: 'node' cannot be mixed with 'mode' or 'service'; boxes change them there"
        )
    owned = [key for key in keys if key in SHIPMENT_KEYS]
    if not places:
        moved = _delivered(tables, clock, owned)
    elif places == ["node"]:
        moved = _at_nodes(tables, clock, owned)
    else:
        moved = _on_legs(tables, network, clock, owned, keys)
    if "month" in keys:
        moved["month"] = pd.Categorical.from_codes(
            moved["month"].to_numpy(), categories=pd.Index(clock.months)
        )
    result = group_sum(moved, keys, _AMOUNTS)
    return result.rename(columns={"shipment": "shipments"})


def _amounts_of(tables: RunTables, owner: np.ndarray, owned: list[str]) -> pd.DataFrame:
    """Return amounts and keys of the shipments with the given row numbers."""
    return tables.shipments[[*owned, *_AMOUNTS]].iloc[owner].reset_index(drop=True)


def _delivered(tables: RunTables, clock: Clock, owned: list[str]) -> pd.DataFrame:
    month = clock.month_of(tables.shipments["delivered_s"])
    rows = np.flatnonzero(month >= 0)
    frame = _amounts_of(tables, rows, owned)
    frame["month"] = month[rows]
    return frame


def _at_nodes(tables: RunTables, clock: Clock, owned: list[str]) -> pd.DataFrame:
    """Return a row for every node where a box boards, and for the one where it leaves the last."""
    legs = tables.legs
    owner = legs["shipment"].to_numpy()
    # The row after the last ride of a box is its delivery.
    is_last = np.append(legs["service"].isna().to_numpy()[1:], False)
    is_last &= legs["service"].notna().to_numpy()
    parts = []
    for column, seconds, chosen in (
        ("board_node", legs["board_s"].to_numpy(), legs["board_s"].to_numpy() >= 0),
        ("alight_node", legs["end_s"].to_numpy(), is_last),
    ):
        month = clock.month_of(seconds)
        rows = np.flatnonzero(chosen & (month >= 0))
        frame = _amounts_of(tables, owner[rows], owned)
        frame["node"] = legs[column].iloc[rows].to_numpy()
        frame["month"] = month[rows]
        parts.append(frame)
    return pd.concat(parts, ignore_index=True)


def _on_legs(
    tables: RunTables, network: Network, clock: Clock, owned: list[str], keys: list[str]
) -> pd.DataFrame:
    """Return boxes by mode, service or link they rode; each once per combination of the keys."""
    legs = tables.legs
    month = clock.month_of(legs["board_s"])
    rows = np.flatnonzero(month >= 0)
    owner = legs["shipment"].to_numpy()[rows]
    frame = _amounts_of(tables, owner, owned)
    frame["month"] = month[rows]
    frame["service"] = legs["service"].iloc[rows].array
    mode = {str(name): str(mode) for name, mode in network.services["mode"].items()}
    if "link" in keys:
        for call in ("board_call", "alight_call"):
            frame[call] = legs[call].to_numpy()[rows]
        rides = ["service", "board_call", "alight_call", "month", *owned]
        frame = group_sum(frame, rides, _AMOUNTS)
        segments = service_segments(network)
        if "mode" in keys:
            segments = segments.drop(columns="mode").assign(
                mode=segments["service"].map(mode).to_numpy()
            )
        frame["service"] = frame["service"].astype(str)
        joined = frame.merge(segments, on="service", how="inner")
        passed = (joined["board_call"] <= joined["after_call"]) & (
            joined["after_call"] < joined["alight_call"]
        )
        return joined[passed]
    if "mode" in keys:
        of_service = frame["service"].cat.categories.map(mode)
        frame["mode"] = pd.Categorical(of_service.to_numpy()[frame["service"].cat.codes])
    if "service" not in keys:
        # Two trains in a row are one journey by rail.
        frame["shipment"] = owner
        frame = frame.drop_duplicates(["shipment", *[key for key in keys if key not in owned]])
    return frame


def link_loads(tables: RunTables, network: Network, clock: Clock) -> pd.DataFrame:
    """Return throughput and utilisation of every link; see `Statistics.links`.

    Parameters
    ----------
    tables : RunTables
        Frames of the run.
    network : Network
        As the scenario has it.
    clock : Clock
        Window and months.

    Returns
    -------
    DataFrame
        One row per link.
    """
    moved = throughput(tables, network, clock, ("link",)).set_index("link")
    segments = service_segments(network)
    departures = tables.departures
    ran = departures[(departures["status"] == "departed") & clock.in_window(departures["left_s"])]
    offered = ran.groupby("service", observed=True).agg(
        departures=("departure", "size"), capacity_teu=("capacity_teu", "sum")
    )
    offered.index = offered.index.astype(str)
    shuttles = network.services["dispatch"].astype(str) == "on_demand"
    passing = segments.join(offered, on="service", how="inner")
    passing["scheduled_teu"] = passing["capacity_teu"].where(
        ~passing["service"].map(shuttles).astype(bool), 0.0
    )
    by_link = passing.groupby("link")[["departures", "scheduled_teu"]].sum()
    scheduled = throughput(tables, network, clock, ("link", "service"))
    scheduled = scheduled[~scheduled["service"].astype(str).map(shuttles).astype(bool)]
    load = scheduled.groupby("link", observed=True)["teu"].sum()
    frame = network.links[["from_node", "to_node", "mode", "corridor", "distance_km"]].copy()
    for column in _AMOUNTS:
        frame[column] = moved[column].reindex(frame.index).fillna(0)
    frame["value_cny"] = frame["value_cny"].astype(np.int64)
    frame["departures"] = by_link["departures"].reindex(frame.index).fillna(0).astype(np.int64)
    capacity = by_link["scheduled_teu"].reindex(frame.index).fillna(0.0)
    frame["capacity_teu"] = capacity
    frame["utilisation"] = (load.reindex(frame.index).fillna(0.0) / capacity).where(capacity > 0)
    frame.index.name = "link"
    return frame.reset_index()
