"""Compile a scenario, its network and its shipments into a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridor_sim.errors import Fault, InputError
from corridor_sim.plan.background import background_rows, draw_background
from corridor_sim.plan.boxes import BoxFrame
from corridor_sim.plan.capacity import ResourceFrame, dated_closures, draw_closures
from corridor_sim.plan.durations import DurationTable
from corridor_sim.plan.legs import build_legs, number_trucks, way_rows
from corridor_sim.plan.limits import check_plan_size, check_service_size
from corridor_sim.plan.services import ServiceLayout, layout_services, number_departures
from corridor_sim.plan.tables import LOCK, LegTable, Plan, ServiceTable
from corridor_sim.plan.visits import VisitDraws
from corridor_sim.plan.ways import WayTable, route_patterns
from corridor_sim.streams import Streams

if TYPE_CHECKING:
    from corridor_sim.demand.od import ODTable
    from corridor_sim.distributions import Distribution
    from corridor_sim.network import Network
    from corridor_sim.routes.alternatives import RouteSet
    from corridor_sim.scenario import Scenario
    from corridor_sim.shipments import Shipments

__all__ = ["PlanFrame", "compile_plan"]


@dataclass(frozen=True, eq=False)
class PlanFrame:
    """What the plans of all replications share.

    Attributes
    ----------
    scenario : Scenario
        Period, disruptions, limits.
    resources : ResourceFrame
        Links and facilities with their calendars and dated closures.
    layout : ServiceLayout
        Services with their steps and slots.
    ways : WayTable
        Legs and visits of all routes.
    visits : VisitDraws
        What is drawn for them.
    boxes : BoxFrame
        Pools of empty boxes.
    """

    scenario: Scenario
    resources: ResourceFrame
    layout: ServiceLayout
    ways: WayTable
    visits: VisitDraws
    boxes: BoxFrame

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        network: Network,
        routes: RouteSet,
        od: ODTable,
        *,
        closed: frozenset[str] = frozenset(),
    ) -> PlanFrame:
        """Decide everything that no draw can change.

        Parameters
        ----------
        scenario : Scenario
            Period, disruptions.
        network : Network
            As the scenario has it.
        routes : RouteSet
            Alternatives of the shipments.
        od : ODTable
            Rows of demand.
        closed : frozenset of str
            Services that do not run in this scenario.

        Returns
        -------
        PlanFrame
            For any number of replications.

        Raises
        ------
        InputError
            If the scenario's limits are passed or a route cannot be run.
        """
        check_service_size(network, scenario)
        origin, horizon = scenario.origin, scenario.horizon_s
        resources = ResourceFrame.of(
            network, dated_closures(scenario, network), origin=origin, horizon=horizon
        )
        names = resources.names
        layout = layout_services(network, names, closed, origin=origin, horizon=horizon)
        patterns = route_patterns(list(routes.routes), network, layout, names)
        boxes = BoxFrame.of(network, routes.routes, patterns, layout, names, od)
        ways = WayTable.of([*patterns, *boxes.patterns], layout)
        by_name = _times_of(network)
        times = [by_name.get(name) for name in names]
        takes = network.facilities["take"].to_dict()
        return cls(
            scenario=scenario,
            resources=resources,
            layout=layout,
            ways=ways,
            boxes=boxes,
            visits=VisitDraws(
                layout=layout,
                ways=ways,
                durations=DurationTable.of(times),
                takes={
                    rank: takes[name]
                    for rank, name in enumerate(names)
                    if resources.kind[rank] == LOCK
                },
                background=background_rows(network, names, times),
            ),
        )


def compile_plan(frame: PlanFrame, shipments: Shipments, *, seed: int, replication: int) -> Plan:
    """Decide everything that can be decided before the clock starts.

    Parameters
    ----------
    frame : PlanFrame
        Of the scenario.
    shipments : Shipments
        With their routes.
    seed, replication : int
        Address of the draws.

    Returns
    -------
    Plan
        Read-only.

    Raises
    ------
    InputError
        If the scenario's limits are passed or a shipment is larger than the vehicles on its legs.
    """
    scenario, layout, ways = frame.scenario, frame.layout, frame.ways
    horizon = scenario.horizon_s
    streams = Streams(seed, replication)
    resources = frame.resources.table(draw_closures(scenario, streams))
    first, row = way_rows(frame.boxes.ways(shipments), ways)
    number, truck_legs = number_trucks(row, ways, len(layout.names))
    services = number_departures(layout, truck_legs, horizon=horizon)
    shipment_first = int(services.visit_first[-1])
    # Before they are numbered in 32 bits.
    n_visits = shipment_first + int(ways.n_visits[row].sum(dtype=np.int64))
    check_plan_size(int(services.departure_first[-1]), n_visits, scenario)
    legs = build_legs(first, row, number, ways, shipment_first=shipment_first)
    _refuse_oversized(shipments, legs, services, frame)
    background = draw_background(frame.visits.background, streams, horizon=horizon)
    visits = frame.visits.draw(
        streams,
        shipments=shipments,
        row=row,
        legs=legs,
        services=services,
        vessels=background,
    )
    return Plan(
        horizon=horizon,
        window=scenario.window_s,
        resource_names=frame.resources.names,
        service_names=layout.names,
        pool_names=layout.pool_names,
        background_names=tuple(own.name for own in frame.visits.background),
        pool_fleet=layout.pool_fleet,
        resources=resources,
        locks=frame.resources.locks,
        services=services,
        legs=legs,
        visits=visits,
        background=background,
        shipments=shipments,
        boxes=frame.boxes.table(shipments),
    ).freeze()


def _refuse_oversized(
    shipments: Shipments, legs: LegTable, services: ServiceTable, frame: PlanFrame
) -> None:
    """Refuse boxes no vehicle of a leg can carry; trucks on demand go in convoys."""
    ways, layout = frame.ways, frame.layout
    fits = shipments.mteu <= ways.capacity_mteu[shipments.route]
    fits &= shipments.kg <= ways.capacity_kg[shipments.route]
    if fits.all():
        return
    rows = np.flatnonzero((legs.service >= 0) & (legs.number < 0))
    service = legs.service[rows]
    owner = legs.shipment[rows]
    calls = services.step_call >= 0
    first_call = np.concatenate([[0], np.cumsum(services.n_calls)])[:-1]
    quota = services.step_quota_mteu[calls][first_call[service] + legs.board_call[rows]]
    limit = np.minimum(services.capacity_mteu[service], quota)
    over = (shipments.mteu[owner] > limit) | (shipments.kg[owner] > services.capacity_kg[service])
    found: dict[str, Fault] = {}
    for place in np.flatnonzero(over):
        box, at = int(owner[place]), int(service[place])
        name = layout.names[at]
        found.setdefault(
            name,
            Fault(
                "services.csv",
                f"'{name}' takes {limit[place] / 1000:g} TEU and "
                f"{services.capacity_kg[at] / 1000:g} t, but shipment {int(shipments.k[box])} of "
                f"'{shipments.od_names[int(shipments.od[box])]}' has "
                f"{shipments.mteu[box] / 1000:g} TEU and {shipments.kg[box] / 1000:g} t",
                hint="lower 'shipment_teu' of the commodity, or raise the capacity or the quota",
            ),
        )
    raise InputError(found.values())


def _times_of(network: Network) -> dict[str, tuple[Distribution, float]]:
    """Return the time distribution (hours) and the probability of each link and facility."""
    times = {str(name): (time, 1.0) for name, time in network.links["time_h"].items()}
    table = network.facilities
    for name, time, probability in zip(
        table.index, table["fixed_h"], table["probability"], strict=True
    ):
        times[str(name)] = (time, float(probability))
    return times
