"""One assumption at a time: by formula for all, by simulation for those that lead.

A formula - choice among routes and their planned times - tells at once what moves boxes between
corridors and days on the way, but knows no queue, no full train and no closure. So the assumptions
that lead by formula are simulated, and with them those that act through queues alone. All runs
share their draws: a difference is due to the assumption and not to chance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corridor_sim.assumptions.figures import Headline, by_formula, simulated
from corridor_sim.assumptions.inputs import Assumption, assumptions_of, varied
from corridor_sim.assumptions.kept import Kept
from corridor_sim.demand.tables import DemandTables
from corridor_sim.errors import CorridorSimError, InputError
from corridor_sim.network import Network
from corridor_sim.scenario import Scenario
from corridor_sim.simulation import Groundwork, lay_groundwork, read_inputs, simulate

__all__ = ["Effect", "Sensitivity", "one_at_a_time"]

#: Assumptions of these tables act on queues and full vehicles, which no formula knows.
_QUEUES = ("background", "facilities", "services")

#: Times a refused factor is moved halfway back to 1.
_STEPS_BACK = 6
_FORMULA, _RUN = "by formula", "simulated"

Measure = Callable[[Groundwork], Headline]
#: Told what is done, how many are done and how many there are.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Effect:
    """Headline figures with one assumption at both ends of its range.

    Attributes
    ----------
    assumption : Assumption
        What was varied.
    base, low, high : Headline
        Figures as they are, and with the factor at its low and its high end.
    factors : tuple of float
        Both ends; nearer to 1 than declared where the checks of the tables refuse the declared one.
    is_simulated : bool
        Whether they come from runs; from the formula otherwise.
    """

    assumption: Assumption
    base: Headline
    low: Headline
    high: Headline
    factors: tuple[float, float]
    is_simulated: bool

    def spans(self) -> dict[str, float]:
        """Return by figure how far apart the ends are, as a share of the base."""
        base, low, high = (item.as_figures() for item in (self.base, self.low, self.high))
        return {
            name: (high[name] - low[name]) / value if value else 0.0 for name, value in base.items()
        }

    @property
    def leading(self) -> tuple[str, float]:
        """The figure that moves most, and its span."""
        spans = self.spans()
        name = max(spans, key=lambda figure: abs(spans[figure]))
        return name, spans[name]

    @property
    def size(self) -> float:
        """Largest span of any headline figure, as a share of it."""
        return abs(self.leading[1])

    def as_object(self) -> dict[str, Any]:
        """Return it as a plain object."""
        own = self.assumption.input
        low, high = self.factors
        return {
            "assumption": self.assumption.name,
            "table": own.range.table,
            "columns": list(own.range.columns),
            "member": own.member,
            "confidence": own.range.confidence,
            "rows": len(own.rows),
            "factor_low": low,
            "factor_high": high,
            "reason": own.range.reason,
            "simulated": self.is_simulated,
            "base": self.base.as_figures(),
            "low": self.low.as_figures(),
            "high": self.high.as_figures(),
            "spans": self.spans(),
        }


@dataclass(frozen=True)
class Sensitivity:
    """Effects of all assumptions of a scenario.

    Attributes
    ----------
    scenario : Scenario
        What was varied.
    seed : int
        Seed of the runs.
    formula : tuple of Effect
        Assumptions by formula, the largest effect first; those that act on queues are missing
        where they were simulated.
    runs : tuple of Effect
        Those that were simulated, the largest effect first.
    """

    scenario: Scenario
    seed: int
    formula: tuple[Effect, ...]
    runs: tuple[Effect, ...]

    @property
    def count(self) -> int:
        """Assumptions that were looked at."""
        return len({effect.assumption.name for effect in (*self.formula, *self.runs)})

    def leading(self, count: int) -> tuple[Effect, ...]:
        """Return the assumptions with the largest effects, simulated where they were.

        Parameters
        ----------
        count : int
            How many.

        Returns
        -------
        tuple of Effect
            The largest first.
        """
        seen = {effect.assumption.name for effect in self.runs}
        rest = [effect for effect in self.formula if effect.assumption.name not in seen]
        return tuple(sorted([*self.runs, *rest], key=_largest_first)[:count])

    def as_object(self) -> dict[str, Any]:
        """Return it as a plain object, for machines."""
        return {
            "scenario": self.scenario.name,
            "seed": self.seed,
            "simulated": [effect.as_object() for effect in self.runs],
            "by_formula": [effect.as_object() for effect in self.formula],
        }


@dataclass(frozen=True)
class _Base:
    scenario: Scenario
    network: Network
    demand: DemandTables
    ground: Groundwork

    def ground_of(self, assumption: Assumption, factor: float) -> Groundwork:
        scenario, demand = varied(assumption, factor, self.scenario, self.network, self.demand)
        return lay_groundwork(
            scenario,
            inputs=None if demand is None else (self.network, demand),
            routes=self.ground.choice.routes if assumption.keeps_routes else None,
        )


def one_at_a_time(
    scenario: Scenario,
    *,
    simulate_leading: int = 20,
    simulate_queues: bool = True,
    seed: int = 1,
    only: Sequence[str] | None = None,
    keep: Path | None = None,
    progress: Progress | None = None,
) -> Sensitivity:
    """Vary every assumption of a scenario, one at a time.

    Parameters
    ----------
    scenario : Scenario
        The base.
    simulate_leading : int
        How many of those that lead by formula are simulated.
    simulate_queues : bool
        Whether to simulate as well those that act on queues and full vehicles.
    seed : int
        Seed of the runs, one per end, all with the same draws.
    only : sequence of str, optional
        Names of the assumptions looked at; all if not given.
    keep : Path, optional
        File that receives each result as it comes; what it holds of the same inputs is not
        computed again.
    progress : callable, optional
        Called before each assumption.

    Returns
    -------
    Sensitivity
        Effects.

    Raises
    ------
    CorridorSimError
        If a run fails.
    """
    network, demand = read_inputs(scenario)
    base = _Base(scenario, network, demand, lay_groundwork(scenario))
    found = assumptions_of(network, demand)
    if only is not None:
        found = [item for item in found if item.name in only]
    kept = Kept.of(keep, base.ground, seed)

    def effects(items: Sequence[Assumption], how: str, measure: Measure) -> list[Effect]:
        if not items:
            return []
        own = kept.headline("", how) or kept.put("", how, measure(base.ground))
        done = []
        for place, item in enumerate(items):
            if progress is not None:
                progress(how, place, len(items))
            ends = [_end(kept, base, item, factor, how, measure) for factor in item.ends]
            (low, first), (high, last) = ends
            done.append(Effect(item, own, low, high, (first, last), is_simulated=how == _RUN))
        return sorted(done, key=_largest_first)

    queues = [item for item in found if item.input.range.table in _QUEUES]
    formula = effects(
        [item for item in found if not (simulate_queues and item in queues)], _FORMULA, by_formula
    )
    chosen = [effect.assumption for effect in formula[:simulate_leading]]
    if simulate_queues:
        chosen += queues

    def measured(ground: Groundwork) -> Headline:
        return simulated(simulate(ground.scenario, seed=seed, ground=ground))

    runs = effects(chosen, _RUN, measured)
    return Sensitivity(scenario, seed, tuple(formula), tuple(runs))


def _end(
    kept: Kept, base: _Base, item: Assumption, declared: float, how: str, measure: Measure
) -> tuple[Headline, float]:
    """Return the figures at an end of a range, and the factor: halfway back while it is refused."""
    factor = declared
    for _ in range(_STEPS_BACK):
        key = f"{item.name}|{factor!r}"
        if known := kept.headline(key, how):
            return known, factor
        try:
            # Boxes that no vehicle takes are found when they are drawn.
            return kept.put(key, how, measure(base.ground_of(item, factor))), factor
        except InputError:
            factor = (1 + factor) / 2
    raise CorridorSimError(f"no factor between 1 and {declared:g} on {item.name} is allowed")


def _largest_first(effect: Effect) -> tuple[float, str]:
    return (-effect.size if math.isfinite(effect.size) else 0.0, effect.assumption.name)
