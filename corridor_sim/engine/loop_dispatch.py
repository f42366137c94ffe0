"""The first half of the conditional pass of the loop: which departures leave."""

from __future__ import annotations

from corridor_sim.engine import loop_columns as at
from corridor_sim.engine.events import CANCELLED_EMPTY, CANCELLED_PENDING, DEPARTED
from corridor_sim.engine.loop_columns import Numbers
from corridor_sim.engine.loop_journeys import board, take_aboard, travel
from corridor_sim.engine.loop_queues import (
    first_line,
    leave_line,
    oldest_ready,
    schedule,
    take_client,
)
from corridor_sim.plan.tables import FILL, NEVER, TIMETABLE
from corridor_sim.rules.consolidation import (
    convoy_vehicles,
    is_fill_due,
    is_repositioning_due,
    may_leave,
    slot_is_dropped,
)
from corridor_sim.rules.ticks import local_day

__all__ = ["service_pass"]

_DAY = 86_400


def service_pass(m: Numbers, f: Numbers, h: Numbers) -> None:
    """Let the due services send off what may leave, in the order of their names."""
    count = m[at.N_DUE_SERVICES]
    m[at.N_DUE_SERVICES] = 0
    for place in range(m[at.DUE_SERVICES], m[at.DUE_SERVICES] + count):
        service = m[place]
        m[service + at.SV_DUE] = 0
        dispatch = m[service + at.SV_DISPATCH]
        if dispatch == TIMETABLE:
            _dispatch_slots(m, f, h, service)
        elif dispatch == FILL:
            _dispatch_filled(m, f, h, service)
        else:
            _dispatch_each(m, f, h, service)


def _may_leave(m: Numbers, service: int, needed: int) -> bool:
    pool = m[service + at.SV_POOL]
    vehicles = m[pool + at.PO_VEHICLES] if pool >= 0 else NEVER
    held = False
    for row in range(m[service + at.SV_HOLD], m[service + at.SV_HOLD_END]):
        if m[m[row] + at.RE_CLOSED] != 0:
            held = True
            break
    return may_leave(vehicles, needed, held)


def _dispatch_slots(m: Numbers, f: Numbers, h: Numbers, service: int) -> None:
    """Let overdue slots leave, first in first out, and give up those too many."""
    while m[service + at.SV_OVERDUE] < m[service + at.SV_OVERDUE_END]:
        number = m[m[service + at.SV_OVERDUE]]
        empty = m[service + at.SV_WAITING] == 0
        if empty and m[service + at.SV_RUNS_EMPTY] == 0:
            m[service + at.SV_OVERDUE] += 1
            _stamp(m, h, service, number, CANCELLED_EMPTY)
        elif _may_leave(m, service, 1):
            m[service + at.SV_OVERDUE] += 1
            _depart(m, f, h, service, number)
        else:
            break
    while slot_is_dropped(
        m[service + at.SV_OVERDUE_END] - m[service + at.SV_OVERDUE],
        m[service + at.SV_MAX_PENDING],
    ):
        m[service + at.SV_OVERDUE_END] -= 1
        newest = m[m[service + at.SV_OVERDUE_END]]
        _stamp(m, h, service, newest, CANCELLED_PENDING)


def _dispatch_filled(m: Numbers, f: Numbers, h: Numbers, service: int) -> None:
    """Let a service leave as long as it is due, has a vehicle and is within the day's limit."""
    now = m[at.NOW]
    max_wait = m[service + at.SV_MAX_WAIT]
    max_idle = m[service + at.SV_MAX_IDLE]
    max_per_day = m[service + at.SV_MAX_PER_DAY]
    while True:
        oldest = oldest_ready(m, h, m[service + at.SV_CALL])
        idle = _idle_since(m, m[service + at.SV_POOL])
        due = is_fill_due(
            m[service + at.SV_WAITING_MTEU],
            m[service + at.SV_WAITING_KG],
            m[service + at.SV_MIN_MTEU],
            m[service + at.SV_MIN_KG],
            oldest,
            now,
            max_wait,
        ) or is_repositioning_due(idle, now, max_idle)
        if not due:
            if oldest >= 0:
                _wake_at(m, h, service, oldest + max_wait)
            if max_idle >= 0 and idle >= 0:
                _wake_at(m, h, service, idle + max_idle)
            return
        if not _may_leave(m, service, 1):
            return
        day = local_day(now)
        if day != m[service + at.SV_DAY]:
            m[service + at.SV_DAY] = day
            m[service + at.SV_LEFT_TODAY] = 0
        left = m[service + at.SV_LEFT_TODAY]
        if left >= max_per_day:
            _wake_at(m, h, service, (day + 1) * _DAY)
            return
        _depart(m, f, h, service, day * max_per_day + left)
        m[service + at.SV_LEFT_TODAY] = left + 1


