"""The corridors in SimPy as its documentation teaches it: no engine, no thought of speed.

Each shipment, each vehicle and each background vessel is a process from its release to its end,
facilities are `PriorityResource`, pools of vehicles are `Store`. The plan (draws, ways, timetables)
and the rules are those the engines have; stamps are written into the same log. What is not
imitated is the order within a second, so that means agree and stamps need not.
"""

from __future__ import annotations

from collections.abc import Generator
from heapq import heappop, heappush
from typing import Any

import numpy as np
import simpy

from benchmarks.peers.naive_lock import Lock
from corridor_sim.engine.events import CANCELLED_EMPTY, DEPARTED, EventLog
from corridor_sim.errors import CorridorSimError
from corridor_sim.plan.tables import FILL, LOCK, NEVER, ON_DEMAND, TIMETABLE, UNLIMITED, Plan
from corridor_sim.rules.consolidation import convoy_vehicles, fits, is_fill_due
from corridor_sim.rules.consolidation import is_repositioning_due as has_idled
from corridor_sim.rules.ticks import duration_ticks, local_day

__all__ = ["run_naive"]

_DAY = 86_400
#: Closures come before everybody who waits.
_FIRST = -1

Process = Generator[simpy.Event, Any, None]
#: Priority, second since which it waits, leg, and what happens when it alights.
Waiting = tuple[int, int, int, simpy.Event]


def run_naive(plan: Plan) -> EventLog:
    """Run a plan with a process a shipment.

    Parameters
    ----------
    plan : Plan
        Without services of more than two calls, held departures and timetables with a finite
        fleet.

    Returns
    -------
    EventLog
        Stamps of the run.

    Raises
    ------
    CorridorSimError
        If the plan has what is not imitated.
    """
    table = plan.services
    timetabled = table.dispatch == TIMETABLE
    if (
        (table.n_calls > 2).any()
        or len(table.hold_resource)
        or (timetabled & (table.pool >= 0)).any()
    ):
        raise CorridorSimError(
            "the naive simulation knows no calls on the way, held departures and timetables with a "
            "finite fleet"
        )
    corridors = Corridors(plan)
    corridors.env.run(until=plan.horizon)
    return corridors.finish()


