"""What the model assumes: how sure its rows are, and how much hangs on what nobody knows."""

from __future__ import annotations

from corridor_sim.assumptions.confidence import TableConfidence, confidence_of
from corridor_sim.assumptions.inputs import Assumption, assumptions_of
from corridor_sim.assumptions.sensitivity import Sensitivity, one_at_a_time

__all__ = [
    "Assumption",
    "Sensitivity",
    "TableConfidence",
    "assumptions_of",
    "confidence_of",
    "one_at_a_time",
]
