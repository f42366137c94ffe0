"""Scenarios: what is simulated, read from YAML files and validated."""

from corridor_sim.scenario.disruptions import Disruption, RandomDisruption
from corridor_sim.scenario.levers import Levers, Subsidy
from corridor_sim.scenario.models import (
    Choice,
    Demand,
    Limits,
    Period,
    Response,
    Scenario,
)
from corridor_sim.scenario.reading import find_scenario, scenario_files, schema
from corridor_sim.scenario.tree import Tree

# The private tree of a scenario is annotated by name only.
Scenario.model_rebuild(_types_namespace={"Tree": Tree})

__all__ = [
    "Choice",
    "Demand",
    "Disruption",
    "Levers",
    "Limits",
    "Period",
    "RandomDisruption",
    "Response",
    "Scenario",
    "Subsidy",
    "find_scenario",
    "scenario_files",
    "schema",
]
