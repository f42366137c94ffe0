"""Kinds of ride: from which call to which call of a service a leg goes.

A year has millions of rides of a few thousand kinds: what depends on the way alone is worked out
once for each kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corridor_sim.statistics.columns import Table

__all__ = ["Rides"]

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Rides:
    """Kinds of the rides of a run, in the order of service and calls.

    Attributes
    ----------
    service : (K,) int64
        Service of each kind, a place in `service_names`.
    board_call, alight_call : (K,) int64
        Its calls.
    service_names : tuple of str
        Names of services.
    n_calls : int
        Most calls of a service that a ride knows of.
    number : (n,) int32
        Kind by service and calls, which count least.
    """

    service: Ints
    board_call: Ints
    alight_call: Ints
    service_names: tuple[str, ...]
    n_calls: int
    number: NDArray[np.int32]

    @classmethod
    def of(cls, parts: Callable[[], Iterable[Table]]) -> Rides:
        """Find the kinds of the rides of a run.

        Parameters
        ----------
        parts : callable
            Gives the legs with their deliveries, part by part; called twice.

        Returns
        -------
        Rides
            Deliveries are left out.
        """
        most = 1
        names: tuple[str, ...] = ()
        for legs in parts():
            for column in ("board_call", "alight_call"):
                most = max(most, 1 + int(legs.numbers(column).max(initial=0)))
            names = legs.names("service").names
        is_there = np.zeros(len(names) * most * most + 1, dtype=np.bool_)
        for legs in parts():
            is_there[_places(legs, most)[1]] = True
        found = np.flatnonzero(is_there)
        return cls(
            service=found // (most * most),
            board_call=found // most % most,
            alight_call=found % most,
            service_names=names,
            n_calls=most,
            number=(np.cumsum(is_there) - 1).astype(np.int32),
        )

    def of_legs(self, legs: Table) -> tuple[Ints, NDArray[np.int32]]:
        """Return which of some legs are rides, and of which kind.

        Parameters
        ----------
        legs : Table
            Legs of the run with their deliveries, or a part of them.

        Returns
        -------
        rows : (R,) int64
            Rows that are rides.
        kind : (R,) int32
            Kind of each.
        """
        rows, place = _places(legs, self.n_calls)
        return rows, self.number.take(place)

    def names(self) -> list[str]:
        """Return the service of each kind by name."""
        return [self.service_names[code] for code in self.service]

    def km(self, distance: pd.Series) -> NDArray[np.float64]:
        """Return the length of each kind.

        Parameters
        ----------
        distance : Series
            From `paths.leg_distances_km`.

        Returns
        -------
        (K,) float64
            Kilometres.
        """
        return self.at_calls(distance, self.alight_call) - self.at_calls(distance, self.board_call)

    def at_calls(self, values: pd.Series, calls: Ints) -> NDArray[np.float64]:
        """Return what stands at a call of each kind's service.

        Parameters
        ----------
        values : Series
            Indexed by (service, call).
        calls : (K,) int64
            Calls.

        Returns
        -------
        (K,) float64
            Values, NaN where there are none.
        """
        found = values.to_dict()
        pairs = zip(self.names(), calls.tolist(), strict=True)
        return np.array([found.get(pair, np.nan) for pair in pairs], dtype=np.float64)

    def passed(self, segments: pd.DataFrame) -> tuple[Ints, NDArray[np.object_]]:
        """Return the links that each kind passes.

        Parameters
        ----------
        segments : DataFrame
            From `paths.service_segments`.

        Returns
        -------
        kind : (n,) int64
            Kind, once for each link.
        link : (n,) object
            Name of the link.
        """
        of_service: dict[str, list[tuple[int, str]]] = {}
        for service, after, link in zip(
            segments["service"], segments["after_call"], segments["link"], strict=True
        ):
            of_service.setdefault(service, []).append((after, link))
        pairs = [
            (kind, link)
            for kind, (service, board, alight) in enumerate(
                zip(self.names(), self.board_call, self.alight_call, strict=True)
            )
            for after, link in of_service.get(service, ())
            if board <= after < alight
        ]
        kinds = np.array([kind for kind, _ in pairs], dtype=np.int64)
        return kinds, np.array([link for _, link in pairs], dtype=object)


def _places(legs: Table, n_calls: int) -> tuple[Ints, NDArray[np.int32]]:
    """Return the rows that are rides, and where their kinds stand in a list of all there can be."""
    services = legs.names("service").codes
    rows = np.flatnonzero(services >= 0)
    place = services.take(rows).astype(np.int32)
    for column in ("board_call", "alight_call"):
        place *= n_calls
        place += legs.numbers(column).take(rows)
    return rows, place
