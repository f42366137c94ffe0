"""Write the shipped network from the raw tables: ``python -m networks.build``."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from networks.build.geometry import write_geometry
from networks.build.links import LINK_COLUMNS, build_links, link_rows
from networks.build.paths import LinkFinder, calls_of
from networks.build.places import (
    FACILITY_COLUMNS,
    NODE_COLUMNS,
    facility_rows,
    node_names,
    node_rows,
    write_sources,
)
from networks.build.services import SERVICE_COLUMNS, build_services
from networks.build.tables import NETWORK, RAW, BuildError, read_raw, write_table

__all__ = ["main"]

CALL_COLUMNS = (
    "service sequence node stop link facility direction quota_teu source confidence note".split()
)
#: Tables that are kept as they are.
_COPIED = ("background", "zones", "modes", "regions")
#: Demand tables edited by hand; those that are not there yet are left out.
_DEMAND = ("commodities", "months", "other_cargo")


def build() -> dict[str, int]:
    """Write every table and drawing.

    Returns
    -------
    dict of str to int
        Rows written, by table.

    Raises
    ------
    BuildError
        If the raw tables contradict one another.
    """
    used: Counter[str] = Counter()
    counts: dict[str, int] = {}

    def write(name: str, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
        kept = list(rows)
        used.update(str(row.get("source", "")) for row in kept)
        counts[name] = write_table(NETWORK / f"{name}.csv", columns, kept)

    nodes = read_raw("nodes")
    links = build_links({row["node"]: row["country"] for row in nodes})
    services = build_services(links, node_names())
    facilities = facility_rows()
    places = {row["facility"]: row["node"] for row in facilities}
    finder = LinkFinder.of(links)
    calls = [row for service in services for row in calls_of(service, finder, places)]
    shapes = write_geometry(links, {r["node"]: (float(r["lon"]), float(r["lat"])) for r in nodes})

    touched = {node for link in links for node in (link.from_node, link.to_node)}
    write("nodes", NODE_COLUMNS, node_rows(touched))
    write("links", LINK_COLUMNS, link_rows(links, shapes))
    write("facilities", FACILITY_COLUMNS, facilities)
    columns = set(SERVICE_COLUMNS)
    write(
        "services",
        SERVICE_COLUMNS,
        ({k: v for k, v in row.items() if k in columns} for row in services),
    )
    write("calls", CALL_COLUMNS, calls)
    for name in _COPIED:
        rows = read_raw(name)
        write(name, list(rows[0]), rows)
    for name in _DEMAND:
        if (RAW / f"{name}.csv").exists():
            rows = read_raw(name)
            used.update(row["source"] for row in rows if row.get("source"))
            counts[f"demand/{name}"] = write_table(
                NETWORK / "demand" / f"{name}.csv", list(rows[0]), rows
            )
    used.update(["derived", "openstreetmap"])
    counts["sources"] = write_sources(NETWORK / "sources.md", used)
    counts["drawings"] = len(shapes)
    return counts


def main() -> int:
    """Build, print how many rows were written, and return an exit code."""
    try:
        counts = build()
    except BuildError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for name, count in counts.items():
        print(f"{name:20} {count:6}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
