"""Pairs of places that share alternatives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corridor_sim.demand.od import ODTable
    from corridor_sim.network import Network

__all__ = ["Pair", "pairs_of"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Who may share alternatives: ends, kinds of cargo, and the corridors allowed."""

    origin: str
    destination: str
    carries: frozenset[str]
    corridors: tuple[str, ...]


def pairs_of(od: ODTable, network: Network) -> list[Pair]:
    """Return the pair of every OD row: by its own corridor, or by those named for its region.

    Parameters
    ----------
    od : ODTable
        Rows of demand.
    network : Network
        Its regions name corridors for zones.

    Returns
    -------
    list of Pair
        One per row, in order.
    """
    named: dict[str, set[str]] = {}
    regions = network.regions
    for corridor, zones in zip(regions["corridor"], regions["zones"], strict=True):
        for zone in zones:
            named.setdefault(zone, set()).add(str(corridor))
    corridors = {zone: tuple(sorted(names)) for zone, names in named.items()}
    return [
        Pair(
            row.origin,
            row.destination,
            row.carries,
            (row.corridor,)
            if row.corridor
            else corridors.get(row.destination if row.direction == "export" else row.origin, ()),
        )
        for row in od.rows
    ]
