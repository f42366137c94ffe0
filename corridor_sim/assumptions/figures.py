"""The headline figures, by formula from what shippers expect, and from a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridor_sim.routes.choice import ExpectedChoice

if TYPE_CHECKING:
    from corridor_sim.results import Results
    from corridor_sim.simulation import Groundwork

__all__ = ["Headline", "by_formula", "simulated"]

_BN = 1e9
_DAY_H = 24.0
_SHOWN = ("ilstc", "cre", "yangtze", "air", "coastal")


@dataclass(frozen=True)
class Headline:
    """Headline figures of Chongqing's own trade.

    Attributes
    ----------
    value_bn_cny : float
        Value cleared in the window (of a run), or that finds a route (by formula).
    days : float
        Mean door-to-door time of a box: of the boxes of a run, or as planned.
    teu : dict of str to float
        Boxes of the window by corridor.
    """

    value_bn_cny: float
    days: float
    teu: dict[str, float]

    def as_figures(self) -> dict[str, float]:
        """Return all figures by name."""
        by_corridor = {f"teu {corridor}": amount for corridor, amount in self.teu.items()}
        return {"cleared value": self.value_bn_cny, "door to door": self.days, **by_corridor}


def by_formula(ground: Groundwork) -> Headline:
    """Return the figures as expected before anything runs.

    Queues beyond those that shippers plan with, full vehicles and closures do not show here.

    Parameters
    ----------
    ground : Groundwork
        Of a scenario.

    Returns
    -------
    Headline
        Of the measured window.
    """
    choice = ground.choice
    expected = ExpectedChoice.of(ground.od, choice.routes)
    share = expected.shares(choice)
    rows = ground.od.rows
    first, last = (second // 86_400 for second in ground.scenario.window_s)
    years = {way: float(r[last] - r[first]) for way, r in ground.clock.reached.items()}
    own = np.array([row.cargo == "own" for row in rows])[expected.row]
    per_row = np.array([years[row.direction] for row in rows])[expected.row]
    teu = np.where(own, expected.teu_per_year * per_row * share, 0.0)
    value = teu * np.array([row.cny_per_teu for row in rows])[expected.row]
    corridors = np.array([route.corridor for route in choice.routes.routes])[expected.route]
    days = float(np.average(choice.planned_days[expected.route], weights=teu))
    return Headline(
        value_bn_cny=float(value.sum()) / _BN,
        days=days,
        teu={name: float(teu[corridors == name].sum()) for name in _SHOWN},
    )


def simulated(results: Results) -> Headline:
    """Return the figures of a run.

    Parameters
    ----------
    results : Results
        A run.

    Returns
    -------
    Headline
        Of the measured window.
    """
    frame = results.tables.frame("shipments", ["cargo", "teu", "release_s", "door_to_door_s"])
    start, end = results.scenario.window_s
    frame = frame[
        (frame["cargo"] == "own")
        & (frame["release_s"] >= start)
        & (frame["release_s"] < end)
        & (frame["door_to_door_s"] >= 0)
    ]
    trade = results.statistics.trade(["corridor"]).set_index("corridor")["cleared_teu"]
    own = results.statistics.trade().iloc[0]
    days = float(np.average(frame["door_to_door_s"], weights=frame["teu"])) / 3600 / _DAY_H
    return Headline(
        value_bn_cny=float(own["cleared_cny"]) / _BN,
        days=days,
        teu={name: float(trade.get(name, 0.0)) for name in _SHOWN},
    )
