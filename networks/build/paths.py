"""The path language of the tables of lines.

A path is a row of places, one step each::

    CQ_GYP[CQ_GYP_BERTH] CQ_FL TGL(TGL_LOCK/down) RTM@cape ALK(ALK_DOCS;ALK_INSPECTION) DOS[]

``NODE[FACILITY]`` is a call that is handled there, ``NODE[]`` a call without handling, ``NODE`` is
passed, ``NODE(A;B)`` is passed with the vehicle's visits to A and B. ``/down`` and ``/up`` give the
direction at a lock; ``@variant`` chooses the lane that leads there. A place named twice in a row is
not left in between.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from networks.build.links import Link
from networks.build.tables import BuildError

__all__ = ["LinkFinder", "calls_of"]

_TOKEN = re.compile(
    r"^(?P<node>\w+)(?:@(?P<variant>\w+))?(?:\[(?P<call>[^\]]*)\]|\((?P<visits>[^)]*)\))?$"
)
#: A sea-going ship goes up to Taicang, a barge down to Yangshan.
_ALSO = {"sea": ("inland_waterway",), "inland_waterway": ("sea",)}


@dataclass(frozen=True)
class LinkFinder:
    """Finds the link a vehicle takes.

    Attributes
    ----------
    links : mapping
        Links by (from_node, to_node, mode, variant).
    """

    links: Mapping[tuple[str, str, str, str], Link]

    @classmethod
    def of(cls, links: list[Link]) -> LinkFinder:
        """Return the finder of a list of links."""
        return cls({(k.from_node, k.to_node, k.mode, k.variant): k for k in links})

    def find(self, start: str, end: str, mode: str, variant: str) -> Link:
        """Return the link between two places.

        Raises
        ------
        BuildError
            If there is none.
        """
        for own in (mode, *_ALSO.get(mode, ())):
            if link := self.links.get((start, end, own, variant)):
                return link
        lane = f" by '{variant}'" if variant else ""
        raise BuildError(f"there is no {mode} link from '{start}' to '{end}'{lane}")


def calls_of(
    service: Mapping[str, str], finder: LinkFinder, facilities: Mapping[str, str]
) -> list[dict[str, object]]:
    """Return the rows of calls of a service.

    Parameters
    ----------
    service : mapping
        Row with service, mode, path, source and confidence.
    finder : LinkFinder
        Links.
    facilities : mapping of str to str
        Node of every facility.

    Returns
    -------
    list of dict
        Rows of the target table.

    Raises
    ------
    BuildError
        If the path cannot be read, or names what does not exist.
    """
    rows: list[dict[str, object]] = []
    at = ""

    def add(stop: str, node: str, link: str, visit: str) -> None:
        facility, _, direction = visit.partition("/")
        if facility and facilities.get(facility) != node:
            raise BuildError(
                f"'{service['service']}': '{facility}' does not stand at '{node}' "
                f"but at '{facilities.get(facility)}'"
            )
        rows.append(
            {
                "service": service["service"],
                "sequence": len(rows) + 1,
                "node": node,
                "stop": stop,
                "link": link,
                "facility": facility,
                "direction": direction,
                "source": service["source"],
                "confidence": service["confidence"],
            }
        )

    for token in service["path"].split():
        match = _TOKEN.match(token)
        if match is None:
            raise BuildError(f"'{service['service']}': '{token}' cannot be read")
        node, link = match["node"], ""
        if at and at != node:
            try:
                link = finder.find(at, node, service["mode"], match["variant"] or "").name
            except BuildError as error:
                raise BuildError(f"'{service['service']}': {error}") from None
        if match["call"] is not None:
            add("call", node, link, match["call"].strip())
        else:
            visits = [visit.strip() for visit in (match["visits"] or "").split(";")]
            for place, visit in enumerate(visits):
                add("pass", node, link if place == 0 else "", visit)
        at = node
    return rows
