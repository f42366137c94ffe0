"""Named streams: independent, stable, and nothing else."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from corridor_sim.streams import Streams, stream


def test_an_address_has_its_draws_for_good() -> None:
    """Old results are made again only as long as these numbers stay."""
    drawn = stream(1, 0, "release", "laptops|export|Z_CQXY|Z_DE").random(3)
    assert drawn.tolist() == [0.8571189041932777, 0.84363946600574, 0.15822152889332475]


def test_asking_twice_gives_the_same_and_asking_for_others_changes_nothing() -> None:
    first = stream(1, 0, "a", "row").random(5)
    stream(1, 0, "b", "row").random(100)
    assert (stream(1, 0, "a", "row").random(5) == first).all()


@pytest.mark.parametrize(
    "other", [(2, 0, "a", "row"), (1, 1, "a", "row"), (1, 0, "b", "row"), (1, 0, "a", "wor")]
)
def test_every_part_of_the_address_matters(other: tuple[int, int, str, str]) -> None:
    assert not (stream(*other).random(5) == stream(1, 0, "a", "row").random(5)).any()


@pytest.mark.parametrize("seed", [0, 2**31, 2**63, 10**40])
def test_large_seeds_and_names_of_any_letters(seed: int) -> None:
    drawn = stream(seed, 10**12, "目的", "重庆\N{RIGHT-TO-LEFT MARK}\n\0" * 100).random(3)
    assert ((drawn >= 0) & (drawn < 1)).all()


def test_neighbouring_streams_are_not_correlated() -> None:
    draws = np.array([stream(7, n, "release", "row").random(2_000) for n in range(60)])
    correlations = np.corrcoef(draws)[np.triu_indices(60, k=1)]
    # 1,770 pairs, each about normal with deviation 1 / sqrt(2000).
    assert np.abs(correlations).max() < 5 / np.sqrt(2_000)
    assert correlations.std() == pytest.approx(1 / np.sqrt(2_000), rel=0.1)


def test_draws_are_uniform() -> None:
    from scipy import stats

    firsts = np.array([stream(seed, 0, "u", "row").random() for seed in range(5_000)])
    assert stats.kstest(firsts, "uniform").pvalue > 1e-3


def test_a_generator_turned_to_a_stream_is_that_stream_from_its_beginning() -> None:
    """Whatever was drawn before: parts of a block of four numbers or of a number are dropped."""
    streams = Streams(7, 3)
    for n in range(20):
        key = np.frombuffer(hashlib.sha256(f"7|3|way|row {n}".encode()).digest()[:16], np.uint64)
        fresh = np.random.Generator(np.random.Philox(key=key))
        turned = streams.turn_to("way", f"row {n}")
        assert (turned.random(n) == fresh.random(n)).all()
        assert turned.standard_normal(3).tolist() == fresh.standard_normal(3).tolist()
        assert turned.poisson(4) == fresh.poisson(4)
        # Takes half a number.
        assert turned.integers(9, dtype=np.int32) == fresh.integers(9, dtype=np.int32)


def test_another_turns_on_its_own() -> None:
    streams = Streams(3, 2)
    first = streams.turn_to("size", "row")
    another = streams.another().turn_to("size", "row")
    assert another is not first
    wanted = stream(3, 2, "size", "row").random(9)
    np.testing.assert_array_equal(first.random(4), wanted[:4])
    np.testing.assert_array_equal(another.random(9), wanted)
    np.testing.assert_array_equal(first.random(5), wanted[4:])
