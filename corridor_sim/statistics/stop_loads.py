"""What was aboard after, and moved at, every call of every departure; what stayed behind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corridor_sim.compiled import compiled, has_compiler
from corridor_sim.engine.events import EventLog
from corridor_sim.plan.tables import ON_DEMAND, Plan
from corridor_sim.statistics.grouping import whole_sums
from corridor_sim.statistics.indices import Instants, PlanIndex, first_at_or_after
from corridor_sim.statistics.load_loop import add_up_legs

__all__ = ["Amounts", "DepartureLoads", "StopLoads"]

Ints = NDArray[np.int64]
#: In 32 bits where they fit.
Amounts = NDArray[np.int32] | Ints

# A year has millions of stops: amounts are kept in 32 bits unless they do not fit.
_MOST = 2**31 - 1


@dataclass(frozen=True)
class DepartureLoads:
    """Loads by departure, in thousandths of a TEU unless said.

    Attributes
    ----------
    boarded_mteu : (D,) int32 or int64
        What boarded at all calls of each departure.
    peak_mteu, peak_kg : (D,) int32 or int64
        Most that was aboard at once; kilograms.
    left_mteu : (D,) int32 or int64
        Most that stayed behind ready at one of its calls.
    """

    boarded_mteu: Amounts
    peak_mteu: Amounts
    peak_kg: Amounts
    left_mteu: Amounts


@dataclass(frozen=True)
class StopLoads:
    """Loads by stop, which is a call of a departure.

    Attributes
    ----------
    after_mteu, moved_mteu : (C,) int32 or int64
        Aboard after each stop, and boarded plus alighted at it, thousandths of a TEU.
    after_kg : (C,) int32 or int64
        Aboard after each stop, kilograms.
    of_departures : DepartureLoads
        Loads by departure.
    """

    after_mteu: Amounts
    moved_mteu: Amounts
    after_kg: Amounts
    of_departures: DepartureLoads

    @classmethod
    def of(
        cls,
        plan: Plan,
        log: EventLog,
        index: PlanIndex,
        *,
        by_loop: bool | None = None,
        most: int = _MOST,
        instants: Instants | None = None,
    ) -> StopLoads:
        """Add up what boarded and alighted; a box under way at the horizon alights as planned.

        Parameters
        ----------
        plan : Plan
            Plan of the run.
        log : EventLog
            Stamps of the run.
        index : PlanIndex
            Index of the plan.
        by_loop : bool, optional
            Whether the compiled loop adds up, or whole arrays; where numba is installed if not
            given.
        most : int
            Largest amount that the loop is trusted with; beyond it whole arrays add up.
        instants : Instants, optional
            Those of the run, where they are there.

        Returns
        -------
        StopLoads
            Stops in the order of departures and their calls.
        """
        instants = index.instants(plan, log) if instants is None else instants
        found = None
        if has_compiler() if by_loop is None else by_loop:
            found = _by_loop(plan, log, index, instants, most)
        if found is None:
            found = _by_arrays(plan, log, index, instants)
        after, moved, after_kg, boarded, peak, peak_kg, stayed = found
        # What stays behind at an instant is that of all instants before it.
        left_at = np.cumsum(stayed[:-1])
        left: Amounts = np.zeros(plan.n_departures, dtype=np.int64)
        np.maximum.at(left, instants.departure, left_at)
        if left_at.max(initial=0) <= _MOST:
            left = left.astype(np.int32)
        return cls(after, moved, after_kg, DepartureLoads(boarded, peak, peak_kg, left))


def _by_loop(
    plan: Plan, log: EventLog, index: PlanIndex, instants: Instants, most: int
) -> tuple[Amounts, ...] | None:
    """Return all amounts but the last, and what stayed; None where an amount is too large."""
    legs, services = plan.legs, plan.services
    at_stops = tuple(np.zeros(index.n_stops, dtype=np.int32) for _ in range(3))
    of_departures = tuple(np.zeros(plan.n_departures, dtype=np.int32) for _ in range(3))
    stayed = np.zeros(len(instants.call) + 1, dtype=np.int64)
    is_beyond = np.zeros(1, dtype=np.bool_)
    stamps = log.leg_ready, log.leg_board, log.leg_alight, log.leg_departure
    compiled(add_up_legs)(
        most,
        (legs.shipment, legs.service, legs.board_call, legs.alight_call, *stamps),
        (plan.shipments.mteu, plan.shipments.kg),
        (services.dispatch, index.call_first, index.stop_base, index.departure_service),
        (instants.first, instants.second, instants.of_departure),
        at_stops,
        of_departures,
        stayed,
        is_beyond,
    )
    return None if is_beyond[0] else (*at_stops, *of_departures, stayed)


def _by_arrays(
    plan: Plan, log: EventLog, index: PlanIndex, instants: Instants
) -> tuple[Amounts, ...]:
    """Return all amounts but the last, and what stayed."""
    legs, n = plan.legs, index.n_stops
    rows = np.flatnonzero(log.leg_departure >= 0)
    departure, shipment = log.leg_departure[rows], legs.shipment[rows]
    on = index.stop(departure, legs.board_call[rows])
    off = index.stop(departure, legs.alight_call[rows])
    after, peaks = [], []
    first = index.stop(np.arange(plan.n_departures), np.zeros(plan.n_departures, dtype=np.int64))
    for amount in (plan.shipments.mteu, plan.shipments.kg):
        aboard = whole_sums(on, amount[shipment], n) - whole_sums(off, amount[shipment], n)
        after.append(np.cumsum(aboard))
        peaks.append(np.maximum.reduceat(after[-1], first) if len(first) else first)
    mteu = plan.shipments.mteu[shipment]
    moved = whole_sums(on, mteu, n) + whole_sums(off, mteu, n)
    # A box that never reached its call was not moved there.
    under_way = np.flatnonzero(log.leg_alight[rows] < 0)
    moved -= whole_sums(off[under_way], mteu[under_way], n)
    boarded = whole_sums(departure, mteu, plan.n_departures)
    stayed = _stayed(plan, log, index, instants)
    return after[0], moved, after[1], boarded, *peaks, stayed


def _stayed(plan: Plan, log: EventLog, index: PlanIndex, instants: Instants) -> Ints:
    """Return by how much more stayed behind ready at each instant than at the one before.

    At an instant of boarding that is what was ready by then and did not board by then. So a box
    counts from the first instant after it is ready to the last one before it boards.
    """
    legs = plan.legs
    waiting = np.flatnonzero((log.leg_ready >= 0) & (legs.service >= 0))
    service = legs.service[waiting].astype(np.int64)
    shared = plan.services.dispatch[service] != ON_DEMAND
    waiting, service = waiting[shared], service[shared]
    call = index.call_of(service, legs.board_call[waiting].astype(np.int64))
    mteu = plan.shipments.mteu[legs.shipment[waiting]]
    ready, board = log.leg_ready[waiting], log.leg_board[waiting]
    n = len(instants.call)

    def instant(rows: Ints | NDArray[np.bool_], seconds: Ints) -> Ints:
        return first_at_or_after(
            instants.call, instants.second, call[rows], seconds[rows].astype(np.int64), plan.horizon
        )

    from_row = instant(np.arange(len(waiting)), ready)
    until_row = instants.first[call + 1]
    boards = np.flatnonzero(board >= 0)
    until_row[boards] = instant(boards, board)
    stays = np.flatnonzero(from_row < until_row)
    stayed = whole_sums(from_row[stays], mteu[stays], n + 1)
    stayed -= whole_sums(until_row[stays], mteu[stays], n + 1)
    return stayed
