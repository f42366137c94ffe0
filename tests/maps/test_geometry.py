"""Lines: text form, window of longitudes, great circles, simplification, bundles."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor_sim.errors import CorridorSimError
from corridor_sim.maps.bundles import bundle
from corridor_sim.maps.geometry import (
    EAST,
    WEST,
    decode_line,
    encode_line,
    great_circle,
    into_window,
    orient,
    read_lines,
    simplify,
    unwrap,
    wrap,
)

POINTS = st.lists(
    st.tuples(st.integers(-6000, 36000), st.integers(-8500, 8500)), min_size=1, max_size=40
)


@given(POINTS)
def test_a_line_comes_back_from_its_text(cells: list[tuple[int, int]]) -> None:
    line = [(lon / 100, lat / 100) for lon, lat in cells]
    # A point that repeats the one before is left out.
    wanted = [p for i, p in enumerate(line) if i == 0 or p != line[i - 1]]
    assert decode_line(encode_line(line)) == wanted


def test_the_text_is_the_encoded_polyline_format() -> None:
    """As in the format's published description, there with a precision of five digits."""
    assert encode_line([(-1202 / 100, 385 / 100)]) == encode_line([(-12.02, 3.85)])
    assert encode_line([(0, 0), (0.01, -0.01)]) == "??A@"


def test_the_text_cannot_end_a_script() -> None:
    letters = set(encode_line([(lon, lat) for lon in range(-60, 330) for lat in (-80, 0, 80)]))
    assert letters.isdisjoint("<>&'\"")


@pytest.mark.parametrize(("lon", "wanted"), [(-46.3, 313.7), (-118.0, 242.0), (106.5, 106.5)])
def test_longitudes_lie_in_the_window(lon: float, wanted: float) -> None:
    assert wrap(lon) == pytest.approx(wanted)


def test_a_pacific_lane_is_one_line() -> None:
    (part,) = into_window(np.array([[121.5, 31.2], [179.0, 45.0], [-150.0, 40.0], [-118.2, 33.7]]))
    assert part[:, 0].tolist() == pytest.approx([121.5, 179.0, 210.0, 241.8])


def test_a_lane_around_the_cape_leaves_in_the_west_and_comes_back_in_the_east() -> None:
    first, second = into_window(np.array([[18.0, -34.0], [-12.0, -30.0], [-48.0, -24.0]]))
    assert first[-1].tolist() == pytest.approx([WEST, -27.0])
    assert second.tolist() == [pytest.approx([EAST, -27.0]), pytest.approx([312.0, -24.0])]


@given(
    st.lists(st.tuples(st.floats(-170, 170), st.floats(-89, 89)), min_size=2, max_size=20),
    st.integers(-2, 2),
)
def test_whatever_the_line_its_parts_lie_in_the_window(
    points: list[tuple[float, float]], turns: int
) -> None:
    line = np.array(points) + np.array([360.0 * turns, 0.0])
    for part in into_window(line):
        assert (part[:, 0] >= WEST - 1e-9).all()
        assert (part[:, 0] <= EAST + 1e-9).all()
        assert (np.abs(part[:, 1]) <= 80.0).all()
        assert len(part) >= 2


def test_a_flight_over_the_pole_stays_on_the_map_and_keeps_its_order() -> None:
    line = great_circle((106.64, 29.72), (-73.78, 40.64))
    assert line[:, 1].max() > 85
    (part,) = into_window(line)
    assert part[:, 1].max() == pytest.approx(80.0)
    # Bent, not cut: the highest point is one point, not a plateau.
    assert (part[:, 1] == part[:, 1].max()).sum() == 1


def test_great_circles_meet_their_ends_and_are_the_shortest() -> None:
    line = great_circle((121.8, 31.1), (-118.4, 33.9), step_km=50.0)
    assert line[0].tolist() == [121.8, 31.1]
    assert line[-1].tolist() == pytest.approx([241.6, 33.9])
    lon, lat = np.radians(line).T
    on_globe = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    steps_km = 6371.0 * np.arccos((on_globe[:-1] * on_globe[1:]).sum(axis=1))
    d_lon, d_lat = lon[-1] - lon[0], lat[-1] - lat[0]
    half = (
        math.sin(d_lat / 2) ** 2 + math.cos(lat[0]) * math.cos(lat[-1]) * math.sin(d_lon / 2) ** 2
    )
    assert steps_km.sum() == pytest.approx(2 * 6371.0 * math.asin(math.sqrt(half)), rel=1e-6)
    assert steps_km.max() <= 50.0


@pytest.mark.parametrize("end", [(106.0, 30.0), (-74.0, -30.0)])
def test_no_line_is_the_shortest_between_one_place_or_opposite_ones(
    end: tuple[float, float],
) -> None:
    line = great_circle((106.0, 30.0), end)
    assert np.isfinite(line).all()
    assert len(line) == 2


