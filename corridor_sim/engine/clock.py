"""The clock of the SimPy engine: whole seconds, each closed after the last of its events."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from operator import attrgetter
from typing import TYPE_CHECKING, cast

import simpy
from simpy.events import NORMAL, Event

__all__ = ["Clock"]


class Clock(simpy.Environment):
    """An environment of whole seconds that closes each instant after the last of its events.

    Parameters
    ----------
    close : callable
        The conditional pass; called when all events of a second have happened.
    """

    def __init__(self, close: Callable[[], None]) -> None:
        super().__init__()
        self._close = close

    if TYPE_CHECKING:

        @property
        def now(self) -> int:
            """Whole seconds since the start."""

    else:
        # The same as SimPy's property, read in C: it is asked several times an event.
        now = property(attrgetter("_now"), doc="Whole seconds since the start.")

    def happen(self, event: Event, time: int) -> None:
        """Let an event happen at a later second.

        Parameters
        ----------
        event : simpy.events.Event
            Not triggered yet.
        time : int
            Second, not before the present one.
        """
        event._ok = True
        event._value = None
        heappush(self._queue, (time, NORMAL, next(self._eid), event))

    def at(self, time: int, run: Callable[[Event], None]) -> None:
        """Apply a bound event at a later second.

        Parameters
        ----------
        time : int
            Second, not before the present one.
        run : callable
            Applied to the event.
        """
        event = Event(self)
        cast("list[Callable[[Event], None]]", event.callbacks).append(run)
        self.happen(event, time)

    def run_before(self, horizon: int) -> None:
        """Let everything happen that is due before a second.

        Does what `run(until=horizon)` does, without a call for each event.

        Parameters
        ----------
        horizon : int
            First second that is left alone.

        Raises
        ------
        BaseException
            What a process failed with, where no other process handles it.
        """
        queue, close = self._queue, self._close
        while queue and queue[0][0] < horizon:
            self._now, _, _, event = heappop(queue)
            callbacks = cast("list[Callable[[Event], None]]", event.callbacks)
            # SimPy's mark of an event that has happened.
            event.callbacks = None  # type: ignore[assignment]
            for callback in callbacks:
                callback(event)
            if not (event._ok or event.defused):
                raise cast("BaseException", event._value)
            if not queue or queue[0][0] > self._now:
                close()
