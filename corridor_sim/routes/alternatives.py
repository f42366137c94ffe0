"""Alternatives of every origin-destination pair: a few good ways by each corridor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    found: dict[Pair, dict[str, Route]] = {pair: {} for pair in pairs}
    legs = service_legs(
        network,
        closed=closed_services(network, scenario),
        subsidies=scenario.levers.subsidies,
    )
    costs = _Costs(network, legs)
    for shut in _closure_sets(spans):
        # Where nothing of what a pair has is shut, that stays open.
        wanted = [
            pair
            for pair, known in found.items()
            if not shut
            or any(service in shut for route in known.values() for service, _, _ in route.legs)
        ]
        chains_of = Search(legs, network, shut=shut).chains(
            wanted, keep=scenario.choice.max_alternatives_per_corridor, worst_ratio=_WORST_RATIO
        )
        for pair, corridor, chains in chains_of:
            for chain in chains:
                route = costs.route(pair, corridor, chain)
                found[pair].setdefault(route.name, route)
    named: dict[str, Route] = {}
    for of_pair in found.values():
        named.update(of_pair)
    names = sorted(named)
    place = {name: number for number, name in enumerate(names)}
    return RouteSet(
        routes=tuple(named[name] for name in names),
        of_od=tuple(tuple(sorted(place[name] for name in found[pair])) for pair in pairs),
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
        self.names = [_leg_name(leg) for leg in legs]
        self.rides = [(leg.service, leg.board_call, leg.alight_call) for leg in legs]
        self.amounts = [
            (
                leg.distance_km,
                leg.planned_h,
                leg.cost_cny_per_teu,
                leg.cost_cny_per_t,
                leg.co2e_kg_per_teu,
                leg.co2e_kg_per_t,
            )
            for leg in legs
        ]
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
        self._known: dict[tuple[str, str, str, LegChain], Route] = {}

    def route(self, pair: Pair, corridor: str, chain: LegChain) -> Route:
        """Return the route of a chain of legs, the same one for all pairs that share it."""
        key = pair.origin, pair.destination, corridor, chain
        route = self._known.get(key)
        if route is None:
            route = self._known[key] = self._route(*key)
        return route

    def _route(self, origin: str, destination: str, corridor: str, chain: LegChain) -> Route:
        legs = [self.legs[number] for number in chain]
        nodes = [leg.origin for leg in legs] + [legs[-1].destination]
        visits = self.desks.visits(origin, destination, nodes, [leg.corridor for leg in legs])
        own = [name for names in visits.before for name in names]
        services = "+".join([self.names[number] for number in chain])
        km, hours, per_teu, per_t, kg_teu, kg_t = map(
            sum, zip(*[self.amounts[number] for number in chain], strict=True)
        )
        stored = sum(
            leg.storage_cny_per_teu_day * self.hours[name] / 24
            for leg, names in zip(legs, visits.before[:-1], strict=True)
            for name in names
            if leg.storage_cny_per_teu_day and self.is_dwell[name]
        )
        return Route(
            name=f"{origin}>{destination}|{corridor}|{services}",
            origin=origin,
            destination=destination,
            corridor=corridor,
            legs=tuple([self.rides[number] for number in chain]),
            distance_km=km,
            planned_h=hours + sum([self.hours[name] for name in own]),
            cost_cny_per_teu=per_teu + sum([self.cost[name] for name in own]) + stored,
            cost_cny_per_t=per_t,
            co2e_kg_per_teu=kg_teu + sum([self.kg[name] for name in own]),
            co2e_kg_per_t=kg_t,
            capacity_teu=min([leg.capacity_teu for leg in legs]),
            capacity_t=min([leg.capacity_t for leg in legs]),
            subsidy_cny_per_teu=sum([leg.subsidy_cny_per_teu for leg in legs]),
            subsidy_cny_per_t=sum([leg.subsidy_cny_per_t for leg in legs]),
        )


def _leg_name(leg: ServiceLeg) -> str:
    """Return a service's name, with the calls where it has more than two."""
    plain = leg.board_call == 0 and leg.alight_call == 1
    return leg.service if plain else f"{leg.service}#{leg.board_call}-{leg.alight_call}"
