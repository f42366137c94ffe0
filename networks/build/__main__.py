"""Write the shipped networks from the raw tables: ``python -m networks.build``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from corridor_sim.network.attributes import attributes_of
from networks.build.geometry import write_geometry
from networks.build.links import build_links, link_rows
from networks.build.paths import LinkFinder, calls_of
from networks.build.places import facility_rows, node_names, node_rows, write_sources
from networks.build.seasons import holiday_rows, month_rows
from networks.build.services import build_services
from networks.build.tables import NETWORK, BuildError, read_raw, write_table
from networks.build.three_gorges import build_three_gorges, published_rows

__all__ = ["build", "main"]

#: Tables that are written as they stand.
_COPIED = ("background", "box_pools", "zones", "modes", "cost_functions", "currencies", "regions")
#: Demand tables that are edited by hand.
_COPIED_DEMAND = ("commodities", "other_cargo")


def build(target: Path = NETWORK) -> dict[str, int]:
    """Write every table and drawing.

    Parameters
    ----------
    target : Path
        Folder of the network.

    Returns
    -------
    dict of str to int
        Rows written, by table.

    Raises
    ------
    BuildError
        If the raw tables contradict one another.
    """
    used = {"derived", "openstreetmap", "natural_earth"}
    counts: dict[str, int] = {}

    def write(name: str, rows: Iterable[Mapping[str, object]], folder: str = "") -> None:
        kept = list(rows)
        used.update(str(row["source"]) for row in kept)
        path = target / folder / f"{name}.csv"
        counts[folder + name] = write_table(path, list(attributes_of(name)), kept)

    nodes = read_raw("nodes")
    places = {row["node"]: (float(row["lon"]), float(row["lat"])) for row in nodes}
    links = build_links(places)
    services = build_services(links, node_names())
    facilities = facility_rows()
    stands_at = {row["facility"]: row["node"] for row in facilities}
    finder = LinkFinder.of(links)
    shapes = write_geometry(links, places, target / "geometry")

    write("nodes", node_rows({node for link in links for node in (link.from_node, link.to_node)}))
    write("links", link_rows(links, shapes))
    write("facilities", facilities)
    write("services", ({k: v for k, v in row.items() if k != "path"} for row in services))
    write("calls", (row for service in services for row in calls_of(service, finder, stands_at)))
    for name in _COPIED:
        write(name, read_raw(name))
    write("published", published_rows(), "validation/")
    for name in _COPIED_DEMAND:
        write(name, read_raw(name), "demand/")
    write("months", month_rows(), "demand/")
    write("holidays", holiday_rows(), "demand/")
    used.update(row["source"] for row in read_raw("choice_priors"))
    used.update(row["source"] for row in read_raw("hub_emissions"))
    counts["sources"] = write_sources(target / "sources.md", used)
    counts["drawings"] = len(shapes)
    return counts


def main() -> int:
    """Build, print how many rows were written, and return an exit code."""
    try:
        counts = build()
        counts |= build_three_gorges(NETWORK)
    except BuildError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    for name, count in counts.items():
        sys.stdout.write(f"{name:20} {count:6}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
