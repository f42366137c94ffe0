"""Distributions written as text, as they stand in a spreadsheet cell or a scenario file."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from corridor_sim.errors import nearest, shorten
from corridor_sim.gamma import gamma_quantile

__all__ = ["FAMILIES", "Distribution", "DistributionError"]

Floats: TypeAlias = NDArray[np.float64]
Parameter: TypeAlias = float | Floats

_CALL = re.compile(r"^\s*([a-z_]+)\s*\((.*)\)\s*$")
_SIGNATURES = {
    "constant": ("value",),
    "uniform": ("low", "high"),
    "triangular": ("min", "mode", "max"),
    "exponential": ("mean",),
    "gamma": ("mean", "cv"),
    "lognormal": ("mean", "cv"),
}
# Beyond these a number is a slip of the hand, and its tail would not fit the integer clock.
_LARGEST = 1e9
_SMALLEST_CV, _LARGEST_CV = 0.001, 10.0
# Typed by a Chinese keyboard.
_FULL_WIDTH = str.maketrans("（），：", "(),:")
_ALLOWED = ", ".join(
    [f"{name}({', '.join(args)})" for name, args in _SIGNATURES.items()]
    + ["empirical(value:weight value:weight ...)", "a bare number"]
)


class DistributionError(ValueError):
    """A distribution's text cannot be read."""


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise DistributionError(f"'{shorten(text.strip())}' is not a number") from None
    if not 0 <= value <= _LARGEST:
        raise DistributionError(
            f"{shorten(text.strip())} is out of range; allowed: 0 to {_LARGEST:,.0f}"
        )
    return value


def _text(value: float) -> str:
    """Return the shortest text that reads back as the same number."""
    return repr(int(value)) if value == int(value) and value < 1e6 else repr(value)


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
        whole = str(text).strip().translate(_FULL_WIDTH)
        match = _CALL.match(whole.lower())
        try:
            if match is None:
                return cls("constant", (_number(whole),))
            if match[1] == "empirical":
                return cls._empirical(match[2])
            if match[1] in _SIGNATURES:
                return cls._of_parameters(match[1], match[2])
        except DistributionError as error:
            if match is None and "(" in whole and ")" not in whole:
                raise DistributionError(
                    f"'{shorten(whole)}' is cut at a comma; put the whole distribution in quotes"
                ) from None
            if match is None:
                allowed = f"; allowed: {_ALLOWED}" if "not a number" in str(error) else ""
                raise DistributionError(f"{error}{allowed}") from None
            raise DistributionError(f"'{shorten(whole)}': {error}") from None
        hint = nearest(match[1], [*_SIGNATURES, "empirical"])
        raise DistributionError(
            f"'{shorten(whole)}': there is no distribution '{shorten(match[1])}'; "
            f"allowed: {_ALLOWED}" + (f"; {hint}" if hint else "")
        )

    @classmethod
    def _of_parameters(cls, name: str, inside: str) -> Distribution:
        arguments = _SIGNATURES[name]
        parts = inside.split(",")
        wanted = ", ".join(arguments)
        if len(parts) != len(arguments) or not all(part.strip() for part in parts):
            raise DistributionError(f"{name} takes ({wanted})")
        values = tuple(_number(part) for part in parts)
        if name in ("uniform", "triangular") and list(values) != sorted(values):
            raise DistributionError(f"{wanted} must ascend")
        if name in ("exponential", "gamma", "lognormal") and values[0] <= 0:
            raise DistributionError("mean must be above zero")
        if "cv" in arguments and not _SMALLEST_CV <= values[1] <= _LARGEST_CV:
            raise DistributionError(
                f"cv {values[1]:g} is out of range; "
                f"allowed: {_SMALLEST_CV:g} to {_LARGEST_CV:g} (0.5 is a spread of half the mean)"
            )
        return cls(name, values)

    @classmethod
    def _empirical(cls, inside: str) -> Distribution:
        pairs = [part.split(":") for part in inside.replace(",", " ").split()]
        if not pairs or any(len(pair) != 2 for pair in pairs):
            raise DistributionError("empirical takes value:weight pairs")
        points = sorted((_number(value), _number(weight)) for value, weight in pairs)
        total = math.fsum(weight for _, weight in points)
        if total <= 0:
            raise DistributionError("the weights sum to zero")
        # Weights that sum to one stay as they are, so that text and distribution are one.
        scale = 1.0 if math.isclose(total, 1.0, abs_tol=1e-12) else total
        return cls(
            "empirical",
            tuple(value for value, _ in points),
            tuple(weight / scale for _, weight in points),
        )

    def __str__(self) -> str:
        """Return the text that reads back as this distribution."""
        if self.name == "constant":
            return _text(self.values[0])
        if self.name == "empirical":
            pairs = zip(self.values, self.weights, strict=True)
            return f"empirical({' '.join(f'{_text(v)}:{_text(w)}' for v, w in pairs)})"
        return f"{self.name}({', '.join(map(_text, self.values))})"

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
        if self.name == "empirical":
            steps = np.cumsum(self.weights)
            index = np.minimum(np.searchsorted(steps, u, side="right"), len(self.values) - 1)
            return np.array(self.values)[index]
        family, *parameters = self.law()
        return FAMILIES[family](u, *parameters)

    def law(self) -> tuple[str, float, float, float]:
        """Return the function of `FAMILIES` that gives the quantiles, and its parameters.

        Returns
        -------
        tuple of str, float, float, float
            ``empirical`` has no such function, and parameters that mean nothing.
        """
        values = (*self.values, 0.0, 0.0)
        if self.name == "triangular" and self.values[0] == self.values[2]:
            return "constant", values[0], 0.0, 0.0
        if self.name == "gamma":
            mean, cv = self.values
            shape = 1.0 / cv**2
            return "gamma", shape, mean / shape, 0.0
        if self.name == "lognormal":
            mean, cv = self.values
            sigma = math.sqrt(math.log1p(cv**2))
            return "lognormal", math.log(mean) - sigma**2 / 2, sigma, 0.0
        return self.name, values[0], values[1], values[2]

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


