"""Experiments: many replications, comparisons, sweeps and rankings, and the folders they fill."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corridor_sim.experiments.batch import Batch
    from corridor_sim.experiments.comparison import Comparison, compare
    from corridor_sim.experiments.intervals import Interval
    from corridor_sim.experiments.ranking import Ranking, rank
    from corridor_sim.experiments.replicating import replicate
    from corridor_sim.experiments.shards import Shard, collect
    from corridor_sim.experiments.sweeps import Sweep, sweep

__all__ = [
    "Batch",
    "Comparison",
    "Interval",
    "Ranking",
    "Shard",
    "Sweep",
    "collect",
    "compare",
    "rank",
    "replicate",
    "sweep",
]

_HOMES = {
    "Batch": "batch",
    "Comparison": "comparison",
    "Interval": "intervals",
    "Ranking": "ranking",
    "Shard": "shards",
    "Sweep": "sweeps",
    "collect": "shards",
    "compare": "comparison",
    "rank": "ranking",
    "replicate": "replicating",
    "sweep": "sweeps",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'corridor_sim.experiments' has no attribute '{name}'")
    return getattr(import_module(f"corridor_sim.experiments.{_HOMES[name]}"), name)
