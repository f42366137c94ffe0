"""Quantiles of the gamma distribution: SciPy's numbers, and nobody else's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import special

from corridor_sim import compiled, gamma
from corridor_sim.compiled import machine_code
from corridor_sim.gamma import gamma_quantile
from corridor_sim.streams import stream


def probabilities(n: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return many from within, many from both tails, and the ends."""
    u = stream(1, 0, "test", "gamma").random(n)
    ends = [0.0, 5e-324, 1e-300, 1e-17, 0.5, 0.9, np.nextafter(0.9, 1), 1 - 2**-53]
    return np.concatenate([u, u**12, 1.0 - u**12, ends])


@pytest.mark.parametrize("cv", [0.2, 0.225, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 0.9, 0.95, 1.0, 2.0])
def test_every_number_is_that_of_scipy(cv: float) -> None:
    """To the last bit, whether it is worked out here or left to it."""
    assert machine_code(gamma.__name__, "_invert", gamma._SIGNATURE) is not None
    u = probabilities(10_000)
    shape = 1.0 / cv**2
    assert np.array_equal(gamma_quantile(shape, u), special.gammaincinv(shape, u))
    is_worked_out = 1.2 <= shape <= 20
    assert (gamma._KNOWN[shape] is not None) == is_worked_out


def test_shapes_side_by_side() -> None:
    u = probabilities(5_000).reshape(2, -1)
    shapes = np.array([4.0, 16.0, 30.0, 0.5, 6.25])[np.arange(u.size) % 5].reshape(u.shape)
    u.flags.writeable = False
    assert np.array_equal(gamma_quantile(shapes, u), special.gammaincinv(shapes, u))


def test_what_is_worked_out_here_is_most_of_it() -> None:
    kernel = machine_code(gamma.__name__, "_invert", gamma._SIGNATURE)
    assert kernel is not None
    constants = gamma._compared(4.0, kernel)
    assert constants is not None
    u = stream(2, 0, "test", "gamma").random(10_000)
    found = np.empty(len(u))
    kernel(np.full(len(u), 4.0), u, np.array([constants]), found)
    assert np.isfinite(found).all()


def test_a_shape_that_differs_from_scipy_in_one_bit_is_left_to_it() -> None:
    """As on a machine that rounds otherwise."""
    kernel = machine_code(gamma.__name__, "_invert", gamma._SIGNATURE)
    assert kernel is not None

    def other(shapes: Any, u: Any, constants: Any, out: Any) -> None:
        kernel(shapes, u, constants, out)
        out[len(out) // 3] = np.nextafter(out[len(out) // 3], 0.0)

    assert gamma._compared(4.0, other) is None


def test_without_numba_nothing_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "has_compiler", lambda: False)
    assert compiled.machine_code.__wrapped__(gamma.__name__, "_invert", gamma._SIGNATURE) is None
