"""Running replications of scenarios into the folders of their batches."""

from __future__ import annotations

import atexit
import contextlib
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from corridor_sim.experiments.batch import KIND, Batch
from corridor_sim.experiments.executors import Executor
from corridor_sim.experiments.identity import digest, identity_of
from corridor_sim.experiments.rows import kept_tables
from corridor_sim.experiments.running import Member, Progress, Stopping, carry_out
from corridor_sim.experiments.shards import Shard
from corridor_sim.experiments.stopping import Precision
from corridor_sim.experiments.store import Store
from corridor_sim.scenario import Scenario

__all__ = [
    "USUAL",
    "made_by",
    "numbers_of",
    "open_member",
    "place_of",
    "replicate",
    "run_batches",
]

#: Replications where nobody says how many.
USUAL = 30


def replicate(
    scenario: Scenario | str,
    n: int = USUAL,
    *,
    seed: int = 1,
    out: str | Path | None = None,
    executor: str = "auto",
    workers: int | None = None,
    scheduler: str | None = None,
    precision: float | None = None,
    measure: str = "cleared_cny",
    uncertain_inputs: bool = False,
    keep: Sequence[str] = (),
    only: int | None = None,
    shard: Shard | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Batch:
    """Run replications of a scenario; what is in the folder already is not run again.

    Parameters
    ----------
    scenario : Scenario or str
        What to simulate, or its name.
    n : int
        Replications 0 to n - 1; with `precision`, as many at most.
    seed : int
        Seed of all draws.
    out : str or Path, optional
        Folder to keep them in; a temporary one, which goes with the batch, if not given.
    executor : str
        ``auto``, ``serial``, ``threads``, ``processes`` or ``dask``; all give the same bytes.
    workers : int, optional
        Number of workers; one per processor if not given.
    scheduler : str, optional
        Address of a Dask scheduler.
    precision : float, optional
        Relative half-width of the interval of `measure` at which to stop, for example 0.02.
    measure : str
        Figure that `precision` looks at.
    uncertain_inputs : bool
        Draw inputs that are not well known once per replication, see
        `corridor_sim.experiments.uncertainty`.
    keep : sequence of str
        ``links`` and ``shipments`` are kept beside the summaries where asked for.
    only : int, optional
        The one replication to run.
    shard : Shard, optional
        The part of the replications to run.
    progress : callable, optional
        Called after every replication.

    Returns
    -------
    Batch
        Replications without a result are in its `failures`.

    Raises
    ------
    InputError
        If the scenario cannot be run.
    ResultFolderError
        If the folder holds something else, or cannot be written.
    """
    chosen = Scenario.read(scenario) if isinstance(scenario, str) else scenario
    return run_batches(
        [(chosen, place_of(out))],
        numbers_of(n, only=only, shard=shard),
        seed=seed,
        executor=Executor(executor, workers, scheduler),
        stopping=None if precision is None else Precision(precision, column=measure),
        uncertain_inputs=uncertain_inputs,
        keep=keep,
        progress=progress,
    )[0]


def run_batches(
    scenarios: Sequence[tuple[Scenario, Path]],
    wanted: Sequence[int],
    *,
    seed: int,
    executor: Executor,
    stopping: Stopping | None = None,
    uncertain_inputs: bool = False,
    keep: Sequence[str] = (),
    progress: Callable[[Progress], None] | None = None,
) -> list[Batch]:
    """Run replications of several scenarios, number by number, so that they grow together.

    Parameters
    ----------
    scenarios : sequence of tuple of Scenario and Path
        What to simulate, and its folder.
    wanted : sequence of int
        Replications that are asked for.
    seed : int
        Seed of all draws: scenarios share those of all they have in common.
    executor : Executor
        How.
    stopping : Stopping, optional
        When to stop before all are run.
    uncertain_inputs : bool
        Whether every replication draws its uncertain inputs.
    keep : sequence of str
        Tables kept beside the summaries.
    progress : callable, optional
        Called after every replication.

    Returns
    -------
    list of Batch
        One per scenario.
    """
    with contextlib.ExitStack() as stack:
        members = []
        for scenario, folder in scenarios:
            member = open_member(
                scenario,
                folder,
                seed=seed,
                keep=keep,
                uncertain_inputs=uncertain_inputs,
                wanted=wanted,
                name=str(folder),
            )
            stack.enter_context(member.store)
            members.append(member)
        carry_out(members, wanted, executor=executor, stopping=stopping, progress=progress)
        for member in members:
            limit = stopping.limit(member.name) if stopping is not None else None
            if limit is not None:
                member.store.note(wanted=wanted[:limit])
            member.store.finish()
    return [Batch.load(folder) for _, folder in scenarios]


def place_of(out: str | Path | None) -> Path:
    """Return the folder of results, or a temporary one that is removed when the program ends."""
    if out is not None:
        return Path(out)
    scratch = tempfile.mkdtemp(prefix="corridor_sim-")
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    return Path(scratch) / "results"


def numbers_of(n: int, *, only: int | None = None, shard: Shard | None = None) -> list[int]:
    """Return the replications that are wanted.

    Parameters
    ----------
    n : int
        How many in all.
    only : int, optional
        The one that is wanted.
    shard : Shard, optional
        The part that is wanted.

    Returns
    -------
    list of int
        Ascending.
    """
    if only is not None:
        return [only]
    return shard.of_numbers(range(n)) if shard is not None else list(range(n))


def open_member(
    scenario: Scenario,
    folder: Path,
    *,
    seed: int,
    keep: Sequence[str] = (),
    uncertain_inputs: bool = False,
    wanted: Sequence[int] = (),
    name: str = "",
) -> Member:
    """Open the folder of a batch for writing.

    Parameters
    ----------
    scenario : Scenario
        What is simulated.
    folder : Path
        New, empty, or one of the same batch.
    seed : int
        Seed of all draws.
    keep : sequence of str
        Tables kept beside the summaries.
    uncertain_inputs : bool
        Whether every replication draws its uncertain inputs.
    wanted : sequence of int
        Replications that are asked for.
    name : str
        Name among several members.

    Returns
    -------
    Member
        Its store is to be closed.
    """
    identity = identity_of(
        scenario, seed=seed, keep=sorted(keep), uncertain_inputs=uncertain_inputs
    )
    store = Store(
        folder,
        identity=identity,
        kind=KIND,
        key="replication",
        tables=kept_tables(tuple(keep), uncertain_inputs=uncertain_inputs),
        about={**made_by(), "network": scenario.network},
    )
    store.note(wanted=wanted)
    key = digest({"scenario": identity["scenario"], "inputs": identity["inputs"]})
    return Member(
        name=name or scenario.name,
        scenario=scenario,
        ground_key=key,
        seed=seed,
        store=store,
        keep=tuple(keep),
        uncertain_inputs=uncertain_inputs,
    )


def made_by() -> dict[str, Any]:
    """Return what made a batch and does not change its rows."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "argv": [Path(sys.argv[0]).name, *sys.argv[1:]],
    }
