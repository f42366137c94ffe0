"""Distributions written as text, as they stand in a spreadsheet cell or a scenario file."""

from __future__ import annotations

import difflib
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Distribution", "DistributionError"]

_CALL = re.compile(r"^\s*([a-z_]+)\s*\((.*)\)\s*$")
_SIGNATURES = {
    "constant": ("value",),
    "uniform": ("low", "high"),
    "triangular": ("min", "mode", "max"),
    "exponential": ("mean",),
    "gamma": ("mean", "cv"),
    "lognormal": ("mean", "cv"),
}
_ALLOWED = "; ".join(
    [f"{name}({', '.join(args)})" for name, args in _SIGNATURES.items()]
    + ["empirical(value:weight value:weight ...)", "or a bare number"]
)


class DistributionError(ValueError):
    """A distribution's text cannot be read."""


def _number(text: str, whole: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise DistributionError(f"'{whole}': '{text.strip()}' is not a number") from None
    if not math.isfinite(value) or value < 0:
        raise DistributionError(f"'{whole}': {text.strip()} must be finite and not negative")
    return value


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution of a duration, a size or a count.

    Attributes
    ----------
    name : str
        One of constant, uniform, triangular, exponential, gamma, lognormal, empirical.
    values : tuple of float
        Parameters in the order of the text; the values of an empirical distribution.
    weights : tuple of float
        Weights of an empirical distribution, summing to one.
    """

    name: str
    values: tuple[float, ...]
    weights: tuple[float, ...] = ()

    @classmethod
    def constant(cls, value: float) -> Distribution:
        """Return the distribution that is always `value`."""
        return cls("constant", (float(value),))

    @classmethod
    def parse(cls, text: str | float) -> Distribution:
        """Read a distribution.

        Parameters
        ----------
        text : str or float
            For example ``triangular(1, 2, 4)``, ``empirical(3:0.4 4:0.6)`` or a bare number.

        Returns
        -------
        Distribution
            Frozen.

        Raises
        ------
        DistributionError
            If it cannot be read; the message says what is allowed.
        """
        whole = str(text).strip()
        match = _CALL.match(whole)
        if match is None:
            try:
                return cls("constant", (_number(whole, whole),))
            except DistributionError as error:
                raise DistributionError(f"{error}; allowed: {_ALLOWED}") from None
        name, inside = match[1], match[2]
        if name == "empirical":
            return cls._empirical(inside, whole)
        if name not in _SIGNATURES:
            near = difflib.get_close_matches(name, [*_SIGNATURES, "empirical"], 1)
            hint = f"did you mean '{near[0]}'? " if near else ""
            raise DistributionError(f"'{whole}': unknown; {hint}allowed: {_ALLOWED}")
        arguments = _SIGNATURES[name]
        parts = inside.split(",")
        if len(parts) != len(arguments) or not inside.strip():
            wanted = ", ".join(arguments)
            raise DistributionError(f"'{whole}': {name} takes ({wanted})")
        values = tuple(_number(part, whole) for part in parts)
        if list(values) != sorted(values) and name in ("uniform", "triangular"):
            raise DistributionError(f"'{whole}': {', '.join(arguments)} must ascend")
        if name in ("exponential", "gamma", "lognormal") and min(values) <= 0:
            raise DistributionError(f"'{whole}': {' and '.join(arguments)} must be above zero")
        return cls(name, values)

    @classmethod
    def _empirical(cls, inside: str, whole: str) -> Distribution:
        pairs = [part.split(":") for part in inside.replace(",", " ").split()]
        if not pairs or any(len(pair) != 2 for pair in pairs):
            raise DistributionError(f"'{whole}': empirical takes value:weight pairs")
        points = sorted((_number(v, whole), _number(w, whole)) for v, w in pairs)
        total = sum(weight for _, weight in points)
        if total <= 0:
            raise DistributionError(f"'{whole}': the weights sum to zero")
        return cls(
            "empirical",
            tuple(value for value, _ in points),
            tuple(weight / total for _, weight in points),
        )

    def __str__(self) -> str:
        """Return the text that reads back as this distribution."""
        if self.name == "constant":
            return f"{self.values[0]:g}"
        if self.name == "empirical":
            pairs = zip(self.values, self.weights, strict=True)
            return f"empirical({' '.join(f'{v:g}:{w:g}' for v, w in pairs)})"
        return f"{self.name}({', '.join(f'{value:g}' for value in self.values)})"

    def mean(self) -> float:
        """Return the mean."""
        values = self.values
        if self.name in ("uniform", "triangular"):
            return math.fsum(values) / len(values)
        if self.name == "empirical":
            return math.fsum(v * w for v, w in zip(values, self.weights, strict=True))
        return values[0]

    def support(self) -> tuple[float, float]:
        """Return the smallest and the largest value."""
        if self.name in ("exponential", "gamma", "lognormal"):
            return 0.0, math.inf
        return self.values[0], self.values[-1]

    def quantile(self, uniform: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the values at probabilities in [0, 1).

        Parameters
        ----------
        uniform : ndarray of float64
            Probabilities.

        Returns
        -------
        ndarray of float64
            One value each.
        """
        u = np.asarray(uniform, dtype=np.float64)
        values = self.values
        if self.name == "constant":
            return np.full(u.shape, values[0])
        if self.name == "uniform":
            return values[0] + u * (values[1] - values[0])
        if self.name == "triangular":
            low, mode, high = values
            if high == low:
                return np.full(u.shape, low)
            rising = (mode - low) / (high - low)
            left = low + np.sqrt(u * (high - low) * (mode - low))
            right = high - np.sqrt((1.0 - u) * (high - low) * (high - mode))
            return np.where(u < rising, left, right)
        if self.name == "exponential":
            return -np.log1p(-u) * values[0]
        if self.name == "empirical":
            steps = np.cumsum(self.weights)
            index = np.minimum(np.searchsorted(steps, u, side="right"), len(values) - 1)
            return np.array(values)[index]
        return self._special_quantile(u)

    def _special_quantile(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        from scipy import special

        mean, cv = self.values
        if self.name == "gamma":
            shape = 1.0 / cv**2
            return np.asarray(special.gammaincinv(shape, u) * (mean / shape), dtype=np.float64)
        sigma = math.sqrt(math.log1p(cv**2))
        # At probability 0 the normal quantile is -inf, which exp takes to 0.
        return np.asarray(
            np.exp(math.log(mean) - sigma**2 / 2 + sigma * special.ndtri(u)), dtype=np.float64
        )

    def sample(self, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        """Draw values; a longer sample begins with the shorter one.

        Parameters
        ----------
        rng : numpy.random.Generator
            From `corridor_sim.streams.stream`.
        n : int
            How many.

        Returns
        -------
        ndarray of float64
            Shape (n,).
        """
        return self.quantile(rng.random(n))
