"""Named random streams: the only source of randomness.

A stream is addressed by what it is for, not by when it is asked for: the seed, the replication, a
purpose and the name of a table row. Adding a row, a purpose or a replication therefore changes no
other draw, and two scenarios share the draws of everything they have in common.
"""

from __future__ import annotations

import hashlib
import struct
from typing import Any

import numpy as np

__all__ = ["Streams", "stream"]

_KEY = struct.Struct("=2Q")


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
    return Streams(seed, replication).turn_to(purpose, row)


class Streams:
    """All streams of a replication, one at a time: a generator turned to address after address.

    A replication has tens of thousands of streams, most of them of a few hundred numbers. To make
    a generator takes longer than to draw these; to turn one to another key takes a twentieth.

    Parameters
    ----------
    seed : int
        Seed of the experiment.
    replication : int
        Number of the replication.
    """

    def __init__(self, seed: int, replication: int) -> None:
        self._hasher = hashlib.sha256(f"{seed}|{replication}|".encode())
        self._philox = np.random.Philox(key=0)
        self._generator = np.random.Generator(self._philox)
        # At the start: nothing counted, nothing left over of a block of four numbers.
        self._address: dict[str, Any] = {"counter": (0, 0, 0, 0), "key": (0, 0)}
        self._state: Any = {
            "bit_generator": "Philox",
            "state": self._address,
            "buffer": (0, 0, 0, 0),
            "buffer_pos": 4,
            "has_uint32": 0,
            "uinteger": 0,
        }

    def another(self) -> Streams:
        """Return the same streams with a generator of their own, for another thread."""
        streams = Streams(0, 0)
        streams._hasher = self._hasher.copy()
        return streams

    def turn_to(self, purpose: str, row: str) -> np.random.Generator:
        """Return the generator, turned to the beginning of one stream.

        Parameters
        ----------
        purpose : str
            What the draws are for.
        row : str
            Name of the table row the draws belong to.

        Returns
        -------
        numpy.random.Generator
            Always the same object: what is drawn next belongs to this stream, until the next turn.
        """
        hasher = self._hasher.copy()
        hasher.update(f"{purpose}|{row}".encode())
        self._address["key"] = _KEY.unpack_from(hasher.digest())
        self._philox.state = self._state
        return self._generator
