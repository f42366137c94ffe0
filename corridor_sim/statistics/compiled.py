"""Loops of the statistics compiled by numba, where it is there."""

from corridor_sim.compiled import compiled, has_compiler

__all__ = ["compiled", "has_compiler"]
