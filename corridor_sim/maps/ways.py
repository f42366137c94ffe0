"""Where the services of a network run: what the sums of a map ask of it, whatever moves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corridor_sim.statistics.paths import call_nodes, service_segments

if TYPE_CHECKING:
    from corridor_sim.network import Network

__all__ = ["Ways"]

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Ways:
    """Calls of the services, links between them, and rides: from one call to another.

    A service of n calls has n x n numbers of rides, of which those that go forward are used.

    Attributes
    ----------
    services, nodes, links : tuple of str
        Names; services sorted as text.
    is_scheduled : (S,) bool
        Services that do not run on demand.
    n_calls : (S,) int64
        Calls of each service.
    call_first, ride_first : (S + 1,) int64
        First call and first ride of each service.
    node : (calls,) int64
        Node of each call.
    link_first : (S + 1,) int64
        First row of each service in `link`.
    link, after_call : (n,) int64
        Links in the order in which a service passes them, and the call before each.
    link_km : (links,) float64
        Length of each link.
    """

    services: tuple[str, ...]
    nodes: tuple[str, ...]
    links: tuple[str, ...]
    is_scheduled: NDArray[np.bool_]
    n_calls: Ints
    call_first: Ints
    ride_first: Ints
    node: Ints
    link_first: Ints
    link: Ints
    after_call: Ints
    link_km: NDArray[np.float64]

    @classmethod
    def of(cls, network: Network) -> Ways:
        """Look through the calls of a network.

        Parameters
        ----------
        network : Network
            As the scenario has it.

        Returns
        -------
        Ways
            Of all its services.
        """
        calls, segments = call_nodes(network), service_segments(network)
        dispatch = {str(name): str(how) for name, how in network.services["dispatch"].items()}
        services = _numbers(sorted(dispatch))
        nodes, links = _numbers(calls["node"]), _numbers(segments["link"])
        of_call = np.array([services[name] for name in calls["service"]], dtype=np.int64)
        of_link = np.array([services[name] for name in segments["service"]], dtype=np.int64)
        by_service = np.argsort(of_call, kind="stable"), np.argsort(of_link, kind="stable")
        n_calls = np.bincount(of_call, minlength=len(services))
        link = np.array([links[name] for name in segments["link"]], dtype=np.int64)
        link_km = np.zeros(len(links))
        link_km[link] = segments["distance_km"].to_numpy(dtype=np.float64)
        return cls(
            services=tuple(services),
            nodes=tuple(nodes),
            links=tuple(links),
            is_scheduled=np.array([dispatch[name] != "on_demand" for name in services], dtype=bool),
            n_calls=n_calls,
            call_first=_firsts(n_calls),
            ride_first=_firsts(n_calls**2),
            node=np.array([nodes[name] for name in calls["node"]], dtype=np.int64)[by_service[0]],
            link_first=_firsts(np.bincount(of_link, minlength=len(services))),
            link=link[by_service[1]],
            after_call=segments["after_call"].to_numpy(dtype=np.int64)[by_service[1]],
            link_km=link_km,
        )

    def numbers_of(self, names: Sequence[str]) -> Ints:
        """Return the number of each service, and -1 behind them for what has none."""
        place = {name: number for number, name in enumerate(self.services)}
        return np.array([*(place[name] for name in names), -1], dtype=np.int64)

    def ride(self, rides: Ints) -> tuple[Ints, Ints, Ints]:
        """Return service, call of boarding and call of alighting of rides by number."""
        service = np.searchsorted(self.ride_first, rides, side="right") - 1
        board, alight = np.divmod(rides - self.ride_first[service], self.n_calls[service])
        return service, board, alight

    def passed(self, rides: Ints) -> tuple[Ints, Ints]:
        """Return the links that rides pass.

        Parameters
        ----------
        rides : (n,) int64
            By number.

        Returns
        -------
        place, link : (m,) int64
            Place among the given rides, once for each link, and the link; ride by ride.
        """
        service, board, alight = self.ride(rides)
        first = self.link_first[service]
        counts = self.link_first[service + 1] - first
        place = np.repeat(np.arange(len(rides)), counts)
        row = np.arange(len(place)) + np.repeat(first - np.cumsum(counts) + counts, counts)
        after = self.after_call[row]
        kept = np.flatnonzero((board[place] <= after) & (after < alight[place]))
        return place[kept], self.link[row[kept]]


def _numbers(names: Iterable[object]) -> dict[str, int]:
    """Return names in the order in which they first come, with their numbers."""
    found: dict[str, int] = {}
    for name in names:
        found.setdefault(str(name), len(found))
    return found


def _firsts(counts: NDArray[np.integer]) -> Ints:
    """Return where each begins if they stand side by side, and the end of the last."""
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
