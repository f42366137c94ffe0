"""What the map shows, as one plain object: places, links, facilities, goal, words."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corridor_sim.goal import goal_progress
from corridor_sim.maps.amounts import Amounts
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

if TYPE_CHECKING:
    from corridor_sim.results import Results

__all__ = ["map_data"]

Row = Mapping[str, Any]

_TOLERANCE_DEG = 0.02
#: A line that ends farther than this from its node is led on to it.
_GAP_DEG = 0.005
_MILLION = 1e6
#: How many places with long waits are marked, and from which mean wait on.
_BOTTLENECKS, _BOTTLENECK_H = 8, 1.0
_HOME_RADIUS_KM = 8_500.0


def map_data(results: Results) -> dict[str, Any]:
    """Return all that the map of a run shows.

    Parameters
    ----------
    results : Results
        Fresh or loaded.

    Returns
    -------
    dict
        Plain values ready for JSON: ``run``, ``months``, ``corridors``, ``nodes``, ``links``,
        ``stretches``, ``facilities``, ``waits``, ``goal``, ``view``, ``words``. Amounts are TEU and
        millions of yuan of the measured window; names and remarks are cleaned text.
    """
    network = results.network
    months = list(results.clock.months)
    moved = _Moved(results)
    places = _rows(network.nodes)
    positions = {name: [wrap(float(row["lon"])), float(row["lat"])] for name, row in places.items()}
    rank = {name: number for number, name in enumerate(places)}
    facilities = _facilities(results, rank)
    links, stretches = _links(results, positions, rank, moved)
    nodes = [
        {
            "name": _names(name, row),
            "kind": _cell(row, "kind"),
            "at": [round(value, 4) for value in positions[name]],
            **moved.at_node(name),
            "passing": max(
                (item["teu"] for item in facilities if item["node"] == rank[name]), default=0
            ),
            **_provenance(row),
        }
        for name, row in places.items()
    ]
    return {
        "run": _run(results),
        "months": months,
        "corridors": _corridors(links),
        "nodes": nodes,
        "links": links,
        "stretches": stretches,
        "facilities": facilities,
        "waits": _bottlenecks(facilities),
        "goal": _goal(results),
        "view": _view(results, positions),
        "words": {
            "page": dict(PAGE),
            "mode": dict(MODES),
            "node": dict(NODE_KINDS),
            "facility": dict(FACILITY_KINDS),
            "confidence": dict(CONFIDENCE),
        },
        "home": HOME,
    }


# -- amounts ---------------------------------------------------------------------------------------


class _Moved:
    """What passed every link and was handled at every node, by month.

    Parameters
    ----------
    results : Results
        Of the run.
    """

    def __init__(self, results: Results) -> None:
        self._sums = Amounts.of(results, results.clock.month_edges)

    @staticmethod
    def _amounts(sums: NDArray[np.float64] | None) -> dict[str, Any]:
        if sums is None:
            return {"teu": 0, "own": 0, "cny": 0, "months": {}}
        teu, cny = sums[0].sum(axis=1), sums[2].sum(axis=1)
        return {
            "teu": _rounded(teu.sum()),
            "own": _rounded(sums[0, :, :2].sum()),
            "cny": _rounded(cny.sum() / _MILLION),
            "months": {
                "teu": [_rounded(value) for value in teu],
                "cny": [_rounded(value / _MILLION) for value in cny],
            },
        }

    def at_node(self, name: str) -> dict[str, Any]:
        """Return the amounts handled at a node."""
        return self._amounts(self._sums.nodes.get(name))

    def on_link(self, name: str) -> dict[str, Any]:
        """Return the amounts that passed a link, the capacity of its departures and its use."""
        room = float(self._sums.room[name].sum()) if name in self._sums.room else 0.0
        load = float(self._sums.load[name].sum()) if name in self._sums.load else 0.0
        return {
            **self._amounts(self._sums.links.get(name)),
            "room": _rounded(room),
            "use": _share(load / room if room > 0 else None),
        }


# -- links -----------------------------------------------------------------------------------------


def _links(
    results: Results,
    positions: Mapping[str, Sequence[float]],
    rank: Mapping[str, int],
    moved: _Moved,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return pairs of links, there and back, and the stretches of line they are drawn as."""
    path = getattr(results.network, "path", None)
    drawn = read_lines(path / "geometry") if path is not None else {}
    rows = _rows(results.network.links)
    links: list[dict[str, Any]] = []
    lines: list[Points] = []
    for pair in _pairs({name: row for name, row in rows.items() if set(_ends(row)) <= set(rank)}):
        first = rows[pair[0]]
        start, end = _ends(first)
        lines.append(_line(drawn.get(_cell(first, "geometry")), positions[start], positions[end]))
        links.append(
            {
                "mode": _cell(first, "mode"),
                "corridor": _cell(first, "corridor"),
                "ends": [rank[start], rank[end]],
                "ways": [
                    {
                        "km": _rounded(float(rows[link]["distance_km"])),
                        **moved.on_link(link),
                        **_provenance(rows[link]),
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
            "links": [number for number, _ in stretch.members],
            "against": [int(against) for _, against in stretch.members],
        }
        for stretch in bundle(lines, [(link["corridor"], link["mode"]) for link in links])
    ]
    return links, stretches


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


# -- facilities ------------------------------------------------------------------------------------


def _facilities(results: Results, rank: Mapping[str, int]) -> list[dict[str, Any]]:
    measured = _rows(results.statistics.facilities(("facility",)).set_index("facility"))
    found = []
    for name, row in _rows(results.network.facilities).items():
        if str(row["node"]) not in rank:
            continue
        figures = measured.get(name, {})
        found.append(
            {
                "node": rank[str(row["node"])],
                "name": _names(name, row),
                "kind": _cell(row, "kind"),
                "teu": _rounded(figures.get("teu", 0.0)),
                "use": _share(figures.get("utilisation")),
                "wait_h": _rounded(figures.get("mean_wait_h"), 2),
                "longest_h": _rounded(figures.get("longest_wait_h")),
                **_provenance(row),
            }
        )
    return found


def _bottlenecks(facilities: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the facilities where most box-days go by waiting, worst first."""
    ranked = sorted(
        (-item["wait_h"] * item["teu"] / 24, rank)
        for rank, item in enumerate(facilities)
        if item["wait_h"] is not None and item["wait_h"] >= _BOTTLENECK_H and item["teu"]
    )
    return [{"facility": rank, "box_days": _rounded(-days)} for days, rank in ranked[:_BOTTLENECKS]]


# -- run and goal ----------------------------------------------------------------------------------


def _run(results: Results) -> dict[str, Any]:
    clock = results.clock
    return {
        "scenario": clean(results.scenario.name),
        "title": clean(results.scenario.title),
        "first": clock.date_of(clock.window[0]).isoformat(),
        "last": clock.date_of(clock.window[1] - 1).isoformat(),
        "seed": int(results.seed),
        "replication": int(results.replication),
    }


def _goal(results: Results) -> dict[str, Any]:
    """Return value against the goals, billions of yuan."""
    progress = goal_progress(results)
    first = progress[0]
    summary = results.summary()
    return {
        "targets": [goal.target_cny / 1e9 for goal in progress],
        "shares": [round(goal.share, 4) for goal in progress],
        "offered": round(first.offered_cny / 1e9, 3),
        "cleared": round(first.cleared_cny / 1e9, 3),
        "delivered": round(float(summary["totals"]["delivered_value_cny"]) / 1e9, 3),
        "days": round(first.window_days),
        "is_whole_year": first.is_whole_year,
        "yearly": round(first.yearly_cleared_cny / 1e9, 1),
        "corridors": [
            {
                "name": corridor_words(clean(name)),
                "bn": round(figures["value_cny"] / 1e9, 3),
                "teu": _rounded(figures["teu"]),
            }
            for name, figures in summary["corridors"].items()
        ],
    }


def _view(results: Results, positions: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """Return what the map opens with, as [[south, west], [north, east]], and where home lies.

    The opening view holds the places within reach of Chongqing; the Americas and the far ends of
    Africa are a button away.
    """
    zones = _rows(results.network.zones)
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


def _rows(frame: pd.DataFrame) -> dict[str, Row]:
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


def _provenance(row: Row) -> dict[str, str]:
    return {what: _cell(row, what) for what in ("source", "confidence", "note")}


def _rounded(value: Any, digits: int = 1) -> float | None:
    """Return a number rounded for showing, an int where it has no fraction; None for no number."""
    if value is None or not math.isfinite(value):
        return None
    short = round(float(value), digits)
    return int(short) if short == int(short) else short


def _share(value: Any) -> float | None:
    return _rounded(value, 4)
