"""Commands that work on result folders."""

from __future__ import annotations

from pathlib import Path

import click

from corridor_sim.cli.progress import progress_by_date

__all__ = ["map_command", "reproduce"]

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("map")
@click.argument("result", type=_FOLDER)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="File.  [default: map.html]"
)
def map_command(result: Path, out: Path | None) -> None:
    """Draw the map of a RESULT folder into a file of its own."""
    from corridor_sim.maps import write_map
    from corridor_sim.results import Results

    path = out or Path("map.html")
    write_map(Results.load(result), path)
    click.echo(f"Map: {path}")


@click.command()
@click.argument("result", type=_FOLDER)
@click.option("--quiet", is_flag=True, help="No progress.")
def reproduce(result: Path, quiet: bool) -> None:
    """Run a RESULT again and tell whether the bytes agree."""
    from corridor_sim.errors import CorridorSimError
    from corridor_sim.results import Results
    from corridor_sim.simulation import simulate

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
