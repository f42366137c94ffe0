"""Boxes and vehicles of the loop on their way.

What cannot be hindered needs no event: free visits that follow one another are stamped ahead, and
only where somebody else may be affected (a queue, a waiting line, boxes that alight) is an event
bound. Nothing that begins at the horizon or later is stamped.
"""

from __future__ import annotations

from corridor_sim.engine import loop_columns as at
from corridor_sim.engine.loop_columns import Numbers
from corridor_sim.engine.loop_queues import (
    ask,
    first_line,
    free_client,
    join,
    leave_line,
    mark_resource,
    mark_service,
    prefetch,
    schedule,
    take_client,
)
from corridor_sim.plan.tables import NEVER, ON_DEMAND
from corridor_sim.rules.boxes import back_in_stock
from corridor_sim.rules.consolidation import convoy_vehicles, fits, may_leave
from corridor_sim.rules.ticks import duration_ticks

__all__ = [
    "alight",
    "board",
    "bring",
    "call_on",
    "end_visit",
    "give_back",
    "release",
    "return_boxes",
    "start_visit",
    "take_aboard",
    "travel",
]


def start_visit(m: Numbers, h: Numbers, visit: int, time: int, ticks: int) -> int:
    """Stamp the start and the end of a visit and return the end."""
    h[visit + at.VI_START] = time
    m[visit >> 1] = time + ticks
    return time + ticks


def pass_freely(
    m: Numbers, f: Numbers, h: Numbers, visit: int, resource: int, mteu: int, time: int
) -> int:
    """Stamp a visit that can never make anybody wait and return its end."""
    ticks = duration_ticks(f[visit >> 1], f[resource + at.RE_PER_TEU], mteu, 1.0)
    h[visit + at.VI_QUEUED] = time
    return start_visit(m, h, visit, time, ticks)


def ask_or_wait(m: Numbers, h: Numbers, client: int, time: int) -> None:
    """Let a client ask for its resource now or at a later second."""
    if time == m[at.NOW]:
        ask(m, h, client, time)
    else:
        schedule(m, h, time, at.ASK, client)


# -- boxes ---------------------------------------------------------------------------------------


def release(m: Numbers, f: Numbers, h: Numbers, leg: int) -> None:
    """Let a box appear before its first leg."""
    bring(m, f, h, leg, leg + 1 + h[leg + at.LE_READY], m[at.NOW])


def bring(m: Numbers, f: Numbers, h: Numbers, leg: int, visit: int, time: int) -> None:
    """Bring a box from a visit before a leg as far as it gets without waiting.

    `time` is now, or a later second up to which nothing could hinder the box.
    """
    horizon = m[at.HORIZON]
    while time < horizon:
        mteu = h[leg + at.LE_MTEU]
        while visit < leg:
            resource = h[visit + at.VI_RESOURCE]
            if m[resource + at.RE_FREE] == 0:
                client = take_client(m, at.FREE_VISITOR, at.N_VISITOR)
                level = h[leg + at.LE_OFF_LEVEL] % at.LEVELS
                m[client + at.CL_KIND] = at.BOX_CLIENT
                m[client + at.CL_RANK] = m[at.FIRST_BOX] + leg
                m[client + at.CL_QUEUE] = m[m[resource + at.RE_LEVEL] + level]
                m[client + at.CL_RESOURCE] = resource
                m[client + at.CL_VISIT] = visit
                m[client + at.CL_HANDLED] = mteu
                m[client + at.CL_RECORD] = leg
                ask_or_wait(m, h, client, time)
                return
            time = pass_freely(m, f, h, visit, resource, mteu, time)
            if time >= horizon:
                return
            visit += at.N_VISIT
        call = h[leg + at.LE_CALL]
        if call < 0:
            h[leg + at.LE_READY] = time
            if call < NEVER:
                _deliver_boxes(m, h, leg, time)
            return
        service = m[call + at.CO_SERVICE]
        if m[call + at.CO_IS_UNHINDERED] == 0 or not _may_leave_at_once(m, h, leg, service):
            if time == m[at.NOW]:
                join(m, h, leg, time)
            else:
                schedule(m, h, time, at.READY, leg >> 1)
            return
        time = _ride(m, f, h, leg, service, time)
        if time < 0:
            return
        visit = leg + at.N_LEG + m[service + at.SV_RECORD_SIZE]
        leg += at.N_LEG + h[leg + at.LE_AFTER]


