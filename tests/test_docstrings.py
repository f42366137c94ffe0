"""Public functions tell what they take, return and raise.

``numpydoc lint`` checks the form of the sections that are there; this checks that they are. A
function of one argument may tell it in its sentence; commands are told by their ``--help``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from numpydoc.docscrape import NumpyDocString

import corridor_sim

PROJECT = Path(corridor_sim.__file__).parents[1]
# The parts of the compiled loop are told by one sentence each: all take the same state of the run.
SOURCES = sorted(
    path for path in PROJECT.glob("corridor_sim/**/*.py") if not path.name.startswith("loop")
)
#: Decorators whose functions are not called with arguments by anybody who reads their docstring.
_READ_OTHERWISE = {
    "argument",
    "cached_property",
    "command",
    "group",
    "option",
    "overload",
    "property",
}


def public_functions(path: Path) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Give the functions that a module offers, and the public methods of its classes."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    offered = {
        name
        for node in body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        for name in ast.literal_eval(node.value)
    }
    for node in body:
        if isinstance(node, ast.FunctionDef) and node.name in offered:
            yield node.name, node
        elif isinstance(node, ast.ClassDef) and node.name in offered:
            for item in node.body:
                if isinstance(item, ast.FunctionDef) and not item.name.startswith("_"):
                    yield f"{node.name}.{item.name}", item


def decorators(function: ast.FunctionDef) -> set[str]:
    """Return the last names of the decorators of a function."""
    calls = [d.func if isinstance(d, ast.Call) else d for d in function.decorator_list]
    return {d.attr if isinstance(d, ast.Attribute) else getattr(d, "id", "") for d in calls}


def arguments(function: ast.FunctionDef) -> list[str]:
    """Return the names of the arguments of a function, `self` and `cls` left out."""
    given = function.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    every += [extra for extra in (given.vararg, given.kwarg) if extra is not None]
    return [item.arg for item in every if item.arg not in ("self", "cls")]


def raises(function: ast.FunctionDef) -> bool:
    """Tell whether a function raises an error of its own making."""
    return any(isinstance(node, ast.Raise) and node.exc for node in ast.walk(function))


def gives_nothing(function: ast.FunctionDef) -> bool:
    """Tell whether a function returns None."""
    return isinstance(function.returns, ast.Constant) and function.returns.value is None


def faults_of(function: ast.FunctionDef) -> list[str]:
    """Return what the docstring of a public function does not tell."""
    told = NumpyDocString(ast.get_docstring(function) or "")
    names = arguments(function)
    documented = [
        name.strip().lstrip("*")
        for entry in told["Parameters"]
        for name in entry.name.partition(":")[0].split(",")
    ]
    faults = []
    if (len(names) > 1 or documented) and sorted(documented) != sorted(names):
        faults.append(f"Parameters tells {documented}, it takes {names}")
    returns = told["Returns"] or told["Yields"]
    if len(names) > 1 and not returns and not gives_nothing(function):
        faults.append("no Returns")
    if raises(function) and not told["Raises"]:
        faults.append("no Raises")
    return faults


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_public_functions_tell_what_they_take_return_and_raise(path: Path) -> None:
    found = [
        f"{path.relative_to(PROJECT)}:{function.lineno}: {name}: {fault}"
        for name, function in public_functions(path)
        if not decorators(function) & _READ_OTHERWISE
        for fault in faults_of(function)
    ]
    assert found == []


def test_an_untold_argument_is_found() -> None:
    text = '''
def load(mteu: int, kg: int) -> bool:
    """Tell whether it fits.

    Parameters
    ----------
    mteu : int
        Slots.
    """
    raise ValueError
'''
    function = ast.parse(text).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert faults_of(function) == [
        "Parameters tells ['mteu'], it takes ['mteu', 'kg']",
        "no Returns",
        "no Raises",
    ]
