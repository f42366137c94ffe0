"""What several tables of a run are made from."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from corridor_sim.engine.events import EventLog
from corridor_sim.plan.tables import Plan
from corridor_sim.statistics.box_flows import BoxUse
from corridor_sim.statistics.causes import CauseSeconds
from corridor_sim.statistics.clock import Clock
from corridor_sim.statistics.indices import Instants, PlanIndex
from corridor_sim.statistics.loads import DepartureFacts
from corridor_sim.statistics.occupancy import Occupancy
from corridor_sim.statistics.queues import Queues
from corridor_sim.statistics.stop_loads import StopLoads

if TYPE_CHECKING:
    from corridor_sim.network import Network

__all__ = ["Sources", "cleared_seconds", "delivered_seconds"]

Seconds = NDArray[np.int32]
Made = TypeVar("Made")

_NEVER = np.iinfo(np.int32).max
_LEGS_AT_ONCE = 2**17


class Sources:
    """What several tables of a run share, made at its first use.

    Parameters
    ----------
    plan : Plan
        What was run.
    log : EventLog
        Stamps of the run.
    network : Network
        Network the plan was compiled from.
    clock : Clock
        Dates of the run.

    Attributes
    ----------
    kinds : dict of str to str
        Kind of each facility by name.
    """

    def __init__(self, plan: Plan, log: EventLog, network: Network, clock: Clock) -> None:
        self.plan, self.log, self.network, self.clock = plan, log, network, clock
        self._making = threading.RLock()
        self.kinds = {str(name): str(kind) for name, kind in network.facilities["kind"].items()}

    def _once(self, name: str, make: Callable[[], Made]) -> Made:
        """Return a source that is made by one thread while others that ask for it wait."""
        with self._making:
            known: Made | None = vars(self).get(name)
            if known is None:
                known = vars(self)[name] = make()
            return known

    @cached_property
    def index(self) -> PlanIndex:
        """Joins of the plan."""
        return self._once("index", lambda: PlanIndex.of(self.plan))

    @cached_property
    def instants(self) -> Instants:
        """Every instant at which boxes could board a shared vehicle."""
        return self._once("instants", lambda: self.index.instants(self.plan, self.log))

    @cached_property
    def causes(self) -> CauseSeconds:
        """Seconds of each wait cause."""
        return CauseSeconds(self.plan, self.log, self.index, self.kinds, instants=self.instants)

    @cached_property
    def departures(self) -> DepartureFacts:
        """Departures that left or were cancelled."""
        return DepartureFacts(self.plan, self.log, self.index)

    def let_go(self) -> None:
        """Give back what is large and needed for departures alone."""
        self.departures.let_go()

    @cached_property
    def occupancy(self) -> Occupancy:
        """Use of facilities by month."""
        return self._once("occupancy", self._occupied)

    def _occupied(self) -> Occupancy:
        loads = StopLoads.of(self.plan, self.log, self.index, instants=self.instants)
        # The departures need the loads too, which are too large to be kept.
        self.departures.note(loads.of_departures)
        return Occupancy.of(self.plan, self.log, self.index, loads, self.clock.month_edges)

    @cached_property
    def box_use(self) -> BoxUse:
        """Use of the pools of empty boxes by month."""
        return BoxUse.of(self.plan, self.log, self.clock.month_edges)

    @cached_property
    def queues(self) -> Queues:
        """Queues of facilities by week."""
        return Queues.of(self.plan, self.log, self.clock.week_edges)

    @cached_property
    def in_boxes(self) -> NDArray[np.bool_]:
        """Whether each shipment travels in boxes."""
        n, told = len(self.plan.shipments.mteu), self.plan.boxes.in_boxes
        return told if len(told) == n else np.zeros(n, dtype=bool)

    @cached_property
    def cleared(self) -> Seconds:
        """When each shipment cleared customs."""
        facilities = self.network.facilities["clears"]
        clears = {str(name): bool(value) for name, value in facilities.items()}
        return cleared_seconds(self.plan, self.log, clears)

    @cached_property
    def delivered(self) -> Seconds:
        """When each shipment was delivered."""
        return delivered_seconds(self.plan, self.log)


def cleared_seconds(plan: Plan, log: EventLog, clears: Mapping[str, bool]) -> Seconds:
    """Return when each shipment cleared customs, -1 for never.

    That is the end of its first visit of its own at a facility that clears.

    Parameters
    ----------
    plan : Plan
        Plan of the run.
    log : EventLog
        Stamps of the run.
    clears : mapping of str to bool
        Whether a facility clears customs, by name.

    Returns
    -------
    (S,) int32
        Seconds.
    """
    clearing = np.array([clears.get(name, False) for name in plan.resource_names], dtype=bool)
    cleared = np.full(len(plan.shipments.mteu), _NEVER, dtype=np.int32)
    own_first = plan.legs.visit_first
    for start in range(0, plan.n_legs, _LEGS_AT_ONCE):
        legs = slice(start, min(start + _LEGS_AT_ONCE, plan.n_legs))
        visits = slice(int(own_first[legs.start]), int(own_first[legs.stop]))
        over = log.visit_end[visits]
        counts = np.flatnonzero(
            clearing[plan.visits.resource[visits]] & (over >= 0) & (over < plan.horizon)
        )
        own = np.diff(own_first[legs.start : legs.stop + 1])
        shipment = np.repeat(plan.legs.shipment[legs], own)[counts]
        np.minimum.at(cleared, shipment, over[counts].astype(np.int32))
    cleared[cleared == _NEVER] = -1
    return cleared


def delivered_seconds(plan: Plan, log: EventLog) -> Seconds:
    """Return when each shipment was delivered, -1 for never.

    Parameters
    ----------
    plan : Plan
        Plan of the run.
    log : EventLog
        Stamps of the run.

    Returns
    -------
    (S,) int32
        Seconds.
    """
    first = plan.legs.first
    delivered = np.full(len(first) - 1, -1, dtype=np.int32)
    served = np.flatnonzero(first[1:] > first[:-1])
    # The last leg row of a shipment is its delivery.
    delivered[served] = log.leg_ready[first[served + 1] - 1]
    return delivered
