"""The tables of a run: what a result folder holds, and all that the statistics read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corridor_sim.demand.od import CARGO, DIRECTIONS
from corridor_sim.statistics.clock import Clock
from corridor_sim.statistics.columns import Table
from corridor_sim.statistics.loads import STATUS_NAMES
from corridor_sim.statistics.rides import Rides

__all__ = ["LOCK_DIRECTIONS", "STATUSES", "TABLES", "THOUSANDTHS", "RunTables", "vocabulary"]

Ints = NDArray[np.int64]

#: Names of the tables, in the order in which they are shown.
TABLES = ("shipments", "legs", "departures", "facilities", "queues", "lockages", "box_pools")
STATUSES = tuple(STATUS_NAMES.values())
LOCK_DIRECTIONS = ("down", "up")
#: Columns that are thousandths inside.
THOUSANDTHS = (
    "teu",
    "t",
    "capacity_teu",
    "capacity_t",
    "boarded_teu",
    "peak_teu",
    "peak_t",
    "left_behind_teu",
    "taken_teu",
    "loaded_back_teu",
    "empty_back_teu",
    "waiting_teu_s",
    "stock_teu_s",
    "lowest_stock_teu",
)


def vocabulary(table: str, column: str, clock: Clock) -> tuple[str, ...] | None:
    """Return the names of a column in their fixed order; None where they are sorted as text.

    Parameters
    ----------
    table, column : str
        Where the names stand.
    clock : Clock
        Names of the months.

    Returns
    -------
    tuple of str or None
        Names.
    """
    return {
        ("shipments", "cargo"): CARGO,
        ("shipments", "direction"): DIRECTIONS,
        ("departures", "status"): STATUSES,
        ("facilities", "month"): clock.months,
        ("queues", "week"): clock.weeks,
        ("lockages", "direction"): LOCK_DIRECTIONS,
        ("box_pools", "month"): clock.months,
    }.get((table, column))


class RunTables:
    """Tables of one run; seconds count from the start of the simulated span, -1 is never.

    The attributes are tidy frames of pandas, each made when it is asked for. A frame of some
    columns, `frame`, is made many times faster than one of all. The statistics read `table`, which
    makes no frame.

    Parameters
    ----------
    tables : mapping of str to Table
        Each of `TABLES`.
    pieces : sequence of tuple of slice, optional
        Shipments and their legs, by which the two tables can be made piece by piece.
    let_go : callable, optional
        Gives back memory of what can be worked out again.

    Attributes
    ----------
    shipments : DataFrame
        One row per shipment, the unserved included: od, k, cargo, direction, commodity, corridor,
        route, origin, destination, teu, t, value_cny, vot_pct_per_day, planned_h, cost_cny,
        subsidy_cny, release_s, cleared_s, delivered_s, door_to_door_s, and one column per wait
        cause. The causes add up to door_to_door_s; they are 0 until the delivery.
    legs : DataFrame
        One row per leg and one for the delivery of each served shipment: shipment (row number),
        leg, service, board_call, alight_call, board_node, alight_node, departure, start_s,
        ready_s, board_s, end_s, and one column per wait cause that add up to end_s - start_s.
    departures : DataFrame
        One row per departure that left or was cancelled, see `loads.DepartureFacts`.
    facilities : DataFrame
        One row per facility and month of the measured window, see `occupancy.Occupancy`.
    queues : DataFrame
        One row per facility and week of the measured window: facility, week (its first day),
        queue_s (integral of the number waiting).
    lockages : DataFrame
        One row per lockage: facility, chamber, direction, vessels, start_s, end_s.
    box_pools : DataFrame
        One row per pool of empty boxes and month of the measured window, see `box_flows.BoxUse`;
        none where no pools are at work.
    """

    def __init__(
        self,
        tables: Mapping[str, Table],
        pieces: Sequence[tuple[slice, slice]] = (),
        *,
        let_go: Callable[[], None] = lambda: None,
    ) -> None:
        self._tables = {name: tables[name] for name in TABLES}
        whole = slice(0, len(tables["shipments"])), slice(0, len(tables["legs"]))
        self.let_go = let_go
        self.pieces: tuple[tuple[slice, slice], ...] = tuple(pieces) or (whole,)

    def table(self, name: str) -> Table:
        """Return a table as the statistics read it.

        Parameters
        ----------
        name : str
            One of `TABLES`.

        Returns
        -------
        Table
            Its columns are made when they are asked for.
        """
        return self._tables[name]

    def frame(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return some columns of a table as a new frame.

        Parameters
        ----------
        name : str
            One of `TABLES`.
        columns : sequence of str, optional
            Columns; all if not given.

        Returns
        -------
        DataFrame
            In the order asked for.
        """
        return self._tables[name].frame(columns)

    @cached_property
    def rides(self) -> Rides:
        """Kinds of the rides."""
        return Rides.of(lambda: (legs for _, _, legs in self.parts()))

    def parts(self) -> Iterator[tuple[slice, Table, Table]]:
        """Give shipments and their legs part by part.

        Yields
        ------
        rows : slice
            Shipments.
        shipments, legs : Table
            Those shipments, and their legs. Nothing of parts is kept; the only part is the whole.
        """
        if len(self.pieces) == 1:
            yield self.pieces[0][0], self._tables["shipments"], self._tables["legs"]
            return
        for rows, of_legs in self.pieces:
            yield rows, self._tables["shipments"].part(rows), self._tables["legs"].part(of_legs)

    @cached_property
    def shipments(self) -> pd.DataFrame:
        """Shipments."""
        return self.frame("shipments")

    @cached_property
    def legs(self) -> pd.DataFrame:
        """Legs and deliveries."""
        return self.frame("legs")

    @cached_property
    def departures(self) -> pd.DataFrame:
        """Departures."""
        return self.frame("departures")

    @cached_property
    def facilities(self) -> pd.DataFrame:
        """Facilities by month."""
        return self.frame("facilities")

    @cached_property
    def queues(self) -> pd.DataFrame:
        """Queues of facilities by week."""
        return self.frame("queues")

    @cached_property
    def lockages(self) -> pd.DataFrame:
        """Lockages."""
        return self.frame("lockages")

    @cached_property
    def box_pools(self) -> pd.DataFrame:
        """Pools of empty boxes by month."""
        return self.frame("box_pools")

    def items(self) -> list[tuple[str, pd.DataFrame]]:
        """Return names and frames."""
        return [(name, getattr(self, name)) for name in TABLES]
