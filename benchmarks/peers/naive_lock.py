"""A ship lock of the naive simulation: a process a flight, two queues."""

from __future__ import annotations

from collections.abc import Generator
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

import simpy

from corridor_sim.rules.locks import (
    ALTERNATE,
    TIMED,
    batch_taken,
    next_flip,
    served_direction,
    turns_empty,
)
from corridor_sim.rules.ticks import duration_ticks

if TYPE_CHECKING:
    from benchmarks.peers.naive import Corridors

__all__ = ["Lock"]

Process = Generator[simpy.Event, Any, None]


class Lock:
    """Flights that take batches of vessels in one direction at a time.

    Parameters
    ----------
    corridors : Corridors
        The run.
    rank : int
        Rank of the resource.
    rows : range
        Rows of its capacity.
    """

    def __init__(self, corridors: Corridors, rank: int, rows: range) -> None:
        table = corridors.plan.locks
        row = table.resource.tolist().index(rank)
        self.corridors = corridors
        self.env = corridors.env
        self.rank = rank
        self.smallest_batch = int(table.smallest_batch[row])
        self.largest_take = int(table.largest_take[row])
        self.queues: tuple[list[Any], list[Any]] = ([], [])
        self.side = [flight % 2 for flight in range(int(table.chambers[row]))]
        self.open = 0
        self.mode, self.period, self.since = -1, 1, 0
        self.changed = self.env.event()
        self.env.process(self._working(rows))
        for flight in range(len(self.side)):
            self.env.process(self._flight(flight))

    def join(self, visit: int, *, priority: int, direction: int) -> simpy.Event:
        """Let a vessel queue; the event happens when it is through.

        Parameters
        ----------
        visit : int
            Number of the visit.
        priority : int
            Lower goes first.
        direction : int
            0 downstream, 1 upstream.

        Returns
        -------
        simpy.Event
            What the vessel waits for.
        """
        through = self.env.event()
        heappush(self.queues[direction], (priority, self.env.now, visit, through))
        self._tell()
        return through

    def _tell(self) -> None:
        self.changed.succeed()
        self.changed = self.env.event()

    def _working(self, rows: range) -> Process:
        """Change what is open, and how it works, at the times of the plan."""
        table = self.corridors.plan.resources
        for row in rows:
            if table.row_time[row] > self.env.now:
                yield self.env.timeout(int(table.row_time[row]) - self.env.now)
            self.open = int(table.row_chambers[row])
            self.corridors.slowdown[self.rank] = float(table.row_slowdown[row])
            working = int(table.row_mode[row]), int(table.row_period[row])
            if working != (self.mode, self.period):
                self.mode, self.period = working
                self.since = int(table.row_time[row])
            self._tell()

    def _flight(self, flight: int) -> Process:
        """Lock, cross empty or wait, for ever."""
        corridors, env = self.corridors, self.env
        while True:
            now = int(env.now)
            direction = served_direction(
                self.mode, flight, self.side[flight], now, self.since, self.period
            )
            queue, opposite = self.queues[direction], self.queues[1 - direction]
            is_open = self.open >> flight & 1
            first = queue or opposite
            batch, crosses = 0, False
            if is_open and queue:
                take = corridors.take[queue[0][2]]
                batch = batch_taken(len(queue), take, self.smallest_batch)
            if is_open and not batch and self.mode == ALTERNATE and opposite:
                coming = sum(
                    other != flight and self.open >> other & 1 and side == 1 - direction
                    for other, side in enumerate(self.side)
                )
                crosses = turns_empty(len(opposite), coming, self.largest_take, self.smallest_batch)
                first = opposite
            if not batch and not crosses:
                flip = next_flip(now, self.since, self.period)
                waits = [self.changed]
                if self.mode == TIMED:
                    waits.append(env.timeout(flip - now))
                yield env.any_of(waits)
                continue
            fixed_s = corridors.fixed_s[first[0][2]]
            cycle = duration_ticks(fixed_s, 0.0, 0, corridors.slowdown[self.rank])
            vessels = [heappop(queue) for _ in range(batch)]
            for _, _, visit, _ in vessels:
                corridors.started[visit] = now
                corridors.ended[visit] = now + cycle
            self.side[flight] = 1 - direction
            corridors.lockages.append((self.rank, flight, direction, batch, now, now + cycle))
            yield env.timeout(cycle)
            for _, _, _, through in vessels:
                through.succeed()
            # Others may reckon with this flight on its new side.
            self._tell()
