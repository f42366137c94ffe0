"""The reference engine: a run of the plan told as SimPy processes.

Vehicles, boxes and background vessels are processes; facilities and locks are theirs to ask. All
that may start is started in the conditional pass that closes each instant, see `engine.events`.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterable
from functools import partial
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from simpy.events import Event

from corridor_sim.engine.clock import Clock
from corridor_sim.engine.control import Control, UserProcess
from corridor_sim.engine.events import EventLog
from corridor_sim.engine.resources import SHIPMENT, VEHICLE, BoxPool, Facility, Lock
from corridor_sim.engine.services import Pool, Service
from corridor_sim.plan.tables import BOX_POOL, LOCK, Plan
from corridor_sim.rules.boxes import back_in_stock
from corridor_sim.rules.ticks import duration_ticks

__all__ = ["Corridor", "run_reference"]

_DAY = 86_400


class Corridor:
    """The state of one run.

    Parameters
    ----------
    plan : Plan
        What to run.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.horizon = plan.horizon
        self.env = Clock(self._close_instant)
        self.log = EventLog.empty(plan)
        # Memory views read and write plain integers, several times faster than NumPy scalars.
        self.leg_shipment = plan.legs.shipment.data
        self.leg_service = plan.legs.service.data
        self.leg_board_call = plan.legs.board_call.data
        self.leg_alight_call = plan.legs.alight_call.data
        self.leg_number = plan.legs.number.data
        self.leg_visit_first = plan.legs.visit_first.data
        self.shipment_mteu = plan.shipments.mteu.data
        self.shipment_kg = plan.shipments.kg.data
        self.shipment_priority = plan.shipments.priority.data
        self.visit_resource = plan.visits.resource.data
        self.visit_fixed_s = plan.visits.fixed_s.data
        self.visit_take = plan.visits.take.data
        self.leg_ready = self.log.leg_ready.data
        self.leg_board = self.log.leg_board.data
        self.leg_alight = self.log.leg_alight.data
        self.leg_departure = self.log.leg_departure.data
        self.visit_queued = self.log.visit_queued.data
        self.visit_start = self.log.visit_start.data
        self.visit_end = self.log.visit_end.data
        self.departure_status = self.log.departure_status.data
        self.departure_time = self.log.departure_time.data
        self.departure_mteu = self.log.departure_mteu.data
        self.departure_kg = self.log.departure_kg.data
        self._lockages: list[tuple[int, int, int, int, int, int]] = []
        self.is_free: list[bool] = plan.resources.is_free.tolist()
        self.per_teu_s: list[float] = plan.resources.per_teu_s.tolist()
        self.boxes_go_to = plan.boxes.gives.data
        self.box_turnaround = plan.boxes.turnaround.data
        self.pools = [Pool(int(n)) for n in plan.pool_fleet]
        self.resources = [self._resource(rank) for rank in range(len(plan.resource_names))]
        self.services = [Service(self, rank) for rank in range(len(plan.service_names))]
        self._held_by: dict[int, list[int]] = {}
        for service in self.services:
            for resource in service.held_by:
                self._held_by.setdefault(resource, []).append(service.rank)
        self._due_services: set[int] = set()
        self._due_resources: set[int] = set()
        self._start_processes()

    # -- wiring ----------------------------------------------------------------------------------

    def _resource(self, rank: int) -> Facility | Lock:
        plan = self.plan
        if plan.resources.kind[rank] == BOX_POOL:
            row = int(np.flatnonzero(plan.boxes.resource == rank)[0])
            stock = int(plan.boxes.initial_mteu[row])
            return BoxPool(self, rank, self.per_teu_s[rank], stock)
        if plan.resources.kind[rank] != LOCK:
            return Facility(self, rank, self.per_teu_s[rank])
        row = int(np.flatnonzero(plan.locks.resource == rank)[0])
        return Lock(
            self,
            rank,
            int(plan.locks.chambers[row]),
            int(plan.locks.smallest_batch[row]),
            int(plan.locks.largest_take[row]),
        )

    def _start_processes(self) -> None:
        plan, env = self.plan, self.env
        first = plan.resources.row_first
        for rank in range(len(self.resources)):
            rows = range(int(first[rank]), int(first[rank + 1]))
            self._apply_row(rank, rows[0])
            if len(rows) > 1:
                env.process(self._capacity(rank, rows[1:]))
        slot_first = plan.services.slot_first
        for service in self.services:
            slots = plan.services.slot_time[slot_first[service.rank] : slot_first[service.rank + 1]]
            if len(slots):
                env.process(service.slots(slots.tolist()))
            if service.max_idle >= 0:
                # A vehicle that stands idle from the start may have to be sent back.
                self.mark_service(service.rank)
        visits = np.diff(plan.background.visit_first)
        for vessel in np.flatnonzero(visits > 1).tolist():
            env.process(self._background(vessel))
        env.process(self._passing_vessels(np.flatnonzero(visits == 1)))
        env.process(self._releases())

    def _capacity(self, rank: int, rows: Iterable[int]) -> Generator[Event, Any, None]:
        """Change the capacity of a resource at each row of its step function."""
        times = self.plan.resources.row_time
        for row in rows:
            yield self.env.timeout(int(times[row]) - self.env.now)
            self._apply_row(rank, row)
            self.capacity_changed(rank)

    def _apply_row(self, rank: int, row: int) -> None:
        table = self.plan.resources
        place = self.resources[rank]
        place.slowdown = float(table.row_slowdown[row])
        if isinstance(place, Lock):
            place.open_chambers = int(table.row_chambers[row])
            mode, period = int(table.row_mode[row]), int(table.row_period[row])
            if (mode, period) != (place.mode, place.period):
                # Timed working counts its periods from the moment it comes into force.
                place.mode, place.period, place.since = mode, period, int(table.row_time[row])
        else:
            place.servers = int(table.row_servers[row])

    def capacity_changed(self, rank: int) -> None:
        """Mark a resource and the services it holds back."""
        self.mark_resource(rank)
        for service in self._held_by.get(rank, ()):
            self.mark_service(service)

    # -- instants --------------------------------------------------------------------------------

    def mark_service(self, rank: int) -> None:
        """Let the conditional pass of this instant look at a service."""
        self._due_services.add(rank)

    def mark_resource(self, rank: int) -> None:
        """Let the conditional pass of this instant look at a resource."""
        self._due_resources.add(rank)

    def _close_instant(self) -> None:
        """Start whatever may start: services first, then resources, by the rank of their names."""
        env = self.env
        while self._due_services:
            due, self._due_services = self._due_services, set()
            # Mostly it is one alone.
            for rank in due if len(due) == 1 else sorted(due):
                self.services[rank].dispatch_due()
            if env.peek() == env.now:
                # Vehicles that have just left ask for their first berth before any is given out.
                return
        if self._due_resources:
            due, self._due_resources = self._due_resources, set()
            for rank in due if len(due) == 1 else sorted(due):
                self.resources[rank].serve()

    # -- visits ----------------------------------------------------------------------------------

    def start(self, visit: int, per_teu_s: float, mteu: int, slowdown: float, event: Event) -> None:
        """Start a visit; its event happens when it ends.

        Parameters
        ----------
        visit : int
            Number of the visit.
        per_teu_s : float
            Seconds per TEU of the resource.
        mteu : int
            Load moved, thousandths of a TEU.
        slowdown : float
            Factor on the whole.
        event : simpy.events.Event
            Happens at the end.
        """
        ticks = duration_ticks(self.visit_fixed_s[visit], per_teu_s, mteu, slowdown)
        self.start_for(visit, ticks, event)

    def start_for(self, visit: int, ticks: int, event: Event) -> None:
        """Start a visit of known length.

        Parameters
        ----------
        visit : int
            Number of the visit.
        ticks : int
            Seconds it lasts.
        event : simpy.events.Event
            Happens at the end.
        """
        now = self.env.now
        self.visit_start[visit] = now
        self.visit_end[visit] = now + ticks
        self.env.happen(event, now + ticks)

    def stamp_free(self, visit: int, resource: int, mteu: int, start: int) -> int:
        """Stamp a visit of a resource that can never make anybody wait, and return its end.

        Parameters
        ----------
        visit : int
            Number of the visit.
        resource : int
            Rank of the resource.
        mteu : int
            Load moved, thousandths of a TEU.
        start : int
            Second at which it starts, the present one or a later one.

        Returns
        -------
        int
            Second at which it ends.
        """
        ticks = duration_ticks(self.visit_fixed_s[visit], self.per_teu_s[resource], mteu, 1.0)
        self.visit_queued[visit] = start
        self.visit_start[visit] = start
        self.visit_end[visit] = start + ticks
        return start + ticks

    def log_lockage(
        self, rank: int, chamber: int, direction: int, vessels: int, cycle: int
    ) -> None:
        """Note a lockage that starts now.

        Parameters
        ----------
        rank : int
            Rank of the lock.
        chamber : int
            Number of the flight.
        direction : int
            0 downstream, 1 upstream.
        vessels : int
            Vessels locked, 0 for a crossing without any.
        cycle : int
            Seconds it takes.
        """
        now = self.env.now
        self._lockages.append((rank, chamber, direction, vessels, now, now + cycle))

    # -- boxes -----------------------------------------------------------------------------------

    def _releases(self) -> Generator[Event, Any, None]:
        """Release each shipment at its time."""
        env = self.env
        first = self.plan.legs.first
        served = np.flatnonzero(first[1:] > first[:-1])
        release = self.plan.shipments.release_s[served]
        order = np.argsort(release, kind="stable")
        times = release[order].tolist()
        first_legs = first[:-1][served][order].tolist()
        for time, leg in zip(times, first_legs, strict=True):
            if time > env.now:
                yield env.timeout(time - env.now)
            self.advance(leg - 1)

    def advance(self, leg: int) -> None:
        """Bring a box from the end of `leg` to the start of the one that follows."""
        following = leg + 1
        self._visit(following, self.leg_visit_first[following], self.env.now)

    def _visit(self, leg: int, visit: int, reached: int) -> None:
        """Take a box through customs, inspection and dwell before a leg, from `visit` on.

        What cannot make it wait is stamped ahead, up to the second `reached`.
        """
        end = self.leg_visit_first[leg + 1]
        while visit < end and self.is_free[self.visit_resource[visit]]:
            if reached >= self.horizon:
                return
            mteu = self.shipment_mteu[self.leg_shipment[leg]]
            reached = self.stamp_free(visit, self.visit_resource[visit], mteu, reached)
            visit += 1
        goes_on = self._ready if visit == end else partial(self._ask, visit)
        if reached > self.env.now:
            self.env.at(reached, lambda _: goes_on(leg))
        else:
            goes_on(leg)

    def _ask(self, visit: int, leg: int) -> None:
        """Let a box queue at a facility, and go on when it has been served."""
        place = self.resources[self.visit_resource[visit]]
        shipment = self.leg_shipment[leg]
        mteu, priority = self.shipment_mteu[shipment], self.shipment_priority[shipment]

        def served(_: Event) -> None:
            place.leave()
            self._visit(leg, visit + 1, self.env.now)

        event = place.ask(visit, priority, SHIPMENT, shipment, mteu, 0)
        cast("list[Callable[[Event], None]]", event.callbacks).append(served)

    def _ready(self, leg: int) -> None:
        self.leg_ready[leg] = self.env.now
        service = self.leg_service[leg]
        if service >= 0:
            self.services[service].box_ready(leg)
        elif self.boxes_go_to:
            self._give_back_boxes(self.leg_shipment[leg])

    def _give_back_boxes(self, shipment: int) -> None:
        """Let the boxes of a delivered shipment stand in their pool when they are empty again."""
        pool = self.boxes_go_to[shipment]
        if pool < 0:
            return
        place, mteu = cast("BoxPool", self.resources[pool]), self.shipment_mteu[shipment]
        time = back_in_stock(self.env.now, self.box_turnaround[shipment])
        if time == self.env.now:
            place.put_back(mteu)
        elif time < self.horizon:
            self.env.at(time, lambda _: place.put_back(mteu))

    # -- background ------------------------------------------------------------------------------

    def _passing_vessels(self, vessels: NDArray[np.int64]) -> Generator[Event, Any, None]:
        """Send vessels that come but once to their resources, each at its time.

        A process for each of them would lie in the event list from the start.
        """
        env, plan, table = self.env, self.plan, self.plan.background
        rows = table.visit_first[vessels]
        arrivals = table.gap[rows]
        order = np.argsort(arrivals, kind="stable")
        chosen = vessels[order]
        for time, vessel, row, resource, priority, direction in zip(
            arrivals[order].tolist(),
            chosen.tolist(),
            rows[order].tolist(),
            table.resource[chosen].tolist(),
            table.priority[chosen].tolist(),
            np.maximum(table.first_direction[chosen], 0).tolist(),
            strict=True,
        ):
            if time > env.now:
                yield env.timeout(time - env.now)
            place = self.resources[resource]
            visit = plan.visits.background_first + row
            ident = plan.n_departures + vessel
            event = place.ask(visit, priority, VEHICLE, ident, 0, direction)
            cast("list[Callable[[Event], None]]", event.callbacks).append(place.left)

    def _background(self, vessel: int) -> Generator[Event, Any, None]:
        """Send a vessel that carries none of our cargo to its resource, again and again."""
        table = self.plan.background
        place = self.resources[int(table.resource[vessel])]
        priority = int(table.priority[vessel])
        ident = self.plan.n_departures + vessel
        direction = max(int(table.first_direction[vessel]), 0)
        first, end = int(table.visit_first[vessel]), int(table.visit_first[vessel + 1])
        offset = self.plan.visits.background_first
        for row in range(first, end):
            yield self.env.timeout(int(table.gap[row]))
            yield place.ask(offset + row, priority, VEHICLE, ident, 0, direction)
            place.leave()
            direction = 1 - direction

    # -- run -------------------------------------------------------------------------------------

    def run(self, progress: Callable[[int, int], None] | None = None) -> EventLog:
        """Run all instants before the horizon and return the log."""
        horizon = self.plan.horizon
        for until in range(_DAY, horizon, _DAY):
            self.env.run_before(until)
            if progress is not None:
                progress(until, horizon)
        self.env.run_before(horizon)
        if progress is not None:
            progress(horizon, horizon)
        lockages = np.array(self._lockages, dtype=np.int64).reshape(-1, 6)
        log = self.log
        log.lockage_resource = lockages[:, 0].copy()
        log.lockage_chamber = lockages[:, 1].copy()
        log.lockage_direction = lockages[:, 2].copy()
        log.lockage_vessels = lockages[:, 3].copy()
        log.lockage_start = lockages[:, 4].copy()
        log.lockage_end = lockages[:, 5].copy()
        pools = [cast("BoxPool", self.resources[rank]) for rank in self.plan.boxes.resource]
        log.box_stock = np.array([pool.stock_mteu for pool in pools], dtype=np.int64)
        return log


def run_reference(
    plan: Plan,
    *,
    progress: Callable[[int, int], None] | None = None,
    processes: Iterable[UserProcess] = (),
) -> EventLog:
    """Run a plan on SimPy.

    Parameters
    ----------
    plan : Plan
        What to run.
    progress : callable, optional
        Called once a simulated day with the second reached and the horizon.
    processes : iterable of callable
        Users' own processes: generator functions of (environment, control).

    Returns
    -------
    EventLog
        The stamps of the run.
    """
    corridor = Corridor(plan)
    control = Control(corridor)
    for process in processes:
        corridor.env.process(process(corridor.env, control))
    # Events and processes free themselves by reference counts; the collector would only walk over
    # them again and again (a tenth of the run time).
    collecting = gc.isenabled()
    gc.disable()
    try:
        return corridor.run(progress)
    finally:
        if collecting:
            gc.enable()
