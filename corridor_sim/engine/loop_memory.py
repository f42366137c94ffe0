"""The block of memory of the loop: laid out section by section, given back from its front.

A year takes hundreds of megabytes. Stamps are read off it from front to back into a log that is as
large; what has been read is given back as it goes, so that the log takes the place of the block and
not room beside it.
"""

from __future__ import annotations

import contextlib
import errno
import mmap
import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Ahead", "Block", "Ints", "Memory", "unwritten"]

Ints = NDArray[np.int64]

_BYTES = 8
# Memory is given back by so many bytes: that of a large page of most systems.
_LARGE_PAGE = 2**21
_TOUCHED_AT_ONCE = 2**23


class Ahead:
    """Memory that is got ready on a thread of its own before a run needs it.

    What a process touches for the first time the system has to find and to clear: of a year that
    is half a second, which need not stand between a plan and its run.

    Parameters
    ----------
    size : int
        Bytes that are got ready; twice as many can be taken.
    """

    def __init__(self, size: int) -> None:
        try:
            self._pages = _pages(2 * size)
        except MemoryError:
            # Twice as much as is needed was asked for.
            self._pages = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._touch, args=(size,), daemon=True)
        self._thread.start()

    def _touch(self, size: int) -> None:
        if self._pages is None:
            return
        for start in range(0, size, _TOUCHED_AT_ONCE):
            if self._stop.is_set():
                return
            count = min(_TOUCHED_AT_ONCE, size - start)
            np.frombuffer(self._pages, dtype=np.int8, count=count, offset=start).fill(0)

    def take(self, size: int) -> mmap.mmap | None:
        """Return the memory, once, as far as it is ready.

        Parameters
        ----------
        size : int
            Bytes needed.

        Returns
        -------
        mmap or None
            None if it is taken, or more is needed.
        """
        self._stop.set()
        self._thread.join()
        pages, self._pages = self._pages, None
        return pages if pages is not None and len(pages) >= size else None


class Memory:
    """One block of memory read in three ways, see `loop_columns`.

    Parameters
    ----------
    size : int
        Numbers of 64 bits.
    ahead : Ahead, optional
        Memory that is ready.

    Attributes
    ----------
    m : (n,) int64
        Whole numbers of 64 bits.
    f : (n,) float64
        Real numbers.
    h : (2 n,) int32
        Whole numbers of 32 bits.
    """

    def __init__(self, size: int, ahead: Ahead | None = None) -> None:
        ready = ahead.take(size * _BYTES) if ahead is not None else None
        self._pages = ready or _pages(size * _BYTES)
        if self._pages is None:
            self.m: Ints = np.empty(size, dtype=np.int64)
        else:
            self.m = np.frombuffer(self._pages, dtype=np.int64, count=size)
        self.f: NDArray[np.float64] = self.m.view(np.float64)
        self.h: NDArray[np.int32] = self.m.view(np.int32)

    @property
    def arrays(self) -> tuple[Ints, NDArray[np.float64], NDArray[np.int32]]:
        """The block as `m`, `f` and `h`."""
        return self.m, self.f, self.h

    def forget(self, start: int, end: int) -> None:
        """Give a part back to the system where it takes it; nothing there is known any more.

        Parameters
        ----------
        start, end : int
            First place in `m` of what is not needed, and the one after its last.
        """
        if self._pages is None:
            return
        first = -(-start * _BYTES // _LARGE_PAGE) * _LARGE_PAGE
        length = end * _BYTES // _LARGE_PAGE * _LARGE_PAGE - first
        if length > 0:
            self._pages.madvise(mmap.MADV_DONTNEED, first, length)


def unwritten(size: int, dtype: type[np.generic]) -> NDArray[Any]:
    """Return an array that takes up memory as it is written, by the smallest pages there are.

    NumPy asks for large pages, of which the first of each column of stamps would take the whole.

    Parameters
    ----------
    size : int
        Numbers.
    dtype : type
        Their type.

    Returns
    -------
    (n,) array
        Of any content.
    """
    pages = _pages(size * np.dtype(dtype).itemsize, large=False)
    return np.empty(size, dtype) if pages is None else np.frombuffer(pages, dtype, count=size)


def _pages(size: int, *, large: bool = True) -> mmap.mmap | None:
    """Return memory of which parts can be given back; None where the system has none."""
    if size == 0 or not hasattr(mmap, "MADV_DONTNEED"):
        return None
    try:
        pages = mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    except OSError as error:
        if error.errno == errno.ENOMEM:
            raise MemoryError(f"{size:,} bytes for the engine") from error
        raise
    if large and hasattr(mmap, "MADV_HUGEPAGE"):
        # Some kernels are built without.
        with contextlib.suppress(OSError):
            pages.madvise(mmap.MADV_HUGEPAGE)
    return pages


class Block:
    """A block of integers that is laid out section by section.

    Attributes
    ----------
    size : int
        Numbers laid out so far.
    """

    def __init__(self) -> None:
        self.size = 0
        self._sections: list[tuple[int, Ints]] = []

    def add(self, rows: int, columns: int = 1) -> tuple[Ints, Ints]:
        """Add a table of zeros and return it together with the place of each row and its end."""
        first = self.size
        table = np.zeros((rows, columns), dtype=np.int64)
        self.size += rows * columns
        self._sections.append((first, table))
        return table, first + np.arange(rows + 1) * columns

    def reserve(self, size: int) -> int:
        """Add room for as many numbers and return its place."""
        first = self.size
        self.size += size
        return first

    def join(self, ahead: Ahead | None = None) -> Memory:
        """Return the block."""
        # What is reserved is written before it is read; pages never touched cost nothing.
        memory = Memory(self.size, ahead)
        for first, table in self._sections:
            memory.m[first : first + table.size] = table.ravel()
        return memory
