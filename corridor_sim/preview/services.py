"""Departures a week of every service, what they can carry, and the vehicles they keep busy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corridor_sim.plan.tables import FILL, ON_DEMAND, TIMETABLE

if TYPE_CHECKING:
    from corridor_sim.plan.services import ServiceLayout
    from corridor_sim.preview.traffic import Traffic

__all__ = ["WEEKS", "WEEK_H", "Services"]

WEEK_H = 168.0
#: Opening hours and timetables are averaged over this many weeks.
WEEKS = 4


class Services:
    """Departures a week, and what they can carry."""

    def __init__(
        self,
        layout: ServiceLayout,
        names: tuple[str, ...],
        traffic: Traffic,
        times_h: Mapping[str, tuple[float, float]],
        closed: frozenset[str],
    ) -> None:
        self.layout = layout
        self.traffic = traffic
        self.closed = closed
        columns: dict[str, Any] = dict(layout.columns)
        self.dispatch = columns["dispatch"]
        self.capacity_teu = columns["capacity_mteu"] / 1000
        self.capacity_t = columns["capacity_kg"] / 1000
        self.min_teu = columns["min_mteu"] / 1000
        self.max_wait_h = columns["max_wait"] / 3600
        self.max_per_day = columns["max_per_day"]
        self.slots = np.diff(columns["slot_first"]) / WEEKS
        self.priority = columns["priority"]
        self.pool, self.return_pool = columns["pool"], columns["return_pool"]
        self.turnaround_h = columns["turnaround"] / 3600
        self.runs_empty = columns["runs_empty"]
        self.times_h = times_h
        self.names = names
        self.departures = np.array([self._departures(s) for s in range(len(layout.names))])

    def peak(self, service: int) -> tuple[float, float]:
        """Return TEU and tonnes a week on the fullest stretch."""
        teu, t = self.traffic.aboard_teu[service], self.traffic.aboard_t[service]
        return float(teu.max(initial=0.0)), float(t.max(initial=0.0))

    def _departures(self, service: int) -> float:
        if self.layout.names[service] in self.closed:
            return 0.0
        teu, t = self.peak(service)
        shipments = float(self.traffic.shipments[service])
        if self.dispatch[service] == ON_DEMAND:
            by_slots, by_payload = teu / self.capacity_teu[service], t / self.capacity_t[service]
            return float(max(shipments, by_slots, by_payload))
        if self.dispatch[service] == TIMETABLE:
            slots = float(self.slots[service])
            if self.runs_empty[service] or slots == 0:
                return slots
            # A slot for which nothing waits is cancelled.
            return float(slots * -np.expm1(-shipments / slots))
        share = self.min_teu[service] / self.capacity_teu[service]
        filled = max(teu / self.min_teu[service], t / (self.capacity_t[service] * share))
        by_waiting = min(shipments, WEEK_H / float(self.max_wait_h[service]))
        return float(min(max(filled, by_waiting), 7 * self.max_per_day[service]))

    def rows(self) -> list[tuple[str, str, float, float, str, str]]:
        """Return a row for every service with limited departures that runs."""
        rows = []
        for service, name in enumerate(self.layout.names):
            most = float(self.slots[service])
            if self.dispatch[service] == FILL:
                most = 7.0 * float(self.max_per_day[service])
            if self.dispatch[service] == ON_DEMAND or name in self.closed or most == 0:
                continue
            teu, t = self.peak(service)
            room_teu = most * float(self.capacity_teu[service])
            room_t = most * float(self.capacity_t[service])
            by_payload = t / room_t > teu / room_teu
            load, room, unit = (t, room_t, "t") if by_payload else (teu, room_teu, "TEU")
            rows.append(("service", name, load, room, unit, ""))
        return rows

    def trip_h(self, service: int) -> float:
        """Return the mean hours from first call to last, without queues."""
        steps = self.layout.steps(service)
        departures = self.departures[service]
        total = 0.0
        for step, moved in zip(steps, self.moved_teu(service), strict=True):
            if step >= 0:
                fixed, per_teu = self.times_h[self.names[step]]
                total += fixed + (per_teu * moved / departures if departures > 0 else 0.0)
        return total

    def moved_teu(self, service: int) -> list[float]:
        """Return TEU a week handled at each step, 0 on the way."""
        first = self.layout.columns["step_first"]
        rows = slice(int(first[service]), int(first[service + 1]))
        boards, alights = self.traffic.boards_teu[service], self.traffic.alights_teu[service]
        return [
            float(boards[call] + alights[call]) if call >= 0 else 0.0
            for call in self.layout.columns["step_call"][rows].tolist()
        ]

    def fleet_rows(self) -> list[tuple[str, str, float, float, str, str]]:
        """Return a row for every set of pools that share their vehicles."""
        joined = _joined_pools(self.pool, self.return_pool, len(self.layout.pool_names))
        load: dict[int, float] = {}
        for service in range(len(self.layout.names)):
            if self.pool[service] < 0:
                continue
            group = joined[int(self.pool[service])]
            hours = self.trip_h(service) + float(self.turnaround_h[service])
            load[group] = load.get(group, 0.0) + float(self.departures[service]) * hours
        rows = []
        for group, hours in load.items():
            members = [n for n, g in enumerate(joined) if g == group]
            fleet = int(sum(self.layout.pool_fleet[n] for n in members))
            name = " + ".join(self.layout.pool_names[n] for n in members)
            rows.append(("fleet", name, hours, fleet * WEEK_H, "vehicle-h", ""))
        return rows


def _joined_pools(pool: NDArray[np.int64], return_pool: NDArray[np.int64], n: int) -> list[int]:
    """Return for each pool the smallest pool it exchanges vehicles with."""
    group = list(range(n))
    for a, b in zip(pool.tolist(), return_pool.tolist(), strict=True):
        if a >= 0 and b >= 0 and group[a] != group[b]:
            low, high = sorted((group[a], group[b]))
            group = [low if g == high else g for g in group]
    return group
