"""Disruptions at their places and times: dated ones and those that were drawn for the run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from corridor_sim.maps.text import clean

if TYPE_CHECKING:
    from corridor_sim.results import Results

__all__ = ["closures"]

_DAY_S, _HOUR_S = 86_400, 3_600
#: Shorter random closures, as a morning's fog, are everyday life and not marked.
_SHORTEST_H = 12.0
_MOST = 400


def closures(
    results: Results, node_rank: Mapping[str, int], link_rank: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Return what was shut or slowed down in the measured window.

    Parameters
    ----------
    results : Results
        Fresh or loaded; random closures are drawn again from the run's seed.
    node_rank, link_rank : mapping of str to int
        Number of each node, and of the drawn line of each link.

    Returns
    -------
    list of dict
        ``name``, ``from`` and ``to`` (days since the start of the window), ``first`` and ``last``
        (dates), ``nodes`` and ``links`` (numbers); by time.
    """
    scenario, network = results.scenario, results.network
    found = []
    for item in getattr(scenario, "disruptions", ()):
        links = [str(link) for link in item.links]
        links += [
            str(link)
            for link, passages in network.links["passages"].items()
            if set(passages) & set(item.passages)
        ]
        calls = network.calls
        links += [
            str(link)
            for link in calls.loc[calls["service"].isin(list(item.services)), "link"].dropna()
            if link
        ]
        found.append((item.name, *_seconds(results, item.start, item.end), item.facilities, links))
    for drawn in getattr(scenario, "random_disruptions", ()):
        for start, end in _drawn(results, drawn):
            if end - start >= _SHORTEST_H * _HOUR_S:
                found.append((drawn.name, start, end, drawn.facilities, list(drawn.links)))
    return _told(results, found, node_rank, link_rank)


def _seconds(results: Results, start: Any, end: Any) -> tuple[int, int]:
    """Return local days, or days and times, as seconds of the run."""
    first = results.clock.first_day

    def second(moment: Any) -> int:
        day = moment.date() if hasattr(moment, "date") else moment
        of_day = moment.hour * _HOUR_S + moment.minute * 60 if hasattr(moment, "hour") else 0
        return int((day - first).days) * _DAY_S + of_day

    return second(start), second(end)


def _drawn(results: Results, item: Any) -> list[tuple[int, int]]:
    """Return the spans of one random disruption, as the run had them."""
    from corridor_sim.plan.capacity import draw_closures
    from corridor_sim.streams import Streams

    alone = results.scenario.model_copy(update={"random_disruptions": (item,)})
    drawn = draw_closures(alone, Streams(results.seed, results.replication))
    return [(one.start, one.end) for one in next(iter(drawn.values()), [])]


def _told(
    results: Results,
    found: list[tuple[str, int, int, Any, list[str]]],
    node_rank: Mapping[str, int],
    link_rank: Mapping[str, int],
) -> list[dict[str, Any]]:
    clock = results.clock
    of_facility = results.network.facilities["node"].astype(str)
    first, last = clock.window
    told = []
    for name, start, end, facilities, links in found:
        if end <= first or start >= last:
            continue
        nodes = {node_rank[of_facility[f]] for f in facilities if of_facility.get(f) in node_rank}
        told.append(
            {
                "name": clean(name),
                "from": round((start - first) / _DAY_S, 2),
                "to": round((end - first) / _DAY_S, 2),
                "first": clock.date_of(start).isoformat(),
                "last": clock.date_of(end - 1).isoformat(),
                "nodes": sorted(nodes),
                "links": sorted({link_rank[link] for link in links if link in link_rank}),
            }
        )
    told.sort(key=lambda one: (one["from"], one["to"], one["name"]))
    return told[:_MOST]
