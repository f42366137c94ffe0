"""Visits of vehicles, boxes and background traffic: what is visited, and for how long."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corridor_sim.compiled import machine_code
from corridor_sim.plan.durations import to_seconds
from corridor_sim.plan.tables import ON_DEMAND, BackgroundTable, LegTable, ServiceTable, VisitTable
from corridor_sim.plan.ways import DRAWS_PER_SHIPMENT
from corridor_sim.processors import processors

if TYPE_CHECKING:
    from corridor_sim.distributions import Distribution
    from corridor_sim.plan.background import BackgroundRow
    from corridor_sim.plan.durations import DurationTable
    from corridor_sim.plan.services import ServiceLayout
    from corridor_sim.plan.ways import WayTable
    from corridor_sim.shipments import Shipments
    from corridor_sim.streams import Streams

__all__ = ["VisitDraws"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SmallInts = NDArray[np.int32]

# So many shipments at a time, with all their draws, stay in the caches of a core.
_BLOCK = 4096
# Fewer legs are not worth the import of numba.
_MANY = 20_000
_SMALL, _LARGE, _REAL = "int32[::1]", "int64[::1]", "float64[::1]"
_SPREAD = (
    f"void(int64, int64, int64, {_REAL}, {_SMALL}, {_SMALL}, {_SMALL}, {_SMALL}, {_SMALL}, "
    f"{_LARGE}, {_SMALL}, {_SMALL}, {_SMALL}, {_SMALL}, {_SMALL}, {_SMALL}, {_SMALL}, {_REAL})"
)


@dataclass(frozen=True, eq=False)
class VisitDraws:
    """What the draws of visits need of a scenario.

    Attributes
    ----------
    layout : ServiceLayout
        Services.
    ways : WayTable
        Of all routes.
    durations : DurationTable
        Of all resources.
    takes : dict of int to Distribution
        Vessels a chamber takes, by rank of the lock.
    background : tuple of BackgroundRow
        In rank order.
    """

    layout: ServiceLayout
    ways: WayTable
    durations: DurationTable
    takes: dict[int, Distribution]
    background: tuple[BackgroundRow, ...]

    def draw(
        self,
        streams: Streams,
        *,
        shipments: Shipments,
        row: NDArray[np.int32],
        legs: LegTable,
        services: ServiceTable,
        vessels: BackgroundTable,
    ) -> VisitTable:
        """Draw all visits of a replication.

        Parameters
        ----------
        streams : Streams
            Of the replication.
        shipments : Shipments
            With their routes.
        row : (L,) int32
            Row of the ways of each leg.
        legs : LegTable
            Legs.
        services : ServiceTable
            With numbered departures.
        vessels : BackgroundTable
            Background vessels.

        Returns
        -------
        VisitTable
            Visits of departures, shipments and vessels.
        """
        shipment_first = int(services.visit_first[-1])
        background_first = int(legs.visit_first[-1])
        n = background_first + int(vessels.visit_first[-1])
        table = VisitTable(
            resource=np.full(n, -1, dtype=np.int32),
            fixed_s=np.zeros(n, dtype=np.float64),
            take=np.zeros(n, dtype=np.int8),
            shipment_first=shipment_first,
            background_first=background_first,
        )
        self._draw_departures(streams, table, services)
        self._draw_ways(streams, table, shipments, row, legs, services)
        before = slice(background_first)
        self.durations.convert(table.resource[before], table.fixed_s[before])
        self._draw_background(streams, table, vessels)
        return table

    def _draw_take(
        self, streams: Streams, table: VisitTable, rows: slice, rank: int, address: str
    ) -> None:
        """Draw how many vessels the chamber of a lock takes; other resources have none."""
        if rank in self.takes:
            take = table.take[rows]
            drawn = self.takes[rank].sample(streams.turn_to("take", address), len(take))
            take[:] = np.maximum(np.floor(drawn), 1)

    def _draw_departures(self, streams: Streams, table: VisitTable, services: ServiceTable) -> None:
        """Name what departures visit, and draw for those that no shipment orders."""
        for service, name in enumerate(self.layout.names):
            first, end = services.visit_first[service : service + 2].tolist()
            if first == end:
                continue
            steps = self.layout.steps(service)
            for step, rank in enumerate(steps):
                if rank < 0:
                    continue
                rows, address = slice(first + step, end, len(steps)), f"{name}|{step}"
                table.resource[rows] = rank
                if services.dispatch[service] != ON_DEMAND:
                    rng = streams.turn_to("departure", address)
                    table.fixed_s[rows] = rng.random((end - first) // len(steps))
                self._draw_take(streams, table, rows, rank, address)

    def _draw_ways(
        self,
        streams: Streams,
        table: VisitTable,
        shipments: Shipments,
        row: NDArray[np.int32],
        legs: LegTable,
        services: ServiceTable,
    ) -> None:
        """Draw one uniform number for every visit of a box and every step of its trucks."""
        ways = self.ways
        arrays = (
            row,
            legs.shipment,
            legs.service,
            legs.number,
            legs.visit_first,
            services.visit_first,
            ways.n_visits,
            ways.visit_first,
            ways.visit_place,
            ways.visit_resource,
            ways.n_steps,
            ways.truck_place,
            table.resource,
            table.fixed_s,
        )
        spread: Callable[..., None] = _spread_together
        if len(row) >= _MANY:
            spread = machine_code(__name__, "_spread_leg_by_leg", _SPREAD) or spread

        def draw(rows: slice) -> None:
            for start, end, draws in _blocks(streams.another(), shipments, rows):
                leg, leg_end = legs.first[[start, end]].tolist()
                spread(leg, leg_end, start, draws, *arrays)

        parts = _parts(shipments, processors() if len(row) >= _MANY else 1)
        if len(parts) == 1:
            draw(parts[0])
            return
        # Numbers are drawn and spread without the interpreter's lock, to visits of their own.
        with ThreadPoolExecutor(len(parts)) as threads:
            list(threads.map(draw, parts))

    def _draw_background(
        self, streams: Streams, table: VisitTable, vessels: BackgroundTable
    ) -> None:
        counts = np.diff(vessels.visit_first)
        first = table.background_first
        table.resource[first:] = np.repeat(vessels.resource, counts)
        visits = np.bincount(vessels.name, weights=counts, minlength=len(self.background))
        for own, count in zip(self.background, visits.astype(np.int64).tolist(), strict=True):
            rows = slice(first, first + count)
            first += count
            if count:
                rng = streams.turn_to("background time", own.name)
                table.fixed_s[rows] = to_seconds(*own.time, rng.random(count))
                self._draw_take(streams, table, rows, own.resource, own.name)


def _spread_leg_by_leg(  # noqa: PLR0917 - compiled functions take no keywords
    leg: int,
    leg_end: int,
    start: int,
    draws: Floats,
    row: SmallInts,
    shipment: SmallInts,
    service: SmallInts,
    number: SmallInts,
    visit_first: SmallInts,
    service_visit_first: Ints,
    n_visits: SmallInts,
    way_visit_first: SmallInts,
    visit_place: SmallInts,
    visit_resource: SmallInts,
    n_steps: SmallInts,
    truck_place: SmallInts,
    resource: SmallInts,
    drawn: Floats,
) -> None:
    """Give the draws of a block of shipments to their visits and the steps of their trucks."""
    for n in range(leg, leg_end):
        way = row[n]
        place = (shipment[n] - start) * DRAWS_PER_SHIPMENT
        visit = visit_first[n]
        for k in range(n_visits[way]):
            resource[visit + k] = visit_resource[way_visit_first[way] + k]
            drawn[visit + k] = draws[place + visit_place[way] + k]
        if n_steps[way] > 0:
            visit = service_visit_first[service[n]] + number[n] * n_steps[way]
            for k in range(n_steps[way]):
                drawn[visit + k] = draws[place + truck_place[way] + k]


def _spread_together(  # noqa: PLR0917 - as the compiled one
    leg: int,
    leg_end: int,
    start: int,
    draws: Floats,
    row: SmallInts,
    shipment: SmallInts,
    service: SmallInts,
    number: SmallInts,
    visit_first: SmallInts,
    service_visit_first: Ints,
    n_visits: SmallInts,
    way_visit_first: SmallInts,
    visit_place: SmallInts,
    visit_resource: SmallInts,
    n_steps: SmallInts,
    truck_place: SmallInts,
    resource: SmallInts,
    drawn: Floats,
) -> None:
    """Do what `_spread_leg_by_leg` does, where there is no compiled form of it."""
    legs = slice(leg, leg_end)
    way = row[legs]
    place = (shipment[legs] - start) * DRAWS_PER_SHIPMENT
    counts = n_visits[way]
    visits = slice(int(visit_first[leg]), int(visit_first[leg_end]))
    resource[visits] = visit_resource[_side_by_side(way_visit_first[way], counts)]
    drawn[visits] = draws[_side_by_side(place + visit_place[way], counts)]
    trucks = np.flatnonzero(n_steps[way])
    way, place = way[trucks], place[trucks]
    counts = n_steps[way]
    first = service_visit_first[service[legs][trucks]] + number[legs][trucks] * counts
    places = _side_by_side(place + truck_place[way], counts)
    drawn[_side_by_side(first, counts)] = draws[places]


def _side_by_side(first: NDArray[np.signedinteger], counts: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return for each owner as many numbers as it has, from its first one on."""
    before = np.cumsum(counts) - counts
    numbers = np.repeat(first - before, counts)
    numbers += np.arange(len(numbers))
    return numbers


