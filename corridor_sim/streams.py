"""Named random streams: the only source of randomness.

A stream is addressed by what it is for, not by when it is asked for: the seed, the replication, a
purpose and the name of a table row. Adding a row, a purpose or a replication therefore changes no
other draw, and two scenarios share the draws of everything they have in common.
"""

from __future__ import annotations

import hashlib

import numpy as np

__all__ = ["stream"]


def stream(seed: int, replication: int, purpose: str, row: str) -> np.random.Generator:
    """Return the generator that belongs to one purpose and one table row.

    Parameters
    ----------
    seed : int
        Seed of the experiment.
    replication : int
        Number of the replication.
    purpose : str
        What the draws are for, for example ``"release"``.
    row : str
        Name of the table row the draws belong to.

    Returns
    -------
    numpy.random.Generator
        A Philox generator keyed by the first 128 bits of the SHA-256 of the address.

    References
    ----------
    .. [1] J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as
       1, 2, 3", SC'11, 2011.
    """
    address = f"{seed}|{replication}|{purpose}|{row}".encode()
    key = np.frombuffer(hashlib.sha256(address).digest()[:16], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key))
