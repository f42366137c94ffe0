"""Use and queues of facilities in one pass over the visits, to be compiled by numba."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["add_up_visits", "gather_waits"]


def add_up_visits(
    horizon: int,
    background_first: int,
    edges: NDArray[np.int64],
    row_of: NDArray[np.int16],
    visits: tuple[NDArray[Any], ...],
    services: tuple[NDArray[Any], ...],
    boxes: tuple[NDArray[Any], ...],
    loads: tuple[NDArray[Any], ...],
    columns: NDArray[np.int64],
) -> None:
    """Fill in the columns of `occupancy.Occupancy` but for quantiles and what was available.

    Parameters
    ----------
    horizon, background_first : int
        End of the simulated span, and first visit of background traffic.
    edges : (m + 1,) int64
        Seconds at which the months begin, and the end of the last.
    row_of : (R + 1,) int16
        Row of each resource, -1 for those that are not measured and behind the last.
    visits : tuple of ndarray
        Resource, and seconds of asking, start and end of every visit.
    services : tuple of ndarray
        First visit and first step of every service, and call of every step.
    boxes : tuple of ndarray
        First visit and shipment of every leg, and thousandths of a TEU of every shipment.
    loads : tuple of ndarray
        Thousandths of a TEU aboard after, and moved at, every stop of a departure.
    columns : (7, rows, m) int64
        Zeros: visits, background visits, load, wait and longest wait of those that started,
        integrals of the number waiting and of those served.
    """
    resource, queued, began, over = visits
    visit_first, step_first, step_call = services
    own_first, leg_shipment, shipment_mteu = boxes
    after_mteu, moved_mteu = loads
    n_edges = len(edges)
    n_months = n_edges - 1
    own = own_first[0]
    service, step, stop, leg = 0, 0, -1, 0
    for visit in range(len(resource)):
        # The load it was about: at a call what moved, on the way what was aboard, else the box.
        load = 0
        if visit < own:
            while visit >= visit_first[service + 1]:
                service += 1
                step = 0
            place = step_first[service] + step
            step += 1
            if step_first[service] + step == step_first[service + 1]:
                step = 0
            if step_call[place] >= 0:
                stop += 1
                load = moved_mteu[stop]
            else:
                load = after_mteu[stop]
        elif visit < background_first:
            while visit >= own_first[leg + 1]:
                leg += 1
            load = shipment_mteu[leg_shipment[leg]]
        row = row_of[resource[visit]]
        if row < 0 or queued[visit] < 0:
            continue
        has_begun = began[visit] >= 0
        start = began[visit] if has_begun else horizon

        edge = 0
        while edge < n_edges and edges[edge] <= queued[visit]:
            edge += 1
        # Edge k ends month k - 1; the first that lies behind asking ends its month.
        from_s = queued[visit]
        while edge < n_edges and edges[edge] <= start:
            if edge > 0:
                columns[5, row, edge - 1] += edges[edge] - from_s
            from_s = edges[edge]
            edge += 1
        if 0 < edge < n_edges:
            columns[5, row, edge - 1] += start - from_s
        if not has_begun:
            continue
        if 0 < edge <= n_months:
            wait = start - queued[visit]
            columns[0, row, edge - 1] += 1
            if visit >= background_first:
                columns[1, row, edge - 1] += 1
            columns[2, row, edge - 1] += load
            columns[3, row, edge - 1] += wait
            columns[4, row, edge - 1] = max(columns[4, row, edge - 1], wait)
        from_s = start
        while edge < n_edges and edges[edge] <= over[visit]:
            if edge > 0:
                columns[6, row, edge - 1] += edges[edge] - from_s
            from_s = edges[edge]
            edge += 1
        if 0 < edge < n_edges:
            columns[6, row, edge - 1] += over[visit] - from_s


def gather_waits(
    edges: NDArray[np.int64],
    row_of: NDArray[np.int16],
    visits: tuple[NDArray[Any], ...],
    place: NDArray[np.int64],
    waits: NDArray[np.int32],
) -> None:
    """Put the waits of the visits that started side by side, facility by facility and month.

    Parameters
    ----------
    edges, row_of : ndarray
        As in `add_up_visits`.
    visits : tuple of ndarray
        Resource, and seconds of asking and start of every visit.
    place : (rows, m) int64
        Where the waits of each facility and month begin; where they end afterwards.
    waits : (n,) int32
        Filled in, seconds.
    """
    resource, queued, began = visits
    n_months = len(edges) - 1
    for visit in range(len(resource)):
        row = row_of[resource[visit]]
        start = began[visit]
        if row < 0 or queued[visit] < 0 or start < edges[0] or start >= edges[n_months]:
            continue
        month = 0
        while edges[month + 1] <= start:
            month += 1
        waits[place[row, month]] = start - queued[visit]
        place[row, month] += 1
