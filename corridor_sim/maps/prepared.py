"""What of a run's map hangs on its network alone, so that it can be made before the run is over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corridor_sim.maps.joined import joined
from corridor_sim.maps.sheet import Sheet
from corridor_sim.maps.ways import Ways

if TYPE_CHECKING:
    from corridor_sim.network import Network

__all__ = ["PreparedMap"]


@dataclass(frozen=True)
class PreparedMap:
    """Part of the map of one run.

    Attributes
    ----------
    network : Network
        It was made of.
    sheet : Sheet
        Places, lines and texts.
    ways : Ways
        Where the services run.
    """

    network: Network
    sheet: Sheet
    ways: Ways

    @classmethod
    def of(cls, network: Network) -> PreparedMap:
        """Prepare the maps of runs on a network.

        Parameters
        ----------
        network : Network
            As the scenario has it.

        Returns
        -------
        PreparedMap
            Nothing of it changes when maps are drawn.

        Raises
        ------
        CorridorSimError
            If the geometry of the network cannot be read.
        """
        return cls(network, Sheet.of(joined([network])), Ways.of(network))
