"""Demand: what is traded, between which places, and when it is released."""

from corridor_sim.demand.od import ODTable, build_od
from corridor_sim.demand.tables import DemandTables, read_demand_tables

__all__ = ["DemandTables", "ODTable", "build_od", "read_demand_tables"]
