"""``corridor-sim sweep``: a scenario at the points of a design."""

from __future__ import annotations

import time
from pathlib import Path

import click

from corridor_sim.cli.batch import GAPS
from corridor_sim.cli.experiments import (
    default_folder,
    executor_of,
    progress_by_count,
    with_running,
)
from corridor_sim.cli.options import bad_input, overrides_of, with_settings

__all__ = ["sweep"]


@click.command(short_help="Run a scenario at points of a design: which factor matters?")
@click.argument("scenario")
@click.option(
    "--design",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="YAML file with method, points, replications, factors and outputs.",
)
@with_running
@with_settings
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of the sweep.  [default: in results/]",
)
def sweep(
    scenario: str,
    design: Path,
    seed: int,
    workers: int | None,
    executor: str,
    scheduler: str | None,
    quiet: bool,
    settings: tuple[str, ...],
    out: Path | None,
) -> int:
    """Run SCENARIO at the points of a design and tell which factors matter.

    Main effects, tornado, and for designs of method sobol the factors' shares of the variance.
    Give the same command again and it goes on where it stopped.
    """
    began = time.perf_counter()
    chosen = executor_of(executor, workers, scheduler)
    from corridor_sim.experiments.design import read_design
    from corridor_sim.experiments.screens import sweep_screen
    from corridor_sim.experiments.sweeps import sweep as swept
    from corridor_sim.scenario import Scenario

    plan = read_design(design)
    read = Scenario.read(scenario, overrides_of(settings))
    folder = out or default_folder(f"sweep-{design.stem}", [read], seed=seed)
    label = f"Sweep of {read.name}"
    with bad_input(), progress_by_count(label, quiet=quiet) as progress:
        result = swept(
            read,
            plan,
            seed=seed,
            out=folder,
            executor=chosen.name,
            workers=chosen.workers,
            scheduler=chosen.scheduler,
            progress=progress,
        )
    click.echo(sweep_screen(result))
    click.echo(f"Results: {result.folder}\nTook {time.perf_counter() - began:.1f} s")
    return GAPS if result.missing else 0
