"""``corridor-sim report``: one file that answers what came of a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from corridor_sim.cli.options import bad_input
from corridor_sim.cli.progress import progress_by_date

if TYPE_CHECKING:
    from corridor_sim.experiments.batch import Batch
    from corridor_sim.experiments.comparison import Comparison
    from corridor_sim.results import Results
    from corridor_sim.simulation import Groundwork

__all__ = ["experiment_of", "report_command"]


@click.command("report", short_help="Write the report of a result into one HTML file.")
@click.argument("result", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("report.html"),
    show_default=True,
    metavar="FILE",
    help="Where the report goes.",
)
@click.option(
    "--lang",
    type=click.Choice(["zh", "en", "both"]),
    default="both",
    show_default=True,
    help="Language.",
)
@click.option(
    "--assets",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Also write charts as SVG and PNG and tables as CSV and XLSX here.",
)
@click.option(
    "--od",
    "pairs",
    metavar="ORIGIN>DESTINATION",
    multiple=True,
    help="Zones whose alternatives are shown, for example 'Z_CQLJ>Z_DE'. May be repeated.",
)
@click.option(
    "--no-rerun",
    is_flag=True,
    help="Read the folder alone: faster, without what needs the stamps of the run.",
)
@click.option("--quiet", is_flag=True, help="Show no progress.")
def report_command(
    result: Path,
    out: Path,
    lang: str,
    assets: Path | None,
    pairs: tuple[str, ...],
    no_rerun: bool,
    quiet: bool,
) -> None:
    """Write the report of a RESULT folder: of a run (it is made again), a batch or a comparison."""
    if not out.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder '{out.parent}'", param_hint="--out")
    wanted = [_pair(text) for text in pairs]
    from corridor_sim.report import write_report

    ground: Groundwork | None = None
    source: Results | Batch | Comparison | None = experiment_of(result)
    if source is None:
        source, ground = _results(result, no_rerun=no_rerun, quiet=quiet)
    write_report(
        source,
        out,
        lang=lang,  # type: ignore[arg-type]
        assets=assets,
        ground=ground,
        pairs=wanted,
    )
    click.echo(f"Report: {out}")
    if assets is not None:
        click.echo(f"Charts and tables: {assets}")


def _pair(text: str) -> tuple[str, str]:
    origin, sign, destination = text.partition(">")
    if not sign or not origin.strip() or not destination.strip():
        raise click.BadParameter(
            f"'{text}' is no pair; allowed: two zones, for example Z_CQLJ>Z_DE", param_hint="--od"
        )
    return origin.strip(), destination.strip()


def experiment_of(folder: Path) -> Batch | Comparison | None:
    """Return the batch or the comparison of a folder; None where it is the folder of a run."""
    import json

    from corridor_sim.experiments.batch import Batch
    from corridor_sim.experiments.comparison import Comparison

    try:
        kind = json.loads((folder / "manifest.json").read_text(encoding="utf-8")).get("kind")
    except (OSError, ValueError, AttributeError, RecursionError):
        return None
    with bad_input():
        if kind == "batch":
            return Batch.load(folder)
        return Comparison.load(folder) if kind == "comparison" else None


def _results(result: Path, *, no_rerun: bool, quiet: bool) -> tuple[Results, Groundwork | None]:
    """Return the run of a folder: made again, or read where that is wanted or cannot be."""
    from corridor_sim.errors import CorridorSimError
    from corridor_sim.result_folder import read_manifest
    from corridor_sim.results import Results
    from corridor_sim.simulation import lay_groundwork, simulate

    with bad_input():
        manifest = read_manifest(result)
        if no_rerun or manifest.get("has_user_processes"):
            if not no_rerun:
                click.echo(
                    "The run had processes of the user's own and cannot be made again: what needs "
                    "its stamps is left out.",
                    err=True,
                )
            return Results.load(result), None
        old = Results.load(result)
    ground = lay_groundwork(old.scenario)
    with progress_by_date(f"Simulating {old.scenario.name} again", quiet=quiet) as progress:
        again = simulate(
            old.scenario,
            seed=old.seed,
            replication=old.replication,
            engine=old.engine,
            progress=progress,
            ground=ground,
        )
    if again.summary()["log_digest"] != manifest["log_digest"]:
        raise CorridorSimError(
            f"{result} is not reproduced by this version: other stamps came out; use the version "
            f"{manifest.get('version')}, or --no-rerun for a report of the folder alone"
        )
    return again, ground
