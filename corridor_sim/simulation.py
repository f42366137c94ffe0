"""From a scenario to its results: the one path every command and notebook takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from corridor_sim.engine import UserProcess, run_engine
from corridor_sim.network import Network
from corridor_sim.plan.compile import compile_plan
from corridor_sim.results import Results
from corridor_sim.scenario import Scenario

if TYPE_CHECKING:
    from corridor_sim.plan.tables import Plan

__all__ = ["build_plan", "prepare_network", "simulate"]


def prepare_network(scenario: Scenario) -> Network:
    """Read the scenario's network, with its overrides applied and its planned rows opened.

    Parameters
    ----------
    scenario : Scenario
        Names the network.

    Returns
    -------
    Network
        As the scenario has it.

    Raises
    ------
    InputError
        If a table or an override is at fault.
    """
    return scenario.apply_to(Network.read(scenario.network))


def build_plan(
    scenario: Scenario,
    network: Network,
    *,
    seed: int = 1,
    replication: int = 0,
    timing_s: dict[str, float] | None = None,
) -> Plan:
    """Draw the demand of one replication and compile its plan.

    Parameters
    ----------
    scenario : Scenario
        What to simulate.
    network : Network
        From `prepare_network`.
    seed, replication : int
        Address of the draws.
    timing_s : dict, optional
        Receives the seconds spent on ``demand`` and ``plan``.

    Returns
    -------
    Plan
        Read-only.
    """
    from corridor_sim.demand.shipments import generate_shipments
    from corridor_sim.routes.alternatives import enumerate_routes
    from corridor_sim.routes.service_graph import closed_services

    clock = time.perf_counter()
    routes = enumerate_routes(network, scenario)
    shipments = generate_shipments(network, scenario, routes, seed=seed, replication=replication)
    drawn = time.perf_counter()
    plan = compile_plan(
        scenario,
        network,
        shipments,
        closed=frozenset(closed_services(network, scenario)),
        seed=seed,
        replication=replication,
    )
    if timing_s is not None:
        timing_s["demand"] = drawn - clock
        timing_s["plan"] = time.perf_counter() - drawn
    return plan


def simulate(
    scenario: Scenario,
    *,
    seed: int = 1,
    replication: int = 0,
    engine: str = "simpy",
    progress: Callable[[float, str], None] | None = None,
    processes: Iterable[UserProcess] = (),
) -> Results:
    """Simulate one replication of a scenario.

    Parameters
    ----------
    scenario : Scenario
        What to simulate.
    seed, replication : int
        Address of all random draws; the same pair gives the same bytes.
    engine : str
        Name of the engine.
    progress : callable, optional
        Called with the share done (0 to 1) and the simulated date.
    processes : iterable of callable
        Users' own SimPy processes, see `corridor_sim.engine.Control`.

    Returns
    -------
    Results
        Plan, stamps and what is made of them.

    Raises
    ------
    CorridorSimError
        If the scenario cannot be run.

    Examples
    --------
    >>> from corridor_sim import Scenario, simulate
    >>> results = simulate(Scenario.read("baseline_2025"), seed=1)  # doctest: +SKIP
    """
    started = time.perf_counter()
    timing_s: dict[str, float] = {}
    network = prepare_network(scenario)
    timing_s["network"] = time.perf_counter() - started
    plan = build_plan(scenario, network, seed=seed, replication=replication, timing_s=timing_s)

    def tell(now: int, horizon: int) -> None:
        if progress is not None:
            progress(now / horizon, scenario.date_at(now).isoformat())

    clock = time.perf_counter()
    log = run_engine(plan, engine=engine, progress=tell, processes=processes)
    timing_s["engine"] = time.perf_counter() - clock
    return Results(
        scenario=scenario,
        network=network,
        plan=plan,
        log=log,
        seed=seed,
        replication=replication,
        engine=engine,
        timing_s=timing_s,
    )
