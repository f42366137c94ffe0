"""Records of departures, boxes and background vessels: laid out from a plan, read off as stamps.

Both go once through the tables of the plan and the records, in the same order: departures of
services, boxes, vessels.
"""

from __future__ import annotations

from corridor_sim.engine import loop_columns as at
from corridor_sim.engine.events import DEPARTED
from corridor_sim.engine.loop_columns import Numbers
from corridor_sim.plan.tables import NEVER, ON_DEMAND

__all__ = ["lay_out", "read_off"]


def lay_out(
    m: Numbers,
    f: Numbers,
    h: Numbers,
    leg_first: Numbers,
    leg_service: Numbers,
    leg_board_call: Numbers,
    leg_alight_call: Numbers,
    leg_number: Numbers,
    leg_visit_first: Numbers,
    box_mteu: Numbers,
    box_kg: Numbers,
    box_level: Numbers,
    box_pool: Numbers,
    box_turnaround: Numbers,
    visit_resource: Numbers,
    visit_fixed_s: Numbers,
    visit_take: Numbers,
    departure_first: Numbers,
    service_visit_first: Numbers,
    step_first: Numbers,
    step_resource: Numbers,
    vessel_visit_first: Numbers,
    gap: Numbers,
    background_first: int,
    first_legs: Numbers,
) -> None:
    """Lay out all records that are kept in 32 bits.

    Parameters
    ----------
    m, f, h : (n,) int64, (n,) float64, (2 n,) int32
        The block of memory, see `loop_columns`, with services, resources and vessels in it.
    leg_first, leg_service, leg_board_call, leg_alight_call, leg_number : arrays
        Columns of the plan's legs.
    leg_visit_first : array
        First visit of each leg.
    box_mteu, box_kg, box_level : arrays
        Of its shipments; the level stands for the priority.
    box_pool, box_turnaround : arrays
        Resource to which their boxes come back, and how much later; without an entry where there
        are no pools.
    visit_resource, visit_fixed_s, visit_take : arrays
        Of its visits.
    departure_first, service_visit_first, step_first, step_resource : arrays
        Of its services.
    vessel_visit_first, gap : arrays
        Of its background traffic.
    background_first : int
        First visit of background vessels.
    first_legs : (N,) int64
        Receives the place of the first leg of each box; -1 for none.
    """
    place = 2 * m[at.RECORDS]
    for rank in range(m[at.N_SERVICES]):
        place = _lay_departures(
            m,
            f,
            h,
            visit_fixed_s,
            visit_take,
            step_resource,
            m[at.SERVICES] + rank * at.N_SERVICE,
            departure_first[rank + 1] - departure_first[rank],
            step_first[rank],
            step_first[rank + 1],
            service_visit_first[rank],
            place,
        )
    m[at.BOXES] = place >> 1
    for box in range(m[at.N_BOXES]):
        previous = -1
        for row in range(leg_first[box], leg_first[box + 1]):
            begun = place
            for visit in range(leg_visit_first[row], leg_visit_first[row + 1]):
                resource = m[at.RESOURCES] + visit_resource[visit] * at.N_RESOURCE
                place = _lay_visit(f, h, place, visit_fixed_s[visit], resource, visit_take[visit])
            leg = place
            if previous >= 0:
                h[previous + at.LE_AFTER] = leg - previous - at.N_LEG
            else:
                first_legs[box] = leg >> 1
            previous = leg
            h[leg + at.LE_MTEU] = box_mteu[box]
            h[leg + at.LE_READY] = begun - leg - 1
            rank = leg_service[row]
            if rank < 0:
                h[leg + at.LE_CALL] = NEVER
                h[leg + at.LE_OFF_LEVEL] = box_level[box]
                if m[at.N_BOX_POOLS] > 0 and box_pool[box] >= 0:
                    h[leg + at.LE_CALL] = NEVER - 1 - box_pool[box]
                    h[leg + at.LE_OFF_LEVEL] += box_turnaround[box] * at.LEVELS
                place += at.N_DELIVERY
                continue
            service = m[at.SERVICES] + rank * at.N_SERVICE
            h[leg + at.LE_CALL] = m[service + at.SV_CALL] + leg_board_call[row] * m[at.CALL_SIZE]
            h[leg + at.LE_OFF_LEVEL] = leg_alight_call[row] * at.LEVELS + box_level[box]
            h[leg + at.LE_KG] = box_kg[box]
            h[leg + at.LE_AFTER] = 0
            h[leg + at.LE_NEXT] = NEVER
            h[leg + at.LE_BOARD] = NEVER
            h[leg + at.LE_ALIGHT] = NEVER
            h[leg + at.LE_DEPARTURE] = NEVER
            place += at.N_LEG
            if m[service + at.SV_DISPATCH] == ON_DEMAND:
                number = leg_number[row]
                h[leg + at.LE_DEPARTURE] = m[service + at.SV_DEPARTURE] + number
                first, end = step_first[rank], step_first[rank + 1]
                visit = service_visit_first[rank] + number * (end - first)
                for step in range(first, end):
                    if step_resource[step] >= 0:
                        seconds, take = visit_fixed_s[visit], visit_take[visit]
                        place = _lay_visit(f, h, place, seconds, NEVER, take)
                    visit += 1
    for rank in range(m[at.N_VESSELS]):
        vessel = m[at.VESSELS] + rank * at.N_VESSEL
        m[vessel + at.VE_VISIT] = place
        for row in range(vessel_visit_first[rank], vessel_visit_first[rank + 1]):
            # What lies beyond the horizon does not happen, however far.
            wait = gap[row] if gap[row] < m[at.HORIZON] else m[at.HORIZON]
            visit = background_first + row
            place = _lay_visit(f, h, place, visit_fixed_s[visit], wait, visit_take[visit])
        m[vessel + at.VE_VISIT_END] = place


