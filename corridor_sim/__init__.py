"""corridor_sim: simulate the trade corridors out of Chongqing.

A multimodal network (NetworkX), freight that flows over it (SimPy), and how far the throughput gets
towards a trade-value goal.

``CorridorSimError``
    What every error of this package is.
``InputError``
    Faults of scenarios and tables, all of them at once.
``Network``
    Tables of nodes, links, facilities and services, and their graph.
``Results``
    What a run did: statistics, summary, and a folder to keep it in.
``Scenario``
    What to simulate, read from YAML.
``compare``
    Scenarios against a base, replication by replication.
``rank``
    The best of several scenarios, with a stated probability.
``replicate``
    Many replications: intervals, and a folder that grows.
``simulate``
    One replication of a scenario.
``sweep``
    A scenario at the points of a design: effects, and shares of the variance.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corridor_sim.errors import CorridorSimError, InputError
    from corridor_sim.experiments import compare, rank, replicate, sweep
    from corridor_sim.network import Network
    from corridor_sim.results import Results
    from corridor_sim.scenario import Scenario
    from corridor_sim.simulation import simulate

__all__ = [
    "CorridorSimError",
    "InputError",
    "Network",
    "Results",
    "Scenario",
    "__version__",
    "compare",
    "rank",
    "replicate",
    "simulate",
    "sweep",
]

__version__ = "0.1.0"

_HOMES = {
    "CorridorSimError": "corridor_sim.errors",
    "InputError": "corridor_sim.errors",
    "Network": "corridor_sim.network",
    "Results": "corridor_sim.results",
    "Scenario": "corridor_sim.scenario",
    "compare": "corridor_sim.experiments.comparison",
    "rank": "corridor_sim.experiments.ranking",
    "replicate": "corridor_sim.experiments.replicating",
    "simulate": "corridor_sim.simulation",
    "sweep": "corridor_sim.experiments.sweeps",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that the command line starts fast."""
    if name not in _HOMES:
        raise AttributeError(f"module 'corridor_sim' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
