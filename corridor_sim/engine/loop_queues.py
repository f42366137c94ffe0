"""The event list, the marks of an instant and the queues of the loop."""

from __future__ import annotations

from corridor_sim.engine import loop_columns as at
from corridor_sim.engine.loop_columns import Numbers

__all__ = [
    "ask",
    "first_line",
    "free_client",
    "heap_pop",
    "heap_push",
    "join",
    "leave_line",
    "mark_resource",
    "mark_service",
    "next_client",
    "oldest_ready",
    "open_bucket",
    "prefetch",
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


def schedule(m: Numbers, h: Numbers, time: int, kind: int, place: int) -> None:
    """Bind an event; what lies at the horizon or beyond never happens.

    The heap holds what is near; the rest waits in lists by buckets of time.
    """
    key = time << at.TIME_SHIFT | kind << at.ID_BITS | place
    if time < m[at.SOON]:
        heap_push(m, key)
    elif time < m[at.HORIZON]:
        node = m[at.FREE_NODE]
        if node >= 0:
            m[at.FREE_NODE] = m[node + at.NO_NEXT]
        else:
            node = m[at.NEXT_NODE]
            if node == m[at.NODES_END]:
                raise OverflowError("events")
            m[at.NEXT_NODE] = node + at.N_NODE
        bucket = m[at.BUCKETS] + (time >> m[at.BUCKET_BITS])
        m[node + at.NO_KEY] = key
        m[node + at.NO_NEXT] = h[bucket]
        h[bucket] = node


def open_bucket(m: Numbers, h: Numbers) -> None:
    """Put the events of the next bucket into the heap, and have their records fetched."""
    bucket = m[at.NEXT_BUCKET]
    m[at.NEXT_BUCKET] = bucket + 1
    soon = bucket + 1 << m[at.BUCKET_BITS]
    m[at.SOON] = soon if soon < m[at.HORIZON] else m[at.HORIZON]
    node = h[m[at.BUCKETS] + bucket]
    while node >= 0:
        key, following = m[node + at.NO_KEY], m[node + at.NO_NEXT]
        prefetch(m, key & at.ID_MASK)
        heap_push(m, key)
        m[node + at.NO_NEXT] = m[at.FREE_NODE]
        m[at.FREE_NODE] = node
        node = following


def prefetch(m: Numbers, place: int) -> None:
    """Have a record fetched into the processor's cache; does nothing but where compiled.

    Most of the time goes by in waiting for memory, a good part of it while something else could be
    done.
    """


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


def take_client(m: Numbers, free: int, size: int) -> int:
    """Return a client record that is not in use.

    `free` is where the list of those begins that were given back, all of one size.
    """
    client: int = m[free]
    if client >= 0:
        m[free] = m[client + at.CL_NEXT]
        return client
    client = m[at.NEXT_CLIENT]
    if client + size > m[at.CLIENTS_END]:
        raise OverflowError("clients")
    m[at.NEXT_CLIENT] = client + size
    return client


def free_client(m: Numbers, free: int, client: int) -> None:
    """Give a client record back to its list."""
    m[client + at.CL_NEXT] = m[free]
    m[free] = client


def ask(m: Numbers, h: Numbers, client: int, now: int) -> None:
    """Let a client join its queue behind those who asked before or rank better.

    Within a level of priority a queue is in the order of time, so that only those who asked in
    this very second have to be put in order.
    """
    resource = m[client + at.CL_RESOURCE]
    queue = m[client + at.CL_QUEUE]
    rank = m[client + at.CL_RANK]
    h[m[client + at.CL_VISIT] + at.VI_QUEUED] = now
    tail = m[queue + at.QU_TAIL]
    if tail < 0:
        m[queue + at.QU_BEFORE] = -1
        m[queue + at.QU_HEAD] = client
        m[queue + at.QU_TAIL] = client
        m[client + at.CL_NEXT] = -1
    elif m[queue + at.QU_SINCE] < now or m[tail + at.CL_RANK] < rank:
        if m[queue + at.QU_SINCE] < now:
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
    m[queue + at.QU_SINCE] = now
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


def join(m: Numbers, h: Numbers, leg: int, now: int) -> None:
    """Let a box join the line of its call and priority, and mark the service."""
    call = h[leg + at.LE_CALL]
    level = h[leg + at.LE_OFF_LEVEL] % at.LEVELS
    line = call + at.N_CALL + level * at.N_QUEUE
    h[leg + at.LE_READY] = now
    tail = m[line + at.QU_TAIL]
    if tail < 0:
        m[line + at.QU_BEFORE] = -1
        m[line + at.QU_HEAD] = leg
        m[line + at.QU_TAIL] = leg
        h[leg + at.LE_NEXT] = -1
        if level < m[call + at.CO_LOWEST]:
            m[call + at.CO_LOWEST] = level
        if level > m[call + at.CO_HIGHEST]:
            m[call + at.CO_HIGHEST] = level
    elif m[line + at.QU_SINCE] < now or tail < leg:
        if m[line + at.QU_SINCE] < now:
            m[line + at.QU_BEFORE] = tail
        h[tail + at.LE_NEXT] = leg
        m[line + at.QU_TAIL] = leg
        h[leg + at.LE_NEXT] = -1
    else:
        before = m[line + at.QU_BEFORE]
        after = h[before + at.LE_NEXT] if before >= 0 else m[line + at.QU_HEAD]
        while after < leg:
            before, after = after, h[after + at.LE_NEXT]
        h[leg + at.LE_NEXT] = after
        if before >= 0:
            h[before + at.LE_NEXT] = leg
        else:
            m[line + at.QU_HEAD] = leg
    m[line + at.QU_SINCE] = now
    service = m[call + at.CO_SERVICE]
    if m[call + at.CO_IS_FIRST] != 0:
        m[service + at.SV_WAITING] += 1
        m[service + at.SV_WAITING_MTEU] += h[leg + at.LE_MTEU]
        m[service + at.SV_WAITING_KG] += h[leg + at.LE_KG]
    mark_service(m, service)


def first_line(m: Numbers, call: int) -> int:
    """Return the line whose first box ranks first at a call, -1 where nothing waits."""
    first = call + at.N_CALL + m[call + at.CO_LOWEST] * at.N_QUEUE
    last = call + at.N_CALL + m[call + at.CO_HIGHEST] * at.N_QUEUE
    for line in range(first, last + 1, at.N_QUEUE):
        if m[line + at.QU_HEAD] >= 0:
            return line
    return -1


def leave_line(m: Numbers, h: Numbers, call: int, line: int) -> None:
    """Take the first box out of a line at a call."""
    leg = m[line + at.QU_HEAD]
    following = h[leg + at.LE_NEXT]
    m[line + at.QU_HEAD] = following
    if following < 0:
        m[line + at.QU_TAIL] = -1
    else:
        prefetch(m, following >> 1)
    if m[line + at.QU_BEFORE] == leg:
        m[line + at.QU_BEFORE] = -1
    if m[call + at.CO_IS_FIRST] != 0:
        service = m[call + at.CO_SERVICE]
        m[service + at.SV_WAITING] -= 1
        m[service + at.SV_WAITING_MTEU] -= h[leg + at.LE_MTEU]
        m[service + at.SV_WAITING_KG] -= h[leg + at.LE_KG]


def oldest_ready(m: Numbers, h: Numbers, call: int) -> int:
    """Return the second since which the oldest box waits at a call, -1 for none."""
    oldest = -1
    first = call + at.N_CALL + m[call + at.CO_LOWEST] * at.N_QUEUE
    last = call + at.N_CALL + m[call + at.CO_HIGHEST] * at.N_QUEUE
    for line in range(first, last + 1, at.N_QUEUE):
        leg = m[line + at.QU_HEAD]
        if leg >= 0 and (oldest < 0 or h[leg + at.LE_READY] < oldest):
            oldest = h[leg + at.LE_READY]
    return oldest
