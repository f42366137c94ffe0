"""Lines on the globe: lengths, great circles, simplification, and pieces of a line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

__all__ = [
    "Line",
    "Point",
    "distance_km",
    "great_circle",
    "length_km",
    "piece_between",
    "simplified",
    "unwrapped",
]

Point = tuple[float, float]
Line = list[Point]

_EARTH_KM = 6371.0088


def distance_km(a: Point, b: Point) -> float:
    """Return the great-circle distance of two points (longitude, latitude), in km."""
    (lon_a, lat_a), (lon_b, lat_b) = a, b
    phi_a, phi_b = math.radians(lat_a), math.radians(lat_b)
    half = (
        math.sin((phi_b - phi_a) / 2) ** 2
        + math.cos(phi_a) * math.cos(phi_b) * math.sin(math.radians(lon_b - lon_a) / 2) ** 2
    )
    return 2 * _EARTH_KM * math.asin(min(math.sqrt(half), 1.0))


def length_km(line: Sequence[Point]) -> float:
    """Return the length of a line, in km."""
    return sum(distance_km(a, b) for a, b in pairwise(line))


def unwrapped(line: Sequence[Point]) -> Line:
    """Return a line without jumps of longitude, starting where it starts."""
    out: Line = []
    for lon, lat in line:
        turns = round((out[-1][0] - lon) / 360) if out else 0
        out.append((lon + 360 * turns, lat))
    return out


def great_circle(a: Point, b: Point, *, step_km: float = 400.0) -> Line:
    """Return points along the shortest way between two points, unwrapped."""
    count = max(int(distance_km(a, b) / step_km), 1)

    def vector(point: Point) -> tuple[float, float, float]:
        lon, lat = map(math.radians, point)
        return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)

    u, v = vector(a), vector(b)
    angle = distance_km(a, b) / _EARTH_KM
    points: Line = [a]
    for place in range(1, count):
        share = place / count
        p, q = math.sin((1 - share) * angle), math.sin(share * angle)
        x, y, z = ((p * i + q * j) / math.sin(angle) for i, j in zip(u, v, strict=True))
        lon, lat = math.atan2(y, x), math.atan2(z, math.hypot(x, y))
        points.append((math.degrees(lon), math.degrees(lat)))
    points.append(b)
    return unwrapped(points)


def simplified(line: Sequence[Point], *, tolerance: float) -> Line:
    """Return a line with fewer points by the method of Douglas and Peucker.

    Parameters
    ----------
    line : sequence of (float, float)
        Longitude and latitude.
    tolerance : float
        Largest deviation, degrees.

    Returns
    -------
    list of (float, float)
        A subset of the points with both ends.
    """
    points = list(line)
    kept = {0, len(points) - 1}
    spans = [(0, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        (x0, y0), (x1, y1) = points[first], points[last]
        dx, dy = x1 - x0, y1 - y0
        base = dx * dx + dy * dy
        worst, place = tolerance, -1
        for index in range(first + 1, last):
            x, y = points[index]
            along = ((x - x0) * dx + (y - y0) * dy) / base if base else 0.0
            along = min(max(along, 0.0), 1.0)
            off = math.hypot(x - x0 - along * dx, y - y0 - along * dy)
            if off > worst:
                worst, place = off, index
        if place >= 0:
            kept.add(place)
            spans += [(first, place), (place, last)]
    return [points[index] for index in sorted(kept)]


def piece_between(
    line: Sequence[Point], start: Point, end: Point, *, within_km: float
) -> Line | None:
    """Return the piece of a line between the places nearest to two points.

    Parameters
    ----------
    line : sequence of (float, float)
        Longitude and latitude.
    start, end : (float, float)
        Points.
    within_km : float
        How near the line must pass both.

    Returns
    -------
    list of (float, float) or None
        From start to end, both included; None if the line passes too far away.
    """
    near = []
    for point in (start, end):
        gaps = [distance_km(point, vertex) for vertex in line]
        if min(gaps) > within_km:
            return None
        near.append(gaps.index(min(gaps)))
    first, last = near
    if first == last:
        return None
    inner = list(line[first : last + 1]) if first < last else list(line[last : first + 1])[::-1]
    return [start, *inner, end]
