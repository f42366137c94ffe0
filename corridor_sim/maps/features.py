"""What of a network is drawn: places, links, facilities, view, and what a run says of each."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

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
from corridor_sim.maps.words import (
    CONFIDENCE,
    CORRIDORS,
    FACILITY_KINDS,
    HOME,
    MODES,
    NODE_KINDS,
    PAGE,
    corridor_words,
)

__all__ = ["Features", "Told", "table_rows"]

Row = Mapping[str, Any]

_TOLERANCE_DEG = 0.02
#: A line that ends farther than this from its node is led on to it.
_GAP_DEG = 0.005
_HOME_RADIUS_KM = 8_500.0


class Told(Protocol):
    """What passed every link and was handled at every node."""

    def at_node(self, name: str, /) -> dict[str, Any]:
        """Return what is told of a node."""

    def on_link(self, name: str) -> dict[str, Any]:
        """Return what is told of a link."""


class Features:
    """Places, links and facilities as the page reads them.

    Parameters
    ----------
    network : Joined
        Of one run or two.
    moved : sequence of Told
        Amounts of each.
    figures : sequence of mapping
        What is told of the facilities of each, by name.
    unused : dict
        What is told of a facility without figures.

    Attributes
    ----------
    rank, link_rank : dict of str to int
        Number of every node, and of every link among the drawn pairs.
    facilities : list of dict
        In the order of their names.
    """

    def __init__(
        self,
        network: Joined,
        moved: Sequence[Told],
        figures: Sequence[Mapping[str, dict[str, Any]]],
        unused: dict[str, Any],
    ) -> None:
        self._texts = texts = Texts()
        places = table_rows(network.nodes)
        positions = {
            name: [wrap(float(row["lon"])), float(row["lat"])] for name, row in places.items()
        }
        self.rank = {name: number for number, name in enumerate(places)}
        self.facilities = _facilities(figures, unused, network.facilities, self.rank, texts)
        self._links, self._stretches, self.link_rank = _links(
            network, positions, self.rank, moved, texts
        )
        passing: dict[int, float] = {}
        for item in self.facilities:
            passing[item["node"]] = max(passing.get(item["node"], 0), item["teu"] or 0)
        if not any(passing.values()):
            # Of a batch no loads of facilities are kept: what passed the busiest link ranks names.
            passing = _busiest_links(self._links)
        self._nodes = [
            {
                "name": _names(name, row),
                "kind": _cell(row, "kind"),
                "at": [round(value, 4) for value in positions[name]],
                **_pair([one.at_node(name) for one in moved]),
                "passing": passing.get(self.rank[name], 0),
                "src": texts.number(row),
            }
            for name, row in places.items()
        ]
        self._view = _view(network, positions)

    def as_dict(self) -> dict[str, Any]:
        """Return what the page reads of them, its words included."""
        return {
            "corridors": _corridors(self._links),
            "nodes": self._nodes,
            "links": self._links,
            "stretches": self._stretches,
            "facilities": self.facilities,
            "view": self._view,
            "texts": self._texts.rows,
            "words": {
                "page": dict(PAGE),
                "mode": dict(MODES),
                "node": dict(NODE_KINDS),
                "facility": dict(FACILITY_KINDS),
                "confidence": dict(CONFIDENCE),
            },
            "home": HOME,
        }


def _pair(told: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return what is told of the first run, with that of the second as ``b``."""
    return {**told[0], "b": told[1]} if len(told) > 1 else told[0]


# -- links -----------------------------------------------------------------------------------------


def _links(
    network: Joined,
    positions: Mapping[str, Sequence[float]],
    rank: Mapping[str, int],
    moved: Sequence[Told],
    texts: Texts,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, int]]:
    """Return pairs of links, there and back, the stretches they are drawn as, and their numbers."""
    drawn: dict[str, Points] = {}
    for path in network.paths:
        drawn = read_lines(path / "geometry") | drawn
    rows = table_rows(network.links)
    links: list[dict[str, Any]] = []
    lines: list[Points] = []
    number: dict[str, int] = {}
    for pair in _pairs({name: row for name, row in rows.items() if set(_ends(row)) <= set(rank)}):
        first = rows[pair[0]]
        start, end = _ends(first)
        lines.append(_line(drawn.get(_cell(first, "geometry")), positions[start], positions[end]))
        number.update(dict.fromkeys(pair, len(links)))
        links.append(
            {
                "mode": _cell(first, "mode"),
                "corridor": _cell(first, "corridor"),
                "ends": [rank[start], rank[end]],
                "ways": [
                    {
                        "km": rounded(float(rows[link]["distance_km"])),
                        **_pair([one.on_link(link) for one in moved]),
                        "src": texts.number(rows[link]),
                    }
                    for link in pair
                ],
            }
        )
    stretches = [
        {
            "line": [
                encode_line(simplify(part, tolerance=_TOLERANCE_DEG))
                for part in into_window(stretch.line)
            ],
            "links": [member for member, _ in stretch.members],
            "against": [int(against) for _, against in stretch.members],
        }
        for stretch in bundle(lines, [(link["corridor"], link["mode"]) for link in links])
    ]
    return links, stretches, number


def _busiest_links(links: Sequence[Mapping[str, Any]]) -> dict[int, float]:
    """Return the most TEU on any link at each node, both ways together."""
    most: dict[int, float] = {}
    for link in links:
        teu = sum(sum(way["sum"].get("teu", ())) for way in link["ways"])
        for end in link["ends"]:
            most[end] = max(most.get(end, 0.0), teu)
    return most


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


def _corridors(links: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the corridors that have links, the known ones first."""
    used = {str(link["corridor"]) for link in links}
    order = [name for name in CORRIDORS if name in used] + sorted(used - set(CORRIDORS))
    return [{"id": name, "name": corridor_words(name)} for name in order]


# -- facilities and view ---------------------------------------------------------------------------


def _facilities(
    figures: Sequence[Mapping[str, dict[str, Any]]],
    unused: dict[str, Any],
    table: pd.DataFrame,
    rank: Mapping[str, int],
    texts: Texts,
) -> list[dict[str, Any]]:
    return [
        {
            "node": rank[str(row["node"])],
            "name": _names(name, row),
            "kind": _cell(row, "kind"),
            **_pair([of_run.get(name, unused) for of_run in figures]),
            "src": texts.number(row),
        }
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


class Texts:
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
