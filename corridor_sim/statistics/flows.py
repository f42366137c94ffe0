"""What moved where: throughput by any mix of keys, and the load of links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from corridor_sim.statistics.clock import Clock
from corridor_sim.statistics.columns import Coded, Column, Table, relabel
from corridor_sim.statistics.grouping import Groups, StatisticsError, as_keys, group_sum
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
        Tables of the run.
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
        moved = _delivered(tables, clock)
    elif places == ["node"]:
        moved = _at_nodes(tables, clock)
    elif "link" in places:
        moved = _on_links(tables, network, clock, owned, keys)
    else:
        moved = _on_legs(tables, network, clock, keys)
    result = group_sum(moved, keys, _AMOUNTS)
    # Names of the network, of which a run has no list, are plain text.
    texts = places if "link" in places else [key for key in places if key == "node"]
    return result.assign(**{key: result[key].astype(str) for key in texts})


def _delivered(tables: RunTables, clock: Clock) -> Table:
    shipments = tables.table("shipments")
    month = clock.month_of(shipments.numbers("delivered_s"))
    rows = np.flatnonzero(month >= 0)
    return shipments.take(rows).having(month=Coded(month[rows], clock.months))


def _at_nodes(tables: RunTables, clock: Clock) -> Table:
    """Return a row for every node where a box boards, and for the one where it leaves the last."""
    legs = tables.table("legs")
    is_ride = ~legs.names("service").is_missing()
    # The row after the last ride of a box is its delivery.
    is_last = np.append(~is_ride[1:], False)
    is_last &= is_ride
    rows, nodes, months = [], [], []
    for column, seconds, chosen in (
        ("board_node", "board_s", legs.numbers("board_s") >= 0),
        ("alight_node", "end_s", is_last),
    ):
        month = clock.month_of(legs.numbers(seconds))
        some = np.flatnonzero(chosen & (month >= 0))
        rows.append(some)
        nodes.append(legs.names(column).codes[some])
        months.append(month[some])
    owner = legs.numbers("shipment")[np.concatenate(rows)]
    return (
        tables.table("shipments")
        .take(owner)
        .having(
            node=Coded(np.concatenate(nodes), legs.names("board_node").names),
            month=Coded(np.concatenate(months), clock.months),
        )
    )


def _on_legs(tables: RunTables, network: Network, clock: Clock, keys: list[str]) -> Table:
    """Return boxes by mode or service they rode; each once per combination of the keys."""
    legs = tables.table("legs")
    month = clock.month_of(legs.numbers("board_s"))
    rows = np.flatnonzero(month >= 0)
    month, owner = month[rows], legs.numbers("shipment")[rows]
    services = legs.names("service")
    service = services.codes[rows]
    mode_codes, modes = relabel([str(network.services["mode"][name]) for name in services.names])
    mode = mode_codes[service]
    if "service" not in keys:
        # Two trains in a row are one journey by rail. Legs of a shipment stand side by side.
        is_again = np.zeros(len(rows), dtype=bool)
        for apart in range(1, len(rows)):
            same = owner[apart:] == owner[:-apart]
            if not same.any():
                break
            same &= mode[apart:] == mode[:-apart]
            if "month" in keys:
                same &= month[apart:] == month[:-apart]
            is_again[apart:] |= same
        kept = np.flatnonzero(~is_again)
        owner, month, service, mode = owner[kept], month[kept], service[kept], mode[kept]
    return (
        tables.table("shipments")
        .take(owner)
        .having(
            service=Coded(service, services.names),
            mode=Coded(mode, modes),
            month=Coded(month, clock.months),
        )
    )


def _on_links(
    tables: RunTables, network: Network, clock: Clock, owned: list[str], keys: list[str]
) -> Table:
    """Return sums by link, mode and service they rode on and the other keys."""
    legs, rides = tables.table("legs"), tables.rides
    rows, kind = rides.of_legs(legs)
    month = clock.month_of(legs.numbers("board_s")[rows])
    some = np.flatnonzero(month >= 0)
    boxes = tables.table("shipments").take(legs.numbers("shipment")[rows[some]])
    boxes = boxes.having(kind=kind[some], month=Coded(month[some], clock.months))
    others = [*(["month"] if "month" in keys else []), *owned]
    groups = Groups(boxes, ["kind", *others])
    kinds, links = rides.passed(service_segments(network))
    link_codes, link_names = relabel(list(links))
    # Rows of the groups of each kind, once for every link that the kind passes.
    of_group = np.asarray(groups.keys["kind"])
    first = np.searchsorted(of_group, np.arange(len(rides.service) + 1))
    counts = np.diff(first)[kinds]
    link = np.repeat(link_codes[:-1], counts)
    starts = np.repeat(first[:-1][kinds] - np.cumsum(counts) + counts, counts)
    row = starts + np.arange(len(starts))
    service = rides.service[of_group[row]]
    names = rides.service_names
    mode_codes, modes = relabel([str(network.services["mode"][name]) for name in names])
    columns: dict[str, Column] = {key: groups.keys[key][row] for key in others}
    columns |= {column: groups.whole(boxes[column])[row] for column in _AMOUNTS}
    columns |= {
        "link": Coded(link, link_names),
        "service": Coded(service, names),
        "mode": Coded(mode_codes[service], modes),
    }
    return Table.of(columns)


def link_loads(tables: RunTables, network: Network, clock: Clock) -> pd.DataFrame:
    """Return throughput and utilisation of every link; see `Statistics.links`.

    Parameters
    ----------
    tables : RunTables
        Tables of the run.
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
    departures = tables.table("departures")
    ran = departures.names("status").is_name("departed") & clock.in_window(
        departures.numbers("left_s")
    )
    groups = Groups(departures.take(ran), ["service"])
    offered = groups.frame().assign(
        departures=groups.count(),
        capacity_teu=groups.sum(departures.take(ran)["capacity_teu"]),
    )
    offered = offered.set_index(offered["service"].astype(str)).drop(columns="service")
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
