"""From a scenario's network and shipments to the read-only plan of a run."""

from corridor_sim.plan.tables import (
    BackgroundTable,
    LegTable,
    LockTable,
    Plan,
    ResourceTable,
    ServiceTable,
    VisitTable,
)

__all__ = [
    "BackgroundTable",
    "LegTable",
    "LockTable",
    "Plan",
    "ResourceTable",
    "ServiceTable",
    "VisitTable",
]
