"""What is expected to ride on each service in a week, added up over routes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from corridor_sim.plan.services import ServiceLayout
    from corridor_sim.plan.ways import RoutePattern
    from corridor_sim.shipments import RouteFlow

__all__ = ["Traffic", "add_up"]

Floats = NDArray[np.float64]


@dataclass
class Traffic:
    """Sums over routes, by service and call, and by resource of the boxes' own visits."""

    boards_teu: list[Floats]
    alights_teu: list[Floats]
    aboard_teu: list[Floats]
    aboard_t: list[Floats]
    shipments: Floats
    box_visits: Floats
    box_teu: Floats


def add_up(
    layout: ServiceLayout,
    patterns: Sequence[RoutePattern],
    flows: Sequence[RouteFlow | None],
    n_resources: int,
) -> Traffic:
    """Add up what rides on each service between its calls, and the boxes' own visits.

    Parameters
    ----------
    layout : ServiceLayout
        Services and their calls.
    patterns : sequence of RoutePattern
        Routes as calls of services.
    flows : sequence of RouteFlow or None
        What takes each route in a week.
    n_resources : int
        Number of resources.

    Returns
    -------
    Traffic
        Sums of a week.
    """
    calls = [len(nodes) for nodes in layout.call_nodes]
    boards, alights, aboard, aboard_t = ([np.zeros(n) for n in calls] for _ in range(4))
    traffic = Traffic(
        boards,
        alights,
        aboard,
        aboard_t,
        np.zeros(len(calls)),
        np.zeros(n_resources),
        np.zeros(n_resources),
    )
    for pattern, flow in zip(patterns, flows, strict=True):
        if flow is None:
            continue
        legs = zip(pattern.service, pattern.board_call, pattern.alight_call, strict=True)
        for (service, board, alight), visits in zip(legs, pattern.visits, strict=True):
            for resource in visits:
                traffic.box_visits[resource] += flow.shipments
                traffic.box_teu[resource] += flow.teu
            if service < 0:
                continue
            traffic.shipments[service] += flow.shipments
            traffic.boards_teu[service][board] += flow.teu
            traffic.alights_teu[service][alight] += flow.teu
            traffic.aboard_teu[service][board:alight] += flow.teu
            traffic.aboard_t[service][board:alight] += flow.t
    return traffic
