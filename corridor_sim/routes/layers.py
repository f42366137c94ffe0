"""Groups laid in layers, for fast reductions over many small groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Layers"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_STRANDS = 8


@dataclass(frozen=True, eq=False)
class Layers:
    """The first member of every group, then the second of all that have one, and so on.

    Groups stand in the order of their sizes, largest first, so that a layer is a slice beside the
    first groups: reducing over the members of each group takes a step per layer, of long slices,
    and adds up in the order of the members.

    Attributes
    ----------
    order : (n,) int64
        Members, layer by layer.
    groups : (g,) int64
        Groups with members, in the order they stand in here.
    starts, sizes : tuple of int
        First place and length of each layer.
    """

    order: Ints
    groups: Ints
    starts: tuple[int, ...]
    sizes: tuple[int, ...]

    @classmethod
    def of(cls, group: Ints) -> Layers:
        """Lay out members.

        Parameters
        ----------
        group : (n,) int64
            Group of each member.

        Returns
        -------
        Layers
            Members of a group in their order.
        """
        groups, where, counts = np.unique(group, return_inverse=True, return_counts=True)
        by_size = np.argsort(-counts, kind="stable")
        place = np.empty(len(groups), dtype=np.int64)
        place[by_size] = np.arange(len(groups))
        together = np.argsort(where, kind="stable")
        first = np.cumsum(counts) - counts
        layer = np.empty(len(where), dtype=np.int64)
        layer[together] = np.arange(len(where)) - np.repeat(first, counts)
        sizes = np.bincount(layer)
        return cls(
            order=np.lexsort((place[where], layer)),
            groups=groups[by_size],
            starts=tuple((np.cumsum(sizes) - sizes).tolist()),
            sizes=tuple(sizes.tolist()),
        )

    def reduce(self, ufunc: np.ufunc, values: Floats) -> Floats:
        """Return the reduction over each group.

        Parameters
        ----------
        ufunc : numpy.ufunc
            Of two arguments.
        values : (..., n) float64
            By member, in the order of `order`.

        Returns
        -------
        (..., g) float64
            In the order of `groups`.
        """
        result: Floats = values[..., : len(self.groups)].copy()
        for start, size in zip(self.starts[1:], self.sizes[1:], strict=True):
            part = result[..., :size]
            ufunc(part, values[..., start : start + size], out=part)
        return result

    def sum(self, values: Floats) -> Floats:
        """Return the sum over each group, with the rounding of `numpy.add.reduceat`.

        That is the first member plus the sum of the others, which are taken in eight strands as far
        as they fill them. The same demand then gets the same premiums to the last bit, however its
        cells are laid out.

        Parameters
        ----------
        values : (..., n) float64
            By member, in the order of `order`.

        Returns
        -------
        (..., g) float64
            In the order of `groups`.
        """
        layers = [
            values[..., start : start + size]
            for start, size in zip(self.starts, self.sizes, strict=True)
        ]
        total: Floats = values[..., : len(self.groups)].copy()
        if len(layers) < 2:
            return total
        others = np.zeros_like(layers[1])
        # Groups whose members fill all strands once, twice, ...
        filled = [*self.sizes[_STRANDS::_STRANDS], 0]
        if filled[0]:
            strands = [layer[..., : filled[0]].copy() for layer in layers[1 : 1 + _STRANDS]]
            for row, groups in enumerate(filled[1:], start=1):
                further = layers[1 + row * _STRANDS :]
                for strand, layer in zip(strands, further, strict=False):
                    strand[..., :groups] += layer[..., :groups]
            while len(strands) > 1:
                strands = [a + b for a, b in zip(strands[::2], strands[1::2], strict=True)]
            others[..., : filled[0]] = strands[0]
        for number, layer in enumerate(layers[1:]):
            rest = slice(filled[number // _STRANDS], layer.shape[-1])
            others[..., rest] += layer[..., rest]
        total[..., : others.shape[-1]] += others
        return total

    def spread(self, ufunc: np.ufunc, values: Floats, of_group: Floats) -> None:
        """Combine the values of members, in place, with one of their group.

        Parameters
        ----------
        ufunc : numpy.ufunc
            Of two arguments, the member's value first.
        values : (..., n) float64
            By member, in the order of `order`.
        of_group : (..., g) float64
            In the order of `groups`.
        """
        for start, size in zip(self.starts, self.sizes, strict=True):
            part = values[..., start : start + size]
            ufunc(part, of_group[..., :size], out=part)
