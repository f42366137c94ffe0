"""How often 95 % intervals hold the known mean wait of a queue, over 200 repeated experiments.

``python -m benchmarks.experiments.coverage FOLDER``: M/M/1 with 0.6 of its time busy, experiments
of ten replications each through `corridor_sim.replicate`; given again, it goes on.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from benchmarks.experiments.small import queue_scenario
from corridor_sim import Scenario, replicate
from corridor_sim.experiments.intervals import student

__all__ = ["main"]

EXPERIMENTS, N = 200, 10
PER_HOUR, MEAN_H = 0.3, 2.0


def main(folder: Path) -> None:
    """Run the proof, or go on with it, and print what came of it."""
    load = PER_HOUR * MEAN_H
    wait_h = load * MEAN_H / (1 - load)
    scenario = queue_scenario(folder, per_hour=PER_HOUR, mean_h=MEAN_H, days=400)
    # Replications are independent: those of one batch make up all experiments.
    batch = replicate(
        Scenario.read(scenario), EXPERIMENTS * N, out=folder / "batch", executor="processes"
    )
    table = batch.table("facilities")
    waits = table.loc[table["facility"] == "station", "mean_wait_h"].to_numpy(np.float64)
    held = [
        found.low <= wait_h <= found.high
        for found in (student(part) for part in waits.reshape(EXPERIMENTS, N))
    ]
    share = float(np.mean(held))
    whole = student(waits)
    sys.stdout.write(
        f"{sum(held)} of {EXPERIMENTS} intervals hold the mean wait of {wait_h:g} h ({share:.1%}); "
        f"mean of all {whole.n}: {whole.estimate:.4f} h ({whole.low:.4f} to {whole.high:.4f})\n"
    )
    if not 0.91 <= share <= 0.98:
        raise SystemExit("outside of 91 to 98 %")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
