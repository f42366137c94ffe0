"""Comparisons: scenarios against a base, replication by replication with common random numbers.

Scenarios share the draws of all they have in common, so that the difference within a replication
varies far less than the figures themselves.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from corridor_sim.errors import CorridorSimError, Fault, InputError
from corridor_sim.experiments.batch import Batch
from corridor_sim.experiments.executors import Executor
from corridor_sim.experiments.intervals import Interval, holm, student
from corridor_sim.experiments.names import folder_names
from corridor_sim.experiments.replicating import USUAL, place_of, run_batches
from corridor_sim.experiments.running import Progress
from corridor_sim.experiments.stopping import Precision
from corridor_sim.experiments.whole_files import parquet_bytes, telling, write_whole
from corridor_sim.result_folder import MANIFEST, ResultFolderError
from corridor_sim.scenario import Scenario

__all__ = ["KIND", "Comparison", "compare", "paired"]

KIND = "comparison"
DIFFERENCES = "differences.parquet"
#: Level at which an effect counts as seen, all figures of a comparison taken together.
SEEN = 0.05


class Comparison:
    """Batches of scenarios that share seed and replications.

    Parameters
    ----------
    batches : sequence of Batch
        The base first.
    folder : Path
        Folder they are in.

    Attributes
    ----------
    base : Batch
        What the others are compared with.
    others : list of Batch
        In the order they were given.
    folder : Path
        Folder they are in.
    """

    def __init__(self, batches: Sequence[Batch], folder: Path) -> None:
        self.base, *self.others = batches
        self.folder = folder

    @classmethod
    def load(cls, folder: str | Path) -> Comparison:
        """Read a comparison.

        Parameters
        ----------
        folder : str or Path
            What `compare` or ``corridor-sim compare`` wrote.

        Returns
        -------
        Comparison
            With its batches.

        Raises
        ------
        ResultFolderError
            If it is none, or a batch of it is damaged.
        """
        place = Path(folder)
        path = place / MANIFEST
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
            if manifest["kind"] != KIND:
                raise ResultFolderError(f"{place} holds a {manifest['kind']}, not a {KIND}")
            members = [str(name) for name in manifest["members"]]
        except (OSError, ValueError, KeyError, TypeError) as error:
            if isinstance(error, ResultFolderError):
                raise
            raise ResultFolderError(f"{place} holds no comparison: {error}") from error
        if any(Path(name).name != name for name in members):
            raise ResultFolderError(f"{path} names a member that is no folder beside it")
        return cls([Batch.load(place / name) for name in members], place)

    def __repr__(self) -> str:
        """Return a line that says what is compared."""
        names = ", ".join(batch.name for batch in self.others)
        return f"<Comparison of {names} with {self.base.name}: {len(self.base)} replications>"

    @property
    def batches(self) -> list[Batch]:
        """All batches, the base first."""
        return [self.base, *self.others]

    @cached_property
    def differences(self) -> pd.DataFrame:
        """Difference of every figure of every scenario to the base.

        Columns: other, figure, n (pairs), base_mean, other_mean, difference, low, high (95 %
        interval of the difference, Student's on the pairs), p_value, adjusted_p (Holm's, over all
        figures of the same scenario), seen (adjusted_p below 0.05) and saving: how many times more
        replications independent runs would need for the same interval.
        """
        return pd.concat([_differences(self.base, other) for other in self.others])

    def difference(self, figure: str = "cleared_cny", *, other: str | None = None) -> Interval:
        """Return the difference of a figure to the base, with its 95 % interval.

        Parameters
        ----------
        figure : str
            Column of the batches' frames.
        other : str, optional
            Name of the scenario; the first after the base if not given.

        Returns
        -------
        Interval
            Scenario less base.

        Raises
        ------
        CorridorSimError
            If there is no such scenario or figure.
        """
        batch = self._other(other)
        if figure not in self.base.figures or figure not in batch.figures:
            raise CorridorSimError(f"there is no figure '{figure}' in both scenarios")
        ours, theirs = paired(self.base.frame, batch.frame, figure)
        return student(theirs - ours)

    def by(self, table: str, figure: str, *, other: str | None = None) -> pd.DataFrame:
        """Return the difference to the base for each row of a small table.

        Parameters
        ----------
        table : str
            For example ``facilities``, or ``links`` where they were kept.
        figure : str
            One of its columns, for example ``mean_wait_h``.
        other : str, optional
            Name of the scenario; the first after the base if not given.

        Returns
        -------
        DataFrame
            Name (facility, month or link), n, base_mean, other_mean, difference, low, high.
        """
        batch = self._other(other)
        frames = [b.table(table) for b in (self.base, batch)]
        name = str(frames[0].columns[1])
        keys = ["replication", name]
        joined = frames[0][[*keys, figure]].merge(
            frames[1][[*keys, figure]], on=keys, suffixes=("_base", "_other")
        )
        rows = []
        for value, group in joined.groupby(name, sort=True):
            ours, theirs = _known(
                group[f"{figure}_base"].to_numpy(np.float64),
                group[f"{figure}_other"].to_numpy(np.float64),
            )
            found = student(theirs - ours)
            rows.append(
                {
                    name: value,
                    "n": found.n,
                    "base_mean": float(ours.mean()) if found.n else math.nan,
                    "other_mean": float(theirs.mean()) if found.n else math.nan,
                    "difference": found.estimate,
                    "low": found.low,
                    "high": found.high,
                }
            )
        return pd.DataFrame(rows)

    def _other(self, name: str | None) -> Batch:
        if name is None:
            return self.others[0]
        for batch in self.others:
            if batch.name == name:
                return batch
        allowed = ", ".join(batch.name for batch in self.others)
        raise CorridorSimError(f"there is no scenario '{name}' beside the base; allowed: {allowed}")

    def verdicts(self) -> list[str]:
        """Return the verdict on every scenario in words."""
        from corridor_sim.experiments.verdict import verdict

        return [verdict(self.base, other, self.differences) for other in self.others]


def paired(
    base: pd.DataFrame, other: pd.DataFrame, figure: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a figure of the replications that both have.

    Parameters
    ----------
    base, other : DataFrame
        Frames of two batches.
    figure : str
        Column.

    Returns
    -------
    tuple of ndarray of float64
        Two values per replication, known both.
    """
    joined = base[["replication", figure]].merge(
        other[["replication", figure]], on="replication", suffixes=("_base", "_other")
    )
    return _known(
        joined[f"{figure}_base"].to_numpy(np.float64),
        joined[f"{figure}_other"].to_numpy(np.float64),
    )


