"""Which of several scenarios is best: the sequential procedure of Kim and Nelson.

It looks after every replication at the differences between the scenarios that are left, and drops
those that are clearly behind. It may be used with common random numbers, which make the
differences, and so the number of replications, small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from corridor_sim.experiments.running import Values

__all__ = ["Screening", "Selection", "screen"]


@dataclass(frozen=True)
class Screening:
    """What the values so far say.

    Attributes
    ----------
    alive : tuple of int
        Scenarios that may still be the best.
    dropped : dict of int to int
        Those that are not, and after how many replications that was seen.
    stage : int
        Replications that were looked at.
    best : int or None
        The best, where it is decided.
    """

    alive: tuple[int, ...]
    dropped: dict[int, int]
    stage: int
    best: int | None


def screen(
    values: Sequence[NDArray[np.float64]], *, within: float, confidence: float, start: int
) -> Screening:
    """Go through the procedure as far as there are values.

    Parameters
    ----------
    values : sequence of ndarray of float64
        One array per scenario in the order of replications; larger is better.
    within : float
        Differences below this do not matter.
    confidence : float
        Probability of selecting the best wherever it is better than all others by `within`, and
        one that is worse by less than `within` elsewhere.
    start : int
        Replications before the first look.

    Returns
    -------
    Screening
        The same whatever comes after the last look it needed.

    References
    ----------
    .. [1] S.-H. Kim, B. L. Nelson, "A fully sequential procedure for indifference-zone selection
       in simulation", ACM Transactions on Modeling and Computer Simulation 11, 2001.
    """
    k = len(values)
    alive = list(range(k))
    dropped: dict[int, int] = {}
    if min(map(len, values)) < start:
        return Screening(tuple(alive), dropped, 0, None)
    eta = ((2 * (1 - confidence) / (k - 1)) ** (-2 / (start - 1)) - 1) / 2
    h2 = 2 * eta * (start - 1)
    first = np.array([v[:start] for v in values])
    spread = np.array([[np.var(a - b, ddof=1) for b in first] for a in first])
    longest = int(np.floor(h2 * spread / within**2).max())
    sums = [np.cumsum(v) for v in values]
    stage = start
    while True:
        means = {i: sums[i][stage - 1] / stage for i in alive}
        if stage > longest:
            best = max(alive, key=lambda i: means[i])
            dropped |= {i: stage for i in alive if i != best}
            return Screening((best,), dropped, stage, best)
        slack = np.maximum(within / (2 * stage) * (h2 * spread / within**2 - stage), 0.0)
        behind = [
            i for i in alive if any(means[i] < means[j] - slack[i, j] for j in alive if j != i)
        ]
        dropped |= dict.fromkeys(behind, stage)
        alive = [i for i in alive if i not in behind]
        if len(alive) == 1:
            return Screening(tuple(alive), dropped, stage, alive[0])
        if min(len(values[i]) for i in alive) <= stage:
            return Screening(tuple(alive), dropped, stage, None)
        stage += 1


@dataclass
class Selection:
    """Runs only what may still be the best, and stops when that is decided.

    Attributes
    ----------
    column : str
        Figure.
    within, confidence, start
        As for `screen`.
    smaller_is_better : bool
        Whether the smallest is looked for.
    found : Screening or None
        The last look.
    """

    column: str
    within: float
    confidence: float = 0.95
    start: int = 10
    smaller_is_better: bool = False
    found: Screening | None = None
    _names: list[str] = field(default_factory=list)

    def enough(self, values: Values) -> int | None:
        """Return the replications that the decision took, None as long as there is none."""
        self._names = list(values.by_member)
        sign = -1.0 if self.smaller_is_better else 1.0
        arrays = [sign * unbroken(numbers) for numbers in values.by_member.values()]
        self.found = screen(
            arrays, within=self.within, confidence=self.confidence, start=self.start
        )
        return self.found.stage if self.found.best is not None else None

    def wants(self, member: str, number: int) -> bool:
        """Tell whether a replication of a member is still needed.

        Parameters
        ----------
        member : str
            Name.
        number : int
            Replication.

        Returns
        -------
        bool
            False for what would be dropped.
        """
        limit = self.limit(member)
        return limit is None or number < limit

    def limit(self, member: str) -> int | None:
        """Return how many replications of a member are kept, None where all are."""
        if self.found is None or member not in self._names:
            return None
        place = self._names.index(member)
        if place in self.found.dropped:
            return self.found.dropped[place]
        return self.found.stage if self.found.best is not None else None


def unbroken(numbers: dict[int, float]) -> NDArray[np.float64]:
    """Return the values of replications 0, 1, ... up to the first that is not there."""
    found: list[float] = []
    while len(found) in numbers:
        found.append(numbers[len(found)])
    return np.array(found, dtype=np.float64)
