"""What a map draws of a network whatever has moved on it: places, lines, facilities, view."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from corridor_sim.maps.bundles import bundle
from corridor_sim.maps.geometry import (
    Points,
    encode_line,
    great_circle,
    into_window,
    orient,
    read_lines,
    simplify,
    wrap,
)
from corridor_sim.maps.joined import Joined
from corridor_sim.maps.series import rounded
from corridor_sim.maps.text import clean
from corridor_sim.maps.words import CORRIDORS, corridor_words

__all__ = ["Drawn", "Link", "Sheet", "table_rows"]

Row = Mapping[str, Any]

_TOLERANCE_DEG = 0.02
#: A line that ends farther than this from its node is led on to it.
_GAP_DEG = 0.005
_HOME_RADIUS_KM = 8_500.0


@dataclass(frozen=True)
class Drawn:
    """A place, a facility or one way of a link.

    Attributes
    ----------
    name : str
        In the tables of the network.
    told : dict
        What the page is told of it whatever has moved.
    source : int
        Number of its source, confidence and note among the texts.
    """

    name: str
    told: dict[str, Any]
    source: int


@dataclass(frozen=True)
class Link:
    """A pair of links, there and back, which are drawn as one.

    Attributes
    ----------
    told : dict
        mode, corridor and ends (numbers of places).
    ways : list of Drawn
        One or two.
    """

    told: dict[str, Any]
    ways: list[Drawn]


@dataclass(frozen=True)
class Sheet:
    """What a map draws of a network, before anything is said of a run.

    Attributes
    ----------
    rank, link_rank : dict of str to int
        Number of every node, and of every link among the drawn pairs.
    places, facilities : list of Drawn
        In the order of their names.
    links : list of Link
        Pairs of links.
    stretches : list of dict
        Lines that links are drawn along.
    corridors : list of dict
        Those that have links, the known ones first.
    view : dict
        What the map opens with, and where home lies.
    texts : list of list of str
        Source, confidence and note, each combination once.
    """

    rank: dict[str, int]
    link_rank: dict[str, int]
    places: list[Drawn]
    facilities: list[Drawn]
    links: list[Link]
    stretches: list[dict[str, Any]]
    corridors: list[dict[str, Any]]
    view: dict[str, Any]
    texts: list[list[str]]

    @classmethod
    def of(cls, network: Joined) -> Sheet:
        """Draw a network.

        Parameters
        ----------
        network : Joined
            Of one run or two.

        Returns
        -------
        Sheet
            Equal networks give equal sheets.

        Raises
        ------
        CorridorSimError
            If the geometry of the network cannot be read.
        """
        texts = _Texts()
        rows = table_rows(network.nodes)
        positions = {
            name: [wrap(float(row["lon"])), float(row["lat"])] for name, row in rows.items()
        }
        rank = {name: number for number, name in enumerate(rows)}
        # The page numbers the texts in the order of facilities, links and places.
        facilities = _facilities(network.facilities, rank, texts)
        links, lines = _links(network, positions, rank, texts)
        places = [
            Drawn(
                name,
                {
                    "name": _names(name, row),
                    "kind": _cell(row, "kind"),
                    "at": [round(value, 4) for value in positions[name]],
                },
                texts.number(row),
            )
            for name, row in rows.items()
        ]
        return cls(
            rank=rank,
            link_rank={way.name: number for number, link in enumerate(links) for way in link.ways},
            places=places,
            facilities=facilities,
            links=links,
            stretches=_stretches(links, lines),
            corridors=_corridors(links),
            view=_view(network, positions),
            texts=texts.rows,
        )


# -- links -----------------------------------------------------------------------------------------


def _links(
    network: Joined,
    positions: Mapping[str, Sequence[float]],
    rank: Mapping[str, int],
    texts: _Texts,
) -> tuple[list[Link], list[Points]]:
    """Return pairs of links, there and back, and the line of each pair."""
    drawn: dict[str, Points] = {}
    for path in network.paths:
        drawn = read_lines(path / "geometry") | drawn
    rows = table_rows(network.links)
    links: list[Link] = []
    lines: list[Points] = []
    for pair in _pairs({name: row for name, row in rows.items() if set(_ends(row)) <= set(rank)}):
        first = rows[pair[0]]
        start, end = _ends(first)
        lines.append(_line(drawn.get(_cell(first, "geometry")), positions[start], positions[end]))
        links.append(
            Link(
                {
                    "mode": _cell(first, "mode"),
                    "corridor": _cell(first, "corridor"),
                    "ends": [rank[start], rank[end]],
                },
                [
                    Drawn(
                        name,
                        {"km": rounded(float(rows[name]["distance_km"]))},
                        texts.number(rows[name]),
                    )
                    for name in pair
                ],
            )
        )
    return links, lines


def _stretches(links: Sequence[Link], lines: Sequence[Points]) -> list[dict[str, Any]]:
    """Return the stretches that links are drawn along, shared ones once."""
    groups = [(link.told["corridor"], link.told["mode"]) for link in links]
    return [
        {
            "line": [
                encode_line(simplify(part, tolerance=_TOLERANCE_DEG))
                for part in into_window(stretch.line)
            ],
            "links": [member for member, _ in stretch.members],
            "against": [int(against) for _, against in stretch.members],
        }
        for stretch in bundle(lines, groups)
    ]


def _ends(row: Row) -> tuple[str, str]:
    return str(row["from_node"]), str(row["to_node"])


def _pairs(rows: Mapping[str, Row]) -> list[list[str]]:
    """Return links with their way back, where there is one of the same mode and on the same way."""
    pairs: dict[tuple[Any, ...], list[list[str]]] = defaultdict(list)
    for link, row in rows.items():
        start, end = _ends(row)
        way = tuple(_cell(row, column) for column in ("corridor", "mode", "geometry"))
        passages = tuple(sorted(map(str, row.get("passages", ()))))
        same = pairs[(*way, passages, *sorted((start, end)))]
        # A second link of the same direction begins a pair of its own.
        for pair in same:
            if len(pair) == 1 and start != end and _ends(rows[pair[0]]) == (end, start):
                pair.append(link)
                break
        else:
            same.append([link])
    return [pair for key in sorted(pairs) for pair in pairs[key]]


def _line(drawn: Points | None, start: Sequence[float], end: Sequence[float]) -> Points:
    """Return the line of a link from node to node."""
    if drawn is None:
        return great_circle(start, end)
    line = orient(drawn, start, end)
    for at, node in ((0, start), (len(line), end)):
        tip = line[0 if at == 0 else -1]
        # The copy of the node in the world the line runs in.
        lon = node[0] + 360.0 * round((tip[0] - node[0]) / 360.0)
        if math.hypot(tip[0] - lon, tip[1] - node[1]) > _GAP_DEG:
            line = np.insert(line, at, [lon, node[1]], axis=0)
    return line


def _corridors(links: Sequence[Link]) -> list[dict[str, Any]]:
    """Return the corridors that have links, the known ones first."""
    used = {str(link.told["corridor"]) for link in links}
    order = [name for name in CORRIDORS if name in used] + sorted(used - set(CORRIDORS))
    return [{"id": name, "name": corridor_words(name)} for name in order]


# -- facilities and view ---------------------------------------------------------------------------


def _facilities(table: pd.DataFrame, rank: Mapping[str, int], texts: _Texts) -> list[Drawn]:
    return [
        Drawn(
            name,
            {
                "node": rank[str(row["node"])],
                "name": _names(name, row),
                "kind": _cell(row, "kind"),
            },
            texts.number(row),
        )
        for name, row in table_rows(table).items()
        if str(row["node"]) in rank
    ]


def _view(network: Joined, positions: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """Return what the map opens with, as [[south, west], [north, east]], and where home lies.

    The opening view holds the places within reach of Chongqing; the Americas and the far ends of
    Africa are a button away.
    """
    zones = table_rows(network.zones)
    home = [positions[name] for name, row in zones.items() if row["side"] == "chongqing"]
    everywhere = list(positions.values())
    at = np.mean(home or everywhere or [[100.0, 30.0]], axis=0)
    near = [p for p in everywhere if _distance_km(at, p) <= _HOME_RADIUS_KM]

    def bounds(points: Sequence[Any]) -> list[list[float]]:
        lon, lat = np.asarray([*points, at], dtype=np.float64).T
        return [
            [round(float(lat.min()), 2), round(float(lon.min()), 2)],
            [round(float(lat.max()), 2), round(float(lon.max()), 2)],
        ]

    return {
        "home": [round(float(value), 3) for value in at] if home else None,
        "near": bounds(near or everywhere),
        "whole": bounds(everywhere),
    }


def _distance_km(a: Sequence[float] | np.ndarray, b: Sequence[float]) -> float:
    lon_a, lat_a, lon_b, lat_b = map(math.radians, (*a, *b))
    cosine = math.sin(lat_a) * math.sin(lat_b) + math.cos(lat_a) * math.cos(lat_b) * math.cos(
        lon_a - lon_b
    )
    return 6371.0 * math.acos(max(-1.0, min(1.0, cosine)))


# -- cells -----------------------------------------------------------------------------------------


def table_rows(frame: pd.DataFrame) -> dict[str, Row]:
    """Return the rows of a table by name, in the order of their names."""
    rows: dict[str, Any] = {str(name): row for name, row in frame.to_dict("index").items()}
    return {name: rows[name] for name in sorted(rows)}


def _cell(row: Row, column: str) -> str:
    """Return a cell as clean text, nothing where the table has no such column."""
    return clean(row.get(column))


def _names(name: str, row: Row) -> list[str]:
    """Return the English and the Chinese name; the row's own name where it has neither."""
    english, chinese = _cell(row, "name_en"), _cell(row, "name_zh")
    return [english or ("" if chinese else clean(name)), chinese]


class _Texts:
    """Source, confidence and note of rows, each combination once."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, ...], int] = {}

    def number(self, row: Row) -> int:
        """Return the number of what a row says."""
        told = tuple(_cell(row, what) for what in ("source", "confidence", "note"))
        return self._numbers.setdefault(told, len(self._numbers))

    @property
    def rows(self) -> list[list[str]]:
        """All combinations in the order of their numbers."""
        return [list(told) for told in self._numbers]
