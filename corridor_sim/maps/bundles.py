"""Lines that run on the same way are drawn once, as wide as all of them together."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from corridor_sim.maps.geometry import Points

__all__ = ["Stretch", "bundle"]

#: Vertices closer than this are one, in degrees.
_GRID = 0.01

_Vertex = tuple[int, int]
_Edge = tuple[_Vertex, _Vertex]


@dataclass(frozen=True)
class Stretch:
    """Part of a way with the same lines all along.

    Attributes
    ----------
    line : (n, 2) ndarray
        Longitude and latitude.
    members : tuple of (int, bool)
        Lines that run here, and whether they run against the stretch.
    """

    line: Points
    members: tuple[tuple[int, bool], ...]


def bundle(lines: Sequence[Points], groups: Sequence[Hashable]) -> list[Stretch]:
    """Return the stretches of lines, those shared by several lines once.

    Parameters
    ----------
    lines : sequence of (n, 2) ndarray
        Ways of a network have the same vertices where they are the same.
    groups : sequence of hashable
        Only lines of the same group are drawn together.

    Returns
    -------
    list of Stretch
        In the order of the first line that runs there, along it.
    """
    vertices = [_on_grid(line) for line in lines]
    users: dict[tuple[Hashable, _Edge], dict[int, bool]] = {}
    for number, (line, group) in enumerate(zip(vertices, groups, strict=True)):
        for here, there in pairwise(line):
            users.setdefault((group, _edge(here, there)), {}).setdefault(number, here > there)
    stretches = []
    for number, (line, group) in enumerate(zip(vertices, groups, strict=True)):
        run: list[_Vertex] = []
        members: tuple[tuple[int, bool], ...] = ()
        for here, there in pairwise(line):
            along = _along(users[group, _edge(here, there)], number)
            if run and along != members:
                stretches += _stretch(run, members, number)
                run = []
            members = along
            run = [*(run or [here]), there]
        stretches += _stretch(run, members, number)
    return stretches


def _on_grid(line: Points) -> list[_Vertex]:
    cells = np.rint(line / _GRID).astype(int)
    moved = np.ones(len(cells), dtype=bool)
    moved[1:] = (cells[1:] != cells[:-1]).any(axis=1)
    return [(int(lon), int(lat)) for lon, lat in cells[moved]]


def _edge(here: _Vertex, there: _Vertex) -> _Edge:
    return (here, there) if here <= there else (there, here)


def _along(users: Mapping[int, bool], number: int) -> tuple[tuple[int, bool], ...]:
    """Return the lines of an edge, and whether they run against one of them."""
    return tuple((other, users[other] != users[number]) for other in sorted(users))


def _stretch(
    run: Sequence[_Vertex], members: tuple[tuple[int, bool], ...], number: int
) -> list[Stretch]:
    """Return a run as a stretch, if this line is the one that draws it."""
    if not run or members[0][0] != number:
        return []
    return [Stretch(np.array(run, dtype=np.float64) * _GRID, members)]
