"""Running what published figures are compared with, and the comparison itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from corridor_sim.experiments.intervals import Interval, student
from corridor_sim.scenario import Scenario
from corridor_sim.simulation import lay_groundwork, simulate
from corridor_sim.validation.published import PublishedFigure, read_published
from corridor_sim.validation.statistics import evaluate

__all__ = ["Compared", "Validation", "validate_model"]

#: A network with fewer services is small: it is run so many times as often.
_SMALL, _TIMES = 10, 10

#: Told what runs, its replication, and how many there are.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Compared:
    """A published figure beside its simulated value.

    Attributes
    ----------
    published : PublishedFigure
        The figure.
    simulated : Interval
        Mean over replications with its 95 % interval.
    """

    published: PublishedFigure
    simulated: Interval

    @property
    def deviation_pct(self) -> float:
        """How far the mean is from the published value, per cent; NaN where there is none."""
        return self.published.deviation_pct(self.simulated.estimate)

    @property
    def verdict(self) -> str:
        """``pass``, ``miss``, or ``nothing`` where no run had what is asked for."""
        if math.isnan(self.simulated.estimate):
            return "nothing"
        return "pass" if self.published.passes(self.simulated.estimate) else "miss"

    def as_object(self) -> dict[str, Any]:
        """Return it as a plain object."""
        own, simulated = self.published, self.simulated

        def number(value: float) -> float | None:
            return value if math.isfinite(value) else None

        return {
            "figure": own.figure,
            "what": own.what,
            "group": own.group,
            "scenario": own.scenario,
            "settings": dict(own.settings),
            "statistic": own.statistic,
            "unit": own.unit,
            "year": own.year,
            "published": own.value,
            "published_low": own.low,
            "published_high": own.high,
            "simulated": number(simulated.estimate),
            "simulated_low": number(simulated.low),
            "simulated_high": number(simulated.high),
            "replications": simulated.n,
            "deviation_pct": number(self.deviation_pct),
            "tolerance_pct": own.tolerance_pct,
            "fitted": own.fitted,
            "verdict": self.verdict,
            "known": own.known,
            "source": own.source,
            "confidence": own.confidence,
            "note": own.note,
        }


@dataclass(frozen=True)
class Validation:
    """All published figures of a network beside the model.

    Attributes
    ----------
    compared : tuple of Compared
        In the order of the table.
    seed : int
        Seed of all runs.
    replications : dict of str to int
        By scenario; settings that replace values stand behind its name.
    """

    compared: tuple[Compared, ...]
    seed: int
    replications: dict[str, int] = field(default_factory=dict)

    def counted(self, *, fitted: Sequence[str] = ("yes", "partly", "no")) -> dict[str, int]:
        """Return how many figures pass, miss and have nothing."""
        counts = {"pass": 0, "miss": 0, "nothing": 0}
        for item in self.compared:
            if item.published.fitted in fitted:
                counts[item.verdict] += 1
        return counts

    def as_object(self) -> dict[str, Any]:
        """Return it as a plain object, for machines."""
        return {
            "seed": self.seed,
            "replications": self.replications,
            "counts": self.counted(),
            "counts_not_fitted": self.counted(fitted=("no",)),
            "figures": [item.as_object() for item in self.compared],
        }


def validate_model(
    network: str = "chongqing",
    *,
    n: int = 3,
    seed: int = 1,
    overrides: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Validation:
    """Compare the model with everything published that it can produce.

    Parameters
    ----------
    network : str
        Shipped network, or a folder, with ``published.csv``.
    n : int
        Replications of each scenario; small networks, such as the lock alone, take ten times as
        many.
    seed : int
        Seed of all draws.
    overrides : mapping, optional
        Values by dotted path, set in every scenario: a model that is not the shipped one.
    progress : callable, optional
        Called before each replication.

    Returns
    -------
    Validation
        Figures in the order of the table.

    Raises
    ------
    InputError
        If the table or a scenario is at fault.
    CorridorSimError
        If a run fails, or a statistic does not know what a row selects.
    """
    figures = read_published(network)
    of_run: dict[tuple[str, tuple[tuple[str, str], ...]], list[PublishedFigure]] = {}
    for figure in figures:
        of_run.setdefault(figure.run, []).append(figure)
    values: dict[str, list[float]] = {}
    replications: dict[str, int] = {}
    for (name, settings), own in of_run.items():
        ground = lay_groundwork(Scenario.read(name, dict(overrides or {}) | dict(settings)))
        count = n * _TIMES if len(ground.network.services) < _SMALL else n
        label = name + "".join(f" {key}={value}" for key, value in settings)
        replications[label] = count
        for replication in range(count):
            if progress is not None:
                progress(label, replication, count)
            results = simulate(ground.scenario, seed=seed, replication=replication, ground=ground)
            for figure in own:
                value = evaluate(
                    results,
                    figure.statistic,
                    figure.select,
                    figure.months,
                    share_of=figure.share_of,
                    factor=figure.factor,
                )
                values.setdefault(figure.figure, []).append(value)
    compared = tuple(Compared(figure, student(values[figure.figure])) for figure in figures)
    return Validation(compared, seed, replications)
