"""Services of the SimPy engine: when a departure leaves, who boards, and the vehicle's journey."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from functools import partial
from typing import TYPE_CHECKING, Any

from simpy.events import Event

from corridor_sim.engine.events import CANCELLED_EMPTY, CANCELLED_PENDING, DEPARTED
from corridor_sim.engine.resources import VEHICLE, Load
from corridor_sim.engine.waiting import WaitingLine
from corridor_sim.plan.tables import FILL, NEVER, ON_DEMAND, TIMETABLE
from corridor_sim.rules.consolidation import (
    convoy_vehicles,
    fits,
    is_fill_due,
    is_repositioning_due,
    may_leave,
    slot_is_dropped,
)
from corridor_sim.rules.ticks import local_day

if TYPE_CHECKING:
    from corridor_sim.engine.reference import Corridor

__all__ = ["Pool", "Service"]

_DAY = 86_400
_ENDS = 2


class Pool:
    """Vehicles that stand at one end; each remembers since when."""

    __slots__ = ("idle_since", "users")

    def __init__(self, vehicles: int) -> None:
        self.idle_since: deque[int] = deque([0] * vehicles)
        self.users: list[Service] = []


class _Aboard:
    """The legs aboard one vehicle, and their load."""

    __slots__ = ("kg", "legs", "mteu")

    def __init__(self, legs: list[int], mteu: int, kg: int) -> None:
        self.legs = legs
        self.mteu = mteu
        self.kg = kg

    def take_off(self, call: int, corridor: Corridor) -> list[int]:
        """Return the legs that end at a call, and carry them no longer."""
        leaving = [leg for leg in self.legs if corridor.leg_alight_call[leg] == call]
        for leg in leaving:
            shipment = corridor.leg_shipment[leg]
            self.mteu -= corridor.shipment_mteu[shipment]
            self.kg -= corridor.shipment_kg[shipment]
        if leaving:
            gone = set(leaving)
            self.legs = [leg for leg in self.legs if leg not in gone]
        return leaving


class Service:
    """One service: its waiting boxes, its overdue slots and its vehicles."""

    def __init__(self, corridor: Corridor, rank: int) -> None:
        table = corridor.plan.services
        self.corridor = corridor
        self.rank = rank
        self.dispatch = int(table.dispatch[rank])
        self.capacity_mteu = int(table.capacity_mteu[rank])
        self.capacity_kg = int(table.capacity_kg[rank])
        self.min_mteu = int(table.min_mteu[rank])
        self.min_kg = int(table.min_kg[rank])
        self.max_wait = int(table.max_wait[rank])
        self.max_per_day = int(table.max_per_day[rank])
        self.max_pending = int(table.max_pending[rank])
        self.max_idle = int(table.max_idle[rank])
        self.priority = int(table.priority[rank])
        self.turnaround = int(table.turnaround[rank])
        self.runs_empty = bool(table.runs_empty[rank])
        self.n_calls = int(table.n_calls[rank])
        self.first_departure = int(table.departure_first[rank])
        self.first_visit = int(table.visit_first[rank])
        rows = slice(int(table.step_first[rank]), int(table.step_first[rank + 1]))
        self.steps = list(
            zip(
                table.step_resource[rows].tolist(),
                table.step_call[rows].tolist(),
                table.step_direction[rows].tolist(),
                table.step_quota_mteu[rows].tolist(),
                strict=True,
            )
        )
        holds = slice(int(table.hold_first[rank]), int(table.hold_first[rank + 1]))
        self.held_by: list[int] = table.hold_resource[holds].tolist()
        pool, back = int(table.pool[rank]), int(table.return_pool[rank])
        self.pool = corridor.pools[pool] if pool >= 0 else None
        self.return_pool = corridor.pools[back] if back >= 0 else None
        if self.pool is not None:
            self.pool.users.append(self)
        self.waiting = [WaitingLine() for _ in range(self.n_calls)]
        self.overdue: deque[int] = deque()
        self._day = NEVER
        self._left_today = 0
        self._wake = NEVER
        # Vehicles without a limit that nothing holds back leave in the second their box is ready.
        self._leaves_at_once = self.dispatch == ON_DEMAND and self.pool is None and not self.held_by
        # A vehicle that can meet no queue needs no process: all its times are known as it leaves.
        self._runs_freely = (
            self.return_pool is None
            and (self.dispatch != TIMETABLE or self.n_calls <= _ENDS)
            and all(step[0] < 0 or corridor.is_free[step[0]] for step in self.steps)
        )

    # -- bound events ----------------------------------------------------------------------------

    def box_ready(self, leg: int) -> None:
        """Let a box join the line at its call."""
        corridor = self.corridor
        if self._leaves_at_once:
            self._send(leg)
            return
        shipment = corridor.leg_shipment[leg]
        self.waiting[corridor.leg_board_call[leg]].join(
            corridor.shipment_priority[shipment],
            corridor.env.now,
            leg,
            corridor.shipment_mteu[shipment],
            corridor.shipment_kg[shipment],
        )
        corridor.mark_service(self.rank)

    def slots(self, times: list[int]) -> Generator[Event, Any, None]:
        """Make each timetable slot due at its time."""
        env = self.corridor.env
        for number, time in enumerate(times):
            yield env.timeout(time - env.now)
            self.overdue.append(number)
            self.corridor.mark_service(self.rank)

    # -- the conditional pass --------------------------------------------------------------------

    def dispatch_due(self) -> None:
        """Send off whatever may leave now."""
        if self.dispatch == TIMETABLE:
            self._dispatch_slots()
        elif self.dispatch == FILL:
            self._dispatch_filled()
        else:
            self._dispatch_each()

    def _may_leave(self, vehicles_needed: int) -> bool:
        resources = self.corridor.resources
        held = any(resources[rank].is_closed for rank in self.held_by)
        vehicles = NEVER if self.pool is None else len(self.pool.idle_since)
        return may_leave(vehicles, vehicles_needed, held)

    def _dispatch_slots(self) -> None:
        overdue = self.overdue
        while overdue:
            if not self.waiting[0] and not self.runs_empty:
                self._cancel(overdue.popleft(), CANCELLED_EMPTY)
            elif self._may_leave(1):
                self._depart(overdue.popleft())
            else:
                break
        while slot_is_dropped(len(overdue), self.max_pending):
            self._cancel(overdue.pop(), CANCELLED_PENDING)

    def _dispatch_filled(self) -> None:
        now = self.corridor.env.now
        line = self.waiting[0]
        while True:
            oldest = line.oldest()
            idle = self.pool.idle_since[0] if self.pool and self.pool.idle_since else NEVER
            due = is_fill_due(
                line.mteu, line.kg, self.min_mteu, self.min_kg, oldest, now, self.max_wait
            ) or is_repositioning_due(idle, now, self.max_idle)
            if not due:
                if oldest >= 0:
                    self._wake_at(oldest + self.max_wait)
                if self.max_idle >= 0 and idle >= 0:
                    self._wake_at(idle + self.max_idle)
                return
            if not self._may_leave(1):
                return
            day = local_day(now)
            if day != self._day:
                self._day, self._left_today = day, 0
            if self._left_today >= self.max_per_day:
                self._wake_at((day + 1) * _DAY)
                return
            self._depart(day * self.max_per_day + self._left_today)
            self._left_today += 1

    def _dispatch_each(self) -> None:
        corridor = self.corridor
        line = self.waiting[0]
        while (leg := line.first()) >= 0:
            if not self._may_leave(self._convoy(leg)):
                return
            line.board_first(corridor.shipment_kg[corridor.leg_shipment[leg]])
            self._send(leg)

    def _convoy(self, leg: int) -> int:
        """Return how many vehicles a box takes."""
        corridor = self.corridor
        shipment = corridor.leg_shipment[leg]
        mteu, kg = corridor.shipment_mteu[shipment], corridor.shipment_kg[shipment]
        return convoy_vehicles(mteu, kg, self.capacity_mteu, self.capacity_kg)

    def _send(self, leg: int) -> None:
        """Send a box off in vehicles of its own."""
        corridor = self.corridor
        shipment = corridor.leg_shipment[leg]
        number = corridor.leg_number[leg]
        corridor.leg_board[leg] = corridor.env.now
        corridor.leg_departure[leg] = self.first_departure + number
        mteu, kg = corridor.shipment_mteu[shipment], corridor.shipment_kg[shipment]
        counts = self.pool is not None or self.return_pool is not None
        self._leave(number, self._convoy(leg) if counts else 1, [leg], mteu, kg)

    def _wake_at(self, time: int) -> None:
        """Look again at `time`; one pending wake is enough."""
        corridor = self.corridor
        if time > corridor.env.now and (self._wake < 0 or time < self._wake):
            self._wake = time
            corridor.env.at(time, self._woken)

    def _woken(self, _: Event) -> None:
        if self._wake == self.corridor.env.now:
            self._wake = NEVER
            self.corridor.mark_service(self.rank)

    def _cancel(self, number: int, status: int) -> None:
        departure = self.first_departure + number
        self.corridor.departure_status[departure] = status
        self.corridor.departure_time[departure] = self.corridor.env.now

    def _depart(self, number: int) -> None:
        """Board at the first call and send the vehicle off."""
        quota = self.steps[0][3]
        boarded, mteu, kg = self._board(0, self.first_departure + number, 0, 0, quota)
        self._leave(number, 1, boarded, mteu, kg)

    def _leave(self, number: int, vehicles: int, boarded: list[int], mteu: int, kg: int) -> None:
        corridor = self.corridor
        departure = self.first_departure + number
        corridor.departure_status[departure] = DEPARTED
        corridor.departure_time[departure] = corridor.env.now
        corridor.departure_mteu[departure] = mteu
        corridor.departure_kg[departure] = kg
        if self.pool is not None:
            for _ in range(vehicles):
                self.pool.idle_since.popleft()
        if self._runs_freely:
            self._run_freely(number, boarded, mteu)
        else:
            corridor.env.process(self._journey(number, vehicles, boarded, mteu, kg))

    def _run_freely(self, number: int, aboard: list[int], mteu: int) -> None:
        """Stamp a journey on which nothing makes the vehicle wait, and alight its boxes in time."""
        corridor = self.corridor
        visit = self.first_visit + number * len(self.steps)
        time = corridor.env.now
        arrivals: dict[int, list[int]] = {}
        for resource, call, _, _ in self.steps:
            alighting = [leg for leg in aboard if corridor.leg_alight_call[leg] == call]
            handled = mteu if call == 0 else 0
            for leg in alighting:
                handled += corridor.shipment_mteu[corridor.leg_shipment[leg]]
            if time >= corridor.horizon:
                break
            if resource >= 0:
                time = corridor.stamp_free(visit, resource, handled, time)
            if alighting and call > 0:
                arrivals.setdefault(time, []).extend(alighting)
            visit += 1
        for arrival, legs in arrivals.items():
            if arrival == corridor.env.now:
                self._alight(legs)
            else:
                corridor.env.at(arrival, partial(self._alight_at, legs))

    def _alight_at(self, legs: list[int], _: Event) -> None:
        self._alight(legs)

    def _alight(self, legs: list[int]) -> None:
        """Let boxes off, and on to what follows."""
        corridor = self.corridor
        for leg in legs:
            corridor.leg_alight[leg] = corridor.env.now
            corridor.advance(leg)

    def _board(
        self, call: int, departure: int, load_mteu: int, load_kg: int, quota: int
    ) -> tuple[list[int], int, int]:
        """Board in the order of rank until the first box that does not fit."""
        corridor = self.corridor
        line = self.waiting[call]
        now = corridor.env.now
        limit_mteu = min(self.capacity_mteu, load_mteu + quota)
        boarded: list[int] = []
        more_mteu = more_kg = 0
        while (leg := line.first()) >= 0:
            shipment = corridor.leg_shipment[leg]
            mteu, kg = corridor.shipment_mteu[shipment], corridor.shipment_kg[shipment]
            load = load_mteu + more_mteu, load_kg + more_kg
            if not fits(*load, mteu, kg, limit_mteu, self.capacity_kg):
                break
            line.board_first(kg)
            corridor.leg_board[leg] = now
            corridor.leg_departure[leg] = departure
            boarded.append(leg)
            more_mteu += mteu
            more_kg += kg
        return boarded, more_mteu, more_kg

    def _board_on_the_way(
        self, load: _Aboard, call: int, departure: int, quota: int, alighted_mteu: int
    ) -> int:
        """Board when handling starts, and return what is moved: the load is settled only then."""
        boarded, mteu, kg = self._board(call, departure, load.mteu, load.kg, quota)
        load.legs = [*load.legs, *boarded]
        load.mteu += mteu
        load.kg += kg
        return alighted_mteu + mteu

    # -- a vehicle -------------------------------------------------------------------------------

    def _journey(
        self, number: int, vehicles: int, aboard: list[int], mteu: int, kg: int
    ) -> Generator[Event, Any, None]:
        """Take one vehicle (or convoy) from its first call to its last."""
        corridor = self.corridor
        env = corridor.env
        departure = self.first_departure + number
        visit = self.first_visit + number * len(self.steps)
        last = self.n_calls - 1
        load = _Aboard(aboard, mteu, kg)
        # Steps at which nothing can make it wait are stamped ahead, up to this second.
        reached = env.now
        for resource, call, direction, quota in self.steps:
            alighting = load.take_off(call, corridor) if call > 0 else []
            handled = mteu if call == 0 else 0
            for leg in alighting:
                handled += corridor.shipment_mteu[corridor.leg_shipment[leg]]
            boards = self.dispatch == TIMETABLE and 0 < call < last
            if resource >= 0 and corridor.is_free[resource] and not boards:
                if reached >= corridor.horizon:
                    return
                reached = corridor.stamp_free(visit, resource, handled, reached)
            elif resource >= 0:
                if reached > env.now:
                    yield env.timeout(reached - env.now)
                moved: Load = handled
                if boards:
                    moved = partial(self._board_on_the_way, load, call, departure, quota, handled)
                place = corridor.resources[resource]
                yield place.ask(visit, self.priority, VEHICLE, departure, moved, direction)
                place.leave()
                reached = env.now
            if alighting:
                if reached > env.now:
                    yield env.timeout(reached - env.now)
                self._alight(alighting)
            visit += 1
        if reached > env.now:
            yield env.timeout(reached - env.now)
        if self.return_pool is not None:
            yield env.timeout(self.turnaround)
            for _ in range(vehicles):
                self.return_pool.idle_since.append(env.now)
            for user in self.return_pool.users:
                corridor.mark_service(user.rank)
