"""The event loop over arrays: the engine that is compiled.

It does what the SimPy engine does, stamp for stamp (the contract is in `engine.events`), and calls
the same rules. Everything here is plain Python over arrays of numbers, so that it runs as it
stands, slowly, and `engine.jit` compiles it as it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridor_sim.engine import loop_columns as at
from corridor_sim.engine.events import EventLog
from corridor_sim.engine.loop_columns import Numbers
from corridor_sim.engine.loop_dispatch import service_pass
from corridor_sim.engine.loop_journeys import (
    alight,
    call_on,
    end_visit,
    give_back,
    release,
    return_boxes,
    travel,
)
from corridor_sim.engine.loop_layout import lay_out, read_off
from corridor_sim.engine.loop_memory import Ahead, Memory, unwritten
from corridor_sim.engine.loop_queues import (
    ask,
    heap_pop,
    join,
    mark_resource,
    mark_service,
    open_bucket,
    prefetch,
)
from corridor_sim.engine.loop_resources import (
    apply_capacity,
    end_lockage,
    free_server,
    resource_pass,
)
from corridor_sim.engine.loop_state import (
    Columns,
    build_memory,
    list_known_events,
    plan_columns,
)
from corridor_sim.plan.tables import NEVER, Plan

__all__ = ["Call", "run_loop", "run_slice"]

_DAY = 86_400
# A compiled day takes a millisecond; between two of them another thread may hold the interpreter's
# lock for longer.
_MOST_TOLD = 24
# So many legs are read off before their records are forgotten.
_READ_AT_ONCE = 2**16

Call = Callable[..., None]


def run_slice(m: Numbers, f: Numbers, h: Numbers, until: int) -> None:
    """Run all instants before `until`.

    Parameters
    ----------
    m, f, h : (n,) int64, (n,) float64, (2 n,) int32
        One block of memory, see `loop_columns`.
    until : int
        Second.

    Raises
    ------
    OverflowError
        If there is no room left for events, clients or lockages.
    """
    heap = m[at.HEAP]
    while True:
        key = m[m[at.KNOWN]]
        if m[at.N_HEAP] > 0 and m[heap] < key:
            key = m[heap]
        now = key >> at.TIME_SHIFT
        if now >= m[at.SOON]:
            if m[at.SOON] >= until:
                return
            open_bucket(m, h)
            continue
        if now >= until:
            return
        m[at.NOW] = now
        end = now + 1 << at.TIME_SHIFT
        while True:
            if m[m[at.KNOWN]] < end:
                key = m[m[at.KNOWN]]
                m[at.KNOWN] += 1
            elif m[at.N_HEAP] > 0 and m[heap] < end:
                key = heap_pop(m)
            else:
                break
            prefetch(m, m[m[at.KNOWN] + at.KNOWN_AHEAD] & at.ID_MASK)
            place = key & at.ID_MASK
            kind = key >> at.ID_BITS & at.KIND_MASK
            if kind == at.DONE:
                free_server(m, place)
                end_visit(m, f, h, place, now)
            elif kind == at.RELEASE:
                release(m, f, h, place << 1)
            elif kind == at.READY:
                join(m, h, place << 1, now)
            elif kind == at.STEPPED:
                alight(m, f, h, m[place + at.CL_ALIGHTING], now)
                travel(m, f, h, place, now)
            elif kind == at.ASK:
                ask(m, h, place, now)
            elif kind == at.CALL_ON:
                call_on(m, h, place, now)
            elif kind == at.SLOT:
                _slot_due(m, place)
            elif kind == at.THROUGH:
                end_lockage(m, f, h, place)
            elif kind == at.BACK:
                give_back(m, place, now)
            elif kind == at.WAKE:
                if m[place + at.SV_WAKE] == now:
                    m[place + at.SV_WAKE] = -1
                    mark_service(m, place)
            elif kind == at.CAPACITY:
                apply_capacity(m, f, place)
            elif kind == at.RETURN:
                return_boxes(m, h, place << 1)
            else:
                mark_resource(m, m[place + at.LO_RESOURCE])
        if m[at.N_DUE_SERVICES] > 0:
            service_pass(m, f, h)
        if m[at.N_DUE_RESOURCES] > 0:
            resource_pass(m, f, h)


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
    call: Call | None = None,
    room: int | None = None,
    ahead: Ahead | None = None,
) -> EventLog:
    """Run a plan on the loop.

    Parameters
    ----------
    plan : Plan
        What to run.
    progress : callable, optional
        Called with the second reached and the horizon once a simulated day; where the loop is
        compiled, a few dozen times in a run that has more days.
    call : callable, optional
        Calls the compiled form of a function with its arguments; without it the loop runs as
        plain Python.
    room : int, optional
        Clients and pending events for which there is room at first. Where it does not suffice the
        run begins anew with twice the room; room never used costs nothing.
    ahead : Ahead, optional
        Memory that is ready.

    Returns
    -------
    EventLog
        The stamps of the run.
    """
    days = 1 if call is None else max(plan.horizon // (_MOST_TOLD * _DAY), 1)
    step = days * _DAY
    call = call or _call_plainly
    columns = plan_columns(plan)
    if room is None:
        room = (1 << 16) + (len(columns.box_mteu) + len(plan.background.resource)) // 8
    while True:
        memory = build_memory(plan, room=room, ahead=ahead)
        first_legs = np.full(len(columns.box_mteu), NEVER, dtype=np.int64)
        call(lay_out, *memory.arrays, *columns, first_legs)
        list_known_events(plan, memory.m, first_legs)
        try:
            for until in (*range(step, plan.horizon, step), plan.horizon):
                call(run_slice, *memory.arrays, until)
                if progress is not None:
                    progress(until, plan.horizon)
        except OverflowError:
            room *= 2
        else:
            return _collect_log(plan, memory, columns, call)


def _call_plainly(function: Callable[..., None], *arguments: Any) -> None:
    """Call a function as it stands, with memory views, which give plain integers."""
    function(*(a.data if isinstance(a, np.ndarray) else a for a in arguments))


def _empty_log(plan: Plan) -> EventLog:
    """Return a log whose legs and visits are still to be written, each of them once."""

    def none() -> NDArray[np.int64]:
        return np.empty(0, dtype=np.int64)

    legs, visits, departures = plan.n_legs, plan.n_visits, plan.n_departures
    return EventLog(
        leg_ready=unwritten(legs, np.int32),
        leg_board=unwritten(legs, np.int32),
        leg_alight=unwritten(legs, np.int32),
        leg_departure=unwritten(legs, np.int32),
        visit_queued=unwritten(visits, np.int32),
        visit_start=unwritten(visits, np.int32),
        visit_end=unwritten(visits, np.int64),
        departure_status=np.zeros(departures, dtype=np.int8),
        departure_time=np.full(departures, NEVER, dtype=np.int32),
        departure_mteu=np.zeros(departures, dtype=np.int64),
        departure_kg=np.zeros(departures, dtype=np.int64),
        lockage_resource=none(),
        lockage_chamber=none(),
        lockage_direction=none(),
        lockage_vessels=none(),
        lockage_start=none(),
        lockage_end=none(),
    )


def _collect_log(plan: Plan, memory: Memory, columns: Columns, call: Call) -> EventLog:
    log = _empty_log(plan)
    for row in range(0, max(plan.n_legs, 1), _READ_AT_ONCE):
        call(
            read_off,
            memory.m,
            memory.h,
            row,
            min(row + _READ_AT_ONCE, plan.n_legs),
            columns.leg_service,
            columns.leg_number,
            columns.leg_visit_first,
            columns.departure_first,
            columns.service_visit_first,
            columns.step_first,
            columns.step_resource,
            columns.background_first,
            log.leg_ready,
            log.leg_board,
            log.leg_alight,
            log.leg_departure,
            log.visit_queued,
            log.visit_start,
            log.visit_end,
            log.departure_status,
            log.departure_time,
            log.departure_mteu,
            log.departure_kg,
        )
        memory.forget(int(memory.m[at.RECORDS]), int(memory.m[at.READ]) // 2)
    m = memory.m
    first, size = m[at.LOCKAGES], m[at.N_LOCKAGES] * at.N_LOCKAGE
    lockages = m[first : first + size].reshape(-1, at.N_LOCKAGE)
    log.lockage_resource = (lockages[:, at.LK_RESOURCE] - m[at.RESOURCES]) // at.N_RESOURCE
    log.lockage_chamber = lockages[:, at.LK_CHAMBER].copy()
    log.lockage_direction = lockages[:, at.LK_DIRECTION].copy()
    log.lockage_vessels = lockages[:, at.LK_VESSELS].copy()
    log.lockage_start = lockages[:, at.LK_START].copy()
    log.lockage_end = lockages[:, at.LK_END].copy()
    log.box_stock = m[m[at.RESOURCES] + plan.boxes.resource * at.N_RESOURCE + at.RE_STOCK]
    return log
