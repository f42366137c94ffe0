"""Nodes with the facilities that boxes visit there, and the page of sources."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path

from networks.build.services import Names
from networks.build.tables import BuildError, read_raw

__all__ = ["facility_rows", "node_names", "node_rows", "write_sources"]

#: Terminals by kind of node; others are ports.
_TERMINALS = {"rail_terminal": "rail_yard", "airport": "air_terminal"}
_ROLES = ("customs", "transhipment")
_IN_BRACKETS = re.compile(r"\s*[(（][^)）]*[)）]\s*")


def node_names() -> Names:
    """Return the short names of the nodes: without what stands in brackets."""
    english, chinese = {}, {}
    for row in read_raw("nodes"):
        english[row["node"]] = _IN_BRACKETS.sub(" ", row["name_en"]).strip()
        chinese[row["node"]] = _IN_BRACKETS.sub("", row["name_zh"]).strip()
    return Names(english, chinese)


def node_rows(used: Iterable[str]) -> list[dict[str, object]]:
    """Return the rows of nodes.

    Parameters
    ----------
    used : iterable of str
        Nodes that a link touches.

    Returns
    -------
    list of dict
        Rows of the target table.

    Raises
    ------
    BuildError
        If a node has no link, or two facilities for one role.
    """
    roles: dict[tuple[str, str], str] = {}
    for row in read_raw("facilities"):
        role = row["role"]
        if not role:
            continue
        if role not in _ROLES:
            raise BuildError(f"facilities.csv: role '{role}' of '{row['facility']}'")
        if (row["node"], role) in roles:
            raise BuildError(f"facilities.csv: '{row['node']}' has two facilities for {role}")
        roles[row["node"], role] = row["facility"]
    known = set(used)
    rows: list[dict[str, object]] = []
    for row in read_raw("nodes"):
        if row["node"] not in known:
            raise BuildError(f"nodes.csv: no link touches '{row['node']}'")
        rows.append({**row, **{role: roles.get((row["node"], role), "") for role in _ROLES}})
    return rows


def facility_rows() -> list[dict[str, str]]:
    """Return the rows of facilities without the column that the nodes take over.

    Hubs have the emission of their kind. A dwell has none where the node has a terminal of its own:
    a box is handled there once.
    """
    kinds = {row["node"]: row["kind"] for row in read_raw("nodes")}
    factors = {(row["kind"], row["node_kind"]): row for row in read_raw("hub_emissions")}
    raw = read_raw("facilities")
    terminals = {(row["node"], row["kind"]) for row in raw}
    rows = []
    for row in raw:
        node_kind = kinds[row["node"]]
        factor = factors.get((row["kind"], "")) or factors.get((row["kind"], node_kind))
        handled = (row["node"], _TERMINALS.get(node_kind, "berth")) in terminals
        if factor and not row["co2e_kg_per_teu"] and not (row["kind"] == "dwell" and handled):
            row["co2e_kg_per_teu"] = factor["co2e_kg_per_teu"]
        rows.append({key: value for key, value in row.items() if key != "role"})
    return rows


def write_sources(path: Path, used: Collection[str], *, only_used: bool = False) -> int:
    """Write sources.md: a table of the keys that rows name in their column ``source``.

    Parameters
    ----------
    path : Path
        Target.
    used : collection of str
        Keys that rows name.
    only_used : bool
        Whether the others are left out.

    Returns
    -------
    int
        Number of sources.

    Raises
    ------
    BuildError
        If a row names a source that is not in ``raw/sources.csv``.
    """
    rows = read_raw("sources")
    if missing := sorted(set(used) - {row["source"] for row in rows}):
        raise BuildError(f"sources.csv lacks {', '.join(missing)}")
    rows = [row for row in rows if not only_used or row["source"] in used]
    lines = [
        "# Sources",
        "",
        "Keys in the column `source` of the tables. The column `confidence` says how much a row",
        "rests on it: high, a page says it; medium, derived or a weaker page; low, computed or",
        "weak; assumed, nobody said it. Some addresses are mirrors of the original page.",
        "",
        "| key | what | address |",
        "|---|---|---|",
    ]
    for row in sorted(rows, key=lambda row: row["source"]):
        what, address = (row[name].replace("|", "/") for name in ("what", "address"))
        lines.append(f"| {row['source']} | {what} | {address} |")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return len(rows)
