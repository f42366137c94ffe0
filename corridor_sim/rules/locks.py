"""How a ship lock with one or more flights of chambers works.

Direction 0 is downstream, 1 upstream. A flight that has just locked vessels down stands at the
lower end, so that it next serves direction 1.
"""

from __future__ import annotations

__all__ = [
    "ALTERNATE",
    "ONE_WAY",
    "TIMED",
    "batch_taken",
    "next_flip",
    "served_direction",
    "turns_empty",
]

ONE_WAY = 0
ALTERNATE = 1
TIMED = 2


def served_direction(mode: int, chamber: int, side: int, now: int, since: int, period: int) -> int:
    """Return the direction a free chamber can lock next.

    Parameters
    ----------
    mode : int
        `ONE_WAY` (each flight keeps its direction), `ALTERNATE` (it serves the side where it
        stands) or `TIMED` (all flights serve one direction, reversed every `period`).
    chamber : int
        Number of the flight.
    side : int
        Direction the flight could serve from where it stands.
    now, since : int
        Present second, and the second at which the mode came into force.
    period : int
        Seconds between two reversals in timed working.

    Returns
    -------
    int
        0 downstream, 1 upstream.
    """
    if mode == ONE_WAY:
        return chamber % 2
    if mode == ALTERNATE:
        return side
    return ((now - since) // period) % 2


def next_flip(now: int, since: int, period: int) -> int:
    """Return the second of the next reversal in timed working.

    Parameters
    ----------
    now, since : int
        Present second, and the second at which the mode came into force.
    period : int
        Seconds between two reversals.

    Returns
    -------
    int
        Second, later than `now`.
    """
    return since + ((now - since) // period + 1) * period


def batch_taken(waiting: int, take: int, smallest_batch: int) -> int:
    """Return how many vessels a free chamber locks now: none below the smallest batch.

    Parameters
    ----------
    waiting : int
        Vessels in the queue.
    take : int
        Vessels that fit into the chamber this time.
    smallest_batch : int
        Vessels it takes to start.

    Returns
    -------
    int
        Vessels, 0 where the chamber goes on waiting.
    """
    if waiting < smallest_batch:
        return 0
    return take if waiting > take else waiting


def turns_empty(waiting_opposite: int, coming: int, most_per_chamber: int, smallest: int) -> bool:
    """Tell whether a chamber with nothing to lock should cross empty.

    It does only if more vessels wait opposite than the `coming` chambers (those on their way there
    or standing there) can take, and enough wait to start a lockage.

    Parameters
    ----------
    waiting_opposite : int
        Vessels that wait at the other side.
    coming : int
        Other open flights that stand there or are on their way.
    most_per_chamber : int
        Vessels a flight takes at most.
    smallest : int
        Vessels it takes to start.

    Returns
    -------
    bool
        True if it should cross.
    """
    left = waiting_opposite - coming * most_per_chamber
    return left > 0 and left >= smallest
