"""Shipments of a kind by when something happened to them."""

from __future__ import annotations

import numpy as np

from corridor_sim.statistics.clock import Clock
from corridor_sim.statistics.columns import Coded, Table
from corridor_sim.statistics.grouping import as_keys

__all__ = ["happened", "of_cargo"]


def of_cargo(shipments: Table, cargo: str | None) -> Table:
    """Return the shipments of a kind of cargo.

    Parameters
    ----------
    shipments : Table
        Shipments.
    cargo : str or None
        Kind; None for all.

    Returns
    -------
    Table
        Those of the kind.

    Raises
    ------
    StatisticsError
        If there is no such kind.
    """
    if cargo is None:
        return shipments
    kinds = shipments.names("cargo")
    as_keys([str(cargo)], kinds.names, what="cargo")
    return shipments.take(kinds.is_name(cargo))


def happened(shipments: Table, stamp: str, clock: Clock) -> Table:
    """Return the shipments one of whose stamps lies in the measured window.

    Parameters
    ----------
    shipments : Table
        Shipments.
    stamp : str
        Column of seconds.
    clock : Clock
        Window and months.

    Returns
    -------
    Table
        With the month of the stamp.
    """
    month = clock.month_of(shipments.numbers(stamp))
    rows = np.flatnonzero(month >= 0)
    return shipments.take(rows).having(month=Coded(month[rows], clock.months))
