"""The script for SLURM as a task runs it; `benchmarks/experiments/slurm.sh` runs SLURM itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from corridor_sim.experiments import Batch
from tests.cli.conftest import ROOT, environment

SCRIPT = ROOT / "docs" / "slurm" / "batch.sbatch"


def test_a_task_of_the_array_runs_its_shard(config: Path, tmp_path: Path) -> None:
    program = tmp_path / "corridor-sim"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m corridor_sim "$@"\n')
    program.chmod(0o755)
    told = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "SLURM_ARRAY_TASK_ID": "2",
        "SLURM_CPUS_PER_TASK": "1",
        "SCENARIO": str(config),
        "N": "5",
        "SHARDS": "3",
        "OUT": str(tmp_path / "batch"),
    }
    done = subprocess.run(
        ["/bin/bash", str(SCRIPT)],
        env={**environment(), **told},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "2 replications (1, 4), seed 1" in done.stdout
    assert Batch.load(tmp_path / "batch" / "shard-2-of-3").replications == [1, 4]
