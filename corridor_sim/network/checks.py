"""Checks across tables: what every cell on its own cannot tell."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from corridor_sim.errors import Fault, nearest, shorten
from corridor_sim.network.attributes import TABLES, attributes_of
from corridor_sim.network.box_pools import box_pool_faults
from corridor_sim.network.plausibility import plausibility_faults
from corridor_sim.network.service_checks import service_faults

__all__ = ["Rows", "check_references", "check_sources", "check_tables", "source_keys"]

#: Typed rows by table.
Rows = Mapping[str, list[dict[str, Any]]]

# A chamber's take is kept in a byte, the open flights of a lock in the bits of an integer.
_LARGEST_TAKE = 127
_MOST_FLIGHTS = 62
_TOLERANCE = 0.005


def source_keys(path: Path) -> set[str] | None:
    """Return the keys defined in a network's sources.md, None where it cannot be read."""
    file = path / "sources.md"
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
    keys = set(re.findall(r"^\|\s*([^|\s]+)\s*\|", text, re.MULTILINE))
    return {key for key in keys if key.strip("-:") and key != "key"}


def check_tables(rows: Rows) -> list[Fault]:
    """Check a network's tables against one another.

    Parameters
    ----------
    rows : mapping of str to list of dict
        Typed rows; their references may be at fault.

    Returns
    -------
    list of Fault
        What is wrong, but for references and sources.
    """
    return [
        *_names(rows),
        *_nodes(rows),
        *_links(rows),
        *_facilities(rows),
        *_background(rows),
        *service_faults(rows),
        *_zones(rows),
        *_regions(rows),
        *box_pool_faults(rows),
        *plausibility_faults(rows),
    ]


def check_references(rows: Rows, *, but: Collection[str] = ()) -> list[Fault]:
    """Check that every name a table refers to is there.

    Parameters
    ----------
    rows : mapping of str to list of dict
        Rows whose cells could be read.
    but : collection of str
        Tables whose names are not all known; nothing is compared with them.

    Returns
    -------
    list of Fault
        Names that are not known.
    """
    faults = []
    for table in TABLES:
        for attribute in attributes_of(table).values():
            if not attribute.target or attribute.target in but:
                continue
            key = next(iter(attributes_of(attribute.target)))
            known = sorted({row[key] for row in rows.get(attribute.target, ()) if key in row})
            among = set(known)
            for row in rows.get(table, ()):
                value = row.get(attribute.name)
                if value and value not in among:
                    faults.append(
                        Fault(
                            f"{table}.csv",
                            f"'{shorten(value)}' is not in {attribute.target}.csv",
                            row=row["line"],
                            column=attribute.name,
                            hint=nearest(value, known),
                        )
                    )
    return faults


def check_sources(rows: Rows, path: Path) -> list[Fault]:
    """Check that every row names a source of sources.md.

    Parameters
    ----------
    rows : mapping of str to list of dict
        Typed rows.
    path : Path
        Folder of the network.

    Returns
    -------
    list of Fault
        Rows without a source, or with one that is not known.
    """
    keys = source_keys(path)
    if keys is None:
        if (path / "sources.md").is_file():
            return [Fault("sources.md", "is not UTF-8", hint="save it as UTF-8")]
        hint = "name your sources there in rows '| key | what | address |'"
        return [Fault("sources.md", f"is missing in '{path.name}'", hint=hint)]
    known = sorted(keys)
    faults = []
    for table in TABLES:
        for row in rows.get(table, ()):
            source = row.get("source")
            if source is None or source in keys:
                continue
            what = f"source '{shorten(source)}' is not in sources.md" if source else "has no source"
            hint = nearest(source, known) if source else "name a key of sources.md"
            faults.append(Fault(f"{table}.csv", what, row=row["line"], column="source", hint=hint))
    return faults


def _names(rows: Rows) -> list[Fault]:
    """Links and facilities are ranked together by their names."""
    links = {row["link"]: row["line"] for row in rows["links"]}
    faults = []
    for row in rows["facilities"]:
        name = row["facility"]
        where: dict[str, Any] = {"row": row["line"], "column": "facility"}
        if name in links:
            what = f"'{name}' is a link as well (links.csv, row {links[name]})"
            faults.append(Fault("facilities.csv", what, hint="rename one", **where))
        if name.startswith("gate:"):
            what = f"'{name}' begins with 'gate:', which names the closures of services"
            faults.append(Fault("facilities.csv", what, hint="rename it", **where))
    return faults


def _nodes(rows: Rows) -> list[Fault]:
    facilities = {row["facility"]: row for row in rows["facilities"]}
    faults = []
    for row in rows["nodes"]:
        where: dict[str, Any] = {"row": row["line"]}
        desk = facilities.get(row["customs"])
        if desk is not None and not desk["clears"]:
            what = f"'{row['customs']}' is the customs of '{row['node']}' but does not clear"
            hint = f"set clears to true in facilities.csv, row {desk['line']}"
            faults.append(Fault("nodes.csv", what, column="customs", hint=hint, **where))
        change = facilities.get(row["transhipment"])
        if change is not None and change["kind"] == "lock":
            what = f"'{row['transhipment']}' is a lock; boxes cannot change vehicle there"
            faults.append(Fault("nodes.csv", what, column="transhipment", **where))
    return faults


