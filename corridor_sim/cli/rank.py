"""``corridor-sim rank``: which of several scenarios is best."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from corridor_sim.cli.experiments import (
    PRECISION,
    default_folder,
    executor_of,
    progress_by_count,
    with_running,
)
from corridor_sim.cli.options import bad_input, overrides_of, with_settings

__all__ = ["rank"]


class _Amount(click.ParamType["float"]):
    """A number, or an amount of money as people write it."""

    name = "amount"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read it."""
        if isinstance(value, float):
            return value
        from corridor_sim.units import parse_money

        try:
            number = parse_money(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if not number > 0:
            self.fail(f"{value} is no difference; allowed: above 0", param, ctx)
        return float(number)


@click.command(short_help="Find the best of several scenarios with few replications.")
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
@click.option(
    "--within",
    type=_Amount(),
    required=True,
    metavar="AMOUNT",
    help="Differences below this do not matter: yuan ('1 bn yuan'), or the unit of --measure.",
)
@click.option(
    "--measure",
    default="cleared_cny",
    show_default=True,
    metavar="FIGURE",
    help="Figure that is compared.",
)
@click.option("--smaller", is_flag=True, help="The smallest is the best, not the largest.")
@click.option(
    "--confidence",
    type=PRECISION,
    default="95%",
    show_default=True,
    metavar="P",
    help="Probability of selecting the best.",
)
@click.option(
    "--start",
    type=click.IntRange(2),
    default=10,
    show_default=True,
    metavar="N",
    help="Replications of all before the first is dropped.",
)
@click.option(
    "--most",
    type=click.IntRange(2),
    default=1000,
    show_default=True,
    metavar="N",
    help="Replications of a scenario after which it stays undecided.",
)
@with_running
@with_settings
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of the ranking.  [default: in results/]",
)
def rank(
    scenarios: tuple[str, ...],
    within: float,
    measure: str,
    smaller: bool,
    confidence: float,
    start: int,
    most: int,
    seed: int,
    workers: int | None,
    executor: str,
    scheduler: str | None,
    quiet: bool,
    settings: tuple[str, ...],
    out: Path | None,
) -> None:
    """Find the best of SCENARIO..., dropping one after the other as soon as that is clear.

    The procedure of Kim and Nelson with common random numbers. Give the same command again and it
    goes on where it stopped.
    """
    began = time.perf_counter()
    chosen = executor_of(executor, workers, scheduler)
    from corridor_sim.experiments.ranking import rank as ranked
    from corridor_sim.experiments.screens import ranking_screen
    from corridor_sim.scenario import Scenario

    read = [Scenario.read(name, overrides_of(settings)) for name in scenarios]
    with bad_input(), progress_by_count(f"Ranking {len(read)} scenarios", quiet=quiet) as progress:
        result = ranked(
            read,
            within=within,
            measure=measure,
            smaller_is_better=smaller,
            confidence=confidence,
            start=start,
            most=most,
            seed=seed,
            out=out or default_folder("rank", read, seed=seed),
            executor=chosen.name,
            workers=chosen.workers,
            scheduler=chosen.scheduler,
            progress=progress,
        )
    click.echo(ranking_screen(result))
    click.echo(f"Results: {result.folder}\nTook {time.perf_counter() - began:.1f} s")
