"""Groups in layers: reductions give what numpy gives group by group, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest

from corridor_sim.routes.layers import Layers


@pytest.mark.parametrize("largest", [1, 2, 8, 9, 17, 60])
def test_reductions_are_those_of_reduceat(largest: int) -> None:
    rng = np.random.default_rng(largest)
    counts = rng.integers(1, largest + 1, 200)
    group = np.repeat(np.arange(200), counts)
    values = rng.random((3, len(group)))
    first = np.cumsum(counts) - counts
    layers = Layers.of(group)
    laid = values[:, layers.order]
    assert sorted(layers.groups) == list(range(200))
    for got, ufunc in ((layers.reduce(np.maximum, laid), np.maximum), (layers.sum(laid), np.add)):
        assert np.array_equal(got, ufunc.reduceat(values, first, axis=1)[:, layers.groups])


def test_members_keep_their_order_whatever_lies_between() -> None:
    group = np.array([7, 3, 7, 9, 3, 7])
    layers = Layers.of(group)
    assert layers.groups.tolist() == [7, 3, 9]
    assert layers.order.tolist() == [0, 1, 3, 2, 4, 5]
    values = np.arange(6.0)[layers.order]
    layers.spread(np.subtract, values, np.array([100.0, 10.0, 1.0]))
    back = np.empty(6)
    back[layers.order] = values
    assert back.tolist() == [-100.0, -9.0, -98.0, 2.0, -6.0, -95.0]


def test_no_members() -> None:
    layers = Layers.of(np.array([], dtype=np.int64))
    assert layers.sum(np.empty(0)).tolist() == []
    assert layers.reduce(np.maximum, np.empty((2, 0))).shape == (2, 0)
