"""``corridor-sim compare``: scenarios against a base, replication by replication."""

from __future__ import annotations

import time
from pathlib import Path

import click

from corridor_sim.cli.batch import GAPS
from corridor_sim.cli.experiments import (
    PRECISION,
    default_folder,
    executor_of,
    progress_by_count,
    with_running,
)
from corridor_sim.cli.options import bad_input, overrides_of, with_settings

__all__ = ["compare"]


@click.command(short_help="Compare scenarios with a base, replication by replication.")
@click.argument("base")
@click.argument("others", nargs=-1, required=True, metavar="SCENARIO...")
@click.option(
    "-n",
    "count",
    type=click.IntRange(2),
    default=30,
    show_default=True,
    metavar="N",
    help="Replications of each; with --precision, as many at most.",
)
@with_running
@with_settings
@click.option(
    "--precision",
    type=PRECISION,
    metavar="P",
    help="Stop when the 95 % interval of the difference of --measure is within P of it.",
)
@click.option(
    "--measure",
    default="cleared_cny",
    show_default=True,
    metavar="FIGURE",
    help="Figure that --precision looks at.",
)
@click.option(
    "--uncertain-inputs",
    is_flag=True,
    help="Draw inputs of low confidence once per replication, the same for all scenarios.",
)
@click.option(
    "--keep",
    type=click.Choice(["links", "shipments"]),
    multiple=True,
    help="Keep a table of every replication beside the summaries. May be repeated.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of the comparison.  [default: in results/]",
)
def compare(
    base: str,
    others: tuple[str, ...],
    count: int,
    seed: int,
    workers: int | None,
    executor: str,
    scheduler: str | None,
    quiet: bool,
    settings: tuple[str, ...],
    precision: float | None,
    measure: str,
    uncertain_inputs: bool,
    keep: tuple[str, ...],
    out: Path | None,
) -> int:
    """Compare SCENARIO... with BASE, replication by replication with common random numbers.

    Tells every difference with its 95 % interval, what independent runs would have cost, and a
    verdict in words. Give the same command again and it goes on where it stopped.
    """
    began = time.perf_counter()
    chosen = executor_of(executor, workers, scheduler)
    from corridor_sim.experiments.comparison import compare as compared
    from corridor_sim.experiments.screens import comparison_screen
    from corridor_sim.scenario import Scenario

    read = [Scenario.read(name, overrides_of(settings)) for name in (base, *others)]
    kind = "compare-uncertain" if uncertain_inputs else "compare"
    label = "Comparing " + ", ".join(scenario.name for scenario in read)
    with bad_input(), progress_by_count(label, quiet=quiet) as progress:
        result = compared(
            read,
            count,
            seed=seed,
            out=out or default_folder(kind, read, seed=seed),
            executor=chosen.name,
            workers=chosen.workers,
            scheduler=chosen.scheduler,
            precision=precision,
            measure=measure,
            uncertain_inputs=uncertain_inputs,
            keep=keep,
            progress=progress,
        )
    click.echo(comparison_screen(result))
    click.echo(f"Results: {result.folder}\nTook {time.perf_counter() - began:.1f} s")
    return GAPS if any(batch.missing for batch in result.batches) else 0
