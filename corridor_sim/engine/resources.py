"""Facilities, links, pools of boxes and locks of the SimPy engine.

A resource never starts anything by itself: whoever asks, leaves or changes its capacity marks it,
and the conditional pass of the instant calls `serve`.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from simpy.events import Event

from corridor_sim.plan.tables import UNLIMITED
from corridor_sim.rules.boxes import boxes_suffice
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
    from corridor_sim.engine.reference import Corridor

__all__ = ["SHIPMENT", "VEHICLE", "BoxPool", "Facility", "Load", "Lock"]

VEHICLE, SHIPMENT = 0, 1

# What a visit moves, thousandths of a TEU: known when asking, or settled when it starts.
Load = int | Callable[[], int]
_Request = tuple[int, int, int, int, int, Load, Event]


class Facility:
    """Servers in parallel with one queue; a link is a facility with unlimited servers."""

    __slots__ = ("busy", "corridor", "per_teu_s", "queue", "rank", "servers", "settled", "slowdown")

    def __init__(self, corridor: Corridor, rank: int, per_teu_s: float) -> None:
        self.corridor = corridor
        self.rank = rank
        self.per_teu_s = per_teu_s
        self.busy = 0
        self.servers = UNLIMITED
        self.slowdown = 1.0
        self.settled: int | None = None
        self.queue: list[_Request] = []

    @property
    def is_closed(self) -> bool:
        """Whether nothing may start."""
        return self.capacity == 0

    @property
    def capacity(self) -> int:
        """Servers now: a user's setting outranks the plan."""
        return self.servers if self.settled is None else self.settled

    def ask(
        self,
        visit: int,
        priority: int,
        kind: int,
        ident: int,
        load: Load,
        direction: int,  # noqa: ARG002 - asked like a lock
    ) -> Event:
        """Join the queue; the event happens when the visit ends.

        Parameters
        ----------
        visit : int
            Number of the visit.
        priority : int
            Lower goes first; then who came first.
        kind, ident : int
            Who asks (`VEHICLE` or `SHIPMENT`) and its number: they break ties.
        load : int or callable
            Thousandths of a TEU to move, or what tells them when the visit starts.
        direction : int
            Of no meaning here.

        Returns
        -------
        simpy.events.Event
            Happens at the end of the visit.
        """
        corridor = self.corridor
        now = corridor.env.now
        event = Event(corridor.env)
        corridor.visit_queued[visit] = now
        heappush(self.queue, (priority, now, kind, ident, visit, load, event))
        corridor.mark_resource(self.rank)
        return event

    def leave(self) -> None:
        """Free the server; called when the event of `ask` has happened."""
        self.busy -= 1
        if self.queue:
            self.corridor.mark_resource(self.rank)

    def left(self, _: Event) -> None:
        """Free the server, as a callback of the event of `ask`."""
        self.leave()

    def serve(self) -> None:
        """Start whoever may start, in the order of rank."""
        corridor = self.corridor
        queue = self.queue
        capacity = self.capacity
        while queue and self.busy < capacity:
            _, _, _, _, visit, load, event = heappop(queue)
            mteu = load if isinstance(load, int) else load()
            self.busy += 1
            corridor.start(visit, self.per_teu_s, mteu, self.slowdown, event)


class BoxPool(Facility):
    """A facility that hands out empty boxes as long as it has some."""

    __slots__ = ("stock_mteu",)

    def __init__(self, corridor: Corridor, rank: int, per_teu_s: float, stock_mteu: int) -> None:
        super().__init__(corridor, rank, per_teu_s)
        self.stock_mteu = stock_mteu

    def put_back(self, mteu: int) -> None:
        """Take back the boxes of a shipment."""
        self.stock_mteu += mteu
        if self.queue:
            self.corridor.mark_resource(self.rank)

    def serve(self) -> None:
        """Hand boxes out in the order of rank; nobody passes one whose boxes are not all there."""
        corridor = self.corridor
        while self.queue and self.busy < self.capacity:
            _, _, _, _, visit, load, event = self.queue[0]
            mteu = load if isinstance(load, int) else load()
            if not boxes_suffice(self.stock_mteu, mteu):
                return
            heappop(self.queue)
            self.stock_mteu -= mteu
            self.busy += 1
            corridor.start(visit, self.per_teu_s, mteu, self.slowdown, event)


