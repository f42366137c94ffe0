"""Batches: the replications of a scenario that a folder holds, and their intervals."""

from __future__ import annotations

import math
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from corridor_sim.errors import CorridorSimError, nearest
from corridor_sim.experiments.intervals import Interval, student, variance_share, wilson
from corridor_sim.experiments.reader import Reader
from corridor_sim.experiments.rows import MAIN
from corridor_sim.result_folder import ResultFolderError
from corridor_sim.scenario import Scenario

__all__ = ["KIND", "Batch"]

KIND = "batch"
_TEXT = ("log_digest",)


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
        return self.scenario.shown_title

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
