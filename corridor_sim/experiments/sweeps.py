"""Sweeps: a scenario at the points of a design, one row per run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from corridor_sim.errors import CorridorSimError, Fault, InputError, nearest
from corridor_sim.experiments.design import Design, Points, points_of, read_design
from corridor_sim.experiments.executors import Executor
from corridor_sim.experiments.identity import digest, identity_of
from corridor_sim.experiments.reader import Reader
from corridor_sim.experiments.replicating import made_by, place_of
from corridor_sim.experiments.rows import MAIN
from corridor_sim.experiments.running import Member, Progress, carry_out
from corridor_sim.experiments.sensitivity import main_effects, sobol_shares, tornado
from corridor_sim.experiments.store import Store
from corridor_sim.experiments.tasks import Task
from corridor_sim.experiments.variants import with_values
from corridor_sim.network import Network
from corridor_sim.result_folder import ResultFolderError
from corridor_sim.scenario import Scenario

__all__ = ["KIND", "Sweep", "sweep"]

KIND = "sweep"


class Sweep:
    """Runs at the points of a design.

    Parameters
    ----------
    reader : Reader
        Folder they are in.

    Attributes
    ----------
    folder : Path
        Folder they are in.
    design : Design
        What varied.
    """

    def __init__(self, reader: Reader) -> None:
        if reader.manifest["kind"] != KIND:
            raise ResultFolderError(
                f"{reader.folder} holds a {reader.manifest['kind']}, not a {KIND}"
            )
        self._reader = reader
        self.folder = reader.folder
        self.design = Design.model_validate(reader.manifest["identity"]["design"])

    @classmethod
    def load(cls, folder: str | Path) -> Sweep:
        """Read a sweep, finished or not.

        Parameters
        ----------
        folder : str or Path
            What `sweep` or ``corridor-sim sweep`` wrote.

        Returns
        -------
        Sweep
            Its files were compared with the manifest.

        Raises
        ------
        ResultFolderError
            If it is none, or files are missing or were changed.
        """
        return cls(Reader(Path(folder)))

    def __repr__(self) -> str:
        """Return a line that says how much there is."""
        there, wanted = len(self._reader.finished), self.design.n_runs
        return f"<Sweep of {self.name}: {there} of {wanted} runs, {self.design.method}>"

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return str(self._reader.manifest["identity"]["scenario"]["name"])

    @property
    def factors(self) -> list[str]:
        """Names of the factors."""
        return list(self.design.factors)

    @property
    def missing(self) -> list[int]:
        """Numbers of the runs that are not there."""
        there = self._reader.finished
        return [run for run in range(self.design.n_runs) if run not in there]

    @property
    def failures(self) -> pd.DataFrame:
        """Runs without a result: run, reason, message, attempts, where."""
        columns = ["run", "reason", "message", "attempts", "where"]
        return pd.DataFrame(self._reader.failures(), columns=columns)

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row per run: run, point, replication, the factors, and the figures."""
        table = self._reader.table(MAIN)
        if table is None:
            raise CorridorSimError(f"{self.folder} holds no finished run yet")
        frame: pd.DataFrame = table.to_pandas()
        return frame

    @cached_property
    def points(self) -> pd.DataFrame:
        """One row per point: the factors, and the figures' means over its replications."""
        runs = self.runs.drop(columns=["run", "replication", "log_digest"])
        texts = [name for name in self.factors if not self.design.factors[name].is_numeric]
        means = runs.drop(columns=texts).groupby("point", sort=True).mean()
        for name in texts:
            means.insert(self.factors.index(name), name, runs.groupby("point")[name].first())
        return means.reset_index()

    def main_effects(self, output: str | None = None) -> pd.DataFrame:
        """Return the mean of an output by value of each factor; see `sensitivity.main_effects`."""
        return main_effects(self.points, self.factors, self._output(output))

    def tornado(self, output: str | None = None) -> pd.DataFrame:
        """Return how far each factor moves an output; see `sensitivity.tornado`."""
        numeric = [name for name in self.factors if self.design.factors[name].is_numeric]
        return tornado(self.points, numeric, self._output(output))

    def sobol(self, output: str | None = None) -> pd.DataFrame:
        """Return the factors' shares of an output's variance.

        Parameters
        ----------
        output : str, optional
            Figure; the first of the design's outputs if not given.

        Returns
        -------
        DataFrame
            See `sensitivity.sobol_shares`.

        Raises
        ------
        CorridorSimError
            If the design is not of method ``sobol``, or points are missing.
        """
        name = self._output(output)
        if self.design.method != "sobol":
            raise CorridorSimError(
                f"shares of the variance need a design of method sobol, not {self.design.method}"
            )
        values = self.points[name].to_numpy(np.float64)
        if len(values) < self.design.n_points or not np.isfinite(values).all():
            raise CorridorSimError("shares of the variance need all points of the design")
        return sobol_shares(values, self.factors)

    def _output(self, name: str | None) -> str:
        chosen = name or self.design.outputs[0]
        figures = [c for c in self.points.columns if c not in ("point", *self.factors)]
        if chosen not in figures:
            hint = nearest(chosen, figures)
            raise CorridorSimError(f"there is no figure '{chosen}'" + (f"; {hint}" if hint else ""))
        return chosen


