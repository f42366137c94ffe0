"""Boxes taken from a pool, boxes that came back, and what stood there in between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corridor_sim.demand.od import CARGO
from corridor_sim.engine.events import EventLog
from corridor_sim.plan.tables import Plan
from corridor_sim.rules.boxes import back_in_stock
from corridor_sim.statistics.occupancy import integral_of_steps

__all__ = ["BoxFlows", "BoxUse"]

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

    def waiting(self, horizon: int) -> tuple[Ints, Ints]:
        """Return the seconds at which the boxes waited for change, 0 first, and how many they are.

        Parameters
        ----------
        horizon : int
            Until when those wait that never got any.

        Returns
        -------
        moments, mteu : (n,) int64
            Thousandths of a TEU from each second on.
        """
        came = self.asked >= 0
        mteu, left = self.mteu[came], np.where(self.taken >= 0, self.taken, horizon)[came]
        return _steps(0, [(self.asked[came], mteu), (left, -mteu)])

    def stock(self) -> tuple[Ints, Ints]:
        """Return the seconds at which the stock changes, 0 first, and what it is from then on."""
        took, gave = self.taken >= 0, self.back >= 0
        return _steps(
            self.initial_mteu,
            [(self.taken[took], -self.mteu[took]), (self.back[gave], self.given_mteu[gave])],
        )


def _steps(start: int, changes: list[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    """Add up changes at seconds, one row per second."""
    second = np.concatenate([[0], *(seconds for seconds, _ in changes)]).astype(np.int64)
    change = np.concatenate([[start], *(amounts for _, amounts in changes)]).astype(np.int64)
    moments, place = np.unique(second, return_inverse=True)
    total = np.zeros(len(moments), dtype=np.int64)
    np.add.at(total, place, change)
    return moments, np.cumsum(total)


@dataclass(frozen=True, eq=False)
class BoxUse:
    """One row per pool and month of the measured window.

    Attributes
    ----------
    month : (n,) int64
        Number of the month.
    shipments, delayed : (n,) int64
        Shipments that asked for boxes in the month, and those of them that had to wait.
    taken_mteu, loaded_mteu, empty_mteu : (n,) int64
        Boxes taken, and those that came back loaded and empty, thousandths of a TEU.
    waiting_mteu_s, stock_mteu_s : (n,) int64
        Integrals of the boxes waited for, and of those in stock.
    lowest_mteu : (n,) int64
        Fewest boxes in stock at any second.
    """

    month: Ints
    shipments: Ints
    delayed: Ints
    taken_mteu: Ints
    loaded_mteu: Ints
    empty_mteu: Ints
    waiting_mteu_s: Ints
    stock_mteu_s: Ints
    lowest_mteu: Ints

    @classmethod
    def of(cls, plan: Plan, log: EventLog, edges: Ints) -> BoxUse:
        """Measure every pool between the edges.

        Parameters
        ----------
        plan : Plan
            What was run.
        log : EventLog
            Stamps.
        edges : (m + 1,) int64
            Seconds at which the months begin, and the end of the last.

        Returns
        -------
        BoxUse
            Pools in the order of their ranks, months by time.
        """
        rows = [_use(plan, log, row, edges) for row in range(len(plan.boxes.resource))]
        n = len(edges) - 1
        empty = np.empty((8, 0), dtype=np.int64)
        columns = np.concatenate([empty, *rows], axis=1)
        return cls(np.tile(np.arange(n, dtype=np.int64), len(rows)), *columns)


def _use(plan: Plan, log: EventLog, row: int, edges: Ints) -> Ints:
    """Return the columns of a pool, one under the other, but for the month."""
    flows = BoxFlows.of(plan, log, row)
    is_empty = plan.shipments.kind[flows.giver] == CARGO.index("empty")

    def between(seconds: Ints, amounts: Ints) -> Ints:
        inside = np.flatnonzero((seconds >= edges[0]) & (seconds < edges[-1]))
        month = np.searchsorted(edges, seconds[inside], side="right") - 1
        total = np.zeros(len(edges) - 1, dtype=np.int64)
        np.add.at(total, month, amounts[inside])
        return total

    moments, stock = flows.stock()
    held = stock[np.searchsorted(moments, edges[:-1], side="right") - 1]
    inside = np.flatnonzero((moments >= edges[0]) & (moments < edges[-1]))
    np.minimum.at(held, np.searchsorted(edges, moments[inside], side="right") - 1, stock[inside])
    return np.stack(
        [
            between(flows.asked, np.ones_like(flows.asked)),
            between(flows.asked, (flows.taken != flows.asked).astype(np.int64)),
            between(flows.taken, flows.mteu),
            between(flows.back[~is_empty], flows.given_mteu[~is_empty]),
            between(flows.back[is_empty], flows.given_mteu[is_empty]),
            integral_of_steps(*flows.waiting(plan.horizon), edges),
            integral_of_steps(moments, stock, edges),
            held,
        ]
    )