def _lay_departures(
    m: Numbers,
    f: Numbers,
    h: Numbers,
    visit_fixed_s: Numbers,
    visit_take: Numbers,
    step_resource: Numbers,
    service: int,
    count: int,
    step: int,
    step_end: int,
    visit: int,
    place: int,
) -> int:
    """Lay out the departures of a service, each with its visits, and return the place after."""
    m[service + at.SV_RECORD] = place
    if m[service + at.SV_DISPATCH] == ON_DEMAND:
        # The visits of trucks are laid out with their boxes.
        return place
    for _ in range(count):
        h[place + at.DE_STATUS] = 0
        h[place + at.DE_TIME] = NEVER
        m[place + at.DE_MTEU >> 1] = 0
        m[place + at.DE_KG >> 1] = 0
        place += at.N_DEPARTURE
        for row in range(step, step_end):
            if step_resource[row] >= 0:
                seconds, take = visit_fixed_s[visit], visit_take[visit]
                place = _lay_visit(f, h, place, seconds, NEVER, take)
            visit += 1
    return place


def _lay_visit(f: Numbers, h: Numbers, place: int, seconds: float, resource: int, take: int) -> int:
    """Lay a visit out and return the place after it."""
    f[place >> 1] = seconds
    h[place + at.VI_QUEUED] = NEVER
    h[place + at.VI_START] = NEVER
    h[place + at.VI_RESOURCE] = resource
    h[place + at.VI_TAKE] = take
    return place + at.N_VISIT


