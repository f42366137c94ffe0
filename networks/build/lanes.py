"""Sea lanes as polylines, kept in ``raw/sea_lanes.json`` so that a build needs no routing.

A lane that is missing there, or whose ends have moved, is computed with the package searoute [1]_
(``pip install searoute``) and kept. Its traps: with only Suez restricted it goes over the Arctic or
by Panama, so that every lane restricts the Arctic, and each lane all passages it must not use; it
is coarse near coasts.

References
----------
.. [1] searoute 1.6, https://pypi.org/project/searoute/ (Eurostat's SeaRoute network).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from networks.build.lines_on_earth import Line, Point, simplified, unwrapped
from networks.build.links import Link
from networks.build.tables import RAW, BuildError

__all__ = ["sea_lanes"]

_FILE = RAW / "sea_lanes.json"
_TOLERANCE_DEG = 0.12
_DIGITS = 3
#: Passages as the package names them.
_NAMES = {"suez": "suez", "panama": "panama", "malacca": "malacca", "hormuz": "ormuz"}


def _restrictions(link: Link) -> list[str]:
    """Return the passages a lane must not use."""
    shut = {"northwest", "bering", "suez", "panama", "chili"}
    if "malacca" in link.passages:
        shut.add("sunda")
    # Round South America's southern end only where nothing else is left.
    shut -= {_NAMES[name] for name in link.passages if name in _NAMES}
    return sorted(shut)


def _computed(link: Link, ends: tuple[Point, Point]) -> Line:
    try:
        import searoute  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise BuildError(
            f"the lane of '{link.name}' is not in {_FILE.name}; install searoute and build again"
        ) from None
    found: Any = searoute.searoute(list(ends[0]), list(ends[1]), restrictions=_restrictions(link))
    middle = [(float(lon), float(lat)) for lon, lat in found.geometry["coordinates"]]
    line = unwrapped([ends[0], *middle, ends[1]])
    thin = simplified(line, tolerance=_TOLERANCE_DEG)
    return [(round(lon, _DIGITS), round(lat, _DIGITS)) for lon, lat in thin]


def sea_lanes(links: Iterable[Link], places: Mapping[str, Point]) -> dict[str, Line]:
    """Return the polyline of every sea lane, by drawing.

    Parameters
    ----------
    links : iterable of Link
        All links; those by sea are taken.
    places : mapping of str to (float, float)
        Longitude and latitude of the nodes.

    Returns
    -------
    dict of str to list of (float, float)
        From the end first in the alphabet to the other.

    Raises
    ------
    BuildError
        If a lane must be computed and searoute is not installed.
    """
    kept: dict[str, Any] = json.loads(_FILE.read_text()) if _FILE.exists() else {}
    wanted: dict[str, Any] = {}
    for link in sorted(links, key=lambda link: link.shape):
        if link.mode != "sea" or link.shape in wanted:
            continue
        first, last = sorted((link.from_node, link.to_node))
        ends = (places[first], places[last])
        key = {"ends": [list(end) for end in ends], "avoid": _restrictions(link)}
        old = kept.get(link.shape)
        if old and {name: old[name] for name in key} == key:
            wanted[link.shape] = old
        else:
            wanted[link.shape] = {**key, "line": [list(p) for p in _computed(link, ends)]}
    if wanted != kept:
        rows = [f"{json.dumps(name)}: {json.dumps(lane)}" for name, lane in wanted.items()]
        _FILE.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8", newline="\n")
    return {name: [(p[0], p[1]) for p in lane["line"]] for name, lane in wanted.items()}
