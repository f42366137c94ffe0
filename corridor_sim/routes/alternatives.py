"""Alternatives of every origin-destination pair: a few good ways by each corridor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridor_sim.routes.closures import AvoidedSpan, avoided_spans
from corridor_sim.routes.pairs import Pair, pairs_of
from corridor_sim.routes.search import LegChain, Search
from corridor_sim.routes.service_graph import ServiceLeg, closed_services, service_legs
from corridor_sim.routes.visits import Desks

if TYPE_CHECKING:
    from corridor_sim.demand.od import ODTable
    from corridor_sim.network import Network
    from corridor_sim.scenario import Scenario

__all__ = ["Route", "RouteSet", "enumerate_routes"]

#: An alternative is kept if it costs at most this times the best of its corridor, at some value
#: of time.
_WORST_RATIO = 1.6


#: Facilities before each leg, and before delivery.
Visits = tuple[tuple[str, ...], ...]
_NO_LIMIT = (np.inf, np.inf)


class _Way(NamedTuple):
    """What tells an alternative from all others."""

    origin: str
    destination: str
    corridor: str
    chain: LegChain

    def name(self, legs: Sequence[str]) -> str:
        """Return the name of the route from those of the legs."""
        ridden = "+".join([legs[number] for number in self.chain])
        return f"{self.origin}>{self.destination}|{self.corridor}|{ridden}"


@dataclass(frozen=True, slots=True)
class Route:
    """One way from an origin to a destination.

    Attributes
    ----------
    name : str
        ``origin>destination|corridor|service+service``; draws of a shipper's taste are keyed by it.
    origin, destination, corridor : str
        Ends and corridor.
    legs : tuple of (str, int, int)
        Service, ordinal of the call where boxes board, and where they alight.
    distance_km, planned_h : float
        Length, and hours without the queues that only a run tells.
    cost_cny_per_teu, cost_cny_per_t : float
        Freight by slot and by weight, handling and storage included, as the shipper pays it.
    co2e_kg_per_teu, co2e_kg_per_t : float
        Planned emission by slot and by weight.
    capacity_teu, capacity_t : float
        Largest shipment all its vehicles take.
    subsidy_cny_per_teu, subsidy_cny_per_t : float
        What subsidies of the scenario pay besides.
    """

    name: str
    origin: str
    destination: str
    corridor: str
    legs: tuple[tuple[str, int, int], ...]
    distance_km: float
    planned_h: float
    cost_cny_per_teu: float
    cost_cny_per_t: float
    co2e_kg_per_teu: float
    co2e_kg_per_t: float
    capacity_teu: float
    capacity_t: float
    subsidy_cny_per_teu: float = 0.0
    subsidy_cny_per_t: float = 0.0

    @property
    def services(self) -> tuple[str, ...]:
        """Services ridden, in order."""
        return tuple(leg[0] for leg in self.legs)


@dataclass(frozen=True)
class RouteSet:
    """All alternatives of a scenario.

    Attributes
    ----------
    routes : tuple of Route
        In the order of their names.
    of_od : tuple of tuple of int
        For each OD row, its alternatives as places in `routes`; none where no way is open.
    spans : tuple of AvoidedSpan
        Spans of release dates in which announced closures are avoided.
    """

    routes: tuple[Route, ...]
    of_od: tuple[tuple[int, ...], ...]
    spans: tuple[AvoidedSpan, ...]


def enumerate_routes(network: Network, od: ODTable, scenario: Scenario) -> RouteSet:
    """Enumerate the alternatives of every OD row over the service graph.

    For each corridor that the network's regions name for the row, the best ways are found at
    several values of time: over services inside Chongqing to each service of the corridor, and on
    over services shared with others. Closures that shippers know of add the ways around them.

    Parameters
    ----------
    network : Network
        As the scenario has it.
    od : ODTable
        Rows of demand.
    scenario : Scenario
        Closed passages, announced disruptions and how many alternatives are kept.

    Returns
    -------
    RouteSet
        Independent of seed and replication.
    """
    spans = avoided_spans(network, scenario)
    pairs = pairs_of(od, network)
    found: dict[Pair, dict[_Way, None]] = {pair: {} for pair in pairs}
    legs = service_legs(
        network,
        closed=closed_services(network, scenario),
        subsidies=scenario.levers.subsidies,
    )
    for shut in _closure_sets(spans):
        # Where nothing of what a pair has is shut, that stays open.
        shut_legs = {number for number, leg in enumerate(legs) if leg.service in shut}
        wanted = [
            pair
            for pair, known in found.items()
            if not shut or any(not shut_legs.isdisjoint(way.chain) for way in known)
        ]
        chains_of = Search(legs, network, shut=shut).chains(
            wanted, keep=scenario.choice.max_alternatives_per_corridor, worst_ratio=_WORST_RATIO
        )
        for pair, corridor, chains in chains_of:
            for chain in chains:
                found[pair][_Way(pair.origin, pair.destination, corridor, chain)] = None
    names = [_leg_name(leg) for leg in legs]
    # Pairs that share a way share its route.
    named = sorted((way.name(names), way) for way in {way for own in found.values() for way in own})
    ways = [way for _, way in named]
    place = {way: number for number, way in enumerate(ways)}
    of_pair = {pair: tuple(sorted([place[way] for way in own])) for pair, own in found.items()}
    return RouteSet(
        routes=tuple(_Costs(network, legs).routes([name for name, _ in named], ways)),
        of_od=tuple([of_pair[pair] for pair in pairs]),
        spans=spans,
    )


def _closure_sets(spans: Iterable[AvoidedSpan]) -> list[frozenset[str]]:
    """Return the sets of services that are avoided at some time; none are at first."""
    return list(dict.fromkeys([frozenset(), *(span.services for span in spans)]))


class _Costs:
    """Turns chains of legs into routes: what the box itself visits is added here."""

    def __init__(self, network: Network, legs: Sequence[ServiceLeg]) -> None:
        self.desks = Desks(network)
        self.legs = legs
        self.rides = [(leg.service, leg.board_call, leg.alight_call) for leg in legs]
        self.storage = [leg.storage_cny_per_teu_day for leg in legs]
        self._with_storage = {number for number, rate in enumerate(self.storage) if rate}
        table = network.facilities
        self.hours = {
            str(name): float(fixed.mean()) * float(probability)
            for name, fixed, probability in zip(
                table.index, table["fixed_h"], table["probability"], strict=True
            )
        }
        self.cost = table["storage_cost_cny_per_teu"].astype(float).to_dict()
        self.kg = table["co2e_kg_per_teu"].astype(float).to_dict()
        self.is_dwell = (table["kind"] == "dwell").to_dict()
        self._sums: dict[Visits, tuple[float, float, float]] = {}

    def routes(self, names: Sequence[str], ways: Sequence[_Way]) -> Iterator[Route]:
        """Yield the routes of ways, which have these names."""
        amounts, room = self._along([way.chain for way in ways])
        for name, way, own, most in zip(names, ways, amounts, room, strict=True):
            chain = way.chain
            legs = [self.legs[number] for number in chain]
            visits = self.desks.visits(
                way.origin,
                way.destination,
                [*[leg.origin for leg in legs], legs[-1].destination],
                [leg.corridor for leg in legs],
            ).before
            km, hours, per_teu, per_t, kg_teu, kg_t, subsidy_teu, subsidy_t = own
            visit_h, visit_cny, visit_kg = self._of_visits(visits)
            yield Route(
                name=name,
                origin=way.origin,
                destination=way.destination,
                corridor=way.corridor,
                legs=tuple([self.rides[number] for number in chain]),
                distance_km=km,
                planned_h=hours + visit_h,
                cost_cny_per_teu=per_teu + visit_cny + self._stored(chain, visits),
                cost_cny_per_t=per_t,
                co2e_kg_per_teu=kg_teu + visit_kg,
                co2e_kg_per_t=kg_t,
                capacity_teu=most[0],
                capacity_t=most[1],
                subsidy_cny_per_teu=subsidy_teu,
                subsidy_cny_per_t=subsidy_t,
            )

    def _along(self, chains: Sequence[LegChain]) -> tuple[list[list[float]], list[list[float]]]:
        """Return the sums of the amounts of the legs of each chain, and the room on all of them."""
        # A last leg, of nothing, fills up the shorter chains.
        amounts = np.array(
            [
                (
                    leg.distance_km,
                    leg.planned_h,
                    leg.cost_cny_per_teu,
                    leg.cost_cny_per_t,
                    leg.co2e_kg_per_teu,
                    leg.co2e_kg_per_t,
                    leg.subsidy_cny_per_teu,
                    leg.subsidy_cny_per_t,
                )
                for leg in self.legs
            ]
            + [(0.0,) * 8]
        )
        room = np.array([*[(leg.capacity_teu, leg.capacity_t) for leg in self.legs], _NO_LIMIT])
        total = np.zeros((len(chains), 8))
        least = np.full((len(chains), 2), np.inf)
        # Added up in the order of travel: the last digit of a cost is part of the results.
        for numbers in zip_longest(*chains, fillvalue=len(self.legs)):
            place = np.array(numbers)
            total += amounts[place]
            np.minimum(least, room[place], out=least)
        return total.tolist(), least.tolist()

    def _of_visits(self, visits: Visits) -> tuple[float, float, float]:
        """Return the hours, yuan and kg of what a box visits, worked out once."""
        sums = self._sums.get(visits)
        if sums is None:
            own = [name for names in visits for name in names]
            hours, cost, kg = (
                sum([of[name] for name in own]) for of in (self.hours, self.cost, self.kg)
            )
            sums = self._sums[visits] = hours, cost, kg
        return sums

    def _stored(self, chain: LegChain, visits: Visits) -> float:
        """Return the storage that is paid while a box dwells before legs."""
        if self._with_storage.isdisjoint(chain):
            return 0.0
        return sum(
            [
                self.storage[number] * self.hours[name] / 24
                for number, names in zip(chain, visits[:-1], strict=True)
                if number in self._with_storage
                for name in names
                if self.is_dwell[name]
            ]
        )


def _leg_name(leg: ServiceLeg) -> str:
    """Return a service's name, with the calls where it has more than two."""
    plain = leg.board_call == 0 and leg.alight_call == 1
    return leg.service if plain else f"{leg.service}#{leg.board_call}-{leg.alight_call}"
