"""Scenario files as trees that remember where every value stands."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    ScalarEvent,
)
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from corridor_sim.errors import Fault, InputError, shorten
from corridor_sim.textfile import read_utf8

__all__ = ["Tree", "load_tree", "merge", "scalar_tree"]

_MAX_BYTES = 2**20
_MAX_DEPTH = 32
# A large scenario has some hundred; the reader needs seconds for more than this.
_MAX_VALUES = 20_000
_TAG = "tag:yaml.org,2002:"
_TAGS = ("str", "int", "float", "bool", "null", "map", "seq", "timestamp", "merge")
# The line at fault is shown up to this far before and behind the caret.
_BEFORE, _BEHIND = 80, 80


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
    key : Tree, optional
        Place of the key of an item of a mapping.
    """

    value: Any
    file: str
    line: int = 0
    column: int = 0
    text: str = ""
    key: Tree | None = None

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
        self,
        path: tuple[str | int, ...],
        what: str,
        *,
        allowed: str = "",
        hint: str = "",
        at_key: bool = False,
    ) -> Fault:
        """Return a fault at a path, with its line and a caret.

        Parameters
        ----------
        path : tuple of str or int
            Keys and places of list items that lead there.
        what : str
            What is wrong.
        allowed : str
            What would be right.
        hint : str
            What to do.
        at_key : bool
            Whether the key is at fault, not the value.

        Returns
        -------
        Fault
            Without a place where the value comes from no file.
        """
        tree = self.at(path)
        if at_key and tree.key is not None:
            tree = tree.key
        if not tree.line:
            return Fault(tree.file, what, allowed=allowed, hint=hint)
        return Fault(
            tree.file, what, tree.line, tree.column, allowed, hint, _snippet(tree.text, tree.column)
        )


