"""Compile a scenario, its network and its shipments into a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corridor_sim.errors import Fault, InputError
from corridor_sim.plan.background import draw_background
from corridor_sim.plan.capacity import build_resources, scenario_closures
from corridor_sim.plan.legs import ShipmentDraws, build_legs, draw_shipments, route_patterns
from corridor_sim.plan.limits import check_plan_size, check_service_size
from corridor_sim.plan.services import ServiceLayout, layout_services, number_departures
from corridor_sim.plan.tables import (
    LOCK,
    ON_DEMAND,
    BackgroundTable,
    LegTable,
    Plan,
    ServiceTable,
    VisitTable,
)
from corridor_sim.streams import stream

if TYPE_CHECKING:
    from corridor_sim.distributions import Distribution
    from corridor_sim.network import Network
    from corridor_sim.scenario import Scenario
    from corridor_sim.shipments import Shipments

__all__ = ["compile_plan"]

_HOUR = 3600.0


def compile_plan(
    scenario: Scenario,
    network: Network,
    shipments: Shipments,
    *,
    closed: frozenset[str] = frozenset(),
    seed: int,
    replication: int,
) -> Plan:
    """Decide everything that can be decided before the clock starts.

    Parameters
    ----------
    scenario : Scenario
        Period, disruptions.
    network : Network
        As the scenario has it.
    shipments : Shipments
        With their routes.
    closed : frozenset of str
        Services that do not run in this scenario.
    seed, replication : int
        Address of the draws.

    Returns
    -------
    Plan
        Read-only.

    Raises
    ------
    InputError
        If the scenario's limits are passed, a shipment is larger than the vehicles on its legs, or
        a route cannot be run.
    """
    check_service_size(network, scenario)
    horizon = scenario.horizon_s
    origin = scenario.origin
    closures = scenario_closures(
        scenario, network, seed=seed, replication=replication, horizon=horizon
    )
    names, resources, locks = build_resources(network, closures, origin=origin, horizon=horizon)
    layout = layout_services(network, names, closed, origin=origin, horizon=horizon)
    patterns = route_patterns(list(shipments.routes.routes), network, layout, names)
    legs, truck_legs = build_legs(shipments, patterns, layout)
    services = number_departures(layout, truck_legs, horizon=horizon)
    check_plan_size(
        int(services.departure_first[-1]),
        int(services.visit_first[-1]) + int(legs.visit_first[-1]),
        scenario,
    )
    _refuse_oversized(shipments, legs, services, layout)
    background_names, background, background_times = draw_background(
        network, names, seed=seed, replication=replication, horizon=horizon
    )
    draws = draw_shipments(
        shipments,
        patterns,
        legs,
        layout,
        services.visit_first,
        seed=seed,
        replication=replication,
    )
    visits = _draw_visits(
        network,
        names,
        layout,
        services,
        draws,
        (background_names, background, background_times),
        is_lock=resources.kind == LOCK,
        seed=seed,
        replication=replication,
    )
    shifted = LegTable(
        first=legs.first,
        shipment=legs.shipment,
        service=legs.service,
        board_call=legs.board_call,
        alight_call=legs.alight_call,
        number=legs.number,
        visit_first=legs.visit_first + visits.shipment_first,
    )
    return Plan(
        horizon=horizon,
        window=scenario.window_s,
        resource_names=names,
        service_names=layout.names,
        pool_names=layout.pool_names,
        background_names=background_names,
        pool_fleet=layout.pool_fleet,
        resources=resources,
        locks=locks,
        services=services,
        legs=shifted,
        visits=visits,
        background=background,
        shipments=shipments,
    ).freeze()


def _refuse_oversized(
    shipments: Shipments, legs: LegTable, services: ServiceTable, layout: ServiceLayout
) -> None:
    """Refuse boxes no vehicle of a leg can carry; trucks on demand go in convoys."""
    rows = np.flatnonzero((legs.service >= 0) & (legs.number < 0))
    service = legs.service[rows]
    owner = legs.shipment[rows]
    calls = services.step_call >= 0
    first_call = np.concatenate([[0], np.cumsum(services.n_calls)])[:-1]
    quota = services.step_quota_mteu[calls][first_call[service] + legs.board_call[rows]]
    limit = np.minimum(services.capacity_mteu[service], quota)
    over = (shipments.mteu[owner] > limit) | (shipments.kg[owner] > services.capacity_kg[service])
    if not over.any():
        return
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
    for name, row in network.facilities[["fixed_h", "probability"]].iterrows():
        times[str(name)] = (row["fixed_h"], float(row["probability"]))
    return times


def _seconds(
    time: Distribution, probability: float, uniform: NDArray[np.float64]
) -> NDArray[np.float64]:
    if probability >= 1.0:
        return time.quantile(uniform) * _HOUR
    if probability <= 0.0:
        return np.zeros(len(uniform))
    hit = uniform < probability
    return np.where(hit, time.quantile(np.where(hit, uniform / probability, 0.5)) * _HOUR, 0.0)


def _draw_visits(
    network: Network,
    names: tuple[str, ...],
    layout: ServiceLayout,
    services: ServiceTable,
    draws: ShipmentDraws,
    background: tuple[tuple[str, ...], BackgroundTable, list[Distribution | None]],
    *,
    is_lock: NDArray[np.bool_],
    seed: int,
    replication: int,
) -> VisitTable:
    """Give numbers to all visits and draw how long each would take."""
    background_names, vessels, background_times = background
    shipment_first = int(services.visit_first[-1])
    background_first = shipment_first + len(draws.visit_resource)
    n = background_first + int(vessels.visit_first[-1])
    resource = np.full(n, -1, dtype=np.int32)
    uniform = np.zeros(n, dtype=np.float64)
    take = np.zeros(n, dtype=np.int8)
    takes = network.facilities["take"].to_dict()

    def draw_take(rows: slice, rank: int, row: str) -> None:
        if rank >= 0 and is_lock[rank]:
            rng = stream(seed, replication, "take", row)
            count = len(range(*rows.indices(n)))
            drawn = takes[names[rank]].quantile(rng.random(count))
            take[rows] = np.maximum(np.floor(drawn), 1).astype(np.int8)

    for service, name in enumerate(layout.names):
        first, end = int(services.visit_first[service]), int(services.visit_first[service + 1])
        if first == end:
            continue
        steps = layout.steps(service)
        for step, rank in enumerate(steps):
            rows = slice(first + step, end, len(steps))
            resource[rows] = rank
            if rank >= 0 and services.dispatch[service] != ON_DEMAND:
                rng = stream(seed, replication, "departure", f"{name}|{step}")
                uniform[rows] = rng.random((end - first) // len(steps))
            draw_take(rows, rank, f"{name}|{step}")
    resource[shipment_first:background_first] = draws.visit_resource
    uniform[shipment_first:background_first] = draws.visit_uniform
    resource[draws.truck_visit] = draws.truck_resource
    uniform[draws.truck_visit] = draws.truck_uniform
    counts = np.diff(vessels.visit_first)
    owner = np.repeat(vessels.name, counts)
    resource[background_first:] = np.repeat(vessels.resource, counts)
    row_first = background_first + np.searchsorted(owner, np.arange(len(background_names) + 1))
    for row, name in enumerate(background_names):
        rows = slice(int(row_first[row]), int(row_first[row + 1]))
        if rows.start == rows.stop:
            continue
        rng = stream(seed, replication, "background time", name)
        uniform[rows] = rng.random(rows.stop - rows.start)
        draw_take(rows, int(resource[rows.start]), name)
    fixed_s = np.zeros(n, dtype=np.float64)
    times = _times_of(network)
    order = np.argsort(resource, kind="stable")
    bounds = np.searchsorted(resource[order], np.arange(len(names) + 1))
    for rank, name in enumerate(names):
        visits = order[bounds[rank] : bounds[rank + 1]]
        if len(visits) and name in times:
            fixed_s[visits] = _seconds(*times[name], uniform[visits])
    for row, own in enumerate(background_times):
        rows = slice(int(row_first[row]), int(row_first[row + 1]))
        if own is not None:
            fixed_s[rows] = _seconds(own, 1.0, uniform[rows])
    return VisitTable(
        resource=resource,
        fixed_s=fixed_s,
        take=take,
        shipment_first=shipment_first,
        background_first=background_first,
    )