def _dispatch_each(m: Numbers, f: Numbers, h: Numbers, service: int) -> None:
    """Give each box a vehicle of its own, or a convoy, in the order of rank."""
    call = m[service + at.SV_CALL]
    while True:
        line = first_line(m, call)
        if line < 0:
            return
        leg = m[line + at.QU_HEAD]
        mteu, kg = h[leg + at.LE_MTEU], h[leg + at.LE_KG]
        vehicles = convoy_vehicles(
            mteu, kg, m[service + at.SV_CAPACITY_MTEU], m[service + at.SV_CAPACITY_KG]
        )
        if not _may_leave(m, service, vehicles):
            return
        client = _new_vehicle(m, service, h[leg + at.LE_DEPARTURE], leg + at.N_LEG)
        leave_line(m, h, call, line)
        take_aboard(m, h, client, leg)
        m[client + at.CL_MTEU] = mteu
        m[client + at.CL_KG] = kg
        _leave(m, f, h, service, client, vehicles)


def _depart(m: Numbers, f: Numbers, h: Numbers, service: int, number: int) -> None:
    """Board at the first call and send the vehicle off."""
    record = _stamp(m, h, service, number, DEPARTED)
    departure = m[service + at.SV_DEPARTURE] + number
    client = _new_vehicle(m, service, departure, record + at.N_DEPARTURE)
    board(m, h, client, m[service + at.SV_CALL], m[service + at.SV_QUOTA])
    m[record + at.DE_MTEU >> 1] = m[client + at.CL_MTEU]
    m[record + at.DE_KG >> 1] = m[client + at.CL_KG]
    _leave(m, f, h, service, client, 1)


def _new_vehicle(m: Numbers, service: int, departure: int, visit: int) -> int:
    """Return a new vehicle; `visit` is the record of its first one."""
    size = m[service + at.SV_VEHICLE_SIZE]
    client = take_client(m, service + at.SV_FREE_VEHICLE, size)
    m[client + at.CL_KIND] = at.VEHICLE_CLIENT
    m[client + at.CL_RANK] = departure
    m[client + at.CL_DEPARTURE] = departure
    m[client + at.CL_RECORD] = service
    m[client + at.CL_STEP] = m[service + at.SV_STEP]
    m[client + at.CL_VISIT] = visit
    m[client + at.CL_MTEU] = 0
    m[client + at.CL_KG] = 0
    for off in range(client + at.N_VEHICLE, client + size, at.N_ABOARD):
        m[off + at.AB_HEAD] = -1
        m[off + at.AB_MTEU] = 0
        m[off + at.AB_KG] = 0
    return client


def _leave(m: Numbers, f: Numbers, h: Numbers, service: int, client: int, vehicles: int) -> None:
    """Take vehicles out of the pool and begin the journey."""
    m[client + at.CL_VEHICLES] = vehicles
    pool = m[service + at.SV_POOL]
    if pool >= 0:
        _take_vehicles(m, pool, vehicles)
    travel(m, f, h, client, m[at.NOW])


def _stamp(m: Numbers, h: Numbers, service: int, number: int, status: int) -> int:
    """Stamp a departure that leaves or is given up now, and return its record."""
    record: int = m[service + at.SV_RECORD] + number * m[service + at.SV_RECORD_SIZE]
    h[record + at.DE_STATUS] = status
    h[record + at.DE_TIME] = m[at.NOW]
    return record


def _wake_at(m: Numbers, h: Numbers, service: int, time: int) -> None:
    """Look again at `time`; one pending wake is enough."""
    wake = m[service + at.SV_WAKE]
    if time > m[at.NOW] and (wake < 0 or time < wake):
        m[service + at.SV_WAKE] = time
        schedule(m, h, time, at.WAKE, service)


# -- vehicles that stand in a pool -----------------------------------------------------------------


def _idle_since(m: Numbers, pool: int) -> int:
    """Return since when the vehicle stands that has stood longest, -1 where none stands."""
    if pool < 0 or m[pool + at.PO_VEHICLES] == 0:
        return NEVER
    since: int = m[m[pool + at.PO_RING] + m[pool + at.PO_FIRST] * at.N_RING + at.RI_SINCE]
    return since


def _take_vehicles(m: Numbers, pool: int, vehicles: int) -> None:
    """Take those that have stood longest."""
    m[pool + at.PO_VEHICLES] -= vehicles
    while vehicles > 0:
        place = m[pool + at.PO_RING] + m[pool + at.PO_FIRST] * at.N_RING
        standing = m[place + at.RI_VEHICLES]
        if standing > vehicles:
            m[place + at.RI_VEHICLES] = standing - vehicles
            return
        vehicles -= standing
        m[pool + at.PO_FIRST] = (m[pool + at.PO_FIRST] + 1) % m[pool + at.PO_ROOM]
        m[pool + at.PO_ENTRIES] -= 1
