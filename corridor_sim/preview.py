"""Expected load against capacity by formula, before anything is run.

Means only: what is expected to come in a week against what a week can take. A queue that is
unstable shows here at once; how long the waits are below that is what the simulation is for.
Dated and random disruptions are left out, opening hours are not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corridor_sim.plan.box_balance import expected_balance
from corridor_sim.plan.capacity import build_resources
from corridor_sim.plan.services import layout_services
from corridor_sim.plan.tables import FILL, LINK, LOCK, ON_DEMAND, TIMETABLE, UNLIMITED
from corridor_sim.plan.ways import route_patterns
from corridor_sim.screen import number, percent, plain, table

if TYPE_CHECKING:
    from corridor_sim.network import Network
    from corridor_sim.plan.services import ServiceLayout
    from corridor_sim.plan.tables import ResourceTable
    from corridor_sim.plan.ways import RoutePattern
    from corridor_sim.routes.alternatives import Route
    from corridor_sim.scenario import Scenario
    from corridor_sim.shipments import RouteFlow

__all__ = ["WARN_ABOVE", "box_preview", "expected_loads", "preview", "preview_frame"]

Floats = NDArray[np.float64]

#: Utilisation from which a row is marked.
WARN_ABOVE = 0.9
_WORST = 5
_WEEK_H = 168.0
_WEEK_S = 7 * 86_400
#: Opening hours are averaged over this many weeks.
_WEEKS = 4


@dataclass
class _Traffic:
    """Sums over routes, by service and call, and by resource of the boxes' own visits."""

    boards_teu: list[Floats]
    alights_teu: list[Floats]
    aboard_teu: list[Floats]
    aboard_t: list[Floats]
    shipments: Floats
    box_visits: Floats
    box_teu: Floats


def preview(scenario: Scenario) -> str:
    """Return expected load against capacity of every service, fleet and facility as text.

    Parameters
    ----------
    scenario : Scenario
        What would be run.

    Returns
    -------
    str
        A table, worst first; what is expected above 90 % of its capacity is marked.
    """
    frame = preview_frame(scenario)
    rows = [
        [
            "!" if row["utilisation"] > WARN_ABOVE else "",
            str(row["kind"]),
            plain(row["name"]),
            percent(row["utilisation"]),
            number(row["load_per_week"]),
            number(row["capacity_per_week"]),
            str(row["unit"]),
        ]
        for row in frame.to_dict("records")
    ]
    heads = ["", "kind", "name", "in use", "load\na week", "capacity\na week", "unit"]
    noted = frame[(frame["note"] != "") & (frame["utilisation"] > WARN_ABOVE)]
    notes = [f"  {plain(row['name'])}: {row['note']}" for row in noted.to_dict("records")]
    parts = [
        (
            f"{plain(scenario.name)}: expected load against capacity by formula; nothing was run.\n"
            "An average week without disruptions, fullest first. What has no limit is not listed."
        ),
        table(heads, rows, text_columns=3) if rows else "Nothing in this network has a limit.",
    ]
    if notes:
        parts.append(
            "Filled by a closed fleet, so that the queue limits itself:\n" + "\n".join(notes)
        )
    if rows:
        parts.append(_verdict(frame))
    if boxes := box_preview(scenario):
        parts.append(boxes)
    return "\n\n".join(parts) + "\n"


def box_preview(scenario: Scenario) -> str:
    """Return what pools of empty boxes are expected to give and get in a year.

    Parameters
    ----------
    scenario : Scenario
        What would be run.

    Returns
    -------
    str
        A table, and what is short; blank where no pools are at work.
    """
    from corridor_sim.simulation import lay_groundwork

    if not scenario.boxes.pools:
        return ""
    ground = lay_groundwork(scenario)
    frame = ground.plan_frame
    pools = expected_balance(frame.boxes, ground.od, ground.choice, frame.resources.names)
    rows = [
        [
            "!" if pool.missing_teu > 0 else "",
            plain(pool.name),
            number(pool.taken_teu),
            number(pool.loaded_back_teu),
            number(pool.empty_back_teu),
            number(-pool.missing_teu),
            number(pool.initial_teu),
        ]
        for pool in pools
    ]
    if not rows:
        return "Pools of empty boxes are switched on, but the network has none."
    heads = ["", "boxes, TEU a year", "taken", "back\nloaded", "back\nempty", "balance", "stock"]
    lines = [
        f"  {plain(pool.name)}: {number(pool.missing_teu)} TEU a year do not come back; its stock "
        f"lasts {number(365 * pool.initial_teu / pool.missing_teu)} days"
        for pool in pools
        if pool.missing_teu > 0
    ]
    told = ["More is taken than comes back:", *lines] if lines else []
    return "\n".join([table(heads, rows, text_columns=2), *([""] if told else []), *told])


