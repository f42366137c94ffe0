"""What is wrong with a scenario, told by file, line and column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from corridor_sim.errors import Fault, nearest, shorten
from corridor_sim.scenario.disruptions import Disruption, RandomDisruption
from corridor_sim.scenario.levers import Levers, Subsidy
from corridor_sim.scenario.models import (
    Boxes,
    Choice,
    Demand,
    HeldEmpties,
    Limits,
    Period,
    Response,
    Scenario,
)
from corridor_sim.scenario.tree import Tree

__all__ = ["faults_of"]

_MODELS: dict[tuple[str, ...], type[BaseModel]] = {
    (): Scenario,
    ("period",): Period,
    ("demand",): Demand,
    ("demand", "response"): Response,
    ("choice",): Choice,
    ("boxes",): Boxes,
    ("boxes", "held"): HeldEmpties,
    ("levers",): Levers,
    ("levers", "subsidies"): Subsidy,
    ("limits",): Limits,
    ("disruptions",): Disruption,
    ("random_disruptions",): RandomDisruption,
}
_MUST_BE = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "dict_type": "a mapping ('key: value' lines)",
    "float_parsing": "a number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number of less than 20 digits",
    "int_type": "a whole number",
    "model_type": "a mapping ('key: value' lines)",
    "string_type": "text",
    "tuple_type": "a list",
}
Path = tuple[str | int, ...]


def faults_of(error: ValidationError, tree: Tree) -> list[Fault]:
    """Return the faults of a scenario in the order of its lines.

    Parameters
    ----------
    error : pydantic.ValidationError
        What the model found.
    tree : Tree
        What it was given.

    Returns
    -------
    list of Fault
        At least one.
    """
    details = error.errors(include_url=False)
    paths = [_path(item) for item in details]
    faults = []
    for item, path in zip(details, paths, strict=True):
        # Where items of a list are at fault, the list is not short of them.
        is_echo = item["type"] == "too_short" and any(
            other[: len(path)] == path for other in paths if len(other) > len(path)
        )
        if not is_echo:
            faults.append(_fault(item, path, tree))
    return sorted(dict.fromkeys(faults), key=_in_file)


def _in_file(fault: Fault) -> tuple[str, int, int]:
    row, column = fault.row, fault.column
    return (
        fault.file,
        row if isinstance(row, int) else 0,
        column if isinstance(column, int) else 0,
    )


def _path(item: Mapping[str, Any]) -> Path:
    return tuple(step for step in item["loc"] if step != "[key]")


def _fault(item: Mapping[str, Any], path: Path, tree: Tree) -> Fault:
    dotted = ".".join(shorten(str(step)) for step in path)
    # An option of the command line names the key already.
    prefix = "" if tree.at(path).file == f"--set {dotted}" else f"{dotted}: "
    if item["type"] == "extra_forbidden":
        known = _known_keys(path)
        what = f"unknown key '{shorten(str(path[-1]))}'"
        hint = nearest(str(path[-1]), known)
        allowed = "" if hint else ", ".join(known)
        return tree.fault(path, what, allowed=allowed, hint=hint, at_key=True)
    if item["type"] == "missing":
        where = f"{'.'.join(map(str, path[:-1]))}: " if path[:-1] else ""
        return tree.fault(path[:-1], f"{where}'{path[-1]}' is missing")
    if item["type"] in _MUST_BE:
        hint = "put it in quotes" if _is_bare(item) else ""
        must_be = f"must be {_MUST_BE[item['type']]}"
        if item["input"] is None:
            return tree.fault(path, f"{prefix}is blank but {must_be}", hint="leave the key out")
        return tree.fault(path, f"{prefix}{must_be}, not {_shown(item['input'])}", hint=hint)
    if item["type"] == "literal_error":
        known = re.findall(r"'([^']*)'", str(item["ctx"]["expected"]))
        what = f"{prefix}{_shown(item['input'])} is not known"
        hint = nearest(str(item["input"]), known)
        is_key = "[key]" in item["loc"]
        return tree.fault(path, what, allowed=", ".join(known), hint=hint, at_key=is_key)
    message = str(item["msg"]).removeprefix("Value error, ")
    if message.startswith("Input should be "):
        # Limits of numbers.
        message = f"{_shown(item['input'])} must be {message.removeprefix('Input should be ')}"
    elif item["type"] == "too_long" or item["type"] == "string_too_long":
        message = f"too long; allowed: {item['ctx']['max_length']} characters"
    elif item["type"] in ("too_short", "string_too_short"):
        message = "must not be empty"
    is_key = "[key]" in item["loc"]
    return tree.fault(path, f"{prefix}{message}", at_key=is_key)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, Mapping):
        return "a mapping"
    return f"'{shorten(str(value))}'" if isinstance(value, str) else shorten(f"{value:.12g}")


def _is_bare(item: Mapping[str, Any]) -> bool:
    """Tell whether a value would be text if it stood in quotes."""
    return item["type"] == "string_type" and isinstance(item["input"], (bool, int, float))


def _known_keys(path: Path) -> list[str]:
    names = tuple(step for step in path[:-1] if isinstance(step, str))
    model = _MODELS.get(names)
    return sorted([*model.model_fields, *(["extends"] if not names else [])]) if model else []