# The last arguments are there for one signature; parameters may be numbers, or arrays of one each.


def _constant(u: Floats, value: Parameter, _: Parameter, __: Parameter) -> Floats:
    return np.zeros(u.shape) + value


def _uniform(u: Floats, low: Parameter, high: Parameter, _: Parameter) -> Floats:
    return low + u * (high - low)


def _triangular(u: Floats, low: Parameter, mode: Parameter, high: Parameter) -> Floats:
    spread = high - low
    left = np.sqrt(u * spread * (mode - low)) + low
    right = high - np.sqrt((1.0 - u) * spread * (high - mode))
    return np.where(u < (mode - low) / spread, left, right)


def _exponential(u: Floats, mean: Parameter, _: Parameter, __: Parameter) -> Floats:
    return -np.log1p(-u) * mean


def _gamma(u: Floats, shape: Parameter, scale: Parameter, _: Parameter) -> Floats:
    return gamma_quantile(shape, u) * scale


def _lognormal(u: Floats, centre: Parameter, sigma: Parameter, _: Parameter) -> Floats:
    from scipy import special

    # At probability 0 the normal quantile is -inf, which exp takes to 0.
    drawn: Floats = np.exp(centre + sigma * special.ndtri(u))
    return drawn


#: Quantiles by family: (probabilities, three parameters as `Distribution.law` gives them).
FAMILIES: dict[str, Callable[[Floats, Parameter, Parameter, Parameter], Floats]] = {
    "constant": _constant,
    "uniform": _uniform,
    "triangular": _triangular,
    "exponential": _exponential,
    "gamma": _gamma,
    "lognormal": _lognormal,
}
