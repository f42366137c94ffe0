"""Boxes and vehicles of the loop on their way.

What cannot be hindered needs no event: free visits that follow one another are stamped ahead, and
only where somebody else may be affected (a queue, a waiting line, boxes that alight) is an event
bound. Nothing that begins at the horizon or later is stamped.
"""

from __future__ import annotations

from corridor_sim.engine import loop_columns as at
from corridor_sim.engine.events import DEPARTED
from corridor_sim.engine.loop_columns import Numbers
from corridor_sim.engine.loop_queues import (
    ask,
    first_in_line,
    free_client,
    join,
    leave_line,
    mark_service,
    schedule,
    take_client,
)
from corridor_sim.plan.tables import NEVER
from corridor_sim.rules.consolidation import convoy_vehicles, fits, may_leave
from corridor_sim.rules.ticks import duration_ticks

__all__ = [
    "alight",
    "ask_or_wait",
    "board",
    "bring",
    "call_on",
    "end_visit",
    "give_back",
    "pass_freely",
    "travel",
]


def pass_freely(
    m: Numbers,
    f: Numbers,
    log: Numbers,
    fixed: Numbers,
    visit: int,
    resource: int,
    mteu: int,
    time: int,
) -> int:
    """Stamp a visit that can never make anybody wait and return its end."""
    ticks = duration_ticks(fixed[visit], f[resource + at.RE_PER_TEU], mteu, 1.0)
    log[m[at.VI_QUEUED] + visit] = time
    log[m[at.VI_START] + visit] = time
    log[m[at.VI_END] + visit] = time + ticks
    return time + ticks


def ask_or_wait(m: Numbers, log: Numbers, client: int, time: int) -> None:
    """Let a client ask for its resource now or at a later second."""
    if time == m[at.NOW]:
        ask(m, log, client, time)
    else:
        schedule(m, time, at.ASK, client)


# -- boxes ---------------------------------------------------------------------------------------


def bring(
    m: Numbers,
    f: Numbers,
    legs: Numbers,
    log: Numbers,
    fixed: Numbers,
    places: Numbers,
    status: Numbers,
    leg: int,
    visit: int,
    time: int,
) -> None:
    """Bring a box from a visit before a leg as far as it gets without waiting.

    `time` is now, or a later second up to which nothing could hinder the box.
    """
    horizon = m[at.HORIZON]
    while time < horizon:
        mteu = legs[leg, at.LE_MTEU]
        end = legs[leg + 1, at.LE_VISIT]
        while visit < end:
            resource = m[at.RESOURCES] + places[visit] * at.N_RESOURCE
            if m[resource + at.RE_FREE] == 0:
                client = take_client(m, at.FREE_VISITOR, at.N_CLIENT)
                level = legs[leg, at.LE_CALL_LEVEL] % at.LEVELS
                queue = m[m[resource + at.RE_LEVEL] + level]
                m[client + at.CL_KIND] = at.BOX_CLIENT
                m[client + at.CL_RANK] = m[at.FIRST_BOX] + leg
                m[client + at.CL_QUEUE] = queue
                m[client + at.CL_RESOURCE] = resource
                m[client + at.CL_VISIT] = visit
                m[client + at.CL_HANDLED] = mteu
                m[client + at.CL_ROW] = leg
                ask_or_wait(m, log, client, time)
                return
            time = pass_freely(m, f, log, fixed, visit, resource, mteu, time)
            if time >= horizon:
                return
            visit += 1
        line = legs[leg, at.LE_LINE]
        if line < 0:
            log[m[at.LG_READY] + leg] = time
            return
        service = m[line + at.QU_SERVICE]
        if (
            m[service + at.SV_UNHINDERED] == 0
            or m[line + at.QU_CALL] != 0
            or not _may_leave_at_once(m, legs, leg, service)
        ):
            if time == m[at.NOW]:
                log[m[at.LG_READY] + leg] = time
                join(m, legs, leg, time)
            else:
                schedule(m, time, at.READY, leg)
            return
        time = _ride(m, f, legs, log, fixed, status, leg, service, time)
        if time < 0:
            return
        leg += 1
        visit = legs[leg, at.LE_VISIT]


def _may_leave_at_once(m: Numbers, legs: Numbers, leg: int, service: int) -> bool:
    """Ask the rule whether a vehicle of an unlimited fleet leaves as soon as the box is ready."""
    vehicles = convoy_vehicles(
        legs[leg, at.LE_MTEU],
        legs[leg, at.LE_KG],
        m[service + at.SV_CAPACITY_MTEU],
        m[service + at.SV_CAPACITY_KG],
    )
    return may_leave(NEVER, vehicles, False)


