"""From a scenario to its results: the one path every command and notebook takes."""

from __future__ import annotations

import contextlib
import gc
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from corridor_sim.demand.od import ODTable, build_od
from corridor_sim.demand.seasons import SeasonalClock, build_clock
from corridor_sim.demand.tables import DemandTables, read_demand_tables
from corridor_sim.engine import UserProcess, memory_ahead, resolve_engine, run_engine
from corridor_sim.errors import InputError
from corridor_sim.network import Network
from corridor_sim.plan.compile import PlanFrame, compile_plan
from corridor_sim.plan.limits import check_demand_size, check_service_size
from corridor_sim.processors import processors
from corridor_sim.routes.alternatives import RouteSet, enumerate_routes
from corridor_sim.routes.choice import ChoiceModel, build_choice_model, corridor_constants
from corridor_sim.routes.premiums import prepare_search, service_room, with_premiums
from corridor_sim.routes.response import flow_costs, responded
from corridor_sim.routes.service_graph import closed_services
from corridor_sim.scenario import Scenario
from corridor_sim.shipments import ShipmentFrame, expected_shipments
from corridor_sim.shipments.held import with_held_empties

if TYPE_CHECKING:
    from corridor_sim.plan.tables import Plan
    from corridor_sim.results import Results

__all__ = ["Groundwork", "build_plan", "check_inputs", "lay_groundwork", "read_inputs", "simulate"]


@dataclass(frozen=True, eq=False)
class Groundwork:
    """What replications of a scenario share: everything that no draw can change.

    Attributes
    ----------
    scenario : Scenario
        What is simulated.
    network : Network
        As the scenario has it.
    od : ODTable
        Demand of a year.
    clock : SeasonalClock
        When it is released.
    choice : ChoiceModel
        Alternatives and how shippers choose among them.
    timing_s : dict of str to float
        Seconds spent on ``network`` and ``demand``.
    """

    scenario: Scenario
    network: Network
    od: ODTable
    clock: SeasonalClock
    choice: ChoiceModel
    timing_s: dict[str, float]

    @cached_property
    def shipment_frame(self) -> ShipmentFrame:
        """What the shipments of all replications share, made when the first is drawn."""
        return ShipmentFrame.of(self.od, self.clock, self.choice, horizon=self.scenario.horizon_s)

    @cached_property
    def plan_frame(self) -> PlanFrame:
        """What the plans of all replications share, made when the first is compiled."""
        return _plan_frame(self.scenario, self.network, self.choice.routes, self.od)


def read_inputs(scenario: Scenario) -> tuple[Network, DemandTables]:
    """Read everything a scenario names, with its overrides applied and its planned rows opened.

    Parameters
    ----------
    scenario : Scenario
        Names the network and the table of demand.

    Returns
    -------
    tuple of Network and DemandTables
        Checked.

    Raises
    ------
    InputError
        If a table or an override is at fault.
    """
    network = scenario.apply_to(Network.read(scenario.network))
    return network, read_demand_tables(network, scenario)


def check_inputs(scenario: Scenario) -> Network:
    """Read everything a scenario names, and see whether the run would be within its limits.

    Parameters
    ----------
    scenario : Scenario
        What would be run.

    Returns
    -------
    Network
        As the scenario has it.

    Raises
    ------
    InputError
        If an input is at fault or the run would be too large.
    """
    network, tables = read_inputs(scenario)
    _sized_demand(network, tables, scenario)
    if scenario.demand.response is not None:
        check_inputs(reference_of(scenario))
    return network


def reference_of(scenario: Scenario) -> Scenario:
    """Return the scenario at whose costs trade is as stated, where demand answers to cost.

    Parameters
    ----------
    scenario : Scenario
        With a response of demand.

    Returns
    -------
    Scenario
        Without one.

    Raises
    ------
    InputError
        If there is none, or it is at fault.
    """
    response = scenario.demand.response
    assert response is not None
    try:
        reference = Scenario.read(response.relative_to)
    except InputError as error:
        told = error.faults[0]
        path = ("demand", "response", "relative_to")
        if len(error.faults) > 1 or told.what != "no such scenario":
            raise
        raise InputError(
            [scenario.fault(path, told.what, allowed=told.allowed, hint=told.hint)]
        ) from None
    demand = reference.demand.model_copy(update={"response": None})
    return reference.model_copy(update={"demand": demand})


