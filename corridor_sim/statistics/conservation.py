"""No box, tonne or yuan is lost or made on the way, and Little's law holds to the second."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from corridor_sim.engine.events import EventLog
from corridor_sim.plan.tables import Plan
from corridor_sim.statistics.causes import leg_bounds
from corridor_sim.statistics.indices import PlanIndex
from corridor_sim.statistics.occupancy import integral_of_steps

__all__ = ["check_conservation", "check_little"]

Ints = NDArray[np.int64]


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


def check_conservation(plan: Plan, log: EventLog) -> list[str]:
    """Check created = delivered + in system + unserved, as a whole and node by node.

    What is in the system is counted from the legs (each box is on one leg row at a time), what was
    delivered from the delivery rows.

    Parameters
    ----------
    plan : Plan
        What was run.
    log : EventLog
        Stamps.

    Returns
    -------
    list of str
        Violations.
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


def check_little(plan: Plan, log: EventLog) -> list[str]:
    """Check that the integral of the number in system is the sum of the times in system.

    Parameters
    ----------
    plan : Plan
        What was run.
    log : EventLog
        Stamps.

    Returns
    -------
    list of str
        Violations.
    """
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
