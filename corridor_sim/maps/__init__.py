"""Maps: one HTML file per run that opens with the network off."""

from __future__ import annotations

import threading
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corridor_sim.results import Results

__all__ = ["import_ahead", "map_page", "write_map"]


def import_ahead() -> None:
    """Begin to import what a map needs beside other work.

    The libraries take longer to import than a map to draw; a compiled engine leaves a core free.
    """
    threading.Thread(target=import_module, args=["corridor_sim.maps.layers"], daemon=True).start()


def map_page(results: Results) -> str:
    """Return the map of a run as a page.

    Parameters
    ----------
    results : Results
        Fresh or loaded.

    Returns
    -------
    str
        HTML that needs nothing from outside. Equal results give equal text.

    Raises
    ------
    CorridorSimError
        If the network's geometry cannot be read.
    """
    from corridor_sim.maps.base import CorridorMap, asset, render_page
    from corridor_sim.maps.data import map_data
    from corridor_sim.maps.layers import Drawing, LayerGroup, LayerList, places_and_names
    from corridor_sim.maps.text import as_json

    data = map_data(results)
    page = CorridorMap(f"{data['run']['title'] or data['run']['scenario']}")
    page.add_data("corridor-data", as_json(data))
    page.add_data("corridor-base", asset("base_map.json").strip())
    corridors = [
        LayerGroup(corridor["name"], rank=rank) for rank, corridor in enumerate(data["corridors"])
    ]
    places, names = places_and_names(len(corridors))
    drawing = Drawing(corridors=corridors, places=places, names=names)
    for element in (*corridors, places, names, drawing, LayerList(drawing)):
        element.add_to(page)
    return render_page(page)


def write_map(results: Results, path: str | Path) -> Path:
    """Write the map of a run.

    Parameters
    ----------
    results : Results
        Fresh or loaded.
    path : str or Path
        File to write.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    CorridorSimError
        If the network's geometry cannot be read.
    OSError
        If the file cannot be written.
    """
    target = Path(path)
    target.write_text(map_page(results), encoding="utf-8", newline="\n")
    return target
