"""Services of the network as arrays: steps, slots, departures."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corridor_sim.errors import CorridorSimError
from corridor_sim.network.tables import records_of
from corridor_sim.plan.calendar import departure_slots
from corridor_sim.plan.capacity import gate_name
from corridor_sim.plan.tables import FILL, NEVER, ON_DEMAND, TIMETABLE, UNLIMITED, ServiceTable

if TYPE_CHECKING:
    from corridor_sim.network import Network

__all__ = ["ServiceLayout", "layout_services", "number_departures"]

_HOUR = 3600
_DAY = 86_400
_INTEGERS = (
    "dispatch",
    "capacity_mteu",
    "capacity_kg",
    "min_mteu",
    "min_kg",
    "max_wait",
    "max_per_day",
    "max_pending",
    "max_idle",
    "priority",
    "pool",
    "return_pool",
    "turnaround",
    "runs_empty",
    "n_calls",
)
_DISPATCH = {"timetable": TIMETABLE, "fill": FILL, "on_demand": ON_DEMAND}


@dataclass(frozen=True, slots=True)
class ServiceLayout:
    """Services before their departures are numbered.

    Attributes
    ----------
    names, pool_names : tuple of str
        In rank order.
    pool_fleet : (P,) int64
        Vehicles in each pool at the start.
    call_nodes : tuple of tuple of str
        Nodes of the calls of each service.
    columns : dict
        Columns of `ServiceTable` that are known so far.
    """

    names: tuple[str, ...]
    pool_names: tuple[str, ...]
    pool_fleet: NDArray[np.int64]
    call_nodes: tuple[tuple[str, ...], ...]
    columns: dict[str, NDArray[Any]]

    def steps(self, service: int) -> list[int]:
        """Return the resources a service visits, -1 where a call has no handling."""
        first = self.columns["step_first"]
        rows = slice(int(first[service]), int(first[service + 1]))
        return [int(value) for value in self.columns["step_resource"][rows]]


def _seconds(hours: float) -> int:
    return max(round(hours * _HOUR), 1)


def layout_services(
    network: Network,
    resource_names: tuple[str, ...],
    closed: frozenset[str],
    *,
    origin: dt.date,
    horizon: int,
) -> ServiceLayout:
    """Lay out services: their steps, limits, pools and slots.

    Parameters
    ----------
    network : Network
        Services and calls.
    resource_names : tuple of str
        Names of the resources in rank order.
    closed : frozenset of str
        Services that do not run in this scenario.
    origin : datetime.date
        Local day at second 0.
    horizon : int
        Seconds.

    Returns
    -------
    ServiceLayout
        Everything but the departure numbers.

    Raises
    ------
    CorridorSimError
        If a call between the first and the last has no facility.
    """
    rank_of = {name: rank for rank, name in enumerate(resource_names)}
    table = network.services.sort_index()
    names = tuple(str(name) for name in table.index)
    pools = sorted({str(p) for p in [*table["pool"], *table["return_pool"]] if p})
    pool_fleet = np.zeros(len(pools), dtype=np.int64)
    integers: dict[str, list[int]] = {key: [] for key in _INTEGERS}
    step_first, hold_first, slot_first = [0], [0], [0]
    step_rows: list[tuple[int, int, int, int]] = []
    holds: list[int] = []
    slots: list[NDArray[np.int64]] = []
    call_nodes: list[tuple[str, ...]] = []
    for name, row in zip(names, records_of(table), strict=True):
        dispatch = _DISPATCH[str(row["dispatch"])]
        nodes = _add_steps(name, network.calls_of[name], rank_of, step_rows, dispatch)
        call_nodes.append(nodes)
        step_first.append(len(step_rows))
        path = {step[0] for step in step_rows[step_first[-2] :] if step[0] >= 0}
        held = sorted(path) if row["hold"] else []
        if gate_name(name) in rank_of:
            held.append(rank_of[gate_name(name)])
        holds.extend(held)
        hold_first.append(len(holds))
        times = np.empty(0, dtype=np.int64)
        if dispatch == TIMETABLE and name not in closed:
            times = departure_slots(
                name,
                str(row["timetable"]),
                float(row["departures_per_week"]),
                origin=origin,
                horizon=horizon,
            )
        slots.append(times)
        slot_first.append(slot_first[-1] + len(times))
        if row["pool"]:
            pool_fleet[pools.index(str(row["pool"]))] += int(row["fleet"])
        capacity_mteu = round(float(row["capacity_teu"]) * 1000)
        capacity_kg = min(round(float(row["capacity_t"]) * 1000), 2**62)
        min_mteu = min(round(float(row["min_teu"]) * 1000), capacity_mteu) or capacity_mteu
        idle = float(row["max_idle_h"])
        values = {
            "dispatch": dispatch,
            "capacity_mteu": capacity_mteu,
            "capacity_kg": capacity_kg,
            "min_mteu": min_mteu,
            # Payload binds first where goods are heavy: the same share of it makes a full load.
            "min_kg": max(round(capacity_kg * (min_mteu / capacity_mteu)), 1),
            "max_wait": _seconds(float(row["max_wait_h"])),
            "max_per_day": max(int(row["max_per_day"]), 1),
            "max_pending": int(row["max_pending"]),
            "max_idle": _seconds(idle) if idle > 0 else NEVER,
            "priority": int(row["priority"]),
            "pool": pools.index(str(row["pool"])) if row["pool"] else NEVER,
            "return_pool": pools.index(str(row["return_pool"])) if row["return_pool"] else NEVER,
            "turnaround": _seconds(float(row["turnaround_h"])),
            "runs_empty": bool(row["runs_empty"]),
            "n_calls": len(nodes),
        }
        for key, value in values.items():
            integers[key].append(value)
    columns: dict[str, NDArray[Any]] = {
        key: np.array(column, dtype=np.int64) for key, column in integers.items()
    }
    columns["dispatch"] = columns["dispatch"].astype(np.int8)
    columns["runs_empty"] = columns["runs_empty"].astype(bool)
    steps = np.array(step_rows, dtype=np.int64).reshape(-1, 4)
    columns["step_first"] = np.array(step_first, dtype=np.int64)
    columns["step_resource"] = steps[:, 0].copy()
    columns["step_call"] = steps[:, 1].copy()
    columns["step_direction"] = steps[:, 2].astype(np.int8)
    columns["step_quota_mteu"] = steps[:, 3].copy()
    columns["hold_first"] = np.array(hold_first, dtype=np.int64)
    columns["hold_resource"] = np.array(holds, dtype=np.int64)
    columns["slot_first"] = np.array(slot_first, dtype=np.int64)
    columns["slot_time"] = np.concatenate([*slots, np.empty(0, dtype=np.int64)])
    return ServiceLayout(names, tuple(pools), pool_fleet, tuple(call_nodes), columns)


def _add_steps(
    name: str,
    rows: list[dict[str, Any]],
    rank_of: dict[str, int],
    steps: list[tuple[int, int, int, int]],
    dispatch: int,
) -> tuple[str, ...]:
    """Append the steps of one service and return the nodes of its calls."""
    nodes: list[str] = []
    n_calls = sum(row["stop"] == "call" for row in rows)
    for row in rows:
        if row["link"]:
            steps.append((rank_of[str(row["link"])], NEVER, 0, 0))
        resource = rank_of[str(row["facility"])] if row["facility"] else NEVER
        direction = 1 if row["direction"] == "up" else 0
        if row["stop"] == "call":
            ordinal = len(nodes)
            nodes.append(str(row["node"]))
            if resource < 0 and 0 < ordinal < n_calls - 1 and dispatch == TIMETABLE:
                raise CorridorSimError(
                    f"calls.csv: service '{name}' calls at '{row['node']}' between its first and "
                    "last call without a facility; boxes can only board where they are handled: "
                    "name a facility there"
                )
            quota = float(row["quota_teu"])
            quota_mteu = round(quota * 1000) if 0 < quota < UNLIMITED / 1000 else UNLIMITED
            steps.append((resource, ordinal, direction, quota_mteu))
        elif resource >= 0:
            steps.append((resource, NEVER, direction, 0))
    return tuple(nodes)


def number_departures(
    layout: ServiceLayout, on_demand_legs: NDArray[np.int64], *, horizon: int
) -> ServiceTable:
    """Give numbers to the departures and visits of all services.

    Parameters
    ----------
    layout : ServiceLayout
        Services.
    on_demand_legs : (S,) int64
        Legs of each service that is run on demand.
    horizon : int
        Seconds.

    Returns
    -------
    ServiceTable
        The complete table.
    """
    columns = dict(layout.columns)
    dispatch = columns["dispatch"]
    days = -(-horizon // _DAY)
    slots = np.diff(columns["slot_first"])
    count = np.where(
        dispatch == TIMETABLE,
        slots,
        np.where(dispatch == FILL, days * columns["max_per_day"], on_demand_legs),
    )
    n_steps = np.diff(columns["step_first"])
    columns["departure_first"] = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    columns["visit_first"] = np.concatenate([[0], np.cumsum(count * n_steps)]).astype(np.int64)
    return ServiceTable(**columns)
