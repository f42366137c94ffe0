"""What rode and what was handled by period in one pass over the legs, to be compiled by numba."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["add_up_moves"]


def add_up_moves(
    legs: tuple[NDArray[Any], ...],
    shipments: tuple[NDArray[Any], ...],
    ways: tuple[NDArray[Any], ...],
    step: int,
    first_cell: NDArray[np.int64],
    rode: NDArray[np.int64],
    left: NDArray[np.int64],
) -> None:
    """Add what each leg carried to its ride, and what left its last vehicle to the call.

    Parameters
    ----------
    legs : tuple of (L,) int32
        Shipment, service (-1 is a delivery), both calls, second of boarding and of the end.
    shipments : tuple of (S,) integers
        Kind of cargo, thousandths of a TEU, kilograms, yuan.
    ways : tuple of ndarray
        n_calls, call_first, ride_first of `ways.Ways`.
    step : int
        Seconds that have one period.
    first_cell : (n,) int64
        Period of each step times the kinds of cargo, -1 for none; none after the last either.
    rode : (rides, periods x flows, 3) int64
        Is added to.
    left : (calls, periods x flows, 3) int64
        Is added to.

    Raises
    ------
    IndexError
        If a leg is of no shipment, or names a call that its service does not have.
    """
    leg_shipment, leg_service, board_call, alight_call, board_s, end_s = legs
    flow, mteu, kg, cny = shipments
    n_calls, call_first, ride_first = ways
    n_legs, n_steps = len(leg_service), len(first_cell)
    for leg in range(n_legs):
        service = leg_service[leg]
        if service < 0:
            continue
        shipment = leg_shipment[leg]
        board, alight = board_call[leg], alight_call[leg]
        # Compiled code would write wherever a wrong number leads.
        if not 0 <= shipment < len(flow):
            raise IndexError("a leg of a shipment that is not there")
        if not (0 <= board < n_calls[service] and 0 <= alight < n_calls[service]):
            raise IndexError("a leg between calls that its service does not have")
        if board_s[leg] >= 0:
            day = board_s[leg] // step
            if day < n_steps and first_cell[day] >= 0:
                ride = ride_first[service] + board * n_calls[service] + alight
                cell = first_cell[day] + flow[shipment]
                rode[ride, cell, 0] += mteu[shipment]
                rode[ride, cell, 1] += kg[shipment]
                rode[ride, cell, 2] += cny[shipment]
        # The row after the last ride of a box is its delivery.
        if end_s[leg] >= 0 and leg + 1 < n_legs and leg_service[leg + 1] < 0:
            day = end_s[leg] // step
            if day < n_steps and first_cell[day] >= 0:
                call = call_first[service] + alight
                cell = first_cell[day] + flow[shipment]
                left[call, cell, 0] += mteu[shipment]
                left[call, cell, 1] += kg[shipment]
                left[call, cell, 2] += cny[shipment]
