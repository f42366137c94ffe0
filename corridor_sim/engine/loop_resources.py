"""The second half of the conditional pass of the loop: which visits and lockages start."""

from __future__ import annotations

from corridor_sim.engine import loop_columns as at
from corridor_sim.engine.loop_columns import Numbers
from corridor_sim.engine.loop_journeys import board, end_visit, start_visit
from corridor_sim.engine.loop_queues import mark_resource, mark_service, next_client, schedule
from corridor_sim.rules.boxes import boxes_suffice
from corridor_sim.rules.locks import (
    ALTERNATE,
    TIMED,
    batch_taken,
    next_flip,
    served_direction,
    turns_empty,
)
from corridor_sim.rules.ticks import duration_ticks

__all__ = ["apply_capacity", "end_lockage", "free_server", "resource_pass"]


def resource_pass(m: Numbers, f: Numbers, h: Numbers) -> None:
    """Let the due resources start whatever may start, in the order of their names."""
    for place in range(m[at.N_DUE_RESOURCES]):
        resource = m[m[at.DUE_RESOURCES] + place]
        m[resource + at.RE_DUE] = 0
        if m[resource + at.RE_STOCK] >= 0:
            _hand_out(m, f, h, resource)
        elif m[resource + at.RE_LOCK] < 0:
            _serve(m, f, h, resource)
        else:
            _serve_lock(m, f, h, m[resource + at.RE_LOCK])
    m[at.N_DUE_RESOURCES] = 0


def apply_capacity(m: Numbers, f: Numbers, row: int) -> None:
    """Bring a row of a step function into force, and mark whom it concerns."""
    resource = m[row + at.CA_RESOURCE]
    f[resource + at.RE_SLOWDOWN] = f[row + at.CA_SLOWDOWN]
    lock = m[resource + at.RE_LOCK]
    if lock < 0:
        servers = m[row + at.CA_SERVERS]
        m[resource + at.RE_SERVERS] = servers
        m[resource + at.RE_CLOSED] = servers == 0
    else:
        chambers = m[row + at.CA_CHAMBERS]
        mode, period = m[row + at.CA_MODE], m[row + at.CA_PERIOD]
        m[lock + at.LO_OPEN] = chambers
        m[resource + at.RE_CLOSED] = chambers == 0
        if mode != m[lock + at.LO_MODE] or period != m[lock + at.LO_PERIOD]:
            # Timed working counts its periods from the moment it comes into force.
            m[lock + at.LO_MODE] = mode
            m[lock + at.LO_PERIOD] = period
            m[lock + at.LO_SINCE] = m[row + at.CA_TIME]
    mark_resource(m, resource)
    for place in range(m[resource + at.RE_HELD], m[resource + at.RE_HELD_END]):
        mark_service(m, m[place])


# -- facilities and links ------------------------------------------------------------------------


def free_server(m: Numbers, client: int) -> None:
    """Free the server of a client whose visit has ended."""
    resource = m[client + at.CL_RESOURCE]
    m[resource + at.RE_BUSY] -= 1
    if m[resource + at.RE_WAITING] > 0:
        mark_resource(m, resource)


def _serve(m: Numbers, f: Numbers, h: Numbers, resource: int) -> None:
    now = m[at.NOW]
    servers = m[resource + at.RE_SERVERS]
    first, end = m[resource + at.RE_QUEUE], m[resource + at.RE_QUEUE_END]
    while m[resource + at.RE_WAITING] > 0 and m[resource + at.RE_BUSY] < servers:
        client = next_client(m, first, end, True)
        m[resource + at.RE_WAITING] -= 1
        m[resource + at.RE_BUSY] += 1
        mteu = m[client + at.CL_HANDLED]
        if m[client + at.CL_KIND] == at.VEHICLE_CLIENT:
            step = m[client + at.CL_STEP]
            if m[step + at.ST_BOARDS] != 0:
                # Boxes board when handling starts, so the load is settled only now.
                mteu += board(m, h, client, _call(m, client, step), m[step + at.ST_QUOTA])
        visit = m[client + at.CL_VISIT]
        ticks = duration_ticks(
            f[visit >> 1], f[resource + at.RE_PER_TEU], mteu, f[resource + at.RE_SLOWDOWN]
        )
        schedule(m, h, start_visit(m, h, visit, now, ticks), at.DONE, client)


def _call(m: Numbers, client: int, step: int) -> int:
    """Return the call at which a vehicle is."""
    service = m[client + at.CL_RECORD]
    call: int = m[service + at.SV_CALL] + m[step + at.ST_CALL] * m[at.CALL_SIZE]
    return call


# -- pools of empty boxes ------------------------------------------------------------------------


def _hand_out(m: Numbers, f: Numbers, h: Numbers, resource: int) -> None:
    """Hand boxes out in the order of rank; nobody passes one whose boxes are not all there."""
    now = m[at.NOW]
    servers = m[resource + at.RE_SERVERS]
    first, end = m[resource + at.RE_QUEUE], m[resource + at.RE_QUEUE_END]
    while m[resource + at.RE_WAITING] > 0 and m[resource + at.RE_BUSY] < servers:
        mteu = m[next_client(m, first, end, False) + at.CL_HANDLED]
        if not boxes_suffice(m[resource + at.RE_STOCK], mteu):
            return
        client = next_client(m, first, end, True)
        m[resource + at.RE_WAITING] -= 1
        m[resource + at.RE_BUSY] += 1
        m[resource + at.RE_STOCK] -= mteu
        visit = m[client + at.CL_VISIT]
        ticks = duration_ticks(
            f[visit >> 1], f[resource + at.RE_PER_TEU], mteu, f[resource + at.RE_SLOWDOWN]
        )
        schedule(m, h, start_visit(m, h, visit, now, ticks), at.DONE, client)


