"""``corridor-sim validate-model``: published figures beside what the model gives for them."""

from __future__ import annotations

import json
from pathlib import Path

import click

from corridor_sim.cli.options import overrides_of, with_settings

__all__ = ["validate_model"]


@click.command("validate-model", short_help="Put published figures beside the model's.")
@click.option(
    "-n",
    "count",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    metavar="N",
    help="Replications of each scenario; the lock alone takes ten times as many.",
)
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
    help="Write the tables as Markdown, with sources and what is known about misses.",
)
@click.option("--json", "as_object", is_flag=True, help="Print one JSON object, for machines.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
def validate_model(
    count: int,
    seed: int,
    settings: tuple[str, ...],
    out: Path | None,
    as_object: bool,
    quiet: bool,
) -> None:
    """Run the baseline and the years of the lock and put every published figure beside them.

    A miss is no error: it stays in the table, with what is known about it.
    """
    if out is not None and not out.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder '{out.parent}'", param_hint="--out")
    from corridor_sim.validation import validate_model as compared
    from corridor_sim.validation.words import as_markdown, as_text

    def tell(name: str, replication: int, of: int) -> None:
        if not quiet and (of < 10 or replication % 10 == 0):
            click.echo(f"{name}: replication {replication + 1} of {of}", err=True)

    found = compared(n=count, seed=seed, overrides=overrides_of(settings), progress=tell)
    if out is not None:
        words = ["corridor-sim validate-model", f"-n {count}", f"--seed {seed}"]
        words += [f"--set {setting}" for setting in settings]
        out.write_text(as_markdown(found, command=" ".join(words)), encoding="utf-8", newline="\n")
    if as_object:
        click.echo(json.dumps(found.as_object(), ensure_ascii=False, allow_nan=False))
        return
    click.echo(as_text(found), nl=False)