def sweep(
    scenario: Scenario | str,
    design: Design | Mapping[str, Any] | str | Path,
    *,
    seed: int = 1,
    out: str | Path | None = None,
    executor: str = "auto",
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Sweep:
    """Run a scenario at the points of a design; what is in the folder already is not run again.

    Parameters
    ----------
    scenario : Scenario or str
        What varies.
    design : Design, mapping, str or Path
        How, or the YAML file that says it.
    seed : int
        Seed of all draws, those of the points included.
    out : str or Path, optional
        Folder to keep the runs in; a temporary one if not given.
    executor : str
        ``auto``, ``serial``, ``threads``, ``processes`` or ``dask``.
    workers : int, optional
        Number of workers.
    scheduler : str, optional
        Address of a Dask scheduler.
    progress : callable, optional
        Called after every run.

    Returns
    -------
    Sweep
        Runs without a result are in its `failures`.

    Raises
    ------
    InputError
        If the design cannot be read, or asks for what the scenario does not allow.
    """
    chosen = Scenario.read(scenario) if isinstance(scenario, str) else scenario
    plan = read_design(design)
    points = points_of(plan, seed=seed)
    _check(chosen, points)
    identity = identity_of(chosen, seed=seed, design=plan.model_dump(mode="json"))
    folder = place_of(out)
    with Store(
        folder,
        identity=identity,
        kind=KIND,
        key="run",
        tables=(MAIN, "facilities", "months"),
        about={**made_by(), "network": chosen.network},
    ) as store:
        runs = range(plan.n_runs)
        store.note(wanted=runs)
        member = Member(
            name=chosen.name,
            scenario=chosen,
            ground_key=digest({"scenario": identity["scenario"], "inputs": identity["inputs"]}),
            seed=seed,
            store=store,
        )
        carry_out(
            [member],
            runs,
            executor=Executor(executor, workers, scheduler),
            progress=progress,
            task_of=lambda member, run: _task(member, run, points, plan.replications),
        )
        store.finish()
    return Sweep.load(folder)


def _task(member: Member, run: int, points: Points, replications: int) -> Task:
    point, replication = divmod(run, replications)
    values = points.at(point)
    return Task(
        scenario=with_values(member.scenario, values),
        ground_key=f"{member.ground_key}|{json.dumps(values)}",
        seed=member.seed,
        replication=replication,
        number=run,
        key="run",
        store=member.name,
        columns=(("point", point), ("replication", replication), *_as_columns(values)),
    )


def _as_columns(values: Mapping[str, float | str]) -> list[tuple[str, float | str]]:
    """Return values with one type for all runs: what is whole at one point may not be at others."""
    return [(k, v if isinstance(v, str) else float(v)) for k, v in values.items()]


def _check(scenario: Scenario, points: Points) -> None:
    """See that every factor can be set: at its first, least and largest values."""
    network = Network.read(scenario.network)
    faults: list[Fault] = []
    for place, name in enumerate(points.names):
        column = [values[place] for values in points.rows]
        numbers = [value for value in column if not isinstance(value, str)]
        texts = dict.fromkeys(value for value in column if isinstance(value, str))
        tried: Sequence[float | str] = [*texts]
        if numbers:
            tried = [*tried, min(numbers), max(numbers)]
        for value in dict.fromkeys(tried):
            try:
                with_values(scenario, {name: value}).apply_to(network)
            except InputError as error:
                faults += [
                    Fault(f"factor {name}", f"at {value}: {fault.what}", allowed=fault.allowed,
                          hint=fault.hint)
                    for fault in error.faults
                ]  # fmt: skip
                break
    if faults:
        raise InputError(faults)
