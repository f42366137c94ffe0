"""Where the time of a box goes: wait causes that add up to its door-to-door time, to the second.

From its release to its delivery a box is always in exactly one of these states, and the stamps of
a run tell which one. So the causes telescope: no second is counted twice and none is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from corridor_sim.compiled import has_compiler
from corridor_sim.engine.events import EventLog
from corridor_sim.plan.tables import LINK, Plan
from corridor_sim.statistics.cause_arrays import N_CAUSES, count_causes
from corridor_sim.statistics.cause_loop import CauseLoop
from corridor_sim.statistics.columns import Rows
from corridor_sim.statistics.indices import Instants, PlanIndex

__all__ = ["CAUSES", "CauseSeconds", "cause_of_resources", "leg_bounds", "leg_causes", "leg_ends"]

Ints = NDArray[np.int64]
#: Seconds of rows by cause, in the order of `CAUSES`.
Seconds = NDArray[np.int32]

#: Every cause with what it means; the order is that of a journey.
CAUSES: dict[str, str] = {
    "schedule_wait": "ready, until the next departure is due (timetable, or filling up)",
    "vehicle_wait": "a departure is due but no vehicle is there, or a closure holds it back",
    "left_behind": "departures left without the box: full, or out of its rank",
    "empty_box": "waiting for empty boxes, and fetching them, before the first leg",
    "customs": "customs and inspection inside China's gateways, with their queues",
    "dwell": "dwell and cut-off in ports and yards",
    "handling_queue": "waiting for a berth, track or crane",
    "handling": "loading and unloading",
    "lock_queue": "waiting for a lock chamber",
    "lock_passage": "in the lock chamber",
    "border_queue": "waiting for a border's slot, documents, gauge change or road lane",
    "border": "border slot, documents and road lane",
    "gauge_change": "change of gauge",
    "closed_link": "waiting at a closed link",
    "moving": "under way",
}

# Shipments whose legs are counted together: those of a year are not kept for the sums alone.
_MOST_AT_ONCE = 2**17

_AT_FACILITY: dict[str, tuple[str, str]] = {
    "berth": ("handling_queue", "handling"),
    "rail_yard": ("handling_queue", "handling"),
    "road_terminal": ("handling_queue", "handling"),
    "air_terminal": ("handling_queue", "handling"),
    "customs": ("customs", "customs"),
    "inspection": ("customs", "customs"),
    "documents": ("border_queue", "border"),
    "arrival_slot": ("border_queue", "border"),
    "border_road": ("border_queue", "border"),
    "gauge_change": ("border_queue", "gauge_change"),
    "dwell": ("dwell", "dwell"),
    "lock": ("lock_queue", "lock_passage"),
    "box_pool": ("empty_box", "empty_box"),
}


def cause_of_resources(
    plan: Plan, facility_kinds: Mapping[str, str]
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Return the cause of queueing at, and of being served by, each resource.

    Parameters
    ----------
    plan : Plan
        Plan whose resources are asked about.
    facility_kinds : mapping of str to str
        Kind of each facility by name.

    Returns
    -------
    queueing, served : (R,) int8
        Positions in `CAUSES`.

    Raises
    ------
    KeyError
        If a facility has no kind, or one that no cause is known for.
    """
    position = {cause: number for number, cause in enumerate(CAUSES)}
    queueing = np.empty(len(plan.resource_names), dtype=np.int8)
    served = np.empty(len(plan.resource_names), dtype=np.int8)
    for rank, name in enumerate(plan.resource_names):
        if plan.resources.kind[rank] == LINK:
            pair = ("closed_link", "moving")
        else:
            pair = _AT_FACILITY[facility_kinds[name]]
        queueing[rank], served[rank] = position[pair[0]], position[pair[1]]
    return queueing, served


def leg_bounds(plan: Plan, log: EventLog, rows: slice | None = None) -> tuple[Ints, Ints]:
    """Return when each leg row begins and ends, -1 for never.

    A leg begins at the release of its shipment or at the end of the leg before it, and ends when
    its box alights, or on the last row when the box is delivered.

    Parameters
    ----------
    plan : Plan
        Plan of the run.
    log : EventLog
        Stamps of the run.
    rows : slice, optional
        Start and stop of the legs asked for, which begin with the first leg of a shipment; all if
        not given.

    Returns
    -------
    start, end : (L,) int64
        Seconds.
    """
    rows = slice(0, plan.n_legs) if rows is None else rows
    legs = plan.legs
    end = leg_ends(plan, log, rows).astype(np.int64)
    start = np.empty_like(end)
    start[1:] = end[:-1]
    shipment = legs.shipment[rows]
    is_first = np.ones(len(end), dtype=bool)
    is_first[1:] = shipment[1:] != shipment[:-1]
    start[is_first] = plan.shipments.release_s[shipment[is_first]]
    return start, end


def leg_ends(plan: Plan, log: EventLog, rows: Rows) -> NDArray[np.signedinteger]:
    """Return when each leg row ends, see `leg_bounds`.

    Parameters
    ----------
    plan : Plan
        Plan of the run.
    log : EventLog
        Stamps of the run.
    rows : slice or (n,) int64
        Legs asked for.

    Returns
    -------
    (n,) signed integers
        Seconds, -1 for never.
    """
    return np.where(plan.legs.service[rows] < 0, log.leg_ready[rows], log.leg_alight[rows])