def _sized_demand(
    network: Network, tables: DemandTables, scenario: Scenario
) -> tuple[ODTable, SeasonalClock]:
    """Build the demand; what is too large is refused before anything grows with it."""
    check_service_size(network, scenario)
    od = build_od(network, tables, scenario)
    clock = build_clock(tables, scenario)
    check_demand_size(
        expected_shipments(od, clock),
        scenario,
        value_cny=sum(row.value_cny_per_year * clock.total(row.direction) for row in od.rows),
        teu=sum(row.teu_per_year * clock.total(row.direction) for row in od.rows),
    )
    return od, clock


def lay_groundwork(
    scenario: Scenario,
    *,
    inputs: tuple[Network, DemandTables] | None = None,
    routes: RouteSet | None = None,
    with_frame: bool = False,
) -> Groundwork:
    """Do the part of a run that its replications share.

    Parameters
    ----------
    scenario : Scenario
        What is to be simulated.
    inputs : tuple of Network and DemandTables, optional
        Tables in place of those that `read_inputs` would read, for changes a scenario cannot state.
    routes : RouteSet, optional
        Of the same network, disruptions and pairs, where only amounts or tastes differ: they are
        not searched again.
    with_frame : bool
        Whether plans will be compiled: their frame is then made while premiums are found.

    Returns
    -------
    Groundwork
        For any number of replications.

    Raises
    ------
    InputError
        If an input is at fault.
    """
    with _uncollected():
        return _laid_groundwork(scenario, inputs, routes, with_frame=with_frame)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no garbage meanwhile: all that is built stays, and looking takes a third as long."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _laid_groundwork(
    scenario: Scenario,
    inputs: tuple[Network, DemandTables] | None,
    routes: RouteSet | None,
    *,
    with_frame: bool = False,
) -> Groundwork:
    started = time.perf_counter()
    network, tables = read_inputs(scenario) if inputs is None else inputs
    read = time.perf_counter()
    od, clock = _sized_demand(network, tables, scenario)
    routes = enumerate_routes(network, od, scenario) if routes is None else routes
    constants = corridor_constants(tables, scenario)
    plain = build_choice_model(routes, constants, beta=scenario.choice.beta)
    room = service_room(network, routes) if scenario.choice.premiums else None
    frame = None

    if scenario.demand.response is not None:
        reference = _laid_groundwork(reference_of(scenario), None, None)
        costs = flow_costs(reference.od, reference.choice)
        od, choice = responded(od, plain, room, reference=costs, response=scenario.demand.response)
    elif room is not None:
        search = prepare_search(plain, od, room)
        with ThreadPoolExecutor(1) as aside:
            finding = aside.submit(search)
            if with_frame:
                frame = _plan_frame(scenario, network, routes, od)
                # Durations of plans are drawn with it, and it takes long to import.
                import_module("scipy.special")
            choice = with_premiums(plain, room, finding.result())
    else:
        choice = plain
    ground = Groundwork(
        scenario=scenario,
        network=network,
        od=od,
        clock=clock,
        choice=choice,
        timing_s={"network": read - started, "demand": time.perf_counter() - read},
    )
    if frame is not None:
        # As if it had been asked for already.
        vars(ground)["plan_frame"] = frame
    return ground


def _plan_frame(scenario: Scenario, network: Network, routes: RouteSet, od: ODTable) -> PlanFrame:
    closed = frozenset(closed_services(network, scenario))
    return PlanFrame.of(scenario, network, routes, od, closed=closed)