def test_lines_are_turned_by_their_nearer_end() -> None:
    line = np.array([[108.6, 21.7], [107.0, 26.0], [106.4, 29.7]])
    assert orient(line, (106.36, 29.66), (108.6, 21.7))[0].tolist() == [106.4, 29.7]
    assert orient(line, (108.6, 21.7), (106.36, 29.66))[0].tolist() == [108.6, 21.7]
    # In whatever world the line was drawn.
    assert orient(line + np.array([360, 0]), (106.36, 29.66), (108.6, 21.7))[-1].tolist() == [
        468.6,
        21.7,
    ]


def test_simplification_keeps_the_ends_and_what_stands_out() -> None:
    straight = np.column_stack([np.linspace(0, 10, 101), np.zeros(101)])
    straight[50, 1] = 1.0
    kept = simplify(straight, tolerance=0.02)
    assert kept[0].tolist() == [0.0, 0.0]
    assert kept[-1].tolist() == [10.0, 0.0]
    assert [5.0, 1.0] in kept.tolist()
    assert len(kept) == 5
    assert simplify(straight[:2], tolerance=1.0).tolist() == straight[:2].tolist()


def test_ways_run_on_over_the_antimeridian() -> None:
    assert unwrap(np.array([[170.0, 0.0], [-170.0, 1.0]]))[:, 0].tolist() == [170.0, 190.0]


def feature(name: object, coordinates: object, kind: str = "LineString") -> dict[str, object]:
    return {"type": "Feature", "id": name, "geometry": {"type": kind, "coordinates": coordinates}}


def test_lines_are_read_from_all_files(tmp_path: Path) -> None:
    for name, item in (
        ("rail", feature("rail:A-B", [[1, 2], [3, 4]])),
        ("sea", feature("sea:B-C", [[1, 2, 0], [3, 4, 0], [5, 6, 0]])),
    ):
        (tmp_path / f"{name}.geojson").write_text(json.dumps({"features": [item]}))
    lines = read_lines(tmp_path)
    assert sorted(lines) == ["rail:A-B", "sea:B-C"]
    assert lines["sea:B-C"].shape == (3, 2)
    assert read_lines(tmp_path / "nowhere") == {}


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "[]",
        json.dumps({"features": [feature("a", [[1, 2]])]}),
        json.dumps({"features": [feature("a", [])]}),
        json.dumps({"features": [feature("a", [[1, 2], [None, 3]])]}),
        json.dumps({"features": [feature("a", [[1, 2], ["x", 3]])]}),
        json.dumps({"features": [feature("a", [[1, 2], [3]])]}),
        json.dumps({"features": [feature("a", [[1, 2], [float("nan"), 4]])]}),
        json.dumps({"features": [feature("a", [[1, 2], [3, 4]], "Point")]}),
        json.dumps({"features": [{"type": "Feature"}]}),
    ],
)
def test_what_is_no_line_is_refused_by_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "rail.geojson").write_text(text)
    with pytest.raises(CorridorSimError, match=r"rail\.geojson cannot be drawn.*allowed: GeoJSON"):
        read_lines(tmp_path)


def test_a_shared_way_is_drawn_once() -> None:
    """Two lanes from Shanghai share the trunk to the strait; one of them is written backwards."""
    trunk = [[121.0, 31.0], [113.0, 12.0], [104.0, 1.3]]
    lines = [
        np.array([*trunk, [80.0, 6.0]]),
        np.array([*trunk, [106.8, -6.1]])[::-1],
        np.array([*trunk, [110.0, 2.0]]),
    ]
    stretches = bundle(lines, ["sea", "sea", "air"])
    assert [stretch.members for stretch in stretches] == [
        ((0, False), (1, True)),
        ((0, False),),
        ((1, False),),
        ((2, False),),
    ]
    assert stretches[0].line == pytest.approx(np.array(trunk))
    assert stretches[1].line == pytest.approx(np.array([trunk[-1], [80.0, 6.0]]))
    assert stretches[2].line == pytest.approx(np.array([[106.8, -6.1], trunk[-1]]))


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=8),
        min_size=1,
        max_size=5,
    )
)
def test_every_piece_of_every_line_is_drawn_by_one_stretch(
    lines: list[list[tuple[int, int]]],
) -> None:
    """The stretches of a line, laid over each other, hold each of its pieces."""
    stretches = bundle([np.array(line, dtype=float) for line in lines], [0] * len(lines))
    drawn: dict[tuple[int, frozenset[tuple[float, ...]]], set[int]] = {}
    for number, stretch in enumerate(stretches):
        cells = [tuple(np.rint(point)) for point in stretch.line]
        for here, there in pairwise(cells):
            for member, _ in stretch.members:
                drawn.setdefault((member, frozenset((here, there))), set()).add(number)
    for member, line in enumerate(lines):
        for here, there in pairwise(line):
            if here != there:
                assert (member, frozenset((here, there))) in drawn
