"""The network: nodes, links, facilities and services, read from tables and checked."""

from corridor_sim.network.attributes import attribute_reference
from corridor_sim.network.build import Network
from corridor_sim.network.graph import min_cut_teu_per_day, simple_graph

__all__ = ["Network", "attribute_reference", "min_cut_teu_per_day", "simple_graph"]