def _parts(shipments: Shipments, count: int) -> list[slice]:
    """Cut the OD rows into parts with about as many shipments each."""
    n = len(shipments.od_names)
    ends = np.cumsum(np.bincount(shipments.od, minlength=n))
    goals = len(shipments.od) * np.arange(1, count) // count
    cuts = [0, *np.searchsorted(ends, goals).tolist(), n]
    return [slice(*pair) for pair in pairwise(cuts)]


def _blocks(
    streams: Streams, shipments: Shipments, rows: slice
) -> Iterator[tuple[int, int, Floats]]:
    """Give the first and last shipment of each block, with the draws of its shipments in a row.

    The draws of a shipment are `DRAWS_PER_SHIPMENT` numbers of its OD row's own stream, used in
    the order of its way, so that they depend on the OD row and the number of the shipment alone.
    """
    names: Sequence[str] = shipments.od_names[rows]
    counts = np.bincount(shipments.od, minlength=len(shipments.od_names))
    block = np.empty((_BLOCK, DRAWS_PER_SHIPMENT))
    start, filled = int(counts[: rows.start].sum()), 0
    for name, n in zip(names, counts[rows].tolist(), strict=True):
        rng, drawn = streams.turn_to("way", name), 0
        while drawn < n:
            count = min(n - drawn, _BLOCK - filled)
            rng.random(out=block[filled : filled + count])
            filled, drawn = filled + count, drawn + count
            if filled == _BLOCK:
                yield start, start + filled, block.ravel()
                start, filled = start + filled, 0
    if filled:
        yield start, start + filled, block[:filled].ravel()
