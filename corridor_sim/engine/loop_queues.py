"""The event list, the marks of an instant and the queues of the loop."""

from __future__ import annotations

from corridor_sim.engine import loop_columns as at
from corridor_sim.engine.loop_columns import Numbers

__all__ = [
    "ask",
    "first_in_line",
    "free_client",
    "heap_pop",
    "heap_push",
    "join",
    "leave_line",
    "mark_resource",
    "mark_service",
    "next_client",
    "oldest_ready",
    "schedule",
    "take_client",
]


# -- events --------------------------------------------------------------------------------------


def heap_push(m: Numbers, key: int) -> None:
    """Put an event into the heap; each has four below it."""
    first, place = m[at.HEAP], m[at.N_HEAP]
    if place == m[at.HEAP_ROOM]:
        raise OverflowError("heap")
    m[at.N_HEAP] = place + 1
    while place > 0:
        above = (place - 1) >> 2
        other = m[first + above]
        if other <= key:
            break
        m[first + place] = other
        place = above
    m[first + place] = key


def heap_pop(m: Numbers) -> int:
    """Take the earliest event out of the heap."""
    first, size = m[at.HEAP], m[at.N_HEAP] - 1
    m[at.N_HEAP] = size
    earliest: int = m[first]
    key = m[first + size]
    place = 0
    while True:
        below = (place << 2) + 1
        if below >= size:
            break
        least, least_key = below, m[first + below]
        end = below + 4
        if end > size:
            end = size
        for other in range(below + 1, end):
            other_key = m[first + other]
            if other_key < least_key:
                least, least_key = other, other_key
        if least_key >= key:
            break
        m[first + place] = least_key
        place = least
    m[first + place] = key
    return earliest


def schedule(m: Numbers, time: int, kind: int, row: int) -> None:
    """Bind an event; what lies at the horizon or beyond never happens."""
    if time < m[at.HORIZON]:
        heap_push(m, time << at.TIME_SHIFT | kind << at.ID_BITS | row)


# -- marks of the instant ------------------------------------------------------------------------


def mark_service(m: Numbers, service: int) -> None:
    """Let the conditional pass of this instant look at a service."""
    if m[service + at.SV_DUE] == 0:
        m[service + at.SV_DUE] = 1
        first = m[at.DUE_SERVICES]
        place = first + m[at.N_DUE_SERVICES]
        m[at.N_DUE_SERVICES] += 1
        while place > first and m[place - 1] > service:
            m[place] = m[place - 1]
            place -= 1
        m[place] = service


def mark_resource(m: Numbers, resource: int) -> None:
    """Let the conditional pass of this instant look at a resource."""
    if m[resource + at.RE_DUE] == 0:
        m[resource + at.RE_DUE] = 1
        first = m[at.DUE_RESOURCES]
        place = first + m[at.N_DUE_RESOURCES]
        m[at.N_DUE_RESOURCES] += 1
        while place > first and m[place - 1] > resource:
            m[place] = m[place - 1]
            place -= 1
        m[place] = resource


# -- clients at resources ------------------------------------------------------------------------


def take_client(m: Numbers, free: int, columns: int) -> int:
    """Return a client record that is not in use.

    `free` is where the list of those begins that were given back, all of `columns` numbers.
    """
    client: int = m[free]
    if client >= 0:
        m[free] = m[client + at.CL_NEXT]
        return client
    client = m[at.NEXT_CLIENT]
    if client + columns > m[at.CLIENTS_END]:
        raise OverflowError("clients")
    m[at.NEXT_CLIENT] = client + columns
    return client


def free_client(m: Numbers, free: int, client: int) -> None:
    """Give a client record back to its list."""
    m[client + at.CL_NEXT] = m[free]
    m[free] = client


def ask(m: Numbers, log: Numbers, client: int, now: int) -> None:
    """Let a client join its queue behind those who asked before or rank better.

    Within a level of priority a queue is in the order of time, so that only those who asked in
    this very second have to be put in order.
    """
    resource = m[client + at.CL_RESOURCE]
    queue = m[client + at.CL_QUEUE]
    rank = m[client + at.CL_RANK]
    m[client + at.CL_ASKED] = now
    log[m[at.VI_QUEUED] + m[client + at.CL_VISIT]] = now
    tail = m[queue + at.QU_TAIL]
    if tail < 0:
        m[queue + at.QU_BEFORE] = -1
        m[queue + at.QU_HEAD] = client
        m[queue + at.QU_TAIL] = client
        m[client + at.CL_NEXT] = -1
    elif m[tail + at.CL_ASKED] < now or m[tail + at.CL_RANK] < rank:
        if m[tail + at.CL_ASKED] < now:
            m[queue + at.QU_BEFORE] = tail
        m[tail + at.CL_NEXT] = client
        m[queue + at.QU_TAIL] = client
        m[client + at.CL_NEXT] = -1
    else:
        before = m[queue + at.QU_BEFORE]
        after = m[before + at.CL_NEXT] if before >= 0 else m[queue + at.QU_HEAD]
        while m[after + at.CL_RANK] < rank:
            before, after = after, m[after + at.CL_NEXT]
        m[client + at.CL_NEXT] = after
        if before >= 0:
            m[before + at.CL_NEXT] = client
        else:
            m[queue + at.QU_HEAD] = client
    if queue < m[resource + at.RE_QUEUE_UP]:
        m[resource + at.RE_WAITING] += 1
    else:
        m[resource + at.RE_WAITING_UP] += 1
    mark_resource(m, resource)


