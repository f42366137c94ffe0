"""Which way each shipment takes: utilities of its alternatives and the taste of its shipper.

The taste of a shipper is drawn for each alternative by the name of its route: a new alternative is
taken only by those who like it better than all they knew before.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from corridor_sim.demand.od import ODTable
    from corridor_sim.routes.choice import ChoiceModel
    from corridor_sim.streams import Streams

__all__ = ["RowChoice", "row_choices"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RowChoice:
    """The alternatives of one OD row, one entry each, at least one.

    Attributes
    ----------
    route : (a,) int32
        Places in the routes.
    address : tuple of str
        Names under which tastes are drawn.
    freight_cny_per_teu, planned_days, constant : (a, 1) float64
        Of the choice model, weight and premiums included.
    beta : float
        Sensitivity to the logarithm of cost.
    capacity_mteu, capacity_kg : (a, 1) float64
        Largest shipment each takes.
    room_mteu, room_kg : float
        Largest shipment all of them take.
    spans : tuple of (int, int, (a,) bool)
        Start and end of release dates for which a closure is known, and the alternatives over it.
    """

    route: NDArray[np.int32]
    address: tuple[str, ...]
    freight_cny_per_teu: Floats
    planned_days: Floats
    constant: Floats
    beta: float
    capacity_mteu: Floats
    capacity_kg: Floats
    room_mteu: float
    room_kg: float
    spans: tuple[tuple[int, int, NDArray[np.bool_]], ...]

    def choose(
        self,
        streams: Streams,
        *,
        release_s: NDArray[np.int64],
        mteu: NDArray[np.int64],
        kg: NDArray[np.int64],
        cny_per_day: Floats,
        all_fit: bool,
    ) -> NDArray[np.int32]:
        """Return the route of each shipment.

        Parameters
        ----------
        streams : Streams
            Of the replication.
        release_s, mteu, kg : (n,) int64
            When it is released, and its size.
        cny_per_day : (n,) float64
            What a day in transit costs a TEU.
        all_fit : bool
            Whether each shipment fits whatever alternative.

        Returns
        -------
        (n,) int32
            Places in the routes.
        """
        n = len(release_s)
        if len(self.route) == 1:
            return np.full(n, self.route[0], dtype=np.int32)
        # The utility of `ChoiceModel.utility`, an alternative a line, worked in place.
        utility = np.multiply(cny_per_day, self.planned_days)
        utility += self.freight_cny_per_teu
        np.log(utility, out=utility)
        utility *= self.beta
        np.subtract(self.constant, utility, out=utility)
        taste = np.empty((len(self.route), n))
        for address, drawn in zip(self.address, taste, strict=True):
            streams.turn_to("taste", address).standard_exponential(out=drawn)
        utility -= np.log(taste, out=taste)
        usable = self._usable(release_s, mteu, kg, all_fit=all_fit)
        if usable is not None:
            utility[~usable] = -np.inf
        chosen: NDArray[np.int32] = self.route[utility.argmax(axis=0)]
        return chosen

    def _usable(
        self,
        release_s: NDArray[np.int64],
        mteu: NDArray[np.int64],
        kg: NDArray[np.int64],
        *,
        all_fit: bool,
    ) -> NDArray[np.bool_] | None:
        """Tell which alternatives each shipment can take: it fits, and no known closure is on it.

        Where nothing is left, closures are not avoided (they end) and size is left to the plan,
        which says what does not fit. None stands for all of them.
        """
        known = [
            (released, over)
            for start, end, over in self.spans
            if (released := (release_s >= start) & (release_s < end)).any()
        ]
        if all_fit and not known:
            return None
        fits = (mteu <= self.capacity_mteu) & (kg <= self.capacity_kg)
        fits |= ~fits.any(axis=0)
        usable = fits.copy()
        for released, over in known:
            usable &= ~(over[:, None] & released)
        return np.where(usable.any(axis=0), usable, fits)


def row_choices(od: ODTable, model: ChoiceModel) -> tuple[RowChoice | None, ...]:
    """Gather what the choice model says of the alternatives of every OD row.

    Parameters
    ----------
    od : ODTable
        Rows whose shipments choose.
    model : ChoiceModel
        How shippers choose.

    Returns
    -------
    tuple of RowChoice or None
        By OD row, None where no way is open; independent of seed and replication.
    """
    routes = model.routes
    counts = [len(options) for options in routes.of_od]
    route = np.fromiter(chain.from_iterable(routes.of_od), dtype=np.int32, count=sum(counts))
    # All rows at once; what belongs to one is a slice.
    t_per_teu = np.repeat(np.array([row.t_per_teu for row in od.rows], dtype=np.float64), counts)
    freight = (model.cost_cny_per_teu + model.premium_cny_per_teu)[route]
    freight += t_per_teu * (model.cost_cny_per_t + model.premium_cny_per_t)[route]
    capacity = np.array([(r.capacity_teu * 1000, r.capacity_t * 1000) for r in routes.routes])
    most = capacity.reshape(-1, 2)[route].T
    room_mteu, room_kg = (_least(column, counts) for column in most)
    cells = np.stack(
        [
            freight,
            model.planned_days[route],
            model.constant[route],
            *most,
        ]
    )[:, :, None]
    over = [
        np.array([not span.services.isdisjoint(r.services) for r in routes.routes], bool)[route]
        for span in routes.spans
    ]
    names = [r.name for r in routes.routes]
    choices: list[RowChoice | None] = []
    first = 0
    for number, (row, options) in enumerate(zip(od.rows, routes.of_od, strict=True)):
        own = slice(first, first + len(options))
        first = own.stop
        if not options:
            choices.append(None)
            continue
        columns = cells[:, own]
        choices.append(
            RowChoice(
                route=route[own],
                address=tuple([f"{row.name}|{names[option]}" for option in options]),
                freight_cny_per_teu=columns[0],
                planned_days=columns[1],
                constant=columns[2],
                beta=model.beta,
                capacity_mteu=columns[3],
                capacity_kg=columns[4],
                room_mteu=room_mteu[number],
                room_kg=room_kg[number],
                spans=tuple(
                    (span.start, span.end, shut[own])
                    for span, shut in zip(routes.spans, over, strict=True)
                    if shut[own].any()
                ),
            )
        )
    return tuple(choices)


def _least(values: Floats, counts: list[int]) -> list[float]:
    """Return the least of each run of values; infinite for runs of none."""
    lengths = np.array(counts, dtype=np.int64)
    some = lengths > 0
    least = np.full(len(lengths), np.inf)
    if some.any():
        least[some] = np.minimum.reduceat(values, (np.cumsum(lengths) - lengths)[some])
    return least.tolist()