def build_plan(
    ground: Groundwork,
    *,
    seed: int = 1,
    replication: int = 0,
    timing_s: dict[str, float] | None = None,
) -> Plan:
    """Draw the demand of one replication and compile its plan.

    Parameters
    ----------
    ground : Groundwork
        Of the scenario.
    seed, replication : int
        Address of the draws.
    timing_s : dict, optional
        Receives the seconds spent on drawing (added to ``demand``) and on the ``plan``.

    Returns
    -------
    Plan
        Read-only.
    """
    started = time.perf_counter()
    shipments = ground.shipment_frame.draw(seed, replication)
    shipments = with_held_empties(shipments, ground.scenario)
    drawn = time.perf_counter()
    plan = compile_plan(ground.plan_frame, shipments, seed=seed, replication=replication)
    if timing_s is not None:
        timing_s["demand"] = timing_s.get("demand", 0.0) + drawn - started
        timing_s["plan"] = time.perf_counter() - drawn
    return plan


def simulate(
    scenario: Scenario,
    *,
    seed: int = 1,
    replication: int = 0,
    engine: str = "auto",
    progress: Callable[[float, str], None] | None = None,
    processes: Iterable[UserProcess] = (),
    ground: Groundwork | None = None,
    meanwhile: Callable[[Network], object] | None = None,
    keep_draws: bool = True,
) -> Results:
    """Simulate one replication of a scenario.

    Parameters
    ----------
    scenario : Scenario
        What to simulate.
    seed, replication : int
        Address of all random draws; the same pair gives the same bytes.
    engine : {"auto", "simpy", "loop", "compiled"}
        Engine, see `corridor_sim.engine.resolve_engine`; all give the same stamps. The results
        name the one that ran.
    progress : callable, optional
        Called with the share done (0 to 1) and the simulated date.
    processes : iterable of callable
        Users' own SimPy processes, see `corridor_sim.engine.Control`.
    ground : Groundwork, optional
        Of this scenario, where further replications are run; laid here if not given.
    meanwhile : callable, optional
        What else there is to do while the engine runs, on a thread of its own: the compiled engine
        leaves a core free. Is given the network of the results, is over before they are returned,
        and what it raises is raised here.
    keep_draws : bool
        Whether the plan of the results can run again. What was drawn for its visits, a tenth of
        its memory, is needed for nothing else.

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
    users = tuple(processes)
    engine = resolve_engine(engine, processes=users)
    if ground is None:
        ground = lay_groundwork(scenario, with_frame=True)
        timing_s = dict(ground.timing_s)
    else:
        timing_s = {"network": 0.0}
    network = ground.network
    ahead = None
    if engine == "compiled" and processors() > 1:
        ahead = memory_ahead(expected_shipments(ground.od, ground.clock))
    try:
        plan = build_plan(ground, seed=seed, replication=replication, timing_s=timing_s)
    except BaseException:
        if ahead is not None:
            ahead.take(0)
        raise
    # Of groundwork that was laid here nothing but the network is needed any more.
    del ground

    with ThreadPoolExecutor(1) as aside:
        begun: list[Future[object]] = []

        def tell(now: int, horizon: int) -> None:
            # Not before the engine runs: where numba is loaded beside other imports, each puts
            # back filters of warnings that the other has set.
            if meanwhile is not None and not begun:
                begun.append(aside.submit(meanwhile, network))
            if progress is not None:
                progress(now / horizon, scenario.date_at(now).isoformat())

        clock = time.perf_counter()
        log = run_engine(plan, engine=engine, progress=tell, processes=users, ahead=ahead)
        timing_s["engine"] = time.perf_counter() - clock
        if not keep_draws:
            plan = plan.without_draws()
        for doing in begun:
            doing.result()
    # Statistics and files are not needed earlier, and imported while the engine runs where `run`
    # has it do so.
    from corridor_sim.results import Results

    return Results(
        scenario=scenario,
        network=network,
        plan=plan,
        log=log,
        seed=seed,
        replication=replication,
        engine=engine,
        timing_s=timing_s,
        has_user_processes=bool(users),
    )
