"""Rankings: which of several scenarios is best, with a stated probability of being right."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from corridor_sim.errors import CorridorSimError, Fault, InputError
from corridor_sim.experiments.batch import Batch
from corridor_sim.experiments.comparison import begin, paired
from corridor_sim.experiments.executors import Executor
from corridor_sim.experiments.intervals import student
from corridor_sim.experiments.names import folder_names
from corridor_sim.experiments.replicating import place_of, run_batches
from corridor_sim.experiments.running import Progress
from corridor_sim.experiments.selection import Screening, Selection, screen, unbroken
from corridor_sim.result_folder import MANIFEST, ResultFolderError
from corridor_sim.scenario import Scenario

__all__ = ["KIND", "MOST", "Ranking", "rank"]

KIND = "ranking"
#: Replications of a scenario where nobody says how many it may need.
MOST = 1000


class Ranking:
    """Batches of scenarios, each as long as it took to tell it from the best.

    Parameters
    ----------
    batches : sequence of Batch
        In the order they were given.
    folder : Path
        Folder they are in.
    rule : Selection
        How the best is found.

    Attributes
    ----------
    batches : list of Batch
        In the order they were given.
    folder : Path
        Folder they are in.
    rule : Selection
        How the best is found.
    """

    def __init__(self, batches: Sequence[Batch], folder: Path, rule: Selection) -> None:
        self.batches = list(batches)
        self.folder = folder
        self.rule = rule

    @classmethod
    def load(cls, folder: str | Path) -> Ranking:
        """Read a ranking.

        Parameters
        ----------
        folder : str or Path
            What `rank` or ``corridor-sim rank`` wrote.

        Returns
        -------
        Ranking
            With its batches.

        Raises
        ------
        ResultFolderError
            If it is none, or a batch of it is damaged.
        """
        place = Path(folder)
        try:
            manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
            if manifest["kind"] != KIND:
                raise ResultFolderError(f"{place} holds a {manifest['kind']}, not a {KIND}")
            rule = Selection(**manifest["rule"])
            members = [Path(str(name)).name for name in manifest["members"]]
        except (OSError, ValueError, KeyError, TypeError) as error:
            if isinstance(error, ResultFolderError):
                raise
            raise ResultFolderError(f"{place} holds no ranking: {error}") from error
        return cls([Batch.load(place / name) for name in members], place, rule)

    def __repr__(self) -> str:
        """Return a line that says what was found."""
        told = self.best or f"undecided among {', '.join(self.candidates)}"
        return f"<Ranking of {len(self.batches)} scenarios by {self.rule.column}: {told}>"

    @cached_property
    def screening(self) -> Screening:
        """What the replications say, from the first on."""
        sign = -1.0 if self.rule.smaller_is_better else 1.0
        values = []
        for batch in self.batches:
            frame = batch.frame[["replication", self.rule.column]]
            figures = dict(zip(*(frame[name].tolist() for name in frame.columns), strict=True))
            values.append(sign * unbroken(figures))
        rule = self.rule
        return screen(values, within=rule.within, confidence=rule.confidence, start=rule.start)

    @property
    def best(self) -> str | None:
        """Name of the best scenario; None where it is not decided."""
        place = self.screening.best
        return None if place is None else self.batches[place].name

    @property
    def candidates(self) -> list[str]:
        """Names of the scenarios that may be the best."""
        return [self.batches[place].name for place in self.screening.alive]

    @property
    def n_runs(self) -> int:
        """Replications that were kept, of all scenarios together."""
        return sum(len(batch) for batch in self.batches)

    @property
    def n_saved(self) -> int:
        """Replications fewer than if all scenarios had had as many as the one with most."""
        lengths = [len(batch) for batch in self.batches]
        return max(lengths) * len(lengths) - sum(lengths)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Scenarios, the best first: rank, scenario, n, mean, low, high, and how far behind.

        ``behind`` is the mean difference to the first over the replications both have, with
        ``behind_low`` and ``behind_high``, its 95 % interval; ``dropped_after`` the replications
        after which it could not be the best any more (0: it still may).
        """
        column = self.rule.column
        sign = -1.0 if self.rule.smaller_is_better else 1.0

        def order(place: int) -> tuple[bool, int, float]:
            mean = sign * float(self.batches[place].frame[column].mean())
            # Who was dropped later was nearer to the best.
            last = self.screening.dropped.get(place, 0)
            return place not in self.screening.alive, -last, -mean

        places = sorted(range(len(self.batches)), key=order)
        first = self.batches[places[0]]
        rows = []
        for number, place in enumerate(places, start=1):
            batch = self.batches[place]
            mean = student(batch.frame[column].to_numpy(np.float64))
            ours, theirs = paired(first.frame, batch.frame, column)
            behind = student(theirs - ours)
            rows.append(
                {
                    "rank": number,
                    "scenario": batch.name,
                    "n": mean.n,
                    "mean": mean.estimate,
                    "low": mean.low,
                    "high": mean.high,
                    "behind": behind.estimate,
                    "behind_low": behind.low,
                    "behind_high": behind.high,
                    "dropped_after": self.screening.dropped.get(place, 0),
                }
            )
        return pd.DataFrame(rows)


