"""Designs of sweeps: which values of a scenario vary, how far, and at which points it is run."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from corridor_sim.distributions import Distribution
from corridor_sim.errors import Fault, InputError
from corridor_sim.streams import stream

if TYPE_CHECKING:
    from corridor_sim.scenario.tree import Tree

__all__ = ["Design", "Factor", "Points", "points_of", "read_design"]

_MOST_RUNS = 1_000_000
_STEPS = 3


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Factor(_Model):
    """A value of the scenario that varies; one of range, levels and distribution.

    Attributes
    ----------
    range : tuple of float or None
        Least and largest; all between are equally likely.
    levels : tuple or None
        The values themselves, equally likely.
    distribution : str or None
        As it would stand in a table, for example ``triangular(1, 2, 4)``.
    integer : bool
        Whether values are rounded to whole numbers.
    steps : int
        Values that a grid takes of a range or a distribution.
    """

    range: tuple[float, float] | None = None
    levels: Annotated[tuple[int | float | str, ...], Field(min_length=1)] | None = None
    distribution: str | None = None
    integer: bool = False
    steps: int = Field(default=_STEPS, ge=2, le=1000)

    @model_validator(mode="after")
    def _makes_sense(self) -> Factor:
        given = [n for n in ("range", "levels", "distribution") if getattr(self, n) is not None]
        if len(given) != 1:
            raise ValueError("has to have one of range, levels and distribution")
        if self.range is not None and not self.range[0] < self.range[1]:
            raise ValueError("range has to ascend, for example [0.9, 1.2]")
        if self.distribution is not None:
            Distribution.parse(self.distribution)
        return self

    @property
    def is_numeric(self) -> bool:
        """Whether its values are numbers."""
        return self.levels is None or not any(isinstance(value, str) for value in self.levels)

    def at(self, uniform: NDArray[np.float64]) -> list[float | str]:
        """Return the values at probabilities in [0, 1)."""
        if self.levels is not None:
            places = np.minimum((uniform * len(self.levels)).astype(int), len(self.levels) - 1)
            return [self.levels[int(place)] for place in places]
        if self.range is not None:
            low, high = self.range
            values = low + uniform * (high - low)
        else:
            values = Distribution.parse(str(self.distribution)).quantile(uniform)
        return [self._whole(float(value)) for value in values]

    def grid(self) -> list[float | str]:
        """Return the values of a grid."""
        if self.levels is not None:
            return list(self.levels)
        if self.range is not None:
            values = np.linspace(*self.range, self.steps)
        else:
            # Middles of equally likely parts: the ends of a distribution may lie at infinity.
            middles = (np.arange(self.steps) + 0.5) / self.steps
            values = Distribution.parse(str(self.distribution)).quantile(middles)
        return list(dict.fromkeys(self._whole(float(value)) for value in values))

    def _whole(self, value: float) -> float:
        return round(value) if self.integer else value


class Design(_Model):
    """What a sweep varies and how it chooses its points.

    Attributes
    ----------
    method : str
        ``grid``: all combinations; ``latin_hypercube``: `points` points that fill every range
        evenly; ``sobol``: the points that variance shares need, from two scrambled Sobol samples
        of `points` each, (number of factors + 2) times `points` in all.
    points : int
        See `method`; a power of two for ``sobol``.
    replications : int
        Of every point; the same numbers, so that points share their draws.
    factors : dict of str to Factor
        By dotted path, as that of ``--set``.
    outputs : tuple of str
        Figures whose effects are told.
    """

    method: Literal["grid", "latin_hypercube", "sobol"] = "latin_hypercube"
    points: int = Field(default=32, ge=1)
    replications: int = Field(default=1, ge=1)
    factors: Annotated[dict[str, Factor], Field(min_length=1, max_length=200)]
    outputs: Annotated[tuple[str, ...], Field(min_length=1)] = ("cleared_cny", "mean_h")

    @model_validator(mode="after")
    def _makes_sense(self) -> Design:
        if self.method == "sobol" and self.points & (self.points - 1):
            raise ValueError("points has to be a power of two with method sobol")
        if self.n_runs > _MOST_RUNS:
            raise ValueError(f"{self.n_runs:,} runs; allowed: {_MOST_RUNS:,}")
        return self

    @property
    def n_points(self) -> int:
        """Number of points."""
        if self.method == "grid":
            return int(np.prod([len(f.grid()) for f in self.factors.values()], dtype=float))
        if self.method == "sobol":
            return self.points * (len(self.factors) + 2)
        return self.points

    @property
    def n_runs(self) -> int:
        """Number of runs."""
        return self.n_points * self.replications


@dataclass(frozen=True)
class Points:
    """Values of all factors at all points.

    Attributes
    ----------
    names : tuple of str
        Factors.
    rows : list of tuple
        One value per factor, a tuple per point.
    """

    names: tuple[str, ...]
    rows: list[tuple[float | str, ...]]

    def at(self, point: int) -> dict[str, float | str]:
        """Return the values at a point by factor."""
        return dict(zip(self.names, self.rows[point], strict=True))


def read_design(source: str | Path | Mapping[str, Any] | Design) -> Design:
    """Read a design.

    Parameters
    ----------
    source : str, Path, mapping or Design
        Path of a YAML file, or what it would hold.

    Returns
    -------
    Design
        Validated.

    Raises
    ------
    InputError
        With every fault by file, line and column.
    """
    from corridor_sim.scenario.tree import load_tree

    if isinstance(source, Design):
        return source
    tree = None
    if isinstance(source, Mapping):
        content: Any = source
    else:
        path = Path(source)
        if not path.is_file():
            raise InputError([Fault(str(source), "no such design", allowed="a YAML file")])
        tree = load_tree(path)
        content = tree.plain()
    try:
        return Design.model_validate(content)
    except ValidationError as error:
        raise InputError([_fault(dict(item), tree) for item in error.errors()]) from None


def _fault(item: dict[str, Any], tree: Tree | None) -> Fault:
    path = tuple(step for step in item["loc"] if step not in ("float", "str"))
    is_extra = item["type"] == "extra_forbidden"
    what = "unknown key" if is_extra else str(item["msg"]).removeprefix("Value error, ")
    known = Design.model_fields if len(path) == 1 else Factor.model_fields
    allowed = ", ".join(known) if is_extra else ""
    if tree is None:
        return Fault("design", what, row=".".join(map(str, path)) or None, allowed=allowed)
    return tree.fault(path, f"{'.'.join(map(str, path)) or 'the design'}: {what}", allowed=allowed)


def points_of(design: Design, *, seed: int) -> Points:
    """Return the points of a design.

    Parameters
    ----------
    design : Design
        What varies.
    seed : int
        Seed of the points that are drawn.

    Returns
    -------
    Points
        For ``sobol``: those of the first sample, of the second, and then, factor by factor, of the
        first with that factor from the second.

    References
    ----------
    .. [1] A. Saltelli et al., "Variance based sensitivity analysis of model output", Computer
       Physics Communications 181, 2010.
    """
    from scipy.stats import qmc

    names, factors = tuple(design.factors), list(design.factors.values())
    if design.method == "grid":
        return Points(names, list(itertools.product(*(f.grid() for f in factors))))
    text = json.dumps(design.model_dump(mode="json"), sort_keys=True)
    # Samplers spawn generators of their own, which one keyed by hand cannot.
    rng = np.random.default_rng(int(stream(seed, 0, "design", text).integers(2**63)))
    size = len(factors)
    if design.method == "latin_hypercube":
        uniform = qmc.LatinHypercube(size, rng=rng).random(design.points)
        return Points(names, _values(factors, uniform))
    both = qmc.Sobol(2 * size, scramble=True, rng=rng).random(design.points)
    first, second = both[:, :size], both[:, size:]
    samples = [first, second]
    for place in range(size):
        mixed = first.copy()
        mixed[:, place] = second[:, place]
        samples.append(mixed)
    return Points(names, [row for sample in samples for row in _values(factors, sample)])


def _values(
    factors: Sequence[Factor], uniform: NDArray[np.float64]
) -> list[tuple[float | str, ...]]:
    columns = [factor.at(uniform[:, place]) for place, factor in enumerate(factors)]
    return list(zip(*columns, strict=True))
