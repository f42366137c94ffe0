"""Engines that run a plan and hand back the stamps of what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from corridor_sim.engine.events import EventLog
from corridor_sim.engine.reference import Control, UserProcess, run_reference
from corridor_sim.errors import CorridorSimError
from corridor_sim.plan.tables import Plan

__all__ = ["ENGINES", "Control", "EventLog", "UserProcess", "run_engine"]

ENGINES = ("simpy",)


def run_engine(
    plan: Plan,
    *,
    engine: str = "simpy",
    progress: Callable[[int, int], None] | None = None,
    processes: Iterable[UserProcess] = (),
) -> EventLog:
    """Run a plan on the engine of that name.

    Parameters
    ----------
    plan : Plan
        What to run.
    engine : str
        Name of an engine in `ENGINES`.
    progress : callable, optional
        Called once a simulated day with the second reached and the horizon.
    processes : iterable of callable
        Users' own SimPy processes.

    Returns
    -------
    EventLog
        The stamps of the run.

    Raises
    ------
    CorridorSimError
        If there is no such engine.
    """
    if engine not in ENGINES:
        allowed = ", ".join(ENGINES)
        raise CorridorSimError(f"engine '{engine}' is not known; allowed: {allowed}")
    return run_reference(plan, progress=progress, processes=processes)
