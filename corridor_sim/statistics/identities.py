"""What must hold on every run, to the second, the thousandth of a TEU and the yuan.

The checks read the plan and the stamps alone and use none of the sums of the statistics where
they can do without, so that a fault in either shows as a difference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from corridor_sim.engine.events import DEPARTED, EventLog
from corridor_sim.plan.tables import ON_DEMAND, Plan
from corridor_sim.statistics.box_identities import check_box_pools
from corridor_sim.statistics.causes import leg_bounds, leg_causes
from corridor_sim.statistics.conservation import check_conservation, check_little
from corridor_sim.statistics.faults import add_fault
from corridor_sim.statistics.indices import PlanIndex
from corridor_sim.statistics.loads import DepartureFacts
from corridor_sim.statistics.resource_identities import check_resources
from corridor_sim.statistics.stop_loads import StopLoads

if TYPE_CHECKING:
    from corridor_sim.network import Network

__all__ = ["check_identities", "check_log"]


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
    faults += check_conservation(plan, log)
    faults += check_little(plan, log)
    loads = StopLoads.of(plan, log, index)
    faults += _capacity(plan, log, index, loads)
    faults += check_resources(plan, log, index, servers_known=servers_known)
    faults += check_box_pools(plan, log, servers_known=servers_known)
    try:
        leg_causes(plan, log, index, facility_kinds)
    except ArithmeticError as fault:
        faults.append(str(fault))
    return faults


def _stamps_in_order(plan: Plan, log: EventLog, index: PlanIndex) -> list[str]:
    """Check that the stamps of boxes and visits follow one another without a gap."""
    faults: list[str] = []
    legs = plan.legs
    start, end = leg_bounds(plan, log)
    ready, board = log.leg_ready, log.leg_board
    ride = legs.service >= 0
    boarded = board >= 0
    released = start >= 0
    add_fault(faults, (ready >= 0) & ~released, "a leg is ready before it begins", "leg")
    add_fault(faults, (ready >= 0) & (ready < start), "a leg is ready before it begins", "leg")
    add_fault(faults, boarded & ((ready < 0) | (board < ready)), "a box boards unready", "leg")
    add_fault(faults, ride & (end >= 0) & (end <= board), "a box alights as it boards", "leg")
    add_fault(faults, ride & (end >= 0) & ~boarded, "a box alights that never boarded", "leg")
    add_fault(faults, boarded != (log.leg_departure >= 0), "boarding without a departure", "leg")
    add_fault(faults, boarded & ~ride, "a delivery boards", "leg")
    late = np.maximum.reduce([ready, board, end]) >= plan.horizon
    add_fault(faults, late, "a stamp of a box beyond the horizon", "leg")

    visits = slice(0, plan.n_visits)
    queued, begin, over = log.visit_queued[visits], log.visit_start[visits], log.visit_end[visits]
    add_fault(faults, (begin >= 0) & (begin < queued), "a visit starts before it asks", "visit")
    add_fault(faults, (begin >= 0) & (queued < 0), "a visit starts that never asked", "visit")
    add_fault(faults, (begin >= 0) != (over >= 0), "a visit has a start or an end only", "visit")
    add_fault(faults, (begin >= 0) & (over <= begin), "a visit lasts no second", "visit")

    # A box that is aboard moves exactly with the stamps of its departure.
    rows = np.flatnonzero(boarded)
    departure = log.leg_departure[rows]
    call = legs.board_call[rows].astype(np.int64)
    add_fault(
        faults,
        index.departure_service[departure] != legs.service[rows],
        "a box rides another service than planned",
        "boarded leg",
    )
    add_fault(
        faults,
        log.departure_status[departure] != DEPARTED,
        "a box rides a departure that did not leave",
        "boarded leg",
    )
    handled = index.visit_at_call(departure, call)
    left = np.where(call == 0, log.departure_time[departure], begin[handled])
    add_fault(faults, board[rows] != left, "a box boards off its departure's stamps", "boarded leg")
    out = index.visit_at_call(departure, legs.alight_call[rows].astype(np.int64))
    there = (end[rows] >= 0) & (over[out] >= 0)
    wrong = there & (end[rows] != over[out])
    add_fault(faults, wrong, "a box alights off its departure's stamps", "boarded leg")
    return faults


def _capacity(plan: Plan, log: EventLog, index: PlanIndex, loads: StopLoads) -> list[str]:
    """Check load <= capacity after every call of every departure, and quotas at calls."""
    faults: list[str] = []
    facts = DepartureFacts(plan, log, index)
    facts.note(loads.of_departures)
    add_fault(
        faults, facts.peak_mteu > facts.capacity_mteu, "more TEU aboard than fit", "departure"
    )
    add_fault(
        faults, facts.peak_kg > facts.capacity_kg, "more tonnes aboard than allowed", "departure"
    )
    for after in (loads.after_mteu, loads.after_kg):
        add_fault(faults, after < 0, "a load below zero", "stop")
    first = np.zeros(plan.n_departures, dtype=np.int64)
    rows = np.flatnonzero((log.leg_board >= 0) & (plan.legs.board_call == 0))
    np.add.at(first, log.leg_departure[rows], plan.shipments.mteu[plan.legs.shipment[rows]])
    add_fault(
        faults, first != log.departure_mteu, "load at departure is not what boarded", "departure"
    )
    shared = plan.services.dispatch[index.departure_service] != ON_DEMAND
    quota = plan.services.step_quota_mteu[plan.services.step_first[:-1]][index.departure_service]
    add_fault(
        faults, shared & (first > quota), "more boarded than the quota of the call", "departure"
    )
    return faults