def _snippet(line: str, column: int) -> str:
    """Return the part of a line around a column, and a caret below it."""
    first = max(column - 1 - _BEFORE, 0)
    shown = line[first : column - 1 + _BEHIND].replace("\t", " ")
    # Chinese letters take two places on a terminal.
    before = line[first : column - 1]
    width = sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in before)
    dots = "... " if first else ""
    return f"    {dots}{shown}\n    {' ' * (len(dots) + width)}^"


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
        If it is too large, too deep, uses anchors or tags, repeats a key or is no YAML mapping.
    """
    name = str(path)
    text = read_utf8(path, name=name, largest=_MAX_BYTES, hint="save it as UTF-8")
    tree = _compose(text, name)
    if not isinstance(tree.value, dict):
        raise InputError([Fault(name, "is not a mapping", hint="write 'key: value' lines")])
    return tree


def scalar_tree(text: str, name: str) -> Tree:
    """Read a value as YAML would, for an override.

    Parameters
    ----------
    text : str
        The value.
    name : str
        What stands in for a file in messages.

    Returns
    -------
    Tree
        Without lines and columns.

    Raises
    ------
    InputError
        If it is no YAML.
    """
    if not text.strip():
        return Tree("", name)
    return _unplaced(_compose(text, name), name)


def _unplaced(tree: Tree, name: str) -> Tree:
    value = tree.value
    if isinstance(value, dict):
        value = {key: _unplaced(item, name) for key, item in value.items()}
    elif isinstance(value, list):
        value = [_unplaced(item, name) for item in value]
    return Tree(value, name)


def _yaml() -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.version = (1, 2)
    return yaml


def _compose(text: str, name: str) -> Tree:
    lines = text.splitlines()
    try:
        _refuse_events(_yaml().parse(text), name, lines)
        node = _yaml().compose(text)
    except ReaderError as error:
        row = text[: error.position].count("\n") + 1
        what = f"the invisible character U+{ord(text[error.position]):04X} is not allowed"
        raise InputError([Fault(name, what, row, hint="remove it")]) from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = f"not YAML: {error.problem or error}"
        if mark is None:
            raise InputError([Fault(name, what)]) from error
        line, column = mark.line, mark.column
        if line >= len(lines) and lines:
            line, column = len(lines) - 1, len(lines[-1])
        place = _place(name, lines, line, column, None)
        hint = "indent with blanks, not tabs" if "'\\t'" in what else ""
        raise InputError([place.fault((), what, hint=hint)]) from error
    except (YAMLError, ValueError) as error:
        raise InputError([Fault(name, f"not YAML: {shorten(str(error))}")]) from error
    if node is None:
        return Tree({}, name, 1, 1, lines[0] if lines else "")
    faults: list[Fault] = []
    tree = _convert(node, name, lines, faults)
    if faults:
        raise InputError(faults)
    return tree


def _refuse_events(events: Iterator[Event], name: str, lines: list[str]) -> None:
    """Refuse what scenario files do not need, before anything of it is built."""

    def refuse(event: Event, what: str, hint: str = "", allowed: str = "") -> None:
        mark = event.start_mark
        place = _place(name, lines, mark.line, mark.column, None)
        raise InputError([place.fault((), what, hint=hint, allowed=allowed)])

    depth = values = 0
    for event in events:
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
            refuse(event, "anchors and aliases are not allowed", "write the value out")
        if isinstance(event, DocumentStartEvent) and (event.version or event.tags):
            refuse(event, "directives (lines with %) are not allowed", "remove them")
        if isinstance(event, (ScalarEvent, CollectionStartEvent)):
            values += 1
            tag = str(event.tag or "").removeprefix(_TAG)
            if tag and tag not in _TAGS:
                refuse(event, f"the tag '{shorten(str(event.tag))}' is not allowed", "remove it")
        depth += isinstance(event, CollectionStartEvent)
        depth -= isinstance(event, CollectionEndEvent)
        if depth > _MAX_DEPTH:
            refuse(event, "nested too deep", allowed=f"{_MAX_DEPTH} levels")
        if values > _MAX_VALUES:
            refuse(event, "too many values", allowed=f"{_MAX_VALUES:,} keys and values in a file")


def _place(name: str, lines: list[str], line: int, column: int, value: Any) -> Tree:
    text = lines[line] if line < len(lines) else ""
    return Tree(value, name, line + 1, column + 1, text)


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
                first = items[key].key
                where = f" (first in line {first.line})" if first is not None else ""
                what = f"'{shorten(key)}' stands here for the second time{where}"
                faults.append(at.fault((), what, hint="remove one"))
            child = _convert(value_node, name, lines, faults)
            if isinstance(child.value, (dict, list)) or child.value is None:
                child = Tree(child.value, name, at.line, at.column, at.text)
            child.key = at
            items[key] = child
        place.value = items
    elif isinstance(node, SequenceNode):
        place.value = [_convert(child, name, lines, faults) for child in node.value]
    elif isinstance(node, ScalarNode):
        try:
            place.value = _scalar(node)
        except ValueError:
            faults.append(place.fault((), f"'{shorten(str(node.value))}' cannot be read"))
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
    if node.style == ">":
        # The reader marks where a folded text was broken.
        return text.replace("\a", "")
    # Dates stay text: the model reads them where a date is meant.
    return text


def merge(base: Tree, over: Tree) -> Tree:
    """Lay one tree over another.

    Mappings merge key by key. In lists of named items an item replaces the one of its name; other
    lists are replaced, and an empty list takes all items away.

    Parameters
    ----------
    base, over : Tree
        Below and above.

    Returns
    -------
    Tree
        The values of both, those above where both have one.
    """
    if isinstance(base.value, dict) and isinstance(over.value, dict):
        merged = dict(base.value)
        for key, tree in over.value.items():
            merged[key] = merge(merged[key], tree) if key in merged else tree
        return Tree(merged, over.file, over.line, over.column, over.text, over.key)
    if isinstance(base.value, list) and isinstance(over.value, list) and over.value:
        items = [*base.value, *over.value]
        names = [_name(tree) for tree in items]
        if all(name is not None for name in names):
            by_name = {_name(tree): tree for tree in items}
            return Tree(
                list(by_name.values()), over.file, over.line, over.column, over.text, over.key
            )
    return over


def _name(tree: Tree) -> str | None:
    if isinstance(tree.value, dict) and "name" in tree.value:
        return str(tree.value["name"].value)
    return None
