"""Networks side by side: one plan made of several that share nothing.

Resources, services, pools, shipments and vessels of each are numbered after those of the one
before, under names of their own. Since they never meet, each must give the stamps it gives alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from itertools import accumulate
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from corridor_sim.engine import EventLog
from corridor_sim.plan.tables import Plan

__all__ = ["side_by_side", "stamps_of"]

Table = TypeVar("Table")
Array = NDArray[Any]


def side_by_side(plans: Sequence[Plan]) -> Plan:
    """Return one plan of several.

    Parameters
    ----------
    plans : sequence of Plan
        Of one span.

    Returns
    -------
    Plan
        In which the first plan's rows come first in every table.
    """
    resources = _starts(len(plan.resource_names) for plan in plans)
    services = _starts(len(plan.service_names) for plan in plans)
    pools = _starts(len(plan.pool_names) for plan in plans)
    shipments = _starts(len(plan.shipments.mteu) for plan in plans)
    names = _starts(len(plan.background_names) for plan in plans)
    # Visits of all departures come first, then those of all shipments, then those of vessels.
    box_visits = _starts(
        plan.visits.background_first - plan.visits.shipment_first for plan in plans
    )
    departures = [plan.visits.shipment_first for plan in plans]
    first_box, first_vessel = sum(departures), sum(departures) + box_visits[-1]
    visits = [_parts(plan) for plan in plans]
    order = [[visits[copy][part] for copy in range(len(plans))] for part in range(len(visits[0]))]

    def by_kind(column: str) -> Array:
        arrays = [getattr(plan.visits, column) for plan in plans]
        if column == "resource":
            arrays = [_shifted(a, n) for a, n in zip(arrays, resources, strict=False)]
        places = [(copy, rows) for part in order for copy, rows in enumerate(part)]
        return np.concatenate([arrays[copy][rows] for copy, rows in places])

    first = plans[0]
    return Plan(
        horizon=first.horizon,
        window=first.window,
        resource_names=_named(plan.resource_names for plan in plans),
        service_names=_named(plan.service_names for plan in plans),
        pool_names=_named(plan.pool_names for plan in plans),
        background_names=_named(plan.background_names for plan in plans),
        pool_fleet=np.concatenate([plan.pool_fleet for plan in plans]),
        resources=_joined([plan.resources for plan in plans]),
        locks=_joined([plan.locks for plan in plans], {"resource": resources}),
        services=_joined(
            [plan.services for plan in plans],
            {
                "pool": pools,
                "return_pool": pools,
                "step_resource": resources,
                "hold_resource": resources,
            },
        ),
        legs=replace(
            _joined([plan.legs for plan in plans], {"shipment": shipments, "service": services}),
            visit_first=_firsts([plan.legs.visit_first for plan in plans], start=first_box).astype(
                np.int32
            ),
        ),
        visits=replace(
            first.visits,
            resource=by_kind("resource"),
            fixed_s=by_kind("fixed_s"),
            take=by_kind("take"),
            shipment_first=first_box,
            background_first=first_vessel,
        ),
        background=_joined(
            [plan.background for plan in plans], {"resource": resources, "name": names}
        ),
        shipments=_joined([plan.shipments for plan in plans], {}),
    ).freeze()


def stamps_of(log: EventLog, plans: Sequence[Plan]) -> list[dict[str, Array]]:
    """Return the stamps of each plan in a run of all side by side.

    Parameters
    ----------
    log : EventLog
        Of the joint run.
    plans : sequence of Plan
        What was put side by side.

    Returns
    -------
    list of dict
        Columns of the log by name, lockages left out.
    """
    legs = _starts(plan.n_legs for plan in plans)
    departures = _starts(plan.n_departures for plan in plans)
    kinds = [[rows.stop - rows.start for rows in _parts(plan)] for plan in plans]
    sizes = [kind[part] for part in range(3) for kind in kinds]
    visits = _starts(sizes)
    found: list[dict[str, Array]] = []
    for copy, plan in enumerate(plans):
        own: dict[str, Array] = {}
        for field in fields(log):
            column: Array = getattr(log, field.name)
            if field.name == "leg_departure":
                column = _shifted(column[legs[copy] : legs[copy] + plan.n_legs], -departures[copy])
            elif field.name.startswith("leg"):
                column = column[legs[copy] : legs[copy] + plan.n_legs]
            elif field.name.startswith("departure"):
                column = column[departures[copy] : departures[copy] + plan.n_departures]
            elif field.name.startswith("visit"):
                places = [copy + part * len(plans) for part in range(3)]
                column = np.concatenate([column[visits[n] : visits[n + 1]] for n in places])
            else:
                continue
            own[field.name] = column
        found.append(own)
    return found


def _starts(sizes: Any) -> list[int]:
    """Return where each part begins, and where the last one ends."""
    return list(accumulate((int(size) for size in sizes), initial=0))


def _parts(plan: Plan) -> tuple[slice, slice, slice]:
    """Return the visits of departures, of shipments and of vessels."""
    table = plan.visits
    return (
        slice(0, table.shipment_first),
        slice(table.shipment_first, table.background_first),
        slice(table.background_first, plan.n_visits),
    )


def _named(names: Any) -> tuple[str, ...]:
    return tuple(f"{copy}:{name}" for copy, part in enumerate(names) for name in part)


def _shifted(values: Array, by: int) -> Array:
    """Return numbers shifted, but for those that stand for nothing."""
    return np.where(values >= 0, values + by, values).astype(values.dtype)


def _firsts(columns: Sequence[Array], *, start: int = 0) -> Array:
    """Join columns that say where the rows of another table begin."""
    lengths = np.concatenate([np.diff(column) for column in columns])
    return start + np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def _joined(tables: Sequence[Table], shifts: dict[str, list[int]] | None = None) -> Table:
    """Join tables column by column, with the numbers of rows of others shifted."""
    columns: dict[str, Array] = {}
    for field in fields(tables[0]):  # type: ignore[arg-type]
        parts = [getattr(table, field.name) for table in tables]
        if not isinstance(parts[0], np.ndarray):
            continue
        if field.name == "first" or (field.name.endswith("_first") and len(parts[0]) > 0):
            columns[field.name] = _firsts(parts)
            continue
        if field.name in (shifts or {}):
            parts = [
                _shifted(a, n) for a, n in zip(parts, (shifts or {})[field.name], strict=False)
            ]
        columns[field.name] = np.concatenate(parts)
    return replace(tables[0], **columns)  # type: ignore[type-var]
