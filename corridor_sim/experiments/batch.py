"""Batches: many replications of one scenario, their intervals, and the folder they are kept in."""

from __future__ import annotations

import atexit
import contextlib
import math
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from corridor_sim.errors import CorridorSimError, nearest
from corridor_sim.experiments.executors import Executor
from corridor_sim.experiments.identity import differences, digest, identity_of
from corridor_sim.experiments.intervals import Interval, student, wilson
from corridor_sim.experiments.rows import MAIN, kept_tables
from corridor_sim.experiments.running import Member, Progress, Stopping, carry_out
from corridor_sim.experiments.stopping import Precision
from corridor_sim.experiments.store import Reader, Store, missing_words
from corridor_sim.result_folder import ResultFolderError
from corridor_sim.scenario import Scenario

__all__ = [
    "KIND",
    "USUAL",
    "Batch",
    "Shard",
    "collect",
    "made_by",
    "numbers_of",
    "open_member",
    "place_of",
    "replicate",
    "run_batches",
    "shard_folders",
    "variance_share",
]

KIND = "batch"
#: Replications where nobody says how many.
USUAL = 30
_TEXT = ("log_digest",)


@dataclass(frozen=True)
class Shard:
    """A part of the replications: every N-th of them.

    Attributes
    ----------
    place, of : int
        K and N, K from 1.
    """

    place: int
    of: int

    def __post_init__(self) -> None:
        """Refuse a place that is not there."""
        if not 1 <= self.place <= self.of:
            raise ValueError(f"there is no shard {self.place} of {self.of}")

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read ``K/N``.

        Raises
        ------
        ValueError
            If it is not that.
        """
        place, slash, of = text.partition("/")
        if not (slash and place.strip().isdecimal() and of.strip().isdecimal()):
            raise ValueError(f"'{text}' is no shard; allowed: K/N, for example 3/16")
        return cls(int(place), int(of))

    def of_numbers(self, numbers: Iterable[int]) -> list[int]:
        """Return those of the numbers that belong to it."""
        return [number for number in numbers if number % self.of == self.place - 1]

    @property
    def folder(self) -> str:
        """Name of its folder."""
        return f"shard-{self.place}-of-{self.of}"


class Batch:
    """Replications of a scenario.

    Parameters
    ----------
    reader : Reader
        Folder they are in.

    Attributes
    ----------
    folder : Path
        Folder they are in.
    manifest : dict
        What made them.
    """

    def __init__(self, reader: Reader) -> None:
        if reader.manifest["kind"] != KIND:
            raise ResultFolderError(
                f"{reader.folder} holds a {reader.manifest['kind']}, not a {KIND}"
            )
        self._reader = reader
        self.folder = reader.folder
        self.manifest: dict[str, Any] = reader.manifest

    @classmethod
    def load(cls, folder: str | Path) -> Batch:
        """Read a batch, finished or not.

        Parameters
        ----------
        folder : str or Path
            What `replicate`, ``corridor-sim batch`` or ``corridor-sim collect`` wrote.

        Returns
        -------
        Batch
            Its files were compared with the manifest.

        Raises
        ------
        ResultFolderError
            If it is no batch, or files are missing or were changed.
        """
        return cls(Reader(Path(folder)))

    def __repr__(self) -> str:
        """Return a line that says how much there is."""
        return f"<Batch {self.name}: {len(self)} replications, seed {self.seed}>"

    def __len__(self) -> int:
        return len(self.replications)

    # -- what was run --------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return str(self.manifest["identity"]["scenario"]["name"])

    @property
    def title(self) -> str:
        """One line about the scenario, for people."""
        return str(self.manifest["identity"]["scenario"]["title"])

    @property
    def seed(self) -> int:
        """Seed of all draws."""
        return int(self.manifest["identity"]["seed"])

    @cached_property
    def scenario(self) -> Scenario:
        """What was simulated."""
        resolved = dict(self.manifest["identity"]["scenario"])
        resolved["network"] = self.manifest["about"].get("network", resolved["network"])
        return Scenario.model_validate(resolved)

    @property
    def is_complete(self) -> bool:
        """Whether all that was asked for has ended."""
        return self._reader.is_complete

    @cached_property
    def replications(self) -> list[int]:
        """Numbers of the replications that are there."""
        return sorted(self._reader.finished)

    @property
    def missing(self) -> list[int]:
        """Numbers that were asked for and are not there."""
        there = set(self.replications)
        spans = self.manifest["about"].get("wanted", [])
        return [n for first, last in spans for n in range(first, last + 1) if n not in there]

    @property
    def failures(self) -> pd.DataFrame:
        """Replications without a result: replication, reason, message, attempts, where."""
        columns = ["replication", "reason", "message", "attempts", "where"]
        return pd.DataFrame(self._reader.failures(), columns=columns)

    # -- tables --------------------------------------------------------------------------------

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per replication, in the order of their numbers."""
        return self.table(MAIN)

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables; `table` reads one."""
        return self._reader.tables

    def table(self, name: str) -> pd.DataFrame:
        """Return a table.

        Parameters
        ----------
        name : str
            One of `tables`: ``replications``, ``facilities``, ``months``, and what was kept beside.

        Returns
        -------
        DataFrame
            Its first column is ``replication``.

        Raises
        ------
        CorridorSimError
            If there is no such table, or no replication yet.
        """
        if name not in self.tables:
            hint = nearest(name, self.tables)
            raise CorridorSimError(
                f"{self.folder} has no table '{name}'; allowed: {', '.join(self.tables)}"
                + (f"; {hint}" if hint else "")
            )
        found = self._reader.table(name)
        if found is None:
            raise CorridorSimError(f"{self.folder} holds no finished replication yet")
        frame: pd.DataFrame = found.to_pandas()
        return frame

    # -- figures -------------------------------------------------------------------------------

    @property
    def figures(self) -> list[str]:
        """Columns of `frame` that are figures."""
        return [c for c in self.frame.columns if c not in ("replication", *_TEXT)]

    def interval(self, figure: str = "cleared_cny", *, level: float = 0.95) -> Interval:
        """Return the mean of a figure with Student's interval.

        Parameters
        ----------
        figure : str
            One of `figures`.
        level : float
            Confidence level.

        Returns
        -------
        Interval
            Over the replications.

        Raises
        ------
        CorridorSimError
            If there is no such figure.
        """
        if figure not in self.figures:
            hint = nearest(figure, self.figures)
            raise CorridorSimError(f"there is no figure '{figure}'" + (f"; {hint}" if hint else ""))
        return student(self.frame[figure].to_numpy(dtype=np.float64), level=level)

    def intervals(self, *, level: float = 0.95) -> pd.DataFrame:
        """Return all figures with their intervals.

        Parameters
        ----------
        level : float
            Confidence level.

        Returns
        -------
        DataFrame
            figure, mean, low, high, sd, p5, p50, p95, n: one row per figure, all in the unit its
            name ends with.
        """
        rows = []
        for figure in self.figures:
            values = self.frame[figure].to_numpy(dtype=np.float64)
            values = values[np.isfinite(values)]
            found = student(values, level=level)
            spread = np.percentile(values, (5, 50, 95)) if len(values) else [math.nan] * 3
            rows.append(
                {
                    "figure": figure,
                    "mean": found.estimate,
                    "low": found.low,
                    "high": found.high,
                    "sd": float(values.std(ddof=1)) if len(values) > 1 else math.nan,
                    "p5": float(spread[0]),
                    "p50": float(spread[1]),
                    "p95": float(spread[2]),
                    "n": found.n,
                }
            )
        return pd.DataFrame(rows)

    def by(self, table: str, figure: str, *, level: float = 0.95) -> pd.DataFrame:
        """Return the mean of a figure with its interval for each row of a small table.

        Parameters
        ----------
        table : str
            For example ``facilities``.
        figure : str
            One of its columns, for example ``mean_wait_h``.
        level : float
            Confidence level.

        Returns
        -------
        DataFrame
            Name (facility, month or link), mean, low, high, p10, p50, p90, n.

        Raises
        ------
        CorridorSimError
            If there is no such table or figure.
        """
        frame = self.table(table)
        name = str(frame.columns[1])
        if figure not in frame.columns[2:]:
            allowed = ", ".join(frame.columns[2:])
            raise CorridorSimError(f"{table} has no figure '{figure}'; allowed: {allowed}")
        rows = []
        for value, group in frame.groupby(name, sort=True):
            numbers = group[figure].to_numpy(dtype=np.float64)
            numbers = numbers[np.isfinite(numbers)]
            found = student(numbers, level=level)
            spread = np.percentile(numbers, (10, 50, 90)) if len(numbers) else [math.nan] * 3
            rows.append(
                {
                    name: value,
                    "mean": found.estimate,
                    "low": found.low,
                    "high": found.high,
                    **dict(zip(("p10", "p50", "p90"), map(float, spread), strict=True)),
                    "n": found.n,
                }
            )
        return pd.DataFrame(rows)

    def probability(self, target_cny: float, *, level: float = 0.95) -> Interval:
        """Return how likely the cleared value reaches a yearly target, with Wilson's interval.

        Parameters
        ----------
        target_cny : float
            Yearly trade value, yuan. A window that is no year is taken at its pace.
        level : float
            Confidence level.

        Returns
        -------
        Interval
            Given this demand, over the replications.
        """
        values = self.frame["cleared_cny"].to_numpy(dtype=np.float64)
        days = self.scenario.period.days
        if abs(days - 365) > 1:
            values = values / days * 365
        return wilson(int(np.count_nonzero(values >= target_cny)), len(values), level=level)

    def goals(self, *, level: float = 0.95) -> pd.DataFrame:
        """Return the probability of reaching each goal of the scenario.

        Parameters
        ----------
        level : float
            Confidence level.

        Returns
        -------
        DataFrame
            target_cny, probability, low, high, n.
        """
        rows = []
        for target in self.scenario.goal_cny:
            found = self.probability(target, level=level)
            rows.append(
                {
                    "target_cny": float(target),
                    "probability": found.estimate,
                    "low": found.low,
                    "high": found.high,
                    "n": found.n,
                }
            )
        return pd.DataFrame(rows)

    # -- uncertain inputs ----------------------------------------------------------------------

    @property
    def has_uncertain_inputs(self) -> bool:
        """Whether inputs were drawn."""
        return bool(self.manifest["identity"]["uncertain_inputs"])

    def variance_shares(self, *, level: float = 0.95) -> pd.DataFrame:
        """Return how much of the variance comes from inputs, and how much from operations.

        Parameters
        ----------
        level : float
            Confidence level.

        Returns
        -------
        DataFrame
            figure, sd, input_share, low, high, operational_share, n, n_twins. The operational
            variance is that between twins, which share their inputs; the interval takes it and
            the total variance for those of normal figures.

        Raises
        ------
        CorridorSimError
            If no inputs were drawn.
        """
        self._refuse_certain()
        twins = self.table("twins")
        rows = [
            variance_share(self.frame, twins, figure, level=level) | {"figure": figure}
            for figure in self.figures
        ]
        frame = pd.DataFrame(rows)
        return frame[["figure", *(name for name in frame.columns if name != "figure")]]

    def input_effects(self, figure: str = "cleared_cny") -> pd.DataFrame:
        """Return how a figure goes with each drawn input, the closest first.

        Parameters
        ----------
        figure : str
            One of `figures`.

        Returns
        -------
        DataFrame
            input, correlation (Spearman's, of ranks), share (its square: roughly the share of the
            variance), p_value.

        Raises
        ------
        CorridorSimError
            If no inputs were drawn.
        """
        from scipy.stats import spearmanr

        self._refuse_certain()
        factors = self.table("inputs").pivot_table(
            index="replication", columns="input", values="factor"
        )
        values = self.frame.set_index("replication")[figure].reindex(factors.index)
        known = np.isfinite(values.to_numpy(np.float64))
        rows = []
        for name in factors.columns:
            found = spearmanr(factors[name][known], values[known])
            r = float(found.statistic)
            rows.append(
                {"input": name, "correlation": r, "share": r**2, "p_value": float(found.pvalue)}
            )
        frame = pd.DataFrame(rows).sort_values("share", ascending=False, kind="stable")
        return frame.reset_index(drop=True)

    def _refuse_certain(self) -> None:
        if not self.has_uncertain_inputs:
            raise CorridorSimError(
                f"{self.folder} was run with all inputs as they are; run it with uncertain inputs"
            )


def variance_share(
    frame: pd.DataFrame, twins: pd.DataFrame, figure: str, *, level: float = 0.95
) -> dict[str, float | int]:
    """Return the share of the variance that comes from the inputs.

    Parameters
    ----------
    frame, twins : DataFrame
        Replications, and twins of some of them that share their inputs.
    figure : str
        Column.
    level : float
        Confidence level.

    Returns
    -------
    dict
        sd, input_share, low, high, operational_share, n, n_twins.
    """
    from scipy.special import fdtri

    values = frame[figure].to_numpy(np.float64)
    values = values[np.isfinite(values)]
    joined = frame[["replication", figure]].merge(
        twins[["replication", figure]], on="replication", suffixes=("", "_twin")
    )
    apart = (joined[figure] - joined[f"{figure}_twin"]).to_numpy(np.float64)
    apart = apart[np.isfinite(apart)]
    n, pairs = len(values), len(apart)
    total = float(values.var(ddof=1)) if n > 1 else math.nan
    operational = low = high = math.nan
    if pairs and total > 0:
        operational = float((apart**2).mean() / 2) / total
        tail = (1 - level) / 2
        low = 1 - operational / float(fdtri(pairs, n - 1, tail))
        high = 1 - operational / float(fdtri(pairs, n - 1, 1 - tail))
    share = float(np.clip(1 - operational, 0, 1))
    return {
        "sd": math.sqrt(total) if n > 1 else math.nan,
        "input_share": share,
        "low": float(np.clip(low, 0, 1)),
        "high": float(np.clip(high, 0, 1)),
        "operational_share": 1 - share,
        "n": n,
        "n_twins": pairs,
    }


# -- running -------------------------------------------------------------------------------------


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
    import platform
    import sys

    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "argv": [Path(sys.argv[0]).name, *sys.argv[1:]],
    }


# -- shards --------------------------------------------------------------------------------------


def collect(folders: Sequence[str | Path], out: str | Path) -> Batch:
    """Merge shards of one batch into a folder whose files are those of an unsharded batch.

    Parameters
    ----------
    folders : sequence of str or Path
        Shards, or folders with shards in them.
    out : str or Path
        Folder of the whole; what it holds already stays.

    Returns
    -------
    Batch
        Its `missing` names the gaps up to the largest replication any shard was asked for.

    Raises
    ------
    ResultFolderError
        If there are no shards, they belong to different batches, or two give different rows.
    """
    readers = [Reader(folder) for folder in shard_folders(folders)]
    first = readers[0]
    for other in readers[1:]:
        if found := differences(first.manifest["identity"], other.manifest["identity"]):
            raise ResultFolderError(
                f"{first.folder} and {other.folder} are of different batches:\n  "
                + "\n  ".join(found)
            )
    spans = [span for reader in readers for span in reader.manifest["about"].get("wanted", [])]
    wanted = range(max((last for _, last in spans), default=-1) + 1)
    manifest = first.manifest
    with Store(
        Path(out),
        identity=manifest["identity"],
        kind=manifest["kind"],
        key=manifest["key"],
        tables=manifest["tables"],
        about=manifest["about"],
    ) as store:
        store.note(wanted=wanted)
        for reader in readers:
            _take_in(store, reader)
        store.finish()
        for reader in readers:
            for line in reader.failures():
                if line[store.key] not in store.finished:
                    store.fail_again(line)
    return Batch.load(out)


def shard_folders(folders: Sequence[str | Path]) -> list[Path]:
    """Return the folders of shards among and below folders.

    Raises
    ------
    ResultFolderError
        If there is none.
    """
    found: list[Path] = []
    for folder in map(Path, folders):
        below = sorted(folder.glob("shard-*-of-*"), key=lambda p: (len(p.name), p.name))
        if below:
            found.extend(below)
        else:
            found.append(folder)
    if not found:
        raise ResultFolderError("there is nothing to collect; name the folders of the shards")
    return found


def _take_in(store: Store, reader: Reader) -> None:
    twice = store.finished & reader.finished
    if twice:
        ours, theirs = (x.table(MAIN, numbers=twice) for x in (store, reader))
        assert ours is not None
        if not ours.equals(theirs):
            raise ResultFolderError(
                f"{reader.folder} has other rows than shards before it for replications "
                f"{missing_words(twice)}: they were made by different programs"
            )
    new = reader.finished - twice
    if not new:
        return
    tables = {name: reader.table(name, numbers=new) for name in reader.tables}
    store.merge_tables({name: table for name, table in tables.items() if table is not None})
