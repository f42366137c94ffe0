"""Facilities a box itself visits between its legs: customs, inspection, dwell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corridor_sim.network import Network

__all__ = ["BoxVisits", "Desks"]


@dataclass(frozen=True, slots=True)
class BoxVisits:
    """What a box visits on its way.

    Attributes
    ----------
    before : tuple of tuple of str
        Facilities before each leg, and before delivery.
    missing_customs : str
        Node where the box has to clear but no customs is named, else blank.
    """

    before: tuple[tuple[str, ...], ...]
    missing_customs: str


class Desks:
    """Customs and transhipment facilities by node.

    Parameters
    ----------
    network : Network
        Nodes, zones and services.
    """

    def __init__(self, network: Network) -> None:
        nodes, zones = network.nodes, network.zones
        self.customs = {str(name): str(desk) for name, desk in nodes["customs"].items()}
        # Between two legs.
        self._passed = {
            str(name): (str(desk),) if desk else () for name, desk in nodes["transhipment"].items()
        }
        self._home = {str(name) for name, side in zones["side"].items() if side == "chongqing"}

    def visits(
        self, origin: str, destination: str, nodes: Sequence[str], corridors: Sequence[str]
    ) -> BoxVisits:
        """Return what a box visits.

        A box of Chongqing's own trade clears customs where its first leg away from the Chongqing
        side starts, or where its last leg into it ends; every box that changes vehicle passes the
        transhipment facility of the node, where it has one.

        Parameters
        ----------
        origin, destination : str
            Ends of the route.
        nodes : sequence of str
            Where each leg starts, and where the last one ends.
        corridors : sequence of str
            Corridor of the service of each leg.

        Returns
        -------
        BoxVisits
            Facilities before each leg, and a node that lacks customs.
        """
        before: list[tuple[str, ...]] = [(), *[self._passed[node] for node in nodes[1:-1]], ()]
        is_export = origin in self._home
        missing = ""
        if is_export or destination in self._home:
            away = [number for number, corridor in enumerate(corridors) if corridor != "hub"]
            if away:
                place = away[0] if is_export else away[-1] + 1
                desk = self.customs[nodes[place]]
                if desk:
                    # Exports are dwelling when cleared; imports come off the vehicle first.
                    before[place] = (desk, *before[place]) if is_export else (*before[place], desk)
                else:
                    missing = nodes[place]
        return BoxVisits(tuple(before), missing)
