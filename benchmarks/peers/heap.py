"""The floor: what push and pop of one event cost in C, and in Python's own `heapq`."""

from __future__ import annotations

import ctypes
import heapq
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["c_compiler", "compile_c_heap", "draw_events", "hold_in_python"]

# Turns a heap of C, or of Python, takes; returns the earliest time that is left.
Hold = Callable[[NDArray[np.int64], NDArray[np.int64], int], int]

_GAPS = 1 << 12


def draw_events(pending: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the times of `pending` events, earliest first, and gaps until the next of each."""
    rng = np.random.default_rng(1)
    times = np.sort(rng.exponential(1e6, pending).astype(np.int64))
    return times, rng.exponential(1e6, _GAPS).astype(np.int64)


def c_compiler() -> str | None:
    """Return the path of a C compiler, None where there is none."""
    names = [os.environ.get("CC", ""), "cc", "gcc", "clang"]
    return next((path for name in names if name and (path := shutil.which(name))), None)


def compile_c_heap(compiler: str) -> Hold:
    """Compile the heap of ``heap.c`` and return it as a function.

    Parameters
    ----------
    compiler : str
        Path of a C compiler.

    Returns
    -------
    callable
        Takes times, gaps and the number of turns.
    """
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "heap.so"
        source = Path(__file__).with_name("heap.c")
        options = ["-O3", "-march=native", "-shared", "-fPIC"]
        subprocess.run([compiler, *options, "-o", library, source], check=True)  # noqa: S603
        hold = ctypes.CDLL(str(library)).hold
    array = np.ctypeslib.ndpointer(np.int64, flags="C")
    hold.argtypes = [array, ctypes.c_int64, array, ctypes.c_int64, ctypes.c_int64]
    hold.restype = ctypes.c_int64

    def run(times: NDArray[np.int64], gaps: NDArray[np.int64], turns: int) -> int:
        return int(hold(times.copy(), len(times), gaps, len(gaps) - 1, turns))

    return run


def hold_in_python(times: NDArray[np.int64], gaps: NDArray[np.int64], turns: int) -> int:
    """Do the same with Python's `heapq`.

    Parameters
    ----------
    times, gaps : (n,) int64
        From `draw_events`.
    turns : int
        Events taken and put back.

    Returns
    -------
    int
        The earliest time that is left.
    """
    heap: list[int] = times.tolist()
    later: list[int] = gaps.tolist()
    mask = len(later) - 1
    for turn in range(turns):
        heapq.heappush(heap, heapq.heappop(heap) + later[turn & mask])
    return heap[0]