class Lock:
    """Flights of chambers that take batches of vessels in one direction at a time."""

    __slots__ = (
        "_busy",
        "_flip",
        "_side",
        "corridor",
        "largest_take",
        "mode",
        "n_chambers",
        "open_chambers",
        "period",
        "queues",
        "rank",
        "since",
        "slowdown",
        "smallest_batch",
    )

    def __init__(
        self, corridor: Corridor, rank: int, n_chambers: int, smallest_batch: int, largest_take: int
    ) -> None:
        self.corridor = corridor
        self.rank = rank
        self.n_chambers = n_chambers
        self.smallest_batch = smallest_batch
        self.largest_take = largest_take
        self.open_chambers = (1 << n_chambers) - 1
        self.mode = 0
        self.period = 1
        self.since = 0
        self.slowdown = 1.0
        self.queues: tuple[list[_Request], list[_Request]] = ([], [])
        self._busy = [False] * n_chambers
        self._side = [chamber % 2 for chamber in range(n_chambers)]
        self._flip = -1

    @property
    def is_closed(self) -> bool:
        """Whether no flight is open."""
        return self.open_chambers == 0

    def ask(
        self, visit: int, priority: int, kind: int, ident: int, load: Load, direction: int
    ) -> Event:
        """Queue for a direction; the event happens when the chamber is through.

        Parameters
        ----------
        visit : int
            Number of the visit.
        priority : int
            Lower goes first; then who came first.
        kind, ident : int
            Who asks and its number: they break ties.
        load : int or callable
            Of no meaning here: a cycle lasts as long as it lasts.
        direction : int
            0 downstream, 1 upstream.

        Returns
        -------
        simpy.events.Event
            Happens when the vessel is through.
        """
        corridor = self.corridor
        now = corridor.env.now
        event = Event(corridor.env)
        corridor.visit_queued[visit] = now
        heappush(self.queues[direction], (priority, now, kind, ident, visit, load, event))
        corridor.mark_resource(self.rank)
        return event

    def leave(self) -> None:
        """Do nothing: the chamber is freed as a whole."""

    def left(self, _: Event) -> None:
        """Do nothing either."""

    def serve(self) -> None:
        """Let every free open flight lock, turn or idle, in the order of their numbers."""
        now = self.corridor.env.now
        for chamber in range(self.n_chambers):
            if not self._busy[chamber] and self.open_chambers >> chamber & 1:
                self._work(chamber, now)
        if self.mode == TIMED and (self.queues[0] or self.queues[1]):
            flip = next_flip(now, self.since, self.period)
            if self._flip != flip:
                self._flip = flip
                self.corridor.env.at(flip, self._reverse)

    def _reverse(self, _: Event) -> None:
        self.corridor.mark_resource(self.rank)

    def _work(self, chamber: int, now: int) -> None:
        corridor = self.corridor
        direction = served_direction(
            self.mode, chamber, self._side[chamber], now, self.since, self.period
        )
        queue = self.queues[direction]
        if queue:
            first = queue[0][4]
            batch = batch_taken(len(queue), corridor.visit_take[first], self.smallest_batch)
            if batch:
                cycle = duration_ticks(corridor.visit_fixed_s[first], 0.0, 0, self.slowdown)
                for _ in range(batch):
                    _, _, _, _, visit, _, event = heappop(queue)
                    corridor.start_for(visit, cycle, event)
                self._begin(chamber, direction, batch, cycle)
                return
        if self.mode == ALTERNATE:
            opposite = self.queues[1 - direction]
            coming = sum(
                other != chamber
                and self.open_chambers >> other & 1
                and self._side[other] == 1 - direction
                for other in range(self.n_chambers)
            )
            if turns_empty(len(opposite), coming, self.largest_take, self.smallest_batch):
                fixed_s = corridor.visit_fixed_s[opposite[0][4]]
                cycle = duration_ticks(fixed_s, 0.0, 0, self.slowdown)
                self._begin(chamber, direction, 0, cycle)

    def _begin(self, chamber: int, direction: int, vessels: int, cycle: int) -> None:
        corridor = self.corridor
        self._busy[chamber] = True
        # From now on the flight counts as coming to the other side.
        self._side[chamber] = 1 - direction
        corridor.log_lockage(self.rank, chamber, direction, vessels, cycle)

        def through(_: Event) -> None:
            self._busy[chamber] = False
            corridor.mark_resource(self.rank)

        corridor.env.at(corridor.env.now + cycle, through)
