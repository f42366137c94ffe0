"""Where the machine code of the loop is kept, and when it is made anew."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import corridor_sim
from corridor_sim.engine import jit, run_engine
from corridor_sim.engine.reference import run_reference
from corridor_sim.errors import CorridorSimError
from corridor_sim.native import keeping
from tests.engine.random_plans import random_plan

PACKAGE = Path(corridor_sim.__file__).parent
REPOSITORY = Path(__file__).parents[2]

SCRIPT = """
import sys
from corridor_sim.engine import run_engine
from tests.engine.random_plans import random_plan
import corridor_sim
plan = random_plan(3)
print(corridor_sim.__file__)
print(run_engine(plan, engine="compiled").digest())
print(run_engine(plan, engine="simpy").digest())
"""


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Return a folder with a copy of the package beside which nothing can be written."""
    site = tmp_path / "site"
    shutil.copytree(PACKAGE, site / "corridor_sim", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(
        REPOSITORY / "tests" / "engine",
        site / "tests" / "engine",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    # A package of its own: another one of that name may be installed.
    shutil.copy(REPOSITORY / "tests" / "__init__.py", site / "tests")
    # A file where the folder would be: read-only for everybody, the superuser included.
    (site / "corridor_sim" / "engine" / "__pycache__").write_text("")
    return site


def run_copy(site: Path, cache: Path) -> tuple[str, str, str]:
    """Run the copy in a process of its own; return both digests and what went to standard error."""
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith("NUMBA_")
    } | {"XDG_CACHE_HOME": str(cache), "PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env=environment,
        cwd=site,
        capture_output=True,
        text=True,
        check=True,
    )
    place, compiled, reference = done.stdout.split()
    assert Path(place).is_relative_to(site)
    return compiled, reference, done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="names the user's cache folder of Linux")
def test_machine_code_is_kept_for_the_user_and_made_anew_for_an_edited_rule(
    copied: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "cache"
    first, reference, told = run_copy(copied, folder)
    assert first == reference
    assert told.startswith("compiling the simulation engine")
    assert len(list(folder.rglob("*.object"))) == 3
    again, _, told = run_copy(copied, folder)
    assert again == first
    assert told == ""
    rule = copied / "corridor_sim" / "rules" / "ticks.py"
    text = rule.read_text()
    assert text.count("return ticks if ticks > 1 else 1") == 1
    rule.write_text(text.replace("return ticks if ticks > 1 else 1", "return ticks + 1"))
    edited, reference, told = run_copy(copied, folder)
    assert told.startswith("compiling the simulation engine")
    assert edited == reference
    assert edited != first
    # That of the rule as it was is of no use any more.
    assert len(list(folder.rglob("*.object"))) == 3


def test_without_a_folder_for_machine_code_it_is_made_in_the_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # The quickest of the functions only; the others are there.
    jit._compiled.cache_clear()
    jit._tell.cache_clear()
    monkeypatch.setattr(keeping, "folders", lambda _: [])
    jit._compiled("read_off")
    monkeypatch.undo()
    plan = random_plan(4)
    assert run_engine(plan, engine="compiled").digest() == run_reference(plan).digest()
    assert capsys.readouterr().err.count("compiling the simulation engine") == 1
    jit._compiled.cache_clear()


def test_a_numba_that_passes_arguments_otherwise_is_refused_with_a_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    jit._compiled.cache_clear()
    monkeypatch.setattr(jit, "native", lambda *_, **__: None)
    with pytest.raises(CorridorSimError, match="use engine 'simpy'"):
        run_engine(random_plan(4), engine="compiled")
    jit._compiled.cache_clear()
