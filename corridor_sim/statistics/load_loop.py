"""Loads of departures in one pass over the legs, to be compiled by numba."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridor_sim.plan.tables import ON_DEMAND

__all__ = ["add_up_legs"]


def add_up_legs(
    most: int,
    legs: tuple[NDArray[Any], ...],
    amounts: tuple[NDArray[Any], ...],
    services: tuple[NDArray[Any], ...],
    instants: tuple[NDArray[Any], ...],
    at_stops: tuple[NDArray[np.int32], ...],
    of_departures: tuple[NDArray[np.int32], ...],
    stayed_mteu: NDArray[np.int64],
    is_beyond: NDArray[np.bool_],
) -> None:
    """Fill in what moved at every stop and was aboard after it, and who stayed behind.

    Parameters
    ----------
    most : int
        Largest number that the amounts at stops and of departures may reach.
    legs : tuple of ndarray
        Shipment, service, both calls, seconds of being ready, boarding and alighting, and
        departure of every leg.
    amounts : tuple of (S,) ndarray
        Thousandths of a TEU and kilograms of every shipment.
    services : tuple of ndarray
        Dispatch, first call, `PlanIndex.stop_base` of every service, and service of every
        departure.
    instants : tuple of ndarray
        First row of every call, second of every row, and row of every departure at its first call.
    at_stops : tuple of (C,) int32
        Zeros: thousandths of a TEU aboard after, and moved at, every stop, and kilograms after it.
    of_departures : tuple of (D,) int32
        Zeros: thousandths of a TEU that boarded, and peaks of them and of kilograms.
    stayed_mteu : (instants + 1,) int64
        Zeros: by how much more stayed behind ready at an instant than at the one before.
    is_beyond : (1,) bool
        Is set where an amount goes beyond the most; the others are of no use then.
    """
    leg_shipment, leg_service, board_call, alight_call = legs[:4]
    leg_ready, leg_board, leg_alight, leg_departure = legs[4:]
    mteu, kg = amounts
    dispatch, call_first, stop_base, departure_service = services
    instant_first, instant_second, instant_of = instants
    after, moved, after_kg = at_stops
    boarded, peak, peak_kg = of_departures
    for leg in range(len(leg_service)):
        service, departure, ready = leg_service[leg], leg_departure[leg], leg_ready[leg]
        if service < 0:
            continue
        load, weight = mteu[leg_shipment[leg]], kg[leg_shipment[leg]]
        if departure >= 0:
            n_calls = call_first[service + 1] - call_first[service]
            base = stop_base[service] + departure * n_calls
            on, off = base + board_call[leg], base + alight_call[leg]
            # What moved at a stop is at most twice what boarded.
            if 2 * (boarded[departure] + load) > most or after_kg[on] + weight > most:
                is_beyond[0] = True
                return
            if after_kg[off] - weight < -most:
                is_beyond[0] = True
                return
            boarded[departure] += load
            after[on] += load
            after[off] -= load
            after_kg[on] += weight
            after_kg[off] -= weight
            moved[on] += load
            # A box that never reached its call was not moved there.
            if leg_alight[leg] >= 0:
                moved[off] += load
        if ready < 0 or dispatch[service] == ON_DEMAND:
            continue
        call, board = call_first[service] + board_call[leg], leg_board[leg]
        first, last = instant_first[call], instant_first[call + 1]
        # The instant at which it boarded is known at the first call.
        here = instant_of[departure] if board >= 0 and board_call[leg] == 0 else -1
        low, high = first, last
        if here >= 0:
            high = here
            if high == first or instant_second[high - 1] < ready:
                low = high
        while low < high:
            middle = (low + high) // 2
            if instant_second[middle] < ready:
                low = middle + 1
            else:
                high = middle
        until = last
        if board >= 0:
            # Most boxes are aboard at the first instant, and were never left behind.
            if low < last and instant_second[low] == board:
                continue
            until, high = low, here if here >= 0 else last
            while until < high:
                middle = (until + high) // 2
                if instant_second[middle] < board:
                    until = middle + 1
                else:
                    high = middle
        if low < until:
            stayed_mteu[low] += load
            stayed_mteu[until] -= load

    stop = 0
    for departure in range(len(departure_service)):
        service = departure_service[departure]
        aboard, aboard_kg, most_mteu, most_kg = 0, 0, 0, 0
        for _ in range(call_first[service + 1] - call_first[service]):
            aboard += after[stop]
            aboard_kg += after_kg[stop]
            most_mteu = max(most_mteu, aboard)
            most_kg = max(most_kg, aboard_kg)
            if most_kg > most:
                is_beyond[0] = True
                return
            after[stop] = aboard
            after_kg[stop] = aboard_kg
            stop += 1
        peak[departure] = most_mteu
        peak_kg[departure] = most_kg
