"""Loads along departures in one pass over the legs, to be compiled by numba."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["add_up_loads"]


def add_up_loads(
    legs: tuple[NDArray[Any], ...],
    amounts: tuple[NDArray[Any], ...],
    index: tuple[NDArray[Any], ...],
    after_mteu: NDArray[np.int64],
    after_kg: NDArray[np.int64],
    moved_mteu: NDArray[np.int64],
) -> None:
    """Fill in what was aboard after every visit of a departure, and what moved at it.

    Parameters
    ----------
    legs : tuple of ndarray
        Shipment, both calls, departure and second of alighting of every leg.
    amounts : tuple of ndarray
        Thousandths of a TEU and kilograms of every shipment.
    index : tuple of ndarray
        Service and first visit of every departure; first call of every service, and step of
        every call.
    after_mteu, after_kg, moved_mteu : (V,) int64
        Zeros; see `loads.VisitLoads`.
    """
    leg_shipment, board_call, alight_call, leg_departure, leg_alight = legs
    shipment_mteu, shipment_kg = amounts
    departure_service, departure_visit, call_first, call_step = index
    for leg in range(len(leg_departure)):
        departure = leg_departure[leg]
        if departure < 0:
            continue
        mteu, kg = shipment_mteu[leg_shipment[leg]], shipment_kg[leg_shipment[leg]]
        first_call = call_first[departure_service[departure]]
        visit = departure_visit[departure]
        board = visit + call_step[first_call + board_call[leg]]
        alight = visit + call_step[first_call + alight_call[leg]]
        after_mteu[board] += mteu
        after_mteu[alight] -= mteu
        after_kg[board] += kg
        after_kg[alight] -= kg
        moved_mteu[board] += mteu
        # A box that never reached its call was not moved there.
        if leg_alight[leg] >= 0:
            moved_mteu[alight] += mteu
    for visit in range(1, len(after_mteu)):
        after_mteu[visit] += after_mteu[visit - 1]
        after_kg[visit] += after_kg[visit - 1]
