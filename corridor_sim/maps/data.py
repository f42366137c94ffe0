"""What the map shows, as one plain object: places, links, facilities, goal, words."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridor_sim.errors import CorridorSimError
from corridor_sim.maps.amounts import Amounts
from corridor_sim.maps.bundles import bundle
from corridor_sim.maps.closures import closures
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
from corridor_sim.maps.goal_data import goal_data
from corridor_sim.maps.joined import Joined, joined
from corridor_sim.maps.series import By, Lang, Moved, Periods, rounded
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
#: A dated disruption shorter than this would be lost in a month.
_SHORT_DAYS = 30
_DAY_S = 86_400
#: How many places with long waits are marked, and from which mean wait on.
_BOTTLENECKS, _BOTTLENECK_H = 8, 1.0
_HOME_RADIUS_KM = 8_500.0


def map_data(
    results: Results, *, other: Results | None = None, by: By | None = None, lang: Lang = "both"
) -> dict[str, Any]:
    """Return all that the map of a run, or of two, shows.

    Parameters
    ----------
    results : Results
        Fresh or loaded.
    other : Results, optional
        What is compared with it, over a window of the same length.
    by : {"month", "week"}, optional
        Steps of the slider; weeks where the scenario has dated disruptions if not given.
    lang : {"zh", "en", "both"}
        Language of the page.

    Returns
    -------
    dict
        Plain values ready for JSON: ``run``, ``periods``, ``corridors``, ``nodes``, ``links``,
        ``stretches``, ``facilities``, ``waits``, ``closures``, ``goal``, ``view``, ``words``,
        ``texts`` (source, confidence and note; others name their number), and with another run
        ``other`` and a ``b`` in links, nodes and facilities. Amounts are TEU, tonnes, millions of
        yuan and tonnes CO2e of the measured window.

    Raises
    ------
    CorridorSimError
        If the windows differ in length.
    """
    periods = Periods.of(results.clock, by or _fitting(results, other))
    both = [results] if other is None else [results, other]
    if other is not None and other.clock.window_days != results.clock.window_days:
        raise CorridorSimError(
            f"windows of {results.clock.window_days:g} and {other.clock.window_days:g} days cannot "
            "be compared on one map; allowed: windows of the same length"
        )
    moved = [Moved(Amounts.of(run, Periods.of(run.clock, periods.by).edges)) for run in both]
    network = joined([run.network for run in both])
    texts = Texts()
    places = _rows(network.nodes)
    positions = {name: [wrap(float(row["lon"])), float(row["lat"])] for name, row in places.items()}
    rank = {name: number for number, name in enumerate(places)}
    facilities = _facilities(both, network.facilities, rank, texts)
    links, stretches, link_rank = _links(network, positions, rank, moved, texts)
    passing: dict[int, float] = {}
    for item in facilities:
        passing[item["node"]] = max(passing.get(item["node"], 0), item["teu"] or 0)
    nodes = [
        {
            "name": _names(name, row),
            "kind": _cell(row, "kind"),
            "at": [round(value, 4) for value in positions[name]],
            **_pair([one.at_node(name) for one in moved]),
            "passing": passing.get(rank[name], 0),
            "src": texts.number(row),
        }
        for name, row in places.items()
    ]
    data = {
        "lang": lang,
        "run": _run(results),
        "periods": {
            "by": periods.by,
            "names": list(periods.names),
            "month": [results.clock.months.index(name[:7]) for name in periods.names],
            "days": [
                round(second / _DAY_S, 2) for second in (periods.edges - periods.edges[0]).tolist()
            ],
        },
        "months": list(results.clock.months),
        "corridors": _corridors(links),
        "nodes": nodes,
        "links": links,
        "stretches": stretches,
        "facilities": facilities,
        "waits": _bottlenecks(facilities),
        "closures": closures(results, rank, link_rank),
        "goal": goal_data(results, periods),
        "view": _view(network, positions),
        "texts": texts.rows,
        "words": {
            "page": dict(PAGE),
            "mode": dict(MODES),
            "node": dict(NODE_KINDS),
            "facility": dict(FACILITY_KINDS),
            "confidence": dict(CONFIDENCE),
        },
        "home": HOME,
    }
    if other is not None:
        data["other"] = {
            "run": _run(other),
            "goal": goal_data(other, Periods.of(other.clock, periods.by)),
            "closures": closures(other, rank, link_rank),
        }
    return data


def _fitting(results: Results, other: Results | None) -> By:
    """Return weeks where a dated disruption would be lost in a month; months for two runs."""
    dated = getattr(results.scenario, "disruptions", ())
    short = [item for item in dated if (item.end - item.start).days < _SHORT_DAYS]
    return "week" if short and other is None else "month"


def _pair(told: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return what is told of the first run, with that of the second as ``b``."""
    return {**told[0], "b": told[1]} if len(told) > 1 else told[0]


