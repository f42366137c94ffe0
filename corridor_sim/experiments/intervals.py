"""Intervals of means and of shares over independent replications."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

__all__ = ["Interval", "half_width", "holm", "known", "student", "variance_share", "wilson"]


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence interval.

    Attributes
    ----------
    estimate, low, high : float
        NaN where there are too few values.
    n : int
        Values it rests on.
    level : float
        Confidence level.
    """

    estimate: float
    low: float
    high: float
    n: int
    level: float = 0.95

    @property
    def half_width(self) -> float:
        """Half of the interval's width."""
        return (self.high - self.low) / 2

    @property
    def relative_half_width(self) -> float:
        """Half-width over the size of the estimate; infinite where that is zero."""
        if self.half_width == 0:
            return 0.0
        return self.half_width / abs(self.estimate) if self.estimate else math.inf

    @property
    def holds_zero(self) -> bool:
        """Whether zero lies within."""
        return not (self.low > 0 or self.high < 0)


def known(values: ArrayLike) -> NDArray[np.float64]:
    """Return the values that are numbers."""
    array = np.asarray(values, dtype=np.float64)
    return array[np.isfinite(array)]


def half_width(n: int, deviation: float, *, level: float = 0.95) -> float:
    """Return Student's half-width of a mean.

    Parameters
    ----------
    n : int
        Independent values.
    deviation : float
        Their standard deviation.
    level : float
        Confidence level.

    Returns
    -------
    float
        NaN below two values.
    """
    from scipy.special import stdtrit

    if n < 2:
        return math.nan
    return float(stdtrit(n - 1, (1 + level) / 2)) * deviation / math.sqrt(n)


def student(values: ArrayLike, *, level: float = 0.95) -> Interval:
    """Return the mean of independent values with Student's interval.

    Parameters
    ----------
    values : array_like
        One per replication; what is no number is left out.
    level : float
        Confidence level.

    Returns
    -------
    Interval
        NaN bounds below two values.
    """
    x = known(values)
    if len(x) == 0:
        return Interval(math.nan, math.nan, math.nan, 0, level)
    mean = float(x.mean())
    if len(x) > 1 and (x == x[0]).all():
        # A mean of equal numbers is that number, whatever adding them up has lost.
        return Interval(float(x[0]), float(x[0]), float(x[0]), len(x), level)
    half = half_width(len(x), float(x.std(ddof=1)) if len(x) > 1 else math.nan, level=level)
    return Interval(mean, mean - half, mean + half, len(x), level)


def wilson(hits: int, n: int, *, level: float = 0.95) -> Interval:
    """Return a share with Wilson's score interval.

    Parameters
    ----------
    hits, n : int
        Cases that count, and all cases.
    level : float
        Confidence level.

    Returns
    -------
    Interval
        Within 0 and 1.

    References
    ----------
    .. [1] E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
       Journal of the American Statistical Association 22, 1927.
    """
    from scipy.stats import binomtest

    if n == 0:
        return Interval(math.nan, math.nan, math.nan, 0, level)
    found = binomtest(hits, n).proportion_ci(confidence_level=level, method="wilson")
    return Interval(hits / n, float(found.low), float(found.high), n, level)


def holm(probabilities: Sequence[float]) -> list[float]:
    """Return p-values adjusted for how many there are.

    References
    ----------
    .. [1] S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal
       of Statistics 6, 1979.
    """
    n = len(probabilities)
    order = sorted(range(n), key=lambda place: probabilities[place])
    adjusted = [1.0] * n
    largest = 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min((n - rank) * probabilities[place], 1.0))
        adjusted[place] = largest
    return adjusted


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
