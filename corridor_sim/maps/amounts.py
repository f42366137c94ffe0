"""What passed every link and was handled at every node by period, in one pass over the legs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corridor_sim.maps.moves import FLOWS, Moves, period_of
from corridor_sim.maps.ways import Ways

if TYPE_CHECKING:
    import pandas as pd

    from corridor_sim.results import Results
    from corridor_sim.statistics import RunTables

__all__ = ["AMOUNTS", "Amounts"]

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Amounts in the order of the first axis: boxes, tonnes, yuan, and kilograms CO2e of moving.
AMOUNTS = ("teu", "t", "cny", "kg")
#: Thousandths of a TEU, kilograms and yuan in these.
_UNITS = (1000, 1000, 1)


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
    def of(
        cls,
        results: Results,
        edges: Ints,
        *,
        ways: Ways | None = None,
        by_loop: bool | None = None,
    ) -> Amounts:
        """Add up a run.

        Parameters
        ----------
        results : Results
            Of the run.
        edges : (P + 1,) int64
            Seconds at which the periods begin, and the end of the last one.
        ways : Ways, optional
            Of the run's network; looked up if not given.
        by_loop : bool, optional
            See `Moves.of`.

        Returns
        -------
        Amounts
            Places where nothing moved are left out.
        """
        ways = Ways.of(results.network) if ways is None else ways
        moves = Moves.of(results.tables, ways, edges, by_loop=by_loop)
        rides = np.flatnonzero(moves.rode.any(axis=(1, 2)))
        rode = _shown(moves.rode[rides])
        links, load = _on_links(ways, rides, rode, results.statistics.load_factors())
        return cls(
            links=links,
            nodes=_at_nodes(ways, rides, moves),
            room=_room(results.tables, ways, edges),
            load=load,
        )


def _shown(sums: Ints) -> Array:
    """Return sums in TEU, tonnes and yuan: (3, places, P * F)."""
    shown: Array = np.moveaxis(sums / np.array(_UNITS), -1, 0)
    return shown


def _split(sums: Array) -> Array:
    """Return sums by period and kind: (..., P, F)."""
    return sums.reshape(*sums.shape[:-1], -1, len(FLOWS))


def _on_links(
    ways: Ways, rides: Ints, rode: Array, factors: pd.DataFrame
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return what passed each link, and the TEU on scheduled services by period."""
    place, link = ways.passed(rides)
    service = ways.ride(rides)[0][place]
    sums = np.zeros((len(ways.links), len(AMOUNTS), rode.shape[-1]))
    np.add.at(sums[:, :3], link, rode[:, place].swapaxes(0, 1))
    # Kilograms per kilometre and unit carried, and whether the unit is the TEU or the tonne.
    factors = factors.set_index("service").reindex(list(ways.services))
    emitted = factors["g_per_unit_km"].to_numpy(dtype=np.float64) / 1000
    unit = np.where(factors["unit"].to_numpy() == "teu", 0, 1)
    per_unit = emitted[service] * ways.link_km[link]
    np.add.at(sums[:, 3], link, rode[unit[service], place] * per_unit[:, None])
    load = np.zeros((len(ways.links), rode.shape[-1]))
    kept = ways.is_scheduled[service]
    np.add.at(load, link[kept], rode[0, place[kept]])
    used = np.flatnonzero(np.bincount(link, minlength=len(ways.links)))
    return (
        {ways.links[number]: _split(sums[number]) for number in used},
        {ways.links[number]: _split(load[number]).sum(axis=1) for number in used},
    )


def _at_nodes(ways: Ways, rides: Ints, moves: Moves) -> dict[str, Array]:
    """Return what boarded at each node and what left its last vehicle there."""
    service, board, _ = ways.ride(rides)
    boarded = np.zeros((len(ways.nodes), *moves.rode.shape[1:]), dtype=np.int64)
    left = np.zeros_like(boarded)
    np.add.at(boarded, ways.node[ways.call_first[service] + board], moves.rode[rides])
    np.add.at(left, ways.node, moves.left)
    sums = _split(_shown(boarded) + _shown(left))
    used = np.flatnonzero(sums[0].any(axis=(1, 2)))
    return {ways.nodes[number]: sums[:, number] for number in used}


def _room(tables: RunTables, ways: Ways, edges: Ints) -> dict[str, Array]:
    """Return the capacity of scheduled departures by link and period."""
    departures = tables.table("departures")
    period = period_of(departures.numbers("left_s"), edges)
    services = departures.names("service")
    service = ways.numbers_of(services.names)[services.codes]
    ran = departures.names("status").is_name("departed")
    rows = np.flatnonzero(ran & (period >= 0) & ways.is_scheduled[service])
    n = len(edges) - 1
    offered = np.bincount(
        service[rows] * n + period[rows],
        departures.shown("capacity_teu")[rows],
        len(ways.services) * n,
    ).reshape(-1, n)
    owner = np.repeat(np.arange(len(ways.services)), np.diff(ways.link_first))
    passing = np.flatnonzero(ways.is_scheduled[owner])
    room = np.zeros((len(ways.links), n))
    np.add.at(room, ways.link[passing], offered[owner[passing]])
    return {ways.links[number]: room[number] for number in np.unique(ways.link[passing])}