class Corridors:
    """State of one run.

    Parameters
    ----------
    plan : Plan
        What to run.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.env = env = simpy.Environment()
        self.log = EventLog.empty(plan)
        # Memory views, since an element of a NumPy array costs several times as much.
        self.queued = self.log.visit_queued.data
        self.started = self.log.visit_start.data
        self.ended = self.log.visit_end.data
        self.visit_resource = plan.visits.resource.data
        self.fixed_s = plan.visits.fixed_s.data
        self.take = plan.visits.take.data
        self.mteu = plan.shipments.mteu.data
        self.kg = plan.shipments.kg.data
        self.priority = plan.shipments.priority.data
        self.first_leg = plan.legs.first.data
        self.leg_shipment = plan.legs.shipment.data
        self.leg_service = plan.legs.service.data
        self.leg_number = plan.legs.number.data
        self.leg_visit_first = plan.legs.visit_first.data
        self.leg_ready = self.log.leg_ready.data
        self.leg_board = self.log.leg_board.data
        self.leg_alight = self.log.leg_alight.data
        self.leg_departure = self.log.leg_departure.data
        self.is_free = plan.resources.is_free.tolist()
        self.per_teu_s = plan.resources.per_teu_s.tolist()
        self.slowdown = [1.0] * len(self.is_free)
        self.lockages: list[tuple[int, ...]] = []
        self.places = [self._place(rank) for rank in range(len(plan.resource_names))]
        self.pools = [simpy.Store(env) for _ in plan.pool_fleet]
        for pool, vehicles in zip(self.pools, plan.pool_fleet.tolist(), strict=True):
            pool.items.extend([0] * vehicles)
        self.users: list[list[Service]] = [[] for _ in self.pools]
        self.services = [Service(self, rank) for rank in range(len(plan.service_names))]
        for vessel in range(len(plan.background.resource)):
            env.process(self._background(vessel))
        env.process(self._source())

    def _place(self, rank: int) -> simpy.PriorityResource | Lock | None:
        """Return what is visited, None where nobody ever waits."""
        table = self.plan.resources
        rows = range(int(table.row_first[rank]), int(table.row_first[rank + 1]))
        if self.is_free[rank]:
            return None
        if table.kind[rank] == LOCK:
            return Lock(self, rank, rows)
        servers = table.row_servers[rows.start : rows.stop].tolist()
        place = simpy.PriorityResource(self.env, capacity=max(*servers, 1, 1))
        self.env.process(self._opening(rank, rows, place))
        return place

    def _opening(self, rank: int, rows: range, place: simpy.PriorityResource) -> Process:
        """Shut and open servers: what is shut is taken by a request of the highest priority."""
        table = self.plan.resources
        shut: list[Any] = []
        for row in rows:
            if table.row_time[row] > self.env.now:
                yield self.env.timeout(int(table.row_time[row]) - self.env.now)
            self.slowdown[rank] = float(table.row_slowdown[row])
            closed = int(place.capacity - table.row_servers[row])
            while len(shut) < closed:
                shut.append(place.request(priority=_FIRST))
            while len(shut) > closed:
                request = shut.pop()
                if request.triggered:
                    place.release(request)
                else:
                    request.cancel()

    def _source(self) -> Process:
        """Release each shipment at its time."""
        first = self.plan.legs.first
        served = np.flatnonzero(first[1:] > first[:-1])
        release = self.plan.shipments.release_s[served]
        order = np.argsort(release, kind="stable")
        for number, time in zip(served[order].tolist(), release[order].tolist(), strict=True):
            if time > self.env.now:
                yield self.env.timeout(time - self.env.now)
            self.env.process(self._shipment(number))

    def _shipment(self, number: int) -> Process:
        """Take a shipment from its release to its delivery."""
        priority, mteu = self.priority[number], self.mteu[number]
        for leg in range(self.first_leg[number], self.first_leg[number + 1]):
            for visit in range(self.leg_visit_first[leg], self.leg_visit_first[leg + 1]):
                yield from self.visit(visit, priority=priority, mteu=mteu)
            self.leg_ready[leg] = self.env.now
            service = self.leg_service[leg]
            if service >= 0:
                alighted = self.env.event()
                self.services[service].join(leg, alighted)
                yield alighted

    def _background(self, vessel: int) -> Process:
        """Send a vessel that carries none of the cargo to its resource, again and again."""
        table = self.plan.background
        priority = int(table.priority[vessel])
        direction = max(int(table.first_direction[vessel]), 0)
        rows = slice(int(table.visit_first[vessel]), int(table.visit_first[vessel + 1]))
        first = self.plan.visits.background_first + rows.start
        for visit, gap in enumerate(table.gap[rows].tolist(), first):
            yield self.env.timeout(gap)
            yield from self.visit(visit, priority=priority, mteu=0, direction=direction)
            direction = 1 - direction

    def visit(self, visit: int, *, priority: int, mteu: int, direction: int = 0) -> Process:
        """Ask for a resource, wait, and be served.

        Parameters
        ----------
        visit : int
            Number of the visit.
        priority : int
            Lower goes first.
        mteu : int
            Load moved.
        direction : int
            At a lock.

        Yields
        ------
        simpy.Event
            What is waited for.
        """
        rank = self.visit_resource[visit]
        place = self.places[rank]
        self.queued[visit] = self.env.now
        if place is None:
            yield self.env.timeout(self._start(visit, rank, mteu))
        elif isinstance(place, Lock):
            yield place.join(visit, priority=priority, direction=direction)
        else:
            with place.request(priority=priority) as request:
                yield request
                yield self.env.timeout(self._start(visit, rank, mteu))

    def _start(self, visit: int, rank: int, mteu: int) -> int:
        """Stamp the start of a visit and return how long it takes."""
        fixed_s, per_teu_s = self.fixed_s[visit], self.per_teu_s[rank]
        ticks = duration_ticks(fixed_s, per_teu_s, mteu, self.slowdown[rank])
        self.started[visit] = self.env.now
        self.ended[visit] = self.env.now + ticks
        return ticks

    def finish(self) -> EventLog:
        """Return the log, with the lockages put in."""
        lockages = np.array(self.lockages, dtype=np.int64).reshape(-1, 6)
        log = self.log
        log.lockage_resource, log.lockage_chamber, log.lockage_direction = lockages.T[:3].copy()
        log.lockage_vessels, log.lockage_start, log.lockage_end = lockages.T[3:].copy()
        return log


class Service:
    """One service: its waiting boxes, and the process that sends vehicles off.

    Parameters
    ----------
    corridors : Corridors
        The run.
    rank : int
        Rank of the service.
    """

    def __init__(self, corridors: Corridors, rank: int) -> None:
        table = corridors.plan.services
        self.corridors = corridors
        self.env = corridors.env
        self.rank = rank
        self.priority = int(table.priority[rank])
        self.capacity = int(table.capacity_mteu[rank]), int(table.capacity_kg[rank])
        self.first_departure = int(table.departure_first[rank])
        self.first_visit = int(table.visit_first[rank])
        rows = slice(int(table.step_first[rank]), int(table.step_first[rank + 1]))
        self.steps = list(
            zip(
                table.step_resource[rows].tolist(),
                table.step_call[rows].tolist(),
                table.step_direction[rows].tolist(),
                strict=True,
            )
        )
        self.quota_mteu = min(int(table.step_quota_mteu[rows.start]), UNLIMITED)
        pool, back = int(table.pool[rank]), int(table.return_pool[rank])
        self.pool = corridors.pools[pool] if pool >= 0 else None
        if pool >= 0:
            corridors.users[pool].append(self)
        self.return_pool = back
        self.line: list[Waiting] = []
        self.changed = self.env.event()
        dispatch = table.dispatch[rank]
        if dispatch == TIMETABLE:
            self.env.process(self._by_timetable())
        elif dispatch == FILL:
            self.env.process(self._when_filled())
        elif self.pool is not None:
            self.env.process(self._on_demand())
        self.leaves_at_once = dispatch == ON_DEMAND and self.pool is None

    def join(self, leg: int, alighted: simpy.Event) -> None:
        """Let a box wait for a vehicle.

        Parameters
        ----------
        leg : int
            Row of its leg.
        alighted : simpy.Event
            Happens when it is let off.
        """
        corridors = self.corridors
        shipment = corridors.leg_shipment[leg]
        box = (corridors.priority[shipment], int(self.env.now), leg, alighted)
        if self.leaves_at_once:
            self._send(box)
        else:
            heappush(self.line, box)
            self.tell()

    def tell(self) -> None:
        """Wake the process that sends vehicles off."""
        self.changed.succeed()
        self.changed = self.env.event()

    # -- three ways to leave ---------------------------------------------------------------------

    def _by_timetable(self) -> Process:
        table = self.corridors.plan.services
        rows = slice(int(table.slot_first[self.rank]), int(table.slot_first[self.rank + 1]))
        for number, time in enumerate(table.slot_time[rows].tolist()):
            yield self.env.timeout(time - self.env.now)
            if self.line or table.runs_empty[self.rank]:
                self._depart(number)
            else:
                departure = self.first_departure + number
                self.corridors.log.departure_status[departure] = CANCELLED_EMPTY
                self.corridors.log.departure_time[departure] = self.env.now

    def _when_filled(self) -> Process:
        table, rank, env = self.corridors.plan.services, self.rank, self.env
        enough = int(table.min_mteu[rank]), int(table.min_kg[rank])
        max_wait, max_idle = int(table.max_wait[rank]), int(table.max_idle[rank])
        most = int(table.max_per_day[rank])
        day, left = NEVER, 0
        while True:
            now = int(env.now)
            oldest = min((ready for _, ready, _, _ in self.line), default=NEVER)
            idle = self.pool.items[0] if self.pool is not None and self.pool.items else NEVER
            is_full = is_fill_due(*self._waiting(), *enough, oldest, now, max_wait)
            if not is_full and not has_idled(idle, now, max_idle):
                wakes = [self.changed]
                if oldest >= 0:
                    wakes.append(env.timeout(oldest + max_wait - now))
                if max_idle >= 0 and idle >= 0:
                    wakes.append(env.timeout(idle + max_idle - now))
                yield env.any_of(wakes)
                continue
            if self.pool is not None and not self.pool.items:
                yield self.changed
                continue
            if local_day(now) != day:
                day, left = local_day(now), 0
            if left >= most:
                yield env.timeout((day + 1) * _DAY - now)
                continue
            if self.pool is not None:
                yield self.pool.get()
            self._depart(day * most + left)
            left += 1

    def _on_demand(self) -> Process:
        assert self.pool is not None
        while True:
            while self.line and len(self.pool.items) >= self._convoy(self.line[0][2]):
                box = heappop(self.line)
                # All at once, so that nobody stands there with half a convoy.
                vehicles = [self.pool.get() for _ in range(self._convoy(box[2]))]
                yield self.env.all_of(vehicles)
                self._send(box)
            yield self.changed

    def _waiting(self) -> tuple[int, int]:
        corridors = self.corridors
        boxes = [corridors.leg_shipment[leg] for _, _, leg, _ in self.line]
        return sum(corridors.mteu[n] for n in boxes), sum(corridors.kg[n] for n in boxes)

    def _convoy(self, leg: int) -> int:
        shipment = self.corridors.leg_shipment[leg]
        mteu, kg = self.corridors.mteu[shipment], self.corridors.kg[shipment]
        return convoy_vehicles(mteu, kg, *self.capacity)

    # -- vehicles --------------------------------------------------------------------------------

    def _send(self, box: Waiting) -> None:
        """Send a box off in vehicles of its own."""
        number = self.corridors.leg_number[box[2]]
        self._leave(number, [box], self._convoy(box[2]))

    def _depart(self, number: int) -> None:
        """Board in the order of rank until the first box that does not fit."""
        corridors = self.corridors
        limit_mteu, limit_kg = min(self.capacity[0], self.quota_mteu), self.capacity[1]
        boxes: list[Waiting] = []
        load_mteu = load_kg = 0
        while self.line:
            shipment = corridors.leg_shipment[self.line[0][2]]
            mteu, kg = corridors.mteu[shipment], corridors.kg[shipment]
            if not fits(load_mteu, load_kg, mteu, kg, limit_mteu, limit_kg):
                break
            boxes.append(heappop(self.line))
            load_mteu += mteu
            load_kg += kg
        self._leave(number, boxes, 1)

    def _leave(self, number: int, boxes: list[Waiting], vehicles: int) -> None:
        corridors, log = self.corridors, self.corridors.log
        departure = self.first_departure + number
        shipments = [corridors.leg_shipment[leg] for _, _, leg, _ in boxes]
        mteu = sum(corridors.mteu[n] for n in shipments)
        log.departure_status[departure] = DEPARTED
        log.departure_time[departure] = self.env.now
        log.departure_mteu[departure] = mteu
        log.departure_kg[departure] = sum(corridors.kg[n] for n in shipments)
        for _, _, leg, _ in boxes:
            corridors.leg_board[leg] = self.env.now
            corridors.leg_departure[leg] = departure
        self.env.process(self._vehicle(number, boxes, vehicles, mteu))

    def _vehicle(self, number: int, boxes: list[Waiting], vehicles: int, mteu: int) -> Process:
        """Take one vehicle or convoy from its first call to its last, and let its boxes off."""
        corridors, env = self.corridors, self.env
        visit = self.first_visit + number * len(self.steps)
        for resource, call, direction in self.steps:
            if resource >= 0:
                handled = mteu if call >= 0 else 0
                yield from corridors.visit(
                    visit, priority=self.priority, mteu=handled, direction=direction
                )
            visit += 1
        for _, _, leg, alighted in boxes:
            corridors.leg_alight[leg] = env.now
            alighted.succeed()
        if self.return_pool >= 0:
            yield env.timeout(int(corridors.plan.services.turnaround[self.rank]))
            pool = corridors.pools[self.return_pool]
            for _ in range(vehicles):
                yield pool.put(int(env.now))
            for service in corridors.users[self.return_pool]:
                service.tell()
