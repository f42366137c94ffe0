"""Imports run one way, nothing undeclared is imported, and the public names are the told ones."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module, metadata
from pathlib import Path

import pytest

import corridor_sim

PACKAGE = Path(corridor_sim.__file__).parent
PROJECT = PACKAGE.parent

#: Modules and sub-packages from the ground up: each may import only what stands before its line.
LAYERS = (
    ("errors", "native"),
    ("compiled", "memory", "processors", "resources", "result_place", "rules", "streams", "units"),
    ("gamma",),
    ("distributions", "textfile", "week"),
    ("network",),
    ("scenario",),
    ("demand",),
    ("routes",),
    ("shipments",),
    ("plan",),
    ("engine",),
    ("statistics",),
    ("table_files",),
    ("provenance", "result_folder"),
    ("results",),
    ("goal",),
    ("maps", "screen"),
    ("simulation",),
    ("experiments",),
    ("assumptions", "validation"),
    ("preview", "report"),
    ("cli",),
    ("__main__",),
)
LEVEL = {unit: level for level, units in enumerate(LAYERS) for unit in units}

#: Modules; a script that makes an asset stands in a folder that is no package.
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if (path.parent / "__init__.py").exists())


def name_of(path: Path) -> str:
    """Return the dotted name of a module."""
    return ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")


def unit_of(path: Path) -> str:
    """Return the module or sub-package of the first level that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """Give line and dotted name of every import, those inside functions included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, name.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            yield node.lineno, str(node.module)
            if node.module == "corridor_sim":
                yield from ((node.lineno, f"corridor_sim.{name.name}") for name in node.names)


def own_imports(path: Path) -> Iterator[tuple[int, str]]:
    """Give line and unit of every import from this package."""
    for line, name in imports_of(path):
        root, _, rest = name.partition(".")
        if root == "corridor_sim" and rest and rest != "__version__":
            yield line, rest.split(".")[0]


def foreign_imports(path: Path) -> set[str]:
    """Return the first names of what is imported from neither this package nor Python."""
    roots = {name.split(".")[0] for _, name in imports_of(path)}
    return roots - {"corridor_sim"} - sys.stdlib_module_names


def test_every_module_has_its_layer() -> None:
    assert {unit_of(path) for path in SOURCES} - {"__init__"} == set(LEVEL)


# The package itself names the homes of its public names, and imports them when they are used.
@pytest.mark.parametrize("path", [p for p in SOURCES if unit_of(p) != "__init__"], ids=name_of)
def test_imports_run_one_way(path: Path) -> None:
    unit = unit_of(path)
    upwards = [
        f"{path.relative_to(PROJECT)}:{line}: {unit} imports {other}"
        for line, other in own_imports(path)
        if other != unit and LEVEL[other] >= LEVEL[unit]
    ]
    assert upwards == []


def test_rules_stand_on_math_alone() -> None:
    for path in (PACKAGE / "rules").glob("*.py"):
        allowed = {"__future__", "math"}
        others = {name for _, name in imports_of(path) if not name.startswith("corridor_sim.rules")}
        assert others <= allowed, path.name


def test_engines_know_the_plan_and_the_rules_alone() -> None:
    own = {"engine", "errors", "plan", "rules"}
    for path in (PACKAGE / "engine").glob("*.py"):
        makes_code = path.name == "jit.py"
        units = own | ({"compiled", "native"} if makes_code else set())
        assert {unit for _, unit in own_imports(path)} <= units, path.name
        compiled = {"numba"} if makes_code else set()
        assert foreign_imports(path) <= {"numpy", "simpy"} | compiled, path.name


def test_only_the_command_line_draws() -> None:
    for path in SOURCES:
        if unit_of(path) not in ("cli", "maps", "report"):
            assert {unit for _, unit in own_imports(path)}.isdisjoint({"maps", "report"}), path
            assert foreign_imports(path).isdisjoint({"branca", "folium"}), path


def test_what_is_imported_is_what_is_declared() -> None:
    """A fresh machine gets everything that a run needs, and nothing else."""
    with (PROJECT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    declared = {normal(re.split(r"[<>=!~;\[ ]", text)[0]) for text in project["dependencies"]}
    cluster = project["optional-dependencies"]["cluster"]
    distributions = metadata.packages_distributions()
    extra = {normal(re.split(r"[<>=!~;\[ ]", text)[0]) for text in cluster}
    imported = set()
    for path in SOURCES:
        for root in foreign_imports(path):
            assert root in distributions, f"{path}: '{root}' is not installed"
            names = {normal(name) for name in distributions[root]}
            # What is imported in one place alone, and only when it is asked for.
            is_optional = path.name == "cluster.py" and names <= extra | {"distributed"}
            imported |= set() if is_optional else names
    assert imported == declared


def normal(name: str) -> str:
    """Return the name of a distribution as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_public_names_are_the_documented_ones() -> None:
    told = re.findall(r"^``(\w+)``", str(corridor_sim.__doc__), flags=re.MULTILINE)
    assert told == [name for name in corridor_sim.__all__ if name != "__version__"]
    assert dir(corridor_sim) == sorted(corridor_sim.__all__)
    for name in corridor_sim.__all__:
        assert getattr(corridor_sim, name).__doc__, name
    with pytest.raises(AttributeError, match="no attribute 'Simulation'"):
        corridor_sim.Simulation  # noqa: B018


def test_every_module_names_what_it_offers() -> None:
    for path in SOURCES:
        body = ast.parse(path.read_text(encoding="utf-8")).body
        if not any(isinstance(node, (ast.ClassDef, ast.FunctionDef)) for node in body):
            continue
        module = import_module(name_of(path))
        assert hasattr(module, "__all__"), f"{name_of(path)} has no __all__"
        missing = [name for name in module.__all__ if not hasattr(module, name)]
        assert missing == [], name_of(path)
