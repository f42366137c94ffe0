"""Reading scenario files: find, extend, override, validate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from corridor_sim.errors import Fault, InputError, nearest
from corridor_sim.resources import shipped, shipped_names
from corridor_sim.scenario.models import (
    Choice,
    Demand,
    Disruption,
    Period,
    RandomDisruption,
    Scenario,
)
from corridor_sim.scenario.tree import Tree, load_tree, merge, scalar_tree

__all__ = ["find_scenario", "read_scenario", "scenario_files", "schema"]

_MODELS: dict[tuple[str, ...], type[BaseModel]] = {
    (): Scenario,
    ("period",): Period,
    ("demand",): Demand,
    ("choice",): Choice,
    ("disruptions",): Disruption,
    ("random_disruptions",): RandomDisruption,
}


def find_scenario(source: str | Path, beside: Path | None = None) -> Path:
    """Return the file of a scenario.

    Parameters
    ----------
    source : str or Path
        Path of a file, or the name of a shipped scenario.
    beside : Path, optional
        Folder a relative path starts from.

    Returns
    -------
    Path
        An existing file.

    Raises
    ------
    InputError
        If there is none; the message names the nearest shipped one.
    """
    path = Path(source)
    if beside is not None and not path.is_absolute() and (beside / path).is_file():
        return beside / path
    if path.is_file():
        return path
    named = shipped("configs") / f"{source}.yaml"
    known = shipped_names("configs")
    if str(source) in known:
        return named
    raise InputError(
        [
            Fault(
                str(source),
                "no such scenario",
                allowed="the path of a YAML file, or one of " + ", ".join(known),
                hint=nearest(str(source), known),
            )
        ]
    )


def _load(path: Path, files: list[Path]) -> Tree:
    """Load a file and everything it extends."""
    if path.resolve() in files:
        chain = " -> ".join(file.name for file in [*files, path])
        raise InputError([Fault(str(path), f"extends itself: {chain}", hint="break the circle")])
    files.append(path.resolve())
    tree = load_tree(path)
    base = tree.value.pop("extends", None)
    if base is None:
        return tree
    if not isinstance(base.value, str):
        raise InputError([base.fault((), "'extends' names one scenario", allowed="a name or path")])
    try:
        parent = find_scenario(base.value, path.parent)
    except InputError as error:
        fault = error.faults[0]
        raise InputError(
            [base.fault((), f"no scenario '{base.value}'", allowed=fault.allowed, hint=fault.hint)]
        ) from None
    below = _load(parent, files)
    for own in ("name", "title", "description"):
        below.value.pop(own, None)
    return merge(below, tree)


def scenario_files(source: str | Path) -> list[Path]:
    """Return the files a scenario is read from, itself first."""
    files: list[Path] = []
    _load(find_scenario(source), files)
    return files


def read_scenario(source: str | Path, overrides: dict[str, Any]) -> Scenario:
    """Read and validate a scenario; see `Scenario.read`.

    Parameters
    ----------
    source : str or Path
        Shipped name or YAML file.
    overrides : dict
        Values by dotted path; text is read as YAML.

    Returns
    -------
    Scenario
        Validated.

    Raises
    ------
    InputError
        If the file or a value is at fault; all faults at once.
    """
    path = find_scenario(source)
    tree = _load(path, [])
    for dotted, value in overrides.items():
        _override(tree, dotted, value)
    if "name" not in tree.value:
        tree.value["name"] = Tree(path.stem, str(path), 1, 1)
    network = tree.value.get("network")
    if network is not None and isinstance(network.value, str):
        beside = path.parent / network.value
        if network.value not in shipped_names("networks") and beside.is_dir():
            network.value = str(beside.resolve())
    try:
        scenario = Scenario.model_validate(tree.plain())
    except ValidationError as error:
        raise InputError(_faults(error, tree)) from None
    _check_horizon(scenario, tree)
    scenario._tree = tree  # noqa: SLF001 - kept out of the fields, so out of the digest
    return scenario


def _override(tree: Tree, dotted: str, value: Any) -> None:
    """Set one value by its dotted path; keys may hold dots themselves if they exist."""
    where = f"--set {dotted}"
    leaf = scalar_tree(value, where) if isinstance(value, str) else _from_plain(value, where)
    steps = dotted.split(".")
    if not all(steps):
        raise InputError([Fault(where, "the path has an empty part", allowed="key.key=value")])
    node = tree
    for step in steps[:-1]:
        if not isinstance(node.value, dict):
            raise InputError([Fault(where, f"'{step}' is not inside a mapping")])
        node = node.value.setdefault(step, Tree({}, where))
    if not isinstance(node.value, dict):
        raise InputError([Fault(where, f"'{steps[-1]}' is not inside a mapping")])
    node.value[steps[-1]] = leaf


def _from_plain(value: Any, where: str) -> Tree:
    if isinstance(value, dict):
        return Tree({str(key): _from_plain(item, where) for key, item in value.items()}, where)
    if isinstance(value, (list, tuple)):
        return Tree([_from_plain(item, where) for item in value], where)
    return Tree(value, where)


def _faults(error: ValidationError, tree: Tree) -> list[Fault]:
    faults = []
    seen = set()
    for item in error.errors(include_url=False):
        path = tuple(step for step in item["loc"] if not _is_branch(step))
        if item["type"] == "extra_forbidden":
            known = _known_keys(path)
            what = f"unknown key '{path[-1]}'"
            fault = tree.fault(path, what, allowed="", hint=nearest(str(path[-1]), known))
            if not fault.hint:
                fault = tree.fault(path, what, allowed=", ".join(known))
        elif item["type"] == "missing":
            fault = tree.fault(path[:-1], f"'{path[-1]}' is missing")
        else:
            message = str(item["msg"]).removeprefix("Value error, ")
            dotted = ".".join(str(step) for step in path)
            fault = tree.fault(path, f"{dotted}: {message}")
        if str(fault) not in seen:
            seen.add(str(fault))
            faults.append(fault)
    return faults


def _is_branch(step: str | int) -> bool:
    """Tell whether a step names a branch of a union rather than a key."""
    return step in ("date", "datetime", "str", "bool", "int", "float", "[key]") or (
        isinstance(step, str) and step.startswith(("function-", "constrained-", "literal["))
    )


def _known_keys(path: tuple[str | int, ...]) -> list[str]:
    names = tuple(step for step in path[:-1] if isinstance(step, str))
    model = _MODELS.get(names)
    return sorted([*model.model_fields, *(["extends"] if not names else [])]) if model else []


def _check_horizon(scenario: Scenario, tree: Tree) -> None:
    last = scenario.date_at(scenario.horizon_s)
    faults = []
    for n, item in enumerate(scenario.disruptions):
        starts = str(item.start)[:10]
        ends = str(item.end)[:10]
        if ends <= str(scenario.origin) or starts >= str(last):
            faults.append(
                tree.fault(
                    ("disruptions", n, "start"),
                    f"'{item.name}' lies outside the simulated span",
                    allowed=f"{scenario.origin} to {last}",
                )
            )
    if faults:
        raise InputError(faults)


def schema() -> str:
    """Return the JSON Schema of scenario files, for editors."""
    built = Scenario.model_json_schema()
    built["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    built["required"] = []
    built["properties"]["extends"] = {
        "type": "string",
        "description": "Scenario this one starts from: a shipped name or a relative path",
    }
    return json.dumps(built, indent=2, ensure_ascii=False)
