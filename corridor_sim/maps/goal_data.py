"""Value against the goals: over the window, and period by period for the slider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridor_sim.goal import goal_progress
from corridor_sim.maps.moves import period_of
from corridor_sim.maps.series import Periods, rounded
from corridor_sim.maps.text import clean
from corridor_sim.maps.words import corridor_words

if TYPE_CHECKING:
    from corridor_sim.results import Results

__all__ = ["goal_data"]

_BN = 1e9


def goal_data(results: Results, periods: Periods) -> dict[str, Any]:
    """Return value against the goals, billions of yuan.

    Parameters
    ----------
    results : Results
        Of the run.
    periods : Periods
        Steps of the slider.

    Returns
    -------
    dict
        targets, shares, offered, cleared, delivered, days, is_whole_year, yearly; corridors with
        name, bn, teu and ``series`` of what cleared in each period; ``series`` of what was offered
        and delivered in each.
    """
    progress = goal_progress(results)
    first = progress[0]
    summary = results.summary()
    by_corridor, offered, delivered = _by_period(results, periods)
    return {
        "targets": [goal.target_cny / _BN for goal in progress],
        "shares": [round(goal.share, 4) for goal in progress],
        "offered": round(first.offered_cny / _BN, 3),
        "cleared": round(first.cleared_cny / _BN, 3),
        "delivered": round(float(summary["totals"]["delivered_value_cny"]) / _BN, 3),
        "days": round(first.window_days),
        "is_whole_year": first.is_whole_year,
        "yearly": round(first.yearly_cleared_cny / _BN, 1),
        "corridors": [
            {
                "name": corridor_words(clean(name)),
                "bn": round(figures["value_cny"] / _BN, 3),
                "teu": rounded(figures["teu"]),
                "series": by_corridor.get(name, []),
            }
            for name, figures in summary["corridors"].items()
        ],
        "series": {"offered": offered, "delivered": delivered},
    }


def _by_period(
    results: Results, periods: Periods
) -> tuple[dict[str, list[float]], list[float], list[float]]:
    """Return billions of yuan of own trade that cleared, by corridor, were offered, delivered."""
    shipments = results.tables.table("shipments")
    rows = np.flatnonzero(shipments.names("cargo").is_name("own"))
    value = shipments.numbers("value_cny")[rows] / _BN
    n = len(periods.names)

    def series(column: str, group: np.ndarray, n_groups: int) -> list[list[float]]:
        period = period_of(shipments.numbers(column)[rows], periods.edges)
        kept = np.flatnonzero((period >= 0) & (group >= 0))
        sums = np.bincount(group[kept] * n + period[kept], value[kept], n_groups * n)
        return np.asarray(sums, dtype=np.float64).reshape(n_groups, n).round(3).tolist()

    corridor = shipments.names("corridor")
    of_row = corridor.codes[rows].astype(np.int64)
    everything = np.zeros(len(rows), dtype=np.int64)
    cleared = series("cleared_s", of_row, len(corridor.names))
    return (
        dict(zip(corridor.names, cleared, strict=True)),
        series("release_s", everything, 1)[0],
        series("delivered_s", everything, 1)[0],
    )
