"""Processors that this process may use."""

from __future__ import annotations

import os

__all__ = ["processors", "take_one"]

_most: list[int] = []


def processors() -> int:
    """Return how many threads may work at once.

    Returns
    -------
    int
        Processors that the system lets this process run on, as a job of a cluster has them; 1 after
        `take_one`.
    """
    if _most:
        return _most[-1]
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def take_one() -> None:
    """Use one processor from now on: this process is one of several that share them."""
    _most.append(1)
