"""Legs a box can ride, with planned time, cost and emission, and the graph they make."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corridor_sim.network.tables import records_of
from corridor_sim.routes.tariffs import Tariffs
from corridor_sim.routes.waits import departure_wait_h, lock_wait_h

if TYPE_CHECKING:
    import networkx as nx

    from corridor_sim.network import Network
    from corridor_sim.scenario import Scenario, Subsidy

__all__ = ["ServiceLeg", "build_service_graph", "closed_services", "service_legs"]

Floats = NDArray[np.float64]

# Boxes handled at a call, as a share of a vehicle, where a planned time needs one.
_USUAL_SHARE_HANDLED = 0.7


@dataclass(frozen=True, slots=True)
class ServiceLeg:
    """A ride on one service from one call to a later one.

    Attributes
    ----------
    service : str
        Name of the service.
    board_call, alight_call : int
        Ordinals of the calls.
    origin, destination : str
        Nodes of the calls.
    corridor, mode : str
        Of the service.
    carries : frozenset of str
        Kinds of cargo the service takes.
    distance_km, planned_h : float
        Length, and hours from being ready to having alighted: mean wait for a departure, handling,
        running, borders and locks, without the queues that only a run tells.
    cost_cny_per_teu, cost_cny_per_t : float
        Freight by slot and by weight, as the shipper pays it.
    subsidy_cny_per_teu, subsidy_cny_per_t : float
        What a subsidy of the scenario pays besides.
    fixed_cny_per_teu, fixed_cny_per_t : float
        Of the freight before any subsidy, what does not depend on the distance.
    storage_cny_per_teu_day : float
        Storage while a box dwells before the leg.
    co2e_kg_per_teu, co2e_kg_per_t : float
        Planned emission by slot and by weight.
    capacity_teu, capacity_t : float
        Largest shipment it takes; infinite where convoys are formed of a fleet without limit.
    """

    service: str
    board_call: int
    alight_call: int
    origin: str
    destination: str
    corridor: str
    mode: str
    carries: frozenset[str]
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
    fixed_cny_per_teu: float = 0.0
    fixed_cny_per_t: float = 0.0
    storage_cny_per_teu_day: float = 0.0


def closed_services(network: Network, scenario: Scenario) -> set[str]:
    """Return the services that do not run: closed, planned, or over a closed passage.

    Parameters
    ----------
    network : Network
        As the scenario has it.
    scenario : Scenario
        Its closed passages.

    Returns
    -------
    set of str
        Names of services.
    """
    return network.closed_by(scenario.closed_passages)[1]


def _finite(value: Any) -> float:
    """Return a cell as a number, 0 where it is blank."""
    number = float(value)
    return 0.0 if np.isnan(number) else number


class _Factors:
    """Costs, times and emissions of links, facilities and modes by name."""

    def __init__(self, network: Network, subsidies: Iterable[Subsidy]) -> None:
        self.tariffs = Tariffs(network, subsidies)
        self.links = {row["link"]: row for row in records_of(network.links)}
        self.facilities = {row["facility"]: row for row in records_of(network.facilities)}
        self.modes = {row["mode"]: row for row in records_of(network.modes)}
        self.network = network
        self.fleets = network.services.groupby("pool")["fleet"].sum().astype(float).to_dict()
        self._lock_waits: dict[tuple[str, int], float] = {}
        self._links: dict[str, Floats] = {}
        self._visits: dict[tuple[str, float, int], Floats] = {}

    def lock_wait_h(self, name: str, priority: int) -> float:
        """Return the planned wait at a lock, worked out once per priority."""
        key = name, priority
        if key not in self._lock_waits:
            self._lock_waits[key] = lock_wait_h(self.network, name, priority=priority)
        return self._lock_waits[key]

    def visit(self, name: str, moved_teu: float, priority: int) -> Floats:
        """Return the amounts of a vehicle's visit, in the order of `link`, worked out once."""
        key = name, moved_teu, priority
        if key not in self._visits:
            self._visits[key] = self._visit(*key)
        return self._visits[key]

    def _visit(self, name: str, moved_teu: float, priority: int) -> Floats:
        if not name:
            return np.zeros(6)
        row = self.facilities[name]
        hours = row["fixed_h"].mean() * row["probability"] + row["per_teu_h"] * moved_teu
        if row["kind"] == "lock":
            hours += self.lock_wait_h(name, priority)
        cost, kg = row["storage_cost_cny_per_teu"], row["co2e_kg_per_teu"]
        return np.array([0.0, hours, cost, 0.0, kg, 0.0])

    def link(self, name: str) -> Floats:
        """Return km, mean hours, yuan per TEU and per t, kg CO2e per TEU and per t of a link."""
        if name not in self._links:
            self._links[name] = self._link(name)
        return self._links[name]

    def _link(self, name: str) -> Floats:
        row = self.links[name]
        mode = self.modes[row["mode"]]
        km = row["distance_km"]
        per_teu, per_t = self.tariffs.link(row)
        by_teu = _finite(mode["co2e_g_per_teu_km"]) * km / 1000
        by_t = 0.0 if by_teu else _finite(mode["co2e_g_per_t_km"]) * km / 1000
        hours = row["time_h"].mean()
        return np.array([km, hours, per_teu, per_t, by_teu, by_t])


