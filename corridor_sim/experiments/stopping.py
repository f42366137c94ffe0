"""When there are enough replications."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corridor_sim.experiments.intervals import student

if TYPE_CHECKING:
    from corridor_sim.experiments.running import Values

__all__ = ["Precision", "checkpoints"]

FEWEST = 10
_STEP = 5


def checkpoints(most: int = 10**9) -> range:
    """Return the numbers of replications after which it is looked: every fifth from the tenth.

    They do not depend on workers or the order in which replications end, so that a batch stops at
    the same replication however it is run.
    """
    return range(FEWEST, most + 1, _STEP)


@dataclass
class Precision:
    """Stop when the interval of a figure is narrow enough.

    Looking again and again makes intervals cover a little less than they say; the first look comes
    after ten replications, which keeps that small.

    Attributes
    ----------
    relative : float
        Half-width over the size of the mean; where `paired`, over that of the mean difference of
        every member to the first.
    column : str
        Figure.
    paired : bool
        Whether differences are looked at.
    level : float
        Confidence level.

    References
    ----------
    .. [1] Y. S. Chow, H. Robbins, "On the asymptotic theory of fixed-width sequential confidence
       intervals for the mean", Annals of Mathematical Statistics 36, 1965.
    """

    relative: float
    column: str = "cleared_cny"
    paired: bool = False
    level: float = 0.95
    looked: int = 0
    stopped: int | None = None

    def enough(self, values: Values) -> int | None:
        """Return the number of replications that suffices, None as long as none is known to."""
        while True:
            count = FEWEST if not self.looked else self.looked + _STEP
            if not values.settled(count):
                return None
            self.looked = count
            if self._is_narrow(values, count):
                self.stopped = count
                return count

    def wants(self, member: str, number: int) -> bool:  # noqa: ARG002 - all members alike
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
        return self.stopped is None or number < self.stopped

    def limit(self, member: str) -> int | None:  # noqa: ARG002
        """Return how many replications of a member are kept, None where all are."""
        return self.stopped

    def _is_narrow(self, values: Values, count: int) -> bool:
        arrays = values.arrays(count)
        if self.paired:
            arrays = [array - arrays[0] for array in arrays[1:]]
        found = [student(array, level=self.level) for array in arrays]
        return all(interval.relative_half_width <= self.relative for interval in found)
