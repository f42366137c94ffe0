"""Boxes that wait for a service at one of its calls."""

from __future__ import annotations

from collections import deque

from corridor_sim.plan.tables import NEVER

__all__ = ["WaitingLine"]


class WaitingLine:
    """Boxes in the order of priority, time of readiness and shipment.

    One first-in-first-out line per priority: boxes become ready in the order of time, so that only
    ties within a second have to be put into the order of their shipments.
    """

    __slots__ = ("_lines", "_priorities", "kg", "mteu")

    def __init__(self) -> None:
        self._lines: dict[int, deque[tuple[int, int, int]]] = {}
        self._priorities: list[int] = []
        self.mteu = 0
        self.kg = 0

    def __bool__(self) -> bool:
        return any(self._lines.values())

    def join(self, priority: int, ready: int, leg: int, mteu: int, kg: int) -> None:
        """Put a box in its place; legs of one call are in the order of their shipments.

        Parameters
        ----------
        priority : int
            Lower goes first.
        ready : int
            Second since which the box waits; lower goes first.
        leg : int
            Row of the leg; lower goes first.
        mteu, kg : int
            Size of the box.
        """
        line = self._lines.get(priority)
        if line is None:
            line = self._lines[priority] = deque()
            self._priorities = sorted(self._lines)
        self.mteu += mteu
        self.kg += kg
        place = len(line)
        while place and line[place - 1][0] == ready and line[place - 1][1] > leg:
            place -= 1
        if place == len(line):
            line.append((ready, leg, mteu))
        else:
            line.insert(place, (ready, leg, mteu))

    def first(self) -> int:
        """Return the leg that ranks first, -1 where nothing waits."""
        for priority in self._priorities:
            line = self._lines[priority]
            if line:
                return line[0][1]
        return NEVER

    def board_first(self, kg: int) -> int:
        """Take the leg that ranks first out of the line and return it."""
        for priority in self._priorities:
            line = self._lines[priority]
            if line:
                _, leg, mteu = line.popleft()
                self.mteu -= mteu
                self.kg -= kg
                return leg
        return NEVER

    def oldest(self) -> int:
        """Return the second since which the oldest box waits, -1 where nothing waits."""
        oldest = NEVER
        for line in self._lines.values():
            if line and (oldest == NEVER or line[0][0] < oldest):
                oldest = line[0][0]
        return oldest
