"""The draws of shipments.

Every draw of a shipment belongs to its OD row and its number within it, so that an added row
changes no other and two scenarios share what they have in common. What no draw can change is
gathered once, in a `ShipmentFrame`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corridor_sim.demand.od import CARGO, DIRECTIONS, ODTable
from corridor_sim.shipments.choices import RowChoice, row_choices
from corridor_sim.shipments.tables import Shipments
from corridor_sim.streams import Streams

if TYPE_CHECKING:
    from corridor_sim.demand.seasons import SeasonalClock
    from corridor_sim.distributions import Distribution
    from corridor_sim.routes.choice import ChoiceModel

__all__ = ["ShipmentFrame", "generate_shipments"]

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ShipmentFrame:
    """What the shipments of all replications share.

    Attributes
    ----------
    od : ODTable
        Demand.
    clock : SeasonalClock
        When a year's volume is released.
    model : ChoiceModel
        Alternatives and how shippers choose.
    horizon : int
        Seconds; what would be released later is left out.
    n_released : (rows,) int64
        Releases drawn of each OD row: so many that the last lies beyond the clock's span.
    by_direction : tuple of (str, (r,) int64)
        OD rows of each direction.
    by_size : tuple of (Distribution, int, int)
        Distribution of sizes of adjacent OD rows, the first of them and the one after the last.
    choices : tuple of RowChoice or None
        Of each OD row; None where no way is open.
    """

    od: ODTable
    clock: SeasonalClock
    model: ChoiceModel
    horizon: int
    n_released: Ints
    by_direction: tuple[tuple[str, Ints], ...]
    by_size: tuple[tuple[Distribution, int, int], ...]
    choices: tuple[RowChoice | None, ...]

    @classmethod
    def of(
        cls, od: ODTable, clock: SeasonalClock, model: ChoiceModel, *, horizon: int
    ) -> ShipmentFrame:
        """Gather what does not depend on draws.

        Parameters
        ----------
        od : ODTable
            Demand.
        clock : SeasonalClock
            When a year's volume is released.
        model : ChoiceModel
            Alternatives and how shippers choose among them.
        horizon : int
            Seconds; what would be released later is left out.

        Returns
        -------
        ShipmentFrame
            For any number of replications.
        """
        rows = od.rows
        expected = np.array([row.shipments_per_year * clock.total(row.direction) for row in rows])
        by_size = []
        for size, adjacent in groupby(range(len(rows)), key=lambda n: rows[n].shipment_teu):
            numbers = list(adjacent)
            by_size.append((size, numbers[0], numbers[-1] + 1))
        return cls(
            od=od,
            clock=clock,
            model=model,
            horizon=horizon,
            n_released=(expected + 8 * np.sqrt(expected) + 20).astype(np.int64),
            by_direction=tuple(
                (name, np.array([n for n, row in enumerate(rows) if row.direction == name], int))
                for name in DIRECTIONS
            ),
            by_size=tuple(by_size),
            choices=row_choices(od, model),
        )

    def draw(self, seed: int, replication: int) -> Shipments:
        """Draw the shipments of one replication.

        Parameters
        ----------
        seed, replication : int
            Address of the draws.

        Returns
        -------
        Shipments
            All that is released before the horizon, the unserved included.
        """
        streams = Streams(seed, replication)
        rows = self.od.rows
        release_s, counts = self._draw_releases(streams)
        first = np.concatenate([[0], np.cumsum(counts)])
        slices = [
            slice(*ends) for ends in zip(first[:-1].tolist(), first[1:].tolist(), strict=True)
        ]

        def column(values: Sequence[Any], dtype: type[np.generic] = np.float64) -> NDArray[Any]:
            return np.repeat(np.array(values, dtype=dtype), counts)

        mteu = self._draw_sizes(streams, slices)
        weight = mteu * column([row.t_per_teu for row in rows])
        kg = np.maximum(np.rint(weight, out=weight), 1, out=weight).astype(np.int64)
        value = mteu * column([row.cny_per_teu / 1000 for row in rows])
        value_cny = np.rint(value, out=value).astype(np.int64)
        vot = np.empty(len(release_s))
        for row, own in zip(rows, slices, strict=True):
            streams.turn_to("hurry", row.name).standard_normal(out=vot[own])
        vot *= column([row.vot_sigma for row in rows])
        np.exp(vot, out=vot)
        vot *= column([row.vot_median_pct_per_day for row in rows])
        cny_per_day = vot / 100
        cny_per_day *= column([row.cny_per_teu for row in rows])
        largest = zip(_most(mteu, counts), _most(kg, counts), strict=True)
        route = np.full(len(release_s), -1, dtype=np.int32)
        for choice, own, (most_mteu, most_kg) in zip(self.choices, slices, largest, strict=True):
            if choice is not None and own.start < own.stop:
                route[own] = choice.choose(
                    streams,
                    release_s=release_s[own],
                    mteu=mteu[own],
                    kg=kg[own],
                    cny_per_day=cny_per_day[own],
                    all_fit=most_mteu <= choice.room_mteu and most_kg <= choice.room_kg,
                )
        del cny_per_day
        commodities = sorted({row.commodity for row in rows})
        nodes = sorted({node for row in rows for node in (row.origin, row.destination)})
        commodity_at = {name: place for place, name in enumerate(commodities)}
        node_at = {name: place for place, name in enumerate(nodes)}
        owner = np.repeat(np.arange(len(rows), dtype=np.int32), counts)
        return Shipments(
            od=owner,
            k=np.arange(len(owner), dtype=np.int32) - first.astype(np.int32)[owner],
            release_s=release_s,
            mteu=mteu,
            kg=kg,
            value_cny=value_cny,
            vot_pct_per_day=vot,
            priority=column([row.priority for row in rows], np.int8),
            direction=column([DIRECTIONS.index(row.direction) for row in rows], np.int8),
            kind=column([CARGO.index(row.cargo) for row in rows], np.int8),
            commodity=column([commodity_at[row.commodity] for row in rows], np.int32),
            origin=column([node_at[row.origin] for row in rows], np.int32),
            destination=column([node_at[row.destination] for row in rows], np.int32),
            route=route,
            od_names=self.od.names,
            commodity_names=tuple(commodities),
            node_names=tuple(nodes),
            routes=self.model.routes,
        )

    def _draw_releases(self, streams: Streams) -> tuple[Ints, Ints]:
        """Return the seconds of all releases before the horizon, and how many each row has."""
        counts = np.zeros(len(self.od.rows), dtype=np.int64)
        seconds: list[Ints] = [np.empty(0, dtype=np.int64)] * len(self.od.rows)
        for direction, numbers in self.by_direction:
            if len(numbers) == 0:
                continue
            ends = np.cumsum(self.n_released[numbers])
            firsts = ends - self.n_released[numbers]
            volume = np.empty(int(ends[-1]))
            for n, first, end in zip(numbers.tolist(), firsts.tolist(), ends.tolist(), strict=True):
                row, own = self.od.rows[n], volume[first:end]
                streams.turn_to("release", row.name).standard_exponential(out=own)
                np.cumsum(own, out=own)
                own /= row.shipments_per_year
            released = self.clock.seconds_at(direction, volume)
            before = np.add.reduceat(released < self.horizon, firsts, dtype=np.int64)
            counts[numbers] = before
            for n, first, count in zip(
                numbers.tolist(), firsts.tolist(), before.tolist(), strict=True
            ):
                seconds[n] = released[first : first + count]
        return np.concatenate([*seconds, np.empty(0, dtype=np.int64)]), counts

    def _draw_sizes(self, streams: Streams, slices: list[slice]) -> Ints:
        """Return the size of each shipment in thousandths of a TEU."""
        size = np.empty(slices[-1].stop if slices else 0)
        for row, own in zip(self.od.rows, slices, strict=True):
            streams.turn_to("size", row.name).random(out=size[own])
        for distribution, first, end in self.by_size:
            adjacent = slice(slices[first].start, slices[end - 1].stop)
            size[adjacent] = distribution.quantile(size[adjacent])
        size *= 1000
        return np.maximum(np.rint(size, out=size), 1, out=size).astype(np.int64)


def _most(sizes: Ints, counts: Ints) -> list[int]:
    """Return the largest size of each row, 0 where it has no shipment."""
    some = counts > 0
    most = np.zeros(len(counts), dtype=np.int64)
    if some.any():
        most[some] = np.maximum.reduceat(sizes, (np.cumsum(counts) - counts)[some])
    return most.tolist()


def generate_shipments(
    od: ODTable,
    clock: SeasonalClock,
    model: ChoiceModel,
    *,
    horizon: int,
    seed: int,
    replication: int,
) -> Shipments:
    """Draw the shipments of one replication, where no other follows.

    Parameters
    ----------
    od : ODTable
        Demand.
    clock : SeasonalClock
        When a year's volume is released.
    model : ChoiceModel
        Alternatives and how shippers choose among them.
    horizon : int
        Seconds; what would be released later is left out.
    seed, replication : int
        Address of the draws.

    Returns
    -------
    Shipments
        All that is released before the horizon, the unserved included.
    """
    return ShipmentFrame.of(od, clock, model, horizon=horizon).draw(seed, replication)
