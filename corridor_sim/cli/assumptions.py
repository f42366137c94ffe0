"""``corridor-sim assumptions``: how sure the rows are, and what the figures hang on."""

from __future__ import annotations

import json
from pathlib import Path

import click

from corridor_sim.cli.options import overrides_of, with_settings

__all__ = ["assumptions"]


@click.command(short_help="Tell what is assumed and what the figures hang on.")
@click.argument("scenario", default="baseline_2025")
@click.option(
    "--simulate",
    "count",
    type=click.IntRange(0),
    default=20,
    show_default=True,
    metavar="N",
    help="Simulate the N assumptions that lead by formula, and those that act on queues; 0: none.",
)
@click.option(
    "--top",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    metavar="N",
    help="Assumptions that are shown.",
)
@click.option("--count-only", is_flag=True, help="Count the rows by confidence; vary nothing.")
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    metavar="N",
    help="Seed of all random draws.",
)
@with_settings
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the tables as Markdown.",
)
@click.option(
    "--keep",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Keep every result in FILE as it comes; the same command then goes on where it stopped.",
)
@click.option("--json", "as_object", is_flag=True, help="Print one JSON object, for machines.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
def assumptions(
    scenario: str,
    count: int,
    top: int,
    count_only: bool,
    seed: int,
    settings: tuple[str, ...],
    out: Path | None,
    keep: Path | None,
    as_object: bool,
    quiet: bool,
) -> None:
    """Tell how many rows are how sure, and which assumptions move the headline figures most.

    Every assumption of SCENARIO is set to both ends of its range, one at a time: first by formula,
    then the leading ones in runs that share their draws.
    """
    if out is not None and not out.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder '{out.parent}'", param_hint="--out")
    from corridor_sim.assumptions import confidence_of, one_at_a_time
    from corridor_sim.assumptions.words import as_markdown, as_text
    from corridor_sim.scenario import Scenario
    from corridor_sim.simulation import read_inputs

    read = Scenario.read(scenario, overrides_of(settings))
    counts = confidence_of(*read_inputs(read))

    def tell(what: str, done: int, of: int) -> None:
        if not quiet and done % 10 == 0:
            click.echo(f"{read.name}, {what}: {done} of {of}", err=True)

    found = None
    if not count_only:
        found = one_at_a_time(
            read,
            simulate_leading=count,
            simulate_queues=count > 0,
            seed=seed,
            keep=keep,
            progress=tell,
        )
    if out is not None:
        words = ["corridor-sim assumptions", scenario, f"--simulate {count}", f"--seed {seed}"]
        words += [f"--set {setting}" for setting in settings]
        text = as_markdown(counts, found, top=top, command=" ".join(words))
        out.write_text(text, encoding="utf-8", newline="\n")
    if as_object:
        rows = [{"table": item.table, "total": item.total, **item.rows} for item in counts]
        effects = None if found is None else found.as_object()
        told = {"rows": rows, "sensitivity": effects}
        click.echo(json.dumps(told, ensure_ascii=False, allow_nan=False))
        return
    click.echo(as_text(counts, found, top=top), nl=False)
