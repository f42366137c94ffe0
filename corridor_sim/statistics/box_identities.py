"""No empty box is lost or made, none is handed out that is not there, and none is kept back."""

from __future__ import annotations

import numpy as np

from corridor_sim.engine.events import EventLog
from corridor_sim.plan.tables import Plan
from corridor_sim.rules.boxes import boxes_suffice
from corridor_sim.statistics.box_flows import BoxFlows

__all__ = ["check_box_pools"]


def check_box_pools(plan: Plan, log: EventLog, *, servers_known: bool) -> list[str]:
    """Check the stock of every pool at every second.

    Parameters
    ----------
    plan : Plan
        What was run.
    log : EventLog
        Stamps.
    servers_known : bool
        Whether the plan's step functions are what the run obeyed.

    Returns
    -------
    list of str
        Violations.
    """
    faults: list[str] = []
    for row, rank in enumerate(plan.boxes.resource.tolist()):
        name, flows = plan.resource_names[rank], BoxFlows.of(plan, log, row)
        moments, stock = flows.stock()
        if (stock < 0).any():
            second = int(moments[np.argmax(stock < 0)])
            faults.append(f"'{name}': more boxes are taken than stand there, first at {second} s")
        if int(stock[-1]) != int(log.box_stock[row]):
            faults.append(
                f"'{name}': {flows.initial_mteu} at the start, less what was taken, with what came "
                f"back, is {int(stock[-1])} thousandths of a TEU; {int(log.box_stock[row])} stand "
                "there at the end"
            )
        rows = slice(*plan.resources.row_first[rank : rank + 2].tolist())
        if servers_known and len(plan.resources.row_time[rows]) == 1:
            late = _waits_in_vain(plan, flows)
            if late:
                faults.append(f"'{name}': {late} shipments wait though their boxes stand there")
    return faults


def _waits_in_vain(plan: Plan, flows: BoxFlows) -> int:
    """Count the seconds at whose end the boxes stand there of the one that ranks first."""
    asked = np.flatnonzero(flows.asked >= 0)
    priority = plan.shipments.priority[flows.shipment]
    # Nobody passes another, so that those who wait are a tail of those who rank alike.
    order = asked[np.lexsort((flows.shipment[asked], flows.asked[asked]))]
    never = np.iinfo(np.int64).max
    taken = np.where(flows.taken >= 0, flows.taken, never)
    changes, stock = flows.stock()
    looked_at = np.union1d(changes, flows.asked[asked])
    there = stock[np.searchsorted(changes, looked_at, side="right") - 1]
    first = np.full(len(looked_at), -1, dtype=np.int64)
    for level in np.unique(priority[asked])[::-1]:
        own = order[priority[order] == level]
        # The first of them that has not taken its boxes by the end of the second.
        place = np.searchsorted(np.maximum.accumulate(taken[own]), looked_at, side="right")
        safe = own[np.minimum(place, len(own) - 1)]
        waits = (place < len(own)) & (flows.asked[safe] <= looked_at)
        first[waits] = safe[waits]
    waiting = np.flatnonzero(first >= 0)
    return sum(
        boxes_suffice(int(stock_mteu), int(mteu))
        for stock_mteu, mteu in zip(there[waiting], flows.mteu[first[waiting]], strict=True)
    )
