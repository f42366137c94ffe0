"""Commands that work on result folders."""

from __future__ import annotations

from pathlib import Path

import click

from corridor_sim.cli.options import bad_input
from corridor_sim.cli.progress import progress_by_date

__all__ = ["map_command", "reproduce"]

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("map")
@click.argument("result", type=_FOLDER)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where the map goes.  [default: map.html]",
)
def map_command(result: Path, out: Path | None) -> None:
    """Draw the map of a RESULT folder into a file of its own."""
    from corridor_sim.maps import write_map
    from corridor_sim.results import Results

    path = out or Path("map.html")
    if not path.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder '{path.parent}'", param_hint="--out")
    with bad_input():
        results = Results.load(result)
    draft = path.with_name(f".{path.name}.part")
    try:
        write_map(results, draft)
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
