"""Commands that work on result folders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from corridor_sim.cli.options import bad_input
from corridor_sim.cli.progress import progress_by_date

if TYPE_CHECKING:
    from corridor_sim.maps.series import By, Lang, View

__all__ = ["map_command", "reproduce"]

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("map", short_help="Draw the map of a result, or of two to compare.")
@click.argument("result", type=_FOLDER)
@click.argument("other", type=_FOLDER, required=False)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where the map goes.  [default: map.html]",
)
@click.option(
    "--lang",
    type=click.Choice(["zh", "en", "both"]),
    default="both",
    show_default=True,
    help="Language.",
)
@click.option(
    "--by",
    type=click.Choice(["month", "week"]),
    help="Steps of the slider.  [default: week where a dated disruption is shorter than a month]",
)
@click.option(
    "--basemap",
    default="land",
    show_default=True,
    metavar="land|countries|none|FILE",
    help="What lies below: land, land with borders, nothing, or a GeoJSON file of your own.",
)
@click.option(
    "--tiles",
    metavar="URL",
    help="Fetch tiles from here whenever the map is opened, for example "
    "https://tiles.example.org/{z}/{x}/{y}.png. Without it a map fetches nothing.",
)
@click.option(
    "--view",
    type=click.Choice(["difference", "side-by-side"]),
    help="What the map of two opens with: what grew and what shrank, or a map of each that move "
    "together; the page has a switch.  [default: difference]",
)
def map_command(
    result: Path,
    other: Path | None,
    out: Path | None,
    lang: Lang,
    by: By | None,
    basemap: str,
    tiles: str | None,
    view: View | None,
) -> None:
    """Draw the map of a RESULT folder, or of two: what grew and shrank, or both side by side.

    The folder of a batch gives the probability of each goal and, where it was run with --keep
    links, the 10th, 50th and 90th percentile of what passed every link; two such batches give the
    difference of their means.
    """
    from corridor_sim.cli.report import experiment_of
    from corridor_sim.errors import CorridorSimError
    from corridor_sim.experiments.batch import Batch
    from corridor_sim.maps import write_map
    from corridor_sim.maps.grounds import base_text, checked_tiles
    from corridor_sim.maps.spread import LINKS_NOT_KEPT, has_links
    from corridor_sim.results import Results

    if view is not None and other is None:
        raise click.UsageError("--view is for two results; name another one to compare")
    path = out or Path("map.html")
    if not path.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder '{path.parent}'", param_hint="--out")
    try:
        base_text(basemap)
        if tiles is not None:
            checked_tiles(tiles)
    except CorridorSimError as error:
        raise click.ClickException(str(error)) from error
    sources: list[Results | Batch] = []
    with bad_input():
        for folder in (result, other):
            if folder is None:
                continue
            found = experiment_of(folder)
            if found is not None and not isinstance(found, Batch):
                raise click.UsageError(
                    f"{folder} is a comparison; name one or two of the batches inside it"
                )
            sources.append(Results.load(folder) if found is None else found)
    source, compared = sources[0], sources[1] if other is not None else None
    if isinstance(source, Batch) or isinstance(compared, Batch):
        if by is not None:
            raise click.UsageError("--by is for runs: a batch is drawn over its whole period")
        if compared is None and isinstance(source, Batch) and not has_links(source):
            click.echo(LINKS_NOT_KEPT[0], err=True)
    elif compared is not None and compared.clock.window_days != source.clock.window_days:
        raise click.ClickException(
            f"{result} and {other} measure {source.clock.window_days:g} and "
            f"{compared.clock.window_days:g} days; allowed: windows of the same length"
        )
    draft = path.with_name(f".{path.name}.part")
    try:
        write_map(
            source,
            draft,
            other=compared,
            by=by,
            lang=lang,
            basemap=basemap,
            tiles=tiles,
            view=view or "difference",
        )
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    click.echo(f"Map: {path}")


@click.command()
@click.argument("result", type=_FOLDER)
@click.option("--quiet", is_flag=True, help="Show no progress.")
def reproduce(result: Path, quiet: bool) -> None:
    """Run a RESULT again and tell whether the bytes agree."""
    from corridor_sim.errors import CorridorSimError
    from corridor_sim.results import Results
    from corridor_sim.simulation import simulate

    with bad_input():
        old = Results.load(result)
    if old.has_user_processes:
        raise CorridorSimError(
            f"{result} was made with processes of the user's own, which its folder does not hold"
        )
    with progress_by_date(f"Simulating {old.scenario.name}", quiet=quiet) as progress:
        again = simulate(
            old.scenario,
            seed=old.seed,
            replication=old.replication,
            engine=old.engine,
            progress=progress,
        )
    differences = again.differences(result)
    if differences:
        raise CorridorSimError(f"{result} is not reproduced:\n  " + "\n  ".join(differences))
    click.echo(f"{result} is reproduced: every table agrees byte for byte")
