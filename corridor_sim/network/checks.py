"""Checks across tables: what every cell on its own cannot tell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from corridor_sim.errors import Fault, nearest
from corridor_sim.network.attributes import TABLES, attributes_of

__all__ = ["check_tables", "source_keys"]

_SMALLEST_BOX_TEU = 0.001


def source_keys(path: Path) -> set[str] | None:
    """Return the keys defined in a network's sources.md, None where there is no such file."""
    file = path / "sources.md"
    if not file.is_file():
        return None
    return set(re.findall(r"^\|\s*([^|\s]+)\s*\|", file.read_text(encoding="utf-8"), re.MULTILINE))


def check_tables(frames: Mapping[str, pd.DataFrame], path: Path) -> list[Fault]:
    """Check a network's tables against one another.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        Typed tables.
    path : Path
        Folder they came from.

    Returns
    -------
    list of Fault
        Everything that is wrong.
    """
    faults = _unknown_references(frames)
    if not faults:
        faults = [
            *_links(frames["links"]),
            *_facilities(frames["facilities"]),
            *_services(frames),
            *_zones(frames),
        ]
    faults.extend(_sources(frames, path))
    return faults


def _unknown_references(frames: Mapping[str, pd.DataFrame]) -> list[Fault]:
    faults = []
    for table in TABLES:
        for attribute in attributes_of(table).values():
            if not attribute.target:
                continue
            known = set(frames[attribute.target].index)
            for value, line in zip(
                frames[table][attribute.name], frames[table]["line"], strict=True
            ):
                if value and value not in known:
                    faults.append(
                        Fault(
                            f"{table}.csv",
                            f"'{value}' is not in {attribute.target}.csv",
                            row=line,
                            column=attribute.name,
                            hint=nearest(value, sorted(known)),
                        )
                    )
    return faults


def _links(links: pd.DataFrame) -> list[Fault]:
    faults = []
    for row in links.to_dict("records"):
        file, line = "links.csv", row["line"]
        if row["from_node"] == row["to_node"]:
            faults.append(Fault(file, f"'{row['link']}' starts and ends at one node", row=line))
        if not row["distance_km"] > 0:
            faults.append(
                Fault(file, f"'{row['link']}' has no length", row=line, column="distance_km")
            )
        if row["time_h"].mean() <= 0:
            faults.append(Fault(file, f"'{row['link']}' takes no time", row=line, column="time_h"))
    return faults


def _facilities(facilities: pd.DataFrame) -> list[Fault]:
    faults = []
    for row in facilities.to_dict("records"):
        file, line, name = "facilities.csv", row["line"], row["facility"]
        if row["probability"] > 1:
            faults.append(
                Fault(file, f"'{name}' has a share above 1", row=line, column="probability")
            )
        if row["servers"] < 1:
            faults.append(
                Fault(
                    file,
                    f"'{name}' has no server",
                    row=line,
                    column="servers",
                    allowed="1 or more, or inf",
                    hint="set its status to closed instead",
                )
            )
        if row["kind"] == "lock":
            if row["take"] is None:
                faults.append(
                    Fault(file, f"the lock '{name}' takes nobody", row=line, column="take")
                )
            elif row["take"].support()[1] > 127 or row["take"].support()[1] < row["smallest_batch"]:
                faults.append(
                    Fault(
                        file,
                        f"the lock '{name}' cannot take its smallest batch, or takes too many",
                        row=line,
                        column="take",
                        allowed="at least smallest_batch and at most 127 vessels",
                    )
                )
            if row["servers"] > 62:
                faults.append(Fault(file, f"'{name}' has too many flights", row=line, allowed="62"))
    return faults


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = frame.to_dict("records")  # type: ignore[assignment]
    return rows


