"""Legs of the shipments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corridor_sim.plan.tables import NEVER, LegTable

if TYPE_CHECKING:
    from corridor_sim.plan.ways import WayTable

__all__ = ["build_legs", "number_trucks", "way_rows"]


def way_rows(way: NDArray[np.int32], ways: WayTable) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return which row of the ways each leg is.

    Parameters
    ----------
    way : (n,) int32
        Way of each shipment, -1 for none.
    ways : WayTable
        Of all routes.

    Returns
    -------
    first : (n + 1,) int64
        First leg of each shipment; an unserved shipment has none.
    row : (L,) int32
        Row of each leg.
    """
    counts = ways.n_legs[way]
    first = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=first[1:])
    row = np.repeat((ways.first[way] - first[:-1]).astype(np.int32), counts)
    row += np.arange(len(row), dtype=np.int32)
    return first, row


def number_trucks(
    row: NDArray[np.int32], ways: WayTable, n_services: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Give numbers to the legs of each on-demand service, in the order of their rows.

    Parameters
    ----------
    row : (L,) int32
        Rows of the ways.
    ways : WayTable
        Of all routes.
    n_services : int
        Number of services.

    Returns
    -------
    number : (L,) int32
        Departure number for on-demand legs, else -1.
    per_service : (S,) int64
        Legs of each on-demand service.
    """
    number = np.full(len(row), NEVER, dtype=np.int32)
    trucks = np.flatnonzero(ways.is_truck[row])
    # In 16 bits NumPy sorts by counting, many times faster.
    key = ways.service[row[trucks]].astype(np.uint16 if n_services <= 2**16 else np.int32)
    per_service = np.bincount(key, minlength=n_services).astype(np.int64)
    trucks = trucks[np.argsort(key, kind="stable")]
    before = np.cumsum(per_service) - per_service
    counted = np.arange(len(trucks), dtype=np.int32)
    counted -= np.repeat(before.astype(np.int32), per_service)
    number[trucks] = counted
    return number, per_service


def build_legs(
    first: NDArray[np.int64],
    row: NDArray[np.int32],
    number: NDArray[np.int32],
    ways: WayTable,
    *,
    shipment_first: int,
) -> LegTable:
    """Lay out the legs of all served shipments.

    Parameters
    ----------
    first, row : arrays
        From `way_rows`.
    number : (L,) int32
        From `number_trucks`.
    ways : WayTable
        Of all routes.
    shipment_first : int
        First visit of shipments.

    Returns
    -------
    LegTable
        Of the plan.
    """
    visit_first = np.full(len(row) + 1, shipment_first, dtype=np.int32)
    np.cumsum(ways.n_visits[row], out=visit_first[1:])
    visit_first[1:] += shipment_first
    return LegTable(
        first=first,
        shipment=np.repeat(np.arange(len(first) - 1, dtype=np.int32), np.diff(first)),
        service=ways.service[row],
        board_call=ways.board_call[row],
        alight_call=ways.alight_call[row],
        number=number,
        visit_first=visit_first,
    )
