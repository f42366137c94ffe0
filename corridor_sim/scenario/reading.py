"""Reading scenario files: find, extend, override, validate."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from corridor_sim.errors import Fault, InputError, nearest, shorten
from corridor_sim.resources import shipped, shipped_names
from corridor_sim.scenario.models import Scenario
from corridor_sim.scenario.overrides import override
from corridor_sim.scenario.telling import faults_of
from corridor_sim.scenario.tree import Tree, load_tree, merge

__all__ = ["find_scenario", "read_scenario", "scenario_files", "schema"]

_LONGEST_CHAIN = 20


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        # Too long for a name, or not ours to look at.
        return False


_BOUNDS = {
    "gt": "exclusiveMinimum",
    "ge": "minimum",
    "lt": "exclusiveMaximum",
    "le": "maximum",
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
    if beside is not None and not path.is_absolute() and _is_file(beside / path):
        return beside / path
    if _is_file(path):
        return path
    known = shipped_names("configs")
    if str(source) in known:
        return shipped("configs") / f"{source}.yaml"
    raise InputError(
        [
            Fault(
                shorten(str(source)),
                "no such scenario",
                allowed="the path of a YAML file, or one of " + ", ".join(known),
                hint=nearest(str(source), known),
            )
        ]
    )


def _load(path: Path, files: list[Path]) -> Tree:
    """Load a file and everything it extends."""
    files.append(path)
    tree = load_tree(path)
    _refuse_twins(tree)
    base = tree.value.pop("extends", None)
    if base is None:
        return tree
    if not isinstance(base.value, str):
        raise InputError([base.fault((), "'extends' names one scenario", allowed="a name or path")])
    try:
        parent = find_scenario(base.value, path.parent)
    except InputError as error:
        told = error.faults[0]
        what = f"no scenario '{shorten(base.value)}'"
        raise InputError([base.fault((), what, allowed=told.allowed, hint=told.hint)]) from None
    if parent.resolve() in [file.resolve() for file in files]:
        chain = " -> ".join(file.name for file in [*files, parent])
        raise InputError(
            [base.fault((), f"the scenario extends itself: {chain}", hint="break the circle")]
        )
    if len(files) >= _LONGEST_CHAIN:
        what = f"{len(files)} scenarios extend one another"
        raise InputError([base.fault((), what, allowed=f"{_LONGEST_CHAIN}")])
    below = _load(parent, files)
    for own in ("name", "title", "description"):
        below.value.pop(own, None)
    return merge(below, tree)


def _refuse_twins(tree: Tree) -> None:
    """Refuse two items of one name: draws and merging go by it."""
    faults = []
    for path in (("disruptions",), ("random_disruptions",), ("boxes", "held")):
        kind, items = path[-1], _value_at(tree, path)
        if not isinstance(items, list):
            continue
        named = [item.at(("name",)) for item in items if isinstance(item.value, dict)]
        names = Counter(str(name.value) for name in named if not isinstance(name.value, dict))
        for name in named:
            if names[str(name.value)] > 1:
                what = f"two {kind.replace('_', ' ')} are called '{shorten(str(name.value))}'"
                faults.append(name.fault((), what, hint="rename one"))
    if faults:
        raise InputError(faults)


def scenario_files(source: str | Path) -> list[Path]:
    """Return the files a scenario is read from, itself first."""
    files: list[Path] = []
    _load(find_scenario(source), files)
    return files


def read_scenario(source: str | Path, overrides: dict[str, Any]) -> Scenario:
    """Read and validate a scenario.

    Parameters
    ----------
    source : str or Path
        Path of a YAML file, or the name of a shipped scenario.
    overrides : dict
        Values by dotted path.

    Returns
    -------
    Scenario
        Validated; what it extends is merged in.

    Raises
    ------
    InputError
        With every fault by file, line and column.
    """
    path = find_scenario(source)
    tree = _load(path, [])
    faults: list[Fault] = []
    for dotted, value in overrides.items():
        try:
            override(tree, dotted, value)
        except InputError as error:
            faults.extend(error.faults)
    if faults:
        raise InputError(faults)
    if "name" not in tree.value:
        tree.value["name"] = Tree(path.stem, str(path), 1, 1)
    _place_network(tree)
    _place_reference(tree)
    try:
        scenario = Scenario.model_validate(tree.plain())
    except ValidationError as error:
        raise InputError(faults_of(error, tree)) from None
    _check_span(scenario, tree)
    scenario._tree = tree  # noqa: SLF001 - kept out of the fields, so out of the digest
    return scenario


def _place_network(tree: Tree) -> None:
    """Find a network's folder beside the file that names it."""
    network = tree.value.get("network")
    if network is None or not isinstance(network.value, str) or not network.line:
        return
    beside = Path(network.file).parent / network.value
    try:
        if network.value not in shipped_names("networks") and beside.is_dir():
            network.value = str(beside.resolve())
    except OSError:
        # Whatever it names is no folder; the network's reader tells.
        return


def _value_at(tree: Tree, path: tuple[str, ...]) -> object:
    """Return what stands at a path, None where it ends before."""
    for key in path:
        if not isinstance(tree.value, dict) or key not in tree.value:
            return None
        tree = tree.value[key]
    return tree.value


def _place_reference(tree: Tree) -> None:
    """Find the scenario that demand answers against beside the file that names it."""
    place = tree.at(("demand", "response", "relative_to"))
    if not isinstance(place.value, str) or not place.line or not place.key:
        return
    beside = Path(place.file).parent / place.value
    if place.value not in shipped_names("configs") and _is_file(beside):
        place.value = str(beside.resolve())


def _check_span(scenario: Scenario, tree: Tree) -> None:
    """Refuse disruptions that would never be felt."""
    last = scenario.date_at(scenario.horizon_s)
    faults = []
    for n, item in enumerate(scenario.disruptions):
        # Texts of dates and times are in the order of time.
        is_over = item.end.isoformat() <= scenario.origin.isoformat()
        if is_over or item.start.isoformat() >= last.isoformat():
            field = "end" if is_over else "start"
            what = f"'{shorten(item.name)}' lies outside the simulated span"
            allowed = f"{scenario.origin} to {last} (warm-up and drain included)"
            faults.append(tree.fault(("disruptions", n, field), what, allowed=allowed))
    if faults:
        raise InputError(faults)


def schema() -> str:
    """Return the JSON Schema of scenario files, for editors."""
    built = Scenario.model_json_schema()
    built["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    # A file may say nothing at all: its name is the scenario's, the rest has defaults.
    built["required"] = []
    built["properties"]["extends"] = {
        "type": "string",
        "description": "Scenario this one starts from: a shipped name or a relative path",
    }
    return json.dumps(_in_schema_words(built), indent=2, ensure_ascii=False)


def _in_schema_words(value: Any) -> Any:
    """Return a schema with bounds in the words of JSON Schema.

    Bounds on what is read from text or may be null keep pydantic's own words, which editors skip.
    """
    if isinstance(value, dict):
        return {
            _BOUNDS[key] if key in _BOUNDS and isinstance(item, int | float) else key: (
                _in_schema_words(item)
            )
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_in_schema_words(item) for item in value]
    return value
