"""Drawings of the links as GeoJSON, one feature for both directions, one file per mode."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from networks.build.lanes import sea_lanes
from networks.build.lines_on_earth import (
    Line,
    Point,
    distance_km,
    great_circle,
    piece_between,
    simplified,
    unwrapped,
)
from networks.build.links import Link
from networks.build.tables import RAW, number

__all__ = ["write_geometry"]

#: The west of America lies at the right edge of the map, beyond the Pacific.
_WEST_OF = -60.0
#: A railway that passes a place nearer than this serves it.
_NEAR_KM = 45.0
_RAIL_TOLERANCE_DEG = 0.03
_AIR_TOLERANCE_DEG = 0.1
#: Shorter lines are drawn straight by whoever draws them.
_SHORT_KM = 30.0
_DIGITS = {"sea": 2, "air": 2, "rail": 3, "inland_waterway": 3}


def _track(link: Link, tracks: Sequence[Line], places: Mapping[str, Point]) -> Line | None:
    """Return the shortest piece of a known track between the ends of a link."""
    first, last = sorted((link.from_node, link.to_node))
    found = [
        piece
        for track in tracks
        if (piece := piece_between(track, places[first], places[last], within_km=_NEAR_KM))
    ]
    return min(found, key=len) if found else None


def _in_window(line: Line) -> Line:
    """Shift a line that touches the west of America to the right edge of the map."""
    line = unwrapped(line)
    shift = 360.0 if min(lon for lon, _ in line) < _WEST_OF else 0.0
    return [(lon + shift, lat) for lon, lat in line]


def _drawn(
    link: Link,
    places: Mapping[str, Point],
    lanes: Mapping[str, Line],
    tracks: Mapping[str, Sequence[Line]],
) -> Line | None:
    first, last = sorted((link.from_node, link.to_node))
    if link.mode == "sea":
        return lanes[link.shape]
    if link.mode == "air":
        return simplified(
            great_circle(places[first], places[last], step_km=300), tolerance=_AIR_TOLERANCE_DEG
        )
    if link.mode in tracks and distance_km(places[first], places[last]) > _SHORT_KM:
        line = _track(link, tracks[link.mode], places)
        return line and simplified(line, tolerance=_RAIL_TOLERANCE_DEG)
    return None


def write_geometry(links: Sequence[Link], places: Mapping[str, Point], folder: Path) -> list[str]:
    """Write one GeoJSON file per mode.

    Parameters
    ----------
    links : sequence of Link
        Links.
    places : mapping of str to (float, float)
        Longitude and latitude of the nodes.
    folder : Path
        Where the files go.

    Returns
    -------
    list of str
        Names of the drawings.
    """
    lanes = sea_lanes(links, places)
    stored = json.loads((RAW / "tracks.json").read_text(encoding="utf-8"))
    tracks = {
        mode: [[(lon, lat) for lon, lat in line] for line in lines.values()]
        for mode, lines in stored.items()
    }
    shapes: dict[str, dict[str, Line]] = {}
    for link in links:
        of_mode = shapes.setdefault(link.mode, {})
        if link.shape not in of_mode and (line := _drawn(link, places, lanes, tracks)):
            of_mode[link.shape] = _in_window(line)
    folder.mkdir(parents=True, exist_ok=True)
    for mode, lines in sorted(shapes.items()):
        if lines:
            (folder / f"{mode}.geojson").write_text(
                _collection(lines, _DIGITS[mode]), encoding="utf-8", newline="\n"
            )
    return sorted(name for lines in shapes.values() for name in lines)


def _collection(lines: Mapping[str, Line], digits: int) -> str:
    features = []
    for name, line in sorted(lines.items()):
        points = ",".join(f"[{number(lon, digits)},{number(lat, digits)}]" for lon, lat in line)
        features.append(
            f'{{"type":"Feature","id":{json.dumps(name)},"properties":{{}},'
            f'"geometry":{{"type":"LineString","coordinates":[{points}]}}}}'
        )
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(features) + "\n]}\n"