def next_client(m: Numbers, first: int, end: int, takes: bool) -> int:
    """Return the client that ranks first in the queues of one resource and direction, -1 for none.

    The queues from `first` to `end` are those of its levels of priority. With `takes` the client
    leaves its queue.
    """
    for queue in range(first, end, at.N_QUEUE):
        client: int = m[queue + at.QU_HEAD]
        if client >= 0:
            if takes:
                following = m[client + at.CL_NEXT]
                m[queue + at.QU_HEAD] = following
                if following < 0:
                    m[queue + at.QU_TAIL] = -1
                if m[queue + at.QU_BEFORE] == client:
                    m[queue + at.QU_BEFORE] = -1
            return client
    return -1


# -- boxes at calls ------------------------------------------------------------------------------


def join(m: Numbers, legs: Numbers, leg: int, now: int) -> None:
    """Let a box join the line of its service and call, and mark the service."""
    line = legs[leg, at.LE_LINE]
    legs[leg, at.LE_READY] = now
    tail = m[line + at.QU_TAIL]
    if tail < 0:
        m[line + at.QU_BEFORE] = -1
        m[line + at.QU_HEAD] = leg
        m[line + at.QU_TAIL] = leg
        legs[leg, at.LE_NEXT] = -1
    elif legs[tail, at.LE_READY] < now or tail < leg:
        if legs[tail, at.LE_READY] < now:
            m[line + at.QU_BEFORE] = tail
        legs[tail, at.LE_NEXT] = leg
        m[line + at.QU_TAIL] = leg
        legs[leg, at.LE_NEXT] = -1
    else:
        before = m[line + at.QU_BEFORE]
        after = legs[before, at.LE_NEXT] if before >= 0 else m[line + at.QU_HEAD]
        while after < leg:
            before, after = after, legs[after, at.LE_NEXT]
        legs[leg, at.LE_NEXT] = after
        if before >= 0:
            legs[before, at.LE_NEXT] = leg
        else:
            m[line + at.QU_HEAD] = leg
    service = m[line + at.QU_SERVICE]
    if m[line + at.QU_CALL] == 0:
        m[service + at.SV_WAITING] += 1
        m[service + at.SV_WAITING_MTEU] += legs[leg, at.LE_MTEU]
        m[service + at.SV_WAITING_KG] += legs[leg, at.LE_KG]
    mark_service(m, service)


def first_in_line(m: Numbers, service: int, call: int) -> int:
    """Return the line whose first box ranks first at a call, -1 where nothing waits."""
    columns = m[at.N_LEVELS] * at.N_QUEUE
    first = m[service + at.SV_LINE] + call * columns
    for line in range(first, first + columns, at.N_QUEUE):
        if m[line + at.QU_HEAD] >= 0:
            return line
    return -1


def leave_line(m: Numbers, legs: Numbers, line: int) -> None:
    """Take the first box out of a line."""
    leg = m[line + at.QU_HEAD]
    following = legs[leg, at.LE_NEXT]
    m[line + at.QU_HEAD] = following
    if following < 0:
        m[line + at.QU_TAIL] = -1
    if m[line + at.QU_BEFORE] == leg:
        m[line + at.QU_BEFORE] = -1
    if m[line + at.QU_CALL] == 0:
        service = m[line + at.QU_SERVICE]
        m[service + at.SV_WAITING] -= 1
        m[service + at.SV_WAITING_MTEU] -= legs[leg, at.LE_MTEU]
        m[service + at.SV_WAITING_KG] -= legs[leg, at.LE_KG]


def oldest_ready(m: Numbers, legs: Numbers, service: int) -> int:
    """Return the second since which the oldest box waits at the first call, -1 for none."""
    oldest = -1
    first = m[service + at.SV_LINE]
    for line in range(first, first + m[at.N_LEVELS] * at.N_QUEUE, at.N_QUEUE):
        leg = m[line + at.QU_HEAD]
        if leg >= 0 and (oldest < 0 or legs[leg, at.LE_READY] < oldest):
            oldest = legs[leg, at.LE_READY]
    return oldest
