# mypy: disable-error-code="no-any-return"
"""Make `borders.json`: borders between countries, drawn only where they are asked for.

Needed only when they change; the package ships what it wrote::

    npm pack world-atlas@2.0.2     # unpack it
    python build_borders.py world-atlas/countries-50m.json

Natural Earth 1:50m (public domain) draws borders as they are held, not as anybody claims them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from corridor_sim.maps.geometry import encode_line, into_window, simplify, unwrap

_TOLERANCE = 0.03


def arcs_of(value: Any) -> Iterator[int]:
    """Give the numbers of all arcs of a geometry, whichever way they run."""
    if isinstance(value, int):
        yield value if value >= 0 else ~value
    else:
        for part in value:
            yield from arcs_of(part)


def borders(topology: dict[str, Any]) -> list[str]:
    """Return the arcs that two countries share, encoded, longest first."""
    users: dict[int, set[int]] = {}
    for country, item in enumerate(topology["objects"]["countries"]["geometries"]):
        for arc in arcs_of(item.get("arcs", [])):
            users.setdefault(arc, set()).add(country)
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
    lines = []
    for arc, countries in users.items():
        if len(countries) < 2:
            continue
        points = np.cumsum(np.array(topology["arcs"][arc], dtype=np.float64), axis=0)
        lines += into_window(unwrap(points * scale + shift))
    lines.sort(key=lambda line: -len(line))
    return [encode_line(simplify(line, tolerance=_TOLERANCE)) for line in lines]


def main(countries_file: str) -> None:
    """Write the asset beside this script."""
    found = borders(json.loads(Path(countries_file).read_text(encoding="utf-8")))
    target = Path(__file__).with_name("borders.json")
    target.write_text(json.dumps(found, separators=(",", ":")) + "\n", encoding="utf-8")
    print(target, target.stat().st_size, len(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
