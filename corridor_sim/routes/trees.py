"""Shortest paths over legs: trees from, or towards, many places at several weights at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from corridor_sim.routes.layers import Layers

__all__ = ["NO_WAY", "Path", "Trees"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Legs of a path in the order of travel, and its places as bits.
Path = tuple[tuple[int, ...], int]
#: A path that cannot be part of any way: it has a place in common with every other.
NO_WAY: Path = ((), -1)
_BLOCK = 64


class Trees:
    """Trees of shortest paths between some roots and all places, at every level of weights.

    Parameters
    ----------
    legs : (e,) int64
        Numbers of the legs that may be ridden.
    starts, ends : (e,) int64
        Places of the legs.
    weights : (e, levels) float64
        Above zero.
    roots : sequence of int
        Places.
    size : int
        Number of places.
    towards : bool
        Whether paths lead to the roots, and not away from them.
    barred : int
        Places as bits that no path may touch but as its root.

    Notes
    -----
    Bellman's equations are solved for all roots and levels together, a round per leg of the longest
    path. Sums run outward from the root, as in Dijkstra's method, so that both give the same bits.
    """

    def __init__(
        self,
        legs: Ints,
        *,
        starts: Ints,
        ends: Ints,
        weights: Floats,
        roots: Sequence[int],
        size: int,
        towards: bool,
        barred: int,
    ) -> None:
        self.column = {root: column for column, root in enumerate(roots)}
        self._towards = towards
        self._barred = barred
        near, far = (ends, starts) if towards else (starts, ends)
        layers = Layers.of(far)
        near, far, weights = near[layers.order], far[layers.order], weights[layers.order].T
        #: (levels, roots, places): generalised cost between a place and a root.
        self.cost = np.full((len(weights), len(roots), size), np.inf)
        self.cost[:, range(len(roots)), list(roots)] = 0.0
        # Number of the leg next to a place on the path from its root.
        self._last = np.full(self.cost.shape, -1, dtype=np.int32)
        if len(far):
            # Blocks of roots, so that memory does not grow with legs times roots.
            for first in range(0, len(roots), _BLOCK):
                block = slice(first, first + _BLOCK)
                _solve(self.cost[:, block], self._last[:, block], near, far, weights, layers)
        self._near = near.tolist()
        self._legs = legs[layers.order].tolist()
        self._paths: list[list[dict[int, Path]]] = [
            [{root: ((), 1 << root)} for root in roots] for _ in weights
        ]

    def paths(self, root: int, level: int) -> dict[int, Path]:
        """Return the paths of a tree found so far, by place; `path` adds the others."""
        return self._paths[level][self.column[root]]

    def path(self, root: int, place: int, level: int) -> Path:
        """Return the shortest path between a root and a place.

        Parameters
        ----------
        root, place : int
            Ends.
        level : int
            Of the weights.

        Returns
        -------
        Path
            `NO_WAY` where there is none or it leads through a barred place.
        """
        column = self.column[root]
        known = self._paths[level][column]
        waiting: list[tuple[int, int]] = []
        at = place
        while at not in known:
            row = int(self._last[level, column, at])
            if row < 0:
                known[at] = NO_WAY
                break
            waiting.append((at, row))
            at = self._near[row]
        path = known[at]
        for at, row in reversed(waiting):
            if path is not NO_WAY:
                legs, places = path
                leg = self._legs[row]
                path = (leg, *legs) if self._towards else (*legs, leg), places | 1 << at
                if self._barred >> at & 1:
                    path = NO_WAY
            known[at] = path
        return path


def _solve(
    cost: Floats, last: NDArray[np.int32], near: Ints, far: Ints, weights: Floats, layers: Layers
) -> None:
    """Bring costs, infinite but at the roots, down to the shortest, and tell the last legs.

    Parameters
    ----------
    cost, last : (levels, roots, places) float64, int32
        Filled in.
    near, far : (e,) int64
        Places of each leg as seen from a root.
    weights : (levels, e) float64
        Of the legs.
    layers : Layers
        Of the legs by `far`.
    """
    over = np.empty((*cost.shape[:2], len(far)))
    changes = True
    while changes:
        np.take(cost, near, axis=2, out=over, mode="clip")
        over += weights[:, None, :]
        before = cost[..., layers.groups]
        best = np.minimum(before, layers.reduce(np.minimum, over))
        changes = not np.array_equal(before, best)
        cost[..., layers.groups] = best
    # Where a weight is lost in rounding, two places could be each other's next: no way then.
    levels, roots, rows = np.nonzero((over == cost[..., far]) & (cost[..., near] < cost[..., far]))
    # The last one written stays: the first of equal legs.
    last[levels[::-1], roots[::-1], far[rows[::-1]]] = rows[::-1]
