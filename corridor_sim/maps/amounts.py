"""What passed every link and was handled at every node by period, in one pass over the legs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corridor_sim.statistics.emissions import service_intensity
from corridor_sim.statistics.paths import service_segments

if TYPE_CHECKING:
    from corridor_sim.results import Results
    from corridor_sim.statistics import RunTables

__all__ = ["AMOUNTS", "FLOWS", "Amounts", "period_of"]

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Amounts in the order of the first axis: boxes, tonnes, yuan, and kilograms CO2e of moving.
AMOUNTS = ("teu", "t", "cny", "kg")
#: Kinds of cargo in the order of the last axis: Chongqing's exports, its imports, all others.
FLOWS = ("export", "import", "other")


@dataclass(frozen=True)
class Amounts:
    """Sums over the legs that boarded, and the boxes handled, in the measured window.

    Attributes
    ----------
    links : dict of str to (A, P, F) ndarray
        What passed a link, by amount of `AMOUNTS`, period and kind of `FLOWS`.
    nodes : dict of str to (A, P, F) ndarray
        What boarded at a node or was delivered there; no CO2e is told of nodes.
    room : dict of str to (P,) ndarray
        Capacity of the scheduled departures that passed a link, TEU; by their first call.
    load : dict of str to (P,) ndarray
        TEU aboard them.
    """

    links: dict[str, Array]
    nodes: dict[str, Array]
    room: dict[str, Array]
    load: dict[str, Array]

    @classmethod
    def of(cls, results: Results, edges: Ints) -> Amounts:
        """Add up a run.

        Parameters
        ----------
        results : Results
            Of the run.
        edges : (P + 1,) int64
            Seconds at which the periods begin, and the end of the last one.

        Returns
        -------
        Amounts
            Places where nothing moved are left out.
        """
        tables, network = results.tables, results.network
        owners = _Owners.of(tables)
        n_periods = len(edges) - 1
        services, rides = _rides(tables, owners, edges)
        intensity = service_intensity(tables, network, results.clock)
        segments = service_segments(network)
        is_scheduled = network.services["dispatch"].astype(str) != "on_demand"
        scheduled = {str(name) for name in network.services.index[is_scheduled]}
        links, load = _on_links(services, rides, segments, scheduled, intensity)
        return cls(
            links=links,
            nodes=_at_nodes(tables, owners, edges),
            room=_room(tables, segments, scheduled, edges),
            load={name: sums.reshape(n_periods, len(FLOWS)).sum(axis=1) for name, sums in load},
        )


def period_of(seconds: NDArray[np.int32], edges: Ints) -> NDArray[np.intp]:
    """Return the number of the period of each second, -1 outside of all of them.

    Parameters
    ----------
    seconds : (n,) int32
        Since the start of the simulated span; -1 is never.
    edges : (P + 1,) int64
        Where the periods begin, and the end of the last one.

    Returns
    -------
    (n,) intp
        Numbers.
    """
    # Edges are midnights: a table by their common step is many times faster than a search.
    step = int(np.gcd.reduce(edges))
    last = int(edges[-1]) // step
    table = np.full(last + 2, -1, dtype=np.intp)
    table[:last] = np.searchsorted(edges, np.arange(last) * step, side="right") - 1
    found: NDArray[np.intp] = table[np.clip(seconds // np.int32(step), -1, last)]
    return found


@dataclass(frozen=True)
class _Owners:
    """Amounts and kind of every shipment."""

    amounts: tuple[Array, ...]
    flow: NDArray[np.intp]

    @classmethod
    def of(cls, tables: RunTables) -> _Owners:
        shipments = tables.frame("shipments", ("cargo", "direction", "teu", "t", "value_cny"))
        own = _codes_of(shipments["cargo"], ("own",)) == 0
        side = _codes_of(shipments["direction"], FLOWS[:2])
        return cls(
            amounts=tuple(
                shipments[column].to_numpy(dtype=np.float64) for column in ("teu", "t", "value_cny")
            ),
            flow=np.where(own & (side >= 0), side, len(FLOWS) - 1),
        )

    def sums(self, cell: Ints, owner: NDArray[np.int32], n: int) -> Array:
        """Return the amounts of shipments by cell: (A, n).

        Thousandths are the finest amounts there are: rounded to them, a sum does not tell in
        which order it was added up.
        """
        sums: Array = np.stack([np.bincount(cell, amount[owner], n) for amount in self.amounts])
        return sums.round(3)


def _codes_of(column: pd.Series, names: Sequence[str]) -> NDArray[np.intp]:
    """Return the place of each categorical value among the names, -1 for others."""
    place = pd.Index(list(names)).get_indexer(column.cat.categories.astype(str))
    found: NDArray[np.intp] = np.append(place, -1)[column.cat.codes.to_numpy()]
    return found


@dataclass(frozen=True)
class _Rides:
    """Kinds of ride and the TEU, tonnes and yuan each carried: (3, R, P * F)."""

    service: Ints
    board: Ints
    alight: Ints
    sums: Array


def _rides(tables: RunTables, owners: _Owners, edges: Ints) -> tuple[list[str], _Rides]:
    legs = tables.frame("legs", ("shipment", "service", "board_call", "alight_call", "board_s"))
    period = period_of(legs["board_s"].to_numpy(), edges)
    rows = np.flatnonzero(period >= 0)
    owner = legs["shipment"].to_numpy()[rows]
    calls = [legs[column].to_numpy()[rows] for column in ("board_call", "alight_call")]
    most = 1 + max((int(call.max(initial=0)) for call in calls), default=0)
    kind = legs["service"].cat.codes.to_numpy()[rows].astype(np.int64)
    for call in calls:
        kind *= most
        kind += call
    seen = np.flatnonzero(np.bincount(kind))
    number = np.zeros(int(seen[-1]) + 1 if len(seen) else 1, dtype=np.int64)
    number[seen] = np.arange(len(seen))
    width = (len(edges) - 1) * len(FLOWS)
    cell = number[kind] * width + period[rows] * len(FLOWS) + owners.flow[owner]
    sums = owners.sums(cell, owner, len(seen) * width)
    names = [str(name) for name in legs["service"].cat.categories]
    return names, _Rides(
        service=seen // (most * most),
        board=seen // most % most,
        alight=seen % most,
        sums=sums.reshape(3, len(seen), width),
    )


def _on_links(
    services: Sequence[str],
    rides: _Rides,
    segments: pd.DataFrame,
    scheduled: set[str],
    intensity: pd.DataFrame,
) -> tuple[dict[str, Array], list[tuple[str, Array]]]:
    """Return what passed each link, and the TEU on scheduled services by period and kind."""
    passed: dict[str, list[tuple[int, str]]] = {}
    km: dict[str, float] = {}
    columns = (segments[name] for name in ("service", "after_call", "link", "distance_km"))
    for service, after, link, length in zip(*columns, strict=True):
        passed.setdefault(service, []).append((after, link))
        km[link] = float(length)
    # Kilograms per kilometre and unit carried, and whether the unit is the TEU or the tonne.
    emitted = dict(zip(intensity.index, intensity["g_per_unit_km"] / 1000, strict=True))
    by_teu = dict(zip(intensity.index, intensity["unit"] == "teu", strict=True))
    number: dict[str, int] = {}
    pairs: list[tuple[int, int]] = []
    is_scheduled = np.zeros(len(rides.service), dtype=bool)
    kinds = zip(rides.service, rides.board, rides.alight, strict=True)
    for ride, (service, board, alight) in enumerate(kinds):
        name = services[service]
        is_scheduled[ride] = name in scheduled
        pairs += [
            (number.setdefault(link, len(number)), ride)
            for after, link in passed.get(name, ())
            if board <= after < alight
        ]
    width = rides.sums.shape[2]
    sums = np.zeros((len(number), len(AMOUNTS), width))
    load = np.zeros((len(number), width))
    if pairs:
        link, ride = np.array(pairs).T
        np.add.at(sums[:, :3], link, rides.sums[:, ride].swapaxes(0, 1))
        named = [services[service] for service in rides.service[ride]]
        per_unit = np.array([emitted.get(name, 0.0) for name in named])
        per_unit *= np.array([km[name] for name in number])[link]
        unit = np.where([by_teu.get(name, True) for name in named], 0, 1)
        np.add.at(sums[:, 3], link, rides.sums[unit, ride] * per_unit[:, None])
        kept = is_scheduled[ride]
        np.add.at(load, link[kept], rides.sums[0, ride[kept]])
    shape = (len(AMOUNTS), -1, len(FLOWS))
    return (
        {name: sums[rank].reshape(shape) for name, rank in number.items()},
        [(name, load[rank]) for name, rank in number.items()],
    )


def _at_nodes(tables: RunTables, owners: _Owners, edges: Ints) -> dict[str, Array]:
    """Return what boarded at each node and what left its last vehicle there."""
    columns = ("shipment", "service", "board_node", "board_s", "alight_node", "end_s")
    legs = tables.frame("legs", columns)
    owner = legs["shipment"].to_numpy()
    is_ride = legs["service"].cat.codes.to_numpy() >= 0
    # The row after the last ride of a box is its delivery.
    is_last = np.append(~is_ride[1:], False) & is_ride
    n_periods = len(edges) - 1
    found: dict[str, Array] = {}
    for column, seconds, chosen in (
        ("board_node", "board_s", is_ride),
        ("alight_node", "end_s", is_last),
    ):
        period = period_of(legs[seconds].to_numpy(), edges)
        rows = np.flatnonzero(chosen & (period >= 0))
        names = [str(name) for name in legs[column].cat.categories]
        node = legs[column].cat.codes.to_numpy()[rows].astype(np.int64)
        cell = (node * n_periods + period[rows]) * len(FLOWS) + owners.flow[owner[rows]]
        sums = owners.sums(cell, owner[rows], len(names) * n_periods * len(FLOWS))
        split = sums.reshape(3, len(names), n_periods, len(FLOWS))
        for rank, name in enumerate(names):
            if split[0, rank].any():
                found[name] = found.get(name, 0.0) + split[:, rank]
    return found


def _room(
    tables: RunTables, segments: pd.DataFrame, scheduled: set[str], edges: Ints
) -> dict[str, Array]:
    """Return the capacity of scheduled departures by link and period."""
    departures = tables.frame("departures", ("service", "status", "left_s", "capacity_teu"))
    period = period_of(departures["left_s"].to_numpy(), edges)
    names = [str(name) for name in departures["service"].cat.categories]
    wanted = np.array([name in scheduled for name in names] + [False])
    service = departures["service"].cat.codes.to_numpy().astype(np.int64)
    ran = _codes_of(departures["status"], ("departed",)) == 0
    rows = np.flatnonzero(ran & (period >= 0) & wanted[service])
    n = len(edges) - 1
    sums = np.bincount(
        service[rows] * n + period[rows],
        departures["capacity_teu"].to_numpy()[rows],
        len(names) * n,
    ).reshape(-1, n)
    by_service = {name: sums[rank] for rank, name in enumerate(names) if wanted[rank]}
    room: dict[str, Array] = {}
    for name, link in zip(segments["service"], segments["link"], strict=True):
        if name in by_service:
            room[link] = room.get(link, 0.0) + by_service[name]
    return room
