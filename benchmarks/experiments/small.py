"""Scenarios small enough for proofs of many runs."""

from __future__ import annotations

from pathlib import Path

from tests.network.faulty import write_good
from tests.theory.stations import write_station

__all__ = ["queue_scenario", "small_scenario"]


def small_scenario(folder: Path) -> Path:
    """Write a scenario of two zones that runs in a moment, and return its file."""
    write_good(folder / "net")
    path = folder / "small.yaml"
    path.write_text("network: net\nperiod: {days: 30, warm_up_days: 5, drain_days: 5}\n")
    return path


def queue_scenario(folder: Path, *, per_hour: float, mean_h: float, days: int) -> Path:
    """Write a scenario with a queue of one server beside it, and return its file.

    Parameters
    ----------
    folder : Path
        Receives the network and the scenario.
    per_hour : float
        Poisson arrivals.
    mean_h : float
        Mean of the exponential service times.
    days : int
        Measured; 20 more are cut before.

    Returns
    -------
    Path
        The scenario.
    """
    write_station(
        folder / "net",
        facility={"kind": "berth", "servers": 1, "fixed_h": f"exponential({mean_h})"},
        background=[
            {
                "background": "others",
                "facility": "station",
                "kind": "open",
                "vehicles_per_day": 24 * per_hour,
                "priority": 3,
            }
        ],
        boxes_per_day=0.05,
    )
    path = folder / "queue.yaml"
    path.write_text(f"network: net\nperiod: {{days: {days}, warm_up_days: 20, drain_days: 0}}\n")
    return path
