"""Running the missing replications of one or several stores, and when to stop."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from corridor_sim.errors import Fault, InputError, nearest, shorten
from corridor_sim.experiments.executors import Executor, call_all
from corridor_sim.experiments.intervals import Interval, student
from corridor_sim.experiments.rows import MAIN, from_bytes
from corridor_sim.experiments.store import Store
from corridor_sim.experiments.tasks import Outcome, Task, forget, prepare, run_task
from corridor_sim.scenario import Scenario

__all__ = ["Member", "Progress", "Stopping", "carry_out"]

#: Figure whose interval is shown while replications run.
SHOWN = "cleared_cny"


@dataclass(frozen=True)
class Member:
    """A scenario, and the store its replications go to.

    Attributes
    ----------
    name : str
        Name among the members.
    scenario : Scenario
        What is simulated.
    ground_key : str
        Name of scenario and tables together.
    seed : int
        Seed of all draws.
    store : Store
        Where rows go.
    keep : tuple of str
        Tables kept beside the summaries.
    uncertain_inputs : bool
        Whether every replication draws its uncertain inputs.
    """

    name: str
    scenario: Scenario
    ground_key: str
    seed: int
    store: Store
    keep: tuple[str, ...] = ()
    uncertain_inputs: bool = False

    def task(self, number: int) -> Task:
        """Return the task of a replication."""
        return Task(
            scenario=self.scenario,
            ground_key=self.ground_key,
            seed=self.seed,
            replication=number,
            number=number,
            store=self.name,
            keep=self.keep,
            uncertain_inputs=self.uncertain_inputs,
        )


@dataclass
class Values:
    """One figure of every replication that is there, by member and number."""

    column: str
    by_member: dict[str, dict[int, float]] = field(default_factory=dict)
    failed: dict[str, set[int]] = field(default_factory=dict)

    def take(self, member: str, number: int, value: float) -> None:
        """Note the figure of a replication.

        Parameters
        ----------
        member : str
            Name.
        number : int
            Replication.
        value : float
            Its figure.
        """
        self.by_member[member][number] = value

    def settled(self, count: int) -> bool:
        """Tell whether the first replications of every member have ended, well or not."""
        return all(
            number in values or number in self.failed[member]
            for member, values in self.by_member.items()
            for number in range(count)
        )

    def arrays(self, count: int) -> list[np.ndarray]:
        """Return the figures of the first replications, a row per member; those all have."""
        common = [n for n in range(count) if all(n in values for values in self.by_member.values())]
        return [np.array([v[n] for n in common]) for v in self.by_member.values()]


class Stopping(Protocol):
    """Says after how many replications there are enough."""

    column: str

    def enough(self, values: Values) -> int | None:
        """Return the number of replications that suffices, None as long as none is known to."""
        ...

    def wants(self, member: str, number: int) -> bool:
        """Tell whether a replication of a member is still needed.

        Parameters
        ----------
        member : str
            Name.
        number : int
            Replication.

        Returns
        -------
        bool
            False for what would be dropped.
        """
        ...

    def limit(self, member: str) -> int | None:
        """Return how many replications of a member are kept, None where all are."""
        ...


@dataclass(frozen=True)
class Progress:
    """How far a batch is.

    Attributes
    ----------
    done, total, failed : int
        Replications that have ended, all that are wanted, and those without a result.
    new : int
        Those that ended since the start of this call.
    elapsed_s : float
        Seconds since the first was handed out.
    interval : Interval
        Of the trade value so far, of the first member.
    """

    done: int
    total: int
    failed: int
    new: int
    elapsed_s: float
    interval: Interval

    @property
    def per_hour(self) -> float:
        """Replications an hour."""
        return 3600 * self.new / self.elapsed_s if self.elapsed_s > 0 else 0.0

    @property
    def left_s(self) -> float | None:
        """Seconds that are left at this rate."""
        if not self.new:
            return None
        return (self.total - self.done) * self.elapsed_s / self.new


def carry_out(
    members: Sequence[Member],
    numbers: Sequence[int],
    *,
    executor: Executor,
    stopping: Stopping | None = None,
    progress: Callable[[Progress], None] | None = None,
    task_of: Callable[[Member, int], Task] | None = None,
    call: Callable[[Task], Outcome] = run_task,
) -> int | None:
    """Run what is missing of the members' replications, number by number.

    Parameters
    ----------
    members : sequence of Member
        Each with its store.
    numbers : sequence of int
        Replications that are wanted.
    executor : Executor
        How.
    stopping : Stopping, optional
        When to stop before all are run; numbers then count from 0 without a gap.
    progress : callable, optional
        Called after every replication.
    task_of : callable, optional
        Makes the task of a number; the member's own if not given.
    call : callable
        Runs a task.

    Returns
    -------
    int or None
        Replications that `stopping` found to suffice.
    """
    values = _values_there(members, stopping.column if stopping else SHOWN)
    shown = _values_there(members[:1], SHOWN)
    by_name = {member.name: member for member in members}
    for member in members:
        member.store.holds_parts = stopping is not None
    suffices = stopping.enough(values) if stopping else None
    jobs: dict[int, Task] = {}
    ordinal = itertools.count()

    def missing() -> Iterator[Task]:
        for number in numbers:
            for member in members:
                if number in values.by_member[member.name]:
                    continue
                if stopping is None or stopping.wants(member.name, number):
                    task = task_of(member, number) if task_of else member.task(number)
                    jobs[next(ordinal)] = task
                    yield task

    total = len(numbers) * len(members)
    count = sum(number in v for v in values.by_member.values() for number in numbers)
    if count == total or suffices is not None:
        return _stopped(members, suffices, stopping)
    needed = {
        m.ground_key: m.scenario
        for m in members
        # Where every task has its own, there is nothing to share.
        if task_of is None
        and not m.uncertain_inputs
        and any(n not in values.by_member[m.name] for n in numbers)
    }
    new = 0
    began: float | None = None
    calls = call_all(call, missing(), executor=executor, prepare=(prepare, (needed,)))
    with contextlib.closing(calls):
        for done in calls:
            task = jobs.pop(done.number)
            new += 1
            if done.failure is not None:
                by_name[task.store].store.fail(task.number, done.failure)
                values.failed[task.store].add(task.number)
            else:
                outcome: Outcome = done.result
                by_name[task.store].store.add(task.number, outcome.tables, spent_s=outcome.spent_s)
                row = from_bytes(outcome.tables[MAIN])
                _refuse_unknown(values.column, row.column_names)
                values.take(task.store, task.number, _number(row[values.column][0].as_py()))
                if task.store in shown.by_member:
                    shown.take(task.store, task.number, _number(row[SHOWN][0].as_py()))
            if began is None:
                # The first has waited for what all share.
                began = time.perf_counter() - (done.result.spent_s if done.result else 0.0)
            if progress is not None:
                known = next(iter(shown.by_member.values()))
                progress(
                    Progress(
                        done=count + new,
                        total=total,
                        failed=sum(map(len, values.failed.values())),
                        new=new,
                        elapsed_s=time.perf_counter() - began,
                        interval=student([known[n] for n in sorted(known)]),
                    )
                )
            if stopping and (suffices := stopping.enough(values)) is not None:
                break
    forget()
    return _stopped(members, suffices, stopping)


def _stopped(
    members: Sequence[Member], suffices: int | None, stopping: Stopping | None
) -> int | None:
    """Drop what ran beyond what suffices: how much that is depends on who was faster."""
    for member in members:
        limit = stopping.limit(member.name) if stopping else None
        if limit is not None:
            member.store.drop(limit)
    return suffices


def _refuse_unknown(column: str, figures: Sequence[str]) -> None:
    if column not in figures:
        what = f"there is no figure '{shorten(column)}'"
        allowed = "a column of the replications, for example " + ", ".join(figures[1:4])
        raise InputError([Fault("measure", what, allowed=allowed, hint=nearest(column, figures))])


def _number(value: object) -> float:
    return float("nan") if value is None else float(value)  # type: ignore[arg-type]


def _values_there(members: Sequence[Member], column: str) -> Values:
    found = Values(column)
    for member in members:
        table = member.store.table(MAIN)
        found.failed[member.name] = set()
        found.by_member[member.name] = {}
        if table is None:
            continue
        _refuse_unknown(column, table.column_names)
        numbers = table[member.store.key].to_pylist()
        figures = map(_number, table[column].to_pylist())
        found.by_member[member.name] = dict(zip(numbers, figures, strict=True))
    return found