def _known(
    ours: NDArray[np.float64], theirs: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    both = np.isfinite(ours) & np.isfinite(theirs)
    return ours[both], theirs[both]


def _differences(base: Batch, other: Batch) -> pd.DataFrame:
    rows = []
    for figure in [name for name in base.figures if name in other.figures]:
        ours, theirs = paired(base.frame, other.frame, figure)
        found = student(theirs - ours)
        rows.append(
            {
                "base": base.name,
                "other": other.name,
                "figure": figure,
                "n": found.n,
                "base_mean": float(ours.mean()) if found.n else math.nan,
                "other_mean": float(theirs.mean()) if found.n else math.nan,
                "difference": found.estimate,
                "low": found.low,
                "high": found.high,
                "p_value": _p_value(found),
                "saving": _saving(ours, theirs),
            }
        )
    frame = pd.DataFrame(rows)
    adjusted = holm(frame["p_value"].fillna(1.0).tolist())
    frame.insert(len(frame.columns) - 1, "adjusted_p", adjusted)
    frame.insert(len(frame.columns) - 1, "seen", frame["adjusted_p"] < SEEN)
    return frame


def _p_value(found: Interval) -> float:
    """Return the probability of so large a mean difference where there is none (paired t)."""
    from scipy.special import stdtr, stdtrit

    if found.n < 2:
        return math.nan
    if found.half_width == 0:
        return 0.0 if found.estimate else 1.0
    width = stdtrit(found.n - 1, (1 + found.level) / 2)
    return float(2 * stdtr(found.n - 1, -abs(found.estimate) / (found.half_width / width)))


def _saving(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> float:
    if len(ours) < 2:
        return math.nan
    independent = float(ours.var(ddof=1) + theirs.var(ddof=1))
    together = float((theirs - ours).var(ddof=1))
    if together == 0:
        return math.inf if independent > 0 else math.nan
    return independent / together


def compare(
    scenarios: Sequence[Scenario | str],
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
    progress: Callable[[Progress], None] | None = None,
) -> Comparison:
    """Compare scenarios with the first of them, replication by replication.

    Parameters
    ----------
    scenarios : sequence of Scenario or str
        Two or more; the first is the base.
    n : int
        Replications of each; with `precision`, as many at most.
    seed : int
        Seed of all draws.
    out : str or Path, optional
        Folder to keep them in; a temporary one if not given.
    executor : str
        ``auto``, ``serial``, ``threads``, ``processes`` or ``dask``.
    workers : int, optional
        Number of workers.
    scheduler : str, optional
        Address of a Dask scheduler.
    precision : float, optional
        Half-width of the interval of the difference, over the difference, at which to stop.
    measure : str
        Figure that `precision` looks at.
    uncertain_inputs : bool
        Draw inputs that are not well known; scenarios share these draws as well.
    keep : sequence of str
        ``links`` and ``shipments`` are kept beside the summaries where asked for.
    progress : callable, optional
        Called after every replication.

    Returns
    -------
    Comparison
        With its batches.

    Raises
    ------
    InputError
        If there are fewer than two scenarios, or one cannot be run.
    """
    read = [Scenario.read(s) if isinstance(s, str) else s for s in scenarios]
    if len(read) < 2:
        raise InputError(
            [Fault("compare", "one scenario cannot be compared", allowed="two or more")]
        )
    folder = place_of(out)
    names = folder_names(read)
    begin(folder, kind=KIND, members=names)
    batches = run_batches(
        [(scenario, folder / name) for scenario, name in zip(read, names, strict=True)],
        range(n),
        seed=seed,
        executor=Executor(executor, workers, scheduler),
        stopping=None if precision is None else Precision(precision, column=measure, paired=True),
        uncertain_inputs=uncertain_inputs,
        keep=keep,
        progress=progress,
    )
    made = Comparison(batches, folder)
    if all(len(batch) for batch in batches):
        rows = pa.Table.from_pandas(made.differences, preserve_index=False)
        with telling(folder / DIFFERENCES):
            write_whole(folder / DIFFERENCES, parquet_bytes(rows))
    return made


def begin(folder: Path, *, kind: str, members: Sequence[str], **more: Any) -> None:
    """Begin a folder that holds several batches, or go on with it.

    Parameters
    ----------
    folder : Path
        New, empty, or begun with the same.
    kind : str
        What it is.
    members : sequence of str
        Folders of the batches in it.
    **more
        What else the manifest tells.

    Raises
    ------
    ResultFolderError
        If something else is there.
    """
    manifest = {"format": 1, "kind": kind, "members": list(members), **more}
    path = folder / MANIFEST
    if path.exists():
        try:
            there = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ResultFolderError(f"{path} is damaged: {error}") from error
        if there != json.loads(json.dumps(manifest)):
            raise ResultFolderError(
                f"{folder} was begun with something else: {there.get('kind')} of "
                f"{', '.join(there.get('members', []))}; name another folder"
            )
        return
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ResultFolderError(f"{folder} exists and holds no {kind}; name another folder")
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    with telling(path):
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode())
