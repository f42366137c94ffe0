"""A scenario with some of its values replaced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from corridor_sim.errors import InputError
from corridor_sim.scenario import Scenario
from corridor_sim.scenario.overrides import override
from corridor_sim.scenario.telling import faults_of
from corridor_sim.scenario.tree import Tree

__all__ = ["with_values"]


def with_values(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """Return a scenario with values replaced.

    Parameters
    ----------
    scenario : Scenario
        Where it starts from.
    values : mapping of str to object
        Values by dotted path, as those of ``--set``.

    Returns
    -------
    Scenario
        Validated; of the same name.

    Raises
    ------
    InputError
        If there is no such place, or a value is not allowed there.
    """
    tree = _tree(scenario.resolved(), scenario.name)
    for path, value in values.items():
        override(tree, path, value)
    try:
        return Scenario.model_validate(tree.plain())
    except ValidationError as error:
        raise InputError(faults_of(error, tree)) from None


def _tree(value: Any, name: str) -> Tree:
    if isinstance(value, dict):
        return Tree({str(key): _tree(item, name) for key, item in value.items()}, name)
    if isinstance(value, list):
        return Tree([_tree(item, name) for item in value], name)
    return Tree(value, name)
