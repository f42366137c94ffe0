"""Best chains of legs by a corridor, at several values of time."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridor_sim.routes.pairs import Pair
from corridor_sim.routes.service_graph import ServiceLeg
from corridor_sim.routes.trees import Trees

if TYPE_CHECKING:
    from corridor_sim.network import Network

__all__ = ["MONEY_LEVELS", "LegChain", "Search"]

#: Yuan that a day in transit costs a TEU, from ores to chips: a way is looked at if good at one.
MONEY_LEVELS = (30.0, 1_000.0, 20_000.0)
_USUAL_T_PER_TEU = 8.0
_TIE = 1e-7
_DAY_H = 24.0
_ONWARD = "shared"
_INSIDE = "hub"

#: Numbers of legs, in the order of travel.
LegChain = tuple[int, ...]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@cache
def _fraction(service: str, board_call: int, alight_call: int) -> float:
    """Return a number in [0, 1) that belongs to a leg."""
    name = f"{service}|{board_call}|{alight_call}".encode()
    return int.from_bytes(hashlib.sha256(name).digest()[:6], "big") / 2**48


def _weights(legs: Sequence[ServiceLeg]) -> Floats:
    """Return the generalised cost of legs by money level, (legs, levels); no two are ever the same.

    Equal ways would be told apart by the place of their nodes in a matrix, so that a node added
    elsewhere could change them. A part in ten million, by the leg's name, does it instead.
    """

    def column(values: Iterable[float]) -> Floats:
        return np.fromiter(values, dtype=np.float64, count=len(legs))[:, None]

    cost = column(leg.cost_cny_per_teu for leg in legs)
    cost = cost + _USUAL_T_PER_TEU * column(leg.cost_cny_per_t for leg in legs)
    hours = column(leg.planned_h for leg in legs)
    tie = column(_fraction(leg.service, leg.board_call, leg.alight_call) for leg in legs)
    per_h = np.array(MONEY_LEVELS) / _DAY_H
    # Never zero: every leg takes a path further from its root.
    weights: Floats = (cost + per_h * hours + 1e-6) * (1.0 + _TIE * tie)
    return weights


class _Group(NamedTuple):
    """What pairs have in common that are searched together."""

    carries: frozenset[str]
    corridor: str
    #: Corridors of services that may be used before and after the corridor's leg.
    before: tuple[str, ...]
    after: tuple[str, ...]


class _TreeKey(NamedTuple):
    carries: frozenset[str]
    corridors: tuple[str, ...]
    towards: bool


@dataclass(frozen=True, eq=False)
class _Gates:
    """Candidate chains of a group, by the leg of the corridor in the middle.

    Attributes
    ----------
    legs, starts, ends : list of int
        Numbers of the legs, and their places.
    order : list
        By pair and level: places in `legs` of those that are good enough, best first.
    """

    legs: list[int]
    starts: list[int]
    ends: list[int]
    order: list[list[list[int]]]


class Search:
    """Finds chains of legs between pairs of places by each of their corridors.

    Parameters
    ----------
    legs : sequence of ServiceLeg
        Rides of the services that run.
    network : Network
        Its zones tell which side of Chongqing's trade a place is on.
    shut : collection of str
        Services whose legs are left out.
    """

    def __init__(
        self, legs: Sequence[ServiceLeg], network: Network, *, shut: Collection[str] = ()
    ) -> None:
        ends = {leg.origin for leg in legs} | {leg.destination for leg in legs}
        nodes = sorted(ends | {str(node) for node in network.nodes.index})
        self.legs = legs
        self.index = {node: number for number, node in enumerate(nodes)}
        self.starts = np.array([self.index[leg.origin] for leg in legs], dtype=np.int64)
        self.ends = np.array([self.index[leg.destination] for leg in legs], dtype=np.int64)
        self.weights = _weights(legs)
        self._is_shut = np.array([leg.service in shut for leg in legs], dtype=bool)
        self._by = {
            corridor: np.array([leg.corridor == corridor for leg in legs], dtype=bool)
            for corridor in {leg.corridor for leg in legs}
        }
        self._takes: dict[frozenset[str], NDArray[np.bool_]] = {}
        sides = network.zones["side"].to_dict()
        self.home = {str(zone) for zone, side in sides.items() if side == "chongqing"}
        self._is_zone = np.zeros(len(nodes), dtype=bool)
        self._is_zone[[self.index[str(zone)] for zone in sides]] = True
        self._barred = sum(1 << int(place) for place in np.flatnonzero(self._is_zone))
        self._trees: dict[_TreeKey, Trees] = {}

    def chains(
        self, pairs: Iterable[Pair], *, keep: int, worst_ratio: float
    ) -> Iterator[tuple[Pair, str, list[LegChain]]]:
        """Yield the best chains of legs of each pair by each of its corridors.

        At least one leg of a chain is by a service of the corridor. No chain visits a place twice
        or leads through the zone of somebody else. Where services are shut, corridors are left out
        that have no leg by them: their chains are those of a search that shuts nothing.

        Parameters
        ----------
        pairs : iterable of Pair
            Ends, cargo and corridors.
        keep : int
            Most chains of a pair and corridor.
        worst_ratio : float
            A chain is left out whose cost is more than this times the best, at every level.

        Yields
        ------
        pair : Pair
            One of them.
        corridor : str
            One of its corridors.
        chains : list of LegChain
            Best first, by turns of the money levels.
        """
        groups: dict[_Group, list[Pair]] = {}
        for pair in pairs:
            for corridor in pair.corridors:
                group = _Group(pair.carries, corridor, *self._sides_of(pair, corridor))
                groups.setdefault(group, []).append(pair)
        if self._is_shut.any():
            groups = {group: pairs for group, pairs in groups.items() if self._misses_legs(group)}
        self._grow(groups)
        for group, members in groups.items():
            head = self._trees[_TreeKey(group.carries, group.before, towards=False)]
            tail = self._trees[_TreeKey(group.carries, group.after, towards=True)]
            legs = self._over(group.carries, (group.corridor,))
            if not len(legs):
                continue
            gates = self._gates(legs, members, head, tail, worst_ratio)
            for pair, orders in zip(members, gates.order, strict=True):
                ends = self.index[pair.origin], self.index[pair.destination]
                by_level = [
                    _sound_chains(gates, order, head, tail, ends, level=level)
                    for level, order in enumerate(orders)
                ]
                yield pair, group.corridor, _by_turns(by_level, keep)

    def _sides_of(self, pair: Pair, corridor: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the corridors of services that may be used before and after the corridor's leg."""
        onward, everywhere = (_ONWARD, corridor), (_INSIDE, _ONWARD, corridor)
        if pair.origin in self.home:
            return (_INSIDE,), onward
        if pair.destination in self.home:
            return onward, (_INSIDE,)
        return everywhere, everywhere

    def _over(self, carries: frozenset[str], corridors: tuple[str, ...]) -> Ints:
        """Return the legs of some corridors that run and take a kind of cargo."""
        return np.flatnonzero(self._offered(carries, corridors) & ~self._is_shut)

    def _offered(self, carries: frozenset[str], corridors: Iterable[str]) -> NDArray[np.bool_]:
        if carries not in self._takes:
            self._takes[carries] = np.array(
                [not leg.carries.isdisjoint(carries) for leg in self.legs], dtype=bool
            )
        by = np.zeros(len(self.legs), dtype=bool)
        for corridor in corridors:
            by |= self._by.get(corridor, False)
        offered: NDArray[np.bool_] = by & self._takes[carries]
        return offered

    def _misses_legs(self, group: _Group) -> bool:
        """Tell whether a way of a group could ride what is shut."""
        corridors = {*group.before, group.corridor, *group.after}
        return bool((self._offered(group.carries, corridors) & self._is_shut).any())

    def _grow(self, groups: dict[_Group, list[Pair]]) -> None:
        """Grow the trees that groups of pairs need."""
        roots: dict[_TreeKey, dict[int, None]] = {}
        for group, pairs in groups.items():
            head = _TreeKey(group.carries, group.before, towards=False)
            tail = _TreeKey(group.carries, group.after, towards=True)
            origins, destinations = roots.setdefault(head, {}), roots.setdefault(tail, {})
            for pair in pairs:
                origins[self.index[pair.origin]] = None
                destinations[self.index[pair.destination]] = None
        for key, places in roots.items():
            legs = self._over(key.carries, key.corridors)
            self._trees[key] = Trees(
                legs,
                starts=self.starts[legs],
                ends=self.ends[legs],
                weights=self.weights[legs],
                roots=list(places),
                size=len(self.index),
                towards=key.towards,
                barred=self._barred,
            )

    def _gates(
        self, legs: Ints, pairs: list[Pair], head: Trees, tail: Trees, worst_ratio: float
    ) -> _Gates:
        """Rank the corridor's legs for every pair and level by the cost of the ways over them."""
        starts, ends = self.starts[legs], self.ends[legs]
        origins = [self.index[pair.origin] for pair in pairs]
        destinations = [self.index[pair.destination] for pair in pairs]
        # By level, pair and leg.
        total = self.weights[legs].T[:, None, :] + head.cost(origins, starts)
        total += tail.cost(destinations, ends)
        # No way leads through the zone of somebody else.
        astray = self._is_zone[starts] & (starts != np.array(origins)[:, None])
        astray |= self._is_zone[ends] & (ends != np.array(destinations)[:, None])
        total[:, astray] = np.inf
        best = total.min(axis=2, keepdims=True)
        good = (total <= worst_ratio * best) & np.isfinite(best)
        counts = np.count_nonzero(good, axis=2)
        # A level without a way leaves the pair without any.
        counts[:, (counts == 0).any(axis=0)] = 0
        ranked = np.argsort(total, axis=2, kind="stable")
        order = [
            [row[:count] for row, count in zip(rows, own, strict=True)]
            for rows, own in zip(ranked.transpose(1, 0, 2).tolist(), counts.T.tolist(), strict=True)
        ]
        return _Gates(legs.tolist(), starts.tolist(), ends.tolist(), order)


def _sound_chains(
    gates: _Gates,
    order: list[int],
    head: Trees,
    tail: Trees,
    ends: tuple[int, int],
    *,
    level: int,
) -> Iterator[LegChain]:
    """Yield the chains that visit no place twice and pass through no other zone, best first."""
    origin, destination = ends
    heads, tails = head.paths(origin, level), tail.paths(destination, level)
    for gate in order:
        start, end = gates.starts[gate], gates.ends[gate]
        before = heads.get(start) or head.path(origin, start, level)
        after = tails.get(end) or tail.path(destination, end, level)
        if not before[1] & after[1]:
            yield (*before[0], gates.legs[gate], *after[0])


def _by_turns(by_level: list[Iterator[LegChain]], keep: int) -> list[LegChain]:
    """Return the best of each level, then the second best, and so on, each chain once."""
    chosen: dict[LegChain, None] = {}
    for rank in islice(zip_longest(*by_level), keep):
        for chain in rank:
            if chain is not None and len(chosen) < keep:
                chosen[chain] = None
        if len(chosen) == keep:
            break
    return list(chosen)
