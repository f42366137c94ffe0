"""Scenario files written by a test, and what is told of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from corridor_sim.errors import Fault, InputError
from corridor_sim.scenario import Scenario


def write(folder: Path, text: str | bytes, name: str = "case.yaml") -> Path:
    """Write a scenario file."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(folder: Path, text: str, overrides: dict[str, Any] | None = None) -> Scenario:
    """Write and read a scenario file."""
    return Scenario.read(write(folder, text), overrides)


def faults(
    folder: Path, text: str | bytes, overrides: dict[str, Any] | None = None
) -> tuple[Fault, ...]:
    """Return what is told of a scenario file that has to be refused."""
    with pytest.raises(InputError) as caught:
        Scenario.read(write(folder, text), overrides)
    return caught.value.faults