class CauseSeconds:
    """Seconds of each cause, leg by leg and shipment by shipment.

    They are counted for the shipments that are asked for: by the compiled loop where numba is
    there, else by whole arrays for all legs at the first question.

    Parameters
    ----------
    plan : Plan
        Plan of the run.
    log : EventLog
        Stamps of the run.
    index : PlanIndex
        Index of the plan.
    facility_kinds : mapping of str to str
        Kind of each facility by name.
    compiled : bool, optional
        Whether the loop counts; where numba is installed if not given.
    instants : Instants, optional
        Those of the run, where they are there.
    """

    def __init__(
        self,
        plan: Plan,
        log: EventLog,
        index: PlanIndex,
        facility_kinds: Mapping[str, str],
        *,
        compiled: bool | None = None,
        instants: Instants | None = None,
    ) -> None:
        self._plan, self._log, self._index = plan, log, index
        self._instants = instants
        self._of_resource = cause_of_resources(plan, facility_kinds)
        self._compiled = has_compiler() if compiled is None else compiled
        # Column after column asks for the same rows.
        self._last: tuple[tuple[int, int], tuple[Seconds, Seconds]] | None = None
        self._last_whole = (0, 0), np.empty((0, N_CAUSES), dtype=np.int32)

    def of_legs(self, start: int, stop: int) -> Seconds:
        """Return the seconds of each cause on the leg rows of shipments.

        Parameters
        ----------
        start, stop : int
            Shipments.

        Returns
        -------
        (n, causes) int32
            Seconds; zero on rows that were not completed before the horizon.

        Raises
        ------
        ArithmeticError
            If the causes of a leg do not add up to its duration, which would be a fault in an
            engine or in this package.
        """
        return self._counted(start, stop)[0]

    def of_shipments(self, start: int, stop: int) -> Seconds:
        """Return the seconds of each cause over all legs of shipments.

        Parameters
        ----------
        start, stop : int
            Shipments.

        Returns
        -------
        (n, causes) int32
            Seconds; zero until the delivery.

        Raises
        ------
        ArithmeticError
            As for `of_legs`.
        """
        if stop - start <= _MOST_AT_ONCE:
            return self._counted(start, stop)[1]
        kept, whole = self._last_whole
        if kept != (start, stop):
            whole = np.empty((N_CAUSES, stop - start), dtype=np.int32).T
            for begin in range(start, stop, _MOST_AT_ONCE):
                end = min(begin + _MOST_AT_ONCE, stop)
                whole[begin - start : end - start] = self._counted(begin, end)[1]
            self._last_whole = (start, stop), whole
        return whole

    def _counted(self, start: int, stop: int) -> tuple[Seconds, Seconds]:
        last = self._last
        if last is not None and last[0] == (start, stop):
            return last[1]
        of_legs, of_shipments, wrong = self._counter(start, stop)
        if len(wrong):
            leg = int(wrong[0])
            begin, end = leg_bounds(self._plan, self._log)
            first = self._plan.legs.first[start]
            raise ArithmeticError(
                f"wait causes of {len(wrong)} legs do not add up to their duration; the first is "
                f"leg {leg}: {of_legs[leg - first].sum()} s of causes, {end[leg] - begin[leg]} s "
                "between its stamps"
            )
        self._last = (start, stop), (of_legs, of_shipments)
        return of_legs, of_shipments

    @cached_property
    def _counter(self) -> Callable[[int, int], tuple[Seconds, Seconds, Ints]]:
        if self._compiled:
            instants = self._instants or self._index.instants(self._plan, self._log)
            return CauseLoop(self._plan, self._log, self._index, self._of_resource, instants).count
        return self._cut

    def _cut(self, start: int, stop: int) -> tuple[Seconds, Seconds, Ints]:
        """Return what the loop would, from the causes of all legs."""
        first = self._plan.legs.first
        rows = slice(int(first[start]), int(first[stop]))
        of_legs = self._all_legs[rows]
        begin, end = leg_bounds(self._plan, self._log, rows)
        duration = np.where((begin >= 0) & (end >= 0), end - begin, 0)
        wrong = np.flatnonzero(of_legs.sum(axis=1, dtype=np.int64) != duration)
        of_shipments = np.zeros((stop - start, N_CAUSES), dtype=np.int32)
        served = np.flatnonzero(np.diff(first[start : stop + 1]))
        if len(served):
            # The last leg row of a shipment is its delivery.
            delivered = served[self._log.leg_ready[first[start + served + 1] - 1] >= 0]
            total = np.add.reduceat(of_legs, first[start + served] - rows.start, axis=0)
            of_shipments[delivered] = total[np.searchsorted(served, delivered)]
        return of_legs, of_shipments, wrong + rows.start

    @cached_property
    def _all_legs(self) -> Seconds:
        begin, end = leg_bounds(self._plan, self._log)
        is_done = (begin >= 0) & (end >= 0)
        return count_causes(self._plan, self._log, self._index, self._of_resource, is_done)


def leg_causes(
    plan: Plan, log: EventLog, index: PlanIndex, facility_kinds: Mapping[str, str]
) -> dict[str, NDArray[np.int32]]:
    """Return the seconds of each cause for every leg row that was completed.

    Parameters
    ----------
    plan : Plan
        Plan of the run.
    log : EventLog
        Stamps of the run.
    index : PlanIndex
        Index of the plan.
    facility_kinds : mapping of str to str
        Kind of each facility by name.

    Returns
    -------
    dict of str to (L,) int32
        Seconds by cause; zero on rows that were not completed before the horizon.

    Raises
    ------
    ArithmeticError
        If the causes of a leg do not add up to its duration.
    """
    counted = CauseSeconds(plan, log, index, facility_kinds)
    seconds = counted.of_legs(0, len(plan.shipments.mteu))
    return {cause: seconds[:, number] for number, cause in enumerate(CAUSES)}
