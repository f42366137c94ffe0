"""Rounds of the search for premiums in one loop over rows and cells, to be compiled by numba.

It does what `corridor_sim.routes.premiums` does with whole arrays, in the same order, so that both
give the same bits; and it lets go of the interpreter meanwhile.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corridor_sim.compiled import machine_code

if TYPE_CHECKING:
    from corridor_sim.routes.choice import ChoiceModel, ExpectedChoice
    from corridor_sim.routes.premiums import ServiceRoom

__all__ = ["FIRST_STEP", "HALVED_AFTER", "TARGET_LOAD", "PremiumLoop", "search"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Share of the slots that is planned to be sold in a mean week.
TARGET_LOAD = 0.9
#: Length of the first step, and rounds after which steps are half as long.
FIRST_STEP = 0.4
HALVED_AFTER = 20
_STRANDS = 8
_NODES = 9
# Fewer cells are not worth the comparison with whole arrays.
_FEW = 4096
_SIGNATURE = (
    "void(int64[::1], int64[::1], float64[:, ::1], float64[:, ::1], float64[:, ::1], "
    "float64[:, ::1], float64, int64[::1], int64[::1], float64[:, ::1], int64, "
    "float64[:, ::1], float64[::1], float64[:, ::1], float64[:, ::1], float64[:, ::1], "
    "float64[:, ::1], float64[:, ::1])"
)


@dataclass(frozen=True, eq=False)
class PremiumLoop:
    """The compiled loop and what it needs to know of a search.

    Attributes
    ----------
    kernel : callable
        `search`.
    arguments : tuple
        Those of `search` that no round changes.
    scratch : tuple of ndarray
        Room for what the loop works out meanwhile, the last arguments of `search`.
    cells, stretches : int
        Number of cells and of stretches.
    """

    kernel: Callable[..., None]
    arguments: tuple[Floats | Ints | float, ...]
    scratch: tuple[Floats, ...]
    cells: int
    stretches: int

    @classmethod
    def of(
        cls,
        model: ChoiceModel,
        cells: ExpectedChoice,
        room: ServiceRoom,
        *,
        amounts: Sequence[Floats],
        units: Sequence[Floats],
    ) -> PremiumLoop | None:
        """Gather what the loop needs to know.

        Parameters
        ----------
        model : ChoiceModel
            Costs and constants.
        cells : ExpectedChoice
            Of the demand.
        room : ServiceRoom
            Slots.
        amounts : sequence of (c,) float64
            Shipments of a year, TEU and their squares, tonnes and their squares.
        units : sequence of (s,) float64
            Units of a step by TEU and by tonne.

        Returns
        -------
        PremiumLoop or None
            None where it would not pay, where numba is missing, or where NumPy would warn of a
            number: the loop could not.
        """
        if len(cells.route) < _FEW or cells.weight.shape[1] != _NODES:
            return None
        of_cell = np.stack([cells.t_per_teu, *amounts])
        of_route = np.stack(
            [model.cost_cny_per_teu, model.cost_cny_per_t, model.planned_days, model.constant]
        )
        slots = np.stack([room.departures, room.capacity_teu, room.capacity_t])
        is_fleet = room.is_fleet.astype(np.float64)
        of_stretch = np.stack([slots[0], is_fleet, slots[1], units[0], slots[2], units[1]])
        freight = of_route[0, cells.route] + of_cell[0] * of_route[1, cells.route]
        numbers = (of_cell, of_route, of_stretch, cells.cny_per_day)
        is_usual = all(np.isfinite(array).all() for array in numbers)
        if not (is_usual and (freight > 0).all() and (slots > 0).all()):
            return None
        kernel = machine_code(__name__, "search", _SIGNATURE)
        if kernel is None:
            return None
        first = np.flatnonzero(np.diff(cells.row, prepend=-1, append=cells.row[-1] + 1))
        known = (first, cells.route, of_cell, cells.cny_per_day, cells.weight, of_route)
        arguments = (*known, float(model.beta), room.used, room.user, of_stretch)
        most = int(np.diff(first).max())
        shapes = (
            (2, of_route.shape[1]),
            (5, of_route.shape[1]),
            (5, of_stretch.shape[1]),
            (most, _NODES),
            (2 + _STRANDS, _NODES),
        )
        scratch = tuple(np.empty(shape) for shape in shapes)
        return cls(kernel, arguments, scratch, len(cells.route), len(room.stretches))

    def agrees(self, premium: Floats, share: Floats) -> bool:
        """Tell whether the first round gives the same shares as NumPy, to the last bit.

        On some machines NumPy has logarithms of its own, which differ from those of the loop.

        Parameters
        ----------
        premium : (2, s) float64
            At which the round starts, by TEU and by tonne.
        share : (c,) float64
            By NumPy.

        Returns
        -------
        bool
            Whether the loop may be used.
        """
        mine = np.empty(self.cells)
        self.kernel(*self.arguments, 1, premium.copy(), mine, *self.scratch)
        return np.array_equal(mine, share)

    def run(self, premium: Floats, *, rounds: int) -> None:
        """Go through the rounds.

        Parameters
        ----------
        premium : (2, s) float64
            By TEU and by tonne; changed.
        rounds : int
            Number of rounds.
        """
        share = np.empty(self.cells)
        self.kernel(*self.arguments, rounds, premium, share, *self.scratch)


def search(
    first: Ints,
    route: Ints,
    of_cell: Floats,
    cny_per_day: Floats,
    weight: Floats,
    of_route: Floats,
    beta: float,
    used: Ints,
    user: Ints,
    of_stretch: Floats,
    rounds: int,
    premium: Floats,
    share: Floats,
    along: Floats,
    amount: Floats,
    load: Floats,
    work: Floats,
    of_node: Floats,
) -> None:
    """Go through some rounds, in place.

    Parameters
    ----------
    first : (rows + 1,) int64
        First cell of each OD row that has any, and the number of cells.
    route : (c,) int64
        Route of each cell.
    of_cell : (6, c) float64
        Tonnes per TEU; shipments of a year; then TEU and their squares, tonnes and their squares.
    cny_per_day, weight : (c, 9) float64
        As in `ExpectedChoice`.
    of_route : (4, R) float64
        Cost per TEU and per tonne, days, constant.
    beta : float
        Sensitivity.
    used, user : (u,) int64
        As in `ServiceRoom`.
    of_stretch : (6, s) float64
        Departures; 1 for a fleet, else 0; capacity and unit of a step by TEU, then by tonne.
    rounds : int
        How many.
    premium : (2, s) float64
        By TEU and by tonne; changed.
    share : (c,) float64
        Receives the shares of the last round.
    along, amount, load, work, of_node : (2, R), (5, R), (5, s), (most, 9), (10, 9) float64
        Room to work in; most is the largest number of cells of an OD row.
    """
    for number in range(rounds):
        along[:] = 0.0
        for n in range(len(used)):
            along[0, user[n]] += premium[0, used[n]]
            along[1, user[n]] += premium[1, used[n]]
        for row in range(len(first) - 1):
            start, count = first[row], first[row + 1] - first[row]
            for cell in range(count):
                at = route[start + cell]
                by_t = of_cell[0, start + cell] * (of_route[1, at] + along[1, at])
                freight = of_route[0, at] + along[0, at] + by_t
                for node in range(_NODES):
                    work[cell, node] = cny_per_day[start, node] * of_route[2, at] + freight
            for cell in range(count):
                for node in range(_NODES):
                    work[cell, node] = math.log(work[cell, node])
            for cell in range(count):
                for node in range(_NODES):
                    work[cell, node] *= -beta
                    work[cell, node] += of_route[3, route[start + cell]]
            _choose(work[:count], weight[start], share[start : start + count], of_node)
        amount[:] = 0.0
        for cell in range(len(route)):
            at = route[cell]
            for column in range(5):
                amount[column, at] += share[cell] * of_cell[1 + column, cell]
        load[:] = 0.0
        for n in range(len(used)):
            for column in range(5):
                load[column, used[n]] += amount[column, user[n]]
        step = FIRST_STEP / (1 + number / HALVED_AFTER)
        for kind in range(2):
            _move(kind, step, load, of_stretch, premium)


def _choose(work: Floats, weight: Floats, share: Floats, of_node: Floats) -> None:
    """Fill in the shares of the cells of an OD row.

    Parameters
    ----------
    work : (n, 9) float64
        Utilities at the nodes; changed.
    weight : (9,) float64
        Of the nodes.
    share : (n,) float64
        Receives the shares.
    of_node : (10, 9) float64
        Room to work in.
    """
    count = len(work)
    of_node[:] = 0.0
    largest, total, strands = of_node[0], of_node[1], of_node[2:]
    for node in range(_NODES):
        largest[node] = work[0, node]
    for cell in range(1, count):
        for node in range(_NODES):
            largest[node] = max(largest[node], work[cell, node])
    for cell in range(count):
        for node in range(_NODES):
            work[cell, node] = math.exp(work[cell, node] - largest[node])
    # As `Layers.sum` adds up: the first, and the others, in eight strands as far as they go.
    left = 1 + (count - 1) // _STRANDS * _STRANDS
    for cell in range(1, left):
        for node in range(_NODES):
            strands[(cell - 1) % _STRANDS, node] += work[cell, node]
    for node in range(_NODES):
        a = (strands[0, node] + strands[1, node]) + (strands[2, node] + strands[3, node])
        b = (strands[4, node] + strands[5, node]) + (strands[6, node] + strands[7, node])
        total[node] = a + b
    for cell in range(left, count):
        for node in range(_NODES):
            total[node] += work[cell, node]
    for node in range(_NODES):
        total[node] = work[0, node] + total[node]
    for cell in range(count):
        for node in range(_NODES):
            work[cell, node] = work[cell, node] / total[node] * weight[node]
        # Pair by pair, and the last node by itself.
        own = work[cell]
        a = (own[0] + own[1]) + (own[2] + own[3])
        b = (own[4] + own[5]) + (own[6] + own[7])
        share[cell] = a + b + own[8]


def _move(kind: int, step: float, load: Floats, of_stretch: Floats, premium: Floats) -> None:
    """Move the premiums by TEU (0) or by tonne (1) of all stretches by a step."""
    for s in range(premium.shape[1]):
        departures, capacity = of_stretch[0, s], of_stretch[2 + 2 * kind, s]
        own, square = load[1 + 2 * kind, s], load[2 + 2 * kind, s]
        lost = load[0, s] * capacity / 2
        if of_stretch[1, s] == 0.0:
            per_departure = square / (2 * own) if own > 0 else 0.0
            lost = min(own / capacity, departures) * min(per_departure, capacity / 2)
        limit = TARGET_LOAD * departures * capacity
        excess = min(max((own + lost) / limit - 1, -1.0), 2.0)
        moved = premium[kind, s] + step * of_stretch[3 + 2 * kind, s] * excess
        premium[kind, s] = max(moved, 0.0)
