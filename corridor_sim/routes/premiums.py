"""What a scarce slot is worth: premiums that bring expected loads down to what services can take.

Timetables do not stretch. Where more would choose a service than its slots take, a premium on it
rises until the rest go another way, as forwarders' prices do; it enters the choice like a fare but
is no cost of the results. Expected loads of a mean week are compared with the slots of a mean week,
so that a month's peak still queues.

Premiums are found by the subgradient method on the dual of the capacity constraints: they rise with
the excess and fall, never below zero, with the slack.

References
----------
.. [1] M. G. H. Bell, "Stochastic user equilibrium assignment in networks with queues",
   Transportation Research Part B 29 (1995) 125-137.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corridor_sim.demand.od import ODTable
from corridor_sim.network.tables import records_of
from corridor_sim.routes.alternatives import RouteSet
from corridor_sim.routes.choice import ChoiceModel, ExpectedChoice
from corridor_sim.routes.premium_loop import FIRST_STEP, HALVED_AFTER, TARGET_LOAD, PremiumLoop

if TYPE_CHECKING:
    from corridor_sim.distributions import Distribution
    from corridor_sim.network import Network

__all__ = [
    "TARGET_LOAD",
    "Premiums",
    "ServiceRoom",
    "find_premiums",
    "prepare_search",
    "service_room",
    "with_premiums",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_WEEKS_PER_YEAR = 365 / 7
_YEAR_H = 8760.0
_FLEET = -1
_MOMENT_POINTS = 200
_ROUNDS = 120
_USUAL_T_PER_TEU = 8.0


@dataclass(frozen=True, eq=False)
class ServiceRoom:
    """Slots of every stretch between two calls, and of every fleet that runs on demand.

    Attributes
    ----------
    stretches : tuple of (str, int)
        Service and the call the stretch starts at; for a fleet its pool and -1.
    departures : (s,) float64
        Most departures of a year, single vehicles for a fleet.
    capacity_teu, capacity_t : (s,) float64
        Of one departure.
    is_fleet : (s,) bool
        Whether each shipment takes vehicles of its own.
    used, user : (u,) int64
        Which stretch is ridden by which route: places in `stretches` and in the routes, ascending.
    routes : int
        Number of routes.
    """

    stretches: tuple[tuple[str, int], ...]
    departures: Floats
    capacity_teu: Floats
    capacity_t: Floats
    is_fleet: NDArray[np.bool_]
    used: Ints
    user: Ints
    routes: int

    def loads(self, amount: Floats) -> Floats:
        """Return what rides each stretch, (s,), where `amount`, (R,), takes each route."""
        return _sums(self.used, amount[self.user], len(self.stretches))

    def along_routes(self, premium: Floats) -> Floats:
        """Return the sum over the stretches of each route, (R,), of a premium by stretch, (s,)."""
        return _sums(self.user, premium[self.used], self.routes)


def service_room(network: Network, routes: RouteSet) -> ServiceRoom:
    """Return the slots that routes compete for.

    Parameters
    ----------
    network : Network
        Services.
    routes : RouteSet
        Alternatives.

    Returns
    -------
    ServiceRoom
        A row per service and stretch between two calls.
    """
    services = {row["service"]: row for row in records_of(network.services)}
    place: dict[tuple[str, int], int] = {}
    owner: list[str] = []

    @cache
    def places(name: str, board: int, alight: int) -> list[int]:
        """Return the places of the stretches of a leg."""
        service = services[name]
        stretches: list[tuple[str, int]] = []
        if service["dispatch"] != "on_demand":
            stretches = [(name, call) for call in range(board, alight)]
        elif service["pool"] and service["pool"] == service["return_pool"]:
            stretches = [(service["pool"], _FLEET)]
        owner.extend(name for stretch in stretches if stretch not in place)
        return [place.setdefault(stretch, len(place)) for stretch in stretches]

    ridden = [[p for leg in route.legs for p in places(*leg)] for route in routes.routes]
    fleets = network.services.groupby("pool")["fleet"].sum().to_dict()
    trips_h = _trip_hours(network)
    departures = [
        fleets[stretch[0]] * _YEAR_H / (trips_h[name] + float(services[name]["turnaround_h"]))
        if stretch[1] == _FLEET
        else _departures_per_year(services[name])
        for stretch, name in zip(place, owner, strict=True)
    ]
    # A route that rides a stretch rides it once, whatever else uses the fleet.
    used = np.array([stretch for stretches in ridden for stretch in stretches], dtype=np.int64)
    user = np.repeat(np.arange(len(ridden)), [len(stretches) for stretches in ridden])
    uses = np.unique(used * max(len(ridden), 1) + user)
    return ServiceRoom(
        stretches=tuple(place),
        departures=np.array(departures, dtype=np.float64),
        capacity_teu=np.array([services[name]["capacity_teu"] for name in owner], dtype=np.float64),
        capacity_t=np.array([services[name]["capacity_t"] for name in owner], dtype=np.float64),
        is_fleet=np.array([stretch[1] == _FLEET for stretch in place], dtype=bool),
        used=uses // max(len(ridden), 1),
        user=uses % max(len(ridden), 1),
        routes=len(routes.routes),
    )


def _trip_hours(network: Network) -> dict[str, float]:
    """Return the mean running hours of every service."""
    hours = {str(name): float(time.mean()) for name, time in network.links["time_h"].items()}
    total: dict[str, float] = {}
    for service, link in zip(network.calls["service"], network.calls["link"], strict=True):
        total[str(service)] = total.get(str(service), 0.0) + hours.get(str(link), 0.0)
    return total


def _sums(place: Ints, amount: Floats, size: int) -> Floats:
    """Return the sum of the amounts at each of `size` places."""
    total: Floats = np.bincount(place, amount, size)  # type: ignore[assignment]
    return total


def _departures_per_year(service: dict[str, Any]) -> float:
    """Return a year's departures: of the timetable, or the most a filling service makes."""
    per_week = float(service["departures_per_week"])
    if service["timetable"]:
        per_week = float(len(str(service["timetable"]).split(";")))
    if service["dispatch"] == "fill":
        per_week = 7.0 * float(service["max_per_day"])
    return per_week * _WEEKS_PER_YEAR


