"""Empty boxes that do not come back for a while."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corridor_sim.demand.od import CARGO

if TYPE_CHECKING:
    from corridor_sim.scenario import Scenario
    from corridor_sim.shipments.tables import Shipments

__all__ = ["with_held_empties"]

_DAY = 86_400


def with_held_empties(shipments: Shipments, scenario: Scenario) -> Shipments:
    """Let a share of the empties of a span set off at its end.

    Which ones follows from their numbers, evenly, so that no draw is needed. What would set off
    beyond the horizon does so in its last second.

    Parameters
    ----------
    shipments : Shipments
        As drawn.
    scenario : Scenario
        Says what is held.

    Returns
    -------
    Shipments
        The same ones; these where nothing is held.
    """
    if not scenario.boxes.held:
        return shipments
    release_s = shipments.release_s.copy()
    empty = shipments.kind == CARGO.index("empty")
    corridor = np.array([*(route.corridor for route in shipments.routes.routes), ""])
    for held in scenario.boxes.held:
        start, end = (_second(day, scenario.origin) for day in (held.start, held.end))
        chosen = empty & (release_s >= start) & (release_s < end)
        if held.corridors:
            chosen &= np.isin(corridor[shipments.route], held.corridors)
        chosen &= _every(shipments.k, held.share)
        release_s[chosen] = min(end, scenario.horizon_s - 1)
    return replace(shipments, release_s=release_s)


def _second(day: dt.date, origin: dt.date) -> int:
    return (day - origin).days * _DAY


def _every(k: NDArray[np.int32], share: float) -> NDArray[np.bool_]:
    """Choose a share of numbers, spread evenly."""
    chosen: NDArray[np.bool_] = np.floor((k + 1) * share) > np.floor(k * share)
    return chosen
