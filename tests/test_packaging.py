"""What is built holds what it should, and runs from any folder with nothing else installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import corridor_sim

PROJECT = Path(corridor_sim.__file__).parents[1]
pytestmark = pytest.mark.slow

#: A week of a tenth of the trade: enough to come all the way to a map. The dated disruption of the
#: year has to lie inside the simulated span.
SHORT = (
    "period.start=2025-08-25",
    "period.days=7",
    "period.warm_up_days=0",
    "period.drain_days=28",
    "demand.scale=0.1",
    "demand.other_scale=0.1",
)
Command = Callable[..., subprocess.CompletedProcess[str]]


def call(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command without anything of this environment; what it says on failure is shown."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    env.pop("VIRTUAL_ENV", None)
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the source archive, and from it the wheel, as an installer would."""
    folder = tmp_path_factory.mktemp("dist")
    call(sys.executable, "-m", "build", "--outdir", folder, PROJECT, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    """Give the wheel, which is one for all platforms."""
    (found,) = dist.glob("*.whl")
    assert found.name == f"corridor_sim-{corridor_sim.__version__}-py3-none-any.whl"
    return found


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """Install the wheel into an empty environment; give its command, run in a folder of its own."""
    venv = tmp_path_factory.mktemp("empty") / "venv"
    call(sys.executable, "-m", "venv", venv, cwd=venv.parent)
    pip = (venv / "bin" / "python", "-m", "pip", "--disable-pip-version-check")
    call(*pip, "install", "--quiet", wheel, cwd=venv.parent)
    call(*pip, "check", cwd=venv.parent)
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return call(venv / "bin" / "corridor-sim", *arguments, cwd=elsewhere)

    return run


def test_the_wheel_holds_networks_and_scenarios(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for kind, pattern in (("networks", "*/nodes.csv"), ("configs", "*.yaml")):
        shipped = {str(path.relative_to(PROJECT)) for path in (PROJECT / kind).glob(pattern)}
        assert shipped
        assert {f"corridor_sim/_data/{name}" for name in shipped} <= names
    assert "corridor_sim/py.typed" in names
    assert "corridor_sim/network/attributes/links.csv" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    roots = {name.split("/")[0] for name in names}
    assert roots == {"corridor_sim", f"corridor_sim-{corridor_sim.__version__}.dist-info"}
    for unwanted in ("networks/build", "__pycache__", ".cache", "tests/"):
        assert [name for name in names if unwanted in name] == []


def test_the_source_archive_holds_the_tests_and_no_results(dist: Path) -> None:
    (archive,) = dist.glob("*.tar.gz")
    with tarfile.open(archive) as file:
        names = {name.partition("/")[2] for name in file.getnames()}
    assert {"pyproject.toml", "LICENSE", "README.md", "Makefile"} <= names
    assert "tests/test_packaging.py" in names
    assert "networks/build/__main__.py" in names
    assert {name for name in names if name.startswith("results/")} == {"results/README.md"}


def test_the_installed_command_tells_its_version(command: Command) -> None:
    assert command("--version").stdout == f"corridor-sim, version {corridor_sim.__version__}\n"


def test_the_installed_command_lists_the_shipped_scenarios(command: Command) -> None:
    listed = [line.split()[0] for line in command("list").stdout.splitlines()]
    assert listed == sorted(path.stem for path in (PROJECT / "configs").glob("*.yaml"))


def test_the_installed_command_runs_a_shipped_scenario(command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "result"
    settings = [part for item in SHORT for part in ("--set", item)]
    done = command("run", "baseline_2025", *settings, "--out", folder, "--json")
    told = json.loads(done.stdout)
    assert told["scenario"] == "baseline_2025"
    assert told["counts"]["shipments"] > 0
    assert told["totals"]["value_cny"] > 0
    assert (folder / "map.html").stat().st_size > 0
    assert "reproduced" in command("reproduce", folder, "--quiet").stdout
