"""Help comes at once, and says what the commands do."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from corridor_sim import __version__
from corridor_sim.cli import cli
from tests.cli.conftest import Call, environment, process

COMMANDS = (
    "assumptions",
    "batch",
    "collect",
    "compare",
    "list",
    "map",
    "preview",
    "rank",
    "report",
    "reproduce",
    "run",
    "schema",
    "sweep",
    "validate",
    "validate-model",
)
SLOW = ("folium", "networkx", "numba", "numpy", "pandas", "pyarrow", "pydantic", "rich", "scipy")


def test_help_imports_nothing_slow(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from corridor_sim.cli import main\n"
        "try:\n"
        "    main(['--help'])\n"
        "except SystemExit as end:\n"
        "    assert end.code == 0\n"
        f"print(sorted(set({SLOW!r}) & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == "[]\n"
    assert "Start with: corridor-sim run baseline_2025" in done.stdout


def test_help_comes_at_once(tmp_path: Path) -> None:
    """Seconds of the processor, not of the clock: other work on the machine does not count."""
    spent = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert process("--help", cwd=tmp_path).code == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(spent) < 0.4, spent


def test_the_commands_and_what_they_do() -> None:
    done = CliRunner().invoke(cli, ["--help"])
    assert done.exit_code == 0
    listed = done.output.split("Commands:\n")[1].splitlines()
    assert tuple(line.split()[0] for line in listed) == COMMANDS
    # No summary is cut short.
    assert "..." not in "".join(listed)


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_every_command_has_help(name: str, option: str) -> None:
    done = CliRunner().invoke(cli, [name, option])
    assert done.exit_code == 0
    assert done.output.startswith(f"Usage: cli {name} ")
    assert all(len(line) <= 100 for line in done.output.splitlines())


def test_version(call: Call) -> None:
    done = call("--version")
    assert (done.code, done.out) == (0, f"corridor-sim, version {__version__}\n")


@pytest.mark.parametrize("arguments", [(), ("fly",), ("--fast",)])
def test_wrong_words_exit_with_2(call: Call, arguments: tuple[str, ...]) -> None:
    done = call(*arguments)
    assert done.code == 2
    assert done.out == ""
    assert "Usage: corridor-sim [OPTIONS] COMMAND" in done.err
