"""A disk that runs full: the file is named, and nothing half-written stays."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Done, command, environment, process

# The smallest result is somewhat larger than this.
SMALL = 60_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[tuple[Path, list[str]]]:
    """Return a folder on a disk of 60 kB, and the words that make a command keep to it.

    Where no disk can be mounted, no file of the command may grow larger than that instead.
    """
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["/bin/mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(mount, check=False).returncode == 0
    if mounted:
        yield folder, []
        subprocess.run(["/bin/umount", str(folder)], check=True)
    else:
        limit = (
            "import os, resource, sys\n"
            f"resource.setrlimit(resource.RLIMIT_FSIZE, ({SMALL}, {SMALL}))\n"
            "os.execv(sys.argv[1], sys.argv[1:])\n"
        )
        yield folder, [sys.executable, "-c", limit]


def tell(done: Done, folder: Path) -> str:
    assert done.code == 1, done
    assert done.out == ""
    assert "Traceback" not in done.err
    assert list(folder.iterdir()) == []
    return done.err


def test_a_full_disk(config: Path, small_disk: tuple[Path, list[str]]) -> None:
    folder, words = small_disk
    run = ("run", config, "--out", folder / "out", "--quiet", "--engine", "simpy")
    done = process(*run, cwd=folder, extra=words)
    told = tell(done, folder)
    assert re.search(
        r"Error: cannot write .*disk/out/map\.html: (No space left on device|File too large)", told
    )


def test_a_full_standard_output(config: Path, tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command("run", config, "--out", tmp_path / "out", "--json", "--engine", "simpy"),
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    # What was finished before stays.
    assert (tmp_path / "out" / "manifest.json").is_file()