def _verdict(frame: pd.DataFrame) -> str:
    """Return what the end of a long table has to say: whether it is too much, and where."""
    marked = frame[frame["utilisation"] > WARN_ABOVE]
    if marked.empty:
        return f"None of {len(frame)} rows is above {percent(WARN_ABOVE)}."
    lines = [
        f"  {plain(row['name'])}  {percent(row['utilisation'])}"
        for row in marked.head(_WORST).to_dict("records")
    ]
    more = len(marked) - len(lines)
    if more:
        lines.append(f"  and {more} more, marked ! above")
    head = f"Above {percent(WARN_ABOVE)}: {len(marked)} of {len(frame)} rows"
    return "\n".join([head, *lines])


def preview_frame(scenario: Scenario) -> pd.DataFrame:
    """Return expected load against capacity, worst first.

    Parameters
    ----------
    scenario : Scenario
        What would be run.

    Returns
    -------
    DataFrame
        kind (service, fleet or facility), name, load_per_week, capacity_per_week, unit,
        utilisation and note; rows without a limit are left out.
    """
    from corridor_sim.routes.service_graph import closed_services
    from corridor_sim.shipments import expected_route_flows
    from corridor_sim.simulation import lay_groundwork

    ground = lay_groundwork(scenario)
    flows = expected_route_flows(ground.od, ground.choice)
    closed = frozenset(closed_services(ground.network, scenario))
    routes = list(ground.choice.routes.routes)
    return expected_loads(ground.network, scenario, routes, flows, closed=closed)


def expected_loads(
    network: Network,
    scenario: Scenario,
    routes: Sequence[Route],
    flows: Mapping[str, RouteFlow],
    *,
    closed: frozenset[str] = frozenset(),
) -> pd.DataFrame:
    """Return what `preview_frame` returns, for given flows.

    Parameters
    ----------
    network : Network
        As the scenario has it.
    scenario : Scenario
        Its calendar.
    routes : sequence of Route
        Routes.
    flows : mapping of str to RouteFlow
        Expected flow by name of route.
    closed : frozenset of str
        Services that do not run.

    Returns
    -------
    DataFrame
        See `preview_frame`.
    """
    horizon = _WEEKS * _WEEK_S
    origin = scenario.origin
    names, resources, _ = build_resources(network, {}, origin=origin, horizon=horizon)
    layout = layout_services(network, names, closed, origin=origin, horizon=horizon)
    patterns = route_patterns(list(routes), network, layout, names)
    traffic = _traffic(layout, patterns, [flows.get(route.name) for route in routes], len(names))
    services = _Services(network, layout, names, traffic, closed)
    rows = [*services.rows(), *services.fleet_rows()]
    rows += _facility_rows(network, names, resources, traffic, services, horizon)
    frame = pd.DataFrame(
        rows,
        columns=["kind", "name", "load_per_week", "capacity_per_week", "unit", "note"],
    )
    frame.insert(5, "utilisation", frame["load_per_week"] / frame["capacity_per_week"])
    frame = frame.sort_values(["utilisation", "name"], ascending=[False, True], kind="stable")
    return frame.reset_index(drop=True)


def _traffic(
    layout: ServiceLayout,
    patterns: Sequence[RoutePattern],
    flows: Sequence[RouteFlow | None],
    n_resources: int,
) -> _Traffic:
    calls = [len(nodes) for nodes in layout.call_nodes]
    boards, alights, aboard, aboard_t = ([np.zeros(n) for n in calls] for _ in range(4))
    traffic = _Traffic(
        boards,
        alights,
        aboard,
        aboard_t,
        np.zeros(len(calls)),
        np.zeros(n_resources),
        np.zeros(n_resources),
    )
    for pattern, flow in zip(patterns, flows, strict=True):
        if flow is None:
            continue
        legs = zip(pattern.service, pattern.board_call, pattern.alight_call, strict=True)
        for (service, board, alight), visits in zip(legs, pattern.visits, strict=True):
            for resource in visits:
                traffic.box_visits[resource] += flow.shipments
                traffic.box_teu[resource] += flow.teu
            if service < 0:
                continue
            traffic.shipments[service] += flow.shipments
            traffic.boards_teu[service][board] += flow.teu
            traffic.alights_teu[service][alight] += flow.teu
            traffic.aboard_teu[service][board:alight] += flow.teu
            traffic.aboard_t[service][board:alight] += flow.t
    return traffic


