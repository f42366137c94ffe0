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
        near, weights = near[layers.order], weights[layers.order]
        # Places that are reached come first, so that layers of legs are slices of places.
        rank = np.full(size, -1)
        rank[layers.groups] = np.arange(len(layers.groups))
        rank[rank < 0] = np.arange(len(layers.groups), size)
        self._rank = rank
        # Blocks of roots, so that memory does not grow with legs times roots.
        blocks = [
            _solve(rank[list(roots[first : first + _BLOCK])], rank[near], weights, layers, size)
            for first in range(0, len(roots), _BLOCK)
        ]
        # (places, levels, roots); the second is the row of the leg next to a place on its path.
        self._cost = np.concatenate([cost for cost, _ in blocks], axis=2)
        self._last = np.concatenate([last for _, last in blocks], axis=2)
        self._near = near.tolist()
        self._legs = legs[layers.order].tolist()
        self._paths: list[list[dict[int, Path]]] = [
            [{root: ((), 1 << root)} for root in roots] for _ in range(weights.shape[1])
        ]

    def cost(self, roots: Sequence[int], places: Ints) -> Floats:
        """Return the generalised cost between roots and places.

        Parameters
        ----------
        roots : sequence of int
            Some of the roots.
        places : (p,) int64
            Any places.

        Returns
        -------
        (levels, roots, p) float64
            Infinite where there is no path.
        """
        columns = [self.column[root] for root in roots]
        cost: Floats = self._cost[self._rank[places]][..., columns]
        return cost.transpose(1, 2, 0)

    def paths(self, root: int, level: int) -> dict[int, Path]:
        """Return the paths of a tree found so far; `path` adds the others.

        Parameters
        ----------
        root : int
            Of the tree.
        level : int
            Of the weights.

        Returns
        -------
        dict of int to Path
            By place.
        """
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
            row = int(self._last[self._rank[at], level, column])
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
    roots: Ints, near: Ints, weights: Floats, layers: Layers, size: int
) -> tuple[Floats, NDArray[np.int32]]:
    """Solve Bellman's equations for some roots.

    Parameters
    ----------
    roots : (r,) int64
        Places, which are numbered in the order of `layers` here.
    near : (e,) int64
        Place at that end of each leg that is nearer to the root.
    weights : (e, levels) float64
        Of the legs.
    layers : Layers
        Of the legs, by the place at their far end.
    size : int
        Number of places.

    Returns
    -------
    cost : (places, levels, r) float64
        Of the shortest paths, infinite where there are none.
    last : (places, levels, r) int32
        Row of the last leg of each, -1 for none.
    """
    shape = size, weights.shape[1], len(roots)
    by_root = np.full(shape, np.inf)
    by_root[roots, :, np.arange(len(roots))] = 0.0
    # All levels and roots beside each other: long rows for few calls.
    cost = by_root.reshape(size, -1)
    last = np.full(cost.shape, -1, dtype=np.int32)
    added = np.repeat(weights, len(roots), axis=1)
    over = np.empty_like(added)
    steps = [
        (slice(start, start + count), slice(count))
        for start, count in zip(layers.starts, layers.sizes, strict=True)
    ]
    reached = cost[: len(layers.groups)]
    changes = True
    while changes:
        before = reached.copy()
        cost.take(near, axis=0, out=over, mode="clip")
        over += added
        for legs, far in steps:
            np.minimum(cost[far], over[legs], out=cost[far])
        changes = not np.array_equal(before, reached)
    cost.take(near, axis=0, out=over, mode="clip")
    added += over
    # The first of equal legs is written last.
    for legs, far in reversed(steps):
        here, there = over[legs], cost[far]
        # Where a weight is lost in rounding, two places could be each other's next: no way then.
        is_last = (added[legs] == there) & (here < there)
        rows = np.arange(legs.start, legs.stop, dtype=np.int32)[:, None]
        np.copyto(last[far], rows, where=is_last)
    return by_root, last.reshape(shape)
