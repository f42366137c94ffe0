"""What lies below the map: the shipped land, a user's own GeoJSON, nothing, or tiles."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from corridor_sim.errors import CorridorSimError
from corridor_sim.maps.geometry import Points, encode_line, into_window, simplify, unwrap

__all__ = ["base_text", "checked_tiles", "tiles_origin"]

_NOTHING = '{"land":[],"lakes":[],"rivers":[]}'
_TOLERANCE_DEG = 0.02
_LARGEST = 64 * 2**20
_TILES = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?/[A-Za-z0-9._~:/?&=%@{}-]*")


def base_text(basemap: str | Path) -> str:
    """Return the base map as the JSON that the page reads.

    Parameters
    ----------
    basemap : {"land", "countries", "none"} or path
        The shipped land without borders or with those of countries, nothing, or a GeoJSON file.

    Returns
    -------
    str
        JSON with land, lakes and rivers, and borders if asked for, as encoded lines.

    Raises
    ------
    CorridorSimError
        If the file cannot be read or holds neither lines nor areas.
    """
    if basemap == "none":
        return _NOTHING
    if basemap in ("land", "countries"):
        from corridor_sim.maps.base import asset

        land = asset("base_map.json").strip()
        if basemap == "land":
            return land
        return f'{land[:-1]},"borders":{asset("borders.json").strip()}}}'
    return _from_file(Path(basemap))


def _from_file(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError(f"{path.stat().st_size:,} bytes; allowed: {_LARGEST:,}")
        content = json.loads(path.read_text(encoding="utf-8"))
        features = content["features"] if content.get("type") == "FeatureCollection" else [content]
        areas: list[list[str]] = []
        lines: list[str] = []
        for feature in features:
            geometry = feature.get("geometry") or feature
            for shape, is_area in _shapes(geometry):
                encoded = [text for ring in shape for text in _encoded(ring)]
                if is_area and encoded:
                    areas.append(encoded)
                else:
                    lines += encoded
        if not areas and not lines:
            raise ValueError("it holds neither lines nor areas")
    except (OSError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        what = f"no '{error.args[0]}'" if isinstance(error, KeyError) else str(error)
        raise CorridorSimError(
            f"{path} cannot be the base map: {what}; allowed: land, countries, none, "
            "or GeoJSON of lines and polygons as [longitude, latitude]"
        ) from error
    told = json.dumps({"land": areas, "lakes": [], "rivers": lines}, separators=(",", ":"))
    return told.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _shapes(geometry: dict[str, Any]) -> Iterable[tuple[list[Sequence[Any]], bool]]:
    """Give the lines of a geometry, those of an area together."""
    kind, points = geometry["type"], geometry.get("coordinates", [])
    if kind == "Polygon":
        yield points, True
    elif kind == "MultiPolygon":
        for polygon in points:
            yield polygon, True
    elif kind == "LineString":
        yield [points], False
    elif kind == "MultiLineString":
        yield points, False
    elif kind == "GeometryCollection":
        for part in geometry["geometries"]:
            yield from _shapes(part)


def _encoded(ring: Sequence[Any]) -> list[str]:
    line: Points = np.array([point[:2] for point in ring], dtype=np.float64)
    if line.ndim != 2 or len(line) < 2 or not np.isfinite(line).all():
        raise ValueError("a line holds something that is no pair of numbers")
    parts = into_window(unwrap(line))
    return [encode_line(simplify(part, tolerance=_TOLERANCE_DEG)) for part in parts]


def checked_tiles(address: str) -> str:
    """Return the address of tiles if it is one.

    Parameters
    ----------
    address : str
        With ``{z}``, ``{x}`` and ``{y}``.

    Returns
    -------
    str
        The same.

    Raises
    ------
    CorridorSimError
        If it is none.
    """
    has_all = all(part in address for part in ("{z}", "{x}", "{y}"))
    if not has_all or not _TILES.fullmatch(address):
        raise CorridorSimError(
            f"'{address[:200]}' is no address of tiles; allowed: http or https with {{z}}, {{x}} "
            "and {y}, for example https://tiles.example.org/{z}/{x}/{y}.png"
        )
    return address


def tiles_origin(address: str) -> str:
    """Return scheme, host and port of an address of tiles."""
    return "/".join(address.split("/")[:3])