def _ride(
    m: Numbers,
    f: Numbers,
    legs: Numbers,
    log: Numbers,
    fixed: Numbers,
    status: Numbers,
    leg: int,
    service: int,
    time: int,
) -> int:
    """Take a box by a vehicle of its own that nothing can hinder.

    Returns the second at which it alights, -1 where it does not alight before the horizon.
    """
    horizon = m[at.HORIZON]
    number = legs[leg, at.LE_NUMBER]
    mteu = legs[leg, at.LE_MTEU]
    departure = m[service + at.SV_DEPARTURE] + number
    log[m[at.LG_READY] + leg] = time
    log[m[at.LG_BOARD] + leg] = time
    log[m[at.LG_DEPARTURE] + leg] = departure
    status[departure] = DEPARTED
    log[m[at.DE_TIME] + departure] = time
    log[m[at.DE_MTEU] + departure] = mteu
    log[m[at.DE_KG] + departure] = legs[leg, at.LE_KG]
    alights = legs[leg, at.LE_CALL_LEVEL] // at.LEVELS
    first, end = m[service + at.SV_STEP], m[service + at.SV_STEP_END]
    visit = m[service + at.SV_VISIT] + number * ((end - first) // at.N_STEP)
    alighted = -1
    for step in range(first, end, at.N_STEP):
        call = m[step + at.ST_CALL]
        leaves = call > 0 and call == alights
        resource = m[step + at.ST_RESOURCE]
        if resource >= 0:
            handled = mteu if call == 0 or leaves else 0
            time = pass_freely(m, f, log, fixed, visit, resource, handled, time)
        if leaves:
            alighted = time
        if time >= horizon:
            break
        visit += 1
    if alighted < 0 or alighted >= horizon:
        return -1
    log[m[at.LG_ALIGHT] + leg] = alighted
    return alighted


# -- vehicles ------------------------------------------------------------------------------------


def board(
    m: Numbers, legs: Numbers, log: Numbers, client: int, service: int, call: int, quota: int
) -> int:
    """Board in the order of rank until the first box that does not fit; return the load taken."""
    now = m[at.NOW]
    departure = m[client + at.CL_DEPARTURE]
    capacity_kg = m[service + at.SV_CAPACITY_KG]
    load_mteu, load_kg = m[client + at.CL_MTEU], m[client + at.CL_KG]
    limit_mteu = min(m[service + at.SV_CAPACITY_MTEU], load_mteu + quota)
    boarded = 0
    while True:
        line = first_in_line(m, service, call)
        if line < 0:
            break
        leg = m[line + at.QU_HEAD]
        mteu, kg = legs[leg, at.LE_MTEU], legs[leg, at.LE_KG]
        if not fits(load_mteu, load_kg, mteu, kg, limit_mteu, capacity_kg):
            break
        leave_line(m, legs, line)
        log[m[at.LG_BOARD] + leg] = now
        log[m[at.LG_DEPARTURE] + leg] = departure
        take_aboard(m, legs, client, leg)
        load_mteu += mteu
        load_kg += kg
        boarded += mteu
    m[client + at.CL_MTEU] = load_mteu
    m[client + at.CL_KG] = load_kg
    return boarded


def take_aboard(m: Numbers, legs: Numbers, client: int, leg: int) -> None:
    """Put a box among those that alight at the same call."""
    alights = legs[leg, at.LE_CALL_LEVEL] // at.LEVELS
    if alights < m[m[client + at.CL_ROW] + at.SV_CALLS]:
        off = client + at.N_CLIENT + alights * at.N_ABOARD
        legs[leg, at.LE_NEXT] = m[off + at.AB_HEAD]
        m[off + at.AB_HEAD] = leg
        m[off + at.AB_MTEU] += legs[leg, at.LE_MTEU]
        m[off + at.AB_KG] += legs[leg, at.LE_KG]


def travel(
    m: Numbers,
    f: Numbers,
    legs: Numbers,
    log: Numbers,
    fixed: Numbers,
    places: Numbers,
    status: Numbers,
    client: int,
    time: int,
) -> None:
    """Take a vehicle from the step it has come to as far as it gets without waiting.

    `time` is now; the steps that follow may run ahead of it.
    """
    horizon = m[at.HORIZON]
    now = m[at.NOW]
    service = m[client + at.CL_ROW]
    step = m[client + at.CL_STEP]
    visit = m[client + at.CL_VISIT]
    end = m[service + at.SV_STEP_END]
    while step < end:
        call = m[step + at.ST_CALL]
        handled = 0
        alighting = -1
        if call == 0:
            handled = m[client + at.CL_MTEU]
        elif call > 0:
            off = client + at.N_CLIENT + call * at.N_ABOARD
            alighting = m[off + at.AB_HEAD]
            if alighting >= 0:
                handled = m[off + at.AB_MTEU]
                m[client + at.CL_MTEU] -= handled
                m[client + at.CL_KG] -= m[off + at.AB_KG]
                m[off + at.AB_HEAD] = -1
        resource = m[step + at.ST_RESOURCE]
        if resource >= 0 and m[step + at.ST_ALONE] == 0:
            m[client + at.CL_STEP] = step
            m[client + at.CL_VISIT] = visit
            m[client + at.CL_QUEUE] = m[step + at.ST_QUEUE]
            m[client + at.CL_RESOURCE] = resource
            m[client + at.CL_HANDLED] = handled
            m[client + at.CL_ALIGHTING] = alighting
            ask_or_wait(m, log, client, time)
            return
        if resource >= 0:
            time = pass_freely(m, f, log, fixed, visit, resource, handled, time)
            if time >= horizon:
                return
        if alighting >= 0:
            if time > now:
                m[client + at.CL_STEP] = step
                m[client + at.CL_VISIT] = visit
                m[client + at.CL_ALIGHTING] = alighting
                schedule(m, time, at.STEPPED, client)
                return
            alight(m, f, legs, log, fixed, places, status, alighting, now)
        step += at.N_STEP
        visit += 1
    if m[service + at.SV_RETURN_POOL] < 0:
        free_client(m, service + at.SV_FREE_VEHICLE, client)
        return
    time += m[service + at.SV_TURNAROUND]
    if time > now:
        schedule(m, time, at.BACK, client)
    else:
        give_back(m, client, now)


def alight(
    m: Numbers,
    f: Numbers,
    legs: Numbers,
    log: Numbers,
    fixed: Numbers,
    places: Numbers,
    status: Numbers,
    leg: int,
    now: int,
) -> None:
    """Let the boxes of a list alight and go on."""
    while leg >= 0:
        following = legs[leg, at.LE_NEXT]
        log[m[at.LG_ALIGHT] + leg] = now
        visit = legs[leg + 1, at.LE_VISIT]
        bring(m, f, legs, log, fixed, places, status, leg + 1, visit, now)
        leg = following


def give_back(m: Numbers, client: int, now: int) -> None:
    """Put the vehicles of a journey that has ended into their pool."""
    service = m[client + at.CL_ROW]
    pool = m[service + at.SV_RETURN_POOL]
    vehicles = m[client + at.CL_VEHICLES]
    first, room, entries = m[pool + at.PO_RING], m[pool + at.PO_ROOM], m[pool + at.PO_ENTRIES]
    last = first + (m[pool + at.PO_FIRST] + entries - 1) % room * at.N_RING
    if entries > 0 and m[last + at.RI_SINCE] == now:
        m[last + at.RI_VEHICLES] += vehicles
    else:
        place = first + (m[pool + at.PO_FIRST] + entries) % room * at.N_RING
        m[place + at.RI_SINCE] = now
        m[place + at.RI_VEHICLES] = vehicles
        m[pool + at.PO_ENTRIES] = entries + 1
    m[pool + at.PO_VEHICLES] += vehicles
    for user in range(m[pool + at.PO_USER], m[pool + at.PO_USER_END]):
        mark_service(m, m[user])
    free_client(m, service + at.SV_FREE_VEHICLE, client)


# -- background ----------------------------------------------------------------------------------


def call_on(m: Numbers, log: Numbers, vessel: int, now: int) -> None:
    """Let a background vessel ask for its next visit."""
    resource = m[vessel + at.VE_RESOURCE]
    queue = m[vessel + at.VE_QUEUE]
    if m[vessel + at.VE_DIRECTION] != 0 and m[resource + at.RE_LOCK] >= 0:
        queue += m[resource + at.RE_QUEUE_UP] - m[resource + at.RE_QUEUE]
    client = take_client(m, at.FREE_VISITOR, at.N_CLIENT)
    m[client + at.CL_KIND] = at.VESSEL_CLIENT
    m[client + at.CL_RANK] = m[vessel + at.VE_RANK]
    m[client + at.CL_QUEUE] = queue
    m[client + at.CL_RESOURCE] = resource
    m[client + at.CL_VISIT] = m[at.FIRST_BACKGROUND_VISIT] + m[vessel + at.VE_VISIT]
    m[client + at.CL_HANDLED] = 0
    m[client + at.CL_ROW] = vessel
    ask(m, log, client, now)


# -- the end of a visit --------------------------------------------------------------------------


def end_visit(
    m: Numbers,
    f: Numbers,
    legs: Numbers,
    log: Numbers,
    fixed: Numbers,
    places: Numbers,
    status: Numbers,
    client: int,
    now: int,
) -> None:
    """Let whoever has ended a visit go on; its server is free already."""
    kind = m[client + at.CL_KIND]
    row = m[client + at.CL_ROW]
    if kind == at.VEHICLE_CLIENT:
        alighting = m[client + at.CL_ALIGHTING]
        alight(m, f, legs, log, fixed, places, status, alighting, now)
        m[client + at.CL_STEP] += at.N_STEP
        m[client + at.CL_VISIT] += 1
        travel(m, f, legs, log, fixed, places, status, client, now)
    elif kind == at.BOX_CLIENT:
        visit = m[client + at.CL_VISIT] + 1
        free_client(m, at.FREE_VISITOR, client)
        bring(m, f, legs, log, fixed, places, status, row, visit, now)
    else:
        free_client(m, at.FREE_VISITOR, client)
        m[row + at.VE_DIRECTION] = 1 - m[row + at.VE_DIRECTION]
        visit = m[row + at.VE_VISIT] + 1
        if visit < m[row + at.VE_VISIT_END]:
            m[row + at.VE_VISIT] = visit
            time = now + m[m[at.GAPS] + visit]
            if time > now:
                schedule(m, time, at.CALL_ON, row)
            else:
                call_on(m, log, row, now)
