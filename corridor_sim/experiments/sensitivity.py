"""What the runs of a sweep say about its factors: main effects, tornado, shares of variance."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corridor_sim.experiments.intervals import student
from corridor_sim.streams import stream

__all__ = ["main_effects", "sobol_shares", "tornado"]

_BINS = 5
_RESAMPLES = 500


def main_effects(
    runs: pd.DataFrame, factors: Sequence[str], output: str, *, level: float = 0.95
) -> pd.DataFrame:
    """Return the mean of an output for each value, or fifth of the values, of each factor.

    Parameters
    ----------
    runs : DataFrame
        One row per point.
    factors : sequence of str
        Columns.
    output : str
        Column.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        factor, value (mean of the group, or the value itself), mean, low, high, n.
    """
    rows = []
    for factor in factors:
        values = runs[factor]
        if values.nunique() > 2 * _BINS:
            groups = pd.qcut(values, _BINS, duplicates="drop")
        else:
            groups = values
        for name, group in runs.groupby(groups, observed=True, sort=True):
            found = student(group[output].to_numpy(np.float64), level=level)
            is_text = not pd.api.types.is_numeric_dtype(values)
            rows.append(
                {
                    "factor": factor,
                    "value": str(name) if is_text else float(group[factor].mean()),
                    "mean": found.estimate,
                    "low": found.low,
                    "high": found.high,
                    "n": found.n,
                }
            )
    return pd.DataFrame(rows)


def tornado(
    runs: pd.DataFrame, factors: Sequence[str], output: str, *, level: float = 0.95
) -> pd.DataFrame:
    """Return how far each factor moves an output, the farthest first, from a linear fit.

    Parameters
    ----------
    runs : DataFrame
        One row per point.
    factors : sequence of str
        Columns of numbers.
    output : str
        Column.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        factor, low_value, high_value (its 5 % and 95 % points), effect (of going from one to the
        other, all else equal), low, high (its interval) and r_squared (of the whole fit: where it
        is far below one, look at the main effects).
    """
    from scipy.special import stdtrit

    known = runs[np.isfinite(runs[output].to_numpy(np.float64))]
    y = known[output].to_numpy(np.float64)
    x = known[list(factors)].to_numpy(np.float64)
    n, size = x.shape
    free = n - size - 1
    spread = x.std(axis=0)
    used = spread > 0
    matrix = np.column_stack([np.ones(n), (x[:, used] - x[:, used].mean(axis=0)) / spread[used]])
    slope = np.full(size, math.nan)
    error = np.full(size, math.nan)
    r_squared = math.nan
    if free > 0 and used.any():
        found, *_ = np.linalg.lstsq(matrix, y, rcond=None)
        rest = y - matrix @ found
        variance = float(rest @ rest) / free
        covariance = np.linalg.pinv(matrix.T @ matrix) * variance
        slope[used] = found[1:] / spread[used]
        error[used] = np.sqrt(np.diag(covariance)[1:]) / spread[used]
        total = float(((y - y.mean()) ** 2).sum())
        r_squared = 1 - float(rest @ rest) / total if total > 0 else math.nan
    width = float(stdtrit(free, (1 + level) / 2)) if free > 0 else math.nan
    rows = []
    for place, factor in enumerate(factors):
        low, high = np.percentile(x[:, place], (5, 95)) if n else (math.nan, math.nan)
        step = float(high - low)
        effect, half = slope[place] * step, width * error[place] * step
        rows.append(
            {
                "factor": factor,
                "low_value": float(low),
                "high_value": float(high),
                "effect": effect,
                "low": effect - half,
                "high": effect + half,
                "r_squared": r_squared,
            }
        )
    frame = pd.DataFrame(rows)
    order = frame["effect"].abs().sort_values(ascending=False, kind="stable").index
    return frame.loc[order].reset_index(drop=True)


def sobol_shares(
    outputs: NDArray[np.float64], factors: Sequence[str], *, level: float = 0.95
) -> pd.DataFrame:
    """Return the shares of the variance of an output that its factors have.

    Parameters
    ----------
    outputs : ndarray of float64
        At the points of a ``sobol`` design, in its order.
    factors : sequence of str
        Names.
    level : float
        Confidence level of the intervals, from 500 bootstrap samples of the points.

    Returns
    -------
    DataFrame
        factor, first_order (alone), first_low, first_high, total (with all it acts together with),
        total_low, total_high; the largest total first.

    References
    ----------
    .. [1] A. Saltelli et al., "Variance based sensitivity analysis of model output", Computer
       Physics Communications 181, 2010.
    """
    n = len(outputs) // (len(factors) + 2)
    parts = outputs[: n * (len(factors) + 2)].reshape(len(factors) + 2, n)
    everything = np.arange(n)
    first, total = _indices(parts, everything)
    rng = stream(1, 0, "bootstrap", "|".join(factors))
    samples = np.array([_indices(parts, rng.integers(0, n, n)) for _ in range(_RESAMPLES)])
    tails = (50 * (1 - level), 50 * (1 + level))
    bounds = np.percentile(samples, tails, axis=0)
    frame = pd.DataFrame(
        {
            "factor": list(factors),
            "first_order": first,
            "first_low": bounds[0][0],
            "first_high": bounds[1][0],
            "total": total,
            "total_low": bounds[0][1],
            "total_high": bounds[1][1],
        }
    )
    return frame.sort_values("total", ascending=False, kind="stable").reset_index(drop=True)


def _indices(
    parts: NDArray[np.float64], chosen: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from scipy.stats import sobol_indices

    taken = parts[:, chosen]
    found = sobol_indices(
        func={"f_A": taken[:1], "f_B": taken[1:2], "f_AB": taken[2:, None, :]}, n=len(chosen)
    )
    return np.atleast_1d(found.first_order), np.atleast_1d(found.total_order)
