"""The base map: what is land is land, nothing crosses the map, and it is small."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from corridor_sim.maps.base import asset
from corridor_sim.maps.geometry import EAST, WEST, decode_line, wrap

Ring = list[tuple[float, float]]


@pytest.fixture(scope="module")
def base() -> dict[str, list[list[Ring]]]:
    text = json.loads(asset("base_map.json"))
    decoded = {
        name: [[decode_line(ring) for ring in area] for area in text[name]]
        for name in ("land", "lakes")
    }
    return {**decoded, "rivers": [[decode_line(line)] for line in text["rivers"]]}


def crossings(ring: Ring, lon: float, lat: float) -> int:
    """Count how often a ray to the east meets a ring."""
    count = 0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > lat) != (y2 > lat) and lon < x1 + (lat - y1) / (y2 - y1) * (x2 - x1):
            count += 1
    return count


def is_land(areas: list[list[Ring]], lon: float, lat: float) -> bool:
    lon = wrap(lon)
    return sum(crossings(ring, lon, lat) for area in areas for ring in area) % 2 == 1


@pytest.mark.parametrize(
    ("place", "lon", "lat"),
    [
        ("Moscow", 37.6, 55.75),
        ("Chongqing", 106.55, 29.56),
        ("Novosibirsk", 82.93, 55.03),
        ("Yakutsk", 129.7, 62.03),
        ("Anadyr inland", 172.0, 66.0),
        ("Chukotka east of 180", -175.0, 67.0),
        ("Nairobi", 36.8, -1.3),
        ("Sao Paulo", -46.6, -23.55),
        ("Urumqi", 87.6, 43.8),
        ("Rotterdam", 4.6, 51.9),
        ("Madrid", -3.7, 40.4),
        ("Lagos inland", 3.6, 7.0),
        ("Taipei", 121.5, 25.0),
        ("Haikou", 110.3, 19.8),
        ("Singapore island", 103.8, 1.36),
        ("Tokyo", 139.4, 35.7),
        ("Sydney inland", 150.7, -33.8),
        ("Auckland south", 175.0, -37.3),
        ("Chicago", -88.2, 41.8),
        ("Los Angeles inland", -117.9, 34.1),
        ("Santiago", -70.6, -33.4),
        ("Iceland", -18.5, 64.9),
        ("Greenland west of the cut", -42.0, 70.0),
        ("Greenland east of the cut", -27.0, 71.0),
        ("Antananarivo", 47.5, -18.9),
    ],
)
def test_known_places_lie_on_land(
    base: dict[str, list[list[Ring]]], place: str, lon: float, lat: float
) -> None:
    assert is_land(base["land"], lon, lat), place


@pytest.mark.parametrize(
    ("place", "lon", "lat"),
    [
        ("North Pacific", -170.0, 40.0),
        ("Pacific at 180 degrees", 180.0, 20.0),
        ("South Pacific", -120.0, -40.0),
        ("Indian Ocean", 80.0, -20.0),
        ("Arabian Sea", 63.0, 15.0),
        ("South China Sea", 114.0, 14.0),
        ("Mediterranean", 18.0, 35.0),
        ("Atlantic at the cut", -30.0, 10.0),
        ("South Atlantic", -15.0, -25.0),
        ("Malacca strait", 100.0, 4.0),
        ("Caspian Sea", 51.0, 42.0),
    ],
)
def test_seas_are_no_land(
    base: dict[str, list[list[Ring]]], place: str, lon: float, lat: float
) -> None:
    assert not is_land(base["land"], lon, lat), place


def test_all_lies_in_the_window_and_no_line_crosses_the_map(
    base: dict[str, list[list[Ring]]],
) -> None:
    for name, areas in base.items():
        assert areas, name
        for area in areas:
            for ring in area:
                assert all(WEST <= lon <= EAST and -58 <= lat <= 84 for lon, lat in ring)
                steps = [abs(a[0] - b[0]) for a, b in pairwise(ring)]
                assert max(steps, default=0.0) < 8.0, name


def test_the_base_map_is_small() -> None:
    assert len(asset("base_map.json").encode()) < 160_000
