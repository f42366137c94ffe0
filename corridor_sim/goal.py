"""Trade value against the goals Chongqing has set itself, given the demand of the scenario."""

from __future__ import annotations

from dataclasses import dataclass

from corridor_sim.results import Results

__all__ = ["GoalProgress", "goal_progress"]

_DAYS_PER_YEAR = 365


@dataclass(frozen=True)
class GoalProgress:
    """How far the cleared value of a run reaches towards one goal.

    Demand is given by the scenario: a run says how much of it gets through the corridors, not how
    much trade there would be. So every figure holds "given this demand".

    Attributes
    ----------
    target_cny : float
        Yearly value aimed at.
    offered_cny, cleared_cny : int
        Chongqing's own trade offered and cleared in the measured window.
    window_days : float
        Length of the measured window.
    """

    target_cny: float
    offered_cny: int
    cleared_cny: int
    window_days: float

    @property
    def share(self) -> float:
        """Cleared value of the window over the yearly goal."""
        return self.cleared_cny / self.target_cny

    @property
    def gap_cny(self) -> float:
        """What is missing to the goal; negative where it is passed."""
        return self.target_cny - self.cleared_cny

    @property
    def is_whole_year(self) -> bool:
        """Whether the window is a year, so that it can be compared with a yearly goal."""
        return abs(self.window_days - _DAYS_PER_YEAR) <= 1

    @property
    def yearly_cleared_cny(self) -> float:
        """Cleared value at the pace of the window, for 365 days."""
        return self.cleared_cny / self.window_days * _DAYS_PER_YEAR

    @property
    def demand_reaches(self) -> bool:
        """Whether the goal could be met at all if everything offered had cleared."""
        return self.offered_cny >= self.target_cny


def goal_progress(results: Results) -> list[GoalProgress]:
    """Return the progress towards every goal of the scenario, in its order.

    Parameters
    ----------
    results : Results
        Results of a run, fresh or loaded.

    Returns
    -------
    list of GoalProgress
        One per goal.
    """
    totals = results.summary()["totals"]
    days = results.clock.window_days
    return [
        GoalProgress(
            target_cny=float(goal),
            offered_cny=int(totals["offered_value_cny"]),
            cleared_cny=int(totals["value_cny"]),
            window_days=days,
        )
        for goal in results.scenario.goal_cny
    ]
