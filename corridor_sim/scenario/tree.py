"""Scenario files as trees that remember where every value stands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from corridor_sim.errors import Fault, InputError

__all__ = ["Tree", "load_tree", "merge", "scalar_tree"]

_MAX_BYTES = 2**20
_MAX_DEPTH = 32
_TAG = "tag:yaml.org,2002:"


@dataclass(slots=True)
class Tree:
    """A value of a YAML file and its place.

    Attributes
    ----------
    value : object
        A dict of trees, a list of trees, or a scalar.
    file : str
        File, or what stands in for one.
    line, column : int
        From 1; 0 where there is no file.
    text : str
        The line.
    """

    value: Any
    file: str
    line: int = 0
    column: int = 0
    text: str = ""

    def plain(self) -> Any:
        """Return the value without places."""
        if isinstance(self.value, dict):
            return {key: tree.plain() for key, tree in self.value.items()}
        if isinstance(self.value, list):
            return [tree.plain() for tree in self.value]
        return self.value

    def at(self, path: tuple[str | int, ...]) -> Tree:
        """Return the deepest tree on a path that exists."""
        tree = self
        for step in path:
            value = tree.value
            holds_step = (isinstance(value, dict) and step in value) or (
                isinstance(value, list) and isinstance(step, int) and step < len(value)
            )
            if holds_step:
                tree = value[step]
            else:
                break
        return tree

    def fault(
        self, path: tuple[str | int, ...], what: str, *, allowed: str = "", hint: str = ""
    ) -> Fault:
        """Return a fault at a path, with its line and a caret."""
        tree = self.at(path)
        if not tree.line:
            return Fault(tree.file, what, allowed=allowed, hint=hint)
        snippet = f"    {tree.text}\n    {' ' * (tree.column - 1)}^"
        return Fault(tree.file, what, tree.line, tree.column, allowed, hint, snippet)


def load_tree(path: Path) -> Tree:
    """Read a YAML 1.2 file.

    Parameters
    ----------
    path : Path
        File.

    Returns
    -------
    Tree
        A mapping.

    Raises
    ------
    InputError
        If it is too large, too deep, uses anchors, repeats a key or is no YAML mapping.
    """
    name = str(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError([Fault(name, f"cannot be read: {error.strerror}")]) from error
    if len(data) > _MAX_BYTES:
        raise InputError([Fault(name, f"{len(data)} bytes", allowed=f"at most {_MAX_BYTES}")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise InputError(
            [Fault(name, "the text is not UTF-8", row, allowed="UTF-8", hint="save it as UTF-8")]
        ) from error
    tree = _compose(text, name)
    if not isinstance(tree.value, dict):
        raise InputError([Fault(name, "is not a mapping", hint="write 'key: value' lines")])
    return tree


def scalar_tree(text: str, name: str) -> Tree:
    """Read a value as YAML would, for an override."""
    tree = _compose(text, name)
    return _unplaced(tree, name)


def _unplaced(tree: Tree, name: str) -> Tree:
    value = tree.value
    if isinstance(value, dict):
        value = {key: _unplaced(item, name) for key, item in value.items()}
    elif isinstance(value, list):
        value = [_unplaced(item, name) for item in value]
    return Tree(value, name)


def _compose(text: str, name: str) -> Tree:
    lines = text.splitlines()
    yaml = YAML(typ="rt", pure=True)
    yaml.version = (1, 2)
    try:
        depth = 0
        for event in yaml.parse(text):
            anchored = getattr(event, "anchor", None) is not None
            if isinstance(event, AliasEvent) or anchored:
                mark = event.start_mark
                fault = _place(name, lines, mark.line, mark.column, None)
                raise InputError(
                    [
                        fault.fault(
                            (), "anchors and aliases are not allowed", hint="write the value out"
                        )
                    ]
                )
            depth += isinstance(event, CollectionStartEvent)
            depth -= isinstance(event, CollectionEndEvent)
            if depth > _MAX_DEPTH:
                raise InputError([Fault(name, f"nested deeper than {_MAX_DEPTH} levels")])
        yaml = YAML(typ="rt", pure=True)
        yaml.version = (1, 2)
        node = yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = f"not YAML: {error.problem or error}"
        if mark is None:
            raise InputError([Fault(name, what)]) from error
        place = _place(name, lines, mark.line, mark.column, None)
        raise InputError([place.fault((), what)]) from error
    except ValueError as error:
        raise InputError([Fault(name, f"not YAML: {error}")]) from error
    if node is None:
        return Tree({}, name, 1, 1, lines[0] if lines else "")
    faults: list[Fault] = []
    tree = _convert(node, name, lines, faults)
    if faults:
        raise InputError(faults)
    return tree


def _place(name: str, lines: list[str], line: int, column: int, value: Any) -> Tree:
    text = lines[line] if line < len(lines) else ""
    return Tree(value, name, line + 1, column + 1, text[:200])


def _convert(node: Node, name: str, lines: list[str], faults: list[Fault]) -> Tree:
    place = _place(name, lines, node.start_mark.line, node.start_mark.column, None)
    if isinstance(node, MappingNode):
        items: dict[str, Tree] = {}
        for key_node, value_node in node.value:
            at = _place(name, lines, key_node.start_mark.line, key_node.start_mark.column, None)
            key = str(key_node.value)
            if not isinstance(key_node, ScalarNode):
                faults.append(at.fault((), "a key must be plain text"))
                continue
            if key in items:
                faults.append(at.fault((), f"'{key}' stands here for the second time"))
            child = _convert(value_node, name, lines, faults)
            if not isinstance(child.value, (dict, list)):
                items[key] = child
            else:
                items[key] = Tree(child.value, name, at.line, at.column, at.text)
        place.value = items
    elif isinstance(node, SequenceNode):
        place.value = [_convert(child, name, lines, faults) for child in node.value]
    elif isinstance(node, ScalarNode):
        try:
            place.value = _scalar(node)
        except ValueError:
            faults.append(place.fault((), f"'{node.value}' cannot be read"))
    return place


def _scalar(node: ScalarNode) -> Any:
    tag = str(node.tag).removeprefix(_TAG)
    text = str(node.value)
    if tag == "int":
        return int(text.replace("_", ""), 0) if not text.lstrip("+-").isdigit() else int(text)
    if tag == "float":
        lowered = text.lower().replace("_", "")
        return float(lowered.replace(".inf", "inf").replace(".nan", "nan"))
    if tag == "bool":
        return text.lower() == "true"
    if tag == "null":
        return None
    # Dates stay text: the model reads them where a date is meant.
    return text


def merge(base: Tree, over: Tree) -> Tree:
    """Lay one tree over another.

    Mappings merge key by key; lists of named items by name, the others are replaced.
    """
    if isinstance(base.value, dict) and isinstance(over.value, dict):
        merged = dict(base.value)
        for key, tree in over.value.items():
            merged[key] = merge(merged[key], tree) if key in merged else tree
        return Tree(merged, over.file, over.line, over.column, over.text)
    if isinstance(base.value, list) and isinstance(over.value, list):
        names = [_name(tree) for tree in [*base.value, *over.value]]
        if all(name is not None for name in names):
            by_name = {_name(tree): tree for tree in base.value}
            by_name.update({_name(tree): tree for tree in over.value})
            return Tree(list(by_name.values()), over.file, over.line, over.column, over.text)
    return over


def _name(tree: Tree) -> str | None:
    if isinstance(tree.value, dict) and "name" in tree.value:
        return str(tree.value["name"].value)
    return None
