"""Boxes taken from a pool, boxes that came back, and what stood there in between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corridor_sim.engine.events import EventLog
from corridor_sim.plan.tables import Plan
from corridor_sim.rules.boxes import back_in_stock

__all__ = ["BoxFlows"]

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class BoxFlows:
    """What one pool gave and got in a run; -1 stands for never.

    Attributes
    ----------
    initial_mteu : int
        Boxes at the start.
    shipment : (n,) int64
        Shipments that take boxes here, in the order of their visits.
    mteu, asked, taken : (n,) int64
        How many they take, and the seconds at which they asked and took them.
    giver : (g,) int64
        Shipments whose boxes come back here.
    given_mteu, back : (g,) int64
        How many, and the second from which they are in stock.
    """

    initial_mteu: int
    shipment: Ints
    mteu: Ints
    asked: Ints
    taken: Ints
    giver: Ints
    given_mteu: Ints
    back: Ints

    @classmethod
    def of(cls, plan: Plan, log: EventLog, row: int) -> BoxFlows:
        """Read the flows of a pool off the stamps.

        Parameters
        ----------
        plan : Plan
            What was run.
        log : EventLog
            Stamps.
        row : int
            Pool, as a row of the plan's boxes.

        Returns
        -------
        BoxFlows
            Of the whole simulated span.
        """
        boxes, legs, mteu = plan.boxes, plan.legs, plan.shipments.mteu
        first, end = plan.visits.shipment_first, plan.visits.background_first
        own = np.flatnonzero(plan.visits.resource[first:end] == boxes.resource[row])
        leg = np.searchsorted(legs.visit_first, own + first, side="right") - 1
        shipment = legs.shipment[leg].astype(np.int64)
        giver = np.flatnonzero(boxes.gives == boxes.resource[row])
        served = legs.first[giver + 1] > legs.first[giver]
        giver = giver[served]
        delivered = log.leg_ready[legs.first[giver + 1] - 1].astype(np.int64)
        back = back_in_stock(delivered, boxes.turnaround[giver])  # type: ignore[arg-type]
        there = (delivered >= 0) & (back < plan.horizon)
        return cls(
            initial_mteu=int(boxes.initial_mteu[row]),
            shipment=shipment,
            mteu=mteu[shipment],
            asked=log.visit_queued[own + first].astype(np.int64),
            taken=log.visit_start[own + first].astype(np.int64),
            giver=giver,
            given_mteu=mteu[giver],
            back=np.where(there, back, -1),
        )

    def stock(self) -> tuple[Ints, Ints]:
        """Return the seconds at which the stock changes, 0 first, and what it is from then on."""
        took, gave = self.taken >= 0, self.back >= 0
        second = np.concatenate([[0], self.taken[took], self.back[gave]])
        change = np.concatenate(
            [[self.initial_mteu], -self.mteu[took], self.given_mteu[gave]]
        ).astype(np.int64)
        moments, place = np.unique(second, return_inverse=True)
        changes = np.zeros(len(moments), dtype=np.int64)
        np.add.at(changes, place, change)
        return moments, np.cumsum(changes)
