"""How long something takes, in whole seconds."""

from __future__ import annotations

import math

__all__ = ["duration_ticks", "local_day"]

_SECONDS_PER_DAY = 86_400


def duration_ticks(fixed_s: float, per_teu_s: float, mteu: int, slowdown: float) -> int:
    """Return the whole seconds a visit lasts: at least one, rounded up.

    The order of the operations is part of the rule: every engine must round the same number.

    Parameters
    ----------
    fixed_s : float
        Part that does not depend on the load, seconds.
    per_teu_s : float
        Seconds per TEU moved.
    mteu : int
        Load moved, thousandths of a TEU.
    slowdown : float
        Factor on the whole, taken when the visit starts.

    Returns
    -------
    int
        Duration in seconds.
    """
    seconds = (fixed_s + per_teu_s * (mteu / 1000.0)) * slowdown
    ticks = math.ceil(seconds)
    return ticks if ticks > 1 else 1


def local_day(now: int) -> int:
    """Return the number of the local calendar day that holds the second `now`."""
    return now // _SECONDS_PER_DAY
