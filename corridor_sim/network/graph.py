"""The infrastructure as a NetworkX graph, and questions planners ask of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridor_sim.errors import CorridorSimError, nearest
from corridor_sim.network.tables import records_of

if TYPE_CHECKING:
    import networkx as nx

    from corridor_sim.network.build import Network

__all__ = ["build_graph", "min_cut_teu_per_day", "simple_graph"]

_DAYS_PER_WEEK = 7.0


def build_graph(network: Network) -> nx.MultiDiGraph:
    """Build the directed multigraph of nodes and links.

    Parameters
    ----------
    network : Network
        Tables.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes carry name_en, name_zh, kind, country, lat and lon. Edges are keyed by the name of the
        link and carry mode, corridor, status, distance_km, time_h (mean hours) and
        capacity_teu_per_day: slots of all scheduled services over the link; infinite where a
        service runs on demand.
    """
    # Slow to import, and not needed for a run.
    import networkx as nx

    graph: nx.MultiDiGraph = nx.MultiDiGraph(name=network.name)
    for row in records_of(network.nodes):
        keys = ("name_en", "name_zh", "kind", "country", "lat", "lon")
        graph.add_node(row["node"], **{key: row[key] for key in keys})
    capacity = _link_capacity(network)
    for row in records_of(network.links):
        graph.add_edge(
            row["from_node"],
            row["to_node"],
            key=row["link"],
            mode=row["mode"],
            corridor=row["corridor"],
            status=row["status"],
            distance_km=row["distance_km"],
            time_h=row["time_h"].mean(),
            capacity_teu_per_day=capacity.get(row["link"], 0.0),
        )
    return graph


def _link_capacity(network: Network) -> dict[str, float]:
    per_day: dict[str, float] = {}
    for row in records_of(network.services):
        if row["status"] != "open":
            per_day[row["service"]] = 0.0
        elif row["dispatch"] == "on_demand":
            per_day[row["service"]] = float("inf")
        else:
            week = row["departures_per_week"]
            if row["timetable"]:
                week = len(row["timetable"].split(";"))
            elif not week:
                week = row["max_per_day"] * _DAYS_PER_WEEK
            per_day[row["service"]] = week / _DAYS_PER_WEEK * row["capacity_teu"]
    capacity: dict[str, float] = {}
    for service, link in zip(network.calls["service"], network.calls["link"], strict=True):
        if link:
            capacity[link] = capacity.get(link, 0.0) + per_day[service]
    return capacity


def simple_graph(network: Network) -> nx.DiGraph:
    """Return the open links as a plain directed graph: shortest time, summed capacity.

    Parameters
    ----------
    network : Network
        Tables.

    Returns
    -------
    networkx.DiGraph
        Edge attributes time_h and capacity_teu_per_day.

    Examples
    --------
    >>> import networkx as nx
    >>> from corridor_sim.network import Network, simple_graph
    >>> graph = simple_graph(Network.read("chongqing"))
    >>> busiest = nx.edge_betweenness_centrality(graph, weight="time_h")
    """
    import networkx as nx

    simple: nx.DiGraph = nx.DiGraph()
    simple.add_nodes_from(network.graph.nodes(data=True))
    for start, end, data in network.graph.edges(data=True):
        if data["status"] != "open":
            continue
        edge: dict[str, Any] | None = simple.get_edge_data(start, end)
        if edge is None:
            simple.add_edge(
                start,
                end,
                time_h=data["time_h"],
                capacity_teu_per_day=data["capacity_teu_per_day"],
            )
        else:
            edge["time_h"] = min(edge["time_h"], data["time_h"])
            edge["capacity_teu_per_day"] += data["capacity_teu_per_day"]
    return simple


def min_cut_teu_per_day(
    network: Network, region: str, *, direction: str = "export", without_trucks: bool = True
) -> tuple[float, list[tuple[str, str]]]:
    """Return the smallest cut of scheduled capacity between Chongqing and a region.

    Parameters
    ----------
    network : Network
        Tables.
    region : str
        Region of zones.csv.
    direction : {"export", "import"}
        From Chongqing to the region, or back.
    without_trucks : bool
        Whether roads beyond the last mile count as closed: trucks on demand have no stated limit,
        so that a cut through them is infinite.

    Returns
    -------
    float
        TEU per day.
    list of (str, str)
        Links' ends in the cut.

    Raises
    ------
    CorridorSimError
        If the region or direction is not known, or only trucks on demand join both.
    """
    import networkx as nx

    zones = network.zones
    far = list(zones.index[(zones["region"] == region) & (zones["side"] == "partner")])
    home = list(zones.index[zones["side"] == "chongqing"])
    if not far:
        known = sorted(set(zones.loc[zones["side"] == "partner", "region"]))
        hint = nearest(region, known) or f"allowed: {', '.join(known)}"
        raise CorridorSimError(f"region '{region}' is not known; {hint}")
    if direction not in ("export", "import"):
        raise CorridorSimError(f"direction '{direction}' is not known; allowed: export, import")
    graph = simple_graph(network)
    if without_trucks:
        ends = set(home) | set(zones.index[zones["side"] == "partner"])
        roads = [
            (start, end)
            for start, end, data in network.graph.edges(data=True)
            if data["mode"] == "road" and not (start in ends) ^ (end in ends)
        ]
        graph.remove_edges_from(roads)
        long_haul = [
            (start, end)
            for start, end, data in network.graph.edges(data=True)
            if data["mode"] == "road" and data["corridor"] == "coastal"
        ]
        graph.remove_edges_from(long_haul)
    source, sink = (home, far) if direction == "export" else (far, home)
    for zone in source:
        graph.add_edge("from", zone)
    for zone in sink:
        graph.add_edge(zone, "to")
    for _, _, data in graph.edges(data=True):
        # NetworkX reads an absent capacity as infinite.
        if data.get("capacity_teu_per_day") == float("inf"):
            del data["capacity_teu_per_day"]
    try:
        value, (near, _) = nx.minimum_cut(graph, "from", "to", capacity="capacity_teu_per_day")
    except nx.NetworkXUnbounded:
        raise CorridorSimError(
            f"Chongqing and {region} are joined by trucks on demand, which have no stated limit"
        ) from None
    cut = [(start, end) for start, end in graph.edges if start in near and end not in near]
    return float(value), cut
