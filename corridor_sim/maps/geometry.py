"""Lines on the map: window of longitudes, great circles, simplification, compact text."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corridor_sim.errors import CorridorSimError

__all__ = [
    "EAST",
    "WEST",
    "decode_line",
    "encode_line",
    "great_circle",
    "into_window",
    "orient",
    "read_lines",
    "simplify",
    "unwrap",
    "wrap",
]

Points = NDArray[np.float64]

#: The map shows these longitudes: the cut lies in the Atlantic and Pacific lanes are one line.
WEST, EAST = -30.0, 330.0

_STEPS_PER_DEGREE = 100
_EARTH_KM = 6371.0
#: Web Mercator grows without end towards the poles: lines that go beyond the second latitude are
#: pressed together from the first one on, so that all of a flight over the Arctic can be seen.
_BENT_FROM, _NORTHMOST = 60.0, 80.0


def wrap(lon: float) -> float:
    """Return a longitude moved into the window."""
    return (lon - WEST) % 360.0 + WEST


def unwrap(points: Points) -> Points:
    """Return a line whose neighbouring points differ by at most 180 degrees of longitude."""
    line = points.copy()
    if (np.abs(np.diff(line[:, 0])) > 180.0).any():
        line[:, 0] = np.unwrap(line[:, 0], period=360.0)
    return line


def encode_line(points: Iterable[Sequence[float]]) -> str:
    """Return [lon, lat] points as text, a hundredth of a degree apart at the finest.

    Differences between points as base-32 digits from ``?`` to ``~``, the low digit first, the sign
    in the lowest bit: the "encoded polyline" format, with longitude before latitude.
    """
    out: list[str] = []
    last = (0, 0)
    for lon, lat in points:
        here = (round(lon * _STEPS_PER_DEGREE), round(lat * _STEPS_PER_DEGREE))
        if out and here == last:
            continue
        for now, before in zip(here, last, strict=True):
            step = now - before
            rest = ~(step << 1) if step < 0 else step << 1
            while rest >= 0x20:
                out.append(chr((0x20 | (rest & 0x1F)) + 63))
                rest >>= 5
            out.append(chr(rest + 63))
        last = here
    return "".join(out)


def decode_line(text: str) -> list[tuple[float, float]]:
    """Return the [lon, lat] points of an encoded line."""
    points: list[tuple[float, float]] = []
    here = [0, 0]
    axis = shift = rest = 0
    for letter in text:
        digit = ord(letter) - 63
        rest |= (digit & 0x1F) << shift
        shift += 5
        if digit >= 0x20:
            continue
        here[axis] += ~(rest >> 1) if rest & 1 else rest >> 1
        if axis:
            points.append((here[0] / _STEPS_PER_DEGREE, here[1] / _STEPS_PER_DEGREE))
        axis, shift, rest = 1 - axis, 0, 0
    return points


def great_circle(start: Sequence[float], end: Sequence[float], *, step_km: float = 150.0) -> Points:
    """Return the shortest line over the globe.

    Parameters
    ----------
    start, end : (2,) sequence of float
        Longitude and latitude, degrees.
    step_km : float
        Distance between points.

    Returns
    -------
    (n, 2) ndarray
        Longitudes run on without a jump from the start's. A straight line where the ends lie
        opposite each other and no line is the shortest.
    """
    ends = np.radians(np.array([start, end], dtype=np.float64))
    lon, lat = ends[:, 0], ends[:, 1]
    unit = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    angle = math.acos(float(np.clip(unit[0] @ unit[1], -1.0, 1.0)))
    n = max(2, math.ceil(angle * _EARTH_KM / step_km) + 1)
    if angle < 1e-9 or math.pi - angle < 1e-6:
        return unwrap(np.array([start, end], dtype=np.float64))
    share = np.linspace(0.0, 1.0, n)[:, None]
    way = np.sin((1 - share) * angle) * unit[0] + np.sin(share * angle) * unit[1]
    way /= math.sin(angle)
    line = np.column_stack(
        [np.degrees(np.arctan2(way[:, 1], way[:, 0])), np.degrees(np.arcsin(way[:, 2].clip(-1, 1)))]
    )
    line[0], line[-1] = start, end
    return unwrap(line)


def orient(line: Points, start: Sequence[float], end: Sequence[float]) -> Points:
    """Return a line turned so that it runs from start to end, whichever fits the ends better.

    Parameters
    ----------
    line : (n, 2) ndarray
        Longitude and latitude.
    start, end : (2,) sequence of float
        Where it should run from and to; in any copy of the world.

    Returns
    -------
    (n, 2) ndarray
        The line or its reverse.
    """
    ends = line[[0, -1]]
    wanted = np.array([start, end], dtype=np.float64)

    def miss(points: Points) -> float:
        lon = (points[:, 0] - wanted[:, 0] + 180.0) % 360.0 - 180.0
        return float(np.hypot(lon, points[:, 1] - wanted[:, 1]).sum())

    return line[::-1] if miss(ends[::-1]) < miss(ends) else line


def simplify(line: Points, *, tolerance: float) -> Points:
    """Return a line without the points that lie closer than the tolerance to what is left.

    Parameters
    ----------
    line : (n, 2) ndarray
        Longitude and latitude.
    tolerance : float
        Degrees of latitude; degrees of longitude count as much as they measure there.

    Returns
    -------
    (m, 2) ndarray
        A subset with both ends (Douglas and Peucker).
    """
    if len(line) < 3:
        return line
    flat = line * [math.cos(math.radians(float(np.mean(line[:, 1])))), 1.0]
    keep = np.zeros(len(line), dtype=bool)
    keep[[0, -1]] = True
    pending = [(0, len(line) - 1)]
    while pending:
        first, last = pending.pop()
        if last - first < 2:
            continue
        inner, a, b = flat[first + 1 : last], flat[first], flat[last]
        along = b - a
        length = float(along @ along)
        rest = inner - a
        if length:
            share = np.minimum(np.maximum(rest @ along / length, 0.0), 1.0)
            rest -= share[:, None] * along
        off = np.hypot(rest[:, 0], rest[:, 1])
        worst = int(off.argmax())
        if off[worst] > tolerance:
            middle = first + 1 + worst
            keep[middle] = True
            pending += [(first, middle), (middle, last)]
    kept: Points = line[keep]
    return kept


def into_window(line: Points) -> list[Points]:
    """Return a line as the parts that lie within the window of longitudes.

    A lane that leaves at one edge comes back at the other.
    """
    line = unwrap(line)
    line[:, 1] = _on_the_map(line[:, 1])
    # The copy of the world each point lies in; a point on the edge belongs to either.
    turn = np.floor((line[:, 0] - WEST) / 360.0)
    if (turn == turn[0]).all():
        line[:, 0] -= 360.0 * turn[0]
        return [line] if len(line) > 1 and np.ptp(line, axis=0).any() else []
    parts: list[Points] = []
    part = [line[0] - [360.0 * turn[0], 0.0]]
    for here, there, now, then in zip(line[:-1], line[1:], turn[:-1], turn[1:], strict=True):
        if now != then:
            edge = WEST + 360.0 * max(now, then)
            share = (edge - here[0]) / (there[0] - here[0])
            lat = here[1] + share * (there[1] - here[1])
            part.append(np.array([edge - 360.0 * now, lat]))
            parts.append(np.array(part))
            part = [np.array([edge - 360.0 * then, lat])]
        part.append(there - [360.0 * then, 0.0])
    parts.append(np.array(part))
    return [found for found in parts if len(found) > 1 and np.ptp(found, axis=0).any()]


def _on_the_map(lat: NDArray[np.float64]) -> NDArray[np.float64]:
    most = float(np.abs(lat).max())
    if most <= _NORTHMOST:
        return lat
    beyond = np.abs(lat) - _BENT_FROM
    pressed = _BENT_FROM + beyond * (_NORTHMOST - _BENT_FROM) / (most - _BENT_FROM)
    bent: NDArray[np.float64] = np.where(beyond > 0, np.copysign(pressed, lat), lat)
    return bent


def read_lines(folder: Path) -> dict[str, Points]:
    """Read the features of all GeoJSON files in a folder.

    Parameters
    ----------
    folder : Path
        May be missing.

    Returns
    -------
    dict of str to (n, 2) ndarray
        Lines by the feature's id.

    Raises
    ------
    CorridorSimError
        If a file is no GeoJSON of LineString features with an id each.
    """
    lines: dict[str, Points] = {}
    for path in sorted(folder.glob("*.geojson")):
        try:
            features = json.loads(path.read_text(encoding="utf-8"))["features"]
            for feature in features:
                name, geometry = str(feature["id"]), feature["geometry"]
                if geometry["type"] != "LineString":
                    raise ValueError(f"feature '{name}' is a {geometry['type']}")
                line = np.array([point[:2] for point in geometry["coordinates"]], dtype=np.float64)
                if line.ndim != 2 or len(line) < 2 or not np.isfinite(line).all():
                    raise ValueError(f"feature '{name}' holds no line of numbers")
                lines[name] = unwrap(line)
        except (OSError, ValueError, TypeError, KeyError, IndexError) as error:
            what = f"no '{error.args[0]}'" if isinstance(error, KeyError) else str(error)
            raise CorridorSimError(
                f"{path} cannot be drawn: {what}; allowed: GeoJSON features of type LineString, "
                "each with an id, as [longitude, latitude]"
            ) from error
    return lines
