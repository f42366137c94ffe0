"""Closures that shippers know of when they choose a way."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corridor_sim.network import Network
    from corridor_sim.scenario import Disruption, Scenario

__all__ = ["AvoidedSpan", "avoided_spans"]


@dataclass(frozen=True, slots=True)
class AvoidedSpan:
    """A span of release times in which some services are avoided.

    Attributes
    ----------
    start, end : int
        Seconds since the start of the simulated span; the end is exclusive.
    services : frozenset of str
        Services over what is shut.
    """

    start: int
    end: int
    services: frozenset[str]


def _services_over(network: Network, item: Disruption) -> frozenset[str]:
    """Return the services that a closure shuts."""
    shut = set(item.passages)
    links = set(item.links)
    links |= {str(name) for name, used in network.links["passages"].items() if shut & set(used)}
    on_way = network.calls["link"].isin(links) | network.calls["facility"].isin(item.facilities)
    return frozenset(network.calls.loc[on_way, "service"]) | frozenset(item.services)


def avoided_spans(network: Network, scenario: Scenario) -> tuple[AvoidedSpan, ...]:
    """Return when shippers avoid which services.

    A closure is avoided by what is released from its announcement to its end; one that is not
    announced surprises everybody. How long a box takes to reach the place is not looked at.

    Parameters
    ----------
    network : Network
        Tells which services use a passage, link or facility.
    scenario : Scenario
        Its dated disruptions.

    Returns
    -------
    tuple of AvoidedSpan
        They do not overlap and ascend; spans in which nothing is avoided are left out.
    """
    horizon = scenario.horizon_s
    known: list[tuple[int, int, frozenset[str]]] = []
    for item in scenario.disruptions:
        if item.announced is None or not item.shuts:
            continue
        start = max(_second(scenario, item.announced), 0)
        end = min(_second(scenario, item.end), horizon)
        if start < end:
            known.append((start, end, _services_over(network, item)))
    edges = sorted({edge for start, end, _ in known for edge in (start, end)})
    spans = []
    for start, end in itertools.pairwise(edges):
        services = frozenset().union(*(s for a, b, s in known if a <= start and end <= b))
        if services:
            spans.append(AvoidedSpan(start, end, services))
    return tuple(spans)


def _second(scenario: Scenario, moment: dt.date) -> int:
    """Return the second of a date or time of day."""
    midnight = dt.datetime.combine(scenario.origin, dt.time())
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime.combine(moment, dt.time())
    return int((moment.replace(tzinfo=None) - midnight).total_seconds())
