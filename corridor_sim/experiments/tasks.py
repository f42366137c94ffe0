"""One replication as a pure function of resolved scenario, seed and replication.

What replications of a scenario share is laid once in a process, before workers are forked from it
or by the first that needs it, and kept under the name of scenario and tables.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

import pyarrow as pa

from corridor_sim import simulation
from corridor_sim.demand.tables import DemandTables
from corridor_sim.experiments.rows import MAIN, tables_of, to_bytes, with_columns
from corridor_sim.experiments.uncertainty import (
    UncertainInput,
    draw,
    uncertain_inputs,
    with_drawn_inputs,
)
from corridor_sim.network import Network
from corridor_sim.scenario import Scenario

__all__ = ["TWIN_EVERY", "Outcome", "Task", "forget", "prepare", "run_task"]

#: Of how many replications with drawn inputs one has a twin.
TWIN_EVERY = 2
# Address of the draws of twins, far from those of any replication.
_TWIN = 10**9
# Scenarios whose groundwork is kept although nobody said that it will be needed again.
_PASSING = 2


@dataclass(frozen=True)
class Task:
    """A replication to be run.

    Attributes
    ----------
    scenario : Scenario
        What to simulate.
    ground_key : str
        Name of scenario and tables together.
    seed, replication : int
        Address of the draws.
    number : int
        Row in the store it goes to.
    key : str
        Name of the column of these numbers.
    store : str
        Name of the store.
    keep : tuple of str
        Tables kept beside the summaries.
    uncertain_inputs : bool
        Whether inputs that are not well known are drawn.
    columns : tuple of tuple
        Names and values that stand in the row after its number.
    """

    scenario: Scenario
    ground_key: str
    seed: int
    replication: int
    number: int
    key: str = "replication"
    store: str = ""
    keep: tuple[str, ...] = ()
    uncertain_inputs: bool = False
    columns: tuple[tuple[str, float | str], ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What came of a task.

    Attributes
    ----------
    tables : dict of str to bytes
        Arrow streams by name of table.
    spent_s : float
        Seconds it took; never part of the tables.
    """

    tables: dict[str, bytes]
    spent_s: float


@dataclass(frozen=True)
class _Inputs:
    """Tables of a scenario, and which of their values are not well known."""

    network: Network
    demand: DemandTables
    inputs: list[UncertainInput]

    @classmethod
    def of(cls, scenario: Scenario) -> _Inputs:
        network, demand = simulation.read_inputs(scenario)
        return cls(network, demand, uncertain_inputs(network, demand))


T = TypeVar("T")


@dataclass
class _Kept(Generic[T]):
    """What is made of scenarios once in this process, by name of scenario and tables."""

    make: Callable[[Scenario], T]
    laid: OrderedDict[str, T] = field(default_factory=OrderedDict)
    room: int = _PASSING
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, name: str, scenario: Scenario) -> T:
        # Threads wait for the first of them: making it twice would take longer.
        with self.lock:
            if name not in self.laid:
                self.laid[name] = self.make(scenario)
            self.laid.move_to_end(name)
            while len(self.laid) > self.room:
                self.laid.popitem(last=False)
            return self.laid[name]


def _lay(scenario: Scenario) -> simulation.Groundwork:
    # By its name in the module: tests of the documentation keep groundwork of their own there.
    return simulation.lay_groundwork(scenario)


_GROUNDS = _Kept(_lay)
_INPUTS = _Kept(_Inputs.of)


def prepare(scenarios: dict[str, Scenario]) -> None:
    """Lay the groundwork of scenarios by name of scenario and tables; all other is forgotten."""
    forget()
    _GROUNDS.room = max(len(scenarios), _PASSING)
    for name, scenario in scenarios.items():
        _GROUNDS.of(name, scenario)


def forget() -> None:
    """Let go of what was made of scenarios."""
    for kept in (_GROUNDS, _INPUTS):
        kept.laid.clear()
        kept.room = _PASSING


def run_task(task: Task) -> Outcome:
    """Run one replication and return what is kept of it."""
    began = time.perf_counter()
    tables = _with_drawn_inputs(task) if task.uncertain_inputs else _as_it_is(task)
    tables[MAIN] = with_columns(tables[MAIN], task.columns)
    return Outcome(
        {name: to_bytes(table) for name, table in tables.items()}, time.perf_counter() - began
    )


def _as_it_is(task: Task) -> dict[str, pa.Table]:
    ground = _GROUNDS.of(task.ground_key, task.scenario)
    return _tables(task, ground, task.replication)


def _with_drawn_inputs(task: Task) -> dict[str, pa.Table]:
    """Run a replication with inputs of its own; every other has a twin with the same inputs."""
    inputs = _INPUTS.of(task.ground_key, task.scenario)
    factors = draw(inputs.inputs, seed=task.seed, replication=task.replication)
    scenario = with_drawn_inputs(
        task.scenario, inputs.network, inputs.demand, inputs=inputs.inputs, factors=factors
    )
    drawn = replace(task, scenario=scenario)
    ground = simulation.lay_groundwork(scenario)
    tables = _tables(drawn, ground, task.replication)
    twins = tables[MAIN].slice(0, 0)
    if task.replication % TWIN_EVERY == 0:
        other = replace(drawn, keep=())
        twins = _tables(other, ground, _TWIN + task.replication)[MAIN]
    number = pa.array([task.number] * len(factors), pa.int64())
    named = pa.table({task.key: number, "input": list(factors), "factor": list(factors.values())})
    return tables | {"twins": twins, "inputs": named}


def _tables(task: Task, ground: simulation.Groundwork, replication: int) -> dict[str, pa.Table]:
    results = simulation.simulate(
        task.scenario, seed=task.seed, replication=replication, ground=ground
    )
    return tables_of(results, ground, key=task.key, number=task.number, keep=task.keep)