# -- links -----------------------------------------------------------------------------------------


def _links(
    network: Joined,
    positions: Mapping[str, Sequence[float]],
    rank: Mapping[str, int],
    moved: Sequence[Moved],
    texts: Texts,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, int]]:
    """Return pairs of links, there and back, the stretches they are drawn as, and their numbers."""
    drawn: dict[str, Points] = {}
    for path in network.paths:
        drawn = read_lines(path / "geometry") | drawn
    rows = _rows(network.links)
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


def _facilities(
    runs: Sequence[Results], table: pd.DataFrame, rank: Mapping[str, int], texts: Texts
) -> list[dict[str, Any]]:
    measured = [_figures(run) for run in runs]
    return [
        {
            "node": rank[str(row["node"])],
            "name": _names(name, row),
            "kind": _cell(row, "kind"),
            **_pair([of_run.get(name, _UNUSED) for of_run in measured]),
            "src": texts.number(row),
        }
        for name, row in _rows(table).items()
        if str(row["node"]) in rank
    ]


_UNUSED: dict[str, Any] = {
    "teu": 0,
    "use": None,
    "wait_h": None,
    "p95_h": None,
    "longest_h": None,
    "months": [],
    "high": [],
    "queue": [],
}


def _figures(results: Results) -> dict[str, dict[str, Any]]:
    """Return the figures of every facility, with its waits and queue by month."""
    statistics = results.statistics
    whole = _rows(statistics.facilities(("facility",)).set_index("facility"))
    months = list(results.clock.months)
    by_month = statistics.facilities(("facility", "month"))
    place = pd.Index(months).get_indexer(pd.Index(by_month["month"].astype(str)))
    facility = by_month["facility"].astype(str)

    def series(column: str) -> dict[str, list[float | None]]:
        told: dict[str, list[float | None]] = {}
        for name, value, month in zip(facility, by_month[column], place, strict=True):
            told.setdefault(name, [None] * len(months))[month] = rounded(value, 1)
        return {name: values if any(values) else [] for name, values in told.items()}

    waits, high, queues = map(series, ("mean_wait_h", "p95_wait_h", "mean_queue"))
    return {
        name: {
            "teu": rounded(row.get("teu", 0.0)),
            "use": rounded(row.get("utilisation"), 4),
            "wait_h": rounded(row.get("mean_wait_h"), 2),
            "p95_h": rounded(row.get("p95_wait_h")),
            "longest_h": rounded(row.get("longest_wait_h")),
            "months": waits.get(name, []),
            "high": high.get(name, []),
            "queue": queues.get(name, []),
        }
        for name, row in whole.items()
    }


def _bottlenecks(facilities: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the facilities where most box-days go by waiting, worst first."""
    ranked = sorted(
        (-item["wait_h"] * item["teu"] / 24, rank)
        for rank, item in enumerate(facilities)
        if item["wait_h"] is not None and item["wait_h"] >= _BOTTLENECK_H and item["teu"]
    )
    return [{"facility": rank, "box_days": rounded(-days)} for days, rank in ranked[:_BOTTLENECKS]]


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


def _view(network: Joined, positions: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """Return what the map opens with, as [[south, west], [north, east]], and where home lies.

    The opening view holds the places within reach of Chongqing; the Americas and the far ends of
    Africa are a button away.
    """
    zones = _rows(network.zones)
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
