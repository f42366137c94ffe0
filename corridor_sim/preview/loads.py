"""Expected load against capacity of services, fleets and facilities, as a frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from corridor_sim.plan.capacity import build_resources
from corridor_sim.plan.services import layout_services
from corridor_sim.plan.ways import route_patterns
from corridor_sim.preview.facilities import facility_rows, mean_times_h
from corridor_sim.preview.services import WEEKS, Services
from corridor_sim.preview.traffic import add_up

if TYPE_CHECKING:
    from corridor_sim.network import Network
    from corridor_sim.routes.alternatives import Route
    from corridor_sim.scenario import Scenario
    from corridor_sim.shipments import RouteFlow
    from corridor_sim.simulation import Groundwork

__all__ = ["expected_loads", "loads_of", "preview_frame"]

_WEEK_S = 7 * 86_400


def preview_frame(scenario: Scenario) -> pd.DataFrame:
    """Return expected load against capacity, worst first.

    Parameters
    ----------
    scenario : Scenario
        What would be run.

    Returns
    -------
    DataFrame
        kind (service, fleet or facility), name, load_per_week, capacity_per_week, unit,
        utilisation and note; rows without a limit are left out.
    """
    from corridor_sim.simulation import lay_groundwork

    return loads_of(lay_groundwork(scenario))


def loads_of(ground: Groundwork) -> pd.DataFrame:
    """Return what `preview_frame` returns, for groundwork that is there already.

    Parameters
    ----------
    ground : Groundwork
        Of the scenario.

    Returns
    -------
    DataFrame
        See `preview_frame`.
    """
    from corridor_sim.routes.service_graph import closed_services
    from corridor_sim.shipments import expected_route_flows

    flows = expected_route_flows(ground.od, ground.choice)
    closed = frozenset(closed_services(ground.network, ground.scenario))
    routes = list(ground.choice.routes.routes)
    return expected_loads(ground.network, ground.scenario, routes, flows, closed=closed)


def expected_loads(
    network: Network,
    scenario: Scenario,
    routes: Sequence[Route],
    flows: Mapping[str, RouteFlow],
    *,
    closed: frozenset[str] = frozenset(),
) -> pd.DataFrame:
    """Return what `preview_frame` returns, for given flows.

    Parameters
    ----------
    network : Network
        As the scenario has it.
    scenario : Scenario
        Its calendar.
    routes : sequence of Route
        Routes.
    flows : mapping of str to RouteFlow
        Expected flow by name of route.
    closed : frozenset of str
        Services that do not run.

    Returns
    -------
    DataFrame
        See `preview_frame`.
    """
    horizon = WEEKS * _WEEK_S
    origin = scenario.origin
    names, resources, _ = build_resources(network, {}, origin=origin, horizon=horizon)
    layout = layout_services(network, names, closed, origin=origin, horizon=horizon)
    patterns = route_patterns(list(routes), network, layout, names)
    traffic = add_up(layout, patterns, [flows.get(route.name) for route in routes], len(names))
    services = Services(layout, names, traffic, mean_times_h(network), closed)
    rows = [*services.rows(), *services.fleet_rows()]
    rows += facility_rows(network, names, resources, traffic, services, horizon)
    frame = pd.DataFrame(
        rows,
        columns=["kind", "name", "load_per_week", "capacity_per_week", "unit", "note"],
    )
    frame.insert(5, "utilisation", frame["load_per_week"] / frame["capacity_per_week"])
    frame = frame.sort_values(["utilisation", "name"], ascending=[False, True], kind="stable")
    return frame.reset_index(drop=True)