def _links(rows: Rows) -> list[Fault]:
    faults = []
    for row in rows["links"]:
        name, where = row["link"], {"row": row["line"]}
        if row["from_node"] == row["to_node"]:
            what = f"'{name}' starts and ends at '{row['to_node']}'"
            faults.append(Fault("links.csv", what, column="to_node", **where))
        if not row["distance_km"] > 0:
            what = f"'{name}' has no length"
            faults.append(
                Fault("links.csv", what, column="distance_km", allowed="above 0", **where)
            )
        if row["time_h"].mean() <= 0:
            what = f"'{name}' takes no time"
            faults.append(Fault("links.csv", what, column="time_h", allowed="above 0", **where))
    return faults


def _facilities(rows: Rows) -> list[Fault]:
    faults: list[Fault] = []
    for row in rows["facilities"]:
        found = _lock(row) if row["kind"] == "lock" else []
        name = row["facility"]
        if row["probability"] > 1:
            what = f"'{name}' takes its fixed time on {row['probability']:g} of its visits"
            found.append((what, "probability", "0 to 1", ""))
        if row["servers"] < 1:
            hint = "set its status to closed instead"
            found.append((f"'{name}' has no server", "servers", "1 or more, or inf", hint))
        faults.extend(
            Fault("facilities.csv", what, row["line"], column, allowed, hint)
            for what, column, allowed, hint in found
        )
    return faults


def _lock(row: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """Return (what, column, allowed, hint) of what is wrong with a lock."""
    name, least = row["facility"], row["smallest_batch"]
    found = []
    if row["take"] is None:
        hint = "state how many vessels a chamber takes, for example 'empirical(3:0.4 4:0.6)'"
        found.append((f"the lock '{name}' takes nobody", "take", "", hint))
    else:
        most = row["take"].support()[1]
        allowed = f"at most {_LARGEST_TAKE} vessels"
        if most > _LARGEST_TAKE:
            found.append((f"a chamber of '{name}' may take {most:g} vessels", "take", allowed, ""))
        if max(most, 1) < least:
            what = f"a chamber of '{name}' takes {most:g} at most, its smallest batch is {least}"
            found.append((what, "smallest_batch", "what a chamber can take", ""))
    if least < 1:
        what = f"the lock '{name}' turns without a vessel"
        found.append((what, "smallest_batch", "1 or more", ""))
    if row["servers"] > _MOST_FLIGHTS:
        allowed = f"1 to {_MOST_FLIGHTS} flights side by side"
        found.append((f"the lock '{name}' has too many flights", "servers", allowed, ""))
    if row["fixed_h"].mean() <= 0:
        what = f"the lock '{name}' turns in no time"
        found.append((what, "fixed_h", "the cycle between lockages, above 0", ""))
    if row["turn_period_h"] <= 0:
        what = f"the lock '{name}' reverses all the time"
        found.append((what, "turn_period_h", "above 0", ""))
    return found


def _background(rows: Rows) -> list[Fault]:
    faults = []
    for row in rows["background"]:
        if row["kind"] != "closed":
            continue
        if row["away_h"] is None or row["away_h"].mean() <= 0:
            what = f"the vessels of '{row['background']}' never go away"
            hint = "a closed population needs the time between two visits"
            faults.append(
                Fault("background.csv", what, row["line"], "away_h", "above 0", hint=hint)
            )
    return faults


def _zones(rows: Rows) -> list[Fault]:
    nodes = {row["node"]: row for row in rows["nodes"]}
    called = {row["node"] for row in rows["calls"] if row["stop"] == "call"}
    faults = []
    for row in rows["zones"]:
        zone = row["zone"]
        node = nodes.get(zone)
        if row["side"] == "chongqing" and node is not None and not node["customs"]:
            what = f"the Chongqing zone '{zone}' has no customs"
            hint = "name the facility where its trade clears"
            faults.append(Fault("nodes.csv", what, node["line"], "customs", hint=hint))
        if zone not in called:
            what = f"no service calls at '{zone}'"
            hint = "add one that does to services.csv and calls.csv, for example a truck"
            faults.append(Fault("zones.csv", what, row["line"], "zone", hint=hint))
    faults += _shares(rows)
    sides = {row["side"] for row in rows["zones"]}
    faults.extend(
        Fault("zones.csv", f"there is no zone on the {side} side", column="side")
        for side in ("chongqing", "partner")
        if side not in sides
    )
    return faults


def _shares(rows: Rows) -> list[Fault]:
    """Tell regions whose zones do not share out all of the trade, or more than all."""
    regions: dict[str, list[dict[str, Any]]] = {}
    for row in rows["zones"]:
        regions.setdefault(row["region"], []).append(row)
    faults = []
    for region, zones in regions.items():
        exports = [row["share"] for row in zones]
        imports = [
            row["share"] if math.isnan(row["share_import"]) else row["share_import"]
            for row in zones
        ]
        for column, shares in (("share", exports), ("share_import", imports)):
            total = math.fsum(shares)
            if abs(total - 1.0) > _TOLERANCE and (column == "share" or imports != exports):
                what = f"the shares of the zones of '{region}' sum to {total:.4g}"
                faults.append(Fault("zones.csv", what, zones[0]["line"], column, "1"))
    return faults


def _regions(rows: Rows) -> list[Fault]:
    region_of = {row["zone"]: row["region"] for row in rows["zones"]}
    known = sorted(region_of)
    faults = []
    for row in rows["regions"]:
        where: dict[str, Any] = {"row": row["line"], "column": "zones"}
        for zone in row["zones"]:
            if zone not in region_of:
                what, hint = f"'{shorten(zone)}' is not in zones.csv", nearest(zone, known)
                faults.append(Fault("regions.csv", what, hint=hint, **where))
            elif region_of[zone] != row["region"]:
                what = f"'{zone}' lies in '{region_of[zone]}', not in '{row['region']}'"
                faults.append(Fault("regions.csv", what, **where))
    return faults
