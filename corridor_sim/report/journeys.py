"""How time and cost grow along a route: what the riders of a run met, and what was planned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corridor_sim.plan.tables import LINK
from corridor_sim.routes.service_graph import ServiceLeg, service_legs

if TYPE_CHECKING:
    from corridor_sim.network import Network
    from corridor_sim.report.stamps import Stamps
    from corridor_sim.routes.alternatives import Route
    from corridor_sim.scenario import Subsidy

__all__ = ["Journey", "Journeys"]

Ints = NDArray[np.int64]
Point = tuple[float, float]

_HOUR_S = 3_600
#: A stop on the way is named if it takes this share of the journey.
_NAMED_FROM = 0.04


@dataclass(frozen=True)
class Journey:
    """A route as it was travelled.

    Attributes
    ----------
    route : Route
        The way.
    shipments : int
        Delivered shipments, released in the window, the means are taken over.
    time, planned, cost : list of (km, amount)
        Hours since release, planned hours, and yuan per TEU, against the distance travelled.
    stops : list of (km, hours, name)
        Where boxes change vehicles or stand long: node or facility, when they leave it.
    """

    route: Route
    shipments: int
    time: list[Point]
    planned: list[Point]
    cost: list[Point]
    stops: list[tuple[float, float, str]]


class Journeys:
    """Makes journeys of routes.

    Parameters
    ----------
    stamps : Stamps
        Of the run.
    network : Network
        As the scenario had it.
    subsidies : iterable of Subsidy
        Of the scenario.
    """

    def __init__(self, stamps: Stamps, network: Network, subsidies: Iterable[Subsidy] = ()) -> None:
        self.stamps = stamps
        self.network = network
        self.legs: dict[tuple[str, int, int], ServiceLeg] = {
            (leg.service, leg.board_call, leg.alight_call): leg
            for leg in service_legs(network, subsidies=subsidies)
        }
        km = network.links["distance_km"]
        self.km = np.array(
            [float(km.get(name, 0.0)) for name in stamps.plan.resource_names], dtype=np.float64
        )
        self.node = {str(name): str(node) for name, node in network.facilities["node"].items()}

    def of(self, place: int) -> Journey | None:
        """Return the journey of a route.

        Parameters
        ----------
        place : int
            Place of the route among those of the plan.

        Returns
        -------
        Journey or None
            None where no box of the window was delivered on it.
        """
        plan, log = self.stamps.plan, self.stamps.log
        route = plan.shipments.routes.routes[place]
        riders = np.flatnonzero(
            (plan.shipments.route == place) & self.stamps.clock.in_window(plan.shipments.release_s)
        )
        last = plan.legs.first[riders + 1] - 1
        riders = riders[log.leg_ready[last] >= 0]
        if not len(riders):
            return None
        time, stops = self._time(route, riders)
        kg, mteu = (float(a[riders].sum()) for a in (plan.shipments.kg, plan.shipments.mteu))
        return Journey(
            route=route,
            shipments=len(riders),
            time=time,
            planned=self._planned(route),
            cost=self._cost(route, kg / mteu if mteu else 0.0),
            stops=stops,
        )

    def _time(
        self, route: Route, riders: Ints
    ) -> tuple[list[Point], list[tuple[float, float, str]]]:
        plan, log = self.stamps.plan, self.stamps.log
        release = plan.shipments.release_s[riders]
        points: list[Point] = [(0.0, 0.0)]
        stops: list[tuple[float, float, str]] = []
        km = 0.0

        def mean(seconds: Ints) -> float:
            return float((seconds - release).mean()) / _HOUR_S

        for number, (service, board, alight) in enumerate(route.legs):
            leg = plan.legs.first[riders] + number
            departure = log.leg_departure[leg]
            first = self.stamps.index.visit_at_call(departure, np.full(len(leg), board))
            last = self.stamps.index.visit_at_call(departure, np.full(len(leg), alight))
            points.append((km, mean(log.leg_board[leg])))
            stops.append((*points[-1], self.legs[service, board, alight].origin))
            for step in range(int(last[0] - first[0]) + 1):
                visit = first + step
                resource = int(plan.visits.resource[visit[0]])
                queued, end = log.visit_queued[visit], log.visit_end[visit]
                if resource < 0 or (queued < 0).any() or (end < 0).any():
                    continue
                # A box that boards while its vehicle is being handled was not there before.
                arrived = max(mean(queued), points[-1][1])
                left = max(mean(end), arrived)
                points.append((km, arrived))
                if plan.resources.kind[resource] == LINK:
                    km += float(self.km[resource])
                elif visit[0] not in (first[0], last[0]):
                    stops.append((km, left, self.node[plan.resource_names[resource]]))
                points.append((km, left))
            points.append((km, max(mean(log.leg_alight[leg]), points[-1][1])))
        ready = log.leg_ready[plan.legs.first[riders + 1] - 1]
        points.append((km, mean(ready)))
        stops.append((*points[-1], route.destination))
        return points, _worth_naming(stops, points)

    def _planned(self, route: Route) -> list[Point]:
        legs = [self.legs[leg] for leg in route.legs]
        # What the box itself visits, customs and dwell, is put before the first ride.
        hours = route.planned_h - sum(leg.planned_h for leg in legs)
        points: list[Point] = [(0.0, 0.0), (0.0, hours)]
        km = 0.0
        for leg in legs:
            km, hours = km + leg.distance_km, hours + leg.planned_h
            points.append((km, hours))
        return points

    def _cost(self, route: Route, t_per_teu: float) -> list[Point]:
        legs = [self.legs[leg] for leg in route.legs]
        whole = route.cost_cny_per_teu + t_per_teu * route.cost_cny_per_t
        rides = [leg.cost_cny_per_teu + t_per_teu * leg.cost_cny_per_t for leg in legs]
        km, cost = 0.0, whole - sum(rides)
        points: list[Point] = [(0.0, 0.0), (0.0, cost)]
        for leg, ride in zip(legs, rides, strict=True):
            step = min(ride, leg.fixed_cny_per_teu + t_per_teu * leg.fixed_cny_per_t)
            points.append((km, cost + step))
            km, cost = km + leg.distance_km, cost + ride
            points.append((km, cost))
        return points


def _worth_naming(
    stops: list[tuple[float, float, str]], points: list[Point]
) -> list[tuple[float, float, str]]:
    """Return the ends and the stops that take long, one per place."""
    total = points[-1][1] or 1.0
    stood: dict[float, float] = {}
    for (km, begin), (other, end) in pairwise(points):
        if km == other:
            stood[km] = stood.get(km, 0.0) + end - begin
    kept: dict[float, tuple[float, float, str]] = {}
    ends = (points[0][0], points[-1][0])
    for km, hours, name in stops:
        if km in ends or stood.get(km, 0.0) >= _NAMED_FROM * total:
            kept[km] = (km, hours, name)
    return list(kept.values())
