"""Durations of many visits at once: each by the distribution of the resource it visits."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corridor_sim.distributions import FAMILIES, Distribution
from corridor_sim.processors import processors

__all__ = ["DurationTable", "to_seconds"]

_HOUR = 3600.0
# So many at a time stay in the caches of a core.
_CHUNK = 1 << 16
_FAMILIES = tuple(FAMILIES)
# No time at all, and what is drawn by its own distribution: it is empirical, or not certain.
_NOTHING, _OWN = -1, -2
_NONE = Distribution.constant(0.0)


def to_seconds(
    time_h: Distribution, probability: float, uniform: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return durations from uniform numbers.

    Parameters
    ----------
    time_h : Distribution
        Hours of what takes time at all.
    probability : float
        Share of what takes time.
    uniform : (n,) float64
        Uniform draws.

    Returns
    -------
    (n,) float64
        Seconds.
    """
    if probability >= 1.0:
        return time_h.quantile(uniform) * _HOUR
    if probability <= 0.0:
        return np.zeros(len(uniform))
    hit = uniform < probability
    return np.where(hit, time_h.quantile(np.where(hit, uniform / probability, 0.5)) * _HOUR, 0.0)


@dataclass(frozen=True, eq=False)
class DurationTable:
    """Distributions of durations by resource, laid side by side.

    Attributes
    ----------
    times : tuple of (Distribution, float) or None
        Hours and probability of each resource; None where nothing takes time.
    family : (R + 1,) int8
        Place in the families of distributions; the last one is that of resource -1.
    parameters : (3, R + 1) float64
        Parameters of the family, see `Distribution.law`.
    """

    times: tuple[tuple[Distribution, float] | None, ...]
    family: NDArray[np.int8]
    parameters: NDArray[np.float64]

    @classmethod
    def of(cls, times: Sequence[tuple[Distribution, float] | None]) -> DurationTable:
        """Lay distributions side by side.

        Parameters
        ----------
        times : sequence of (Distribution, float) or None
            Hours and probability of each resource; None where nothing takes time.

        Returns
        -------
        DurationTable
            In the same order.
        """
        family = np.full(len(times) + 1, _NOTHING, dtype=np.int8)
        parameters = np.zeros((3, len(times) + 1))
        for rank, time in enumerate(times):
            if time is None or time[1] <= 0.0:
                continue
            name, *numbers = time[0].law()
            is_own = time[1] < 1.0 or name not in FAMILIES
            family[rank] = _OWN if is_own else _FAMILIES.index(name)
            parameters[:, rank] = numbers
        return cls(tuple(times), family, parameters)

    def convert(self, resource: NDArray[np.int32], draws: NDArray[np.float64]) -> None:
        """Turn uniform draws into seconds, in place.

        Parameters
        ----------
        resource : (n,) int32
            Resource visited, -1 for none.
        draws : (n,) float64
            Uniform draws before, seconds after.
        """
        chunks = [slice(start, start + _CHUNK) for start in range(0, len(draws), _CHUNK)]
        n_threads = min(processors(), len(chunks), 4)
        if n_threads <= 1:
            for chunk in chunks:
                self._convert_chunk(resource[chunk], draws[chunk])
            return
        # NumPy and SciPy let go of the interpreter while they calculate.
        with ThreadPoolExecutor(n_threads) as threads:
            list(threads.map(lambda c: self._convert_chunk(resource[c], draws[c]), chunks))

    def _convert_chunk(self, resource: NDArray[np.int32], draws: NDArray[np.float64]) -> None:
        family = self.family[resource]
        for code in np.flatnonzero(np.bincount(family + 2)) - 2:
            places = np.flatnonzero(family == code)
            if code == _NOTHING:
                draws[places] = 0.0
                continue
            visited = resource[places]
            if code == _OWN:
                for rank in np.unique(visited):
                    time_h, probability = self.times[rank] or (_NONE, 0.0)
                    own = places[visited == rank]
                    draws[own] = to_seconds(time_h, probability, draws[own])
                continue
            quantile = FAMILIES[_FAMILIES[code]]
            draws[places] = quantile(draws[places], *self.parameters[:, visited]) * _HOUR