class _Services:
    """Departures a week, and what they can carry."""

    def __init__(
        self,
        network: Network,
        layout: ServiceLayout,
        names: tuple[str, ...],
        traffic: _Traffic,
        closed: frozenset[str],
    ) -> None:
        self.layout = layout
        self.traffic = traffic
        self.closed = closed
        columns: dict[str, Any] = dict(layout.columns)
        self.dispatch = columns["dispatch"]
        self.capacity_teu = columns["capacity_mteu"] / 1000
        self.capacity_t = columns["capacity_kg"] / 1000
        self.min_teu = columns["min_mteu"] / 1000
        self.max_wait_h = columns["max_wait"] / 3600
        self.max_per_day = columns["max_per_day"]
        self.slots = np.diff(columns["slot_first"]) / _WEEKS
        self.priority = columns["priority"]
        self.pool, self.return_pool = columns["pool"], columns["return_pool"]
        self.turnaround_h = columns["turnaround"] / 3600
        self.runs_empty = columns["runs_empty"]
        self.times_h = _mean_times_h(network)
        self.names = names
        self.network = network
        self.departures = np.array([self._departures(s) for s in range(len(layout.names))])

    def peak(self, service: int) -> tuple[float, float]:
        """Return TEU and tonnes a week on the fullest stretch."""
        teu, t = self.traffic.aboard_teu[service], self.traffic.aboard_t[service]
        return float(teu.max(initial=0.0)), float(t.max(initial=0.0))

    def _departures(self, service: int) -> float:
        if self.layout.names[service] in self.closed:
            return 0.0
        teu, t = self.peak(service)
        shipments = float(self.traffic.shipments[service])
        if self.dispatch[service] == ON_DEMAND:
            by_slots, by_payload = teu / self.capacity_teu[service], t / self.capacity_t[service]
            return float(max(shipments, by_slots, by_payload))
        if self.dispatch[service] == TIMETABLE:
            slots = float(self.slots[service])
            if self.runs_empty[service] or slots == 0:
                return slots
            # A slot for which nothing waits is cancelled.
            return float(slots * -np.expm1(-shipments / slots))
        share = self.min_teu[service] / self.capacity_teu[service]
        filled = max(teu / self.min_teu[service], t / (self.capacity_t[service] * share))
        by_waiting = min(shipments, _WEEK_H / float(self.max_wait_h[service]))
        return float(min(max(filled, by_waiting), 7 * self.max_per_day[service]))

    def rows(self) -> list[tuple[str, str, float, float, str, str]]:
        """Return a row for every service with limited departures that runs."""
        rows = []
        for service, name in enumerate(self.layout.names):
            most = float(self.slots[service])
            if self.dispatch[service] == FILL:
                most = 7.0 * float(self.max_per_day[service])
            if self.dispatch[service] == ON_DEMAND or name in self.closed or most == 0:
                continue
            teu, t = self.peak(service)
            room_teu = most * float(self.capacity_teu[service])
            room_t = most * float(self.capacity_t[service])
            by_payload = t / room_t > teu / room_teu
            load, room, unit = (t, room_t, "t") if by_payload else (teu, room_teu, "TEU")
            rows.append(("service", name, load, room, unit, ""))
        return rows

    def trip_h(self, service: int) -> float:
        """Return the mean hours from first call to last, without queues."""
        steps = self.layout.steps(service)
        departures = self.departures[service]
        total = 0.0
        for step, moved in zip(steps, self.moved_teu(service), strict=True):
            if step >= 0:
                fixed, per_teu = self.times_h[self.names[step]]
                total += fixed + (per_teu * moved / departures if departures > 0 else 0.0)
        return total

    def moved_teu(self, service: int) -> list[float]:
        """Return TEU a week handled at each step, 0 on the way."""
        first = self.layout.columns["step_first"]
        rows = slice(int(first[service]), int(first[service + 1]))
        boards, alights = self.traffic.boards_teu[service], self.traffic.alights_teu[service]
        return [
            float(boards[call] + alights[call]) if call >= 0 else 0.0
            for call in self.layout.columns["step_call"][rows].tolist()
        ]

    def fleet_rows(self) -> list[tuple[str, str, float, float, str, str]]:
        """Return a row for every set of pools that share their vehicles."""
        joined = _joined_pools(self.pool, self.return_pool, len(self.layout.pool_names))
        load: dict[int, float] = {}
        for service in range(len(self.layout.names)):
            if self.pool[service] < 0:
                continue
            group = joined[int(self.pool[service])]
            hours = self.trip_h(service) + float(self.turnaround_h[service])
            load[group] = load.get(group, 0.0) + float(self.departures[service]) * hours
        rows = []
        for group, hours in load.items():
            members = [n for n, g in enumerate(joined) if g == group]
            fleet = int(sum(self.layout.pool_fleet[n] for n in members))
            name = " + ".join(self.layout.pool_names[n] for n in members)
            rows.append(("fleet", name, hours, fleet * _WEEK_H, "vehicle-h", ""))
        return rows


