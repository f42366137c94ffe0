"""Tests of behaviour run on every engine."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module", params=["simpy", "loop", "compiled"])
def engine(request: pytest.FixtureRequest) -> str:
    """Return the name of an engine."""
    return str(request.param)
