"""The model beside the world: published figures, what a run gives for them, pass or miss."""

from __future__ import annotations

from corridor_sim.validation.comparison import Compared, Validation, validate_model
from corridor_sim.validation.published import PublishedFigure, Selection, read_published

__all__ = [
    "Compared",
    "PublishedFigure",
    "Selection",
    "Validation",
    "read_published",
    "validate_model",
]
