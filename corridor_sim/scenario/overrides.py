"""Values set from the command line or from Python, by their dotted path."""

from __future__ import annotations

from typing import Any

from corridor_sim.errors import Fault, InputError, nearest, shorten
from corridor_sim.scenario.tree import Tree, scalar_tree

__all__ = ["override"]


def override(tree: Tree, dotted: str, value: Any) -> None:
    """Set one value of a scenario.

    Parameters
    ----------
    tree : Tree
        Scenario; it is changed.
    dotted : str
        Keys joined by dots. Items of a list are named by their place from 0 or by their name. A
        key that holds dots itself is found where it exists.
    value : object
        Text is read as YAML would, other values are taken as they are.

    Raises
    ------
    InputError
        If there is no such place.
    """
    where = f"--set {shorten(dotted)}"
    leaf = scalar_tree(value, where) if isinstance(value, str) else _from_plain(value, where)
    steps = dotted.split(".")
    if not all(steps):
        allowed = "KEY=VALUE, keys joined by single dots, for example demand.scale=1.1"
        raise InputError([Fault(where, "the key has an empty part", allowed=allowed)])
    if steps[0] == "extends":
        raise InputError([Fault(where, "what a scenario extends can be set in its file only")])
    node = tree
    while steps:
        name, steps = _longest_key(node, steps)
        if isinstance(node.value, list):
            place = _place(node, name, where)
            if not steps:
                node.value[place] = leaf
                return
            node = node.value[place]
        elif isinstance(node.value, dict):
            if not steps:
                leaf.key = node.value[name].key if name in node.value else None
                node.value[name] = leaf
                return
            node = node.value.setdefault(name, Tree({}, where))
        else:
            what = f"'{shorten(name)}' cannot be inside a single value"
            raise InputError([Fault(where, what)])


def _longest_key(node: Tree, steps: list[str]) -> tuple[str, list[str]]:
    """Return the longest key that exists and what follows it, else the first step."""
    if isinstance(node.value, dict):
        for length in range(len(steps), 1, -1):
            joined = ".".join(steps[:length])
            if joined in node.value:
                return joined, steps[length:]
    return steps[0], steps[1:]


def _place(node: Tree, name: str, where: str) -> int:
    """Return the place of a list's item, named by its number or its name."""
    items: list[Tree] = node.value
    if name.isdecimal() and int(name) < len(items):
        return int(name)
    names = [
        str(item.value["name"].value)
        for item in items
        if isinstance(item.value, dict) and "name" in item.value
    ]
    if name in names and len(names) == len(items):
        return names.index(name)
    allowed = f"0 to {len(items) - 1}" if items else "nothing, the list is empty"
    if names:
        allowed += " or " + ", ".join(f"'{known}'" for known in names)
    what = f"there is no item '{shorten(name)}'"
    raise InputError([Fault(where, what, allowed=allowed, hint=nearest(name, names))])


def _from_plain(value: Any, where: str) -> Tree:
    if isinstance(value, dict):
        return Tree({str(key): _from_plain(item, where) for key, item in value.items()}, where)
    if isinstance(value, (list, tuple)):
        return Tree([_from_plain(item, where) for item in value], where)
    return Tree(value, where)
