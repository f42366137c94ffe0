"""Names of scenarios as names of folders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from corridor_sim.errors import Fault, InputError

if TYPE_CHECKING:
    from corridor_sim.scenario import Scenario

__all__ = ["folder_names", "safe_name"]


def safe_name(name: str) -> str:
    """Return a name as the name of a folder; whatever it is, it is no path."""
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in name)
    return safe.lstrip("-")[:60] or "scenario"


def folder_names(scenarios: Sequence[Scenario]) -> list[str]:
    """Return a name for the folder of each scenario.

    Raises
    ------
    InputError
        If two are the same.
    """
    names = [safe_name(scenario.name) for scenario in scenarios]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        what = f"{len(scenarios)} scenarios, of which two or more are called '{twice[0]}'"
        hint = "give them names of their own: their folders are named after them"
        raise InputError([Fault("scenarios", what, hint=hint)])
    return names
