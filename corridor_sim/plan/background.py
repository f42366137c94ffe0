"""Background traffic: vessels and trains that carry none of the cargo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corridor_sim.distributions import Distribution
from corridor_sim.plan.tables import NEVER, BackgroundTable

if TYPE_CHECKING:
    from corridor_sim.network import Network
    from corridor_sim.streams import Streams

__all__ = ["BackgroundRow", "background_rows", "draw_background"]

_HOUR = 3600.0
_DAY = 86_400.0


def _arrivals(rng: np.random.Generator, per_day: float, horizon: int) -> NDArray[np.int64]:
    """Return the seconds of Poisson arrivals before the horizon."""
    expected = per_day * horizon / _DAY
    gaps = rng.standard_exponential(int(expected + 8 * np.sqrt(expected) + 20))
    times = np.floor(np.cumsum(gaps) * (_DAY / per_day)).astype(np.int64)
    return times[times < horizon]


def _absences(
    streams: Streams, addresses: Sequence[str], away: Distribution, horizon: int
) -> list[NDArray[np.int64]]:
    """Return the times away of each vessel until the horizon is surely passed."""
    count = int(horizon / max(away.mean() * _HOUR, 1.0) * 1.25) + 16
    phase = np.empty(len(addresses))
    drawn = np.empty((len(addresses), count))
    for vessel, address in enumerate(addresses):
        rng = streams.turn_to("background", address)
        phase[vessel] = rng.random()
        rng.random(out=drawn[vessel])
    seconds = np.maximum(np.ceil(away.quantile(drawn) * _HOUR), 1.0)
    # The span starts somewhere within the first absence.
    seconds[:, 0] = np.maximum(np.ceil(seconds[:, 0] * phase), 1.0)
    absences = []
    for vessel, address in enumerate(addresses):
        gaps = seconds[vessel]
        if gaps.sum() < horizon:
            rng = streams.turn_to("background", address)
            # What has been drawn above.
            rng.random(1 + count)
            while gaps.sum() < horizon:
                more = np.maximum(np.ceil(away.sample(rng, count) * _HOUR), 1.0)
                gaps = np.concatenate([gaps, more])
        needed = int(np.searchsorted(np.cumsum(gaps), horizon)) + 1
        absences.append(gaps[:needed].astype(np.int64))
    return absences


@dataclass(frozen=True, slots=True)
class BackgroundRow:
    """One stream of background traffic.

    Attributes
    ----------
    name : str
        Its row in the network's table.
    resource, priority : int
        What it visits, and its rank there.
    per_day : float
        Arrivals a day, of a stream that comes from outside.
    away_h : Distribution or None
        Hours between visits, of a population that returns; None for a stream from outside.
    population : int
        Vessels that return.
    time : tuple of (Distribution, float)
        Hours of a visit and their probability.
    """

    name: str
    resource: int
    priority: int
    per_day: float
    away_h: Distribution | None
    population: int
    time: tuple[Distribution, float]


def background_rows(
    network: Network,
    resource_names: tuple[str, ...],
    times: Sequence[tuple[Distribution, float] | None],
) -> tuple[BackgroundRow, ...]:
    """Return the background traffic in the rank order of its names.

    Parameters
    ----------
    network : Network
        Its background table.
    resource_names : tuple of str
        In rank order.
    times : sequence of (Distribution, float) or None
        Hours of a visit to each resource, which hold where the traffic has none of its own.

    Returns
    -------
    tuple of BackgroundRow
        Independent of seed and replication.
    """
    rank_of = {name: rank for rank, name in enumerate(resource_names)}
    table = network.background.sort_index()
    rows = []
    for name, record in zip(table.index, table.to_dict("records"), strict=True):
        resource = rank_of[str(record["facility"])]
        is_open = record["kind"] == "open"
        own = record["fixed_h"]
        time = (own, 1.0) if own is not None else times[resource]
        rows.append(
            BackgroundRow(
                name=str(name),
                resource=resource,
                priority=int(record["priority"]),
                per_day=float(record["vehicles_per_day"]) if is_open else 0.0,
                away_h=None if is_open else record["away_h"],
                population=0 if is_open else int(record["population"]),
                time=time or (Distribution.constant(0.0), 1.0),
            )
        )
    return tuple(rows)


def draw_background(
    rows: Sequence[BackgroundRow], streams: Streams, *, horizon: int
) -> BackgroundTable:
    """Draw the background vessels and when they come.

    Parameters
    ----------
    rows : sequence of BackgroundRow
        From `background_rows`.
    streams : Streams
        Of the replication.
    horizon : int
        Seconds.

    Returns
    -------
    BackgroundTable
        Vessels of a row lie side by side.
    """
    none = np.empty(0, dtype=np.int64)
    gaps, visits = [none], [none]
    vessels = np.zeros(len(rows), dtype=np.int64)
    directions = [np.empty(0, dtype=np.int8)]
    for number, row in enumerate(rows):
        if row.away_h is not None:
            addresses = [f"{row.name}|{vessel}" for vessel in range(row.population)]
            absences = _absences(streams, addresses, row.away_h, horizon)
            gaps.extend(absences)
            visits.append(np.array([len(own) for own in absences], dtype=np.int64))
            directions.append((np.arange(row.population) % 2).astype(np.int8))
        else:
            arrivals = none
            if row.per_day > 0:
                rng = streams.turn_to("background", row.name)
                arrivals = _arrivals(rng, row.per_day, horizon)
            gaps.append(arrivals)
            visits.append(np.ones(len(arrivals), dtype=np.int64))
            directions.append(np.full(len(arrivals), NEVER, dtype=np.int8))
        vessels[number] = len(visits[-1])
    counts = np.concatenate(visits)
    return BackgroundTable(
        resource=np.repeat(np.array([row.resource for row in rows], dtype=np.int64), vessels),
        priority=np.repeat(np.array([row.priority for row in rows], dtype=np.int64), vessels),
        first_direction=np.concatenate(directions),
        visit_first=np.concatenate([none, [0], np.cumsum(counts)]).astype(np.int64),
        gap=np.concatenate(gaps),
        name=np.repeat(np.arange(len(rows), dtype=np.int32), vessels),
    )
