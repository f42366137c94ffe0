"""Alternatives of every origin-destination pair: a few good ways by each corridor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corridor_sim.demand.od import ODRow, ODTable
from corridor_sim.routes.closures import AvoidedSpan, avoided_spans
from corridor_sim.routes.search import LegChain, Search
from corridor_sim.routes.service_graph import ServiceLeg, closed_services, service_legs
from corridor_sim.routes.visits import Desks

if TYPE_CHECKING:
    from corridor_sim.network import Network
    from corridor_sim.scenario import Scenario

__all__ = ["Pair", "Route", "RouteSet", "enumerate_routes"]

#: An alternative is kept if it costs at most this times the best of its corridor, at some value
#: of time.
_WORST_RATIO = 1.6


@dataclass(frozen=True, slots=True)
class Pair:
    """Who may share alternatives: ends, kinds of cargo, and the corridors allowed."""

    origin: str
    destination: str
    carries: frozenset[str]
    corridors: tuple[str, ...]


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
        Freight by slot and by weight, handling and storage included.
    co2e_kg_per_teu, co2e_kg_per_t : float
        Planned emission by slot and by weight.
    capacity_teu, capacity_t : float
        Largest shipment all its vehicles take.
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
    closed = frozenset(closed_services(network, scenario))
    spans = avoided_spans(network, scenario)
    pairs = [_pair_of(row, network) for row in od.rows]
    wanted = list(dict.fromkeys(pairs))
    found: dict[Pair, dict[str, Route]] = {pair: {} for pair in wanted}
    desks = _Costs(network)
    keep = scenario.choice.max_alternatives_per_corridor
    for shut in _closure_sets(spans):
        search = Search(service_legs(network, closed=closed | shut), network)
        for pair in wanted:
            known = found[pair]
            if shut and not any(shut.intersection(route.services) for route in known.values()):
                # What it has stays open.
                continue
            for corridor in pair.corridors:
                chains = search.chains(
                    pair.origin,
                    pair.destination,
                    corridor,
                    pair.carries,
                    keep=keep,
                    worst_ratio=_WORST_RATIO,
                )
                for chain in chains:
                    route = desks.route(pair, corridor, chain)
                    known.setdefault(route.name, route)
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


def _pair_of(row: ODRow, network: Network) -> Pair:
    """Return the pair of an OD row: its own corridor, or those named for its region."""
    corridors: tuple[str, ...] = (row.corridor,)
    if not row.corridor:
        regions = network.regions
        partner = row.destination if row.direction == "export" else row.origin
        named = zip(regions["corridor"], regions["zones"], strict=True)
        corridors = tuple(sorted({str(name) for name, zones in named if partner in zones}))
    return Pair(row.origin, row.destination, row.carries, corridors)


class _Costs:
    """Turns chains of legs into routes: what the box itself visits is added here."""

    def __init__(self, network: Network) -> None:
        self.desks = Desks(network)
        table = network.facilities
        self.hours = {
            str(name): float(row["fixed_h"].mean()) * float(row["probability"])
            for name, row in table.to_dict("index").items()
        }
        self.cost = table["storage_cost_cny_per_teu"].astype(float).to_dict()
        self.kg = table["co2e_kg_per_teu"].astype(float).to_dict()

    def route(self, pair: Pair, corridor: str, chain: LegChain) -> Route:
        """Return the route of a chain of legs."""
        nodes = [leg.origin for leg in chain] + [chain[-1].destination]
        visits = self.desks.visits(
            pair.origin, pair.destination, nodes, [leg.corridor for leg in chain]
        )
        own = [name for names in visits.before for name in names]
        services = "+".join(_leg_name(leg) for leg in chain)
        return Route(
            name=f"{pair.origin}>{pair.destination}|{corridor}|{services}",
            origin=pair.origin,
            destination=pair.destination,
            corridor=corridor,
            legs=tuple((leg.service, leg.board_call, leg.alight_call) for leg in chain),
            distance_km=sum(leg.distance_km for leg in chain),
            planned_h=sum(leg.planned_h for leg in chain) + sum(self.hours[n] for n in own),
            cost_cny_per_teu=sum(leg.cost_cny_per_teu for leg in chain)
            + sum(self.cost[n] for n in own),
            cost_cny_per_t=sum(leg.cost_cny_per_t for leg in chain),
            co2e_kg_per_teu=sum(leg.co2e_kg_per_teu for leg in chain)
            + sum(self.kg[n] for n in own),
            co2e_kg_per_t=sum(leg.co2e_kg_per_t for leg in chain),
            capacity_teu=min(leg.capacity_teu for leg in chain),
            capacity_t=min(leg.capacity_t for leg in chain),
        )


def _leg_name(leg: ServiceLeg) -> str:
    """Return a service's name, with the calls where it has more than two."""
    plain = leg.board_call == 0 and leg.alight_call == 1
    return leg.service if plain else f"{leg.service}#{leg.board_call}-{leg.alight_call}"
