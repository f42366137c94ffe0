"""How trade answers to what moving it costs, where a scenario asks for it.

The cost of a flow is the certainty equivalent of its alternatives under the choice model: at value
of time `v`, ``ln G(v) = -1/beta ln sum exp(constant - beta ln g)``, the logarithm averaged over the
shippers of the commodity. Premiums are part of `g`, so that scarce slots count. Against the cost
`G0` of the same flow in a reference scenario, its volume becomes ``(G / G0) ** elasticity`` of what
the table states.

Volumes move premiums and premiums move volumes: premiums are found with volumes that answer in
every round, which is the dual of a network equilibrium with elastic demand. Releases are a time
change of one process per flow, so that less trade keeps the first shipments of more.

References
----------
.. [1] K. Train, "Discrete Choice Methods with Simulation", 2nd edition, Cambridge University Press,
   2009, section 3.5 (the logsum).
.. [2] Y. Sheffi, "Urban Transportation Networks", Prentice-Hall, 1985, chapter 6 (elastic demand).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corridor_sim.demand.od import ODTable
from corridor_sim.routes.choice import ChoiceModel, ExpectedChoice
from corridor_sim.routes.premiums import ServiceRoom, find_premiums, with_premiums

if TYPE_CHECKING:
    from corridor_sim.scenario import Response

__all__ = ["flow_costs", "responded"]

Floats = NDArray[np.float64]

_SAME = 1e-9


def flow_costs(od: ODTable, model: ChoiceModel) -> dict[str, float]:
    """Return the generalised cost of every flow of own trade that has an alternative.

    Parameters
    ----------
    od : ODTable
        Rows of demand.
    model : ChoiceModel
        Alternatives, with premiums where they are used.

    Returns
    -------
    dict of str to float
        Yuan per TEU by name of the row.
    """
    log_cost = _log_costs(ExpectedChoice.of(od, model.routes), model)
    return {
        row.name: float(np.exp(log))
        for row, log in zip(od.rows, log_cost, strict=True)
        if row.cargo == "own" and not np.isnan(log)
    }


def _log_costs(cells: ExpectedChoice, model: ChoiceModel) -> Floats:
    """Return the logarithm of the cost of every OD row, NaN where it has no alternative."""
    freight = (model.cost_cny_per_teu + model.premium_cny_per_teu)[cells.route]
    freight += cells.t_per_teu * (model.cost_cny_per_t + model.premium_cny_per_t)[cells.route]
    cost = freight[:, None] + cells.cny_per_day * model.planned_days[cells.route][:, None]
    # Nodes that weigh nothing stand for nobody, and may cost nothing.
    utility = model.constant[cells.route][:, None] - model.beta * np.log(np.maximum(cost, 1e-9))
    n = len(cells.od.rows)
    log_cost = np.full(n, np.nan)
    if len(cells.row) == 0:
        return log_cost
    starts = np.flatnonzero(np.r_[True, np.diff(cells.row) > 0])
    rows = cells.row[starts]
    # The best is taken out before the sum, which would overflow or vanish otherwise.
    best = np.maximum.reduceat(utility, starts)
    spread = np.repeat(best, np.diff(np.r_[starts, len(cells.row)]), axis=0)
    total = np.add.reduceat(np.exp(utility - spread), starts)
    log_cost[rows] = ((best + np.log(total)) * cells.weight[starts]).sum(axis=1) / -model.beta
    return log_cost


def responded(
    od: ODTable,
    plain: ChoiceModel,
    room: ServiceRoom | None,
    *,
    reference: Mapping[str, float],
    response: Response,
) -> tuple[ODTable, ChoiceModel]:
    """Return the demand that is left, or gained, at its own costs.

    Parameters
    ----------
    od : ODTable
        Demand as the tables state it.
    plain : ChoiceModel
        Alternatives, without premiums.
    room : ServiceRoom or None
        Slots for which they compete; None where premiums are off.
    reference : mapping of str to float
        Costs of flows in the reference scenario; flows that are not there keep their volume.
    response : Response
        Elasticity.

    Returns
    -------
    ODTable, ChoiceModel
        That go together.
    """
    cells = ExpectedChoice.of(od, plain.routes)
    known = np.array(
        [reference.get(row.name, np.nan) if row.cargo == "own" else np.nan for row in od.rows]
    )

    def volume(model: ChoiceModel) -> Floats:
        change = _log_costs(cells, model) - np.log(known)
        factor: Floats = np.exp(response.elasticity * np.where(np.isnan(change), 0.0, change))
        return factor

    model = plain
    if room is not None:
        premiums = find_premiums(plain, od, room)
        model = with_premiums(plain, room, premiums)
        # At the costs of the reference nothing changes, to the last digit.
        if np.abs(np.log(volume(model))).max(initial=0.0) > _SAME:
            premiums = find_premiums(plain, od, room, start=premiums, volume=volume)
            model = with_premiums(plain, room, premiums)
    factors = volume(model)
    if np.abs(np.log(factors)).max(initial=0.0) <= _SAME:
        return od, model
    rows = (
        dataclasses.replace(row, teu_per_year=row.teu_per_year * factor)
        for row, factor in zip(od.rows, factors.tolist(), strict=True)
    )
    return ODTable(tuple(rows)), model