def read_off(
    m: Numbers,
    h: Numbers,
    row: int,
    row_end: int,
    leg_service: Numbers,
    leg_number: Numbers,
    leg_visit_first: Numbers,
    departure_first: Numbers,
    service_visit_first: Numbers,
    step_first: Numbers,
    step_resource: Numbers,
    background_first: int,
    leg_ready: Numbers,
    leg_board: Numbers,
    leg_alight: Numbers,
    leg_departure: Numbers,
    visit_queued: Numbers,
    visit_start: Numbers,
    visit_end: Numbers,
    departure_status: Numbers,
    departure_time: Numbers,
    departure_mteu: Numbers,
    departure_kg: Numbers,
) -> None:
    """Read the stamps of some legs off into the arrays of a log.

    Parts follow one another: departures are read with the first, vessels with the last, and
    ``m[READ]`` is the place up to which the records have been read.

    Parameters
    ----------
    m, h : arrays
        The block of memory after the run.
    row, row_end : int
        Legs.
    leg_service, leg_number, leg_visit_first, departure_first, service_visit_first : arrays
        As for `lay_out`.
    step_first, step_resource : arrays
        As for `lay_out`.
    background_first : int
        As for `lay_out`.
    leg_ready, leg_board, leg_alight, leg_departure : arrays
        Of the log, in any state.
    visit_queued, visit_start, visit_end : arrays
        Of the log, in any state.
    departure_status, departure_time, departure_mteu, departure_kg : arrays
        Of the log, as if nothing had happened.
    """
    place = m[at.READ]
    if row == 0:
        place = 2 * m[at.RECORDS]
        for rank in range(m[at.N_SERVICES]):
            if m[m[at.SERVICES] + rank * at.N_SERVICE + at.SV_DISPATCH] == ON_DEMAND:
                continue
            visit = service_visit_first[rank]
            for departure in range(departure_first[rank], departure_first[rank + 1]):
                departure_status[departure] = h[place + at.DE_STATUS]
                departure_time[departure] = h[place + at.DE_TIME]
                departure_mteu[departure] = m[place + at.DE_MTEU >> 1]
                departure_kg[departure] = m[place + at.DE_KG >> 1]
                place += at.N_DEPARTURE
                for step in range(step_first[rank], step_first[rank + 1]):
                    if step_resource[step] >= 0:
                        place = _read_visit(
                            m, h, place, visit, visit_queued, visit_start, visit_end
                        )
                    else:
                        visit_queued[visit] = NEVER
                        visit_start[visit] = NEVER
                        visit_end[visit] = NEVER
                    visit += 1
    for leg_row in range(row, row_end):
        for visit in range(leg_visit_first[leg_row], leg_visit_first[leg_row + 1]):
            place = _read_visit(m, h, place, visit, visit_queued, visit_start, visit_end)
        leg = place
        ready = h[leg + at.LE_READY]
        leg_ready[leg_row] = ready if ready >= 0 else NEVER
        rank = leg_service[leg_row]
        if rank < 0:
            leg_board[leg_row] = NEVER
            leg_alight[leg_row] = NEVER
            leg_departure[leg_row] = NEVER
            place += at.N_DELIVERY
            continue
        boarded, departure = h[leg + at.LE_BOARD], h[leg + at.LE_DEPARTURE]
        leg_board[leg_row] = boarded
        leg_alight[leg_row] = h[leg + at.LE_ALIGHT]
        leg_departure[leg_row] = departure if boarded >= 0 else NEVER
        place += at.N_LEG
        if m[m[at.SERVICES] + rank * at.N_SERVICE + at.SV_DISPATCH] == ON_DEMAND:
            if boarded >= 0:
                departure_status[departure] = DEPARTED
                departure_time[departure] = boarded
                departure_mteu[departure] = h[leg + at.LE_MTEU]
                departure_kg[departure] = h[leg + at.LE_KG]
            first, end = step_first[rank], step_first[rank + 1]
            visit = service_visit_first[rank] + leg_number[leg_row] * (end - first)
            for step in range(first, end):
                if step_resource[step] >= 0:
                    place = _read_visit(m, h, place, visit, visit_queued, visit_start, visit_end)
                else:
                    visit_queued[visit] = NEVER
                    visit_start[visit] = NEVER
                    visit_end[visit] = NEVER
                visit += 1
    if row_end == m[at.N_LEGS]:
        for visit in range(background_first, m[at.N_VISITS]):
            place = _read_visit(m, h, place, visit, visit_queued, visit_start, visit_end)
    m[at.READ] = place


def _read_visit(
    m: Numbers,
    h: Numbers,
    place: int,
    visit: int,
    visit_queued: Numbers,
    visit_start: Numbers,
    visit_end: Numbers,
) -> int:
    """Read the stamps of a visit off and return the place after it."""
    start = h[place + at.VI_START]
    visit_queued[visit] = h[place + at.VI_QUEUED]
    visit_start[visit] = start
    visit_end[visit] = m[place >> 1] if start >= 0 else NEVER
    return place + at.N_VISIT
