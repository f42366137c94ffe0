"""Statistics of a run: tidy frames with units in their column names."""

from corridor_sim.statistics.accessor import Statistics
from corridor_sim.statistics.build import build_tables
from corridor_sim.statistics.causes import CAUSES
from corridor_sim.statistics.clock import Clock
from corridor_sim.statistics.grouping import StatisticsError
from corridor_sim.statistics.identities import check_identities
from corridor_sim.statistics.tables import RunTables

__all__ = [
    "CAUSES",
    "Clock",
    "RunTables",
    "Statistics",
    "StatisticsError",
    "build_tables",
    "check_identities",
]