def service_legs(
    network: Network, *, closed: Collection[str] = (), subsidies: Iterable[Subsidy] = ()
) -> list[ServiceLeg]:
    """Return every ride that the running services offer, in the order of their names.

    Boxes board fill and on-demand services at the first call only.

    Parameters
    ----------
    network : Network
        Services, calls, links, facilities and modes.
    closed : collection of str
        Services that do not run.
    subsidies : iterable of Subsidy
        Of the scenario.

    Returns
    -------
    list of ServiceLeg
        One per service and pair of calls.
    """
    factors = _Factors(network, subsidies)
    legs: list[ServiceLeg] = []
    for row in sorted(records_of(network.services), key=itemgetter("service")):
        name = row["service"]
        if name not in closed:
            legs.extend(_legs_of(name, row, network.calls_of[name], factors))
    return legs


def _legs_of(
    name: str, service: dict[Any, Any], calls: list[dict[str, Any]], factors: _Factors
) -> Iterable[ServiceLeg]:
    """Add up what lies between the calls of one service."""
    moved = _USUAL_SHARE_HANDLED * min(service["capacity_teu"], 1000.0)
    priority = int(service["priority"])
    # Sums from the start of the service to the arrival at each call, and what the call itself is.
    nodes: list[str] = []
    places: list[int] = []
    arrived: list[np.ndarray] = []
    at_call: list[np.ndarray] = []
    total = np.zeros(6)
    for place, row in enumerate(calls):
        if row["link"]:
            total = total + factors.link(row["link"])
        visit = factors.visit(row["facility"], moved if row["stop"] == "call" else 0.0, priority)
        if row["stop"] == "call":
            nodes.append(row["node"])
            places.append(place)
            arrived.append(total)
            at_call.append(visit)
        total = total + visit
    # A shipment on demand takes a convoy, of no more vehicles than the fleet has.
    most = 1.0
    if service["dispatch"] == "on_demand":
        most = factors.fleets[service["pool"]] if service["pool"] else np.inf
    boards_at = range(len(nodes) - 1) if service["dispatch"] == "timetable" else range(1)
    wait_h = departure_wait_h(service)
    for board in boards_at:
        for alight in range(board + 1, len(nodes)):
            km, hours, per_teu, per_t, kg_teu, kg_t = (
                arrived[alight] - arrived[board] + at_call[alight]
            ).tolist()
            price = factors.tariffs.leg(
                service,
                calls[places[board] : places[alight] + 1],
                cny_per_teu=per_teu,
                cny_per_t=per_t,
            )
            yield ServiceLeg(
                service=name,
                board_call=board,
                alight_call=alight,
                origin=nodes[board],
                destination=nodes[alight],
                corridor=service["corridor"],
                mode=service["mode"],
                carries=frozenset(service["carries"]),
                distance_km=km,
                planned_h=wait_h + hours,
                cost_cny_per_teu=price.cny_per_teu,
                cost_cny_per_t=price.cny_per_t,
                co2e_kg_per_teu=kg_teu,
                co2e_kg_per_t=kg_t,
                capacity_teu=most * service["capacity_teu"],
                capacity_t=most * service["capacity_t"],
                subsidy_cny_per_teu=price.subsidy_cny_per_teu,
                subsidy_cny_per_t=price.subsidy_cny_per_t,
                fixed_cny_per_teu=price.fixed_cny_per_teu,
                fixed_cny_per_t=price.fixed_cny_per_t,
                storage_cny_per_teu_day=price.storage_cny_per_teu_day,
            )


def build_service_graph(legs: Iterable[ServiceLeg]) -> nx.MultiDiGraph:
    """Return the graph of rides: nodes are places, edges are legs.

    Parameters
    ----------
    legs : iterable of ServiceLeg
        From `service_legs`.

    Returns
    -------
    networkx.MultiDiGraph
        Edges are keyed by (service, board_call, alight_call) and carry the `leg` and its planned_h,
        cost_cny_per_teu and distance_km.
    """
    import networkx as nx

    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    for leg in legs:
        graph.add_edge(
            leg.origin,
            leg.destination,
            key=(leg.service, leg.board_call, leg.alight_call),
            leg=leg,
            planned_h=leg.planned_h,
            cost_cny_per_teu=leg.cost_cny_per_teu,
            distance_km=leg.distance_km,
        )
    return graph
