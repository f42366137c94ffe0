"""What a user's own SimPy process may do to a run."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

import simpy
from simpy.events import Event

from corridor_sim.engine.resources import Facility, Lock
from corridor_sim.errors import CorridorSimError

if TYPE_CHECKING:
    from corridor_sim.engine.reference import Corridor

__all__ = ["Control", "UserProcess"]


class Control:
    """What a user's own process may do to a run: apply bound events.

    Parameters
    ----------
    corridor : Corridor
        The run.
    """

    def __init__(self, corridor: Corridor) -> None:
        self._corridor = corridor

    def set_servers(self, facility: str, servers: int | None) -> None:
        """Set the servers of a facility from now on; None returns to the plan.

        Parameters
        ----------
        facility : str
            Name of a facility (not of a lock).
        servers : int or None
            Servers that may be busy at once. Visits that are under way go on.

        Raises
        ------
        CorridorSimError
            If there is no such facility, or the number is negative.
        """
        names = self._corridor.plan.resource_names
        place = self._corridor.resources[names.index(facility)] if facility in names else None
        if not isinstance(place, Facility) or self._corridor.is_free[place.rank]:
            raise CorridorSimError(
                f"set_servers: '{facility}' is not a facility with a limited number of servers"
            )
        if servers is not None and servers < 0:
            raise CorridorSimError(f"set_servers: '{facility}' cannot have {servers} servers")
        place.settled = servers
        self._corridor.capacity_changed(place.rank)

    def queue_length(self, facility: str) -> int:
        """Return how many wait at a facility or lock.

        Parameters
        ----------
        facility : str
            Its name.

        Raises
        ------
        CorridorSimError
            If there is none of that name.
        """
        names = self._corridor.plan.resource_names
        if facility not in names:
            raise CorridorSimError(f"queue_length: there is no facility '{facility}'")
        place = self._corridor.resources[names.index(facility)]
        if isinstance(place, Lock):
            return len(place.queues[0]) + len(place.queues[1])
        return len(place.queue)


UserProcess = Callable[[simpy.Environment, Control], Generator[Event, Any, Any]]
