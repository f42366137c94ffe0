"""Which engine runs, what it refuses, and that it can be followed and stopped."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import simpy

import corridor_sim.engine as engines
from corridor_sim.cli.run import run as run_command
from corridor_sim.engine import Control, resolve_engine, run_engine
from corridor_sim.engine.loop import run_loop
from corridor_sim.engine.reference import run_reference
from corridor_sim.errors import CorridorSimError
from corridor_sim.plan.tables import ON_DEMAND, Plan
from tests.engine.plans import DAY, Resource, Service, Shipment, Vessel, make_plan
from tests.engine.random_plans import HORIZON, random_plan, random_spec


def closing_desk(env: simpy.Environment, control: Control) -> Generator[Any, Any, None]:
    yield env.timeout(10)
    control.set_servers("desk", 0)


def desk_plan() -> Plan:
    boxes = [Shipment(5, ["desk"]), Shipment(6, ["desk"])]
    return make_plan({"desk": Resource(servers=1, fixed_s=10.0)}, {}, boxes)


@pytest.mark.parametrize("name", ["numba", "", "SimPy"])
def test_unknown_engine_is_refused(name: str) -> None:
    with pytest.raises(CorridorSimError, match="allowed: auto, simpy, loop, compiled"):
        run_engine(desk_plan(), engine=name)


def test_auto_is_compiled_unless_users_processes_are_given() -> None:
    assert resolve_engine() == "compiled"
    assert resolve_engine("auto", processes=[closing_desk]) == "simpy"
    assert resolve_engine("loop") == "loop"


def test_auto_without_numba_is_simpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda _: None)
    assert resolve_engine("auto") == "simpy"
    with pytest.raises(CorridorSimError, match=r"needs numba.*install it"):
        resolve_engine("compiled")


@pytest.mark.parametrize("name", ["loop", "compiled"])
def test_users_processes_are_refused_where_they_cannot_run(name: str) -> None:
    with pytest.raises(CorridorSimError, match=f"'{name}' cannot run processes.*'simpy' or 'auto'"):
        run_engine(desk_plan(), engine=name, processes=[closing_desk])


def test_users_processes_run_under_auto() -> None:
    log = run_engine(desk_plan(), processes=iter([closing_desk]))
    assert log.visit_start.tolist() == [5, -1]


def test_progress_tells_each_day_and_may_stop_the_run(engine: str) -> None:
    plan = make_plan({"desk": Resource()}, {}, [], horizon=2 * DAY + 5)
    told: list[tuple[int, int]] = []
    run_engine(plan, engine=engine, progress=lambda *now: told.append(now))
    assert told == [(DAY, plan.horizon), (2 * DAY, plan.horizon), (plan.horizon, plan.horizon)]

    def stop(_now: int, _horizon: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_engine(plan, engine=engine, progress=stop)


def test_a_run_that_outgrows_its_room_begins_anew() -> None:
    plan = random_plan(5)
    assert run_loop(plan, room=2).digest() == run_reference(plan).digest()


def test_plan_beyond_the_loops_numbers_is_refused() -> None:
    plan = replace(desk_plan(), horizon=2**30)
    with pytest.raises(CorridorSimError, match=r"1073741824 seconds simulated.*use engine 'simpy'"):
        run_engine(plan, engine="loop")


def test_empty_plan(engine: str) -> None:
    plan = make_plan({"desk": Resource()}, {}, [])
    assert run_engine(plan, engine=engine).digest() == run_reference(plan).digest()


def test_times_beyond_the_horizon_are_whole(engine: str) -> None:
    """A visit may last longer than 32 bits of seconds."""
    plan = make_plan(
        {"road": Resource(fixed_s=1e12), "desk": Resource(servers=1, fixed_s=1e12)},
        {"truck": Service(ON_DEMAND, ["@0", "road", "@1"])},
        [Shipment(7, [("truck", 0, 1)])],
        vessels=[Vessel("desk", [3])],
    )
    log = run_engine(plan, engine=engine)
    assert log.visit_end.tolist() == [-1, 10**12 + 7, -1, 10**12 + 3]


@pytest.mark.parametrize("name", ["loop", "compiled"])
def test_engines_agree_on_a_larger_plan(name: str) -> None:
    """Fifty random plans side by side: thousands of boxes, hundreds of resources and services."""
    resources: dict[str, Resource] = {}
    services: dict[str, Service] = {}
    boxes: list[Shipment] = []
    vessels: list[Vessel] = []
    pools: dict[str, int] = {}
    for seed in range(50):
        part = random_spec(seed, prefix=f"{seed * 37 % 50:02}_")
        resources |= part[0]
        services |= part[1]
        boxes += part[2]
        vessels += part[3]
        pools |= part[4]
    # Their boxes go on by services of the next plan.
    for number, box in enumerate(boxes[:-100]):
        onward = next((leg for leg in boxes[number + 100].way if isinstance(leg, tuple)), None)
        if onward is not None:
            box.way.append(onward)
    plan = make_plan(resources, services, boxes, vessels=vessels, pools=pools, horizon=HORIZON)
    log = run_engine(plan, engine=name)
    assert log.digest() == run_reference(plan).digest()
    assert log.n_events(plan) > 15_000
    assert np.count_nonzero(log.leg_board >= 0) > 2000


def test_command_line_names_the_engines() -> None:
    option = next(option for option in run_command.params if option.name == "engine")
    assert tuple(option.type.choices) == engines.ENGINES  # type: ignore[attr-defined]
    assert option.default == "auto"


def test_engines_are_imported_without_numba() -> None:
    code = (
        "import sys, corridor_sim.cli, corridor_sim.engine, corridor_sim.simulation; "
        "sys.exit('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
