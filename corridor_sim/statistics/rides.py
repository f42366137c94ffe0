"""Kinds of ride: from which call to which call of a service a leg goes.

A year has millions of rides of a few thousand kinds: what depends on the way alone is worked out
once for each kind.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corridor_sim.statistics.columns import Table

__all__ = ["Rides"]

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Rides:
    """Rides of a run and their kinds, in the order of service and calls.

    Attributes
    ----------
    rows : (R,) int32
        Leg rows that are rides.
    kind : (R,) int32
        Kind of each.
    service : (K,) int64
        Service of each kind, a place in `service_names`.
    board_call, alight_call : (K,) int64
        Its calls.
    service_names : tuple of str
        Names of services.
    """

    rows: NDArray[np.int32]
    kind: NDArray[np.int32]
    service: Ints
    board_call: Ints
    alight_call: Ints
    service_names: tuple[str, ...]

    @classmethod
    def of(cls, legs: Table) -> Rides:
        """Sort the legs of a run by kind.

        Parameters
        ----------
        legs : Table
            Legs with their deliveries.

        Returns
        -------
        Rides
            Deliveries are left out.
        """
        services = legs.names("service")
        rows = np.flatnonzero(services.codes >= 0).astype(np.int32)
        calls = [legs.numbers(column)[rows] for column in ("board_call", "alight_call")]
        most = 1 + max((int(call.max(initial=0)) for call in calls), default=0)
        kind = services.codes[rows].astype(np.int32)
        for call in calls:
            kind *= most
            kind += call
        found = np.flatnonzero(np.bincount(kind))
        number = np.zeros(int(found[-1]) + 1 if len(found) else 1, dtype=np.int32)
        number[found] = np.arange(len(found))
        return cls(
            rows=rows,
            kind=number[kind],
            service=found // (most * most),
            board_call=found // most % most,
            alight_call=found % most,
            service_names=services.names,
        )

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
