"""Background traffic: vessels and trains that carry none of the cargo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corridor_sim.plan.tables import NEVER, BackgroundTable
from corridor_sim.streams import stream

if TYPE_CHECKING:
    from corridor_sim.distributions import Distribution
    from corridor_sim.network import Network

__all__ = ["draw_background"]

_HOUR = 3600.0
_DAY = 86_400.0


def _arrivals(rng: np.random.Generator, per_day: float, horizon: int) -> NDArray[np.int64]:
    """Return the seconds of Poisson arrivals before the horizon."""
    expected = per_day * horizon / _DAY
    gaps = rng.standard_exponential(int(expected + 8 * np.sqrt(expected) + 20))
    times = np.floor(np.cumsum(gaps) * (_DAY / per_day)).astype(np.int64)
    return times[times < horizon]


def _absences(rng: np.random.Generator, away: Distribution, horizon: int) -> NDArray[np.int64]:
    """Return the times away of one vessel until the horizon is surely passed."""
    phase = rng.random()
    count = int(horizon / max(away.mean() * _HOUR, 1.0) * 1.25) + 16
    drawn: list[NDArray[np.float64]] = []
    total = 0.0
    while total < horizon:
        seconds = np.maximum(np.ceil(away.sample(rng, count) * _HOUR), 1.0)
        if not drawn:
            # The span starts somewhere within the first absence.
            seconds[0] = max(np.ceil(seconds[0] * phase), 1.0)
        drawn.append(seconds)
        total += float(seconds.sum())
    gaps = np.concatenate(drawn)
    needed = int(np.searchsorted(np.cumsum(gaps), horizon)) + 1
    return gaps[:needed].astype(np.int64)


def draw_background(
    network: Network,
    resource_names: tuple[str, ...],
    *,
    seed: int,
    replication: int,
    horizon: int,
) -> tuple[tuple[str, ...], BackgroundTable, list[Distribution | None]]:
    """Draw the background vessels and when they come.

    Parameters
    ----------
    network : Network
        Its background table.
    resource_names : tuple of str
        In rank order.
    seed, replication : int
        Address of the draws.
    horizon : int
        Seconds.

    Returns
    -------
    tuple
        Names of the background rows in rank order, the table, and for each row the distribution of
        its service time, None where the facility's holds.
    """
    rank_of = {name: rank for rank, name in enumerate(resource_names)}
    table = network.background.sort_index()
    names = tuple(str(name) for name in table.index)
    times: list[Distribution | None] = []
    owners: list[int] = []
    resources: list[int] = []
    priorities: list[int] = []
    directions: list[int] = []
    gaps: list[NDArray[np.int64]] = []
    for row, (name, record) in enumerate(zip(names, table.to_dict("records"), strict=True)):
        times.append(record["fixed_h"])
        resource = rank_of[str(record["facility"])]
        if record["kind"] == "open":
            rng = stream(seed, replication, "background", name)
            per_day = float(record["vehicles_per_day"])
            arrivals = _arrivals(rng, per_day, horizon).tolist() if per_day > 0 else []
            visits = [np.array([time], dtype=np.int64) for time in arrivals]
            first_direction = [NEVER] * len(visits)
        else:
            population = int(record["population"])
            visits = [
                _absences(
                    stream(seed, replication, "background", f"{name}|{vessel}"),
                    record["away_h"],
                    horizon,
                )
                for vessel in range(population)
            ]
            first_direction = [vessel % 2 for vessel in range(population)]
        gaps.extend(visits)
        owners.extend([row] * len(visits))
        resources.extend([resource] * len(visits))
        priorities.extend([int(record["priority"])] * len(visits))
        directions.extend(first_direction)
    lengths = np.array([len(part) for part in gaps], dtype=np.int64)
    built = BackgroundTable(
        resource=np.array(resources, dtype=np.int64),
        priority=np.array(priorities, dtype=np.int64),
        first_direction=np.array(directions, dtype=np.int8),
        visit_first=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        gap=np.concatenate([*gaps, np.empty(0, dtype=np.int64)]),
        name=np.array(owners, dtype=np.int32),
    )
    return names, built, times
