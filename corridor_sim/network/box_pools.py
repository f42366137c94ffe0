"""Pools of empty boxes: what is wrong with their table, and their places among the facilities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from corridor_sim.errors import Fault, nearest, shorten
from corridor_sim.network.attributes import attributes_of
from corridor_sim.network.cells import convert
from corridor_sim.network.tables import frame_of, records_of

if TYPE_CHECKING:
    from corridor_sim.network.build import Network

__all__ = ["BOX_POOL_KIND", "box_pool_faults", "with_box_pools"]

Rows = Mapping[str, list[dict[str, Any]]]

#: Kind of the facility that a pool is to those who ask for its boxes.
BOX_POOL_KIND = "box_pool"
#: Longer than anybody keeps a box, and what the compiled engine can count.
_LONGEST_TURNAROUND_H = 2_000.0


def box_pool_faults(rows: Rows) -> list[Fault]:
    """Tell pools without use, of a name that is taken, and two that would serve the same boxes.

    Parameters
    ----------
    rows : mapping of str to list of dict
        Typed rows by table; their references may be at fault.

    Returns
    -------
    list of Fault
        What is wrong.
    """
    taken = {row["link"]: f"links.csv, row {row['line']}" for row in rows["links"]}
    taken |= {
        row["facility"]: f"facilities.csv, row {row['line']}"
        for row in rows["facilities"]
        if row.get("kind") != BOX_POOL_KIND
    }
    corridors = {row["corridor"] for row in rows["services"]} - {"hub", "shared"}
    called = _called(rows)
    claimed: dict[tuple[str, str], int] = {}
    faults: list[Fault] = []
    for row in rows["box_pools"]:
        name, node, line = row["box_pool"], row["node"], row["line"]

        def add(
            what: str, column: str, *, at: int = line, allowed: str = "", hint: str = ""
        ) -> None:
            faults.append(Fault("box_pools.csv", what, at, column, allowed, hint))

        if name in taken or name.startswith("gate:"):
            where = taken.get(name, "'gate:' names the closures of services")
            add(f"the name '{shorten(name)}' is taken ({where})", "box_pool", hint="rename it")
        if not row["corridors"]:
            add(f"'{name}' serves no corridor", "corridors", hint="name one or more")
        if not row["cargo"]:
            add(f"'{name}' serves no cargo", "cargo", hint="leave it blank for all")
        if row["turnaround_h"] > _LONGEST_TURNAROUND_H:
            allowed = f"up to {_LONGEST_TURNAROUND_H:,.0f} h"
            add(f"'{name}' has no box back in time", "turnaround_h", allowed=allowed)
        for corridor in row["corridors"]:
            if corridor not in corridors:
                hint = nearest(corridor, sorted(corridors))
                what = f"no service is of the corridor '{shorten(corridor)}'"
                add(what, "corridors", allowed=", ".join(sorted(corridors)), hint=hint)
                continue
            if (corridor, node) not in called:
                what = f"no service of '{corridor}' calls at '{shorten(node)}'"
                add(what, "node", hint="boxes stand where services of the corridor call")
            before = claimed.setdefault((node, corridor), line)
            if before != line:
                what = f"boxes of '{corridor}' at '{shorten(node)}' are those of row {before} too"
                add(what, "corridors", hint="leave them to one pool")
    return faults


def _called(rows: Rows) -> set[tuple[str, str]]:
    """Return the pairs of corridor and node where services call."""
    corridor = {row["service"]: row["corridor"] for row in rows["services"]}
    return {
        (corridor[row["service"]], row["node"])
        for row in rows["calls"]
        if row["stop"] == "call" and row["service"] in corridor
    }


def with_box_pools(network: Network) -> Network:
    """Return the network in which those who need a box ask for it: pools are facilities of a kind.

    Parameters
    ----------
    network : Network
        As the scenario has it.

    Returns
    -------
    Network
        With a facility for each pool; this one where there are none.
    """
    pools = records_of(network.box_pools)
    if not pools:
        return network
    defaults = {
        name: convert(attribute, "")
        for name, attribute in attributes_of("facilities").items()
        if not attribute.is_required
    }
    shared = ("node", "name_en", "name_zh", "source", "confidence", "note", "line")
    rows = [
        {
            **defaults,
            **{column: pool[column] for column in shared},
            "facility": pool["box_pool"],
            "kind": BOX_POOL_KIND,
        }
        for pool in pools
    ]
    others = [row for row in records_of(network.facilities) if row["kind"] != BOX_POOL_KIND]
    facilities = frame_of([*others, *rows], "facilities")
    return replace(network, facilities=facilities)