@dataclass(frozen=True, eq=False)
class Premiums:
    """Premiums of every stretch.

    Attributes
    ----------
    cny_per_teu, cny_per_t : (s,) float64
        By slot and by weight, in the order of `ServiceRoom.stretches`.
    """

    cny_per_teu: Floats
    cny_per_t: Floats


def find_premiums(
    model: ChoiceModel,
    od: ODTable,
    room: ServiceRoom,
    *,
    rounds: int = _ROUNDS,
    start: Premiums | None = None,
    volume: Callable[[ChoiceModel], Floats] | None = None,
) -> Premiums:
    """Return premiums under which expected loads fit.

    Parameters
    ----------
    model : ChoiceModel
        Costs and constants.
    od : ODTable
        Demand.
    room : ServiceRoom
        Slots.
    rounds : int
        Rounds of the method.
    start : Premiums, optional
        Of a similar model, to begin with.
    volume : callable, optional
        Returns the factor on the volume of each OD row, (rows,), under a model with premiums;
        volumes stay as they are without one.

    Returns
    -------
    Premiums
        Expected loads of all stretches are at most a few per cent over `TARGET_LOAD` where other
        ways exist. Where none do, the premium has no effect and what cannot ride waits.
    """
    search = prepare_search(model, od, room, rounds=rounds, start=start, volume=volume)
    return search()