# -- locks ---------------------------------------------------------------------------------------


def _serve_lock(m: Numbers, f: Numbers, h: Numbers, lock: int) -> None:
    """Let every free open flight lock, turn or idle, in the order of their numbers."""
    now = m[at.NOW]
    first = m[lock + at.LO_CHAMBER]
    for chamber in range(first, m[lock + at.LO_CHAMBER_END], at.N_CHAMBER):
        if m[chamber + at.CH_BUSY] == 0 and _is_open(m, lock, chamber):
            _work(m, f, h, lock, chamber)
    resource = m[lock + at.LO_RESOURCE]
    waiting = m[resource + at.RE_WAITING] + m[resource + at.RE_WAITING_UP]
    if m[lock + at.LO_MODE] == TIMED and waiting > 0:
        flip = next_flip(now, m[lock + at.LO_SINCE], m[lock + at.LO_PERIOD])
        if m[lock + at.LO_FLIP] != flip:
            m[lock + at.LO_FLIP] = flip
            schedule(m, h, flip, at.FLIP, lock)


def _is_open(m: Numbers, lock: int, chamber: int) -> bool:
    number = (chamber - m[lock + at.LO_CHAMBER]) // at.N_CHAMBER
    flight: int = m[lock + at.LO_OPEN] >> number & 1
    return flight == 1


def _work(m: Numbers, f: Numbers, h: Numbers, lock: int, chamber: int) -> None:
    """Lock a batch with a free flight, or turn it, or leave it idle."""
    now = m[at.NOW]
    resource = m[lock + at.LO_RESOURCE]
    smallest = m[lock + at.LO_SMALLEST]
    mode = m[lock + at.LO_MODE]
    direction = served_direction(
        mode,
        (chamber - m[lock + at.LO_CHAMBER]) // at.N_CHAMBER,
        m[chamber + at.CH_SIDE],
        now,
        m[lock + at.LO_SINCE],
        m[lock + at.LO_PERIOD],
    )
    waiting = m[resource + at.RE_WAITING + direction]
    if waiting > 0:
        first, end = m[resource + at.RE_QUEUE + direction], m[resource + at.RE_QUEUE_UP + direction]
        visit = m[next_client(m, first, end, False) + at.CL_VISIT]
        batch = batch_taken(waiting, h[visit + at.VI_TAKE], smallest)
        if batch != 0:
            cycle = duration_ticks(f[visit >> 1], 0.0, 0, f[resource + at.RE_SLOWDOWN])
            boarded = -1
            for _ in range(batch):
                client = next_client(m, first, end, True)
                start_visit(m, h, m[client + at.CL_VISIT], now, cycle)
                m[client + at.CL_NEXT] = boarded
                boarded = client
            m[resource + at.RE_WAITING + direction] = waiting - batch
            _begin(m, h, lock, chamber, direction, batch, cycle, boarded)
            return
    if mode == ALTERNATE:
        opposite = 1 - direction
        coming = 0
        for other in range(m[lock + at.LO_CHAMBER], m[lock + at.LO_CHAMBER_END], at.N_CHAMBER):
            if other != chamber and m[other + at.CH_SIDE] == opposite and _is_open(m, lock, other):
                coming += 1
        waiting = m[resource + at.RE_WAITING + opposite]
        if turns_empty(waiting, coming, m[lock + at.LO_LARGEST], smallest):
            first = m[resource + at.RE_QUEUE + opposite]
            end = m[resource + at.RE_QUEUE_UP + opposite]
            visit = m[next_client(m, first, end, False) + at.CL_VISIT]
            cycle = duration_ticks(f[visit >> 1], 0.0, 0, f[resource + at.RE_SLOWDOWN])
            _begin(m, h, lock, chamber, direction, 0, cycle, -1)


def _begin(
    m: Numbers,
    h: Numbers,
    lock: int,
    chamber: int,
    direction: int,
    vessels: int,
    cycle: int,
    batch: int,
) -> None:
    """Start a lockage: `batch` is the first client of the list of those in the chamber."""
    now = m[at.NOW]
    m[chamber + at.CH_BUSY] = 1
    m[chamber + at.CH_BATCH] = batch
    # From now on the flight counts as coming to the other side.
    m[chamber + at.CH_SIDE] = 1 - direction
    row = m[at.N_LOCKAGES]
    if row == m[at.LOCKAGE_ROOM]:
        raise OverflowError("lockages")
    m[at.N_LOCKAGES] = row + 1
    lockage = m[at.LOCKAGES] + row * at.N_LOCKAGE
    m[lockage + at.LK_RESOURCE] = m[lock + at.LO_RESOURCE]
    m[lockage + at.LK_CHAMBER] = (chamber - m[lock + at.LO_CHAMBER]) // at.N_CHAMBER
    m[lockage + at.LK_DIRECTION] = direction
    m[lockage + at.LK_VESSELS] = vessels
    m[lockage + at.LK_START] = now
    m[lockage + at.LK_END] = now + cycle
    schedule(m, h, now + cycle, at.THROUGH, chamber)


def end_lockage(m: Numbers, f: Numbers, h: Numbers, chamber: int) -> None:
    """Free a chamber and let its vessels go on."""
    m[chamber + at.CH_BUSY] = 0
    mark_resource(m, m[m[chamber + at.CH_LOCK] + at.LO_RESOURCE])
    client = m[chamber + at.CH_BATCH]
    while client >= 0:
        following = m[client + at.CL_NEXT]
        end_visit(m, f, h, client, m[at.NOW])
        client = following
