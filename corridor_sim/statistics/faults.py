"""Faults of a run in words, with how often and where first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["add_fault"]


def add_fault(faults: list[str], wrong: NDArray[np.bool_], what: str, row: str) -> None:
    """Add a line where something is wrong.

    Parameters
    ----------
    faults : list of str
        Receives the line.
    wrong : (n,) bool
        Whether each row is wrong.
    what : str
        What is wrong with it.
    row : str
        What a row is.
    """
    rows = np.flatnonzero(wrong)
    if len(rows):
        faults.append(f"{what}: {len(rows)} times, first at {row} {int(rows[0])}")