def prepare_search(
    model: ChoiceModel,
    od: ODTable,
    room: ServiceRoom,
    *,
    rounds: int = _ROUNDS,
    start: Premiums | None = None,
    volume: Callable[[ChoiceModel], Floats] | None = None,
) -> Callable[[], Premiums]:
    """Return the search of `find_premiums`, to be called: on another thread where all is at hand.

    Parameters
    ----------
    model : ChoiceModel
        Costs and constants.
    od : ODTable
        Demand.
    room : ServiceRoom
        Slots.
    rounds : int
        Rounds of the method.
    start : Premiums, optional
        Of a similar model, to begin with.
    volume : callable, optional
        As for `find_premiums`.

    Returns
    -------
    callable
        Returns the premiums, once. Where the loop is compiled, it lets go of the interpreter
        meanwhile.
    """
    cells = ExpectedChoice.of(od, model.routes)
    moments = {size: _size_moments(size) for size in {row.shipment_teu for row in od.rows}}
    sizes = np.array([moments[row.shipment_teu] for row in od.rows])[cells.row]
    shipments = cells.teu_per_year / sizes[:, 0]
    squares = shipments * sizes[:, 1]
    per_t = cells.t_per_teu
    # A premium is scaled by the cheapest route over the stretch.
    scale = _scale(room, model.cost_cny_per_teu + _USUAL_T_PER_TEU * model.cost_cny_per_t)
    none = np.zeros(len(room.stretches))
    by_teu = none.copy() if start is None else start.cny_per_teu.copy()
    by_t = none.copy() if start is None else start.cny_per_t.copy()
    kinds = (
        (by_teu, cells.teu_per_year, squares, room.capacity_teu, scale),
        (
            by_t,
            cells.teu_per_year * per_t,
            squares * per_t**2,
            room.capacity_t,
            scale / _USUAL_T_PER_TEU,
        ),
    )

    def on_stretches(amount: Floats) -> Floats:
        return room.loads(_sums(cells.route, amount, room.routes))

    if volume is None and rounds and len(none):
        amounts = (shipments, *[amount for kind in kinds for amount in kind[1:3]])
        loop = PremiumLoop.of(model, cells, room, amounts=amounts, units=[k[4] for k in kinds])
        found = np.stack([by_teu, by_t])
        begun = with_premiums(model, room, Premiums(by_teu, by_t))
        if loop is not None and loop.agrees(found, cells.shares(begun)):

            def by_loop() -> Premiums:
                loop.run(found, rounds=rounds)
                return Premiums(found[0], found[1])

            return by_loop

    def by_arrays() -> Premiums:
        for number in range(rounds if len(none) else 0):
            priced = with_premiums(model, room, Premiums(by_teu, by_t))
            share = cells.shares(priced)
            if volume is not None:
                share *= volume(priced)[cells.row]
            step = FIRST_STEP / (1 + number / HALVED_AFTER)
            vehicles = on_stretches(share * shipments)
            for premium, amount, square, capacity, unit in kinds:
                load = on_stretches(share * amount)
                lost = _room_lost(load, on_stretches(share * square), vehicles, capacity, room)
                limit = TARGET_LOAD * room.departures * capacity
                excess = np.clip((load + lost) / limit - 1, -1.0, 2.0)
                np.maximum(premium + step * unit * excess, 0.0, out=premium)
        return Premiums(by_teu, by_t)

    return by_arrays


def with_premiums(model: ChoiceModel, room: ServiceRoom, premiums: Premiums) -> ChoiceModel:
    """Return the model with premiums added up along its routes.

    Parameters
    ----------
    model : ChoiceModel
        Costs and constants.
    room : ServiceRoom
        Which routes ride which stretch.
    premiums : Premiums
        By stretch.

    Returns
    -------
    ChoiceModel
        A copy with its premiums replaced.
    """
    return dataclasses.replace(
        model,
        premium_cny_per_teu=room.along_routes(premiums.cny_per_teu),
        premium_cny_per_t=room.along_routes(premiums.cny_per_t),
    )


def _size_moments(size: Distribution) -> tuple[float, float]:
    """Return the mean of a shipment's size and of its square."""
    values = size.quantile((np.arange(_MOMENT_POINTS) + 0.5) / _MOMENT_POINTS)
    return size.mean(), float((values**2).mean())


def _room_lost(
    load: Floats, square: Floats, shipments: Floats, capacity: Floats, room: ServiceRoom
) -> Floats:
    """Return the room that is paid for but not used.

    Boarding stops at the first box that does not fit: a full departure leaves on average half of
    that box's size empty, by length-biased sampling ``E[s^2] / (2 E[s])``. A shipment that takes
    vehicles of its own leaves half a vehicle empty.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        per_departure = np.where(load > 0, square / (2 * load), 0.0)
    shared = np.minimum(load / capacity, room.departures) * np.minimum(per_departure, capacity / 2)
    return np.where(room.is_fleet, shipments * capacity / 2, shared)


def _scale(room: ServiceRoom, cost: Floats) -> Floats:
    """Return the cost of the cheapest route over each stretch."""
    cheapest = np.full(len(room.stretches), np.inf)
    np.minimum.at(cheapest, room.used, cost[room.user])
    scale: Floats = np.maximum(cheapest, 1.0)
    return scale