def rank(
    scenarios: Sequence[Scenario | str],
    *,
    within: float,
    measure: str = "cleared_cny",
    smaller_is_better: bool = False,
    confidence: float = 0.95,
    start: int = 10,
    most: int = MOST,
    seed: int = 1,
    out: str | Path | None = None,
    executor: str = "auto",
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Ranking:
    """Find the best of several scenarios with as few replications as that takes.

    Parameters
    ----------
    scenarios : sequence of Scenario or str
        Two or more.
    within : float
        Differences below this do not matter, in the unit of `measure`.
    measure : str
        Figure that is compared.
    smaller_is_better : bool
        Whether the smallest is looked for.
    confidence : float
        Probability of being right: of selecting the best wherever it is better than all others by
        `within` or more.
    start : int
        Replications of all scenarios before the first is dropped.
    most : int
        Replications of a scenario after which it stays undecided.
    seed : int
        Seed of all draws.
    out : str or Path, optional
        Folder to keep the batches in; a temporary one if not given.
    executor : str
        ``auto``, ``serial``, ``threads``, ``processes`` or ``dask``.
    workers : int, optional
        Number of workers.
    scheduler : str, optional
        Address of a Dask scheduler.
    progress : callable, optional
        Called after every replication.

    Returns
    -------
    Ranking
        With its batches.

    Raises
    ------
    InputError
        If there are fewer than two scenarios, or a number is out of range.
    CorridorSimError
        If a replication has no result: a ranking needs all of them.
    """
    read = [Scenario.read(s) if isinstance(s, str) else s for s in scenarios]
    _refuse(len(read), within=within, confidence=confidence, start=start, most=most)
    folder = place_of(out)
    names = folder_names(read)
    rule = {
        "column": measure,
        "within": float(within),
        "confidence": confidence,
        "start": start,
        "smaller_is_better": smaller_is_better,
    }
    begin(folder, kind=KIND, members=names, rule=rule)
    run_batches(
        [(scenario, folder / name) for scenario, name in zip(read, names, strict=True)],
        range(most),
        seed=seed,
        executor=Executor(executor, workers, scheduler),
        stopping=Selection(**rule),  # type: ignore[arg-type]
        progress=progress,
    )
    made = Ranking.load(folder)
    for batch in made.batches:
        if len(batch.failures):
            raise CorridorSimError(
                f"replication {batch.failures['replication'].iloc[0]} of {batch.name} has no "
                f"result, which a ranking needs: {batch.failures['message'].iloc[0]}"
            )
    return made


def _refuse(count: int, *, within: float, confidence: float, start: int, most: int) -> None:
    faults = []
    if count < 2:
        faults.append(Fault("rank", "one scenario cannot be ranked", allowed="two or more"))
    if not within > 0:
        faults.append(Fault("within", f"{within} is no difference", allowed="above 0"))
    if not 0.5 <= confidence < 1:
        faults.append(Fault("confidence", f"{confidence} is out of range", allowed="50 to 99.99 %"))
    if not 2 <= start <= most:
        what = f"{start} replications cannot be the first of {most}"
        faults.append(Fault("start", what, allowed=f"2 to {most}"))
    if faults:
        raise InputError(faults)
