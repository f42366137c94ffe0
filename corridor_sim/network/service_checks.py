"""Checks of services: their limits, their vehicles and the way they take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from corridor_sim.errors import Fault

__all__ = ["service_faults"]

# Loads are counted in thousandths of a TEU and in kilograms.
_SMALLEST_TEU = 0.001
_SMALLEST_T = 0.001


def service_faults(rows: Mapping[str, list[dict[str, Any]]]) -> list[Fault]:
    """Check services and their calls.

    Parameters
    ----------
    rows : mapping of str to list of dict
        Typed rows by table; their references may be at fault.

    Returns
    -------
    list of Fault
        What is wrong.
    """
    links = {row["link"]: row for row in rows["links"]}
    kinds = {row["facility"]: row["kind"] for row in rows["facilities"]}
    calls: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(rows["calls"], key=lambda row: int(row["sequence"])):
        calls.setdefault(row["service"], []).append(row)
    faults: list[Fault] = []
    for service in rows["services"]:
        own = calls.get(service["service"], [])
        faults.extend(_limits(service))
        faults.extend(_calls(service, own))
        faults.extend(_way(service, own, links))
        faults.extend(_facilities_on_way(own, kinds))
    return [*faults, *_pools(rows["services"])]


def _limits(service: Mapping[str, Any]) -> Iterable[Fault]:
    name, line, dispatch = service["service"], service["line"], service["dispatch"]

    def fault(what: str, column: str, allowed: str = "", hint: str = "") -> Fault:
        return Fault("services.csv", f"'{name}' {what}", line, column, allowed, hint)

    for column, least in (("capacity_teu", _SMALLEST_TEU), ("capacity_t", _SMALLEST_T)):
        if service[column] < least:
            what = f"holds {service[column]:g}, less than the smallest shipment"
            yield fault(what, column, f"{least:g} or more")
    if service["min_teu"] > service["capacity_teu"]:
        what = f"waits for {service['min_teu']:g} TEU but holds {service['capacity_teu']:g}"
        yield fault(what, "min_teu", "at most capacity_teu, or 0 for a full vehicle")
    if dispatch == "timetable" and not (service["timetable"] or service["departures_per_week"] > 0):
        yield fault("never leaves", "departures_per_week", "above 0, or a stated timetable")
    if dispatch == "fill" and service["max_per_day"] < 1:
        yield fault("never leaves", "max_per_day", "1 or more")
    if bool(service["pool"]) != bool(service["return_pool"]):
        blank = "return_pool" if service["pool"] else "pool"
        hint = "name both, the same one for vehicles that come back by themselves"
        yield fault("names only one of pool and return_pool", blank, hint=hint)
    if service["fleet"] > 0 and not service["pool"]:
        hint = "name the pool its vehicles stand in, or leave the fleet blank for no limit"
        yield fault(f"has a fleet of {service['fleet']} but no pool", "pool", hint=hint)


def _pools(services: Iterable[Mapping[str, Any]]) -> Iterable[Fault]:
    """Tell pools whose vehicles never come, or never come back."""
    rows = [row for row in services if row["pool"] and row["return_pool"]]
    leaving = {row["pool"] for row in rows}
    # Vehicles get from pool to pool: what is reached from a pool with a fleet has vehicles.
    supplied = {row["pool"] for row in rows if row["fleet"] > 0}
    grown = True
    while grown:
        further = {row["return_pool"] for row in rows if row["pool"] in supplied}
        grown = not further <= supplied
        supplied |= further
    for row in rows:
        name, line = row["service"], row["line"]
        if row["return_pool"] not in leaving:
            what = f"'{name}' leaves its vehicles in '{row['return_pool']}', where none departs"
            hint = "add the service of the other direction"
            yield Fault("services.csv", what, line, "return_pool", hint=hint)
        if row["pool"] not in supplied:
            what = f"'{name}' has no vehicles: the pool '{row['pool']}' stays empty"
            hint = "state a fleet for a service of this pool"
            yield Fault("services.csv", what, line, "fleet", hint=hint)


def _calls(service: Mapping[str, Any], rows: list[dict[str, Any]]) -> Iterable[Fault]:
    name = service["service"]
    if not rows:
        yield Fault(
            "services.csv",
            f"'{name}' has no calls",
            service["line"],
            "service",
            hint="add them to calls.csv",
        )
        return
    seen: dict[int, int] = {}
    for row in rows:
        before = seen.setdefault(row["sequence"], row["line"])
        if before != row["line"]:
            what = f"'{name}' has sequence {row['sequence']} here and in row {before}"
            yield Fault("calls.csv", what, row["line"], "sequence", hint="number its rows anew")
    calls = [row for row in rows if row["stop"] == "call"]
    if len(calls) < 2 or rows[0]["stop"] != "call" or rows[-1]["stop"] != "call":
        what = f"'{name}' has {len(calls)} call{'s' if len(calls) != 1 else ''}"
        if len(calls) >= 2:
            what = f"'{name}' begins or ends with a node it only passes"
        allowed = "two calls or more, the first and the last row among them"
        yield Fault("calls.csv", what, rows[0]["line"], "stop", allowed)
    if service["dispatch"] == "timetable":
        for row in calls[1:-1]:
            if not row["facility"]:
                what = f"'{name}' calls at '{row['node']}' on the way, where nothing handles boxes"
                hint = "name a facility, or make it a pass"
                yield Fault("calls.csv", what, row["line"], "facility", hint=hint)


def _way(
    service: Mapping[str, Any], rows: list[dict[str, Any]], links: Mapping[str, dict[str, Any]]
) -> Iterable[Fault]:
    """Tell where a service gets from node to node without a link, or over one that is not open."""
    name = service["service"]
    at = ""
    for row in rows:
        where = {"row": row["line"], "column": "link"}
        link = links.get(row["link"])
        if not at:
            if row["link"]:
                what = f"'{name}' has a link into its first node"
                yield Fault("calls.csv", what, hint="leave it blank", **where)
        elif not row["link"]:
            if row["node"] != at:
                what = f"'{name}' gets from '{at}' to '{row['node']}' without a link"
                yield Fault("calls.csv", what, hint="name the link", **where)
        elif link is not None and (link["from_node"], link["to_node"]) != (at, row["node"]):
            what = (
                f"'{name}' goes from '{at}' to '{row['node']}' but '{row['link']}' leads from "
                f"'{link['from_node']}' to '{link['to_node']}'"
            )
            yield Fault("calls.csv", what, **where)
        if link is not None and link["status"] != "open" and service["status"] == "open":
            what = f"'{name}' is open but runs over '{row['link']}', which is {link['status']}"
            hint = "give both the same status"
            yield Fault("calls.csv", what, hint=hint, **where)
        at = row["node"]


def _facilities_on_way(rows: list[dict[str, Any]], kinds: Mapping[str, str]) -> Iterable[Fault]:
    for row in rows:
        if kinds.get(row["facility"]) == "lock" and not row["direction"]:
            what = f"'{row['service']}' passes the lock '{row['facility']}' without a direction"
            yield Fault("calls.csv", what, row["line"], "direction", "up, down")
