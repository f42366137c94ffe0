"""A process of the command line ends at once, and leaves nothing undone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import atexit, sys, tempfile, threading, time, weakref
from corridor_sim import cli

class Kept:
    def __del__(self):
        print("taken apart")

kept = Kept()
folder = tempfile.TemporaryDirectory()
print(folder.name, flush=True)
atexit.register(print, "done at the end")
go = threading.Event()

def late():
    go.wait()
    print("thread done")

def main():
    threading.Thread(target=late).start()
    print("not flushed yet")
    go.set()
    sys.exit({code})

cli.main = main
cli.start()
"""


def ended(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SCRIPT.format(code=code)],
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(("code", "wanted"), [("0", 0), ("2", 2), ("'text'", 1)])
def test_it_ends_with_its_code_and_what_was_asked_for_is_done(code: str, wanted: int) -> None:
    done = ended(code)
    folder, *lines = done.stdout.splitlines()
    assert done.returncode == wanted
    assert lines == ["not flushed yet", "thread done", "done at the end"]
    assert not Path(folder).exists()
    assert done.stderr == ""


@pytest.mark.skipif(sys.platform == "win32", reason="names a shell of Unix")
@pytest.mark.parametrize("closed", [">&-", "2>&-"])
def test_a_stream_that_was_closed_from_the_start_is_no_fault(closed: str) -> None:
    command = f"'{sys.executable}' -m corridor_sim --version {closed}"
    done = subprocess.run(["/bin/sh", "-c", command], check=False, capture_output=True, text=True)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


def test_threads_of_a_pool_that_nobody_shut_down_do_not_hold_it_up() -> None:
    script = (
        "from concurrent.futures import ThreadPoolExecutor\nfrom corridor_sim import cli\n"
        "pool = ThreadPoolExecutor(1)\npool.submit(int).result()\n"
        "cli.main = lambda: None\ncli.start()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, timeout=60)
    assert done.returncode == 0


def test_a_profile_is_told_at_the_end() -> None:
    command = [sys.executable, "-m", "cProfile", "-m", "corridor_sim", "--version"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert "function calls" in done.stdout


def test_a_reader_that_has_gone_is_no_success() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "corridor_sim", "--help"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.wait(60) != 0
    process.stderr.close()


def test_both_ways_of_starting_are_this_one() -> None:
    from importlib.metadata import entry_points

    for point in entry_points(group="console_scripts", name="corridor-sim"):
        assert point.value == "corridor_sim.cli:start"
    done = subprocess.run(
        [sys.executable, "-m", "corridor_sim", "no-such-command"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "No such command" in done.stderr
