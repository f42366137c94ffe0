"""What the page is told of places, links and facilities: how they are drawn, and what moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from corridor_sim.maps.sheet import Sheet
from corridor_sim.maps.words import CONFIDENCE, FACILITY_KINDS, HOME, MODES, NODE_KINDS, PAGE

__all__ = ["Features", "Told"]


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
    sheet : Sheet
        Of the network of one run or two.
    moved : sequence of Told
        Amounts of each.
    figures : sequence of mapping
        What is told of the facilities of each, by name.
    unused : dict
        What is told of a facility without figures.

    Attributes
    ----------
    facilities : list of dict
        In the order of their names.
    """

    def __init__(
        self,
        sheet: Sheet,
        moved: Sequence[Told],
        figures: Sequence[Mapping[str, dict[str, Any]]],
        unused: dict[str, Any],
    ) -> None:
        self._sheet = sheet
        self.facilities = [
            {
                **one.told,
                **_pair([of_run.get(one.name, unused) for of_run in figures]),
                "src": one.source,
            }
            for one in sheet.facilities
        ]
        self._links = [
            {
                **link.told,
                "ways": [
                    {
                        **way.told,
                        **_pair([one.on_link(way.name) for one in moved]),
                        "src": way.source,
                    }
                    for way in link.ways
                ],
            }
            for link in sheet.links
        ]
        passing: dict[int, float] = {}
        for item in self.facilities:
            passing[item["node"]] = max(passing.get(item["node"], 0), item["teu"] or 0)
        if not any(passing.values()):
            # Of a batch no loads of facilities are kept: what passed the busiest link ranks names.
            passing = _busiest_links(self._links)
        self._nodes = [
            {
                **place.told,
                **_pair([one.at_node(place.name) for one in moved]),
                "passing": passing.get(sheet.rank[place.name], 0),
                "src": place.source,
            }
            for place in sheet.places
        ]

    def as_dict(self) -> dict[str, Any]:
        """Return what the page reads of them, its words included."""
        return {
            "corridors": self._sheet.corridors,
            "nodes": self._nodes,
            "links": self._links,
            "stretches": self._sheet.stretches,
            "facilities": self.facilities,
            "view": self._sheet.view,
            "texts": self._sheet.texts,
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


def _busiest_links(links: Sequence[Mapping[str, Any]]) -> dict[int, float]:
    """Return the most TEU on any link at each node, both ways together."""
    most: dict[int, float] = {}
    for link in links:
        teu = sum(sum(way["sum"].get("teu", ())) for way in link["ways"])
        for end in link["ends"]:
            most[end] = max(most.get(end, 0.0), teu)
    return most
