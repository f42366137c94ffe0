"""Best chains of legs by a corridor, at several values of time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from corridor_sim.routes.service_graph import ServiceLeg, build_service_graph

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

LegChain = tuple[ServiceLeg, ...]
Floats = NDArray[np.float64]


class _Paths:
    """Shortest paths over some legs, from or to any node, at every money level."""

    def __init__(self, legs: Iterable[ServiceLeg], index: dict[str, int]) -> None:
        self.index = index
        self.graph = build_service_graph(legs)
        self._trees: dict[tuple[str, bool, int], tuple[Floats, NDArray[np.int32]]] = {}

    @cached_property
    def _best(self) -> list[tuple[csr_array, dict[tuple[int, int], ServiceLeg]]]:
        """Return for each level the cheapest leg between two nodes, as matrix and as table."""
        built = []
        size = len(self.index)
        for money in MONEY_LEVELS:
            best: dict[tuple[int, int], tuple[float, ServiceLeg]] = {}
            for _, _, leg in self.graph.edges(data="leg"):
                ends = self.index[leg.origin], self.index[leg.destination]
                weight = _weight(leg, money)
                known = best.get(ends)
                if known is None or (weight, leg.service) < (known[0], known[1].service):
                    best[ends] = weight, leg
            rows = np.array([a for a, _ in best], dtype=np.int32)
            columns = np.array([b for _, b in best], dtype=np.int32)
            weights = np.array([weight for weight, _ in best.values()])
            matrix = csr_array((weights, (rows, columns)), shape=(size, size))
            built.append((matrix, {ends: leg for ends, (_, leg) in best.items()}))
        return built

    def tree(self, node: str, *, towards: bool, level: int) -> Floats:
        """Return the generalised cost from a node to all, or from all to it."""
        return self._tree(node, towards=towards, level=level)[0]

    def _tree(self, node: str, *, towards: bool, level: int) -> tuple[Floats, NDArray[np.int32]]:
        key = node, towards, level
        if key not in self._trees:
            matrix = self._best[level][0]
            self._trees[key] = dijkstra(
                matrix.T.tocsr() if towards else matrix,
                indices=self.index[node],
                return_predecessors=True,
            )
        return self._trees[key]

    def path(self, node: str, other: str, *, towards: bool, level: int) -> LegChain:
        """Return the legs of the best path from `node` to `other`, or the other way round."""
        before = self._tree(node, towards=towards, level=level)[1]
        table = self._best[level][1]
        chain = []
        at, root = self.index[other], self.index[node]
        while at != root:
            previous = int(before[at])
            chain.append(table[(at, previous) if towards else (previous, at)])
            at = previous
        return tuple(chain if towards else reversed(chain))


def _weight(leg: ServiceLeg, money: float) -> float:
    """Return the generalised cost of a leg at a money level; no two are ever the same.

    Equal ways would be told apart by the place of their nodes in a matrix, so that a node added
    elsewhere could change them. A part in ten million, by the leg's name, does it instead.
    """
    cost = leg.cost_cny_per_teu + _USUAL_T_PER_TEU * leg.cost_cny_per_t
    # Never zero: a sparse matrix takes that for no leg at all.
    return (cost + money / _DAY_H * leg.planned_h + 1e-6) * (
        1.0 + _TIE * _fraction(leg.service, leg.board_call, leg.alight_call)
    )


@cache
def _fraction(service: str, board_call: int, alight_call: int) -> float:
    """Return a number in [0, 1) that belongs to a leg."""
    name = f"{service}|{board_call}|{alight_call}".encode()
    return int.from_bytes(hashlib.sha256(name).digest()[:6], "big") / 2**48


@dataclass(frozen=True, eq=False)
class _Gates:
    """Legs by the services of a corridor: where they start and end, and what they cost by level."""

    legs: list[ServiceLeg]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    starts_in_zone: NDArray[np.bool_]
    ends_in_zone: NDArray[np.bool_]
    weights: list[Floats]


class Search:
    """Finds chains of legs between two places by one corridor.

    Parameters
    ----------
    legs : list of ServiceLeg
        Rides of the services that run.
    network : Network
        Its zones tell which side of Chongqing's trade a place is on.
    """

    def __init__(self, legs: list[ServiceLeg], network: Network) -> None:
        self.legs = legs
        nodes = sorted(
            {leg.origin for leg in legs}
            | {leg.destination for leg in legs}
            | {str(node) for node in network.nodes.index}
        )
        self.index = {node: number for number, node in enumerate(nodes)}
        sides = network.zones["side"].to_dict()
        self.home = {str(zone) for zone, side in sides.items() if side == "chongqing"}
        self.zones = {str(zone) for zone in sides}
        self._paths: dict[tuple[frozenset[str], tuple[str, ...]], _Paths] = {}
        self._gates: dict[tuple[frozenset[str], str], _Gates] = {}

    def _over(self, carries: frozenset[str], corridors: tuple[str, ...]) -> _Paths:
        key = carries, corridors
        if key not in self._paths:
            chosen = [
                leg for leg in self.legs if leg.corridor in corridors and leg.carries & carries
            ]
            self._paths[key] = _Paths(chosen, self.index)
        return self._paths[key]

    def _gates_of(self, carries: frozenset[str], corridor: str) -> _Gates:
        key = carries, corridor
        if key not in self._gates:
            legs = [leg for leg in self.legs if leg.corridor == corridor and leg.carries & carries]
            self._gates[key] = _Gates(
                legs=legs,
                starts=np.array([self.index[leg.origin] for leg in legs], dtype=np.int64),
                ends=np.array([self.index[leg.destination] for leg in legs], dtype=np.int64),
                starts_in_zone=np.array([leg.origin in self.zones for leg in legs], dtype=bool),
                ends_in_zone=np.array([leg.destination in self.zones for leg in legs], dtype=bool),
                weights=[np.array([_weight(leg, money) for leg in legs]) for money in MONEY_LEVELS],
            )
        return self._gates[key]

    def chains(
        self,
        origin: str,
        destination: str,
        corridor: str,
        carries: frozenset[str],
        *,
        keep: int,
        worst_ratio: float,
    ) -> list[LegChain]:
        """Return the best chains of legs by a corridor.

        Parameters
        ----------
        origin, destination : str
            Nodes.
        corridor : str
            At least one leg is by a service of this corridor.
        carries : frozenset of str
            Kinds of cargo the goods can travel as.
        keep : int
            Most chains returned.
        worst_ratio : float
            A chain is left out whose cost is more than this times the best, at every level.

        Returns
        -------
        list of LegChain
            Best first, by turns of the money levels.
        """
        gates = self._gates_of(carries, corridor)
        if not gates.legs:
            return []
        before, after = self._sides_of(origin, destination, corridor)
        head, tail = self._over(carries, before), self._over(carries, after)
        # No way leads through the zone of somebody else.
        astray = gates.starts_in_zone & (gates.starts != self.index[origin])
        astray |= gates.ends_in_zone & (gates.ends != self.index[destination])
        by_level: list[list[LegChain]] = []
        for level in range(len(MONEY_LEVELS)):
            total = (
                gates.weights[level] + head.tree(origin, towards=False, level=level)[gates.starts]
            )
            total += tail.tree(destination, towards=True, level=level)[gates.ends]
            total[astray] = np.inf
            order = np.argsort(total, kind="stable")
            best = total[order[0]]
            if not np.isfinite(best):
                return []
            found: list[LegChain] = []
            for number in order[total[order] <= worst_ratio * best].tolist():
                gate = gates.legs[number]
                chain = (
                    *head.path(origin, gate.origin, towards=False, level=level),
                    gate,
                    *tail.path(destination, gate.destination, towards=True, level=level),
                )
                if self._is_sound(chain):
                    found.append(chain)
                if len(found) == keep:
                    break
            by_level.append(found)
        return _by_turns(by_level, keep)

    def _sides_of(
        self, origin: str, destination: str, corridor: str
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the corridors of services that may be used before and after the corridor's leg."""
        onward, everywhere = (_ONWARD, corridor), (_INSIDE, _ONWARD, corridor)
        if origin in self.home:
            return (_INSIDE,), onward
        if destination in self.home:
            return onward, (_INSIDE,)
        return everywhere, everywhere

    def _is_sound(self, chain: LegChain) -> bool:
        """Tell whether a chain visits no place twice and passes through no other zone."""
        nodes = [chain[0].origin, *(leg.destination for leg in chain)]
        return len(set(nodes)) == len(nodes) and self.zones.isdisjoint(nodes[1:-1])


def _by_turns(by_level: list[list[LegChain]], keep: int) -> list[LegChain]:
    """Return the best of each level, then the second best, and so on, each chain once."""
    chosen: dict[tuple[tuple[str, int, int], ...], LegChain] = {}
    for rank in range(max(map(len, by_level), default=0)):
        for found in by_level:
            if rank < len(found) and len(chosen) < keep:
                chain = found[rank]
                key = tuple((leg.service, leg.board_call, leg.alight_call) for leg in chain)
                chosen.setdefault(key, chain)
    return list(chosen.values())