def _joined_pools(pool: NDArray[np.int64], return_pool: NDArray[np.int64], n: int) -> list[int]:
    """Return for each pool the smallest pool it exchanges vehicles with."""
    group = list(range(n))
    for a, b in zip(pool.tolist(), return_pool.tolist(), strict=True):
        if a >= 0 and b >= 0 and group[a] != group[b]:
            low, high = sorted((group[a], group[b]))
            group = [low if g == high else g for g in group]
    return group


def _mean_times_h(network: Network) -> dict[str, tuple[float, float]]:
    """Return mean fixed hours and hours per TEU of every link and facility."""
    times = {str(name): (float(time.mean()), 0.0) for name, time in network.links["time_h"].items()}
    for name, row in network.facilities[["fixed_h", "probability", "per_teu_h"]].iterrows():
        fixed = float(row["fixed_h"].mean()) * float(row["probability"])
        times[str(name)] = (fixed, float(row["per_teu_h"]))
    return times


def _facility_rows(
    network: Network,
    names: tuple[str, ...],
    resources: ResourceTable,
    traffic: _Traffic,
    services: _Services,
    horizon: int,
) -> list[tuple[str, str, float, float, str, str]]:
    """Return a row for every facility with limited servers."""
    # Visits a week by our vehicles, and the hours of work they bring.
    vehicles = np.zeros(len(names))
    moved = np.array(traffic.box_teu)
    for service in range(len(services.layout.names)):
        departures = float(services.departures[service])
        steps = services.layout.steps(service)
        for step, teu in zip(steps, services.moved_teu(service), strict=True):
            if step >= 0 and departures > 0:
                vehicles[step] += departures
                moved[step] += teu
    rows = []
    for rank, name in enumerate(names):
        if resources.kind[rank] == LINK:
            continue
        first, end = int(resources.row_first[rank]), int(resources.row_first[rank + 1])
        servers = resources.row_servers[first:end]
        if servers.max() >= UNLIMITED:
            continue
        lengths = np.diff(np.append(resources.row_time[first:end], horizon))
        mean_servers = float((servers * lengths).sum()) / horizon
        fixed, per_teu = services.times_h[name]
        background = network.background[network.background["facility"] == name]
        if resources.kind[rank] == LOCK:
            rows.append(_lock_row(network, name, mean_servers, fixed, vehicles[rank], background))
            continue
        hours = (vehicles[rank] + traffic.box_visits[rank]) * fixed + moved[rank] * per_teu
        note = ""
        for record in background.to_dict("records"):
            own = record["fixed_h"]
            each = fixed if own is None else float(own.mean())
            hours += _arrivals_a_week(record, each) * each
            if record["kind"] == "closed":
                note = "the longer the queue, the fewer come"
        rows.append(("facility", name, float(hours), mean_servers * _WEEK_H, "server-h", note))
    return rows


def _arrivals_a_week(record: Mapping[Any, Any], each_h: float) -> float:
    """Return visits a week of a row of background traffic that never has to queue."""
    if record["kind"] == "open":
        return 7.0 * float(record["vehicles_per_day"])
    away = float(record["away_h"].mean())
    return float(record["population"]) * _WEEK_H / (away + each_h)


def _lock_row(
    network: Network,
    name: str,
    flights: float,
    cycle_h: float,
    own: float,
    background: pd.DataFrame,
) -> tuple[str, str, float, float, str, str]:
    """Return the row of a lock: vessels a week against what its flights take."""
    take = float(network.facilities["take"].to_dict()[name].mean())
    capacity = flights * _WEEK_H / cycle_h * take
    records = background.to_dict("records")
    closed = [record for record in records if record["kind"] == "closed"]
    vessels = own + sum(_arrivals_a_week(record, cycle_h) for record in records)
    note = ""
    if closed and vessels > capacity:
        # In the long run the fleet comes back as fast as the lock lets it: its size over the
        # throughput left to it is the time away plus the time waiting.
        fleet = sum(float(record["population"]) for record in closed)
        away = sum(
            float(record["population"]) * float(record["away_h"].mean()) for record in closed
        )
        open_rate = own + sum(
            _arrivals_a_week(record, cycle_h) for record in records if record["kind"] == "open"
        )
        left = max(capacity - open_rate, 1e-9)
        wait = fleet / left * _WEEK_H - away / fleet - cycle_h
        note = f"the fleet's vessels wait about {number(max(wait, 0.0))} h each"
    return ("facility", name, float(vessels), capacity, "vessels", note)
