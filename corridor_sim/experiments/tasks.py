"""One replication as a pure function of resolved scenario, seed and replication.

What replications of a scenario share is laid once in a process, before workers are forked from it
or by the first that needs it, and kept under the name of scenario and tables.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from corridor_sim import simulation
from corridor_sim.experiments.rows import MAIN, tables_of, to_bytes, with_columns
from corridor_sim.results import Results
from corridor_sim.scenario import Scenario

__all__ = ["Outcome", "Task", "forget", "prepare", "run_task"]

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


@dataclass
class _Grounds:
    """Groundwork of this process by name."""

    laid: OrderedDict[str, simulation.Groundwork] = field(default_factory=OrderedDict)
    room: int = _PASSING
    lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, name: str, scenario: Scenario) -> simulation.Groundwork:
        # Threads wait for the first of them: laying it twice would take longer.
        with self.lock:
            if name not in self.laid:
                self.laid[name] = simulation.lay_groundwork(scenario)
            self.laid.move_to_end(name)
            while len(self.laid) > self.room:
                self.laid.popitem(last=False)
            return self.laid[name]


_GROUNDS = _Grounds()


def prepare(scenarios: dict[str, Scenario]) -> None:
    """Lay the groundwork of scenarios by name of scenario and tables; all other is forgotten."""
    forget()
    _GROUNDS.room = max(len(scenarios), _PASSING)
    for name, scenario in scenarios.items():
        _GROUNDS.of(name, scenario)


def forget() -> None:
    """Let go of what `prepare` has laid."""
    _GROUNDS.laid.clear()
    _GROUNDS.room = _PASSING


def run_task(task: Task) -> Outcome:
    """Run one replication and return what is kept of it."""
    began = time.perf_counter()
    ground = _GROUNDS.of(task.ground_key, task.scenario)
    tables = tables_of(
        _simulated(task, ground), ground, key=task.key, number=task.number, keep=task.keep
    )
    tables[MAIN] = with_columns(tables[MAIN], task.columns)
    return Outcome(
        {name: to_bytes(table) for name, table in tables.items()}, time.perf_counter() - began
    )


def _simulated(task: Task, ground: simulation.Groundwork) -> Results:
    return simulation.simulate(
        task.scenario, seed=task.seed, replication=task.replication, ground=ground
    )
