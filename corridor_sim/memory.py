"""Memory that is free inside the process, given back to the system."""

from __future__ import annotations

import ctypes
import sys

__all__ = ["give_back"]


def give_back() -> None:
    """Give back what was freed, where the system knows how: arrays leave gaps of many megabytes."""
    allocator = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if allocator is not None:
        allocator(0)
