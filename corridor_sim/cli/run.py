"""``corridor-sim run``: simulate one replication and draw its map."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from corridor_sim.cli.options import overrides_of, with_settings
from corridor_sim.cli.progress import progress_by_date

__all__ = ["run"]


@click.command()
@click.argument("scenario")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed.")
@click.option("--replication", type=click.IntRange(0), default=0, show_default=True)
@click.option("--engine", type=click.Choice(["simpy"]), default="simpy", show_default=True)
@with_settings
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Result folder itself.  [default: results/SCENARIO-SEED-HASH]",
)
@click.option("--force", is_flag=True, help="Replace a result folder that is there.")
@click.option("--json", "as_object", is_flag=True, help="Print one JSON object.")
@click.option("--quiet", is_flag=True, help="No progress.")
def run(
    scenario: str,
    seed: int,
    replication: int,
    engine: str,
    settings: tuple[str, ...],
    out: Path | None,
    force: bool,
    as_object: bool,
    quiet: bool,
) -> None:
    """Simulate SCENARIO (a shipped name or a YAML file) and draw its map."""
    started = time.perf_counter()
    from corridor_sim.errors import Fault, InputError
    from corridor_sim.scenario import Scenario

    read = Scenario.read(scenario, overrides_of(settings))
    folder = out or Path("results") / _folder_name(read, seed, replication)
    if folder.exists() and not force:
        raise InputError(
            [Fault(str(folder), "is there already", hint="choose another --out, or add --force")]
        )
    from corridor_sim.maps import write_map
    from corridor_sim.screen import as_json, render
    from corridor_sim.simulation import simulate

    with progress_by_date(f"Simulating {read.name}", quiet=quiet) as progress:
        results = simulate(
            read, seed=seed, replication=replication, engine=engine, progress=progress
        )
    results.save(folder, force=force, also={"map.html": lambda path: write_map(results, path)})
    if as_object:
        click.echo(json.dumps(as_json(results), ensure_ascii=False, allow_nan=False))
        return
    total_s = time.perf_counter() - started
    click.echo(render(results, map_path=folder / "map.html", total_s=total_s))


def _folder_name(scenario: object, seed: int, replication: int) -> str:
    """Return a folder name made of the scenario's name; names never become paths."""
    name = str(getattr(scenario, "name", ""))
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in name)[:60]
    digest = scenario.digest()[:8]  # type: ignore[attr-defined]
    part = f"-r{replication}" if replication else ""
    return f"{safe or 'scenario'}-{seed}{part}-{digest}"
