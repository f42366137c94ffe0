"""The event loop over arrays: the engine that is compiled.

It does what the SimPy engine does, stamp for stamp (the contract is in `engine.events`), and calls
the same rules. Everything here is plain Python over arrays of numbers, so that it runs as it
stands, slowly, and `engine.jit` compiles it as it stands.
"""

from __future__ import annotations

from collections.abc import Callable

from corridor_sim.engine import loop_columns as at
from corridor_sim.engine.events import EventLog
from corridor_sim.engine.loop_columns import Numbers
from corridor_sim.engine.loop_dispatch import service_pass
from corridor_sim.engine.loop_journeys import bring, call_on, end_visit, give_back
from corridor_sim.engine.loop_queues import ask, heap_pop, join, mark_resource, mark_service
from corridor_sim.engine.loop_resources import (
    apply_capacity,
    end_lockage,
    free_server,
    resource_pass,
)
from corridor_sim.engine.loop_state import State, build_state, collect_log
from corridor_sim.plan.tables import Plan

__all__ = ["Slice", "run_loop", "run_slice"]

_DAY = 86_400

# `run_slice` or its compiled form.
Slice = Callable[..., None]


def run_slice(
    m: Numbers,
    f: Numbers,
    known: Numbers,
    legs: Numbers,
    log: Numbers,
    fixed: Numbers,
    places: Numbers,
    takes: Numbers,
    status: Numbers,
    lockages: Numbers,
    until: int,
) -> None:
    """Run all instants before `until`.

    Parameters
    ----------
    m, f : (n,) int64 and float64
        The block of state, see `loop_columns`, and the same memory as real numbers.
    known : (n,) int64
        Events known from the start, in the order of time, and one later than all others.
    legs : (L + 1, N_LEG) int32
        Legs.
    log : (n,) int64
        Stamps.
    fixed, places, takes : (V,) float64, int32, int8
        Drawn seconds, resource and chamber's take of each visit, as in the plan.
    status : (D,) int8
        Status of each departure.
    lockages : (n, N_LOCKAGE) int64
        Lockages in the order of start.
    until : int
        Second.

    Raises
    ------
    OverflowError
        If there is no room left for events, clients or lockages.
    """
    heap = m[at.HEAP]
    while True:
        key = known[m[at.N_KNOWN]]
        if m[at.N_HEAP] > 0 and m[heap] < key:
            key = m[heap]
        now = key >> at.TIME_SHIFT
        if now >= until:
            return
        m[at.NOW] = now
        end = now + 1 << at.TIME_SHIFT
        while True:
            if known[m[at.N_KNOWN]] < end:
                key = known[m[at.N_KNOWN]]
                m[at.N_KNOWN] += 1
            elif m[at.N_HEAP] > 0 and m[heap] < end:
                key = heap_pop(m)
            else:
                break
            row = key & at.ID_MASK
            kind = key >> at.ID_BITS & at.KIND_MASK
            if kind == at.DONE:
                free_server(m, row)
                end_visit(m, f, legs, log, fixed, places, status, row, now)
            elif kind == at.RELEASE:
                visit = legs[row, at.LE_VISIT]
                bring(m, f, legs, log, fixed, places, status, row, visit, now)
            elif kind == at.READY:
                log[m[at.LG_READY] + row] = now
                join(m, legs, row, now)
            elif kind == at.STEPPED:
                end_visit(m, f, legs, log, fixed, places, status, row, now)
            elif kind == at.ASK:
                ask(m, log, row, now)
            elif kind == at.CALL_ON:
                call_on(m, log, row, now)
            elif kind == at.SLOT:
                _slot_due(m, row)
            elif kind == at.THROUGH:
                end_lockage(m, f, legs, log, fixed, places, status, row)
            elif kind == at.BACK:
                give_back(m, row, now)
            elif kind == at.WAKE:
                if m[row + at.SV_WAKE] == now:
                    m[row + at.SV_WAKE] = -1
                    mark_service(m, row)
            elif kind == at.CAPACITY:
                apply_capacity(m, f, row)
            else:
                mark_resource(m, m[row + at.LO_RESOURCE])
        service_pass(m, f, legs, log, fixed, places, status)
        resource_pass(m, f, legs, log, fixed, takes, lockages)


def _slot_due(m: Numbers, service: int) -> None:
    """Let the next timetable slot of a service wait for its departure."""
    place = m[service + at.SV_OVERDUE_END]
    m[place] = m[service + at.SV_NEXT_SLOT]
    m[service + at.SV_OVERDUE_END] = place + 1
    m[service + at.SV_NEXT_SLOT] += 1
    mark_service(m, service)


def run_loop(
    plan: Plan,
    *,
    progress: Callable[[int, int], None] | None = None,
    compiled: Slice | None = None,
    room: int = 1 << 16,
) -> EventLog:
    """Run a plan on the loop.

    Parameters
    ----------
    plan : Plan
        What to run.
    progress : callable, optional
        Called once a simulated day with the second reached and the horizon.
    compiled : callable, optional
        Compiled form of `run_slice`; without it the loop runs as plain Python.
    room : int
        Clients, events and lockages for which there is room at first. Where it does not suffice
        the run begins anew with twice the room.

    Returns
    -------
    EventLog
        The stamps of the run.
    """
    while True:
        state = build_state(plan, room=room)
        try:
            _run_slices(state, plan.horizon, progress, compiled)
        except OverflowError:
            room *= 2
        else:
            return collect_log(state)


def _run_slices(
    state: State,
    horizon: int,
    progress: Callable[[int, int], None] | None,
    compiled: Slice | None,
) -> None:
    arguments: tuple[Numbers, ...] = state
    if compiled is None:
        arguments = tuple(memoryview(array) for array in arguments)
    run: Slice = compiled or run_slice
    for until in (*range(_DAY, horizon, _DAY), horizon):
        run(*arguments, until)
        if progress is not None:
            progress(until, horizon)
