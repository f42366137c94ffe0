"""Trees of shortest paths, against Dijkstra's method and by hand."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest

from corridor_sim.routes.trees import NO_WAY, Trees

SIZE = 60


def legs(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return starts, ends and weights at two levels of random legs, parallel ones among them."""
    rng = np.random.default_rng(seed)
    starts, ends = rng.integers(0, SIZE - 5, 180), rng.integers(0, SIZE - 5, 180)
    return starts, ends, rng.random((180, 2)) + 0.01


def tree(
    starts: np.ndarray,
    ends: np.ndarray,
    weights: np.ndarray,
    *,
    towards: bool,
    roots: list[int] | None = None,
    barred: int = 0,
) -> Trees:
    """Return trees over legs numbered from 100."""
    return Trees(
        np.arange(len(starts)) + 100,
        starts=starts,
        ends=ends,
        weights=weights,
        roots=list(range(SIZE)) if roots is None else roots,
        size=SIZE,
        towards=towards,
        barred=barred,
    )


@pytest.mark.parametrize("towards", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_costs_and_paths_are_those_of_dijkstra(*, seed: int, towards: bool) -> None:
    starts, ends, weights = legs(seed)
    trees = tree(starts, ends, weights, towards=towards)
    cost = trees.cost(list(range(SIZE)), np.arange(SIZE))
    reached = 0
    for level in range(2):
        graph: nx.MultiDiGraph = nx.MultiDiGraph()
        graph.add_nodes_from(range(SIZE))
        for a, b, w in zip(starts, ends, weights[:, level], strict=True):
            graph.add_edge(*((b, a) if towards else (a, b)), weight=w)
        for root in range(0, SIZE, 7):
            known = nx.single_source_dijkstra_path_length(graph, root)
            for place in range(SIZE):
                path, places = trees.path(root, place, level)
                assert cost[level, root, place] == known.get(place, math.inf)
                if place not in known:
                    assert (path, places) == NO_WAY
                    continue
                chain = [leg - 100 for leg in path]
                stops = [place if towards else root, *(int(ends[leg]) for leg in chain)]
                assert stops[:-1] == [starts[leg] for leg in chain]
                assert stops[-1] == (root if towards else place)
                assert places == sum(1 << stop for stop in stops)
                assert math.isclose(sum(weights[chain, level]), known[place], abs_tol=1e-12)
                reached += len(chain) > 2
    assert reached > 100


def test_barred_places_are_ends_but_not_passed() -> None:
    """Over 0, 1, 2, 3: from 1 to 3 there is a way, from 0 to 3 none that goes round 1."""
    starts, ends, weights = np.array([0, 1, 2]), np.array([1, 2, 3]), np.ones((3, 1))
    trees = tree(starts, ends, weights, towards=False, roots=[0, 1], barred=0b10)
    assert trees.path(0, 3, 0) is NO_WAY
    assert trees.path(0, 1, 0) is NO_WAY
    assert trees.path(1, 3, 0) == ((101, 102), 0b1110)
    assert trees.cost([0], np.array([3])).item() == 3.0


def test_weights_lost_in_rounding_make_no_circle() -> None:
    """Two places beyond a leg so dear that a way back and forth costs nothing more."""
    starts, ends = np.array([0, 1, 2]), np.array([1, 2, 1])
    weights = np.array([[1e18], [1e-6], [1e-6]])
    trees = tree(starts, ends, weights, towards=False, roots=[0])
    assert trees.path(0, 1, 0) == ((100,), 0b11)
    assert trees.path(0, 2, 0) is NO_WAY


def test_many_roots_are_solved_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    starts, ends, weights = legs(9)
    whole = tree(starts, ends, weights, towards=True)
    monkeypatch.setattr("corridor_sim.routes.trees._BLOCK", 7)
    parts = tree(starts, ends, weights, towards=True)
    every = list(range(SIZE)), np.arange(SIZE)
    assert np.array_equal(whole.cost(*every), parts.cost(*every))
    assert all(whole.path(r, p, 1) == parts.path(r, p, 1) for r in every[0] for p in every[0])
