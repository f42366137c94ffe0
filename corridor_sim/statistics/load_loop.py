"""Loads along departures in one pass over the legs, to be compiled by numba."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["add_up_loads"]


def add_up_loads(
    legs: tuple[NDArray[Any], ...],
    amount: NDArray[Any],
    index: tuple[NDArray[Any], ...],
    after: NDArray[np.int64],
    moved: NDArray[np.int64],
) -> None:
    """Fill in what was aboard after every visit of a departure, and what moved at it.

    Parameters
    ----------
    legs : tuple of ndarray
        Shipment, both calls, departure and second of alighting of every leg.
    amount : (S,) integers
        Thousandths of a TEU or kilograms of every shipment.
    index : tuple of ndarray
        Service and first visit of every departure; first call of every service, and step of
        every call.
    after, moved : (V,) int64
        Zeros; see `loads.VisitLoads`.
    """
    leg_shipment, board_call, alight_call, leg_departure, leg_alight = legs
    departure_service, departure_visit, call_first, call_step = index
    for leg in range(len(leg_departure)):
        departure = leg_departure[leg]
        if departure < 0:
            continue
        load = amount[leg_shipment[leg]]
        first_call = call_first[departure_service[departure]]
        visit = departure_visit[departure]
        board = visit + call_step[first_call + board_call[leg]]
        alight = visit + call_step[first_call + alight_call[leg]]
        after[board] += load
        after[alight] -= load
        moved[board] += load
        # A box that never reached its call was not moved there.
        if leg_alight[leg] >= 0:
            moved[alight] += load
    for visit in range(1, len(after)):
        after[visit] += after[visit - 1]
