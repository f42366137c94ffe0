"""Calendars, closures and slowdowns of a resource as one step function of time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corridor_sim.network.box_pools import BOX_POOL_KIND
from corridor_sim.network.tables import records_of
from corridor_sim.plan.calendar import closed_hours
from corridor_sim.plan.tables import (
    BOX_POOL,
    FACILITY,
    LINK,
    LOCK,
    UNLIMITED,
    LockTable,
    ResourceTable,
)
from corridor_sim.rules.locks import ALTERNATE, ONE_WAY, TIMED

if TYPE_CHECKING:
    from corridor_sim.network import Network
    from corridor_sim.scenario import Scenario
    from corridor_sim.streams import Streams

__all__ = [
    "Closure",
    "ResourceFrame",
    "build_resources",
    "dated_closures",
    "draw_closures",
    "gate_name",
]

_HOUR = 3600
_LOCK_MODES = {"one_way": ONE_WAY, "alternate": ALTERNATE, "timed": TIMED}


@dataclass(frozen=True, slots=True)
class Closure:
    """A span in which a resource has less capacity or works more slowly.

    Attributes
    ----------
    start, end : int
        Seconds; the end is exclusive.
    servers : int
        Servers left.
    slowdown : float
        Factor on every visit that starts in the span.
    chambers : tuple of int
        Flights of a lock that are shut.
    mode, period : int
        Working of a lock in the span, -1 where it does not change.
    """

    start: int
    end: int
    servers: int = UNLIMITED
    slowdown: float = 1.0
    chambers: tuple[int, ...] = ()
    mode: int = -1
    period: int = -1


def gate_name(service: str) -> str:
    """Return the name of the gate that a dated closure of a service shuts."""
    return f"gate:{service}"


def _span(start: dt.date, end: dt.date, origin: dt.date, horizon: int) -> tuple[int, int] | None:
    midnight = dt.datetime.combine(origin, dt.time())

    def seconds(moment: dt.date) -> int:
        if not isinstance(moment, dt.datetime):
            moment = dt.datetime.combine(moment, dt.time())
        return int((moment.replace(tzinfo=None) - midnight).total_seconds())

    first, last = max(seconds(start), 0), min(seconds(end), horizon)
    return (first, last) if first < last else None


def _season_spans(
    season: tuple[str, str] | None, origin: dt.date, horizon: int
) -> list[tuple[int, float, float]]:
    """Return (year, start, end) of each season that touches the span, in seconds."""
    first, last = season or ("01-01", "12-31")
    spans = []
    end_year = (origin + dt.timedelta(seconds=horizon)).year
    for year in range(origin.year - 1, end_year + 1):
        start = dt.date.fromisoformat(f"{year}-{first}")
        wraps = last < first
        end = dt.date.fromisoformat(f"{year + wraps}-{last}") + dt.timedelta(days=1)
        spans.append((year, (start - origin).days * 86_400.0, (end - origin).days * 86_400.0))
    return spans


def dated_closures(scenario: Scenario, network: Network) -> dict[str, list[Closure]]:
    """Return the dated closures of every resource.

    Parameters
    ----------
    scenario : Scenario
        Its disruptions are read.
    network : Network
        Tells which links use a passage.

    Returns
    -------
    dict of str to list of Closure
        By name of link, facility or gate of a service.
    """
    closures: dict[str, list[Closure]] = {}
    for item in scenario.disruptions:
        span = _span(item.start, item.end, scenario.origin, scenario.horizon_s)
        if span is None:
            continue
        on_passages = [
            str(link)
            for link, passages in network.links["passages"].items()
            if set(passages) & set(item.passages)
        ]
        names = [
            *item.facilities,
            *item.links,
            *on_passages,
            *(gate_name(service) for service in item.services),
        ]
        servers = 0 if item.shuts else UNLIMITED if item.servers is None else item.servers
        closure = Closure(
            *span,
            servers=servers,
            slowdown=item.slowdown,
            chambers=tuple(item.chambers),
            mode=-1 if item.lock_mode is None else _LOCK_MODES[item.lock_mode],
            period=-1 if item.turn_period_h is None else round(item.turn_period_h * _HOUR),
        )
        for name in dict.fromkeys(names):
            closures.setdefault(name, []).append(closure)
    return closures


def draw_closures(scenario: Scenario, streams: Streams) -> dict[str, list[Closure]]:
    """Draw the random closures of a replication.

    Parameters
    ----------
    scenario : Scenario
        Its random disruptions are read.
    streams : Streams
        Of the replication.

    Returns
    -------
    dict of str to list of Closure
        By name of link or facility.
    """
    horizon = scenario.horizon_s
    closures: dict[str, list[Closure]] = {}
    for drawn in scenario.random_disruptions:
        for year, start, end in _season_spans(drawn.season, scenario.origin, horizon):
            rng = streams.turn_to("disruption", f"{drawn.name}|{year}")
            count = int(rng.poisson(drawn.per_season))
            begins = start + rng.random(count) * (end - start)
            lengths = drawn.duration_h.sample(rng, count) * _HOUR
            for begin, length in zip(begins.tolist(), lengths.tolist(), strict=True):
                first = max(int(begin), 0)
                last = min(int(begin + length) + 1, horizon)
                if first < last:
                    closure = Closure(first, last, servers=drawn.servers, slowdown=drawn.slowdown)
                    for name in (*drawn.facilities, *drawn.links):
                        closures.setdefault(name, []).append(closure)
    return closures


def _step_function(
    base: Closure, closures: list[Closure], chambers: int
) -> tuple[NDArray[Any], ...]:
    """Sweep closures into rows (time, servers, slowdown, open chambers, mode, period)."""
    times = np.unique(
        np.array(
            [0, *(c.start for c in closures), *(c.end for c in closures if c.end < base.end)],
            dtype=np.int64,
        )
    )
    servers = np.full(len(times), base.servers, dtype=np.int64)
    slowdown = np.ones(len(times), dtype=np.float64)
    mask = np.full(len(times), (1 << chambers) - 1, dtype=np.int64)
    mode = np.full(len(times), base.mode, dtype=np.int64)
    period = np.full(len(times), base.period, dtype=np.int64)
    ends = np.array([(c.start, c.end) for c in closures], dtype=np.int64).reshape(-1, 2)
    for closure, (first, last) in zip(closures, np.searchsorted(times, ends).tolist(), strict=True):
        rows = slice(first, last)
        servers[rows] = np.minimum(servers[rows], closure.servers)
        slowdown[rows] *= closure.slowdown
        for chamber in closure.chambers:
            mask[rows] &= ~(1 << chamber)
        if closure.mode >= 0:
            mode[rows] = closure.mode
        if closure.period > 0:
            period[rows] = closure.period
    if chambers:
        # For a lock, servers are its open flights, and no servers shut them all.
        mask[servers <= 0] = 0
        bits = np.zeros(len(times), dtype=np.int64)
        for chamber in range(chambers):
            bits += mask >> chamber & 1
        servers = bits
    changed = np.ones(len(times), dtype=bool)
    changed[1:] = (
        (servers[1:] != servers[:-1])
        | (slowdown[1:] != slowdown[:-1])
        | (mask[1:] != mask[:-1])
        | (mode[1:] != mode[:-1])
        | (period[1:] != period[:-1])
    )
    kept: tuple[NDArray[Any], ...] = (times, servers, slowdown, mask, mode, period)
    return tuple(column[changed] for column in kept)


@dataclass(frozen=True, slots=True)
class _Resource:
    """One resource before random closures: the dated come before them, its calendar after."""

    base: Closure
    dated: tuple[Closure, ...]
    shut: tuple[Closure, ...]
    chambers: int

    def rows(self, drawn: Iterable[Closure] = ()) -> tuple[NDArray[Any], ...]:
        return _step_function(self.base, [*self.dated, *drawn, *self.shut], self.chambers)


@dataclass(frozen=True, eq=False)
class ResourceFrame:
    """Resources as the plans of all replications share them.

    Attributes
    ----------
    names : tuple of str
        Links, facilities and gates of closed services, in rank order.
    kind : (R,) int8
        `LINK`, `FACILITY`, `LOCK` or `BOX_POOL`.
    per_teu_s : (R,) float64
        Handling seconds per TEU moved.
    locks : LockTable
        What only locks have.
    """

    names: tuple[str, ...]
    kind: NDArray[np.int8]
    per_teu_s: NDArray[np.float64]
    locks: LockTable
    _resources: tuple[_Resource, ...]
    _rows: tuple[tuple[NDArray[Any], ...], ...]

    @classmethod
    def of(
        cls,
        network: Network,
        closures: Mapping[str, list[Closure]],
        *,
        origin: dt.date,
        horizon: int,
    ) -> ResourceFrame:
        """Lay out links and facilities with their calendars and dated closures.

        Parameters
        ----------
        network : Network
            Links and facilities.
        closures : mapping of str to list of Closure
            Dated ones, by name.
        origin : datetime.date
            Local day at second 0.
        horizon : int
            Seconds.

        Returns
        -------
        ResourceFrame
            For any number of replications.
        """
        links, facilities = network.links, network.facilities
        gates = [name for name in closures if name.startswith("gate:")]
        names = tuple(sorted([*links.index, *facilities.index, *gates]))
        kind = np.full(len(names), LINK, dtype=np.int8)
        per_teu_s = np.zeros(len(names), dtype=np.float64)
        resources: list[_Resource] = []
        locks: list[tuple[int, int, int, int]] = []
        rows_of = {str(row["facility"]): row for row in records_of(facilities)}
        for rank, name in enumerate(names):
            base, chambers = Closure(0, horizon, mode=ONE_WAY, period=1), 0
            row, shut = rows_of.get(name), []
            if row is not None:
                kind[rank] = BOX_POOL if row["kind"] == BOX_POOL_KIND else FACILITY
                per_teu_s[rank] = float(row["per_teu_h"]) * _HOUR
                base = Closure(0, horizon, servers=int(row["servers"]), mode=ONE_WAY, period=1)
                shut = closed_hours(
                    str(row["calendar"]), origin=origin, horizon=horizon, where=f"facility '{name}'"
                )
                if row["kind"] == "lock":
                    kind[rank] = LOCK
                    chambers = int(row["servers"])
                    base = Closure(
                        0,
                        horizon,
                        mode=_LOCK_MODES[str(row["lock_mode"])],
                        period=max(round(float(row["turn_period_h"]) * _HOUR), 1),
                    )
                    most = max(int(row["take"].support()[1]), 1)
                    locks.append((rank, chambers, int(row["smallest_batch"]), most))
            closed = tuple(Closure(start, end, servers=0) for start, end in shut)
            resources.append(_Resource(base, tuple(closures.get(name, ())), closed, chambers))
        lock_rows = np.array(locks, dtype=np.int64).reshape(-1, 4)
        # Most are alike: open without limit at all times.
        rows = {resource: resource.rows() for resource in dict.fromkeys(resources)}
        return cls(
            names=names,
            kind=kind,
            per_teu_s=per_teu_s,
            locks=LockTable(*(lock_rows[:, column].copy() for column in range(4))),
            _resources=tuple(resources),
            _rows=tuple(rows[resource] for resource in resources),
        )

    def table(self, drawn: Mapping[str, list[Closure]]) -> ResourceTable:
        """Return the resources of a replication.

        Parameters
        ----------
        drawn : mapping of str to list of Closure
            Random closures by name.

        Returns
        -------
        ResourceTable
            With the step functions of capacity.
        """
        columns = [
            resource.rows(drawn[name]) if name in drawn else rows
            for name, resource, rows in zip(self.names, self._resources, self._rows, strict=True)
        ]
        joined = [np.concatenate(parts) for parts in zip(*columns, strict=True)]
        first = np.zeros(len(self.names) + 1, dtype=np.int64)
        np.cumsum([len(rows[0]) for rows in columns], out=first[1:])
        start = first[:-1]
        is_free = (np.diff(first) == 1) & (joined[1][start] == UNLIMITED)
        is_free &= (joined[2][start] == 1.0) & (self.kind != LOCK)
        is_free &= self.kind != BOX_POOL
        return ResourceTable(
            kind=self.kind,
            per_teu_s=self.per_teu_s,
            is_free=is_free,
            row_first=first,
            row_time=joined[0],
            row_servers=joined[1],
            row_slowdown=joined[2].astype(np.float64),
            row_chambers=joined[3],
            row_mode=joined[4],
            row_period=joined[5],
        )


def build_resources(
    network: Network, closures: Mapping[str, list[Closure]], *, origin: dt.date, horizon: int
) -> tuple[tuple[str, ...], ResourceTable, LockTable]:
    """Return names in rank order, the resource table and the lock table.

    Parameters
    ----------
    network : Network
        Links and facilities.
    closures : mapping of str to list of Closure
        By name.
    origin : datetime.date
        Local day at second 0.
    horizon : int
        Seconds.

    Returns
    -------
    tuple
        Names (links, facilities and gates of closed services), `ResourceTable`, `LockTable`.
    """
    frame = ResourceFrame.of(network, closures, origin=origin, horizon=horizon)
    return frame.names, frame.table({}), frame.locks
