"""Kill a whole batch with signal 9 at random moments, give it again, and compare the bytes.

``python -m benchmarks.experiments.kill_and_resume``
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.experiments.small import small_scenario

__all__ = ["main"]

KILLS, N = 20, 110


def _hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.parquet"))
    }


def _batch(scenario: Path, out: Path) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "corridor_sim", "batch", str(scenario), "-n", str(N)]
    words += ["--workers", "2", "--keep", "links", "--out", str(out), "--quiet"]
    return subprocess.Popen(words, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command


def main() -> None:
    """Run the proof and print what came of it."""
    rng = np.random.default_rng(20)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        scenario = small_scenario(folder)
        began = time.perf_counter()
        assert _batch(scenario, folder / "whole").wait() == 0
        whole_s = time.perf_counter() - began
        done, moments, alone = 0, [], 0
        while done < KILLS:
            # A new folder where the one before was finished before it could be killed.
            out = folder / f"killed-{alone}"
            for _ in range(KILLS):
                process = _batch(scenario, out)
                moment = float(rng.uniform(0.0, 0.45 * whole_s))
                try:
                    process.wait(timeout=moment)
                    break
                except subprocess.TimeoutExpired:
                    os.kill(process.pid, signal.SIGKILL)
                    process.wait()
                    done += 1
                    moments.append(round(moment, 2))
            if _batch(scenario, out).wait() != 0:
                raise SystemExit("the batch did not go on")
            assert _hashes(out) == _hashes(folder / "whole"), out
            alone += 1
        files = len(_hashes(folder / "whole"))
        sys.stdout.write(
            f"{done} kills at {moments} s of {alone} batches of {N} replications "
            f"({whole_s:.1f} s undisturbed): all {files} files byte-identical\n"
        )


if __name__ == "__main__":
    main()
