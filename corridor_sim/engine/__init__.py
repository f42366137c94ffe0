"""Engines that run a plan and hand back the stamps of what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.util import find_spec
from typing import TYPE_CHECKING

from corridor_sim.engine.control import Control, UserProcess
from corridor_sim.engine.events import EventLog
from corridor_sim.engine.reference import run_reference
from corridor_sim.errors import CorridorSimError
from corridor_sim.plan.tables import Plan

if TYPE_CHECKING:
    from corridor_sim.engine.loop_memory import Ahead

__all__ = [
    "ENGINES",
    "Control",
    "EventLog",
    "UserProcess",
    "memory_ahead",
    "resolve_engine",
    "run_engine",
]

# `simpy` is the reference; `compiled` gives the same stamps far faster; `loop` is `compiled` before
# it is compiled, for tests and for a look inside.
ENGINES = ("auto", "simpy", "loop", "compiled")

# Fewer are over before another thread has begun. The baseline takes 306 bytes for each.
_FEW_SHIPMENTS = 50_000
_BYTES_PER_SHIPMENT = 256


def resolve_engine(engine: str = "auto", *, processes: Iterable[UserProcess] = ()) -> str:
    """Return the engine that runs when `engine` is asked for.

    Parameters
    ----------
    engine : str
        Name of an engine in `ENGINES`. ``auto`` takes ``compiled``, or ``simpy`` where users'
        processes are given or numba is not installed.
    processes : iterable of callable
        Users' own SimPy processes.

    Returns
    -------
    str
        ``simpy``, ``loop`` or ``compiled``.

    Raises
    ------
    CorridorSimError
        If there is no such engine, it cannot run users' processes, or numba is not installed.
    """
    if engine not in ENGINES:
        allowed = ", ".join(ENGINES)
        raise CorridorSimError(f"engine '{engine}' is not known; allowed: {allowed}")
    wants_simpy = bool(tuple(processes))
    has_numba = find_spec("numba") is not None
    if engine == "auto":
        return "simpy" if wants_simpy or not has_numba else "compiled"
    if wants_simpy and engine != "simpy":
        raise CorridorSimError(
            f"engine '{engine}' cannot run processes of your own, which are SimPy generators: "
            "use engine 'simpy' or 'auto'"
        )
    if engine == "compiled" and not has_numba:
        raise CorridorSimError(
            "engine 'compiled' needs numba, which is not installed: install it "
            "(pip install numba), or use engine 'simpy' or 'auto'"
        )
    return engine


def run_engine(
    plan: Plan,
    *,
    engine: str = "auto",
    progress: Callable[[int, int], None] | None = None,
    processes: Iterable[UserProcess] = (),
    ahead: Ahead | None = None,
) -> EventLog:
    """Run a plan. Every engine gives the same stamps, bit for bit.

    Parameters
    ----------
    plan : Plan
        What to run.
    engine : str
        Name of an engine in `ENGINES`, see `resolve_engine`.
    progress : callable, optional
        Called with the second reached and the horizon once a simulated day; by the compiled engine
        a few dozen times in a run that has more days.
    processes : iterable of callable
        Users' own SimPy processes.
    ahead : Ahead, optional
        From `memory_ahead`.

    Returns
    -------
    EventLog
        The stamps of the run.

    Raises
    ------
    CorridorSimError
        If there is no such engine, it cannot run users' processes, numba is not installed, the plan
        is too large for the arrays of the loop, or it has lost its draws.
    """
    processes = tuple(processes)
    engine = resolve_engine(engine, processes=processes)
    if not plan.has_draws:
        raise CorridorSimError(
            "the plan has run and keeps no draws, so that it cannot run again: build it anew with "
            "`build_plan`, or simulate with `keep_draws=True`"
        )
    if engine == "simpy":
        return run_reference(plan, progress=progress, processes=processes)
    # Imported when used: other engines and commands do without.
    from corridor_sim.engine.loop import run_loop

    if engine == "loop":
        return run_loop(plan, progress=progress, ahead=ahead)
    from corridor_sim.engine.jit import call_compiled

    return run_loop(plan, progress=progress, call=call_compiled, ahead=ahead)


def memory_ahead(shipments: float) -> Ahead | None:
    """Begin to get memory ready for the compiled engine, on a thread of its own.

    Parameters
    ----------
    shipments : float
        About so many will be simulated.

    Returns
    -------
    Ahead or None
        None where it is not worth it.
    """
    if shipments < _FEW_SHIPMENTS:
        return None
    from corridor_sim.engine.loop_memory import Ahead

    return Ahead(int(shipments) * _BYTES_PER_SHIPMENT)
