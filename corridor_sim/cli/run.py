"""``corridor-sim run``: simulate one replication and draw its map."""

from __future__ import annotations

import contextlib
import gc
import json
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corridor_sim.cli.options import bad_input, overrides_of, with_settings
from corridor_sim.cli.progress import progress_by_date

if TYPE_CHECKING:
    from corridor_sim.maps.prepared import PreparedMap
    from corridor_sim.network import Network
    from corridor_sim.scenario import Scenario

__all__ = ["folder_name", "run"]

# New objects after which garbage is looked for. A run makes millions that stay and little garbage;
# as often as Python does by itself, looking takes a tenth of the time.
_LOOKED_AFTER = 500_000
# Seconds after which a thread that wants the interpreter's lock gets it. What runs side by side
# wants it thousands of times for moments; at Python's 5 ms, waiting takes a tenth of the time.
_HANDED_ON_S = 0.0005


@contextlib.contextmanager
def _tuned() -> Iterator[None]:
    """Tune Python to what a run does, and put back what was set."""
    threshold, interval = gc.get_threshold(), sys.getswitchinterval()
    gc.set_threshold(_LOOKED_AFTER)
    sys.setswitchinterval(_HANDED_ON_S)
    try:
        yield
    finally:
        gc.set_threshold(*threshold)
        sys.setswitchinterval(interval)


@click.command(short_help="Simulate a scenario and draw its map.")
@click.argument("scenario")
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    metavar="N",
    help="Seed of all random draws.",
)
@click.option(
    "--replication",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    metavar="R",
    help="Number of the replication: other draws of the same seed.",
)
@click.option(
    "--engine",
    type=click.Choice(["auto", "simpy", "loop", "compiled"]),
    default="auto",
    show_default=True,
    help="All give the same answers; auto takes compiled, or simpy where numba is missing.",
)
@with_settings
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Result folder itself.  [default: results/SCENARIO-SEED-HASH]",
)
@click.option("--force", is_flag=True, help="Replace a result folder that is there.")
@click.option("--json", "as_object", is_flag=True, help="Print one JSON object, for machines.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@_tuned()
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
    from corridor_sim.scenario import Scenario

    read = Scenario.read(scenario, overrides_of(settings))
    folder = out or Path("results") / folder_name(read, seed=seed, replication=replication)
    with bad_input():
        from corridor_sim.result_place import refuse_place

        # Now, and not after minutes of simulating.
        refuse_place(folder, force=force)
    from corridor_sim.simulation import simulate

    prepared: list[PreparedMap] = []
    with progress_by_date(f"Simulating {read.name}", quiet=quiet) as progress:
        results = simulate(
            read,
            seed=seed,
            replication=replication,
            engine=engine,
            progress=progress,
            meanwhile=lambda network: prepared.append(_prepare(network)),
            keep_draws=False,
        )
    from corridor_sim.maps import write_map
    from corridor_sim.screen import as_json, render

    def draw(path: Path) -> None:
        write_map(results, path, prepared=prepared[0] if prepared else None)

    results.save(folder, force=force, also={"map.html": draw})
    if as_object:
        click.echo(json.dumps(as_json(results), ensure_ascii=False, allow_nan=False))
        if not quiet:
            click.echo(f"Results: {folder}", err=True)
        return
    total_s = time.perf_counter() - started
    click.echo(render(results, map_path=folder / "map.html", total_s=total_s), nl=False)


def _prepare(network: Network) -> PreparedMap:
    """Import what comes after the engine while it runs, and draw the lines of the map."""
    from corridor_sim.maps import prepare_map

    import_module("corridor_sim.screen")
    return prepare_map(network)


def folder_name(scenario: Scenario, *, seed: int, replication: int) -> str:
    """Return the name of a result folder; whatever the scenario is called, it is no path.

    Parameters
    ----------
    scenario : Scenario
        Its name is used as far as it is made of plain letters, digits, ``_`` and ``-``.
    seed, replication : int
        Address of the draws.

    Returns
    -------
    str
        For example ``baseline_2025-1-0a1b2c3d``; its end tells scenarios of one name apart.
    """
    safe = "".join(
        c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in scenario.name
    ).lstrip("-")[:60]
    part = f"-r{replication}" if replication else ""
    return f"{safe or 'scenario'}-{seed}{part}-{scenario.digest()[:8]}"
