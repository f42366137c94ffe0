"""``corridor-sim batch`` and ``corridor-sim collect``: many replications."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corridor_sim.cli.experiments import (
    PRECISION,
    default_folder,
    executor_of,
    progress_by_count,
    with_running,
)
from corridor_sim.cli.options import bad_input, overrides_of, with_settings

if TYPE_CHECKING:
    from corridor_sim.experiments.batch import Batch
    from corridor_sim.experiments.shards import Shard
    from corridor_sim.scenario import Scenario

__all__ = ["GAPS", "batch", "collect"]

#: Exit code where replications are missing at the end.
GAPS = 3


class _Shard(click.ParamType["Shard"]):
    """A part of the replications: ``3/16``."""

    name = "shard"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Shard:
        """Read it."""
        from corridor_sim.experiments.shards import Shard

        try:
            return Shard.parse(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command(short_help="Run many replications; killed, it goes on where it stopped.")
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
@click.option(
    "-n",
    "count",
    type=click.IntRange(1),
    default=30,
    show_default=True,
    metavar="N",
    help="Replications 0 to N - 1; with --precision, as many at most.",
)
@with_running
@with_settings
@click.option(
    "--precision",
    type=PRECISION,
    metavar="P",
    help="Stop when the 95 % interval of --measure is within P of its mean, for example 2%.",
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
    help="Draw inputs of low confidence once per replication; tells their share of the variance.",
)
@click.option(
    "--keep",
    type=click.Choice(["links", "shipments"]),
    multiple=True,
    help="Keep a table of every replication beside the summaries. May be repeated.",
)
@click.option("--only", type=click.IntRange(0), metavar="R", help="Run replication R alone.")
@click.option("--shard", type=_Shard(), metavar="K/N", help="Run every N-th, from the K-th on.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of the batch, or of one for each scenario.  [default: in results/]",
)
def batch(
    scenarios: tuple[str, ...],
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
    only: int | None,
    shard: Shard | None,
    out: Path | None,
) -> int:
    """Run replications of SCENARIO... and tell their means with intervals.

    Give the same command again and it goes on where it was interrupted or killed. Exits with 3
    where replications have no result.
    """
    began = time.perf_counter()
    _refuse_mixture(only=only, shard=shard, precision=precision)
    chosen = executor_of(executor, workers, scheduler)
    from corridor_sim.experiments.replicating import numbers_of, run_batches
    from corridor_sim.experiments.screens import batch_screen
    from corridor_sim.experiments.stopping import Precision
    from corridor_sim.scenario import Scenario

    read = [Scenario.read(name, overrides_of(settings)) for name in scenarios]
    kind = "uncertain" if uncertain_inputs else "batch"
    places = _places(read, kind=kind, seed=seed, out=out, only=only, shard=shard)
    label = "Batch of " + ", ".join(scenario.name for scenario in read)
    with bad_input(), progress_by_count(label, quiet=quiet) as progress:
        batches = run_batches(
            list(zip(read, places, strict=True)),
            numbers_of(count, only=only, shard=shard),
            seed=seed,
            executor=chosen,
            stopping=None if precision is None else Precision(precision, column=measure),
            uncertain_inputs=uncertain_inputs,
            keep=keep,
            progress=progress,
        )
    for result in batches:
        click.echo(batch_screen(result))
        click.echo(f"Results: {result.folder}")
    click.echo(f"Took {time.perf_counter() - began:.1f} s")
    return _code(batches)


def _refuse_mixture(*, only: int | None, shard: Shard | None, precision: float | None) -> None:
    given = {"--only": only, "--shard": shard, "--precision": precision}
    names = [name for name, value in given.items() if value is not None]
    if len(names) > 1:
        raise click.UsageError(f"{' and '.join(names)} do not go together")


def _places(
    scenarios: list[Scenario],
    *,
    kind: str,
    seed: int,
    out: Path | None,
    only: int | None,
    shard: Shard | None,
) -> list[Path]:
    """Return the folder of each scenario's batch."""
    from corridor_sim.experiments.names import folder_names

    if out is not None and len(scenarios) == 1:
        places = [out]
    elif out is not None:
        places = [out / name for name in folder_names(scenarios)]
    else:
        places = [default_folder(kind, [scenario], seed=seed) for scenario in scenarios]
        if only is not None:
            places = [place.with_name(f"{place.name}-only-{only}") for place in places]
    return [place / shard.folder for place in places] if shard is not None else places


def _code(batches: list[Batch]) -> int:
    return GAPS if any(result.missing for result in batches) else 0


@click.command(short_help="Merge shards of a batch and name the gaps.")
@click.argument(
    "folders",
    nargs=-1,
    required=True,
    metavar="DIR...",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of the whole.  [default: 'whole' beside the first shard]",
)
def collect(folders: tuple[Path, ...], out: Path | None) -> int:
    """Merge shards in DIR... into one batch and name the gaps.

    The files are those of a batch that was never sharded, byte for byte. Exits with 3 where
    replications are missing.
    """
    from corridor_sim.experiments.screens import batch_screen
    from corridor_sim.experiments.shards import collect as merged
    from corridor_sim.experiments.shards import shard_folders

    with bad_input():
        place = out or shard_folders(folders)[0].parent / "whole"
        result = merged(folders, place)
    click.echo(batch_screen(result))
    click.echo(f"Results: {result.folder}")
    return _code([result])
