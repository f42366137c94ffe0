"""Sums over the legs of a run, by ride and by the call where the last vehicle was left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corridor_sim.compiled import compiled, has_compiler
from corridor_sim.maps.move_loop import add_up_moves
from corridor_sim.statistics.grouping import whole_sums

if TYPE_CHECKING:
    from corridor_sim.maps.ways import Ways
    from corridor_sim.statistics import RunTables
    from corridor_sim.statistics.columns import Table

__all__ = ["FLOWS", "Moves", "period_of"]

Ints = NDArray[np.int64]

#: Kinds of cargo in the order of the last axis: Chongqing's exports, its imports, all others.
FLOWS = ("export", "import", "other")


def period_of(seconds: NDArray[np.int32], edges: Ints) -> NDArray[np.intp]:
    """Return the number of the period of each second, -1 outside of all of them.

    Parameters
    ----------
    seconds : (n,) int32
        Since the start of the simulated span; -1 is never.
    edges : (P + 1,) int64
        Where the periods begin, and the end of the last one.

    Returns
    -------
    (n,) intp
        Numbers.
    """
    return _looked_up(seconds, *_period_table(edges))


def _period_table(edges: Ints) -> tuple[int, Ints]:
    """Return the common step of the edges, and the period of each step up to the last edge."""
    # Edges are midnights: a table by their common step is many times faster than a search.
    step = int(np.gcd.reduce(edges))
    starts = np.arange(int(edges[-1]) // step) * step
    return step, np.searchsorted(edges, starts, side="right").astype(np.int64) - 1


def _looked_up(seconds: NDArray[np.int32], step: int, table: Ints) -> NDArray[np.intp]:
    beyond = np.append(table, [-1, -1]).astype(np.intp)
    found: NDArray[np.intp] = beyond[np.clip(seconds // np.int32(step), -1, len(table))]
    return found


@dataclass(frozen=True)
class Moves:
    """Amounts of the measured window: thousandths of a TEU, kilograms and yuan.

    Attributes
    ----------
    rode : (R, P * F, 3) int64
        What boarded, by ride of `Ways`, period and kind of `FLOWS`.
    left : (calls, P * F, 3) int64
        What left its last vehicle, by call, period and kind.
    """

    rode: Ints
    left: Ints

    @classmethod
    def of(
        cls, tables: RunTables, ways: Ways, edges: Ints, *, by_loop: bool | None = None
    ) -> Moves:
        """Add up a run, some shipments after the other: a year has millions of legs.

        Parameters
        ----------
        tables : RunTables
            Of the run.
        ways : Ways
            Of its network.
        edges : (P + 1,) int64
            Seconds at which the periods begin, and the end of the last one.
        by_loop : bool, optional
            Whether the compiled loop adds up, or whole arrays; where numba is installed if not
            given. The sums are the same.

        Returns
        -------
        Moves
            Exact sums.
        """
        legs = tables.table("legs")
        # Names without rows: a whole column of them would be kept.
        names = legs.part(slice(0, 0)).names("service").names
        number = ways.numbers_of(names)
        shipments = _amounts(tables.table("shipments"))
        index = tuple(_still(a, np.int64) for a in (ways.n_calls, ways.call_first, ways.ride_first))
        step, table = _period_table(edges)
        first_cell = _still(np.where(table >= 0, table * len(FLOWS), -1), np.int64)
        width = (len(edges) - 1) * len(FLOWS)
        rode = np.zeros((int(ways.ride_first[-1]), width, 3), dtype=np.int64)
        left = np.zeros((int(ways.call_first[-1]), width, 3), dtype=np.int64)
        by_loop = has_compiler() if by_loop is None else by_loop
        add: Callable[..., None] = compiled(add_up_moves) if by_loop else _add_up_by_arrays
        for _, rows in tables.pieces:
            part = legs.part(rows)
            columns = ("board_call", "alight_call", "board_s", "end_s")
            add(
                tuple(
                    _still(values, np.int32)
                    for values in (
                        part.numbers("shipment"),
                        number[part.names("service").codes],
                        *(part.numbers(column) for column in columns),
                    )
                ),
                shipments,
                index,
                step,
                first_cell,
                rode,
                left,
            )
        return cls(rode, left)


def _still(values: NDArray[Any], kind: type[np.generic]) -> NDArray[Any]:
    """Return an array of a type that cannot be written to: of each sort there is machine code."""
    array = np.ascontiguousarray(values, dtype=kind).view()
    array.flags.writeable = False
    return array


def _amounts(shipments: Table) -> tuple[NDArray[Any], ...]:
    """Return the kind of cargo and the amounts of every shipment."""
    direction = shipments.names("direction")
    flow = np.full(len(shipments), len(FLOWS) - 1, dtype=np.int8)
    is_own = shipments.names("cargo").is_name("own")
    for number, name in enumerate(FLOWS[:-1]):
        flow[is_own & direction.is_name(name)] = number
    amounts = (shipments.numbers(column) for column in ("teu", "t", "value_cny"))
    return _still(flow, np.int8), *(_still(amount, np.int64) for amount in amounts)


def _add_up_by_arrays(
    legs: tuple[NDArray[Any], ...],
    shipments: tuple[NDArray[Any], ...],
    ways: tuple[Ints, ...],
    step: int,
    first_cell: Ints,
    rode: Ints,
    left: Ints,
) -> None:
    """Do what `add_up_moves` does."""
    shipment, service, board, alight, board_s, end_s = legs
    flow, *amounts = shipments
    n_calls, call_first, ride_first = ways
    is_ride = service >= 0
    is_last = np.append(~is_ride[1:], False) & is_ride
    ride = ride_first[service] + board * n_calls[service] + alight
    call = call_first[service] + alight
    for seconds, chosen, place, sums in (
        (board_s, is_ride, ride, rode),
        (end_s, is_last, call, left),
    ):
        first = _looked_up(seconds, step, first_cell)
        rows = np.flatnonzero(chosen & (first >= 0))
        owner = shipment[rows]
        cell = place[rows] * sums.shape[1] + first[rows] + flow[owner]
        for rank, amount in enumerate(amounts):
            of_amount = whole_sums(cell, amount[owner], sums[..., rank].size)
            sums[..., rank] += of_amount.reshape(sums.shape[:2])
