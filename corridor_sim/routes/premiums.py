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
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from corridor_sim.demand.od import ODTable
from corridor_sim.routes.alternatives import RouteSet
from corridor_sim.routes.choice import ChoiceModel, ExpectedChoice

if TYPE_CHECKING:
    from corridor_sim.network import Network

__all__ = [
    "TARGET_LOAD",
    "Premiums",
    "ServiceRoom",
    "find_premiums",
    "service_room",
    "with_premiums",
]

Floats = NDArray[np.float64]

_WEEKS_PER_YEAR = 365 / 7
#: Share of the slots that is planned to be sold in a mean week.
TARGET_LOAD = 0.92
_ROUNDS = 80
_FIRST_STEP = 0.15
_HALVED_AFTER = 20
_USUAL_T_PER_TEU = 8.0


@dataclass(frozen=True, eq=False)
class ServiceRoom:
    """Slots of every stretch between two calls of the services that have a limit.

    Attributes
    ----------
    stretches : tuple of (str, int)
        Service, and the call the stretch starts at.
    teu_per_year, t_per_year : (s,) float64
        What a year's departures take.
    uses : (s, R) sparse array
        Which routes ride which stretch.
    """

    stretches: tuple[tuple[str, int], ...]
    teu_per_year: Floats
    t_per_year: Floats
    uses: csr_array


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
    services = network.services.to_dict("index")
    place: dict[tuple[str, int], int] = {}
    rows: list[int] = []
    columns: list[int] = []
    for number, route in enumerate(routes.routes):
        for name, board, alight in route.legs:
            if services[name]["dispatch"] == "on_demand":
                continue
            for call in range(board, alight):
                rows.append(place.setdefault((name, call), len(place)))
                columns.append(number)
    stretches = tuple(place)
    departures = np.array([_departures_per_year(services[name]) for name, _ in stretches])
    teu = np.array([services[name]["capacity_teu"] for name, _ in stretches])
    t = np.array([services[name]["capacity_t"] for name, _ in stretches])
    uses = csr_array(
        (np.ones(len(rows)), (np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64))),
        shape=(len(stretches), len(routes.routes)),
    )
    return ServiceRoom(stretches, departures * teu, departures * t, uses)


def _departures_per_year(service: dict[object, object]) -> float:
    """Return a year's departures: of the timetable, or the most a filling service makes."""
    per_week = float(service["departures_per_week"])  # type: ignore[arg-type]
    if service["timetable"]:
        per_week = float(len(str(service["timetable"]).split(";")))
    if service["dispatch"] == "fill" and not per_week:
        per_week = 7.0 * float(service["max_per_day"])  # type: ignore[arg-type]
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

    Returns
    -------
    Premiums
        Expected loads of all stretches are at most a few per cent over `TARGET_LOAD` where other
        ways exist. Where none do, the premium has no effect and what cannot ride waits.
    """
    cells = ExpectedChoice.of(od, model.routes)
    t = cells.teu_per_year * cells.t_per_teu
    n_routes = len(model.routes.routes)
    # A premium is scaled by the cheapest route over the stretch.
    scale = _scale(room, model.cost_cny_per_teu + _USUAL_T_PER_TEU * model.cost_cny_per_t)
    none = np.zeros(len(room.stretches))
    by_teu = none.copy() if start is None else start.cny_per_teu.copy()
    by_t = none.copy() if start is None else start.cny_per_t.copy()
    kinds = (
        (by_teu, cells.teu_per_year, TARGET_LOAD * room.teu_per_year, scale),
        (by_t, t, TARGET_LOAD * room.t_per_year, scale / _USUAL_T_PER_TEU),
    )
    for number in range(rounds if len(none) else 0):
        share = cells.shares(with_premiums(model, room, Premiums(by_teu, by_t)))
        step = _FIRST_STEP / (1 + number / _HALVED_AFTER)
        for premium, amount, limit, unit in kinds:
            load = room.uses @ np.bincount(cells.route, share * amount, minlength=n_routes)
            excess = np.clip(load / limit - 1, -1.0, 2.0)
            np.maximum(premium + step * unit * excess, 0.0, out=premium)
    return Premiums(by_teu, by_t)


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
        premium_cny_per_teu=room.uses.T @ premiums.cny_per_teu,
        premium_cny_per_t=room.uses.T @ premiums.cny_per_t,
    )


def _scale(room: ServiceRoom, cost: Floats) -> Floats:
    """Return the cost of the cheapest route over each stretch."""
    cheapest = np.empty(len(room.stretches))
    for row in range(len(room.stretches)):
        columns = room.uses.indices[room.uses.indptr[row] : room.uses.indptr[row + 1]]
        cheapest[row] = cost[columns].min()
    return np.maximum(cheapest, 1.0)
