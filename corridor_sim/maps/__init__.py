"""Maps: one HTML file per run that opens with the network off."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridor_sim.errors import CorridorSimError

if TYPE_CHECKING:
    from corridor_sim.maps.prepared import PreparedMap
    from corridor_sim.maps.series import By, Lang, View
    from corridor_sim.maps.spread import Replications
    from corridor_sim.network import Network
    from corridor_sim.results import Results

__all__ = ["map_page", "prepare_map", "write_map"]


def prepare_map(network: Network) -> PreparedMap:
    """Prepare the map of a run that is not over yet: its lines, and the libraries it needs.

    Parameters
    ----------
    network : Network
        Of the run, as the scenario has it.

    Returns
    -------
    PreparedMap
        For `write_map`, which then has less left to do.

    Raises
    ------
    CorridorSimError
        If the geometry of the network cannot be read.

    Examples
    --------
    >>> from corridor_sim import Scenario, simulate
    >>> from corridor_sim.maps import prepare_map, write_map
    >>> found = []
    >>> results = simulate(
    ...     Scenario.read("baseline_2025"),
    ...     meanwhile=lambda network: found.append(prepare_map(network)),
    ... )  # doctest: +SKIP
    >>> write_map(results, "map.html", prepared=found[0])  # doctest: +SKIP
    """
    for module in ("base", "layers", "data", "spread"):
        import_module(f"corridor_sim.maps.{module}")
    from corridor_sim.maps.prepared import PreparedMap

    return PreparedMap.of(network)


def map_page(
    results: Results | Replications,
    *,
    other: Results | Replications | None = None,
    by: By | None = None,
    lang: Lang = "both",
    basemap: str | Path = "land",
    tiles: str | None = None,
    view: View = "difference",
    prepared: PreparedMap | None = None,
) -> str:
    """Return the map of a run, of two and their difference, or of a batch, as a page.

    Parameters
    ----------
    results : Results or Replications
        Fresh or loaded, or a batch, which gives the probability of each goal, and percentiles of
        links where it kept them.
    other : Results or Replications, optional
        Compared with it, of the same kind.
    by : {"month", "week"}, optional
        Steps of the slider; weeks where the scenario has short dated disruptions if not given.
    lang : {"zh", "en", "both"}
        Language of the page.
    basemap : {"land", "countries", "none"} or path
        What lies below: land, land with the borders of countries, nothing, or the lines and areas
        of a GeoJSON file.
    tiles : str, optional
        Address of tiles with ``{z}``, ``{x}`` and ``{y}``. The page then asks that server for
        pictures each time it is opened; without it nothing is fetched.
    view : {"difference", "side-by-side"}
        What the map of two opens with: what grew and what shrank, or a map of each, moved together.
        The page can be switched to the other.
    prepared : PreparedMap, optional
        From `prepare_map` and the network of the run, which saves drawing that network; a map of
        two or of a batch is drawn without. The page is the same.

    Returns
    -------
    str
        HTML that needs nothing from outside. Equal results give equal text.

    Raises
    ------
    CorridorSimError
        If the network's geometry or the base map cannot be read, the address of tiles is none, or
        the windows of two runs differ in length, a run and a batch are to be compared, or the map
        was prepared for the network of another run.
    """
    from corridor_sim.maps.base import CorridorMap, render_page
    from corridor_sim.maps.grounds import base_text, checked_tiles
    from corridor_sim.maps.layers import Drawing, LayerGroup, LayerList, places_and_names
    from corridor_sim.maps.series import told_once
    from corridor_sim.maps.text import as_json

    address = None if tiles is None else checked_tiles(tiles)
    ground = base_text(basemap)
    data = _data(results, other, by, lang, prepared)
    if address is not None:
        data["tiles"] = address
    if other is not None:
        data["opens"] = "both" if view == "side-by-side" else "change"
        for kind in ("nodes", "facilities"):
            data[kind] = [told_once(item) for item in data[kind]]
        for link in data["links"]:
            link["ways"] = [told_once(way) for way in link["ways"]]
    title = data["run"]["title"] or data["run"]["scenario"]
    if other is not None:
        title += " / " + (data["other"]["run"]["title"] or data["other"]["run"]["scenario"])
    page = CorridorMap(title)
    page.add_data("corridor-data", as_json(data))
    page.add_data("corridor-base", ground)
    corridors = [
        LayerGroup(corridor["name"], rank=rank, lang=lang)
        for rank, corridor in enumerate(data["corridors"])
    ]
    places, names = places_and_names(len(corridors), lang=lang)
    drawing = Drawing(corridors=corridors, places=places, names=names)
    for element in (*corridors, places, names, drawing, LayerList(drawing)):
        element.add_to(page)
    return render_page(page, lang=lang, tiles=address)


def _data(
    results: Results | Replications,
    other: Results | Replications | None,
    by: By | None,
    lang: Lang,
    prepared: PreparedMap | None,
) -> dict[str, Any]:
    """Return what the map of a run, of two or of a batch shows."""
    from corridor_sim.maps.data import map_data
    from corridor_sim.maps.spread import Replications, batch_data

    if isinstance(results, Replications):
        if other is None or isinstance(other, Replications):
            return batch_data(results, other=other, lang=lang)
    elif not isinstance(other, Replications):
        return map_data(results, other=other, by=by, lang=lang, prepared=prepared)
    raise CorridorSimError("a run and a batch cannot be compared on a map; allowed: two of a kind")


def write_map(
    results: Results | Replications,
    path: str | Path,
    *,
    other: Results | Replications | None = None,
    by: By | None = None,
    lang: Lang = "both",
    basemap: str | Path = "land",
    tiles: str | None = None,
    view: View = "difference",
    prepared: PreparedMap | None = None,
) -> Path:
    """Write the map of a run, of two and their difference, or of a batch.

    Parameters
    ----------
    results : Results or Replications
        Fresh or loaded, or a batch, which gives the probability of each goal, and percentiles of
        links where it kept them.
    path : str or Path
        File to write.
    other : Results or Replications, optional
        Compared with it, of the same kind.
    by : {"month", "week"}, optional
        Steps of the slider.
    lang : {"zh", "en", "both"}
        Language of the page.
    basemap : {"land", "countries", "none"} or path
        What lies below.
    tiles : str, optional
        Address of tiles, which are then fetched whenever the map is opened.
    view : {"difference", "side-by-side"}
        What the map of two opens with.
    prepared : PreparedMap, optional
        From `prepare_map` and the network of the run.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    CorridorSimError
        As `map_page`.
    OSError
        If the file cannot be written.
    """
    page = map_page(
        results,
        other=other,
        by=by,
        lang=lang,
        basemap=basemap,
        tiles=tiles,
        view=view,
        prepared=prepared,
    )
    target = Path(path)
    target.write_text(page, encoding="utf-8", newline="\n")
    return target