def _services(frames: Mapping[str, pd.DataFrame]) -> list[Fault]:
    faults = []
    links = frames["links"]
    ends = dict(
        zip(links.index, zip(links["from_node"], links["to_node"], strict=True), strict=True)
    )
    status = links["status"].to_dict()
    kinds = {str(name): str(kind) for name, kind in frames["facilities"]["kind"].items()}
    calls = frames["calls"].sort_values(["service", "sequence"], kind="stable")
    by_service: dict[str, list[dict[str, Any]]] = {}
    for row in _records(calls):
        by_service.setdefault(row["service"], []).append(row)
    for service in _records(frames["services"]):
        name, line = service["service"], service["line"]
        rows = by_service.get(name, [])
        file = "services.csv"
        if service["capacity_teu"] < _SMALLEST_BOX_TEU or service["capacity_t"] < 0.001:
            faults.append(
                Fault(
                    file,
                    f"'{name}' cannot carry the smallest shipment",
                    row=line,
                    column="capacity_teu",
                )
            )
        if service["min_teu"] > service["capacity_teu"]:
            faults.append(
                Fault(
                    file,
                    f"'{name}' waits for {service['min_teu']:g} TEU but holds "
                    f"{service['capacity_teu']:g}",
                    row=line,
                    column="min_teu",
                )
            )
        if service["dispatch"] == "timetable" and not (
            service["timetable"] or service["departures_per_week"] > 0
        ):
            faults.append(
                Fault(
                    file,
                    f"'{name}' never leaves",
                    row=line,
                    column="departures_per_week",
                    allowed="above 0, or a stated timetable",
                )
            )
        if bool(service["pool"]) != bool(service["return_pool"]):
            faults.append(Fault(file, f"'{name}' names only one of pool and return_pool", row=line))
        if sum(row["stop"] == "call" for row in rows) < 2 or not (
            rows and rows[0]["stop"] == rows[-1]["stop"] == "call"
        ):
            faults.append(
                Fault(
                    "calls.csv",
                    f"'{name}' needs two calls or more, and starts and ends with one",
                    row=rows[0]["line"] if rows else None,
                    hint="add its calls",
                )
            )
        at = ""
        for row in rows:
            faults.extend(_call(row, at, ends, kinds))
            if row["link"] and status.get(row["link"]) != "open" and service["status"] == "open":
                faults.append(
                    Fault(
                        "calls.csv",
                        f"'{name}' is open but runs over '{row['link']}', which is "
                        f"{status[row['link']]}",
                        row=row["line"],
                        column="link",
                        hint="give the service the same status",
                    )
                )
            at = row["node"]
    return faults


def _call(
    row: dict[str, Any], at: str, ends: Mapping[str, tuple[str, str]], kinds: Mapping[str, str]
) -> list[Fault]:
    faults = []
    file, line, name = "calls.csv", row["line"], row["service"]
    if row["link"]:
        start, end = ends[row["link"]]
        if (at and start != at) or end != row["node"]:
            faults.append(
                Fault(
                    file,
                    f"'{name}' goes from '{at}' to '{row['node']}' but '{row['link']}' leads from "
                    f"'{start}' to '{end}'",
                    row=line,
                    column="link",
                )
            )
    elif at and at != row["node"]:
        faults.append(
            Fault(
                file,
                f"'{name}' gets from '{at}' to '{row['node']}' without a link",
                row=line,
                column="link",
            )
        )
    if kinds.get(row["facility"]) == "lock" and not row["direction"]:
        faults.append(
            Fault(
                file,
                f"'{name}' passes the lock '{row['facility']}' without a direction",
                row=line,
                column="direction",
                allowed="up, down",
            )
        )
    return faults


def _zones(frames: Mapping[str, pd.DataFrame]) -> list[Fault]:
    faults = []
    customs = frames["nodes"]["customs"].to_dict()
    zones = frames["zones"]
    for zone, side, line in zip(zones.index, zones["side"], zones["line"], strict=True):
        if side == "chongqing" and not customs[zone]:
            faults.append(
                Fault(
                    "nodes.csv",
                    f"the Chongqing zone '{zone}' has no customs",
                    row=line,
                    column="customs",
                )
            )
    starts = frames["calls"].loc[frames["calls"]["stop"] == "call", "node"]
    served = set(starts)
    for zone, line in zip(zones.index, zones["line"], strict=True):
        if zone not in served:
            faults.append(
                Fault("zones.csv", f"no service calls at '{zone}'", row=line, hint="add a truck")
            )
    known = set(zones.index)
    for row in frames["regions"].to_dict("records"):
        faults.extend(
            Fault(
                "regions.csv",
                f"'{zone}' is not in zones.csv",
                row=row["line"],
                column="zones",
                hint=nearest(zone, sorted(known)),
            )
            for zone in row["zones"]
            if zone not in known
        )
    return faults


def _sources(frames: Mapping[str, pd.DataFrame], path: Path) -> list[Fault]:
    keys = source_keys(path)
    if keys is None:
        return [Fault("sources.md", f"is missing in '{path.name}'", hint="name your sources there")]
    faults: list[Fault] = []
    for table in TABLES:
        frame = frames[table]
        faults.extend(
            Fault(
                f"{table}.csv",
                f"source '{source}' is not in sources.md" if source else "no source",
                row=line,
                column="source",
            )
            for source, line in zip(frame["source"], frame["line"], strict=True)
            if source not in keys
        )
    return faults