def _deliver_boxes(m: Numbers, h: Numbers, leg: int, time: int) -> None:
    """Let the boxes of a delivery stand in their pool when they are empty again."""
    back = back_in_stock(time, h[leg + at.LE_OFF_LEVEL] // at.LEVELS)
    if back == m[at.NOW]:
        return_boxes(m, h, leg)
    else:
        schedule(m, h, back, at.RETURN, leg >> 1)


def return_boxes(m: Numbers, h: Numbers, leg: int) -> None:
    """Put the boxes of a delivery into their pool."""
    resource = m[at.RESOURCES] + (NEVER - 1 - h[leg + at.LE_CALL]) * at.N_RESOURCE
    m[resource + at.RE_STOCK] += h[leg + at.LE_MTEU]
    if m[resource + at.RE_WAITING] > 0:
        mark_resource(m, resource)


def _may_leave_at_once(m: Numbers, h: Numbers, leg: int, service: int) -> bool:
    """Ask the rule whether a vehicle of an unlimited fleet leaves as soon as the box is ready."""
    vehicles = convoy_vehicles(
        h[leg + at.LE_MTEU],
        h[leg + at.LE_KG],
        m[service + at.SV_CAPACITY_MTEU],
        m[service + at.SV_CAPACITY_KG],
    )
    return may_leave(NEVER, vehicles, False)


def _ride(m: Numbers, f: Numbers, h: Numbers, leg: int, service: int, time: int) -> int:
    """Take a box by a vehicle of its own that nothing can hinder.

    Returns the second at which it alights, -1 where it does not alight before the horizon.
    """
    horizon = m[at.HORIZON]
    mteu = h[leg + at.LE_MTEU]
    alights = h[leg + at.LE_OFF_LEVEL] // at.LEVELS
    h[leg + at.LE_READY] = time
    h[leg + at.LE_BOARD] = time
    visit = leg + at.N_LEG
    alighted = -1
    for step in range(m[service + at.SV_STEP], m[service + at.SV_STEP_END], at.N_STEP):
        call = m[step + at.ST_CALL]
        leaves = call > 0 and call == alights
        resource = m[step + at.ST_RESOURCE]
        if resource >= 0:
            handled = mteu if call == 0 or leaves else 0
            time = pass_freely(m, f, h, visit, resource, handled, time)
            visit += at.N_VISIT
        if leaves:
            alighted = time
        if time >= horizon:
            break
    if alighted < 0 or alighted >= horizon:
        return -1
    h[leg + at.LE_ALIGHT] = alighted
    return alighted


# -- vehicles ------------------------------------------------------------------------------------


def board(m: Numbers, h: Numbers, client: int, call: int, quota: int) -> int:
    """Board in the order of rank until the first box that does not fit; return the load taken."""
    service = m[client + at.CL_RECORD]
    capacity_kg = m[service + at.SV_CAPACITY_KG]
    load_mteu, load_kg = m[client + at.CL_MTEU], m[client + at.CL_KG]
    limit_mteu = min(m[service + at.SV_CAPACITY_MTEU], load_mteu + quota)
    boarded = 0
    while True:
        line = first_line(m, call)
        if line < 0:
            break
        leg = m[line + at.QU_HEAD]
        mteu, kg = h[leg + at.LE_MTEU], h[leg + at.LE_KG]
        if not fits(load_mteu, load_kg, mteu, kg, limit_mteu, capacity_kg):
            break
        leave_line(m, h, call, line)
        take_aboard(m, h, client, leg)
        load_mteu += mteu
        load_kg += kg
        boarded += mteu
    m[client + at.CL_MTEU] = load_mteu
    m[client + at.CL_KG] = load_kg
    return boarded


def take_aboard(m: Numbers, h: Numbers, client: int, leg: int) -> None:
    """Stamp the boarding of a box and put it among those that alight at the same call."""
    h[leg + at.LE_BOARD] = m[at.NOW]
    h[leg + at.LE_DEPARTURE] = m[client + at.CL_DEPARTURE]
    alights = h[leg + at.LE_OFF_LEVEL] // at.LEVELS
    if alights < m[m[client + at.CL_RECORD] + at.SV_CALLS]:
        off = client + at.N_VEHICLE + alights * at.N_ABOARD
        h[leg + at.LE_NEXT] = m[off + at.AB_HEAD]
        m[off + at.AB_HEAD] = leg
        m[off + at.AB_MTEU] += h[leg + at.LE_MTEU]
        m[off + at.AB_KG] += h[leg + at.LE_KG]


def travel(m: Numbers, f: Numbers, h: Numbers, client: int, time: int) -> None:
    """Take a vehicle from the step it has come to as far as it gets without waiting.

    `time` is now; the steps that follow may run ahead of it.
    """
    horizon = m[at.HORIZON]
    now = m[at.NOW]
    service = m[client + at.CL_RECORD]
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
            off = client + at.N_VEHICLE + call * at.N_ABOARD
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
            ask_or_wait(m, h, client, time)
            return
        if resource >= 0:
            time = pass_freely(m, f, h, visit, resource, handled, time)
            if time >= horizon:
                return
            visit += at.N_VISIT
        if alighting >= 0:
            if time > now:
                m[client + at.CL_STEP] = step + at.N_STEP
                m[client + at.CL_VISIT] = visit
                m[client + at.CL_ALIGHTING] = alighting
                schedule(m, h, time, at.STEPPED, client)
                return
            alight(m, f, h, alighting, now)
        step += at.N_STEP
    if m[service + at.SV_RETURN_POOL] < 0:
        free_client(m, service + at.SV_FREE_VEHICLE, client)
        return
    time += m[service + at.SV_TURNAROUND]
    if time > now:
        schedule(m, h, time, at.BACK, client)
    else:
        give_back(m, client, now)


def alight(m: Numbers, f: Numbers, h: Numbers, leg: int, now: int) -> None:
    """Let the boxes of a list alight and go on."""
    while leg >= 0:
        following = h[leg + at.LE_NEXT]
        if following >= 0:
            prefetch(m, following >> 1)
        h[leg + at.LE_ALIGHT] = now
        visit = leg + at.N_LEG
        next_leg = visit + h[leg + at.LE_AFTER]
        service = m[h[leg + at.LE_CALL] + at.CO_SERVICE]
        if m[service + at.SV_DISPATCH] == ON_DEMAND:
            # The visits of its truck lie in between.
            visit += m[service + at.SV_RECORD_SIZE]
        bring(m, f, h, next_leg, visit, now)
        leg = following


def give_back(m: Numbers, client: int, now: int) -> None:
    """Put the vehicles of a journey that has ended into their pool."""
    service = m[client + at.CL_RECORD]
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


def call_on(m: Numbers, h: Numbers, vessel: int, now: int) -> None:
    """Let a background vessel ask for its next visit."""
    resource = m[vessel + at.VE_RESOURCE]
    queue = m[vessel + at.VE_QUEUE]
    if m[vessel + at.VE_DIRECTION] != 0 and m[resource + at.RE_LOCK] >= 0:
        queue += m[resource + at.RE_QUEUE_UP] - m[resource + at.RE_QUEUE]
    client = take_client(m, at.FREE_VISITOR, at.N_VISITOR)
    m[client + at.CL_KIND] = at.VESSEL_CLIENT
    m[client + at.CL_RANK] = m[vessel + at.VE_RANK]
    m[client + at.CL_QUEUE] = queue
    m[client + at.CL_RESOURCE] = resource
    m[client + at.CL_VISIT] = m[vessel + at.VE_VISIT]
    m[client + at.CL_HANDLED] = 0
    m[client + at.CL_RECORD] = vessel
    ask(m, h, client, now)


# -- the end of a visit --------------------------------------------------------------------------


def end_visit(m: Numbers, f: Numbers, h: Numbers, client: int, now: int) -> None:
    """Let whoever has ended a visit go on; its server is free already."""
    kind = m[client + at.CL_KIND]
    record = m[client + at.CL_RECORD]
    visit = m[client + at.CL_VISIT] + at.N_VISIT
    if kind == at.VEHICLE_CLIENT:
        m[client + at.CL_STEP] += at.N_STEP
        m[client + at.CL_VISIT] = visit
        alight(m, f, h, m[client + at.CL_ALIGHTING], now)
        travel(m, f, h, client, now)
    elif kind == at.BOX_CLIENT:
        free_client(m, at.FREE_VISITOR, client)
        bring(m, f, h, record, visit, now)
    else:
        free_client(m, at.FREE_VISITOR, client)
        m[record + at.VE_DIRECTION] = 1 - m[record + at.VE_DIRECTION]
        if visit < m[record + at.VE_VISIT_END]:
            m[record + at.VE_VISIT] = visit
            gap = h[visit + at.VI_GAP]
            if gap > 0:
                schedule(m, h, now + gap, at.CALL_ON, record)
            else:
                call_on(m, h, record, now)
