"""What must hold on every run, to the second, the thousandth of a TEU and the yuan.

The checks read the plan and the stamps alone and use none of the sums of the statistics where
they can do without, so that a fault in either shows as a difference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from corridor_sim.engine.events import DEPARTED, EventLog
from corridor_sim.plan.tables import LINK, LOCK, ON_DEMAND, UNLIMITED, Plan
from corridor_sim.statistics.causes import leg_bounds, leg_causes
from corridor_sim.statistics.indices import PlanIndex
from corridor_sim.statistics.loads import DepartureFacts, VisitLoads
from corridor_sim.statistics.occupancy import integral_of_presence, integral_of_steps

if TYPE_CHECKING:
    from corridor_sim.network import Network

__all__ = ["check_identities", "check_log"]

Ints = NDArray[np.int64]


class _Run(Protocol):
    """What is read of results."""

    @property
    def plan(self) -> Plan: ...
    @property
    def log(self) -> EventLog: ...
    @property
    def network(self) -> Network: ...
    @property
    def has_user_processes(self) -> bool: ...


def check_identities(results: _Run) -> list[str]:
    """Check every identity of the model on a run.

    Parameters
    ----------
    results : Results
        Results of `simulate` (those read from a folder have no stamps).

    Returns
    -------
    list of str
        One line per violation; empty where all hold.

    Notes
    -----
    A user's own process may change servers behind the plan's back; the checks of closures are left
    out then.
    """
    kinds = {str(name): str(kind) for name, kind in results.network.facilities["kind"].items()}
    return check_log(results.plan, results.log, kinds, servers_known=not results.has_user_processes)


def check_log(
    plan: Plan, log: EventLog, facility_kinds: dict[str, str], *, servers_known: bool = True
) -> list[str]:
    """Check every identity on a plan and its stamps.

    Parameters
    ----------
    plan : Plan
        What was run.
    log : EventLog
        Stamps.
    facility_kinds : dict
        Kind of each facility by name.
    servers_known : bool
        Whether the plan's step functions are what the run obeyed.

    Returns
    -------
    list of str
        Violations.
    """
    index = PlanIndex.of(plan)
    faults = _stamps_in_order(plan, log, index)
    if faults:
        # Everything below would only repeat it.
        return faults
    faults += _conservation(plan, log)
    faults += _little(plan, log)
    loads = VisitLoads.of(plan, log, index)
    faults += _capacity(plan, log, index, loads)
    faults += _resources(plan, log, index, servers_known=servers_known)
    try:
        leg_causes(plan, log, index, facility_kinds)
    except ArithmeticError as fault:
        faults.append(str(fault))
    return faults


def _count(faults: list[str], wrong: NDArray[np.bool_] | Ints, what: str, row: str) -> None:
    rows = np.flatnonzero(wrong)
    if len(rows):
        faults.append(f"{what}: {len(rows)} times, first at {row} {int(rows[0])}")


# -- stamps --------------------------------------------------------------------------------------


def _stamps_in_order(plan: Plan, log: EventLog, index: PlanIndex) -> list[str]:
    """Check that the stamps of boxes and visits follow one another without a gap."""
    faults: list[str] = []
    legs = plan.legs
    start, end = leg_bounds(plan, log)
    ready, board = log.leg_ready, log.leg_board
    ride = legs.service >= 0
    boarded = board >= 0
    released = start >= 0
    _count(faults, (ready >= 0) & ~released, "a leg is ready before it begins", "leg")
    _count(faults, (ready >= 0) & (ready < start), "a leg is ready before it begins", "leg")
    _count(faults, boarded & ((ready < 0) | (board < ready)), "a box boards unready", "leg")
    _count(faults, ride & (end >= 0) & (end <= board), "a box alights as it boards", "leg")
    _count(faults, ride & (end >= 0) & ~boarded, "a box alights that never boarded", "leg")
    _count(faults, boarded != (log.leg_departure >= 0), "boarding without a departure", "leg")
    _count(faults, boarded & ~ride, "a delivery boards", "leg")
    late = np.maximum.reduce([ready, board, end]) >= plan.horizon
    _count(faults, late, "a stamp of a box beyond the horizon", "leg")

    visits = slice(0, plan.n_visits)
    queued, begin, over = log.visit_queued[visits], log.visit_start[visits], log.visit_end[visits]
    _count(faults, (begin >= 0) & (begin < queued), "a visit starts before it asks", "visit")
    _count(faults, (begin >= 0) & (queued < 0), "a visit starts that never asked", "visit")
    _count(faults, (begin >= 0) != (over >= 0), "a visit has a start or an end only", "visit")
    _count(faults, (begin >= 0) & (over <= begin), "a visit lasts no second", "visit")

    # A box that is aboard moves exactly with the stamps of its departure.
    rows = np.flatnonzero(boarded)
    departure = log.leg_departure[rows]
    call = legs.board_call[rows].astype(np.int64)
    _count(
        faults,
        index.departure_service[departure] != legs.service[rows],
        "a box rides another service than planned",
        "boarded leg",
    )
    _count(
        faults,
        log.departure_status[departure] != DEPARTED,
        "a box rides a departure that did not leave",
        "boarded leg",
    )
    handled = index.visit_at_call(departure, call)
    left = np.where(call == 0, log.departure_time[departure], begin[handled])
    _count(faults, board[rows] != left, "a box boards off its departure's stamps", "boarded leg")
    out = index.visit_at_call(departure, legs.alight_call[rows].astype(np.int64))
    there = (end[rows] >= 0) & (over[out] >= 0)
    wrong = there & (end[rows] != over[out])
    _count(faults, wrong, "a box alights off its departure's stamps", "boarded leg")
    return faults


# -- conservation --------------------------------------------------------------------------------


def _edges(plan: Plan) -> Ints:
    """Return seconds at which the balances are drawn up: window, thirds of it, and the ends."""
    start, end = plan.window
    third = (end - start) // 3
    # Odd seconds on purpose: a balance must hold at any second, not at midnight only.
    inner = [start, start + third + 1, start + 2 * third + 17, end]
    return np.unique(np.array([0, *inner, plan.horizon], dtype=np.int64))


def _amounts(plan: Plan) -> dict[str, Ints]:
    own = plan.shipments
    amounts = {"TEU/1000": own.mteu, "kg": own.kg}
    if hasattr(own, "value_cny"):
        amounts["yuan"] = own.value_cny
    return amounts


def _sum_between(seconds: Ints, amount: Ints, edges: Ints) -> Ints:
    """Return the sum of amounts whose second lies between consecutive edges."""
    number = np.searchsorted(edges, seconds, side="right") - 1
    inside = (seconds >= 0) & (number >= 0) & (number < len(edges) - 1)
    total = np.zeros(len(edges) - 1, dtype=np.int64)
    np.add.at(total, number[inside], amount[inside])
    return total


def _present(begin: Ints, end: Ints, amount: Ints, edges: Ints) -> Ints:
    """Return the sum of amounts whose interval [begin, end) holds each edge; end -1 is open."""
    came, gone = begin >= 0, end >= 0

    def until(seconds: Ints, what: Ints) -> Ints:
        order = np.argsort(seconds, kind="stable")
        total = np.concatenate([[0], np.cumsum(what[order])])
        done: Ints = total[np.searchsorted(seconds[order], edges, side="right")]
        return done

    return until(begin[came], amount[came]) - until(end[came & gone], amount[came & gone])


def _conservation(plan: Plan, log: EventLog) -> list[str]:
    """Check created = delivered + in system + unserved, as a whole and node by node.

    What is in the system is counted from the legs (each box is on one leg row at a time), what was
    delivered from the delivery rows.
    """
    faults: list[str] = []
    legs, own = plan.legs, plan.shipments
    edges = _edges(plan)
    start, end = leg_bounds(plan, log)
    served = legs.first[1:] > legs.first[:-1]
    release = own.release_s.astype(np.int64)
    delivery = np.flatnonzero(legs.service < 0)
    for unit, amount in _amounts(plan).items():
        of_leg = amount[legs.shipment]
        created = _sum_between(release, amount, edges)
        unserved = _sum_between(release[~served], amount[~served], edges)
        delivered = _sum_between(log.leg_ready[delivery], of_leg[delivery], edges)
        inside = _present(start, end, of_leg, edges - 1)
        gap = inside[:-1] + created - delivered - unserved - inside[1:]
        faults += [
            f"conservation of {unit} from second {edges[number]} to {edges[number + 1]}: "
            f"{gap[number]} missing"
            for number in np.flatnonzero(gap)
        ]
        faults += _conservation_at_nodes(plan, log, start, of_leg, unit, edges)
    return faults


def _conservation_at_nodes(
    plan: Plan, log: EventLog, start: Ints, of_leg: Ints, unit: str, edges: Ints
) -> list[str]:
    """Check came = went + stands there, for every place where boxes change vehicle.

    A place is a call of a service where boxes board; deliveries make up one place more. What came
    is counted by beginning of the leg, what went by boarding (or delivery), and what stands there
    by the intervals between.
    """
    faults: list[str] = []
    legs = plan.legs
    index = PlanIndex.of(plan)
    service = legs.service.astype(np.int64)
    n_calls = int(index.call_first[-1])
    place = np.where(service >= 0, index.call_first[service] + legs.board_call, n_calls)
    went = np.where(service >= 0, log.leg_board, log.leg_ready)
    last = int(edges[-1])
    come = (start >= 0) & (start < last)
    gone = (went >= 0) & (went < last)
    stands = come & ~gone
    balance = np.zeros(n_calls + 1, dtype=np.int64)
    np.add.at(balance, place[come], of_leg[come])
    np.subtract.at(balance, place[gone], of_leg[gone])
    np.subtract.at(balance, place[stands], of_leg[stands])
    for number in np.flatnonzero(balance):
        where = "delivery"
        if number < n_calls:
            rank = int(np.searchsorted(index.call_first, number, side="right") - 1)
            where = f"call {number - index.call_first[rank]} of '{plan.service_names[rank]}'"
        faults.append(f"conservation of {unit} at {where}: {balance[number]} missing")
    # Aboard: what boarded and did not alight must be what the departures still carry.
    aboard = (log.leg_board >= 0) & (log.leg_alight < 0)
    boarded, alighted = of_leg[log.leg_board >= 0].sum(), of_leg[log.leg_alight >= 0].sum()
    if int(boarded - alighted) != int(of_leg[aboard].sum()):
        faults.append(f"conservation of {unit} aboard: boxes alighted that never boarded")
    return faults


def _little(plan: Plan, log: EventLog) -> list[str]:
    """Check that the integral of the number in system is the sum of the times in system."""
    legs = plan.legs
    served = legs.first[1:] > legs.first[:-1]
    release = plan.shipments.release_s.astype(np.int64)[served]
    delivered = log.leg_ready[legs.first[1:][served] - 1]
    came = release < plan.horizon
    release, delivered = release[came], delivered[came]
    end = np.where(delivered >= 0, delivered, plan.horizon)
    times_in_system = int((end - release).sum())
    steps = np.concatenate([release, end])
    order = np.argsort(steps, kind="stable")
    sign = np.concatenate([np.ones(len(release), np.int64), -np.ones(len(end), np.int64)])
    number = np.concatenate([[0], np.cumsum(sign[order])])
    moments = np.concatenate([[0], steps[order]])
    bounds = np.array([0, plan.horizon], dtype=np.int64)
    integral = int(integral_of_steps(moments, number, bounds)[0])
    if integral != times_in_system:
        return [
            (
                f"integral of the number in system is {integral} s, sum of the times in it "
                f"{times_in_system} s"
            )
        ]
    return []


# -- vehicles ------------------------------------------------------------------------------------


def _capacity(plan: Plan, log: EventLog, index: PlanIndex, loads: VisitLoads) -> list[str]:
    """Check load <= capacity after every call of every departure, and quotas at calls."""
    faults: list[str] = []
    facts = DepartureFacts(plan, log, index)
    facts.note_peaks(loads)
    _count(faults, facts.peak_mteu > facts.capacity_mteu, "more TEU aboard than fit", "departure")
    _count(
        faults, facts.peak_kg > facts.capacity_kg, "more tonnes aboard than allowed", "departure"
    )
    for after in (loads.after_mteu, loads.after_kg):
        _count(faults, after < 0, "a load below zero", "visit")
    first = np.zeros(plan.n_departures, dtype=np.int64)
    rows = np.flatnonzero((log.leg_board >= 0) & (plan.legs.board_call == 0))
    np.add.at(first, log.leg_departure[rows], plan.shipments.mteu[plan.legs.shipment[rows]])
    _count(
        faults, first != log.departure_mteu, "load at departure is not what boarded", "departure"
    )
    shared = plan.services.dispatch[index.departure_service] != ON_DEMAND
    quota = plan.services.step_quota_mteu[plan.services.step_first[:-1]][index.departure_service]
    _count(faults, shared & (first > quota), "more boarded than the quota of the call", "departure")
    return faults


# -- resources -----------------------------------------------------------------------------------


def _visit_ranks(plan: Plan, index: PlanIndex) -> tuple[Ints, NDArray[np.bool_], Ints]:
    """Return priority, whether it is a box, and direction of every visit."""
    services = plan.services
    n_service, n_box = plan.visits.shipment_first, plan.visits.background_first
    service = index.departure_service
    steps = index.n_steps[service]
    priority = np.empty(plan.n_visits, dtype=np.int64)
    direction = np.zeros(plan.n_visits, dtype=np.int64)
    priority[:n_service] = np.repeat(services.priority[service], steps)
    step = np.arange(n_service) - np.repeat(index.departure_visit, steps)
    step += np.repeat(services.step_first[service], steps)
    direction[:n_service] = services.step_direction[step]
    owner = np.repeat(plan.legs.shipment, np.diff(plan.legs.visit_first))
    priority[n_service:n_box] = plan.shipments.priority[owner]
    table = plan.background
    counts = np.diff(table.visit_first)
    vessel = np.repeat(np.arange(len(counts)), counts)
    priority[n_box:] = table.priority[vessel]
    nth = np.arange(len(vessel)) - table.visit_first[vessel]
    direction[n_box:] = (np.maximum(table.first_direction[vessel], 0) + nth) % 2
    is_box = np.zeros(plan.n_visits, dtype=bool)
    is_box[n_service:n_box] = True
    return priority, is_box, direction


def _resources(plan: Plan, log: EventLog, index: PlanIndex, *, servers_known: bool) -> list[str]:
    """Check order of starts, closures, servers and utilisation at every resource."""
    faults: list[str] = []
    resource = plan.visits.resource
    came = np.flatnonzero((log.visit_queued >= 0) & (resource >= 0))
    free = plan.resources.is_free[resource[came]]
    _count(
        faults,
        log.visit_start[came[free]] != log.visit_queued[came[free]],
        "a wait at a resource that is always free",
        "visit",
    )
    came = came[~free]
    priority, is_box, direction = _visit_ranks(plan, index)
    is_lock = plan.resources.kind[resource[came]] == LOCK
    lane = np.where(is_lock, direction[came], 0)
    order = np.lexsort(
        (came, is_box[came], log.visit_queued[came], priority[came], lane, resource[came])
    )
    came, lane = came[order], lane[order]
    first = np.searchsorted(resource[came], np.arange(len(plan.resource_names) + 1))
    for rank in np.flatnonzero(np.diff(first)):
        here = slice(int(first[rank]), int(first[rank + 1]))
        visits, lanes = came[here], lane[here]
        name = plan.resource_names[rank]
        for side in np.unique(lanes):
            own = visits[lanes == side]
            faults += _overtaking(log, own, priority[own], name)
        faults += _servers(plan, log, int(rank), visits, servers_known=servers_known)
    return faults


def _overtaking(log: EventLog, visits: Ints, priority: Ints, name: str) -> list[str]:
    """Check that none starts while one that outranks it waits; visits are in rank order."""
    forever = np.iinfo(np.int64).max
    queued = log.visit_queued[visits]
    start = np.where(log.visit_start[visits] >= 0, log.visit_start[visits], forever)
    same = priority[1:] == priority[:-1]
    wrong = int(np.count_nonzero(same & (start[1:] < start[:-1])))
    levels = np.unique(priority)
    for level in levels[:-1]:
        # When one of lower rank starts, nobody of this level who has asked may still be waiting.
        upper, lower = priority == level, (priority > level) & (start < forever)
        asked = np.searchsorted(queued[upper], start[lower], side="right")
        started = np.searchsorted(np.sort(start[upper]), start[lower], side="right")
        wrong += int(np.count_nonzero(asked != started))
    return [f"'{name}': {wrong} visits overtake one that outranks them"] if wrong else []


def _servers(
    plan: Plan, log: EventLog, rank: int, visits: Ints, *, servers_known: bool
) -> list[str]:
    """Check that nothing starts closed or beyond the servers, and busy time <= available time."""
    faults: list[str] = []
    name = plan.resource_names[rank]
    rows = slice(int(plan.resources.row_first[rank]), int(plan.resources.row_first[rank + 1]))
    times, servers = plan.resources.row_time[rows], plan.resources.row_servers[rows]
    if plan.resources.kind[rank] == LOCK:
        here = log.lockage_resource == rank
        begin, over = log.lockage_start[here], log.lockage_end[here]
        chamber = log.lockage_chamber[here]
        mask = plan.resources.row_chambers[rows]
        row = np.searchsorted(times, begin, side="right") - 1
        if servers_known and not (mask[row] >> chamber & 1).all():
            faults.append(f"'{name}': a lockage starts in a closed chamber")
        order = np.lexsort((begin, chamber))
        same = chamber[order][1:] == chamber[order][:-1]
        if (same & (begin[order][1:] < over[order][:-1])).any():
            faults.append(f"'{name}': two lockages of one chamber overlap")
        went = log.visit_start[visits] >= 0
        if int(log.lockage_vessels[here].sum()) != int(np.count_nonzero(went)):
            faults.append(f"'{name}': vessels of the lockages are not the visits that started")
    else:
        went = log.visit_start[visits] >= 0
        begin, over = log.visit_start[visits][went], log.visit_end[visits][went]
    if servers.max() >= UNLIMITED and len(times) == 1:
        return faults
    begins, overs = np.sort(begin), np.sort(over)
    open_now = servers[np.searchsorted(times, begins, side="right") - 1]
    busy = np.searchsorted(begins, begins, side="right") - np.searchsorted(
        overs, begins, side="right"
    )
    if servers_known:
        closed = int(np.count_nonzero(open_now == 0))
        if closed:
            faults.append(f"'{name}': {closed} visits start while it is closed")
        beyond = int(np.count_nonzero(busy > open_now))
        if beyond > closed:
            faults.append(f"'{name}': {beyond} visits start beyond its servers")
    if plan.resources.kind[rank] == LINK or servers.max() >= UNLIMITED:
        return faults
    edges = np.array(plan.window, dtype=np.int64)
    busy_s = int(integral_of_presence(begin, over, edges)[0])
    moments = np.unique(np.concatenate([begins, overs, times, edges]))
    number = np.searchsorted(begins, moments, side="right") - np.searchsorted(
        overs, moments, side="right"
    )
    there = servers[np.maximum(np.searchsorted(times, moments, side="right") - 1, 0)]
    available_s = int(integral_of_steps(moments, np.maximum(number, there), edges)[0])
    if busy_s > available_s:
        faults.append(f"'{name}': busy {busy_s} s of {available_s} s available")
    if int(integral_of_steps(moments, number, edges)[0]) != busy_s:
        faults.append(f"'{name}': integral of the number busy is not the sum of the visits")
    return faults
