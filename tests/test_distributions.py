"""Distributions: what their text means, what is refused, and that draws have the right law."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor_sim.distributions import FAMILIES, Distribution, DistributionError
from corridor_sim.streams import stream

GOOD = [
    ("24", "24", 24.0),
    ("0", "0", 0.0),
    ("1e3", "1000", 1000.0),
    (" constant( 2.5 ) ", "2.5", 2.5),
    ("uniform(1, 3)", "uniform(1, 3)", 2.0),
    ("triangular(1,2,6)", "triangular(1, 2, 6)", 3.0),
    ("triangular(2, 2, 2)", "triangular(2, 2, 2)", 2.0),
    ("exponential(5)", "exponential(5)", 5.0),
    ("gamma(216, 0.25)", "gamma(216, 0.25)", 216.0),
    ("lognormal(1.592, 0.12)", "lognormal(1.592, 0.12)", 1.592),
    ("Lognormal（6，1）", "lognormal(6, 1)", 6.0),
    ("empirical(3:0.4 4:0.6)", "empirical(3:0.4 4:0.6)", 3.6),
    ("empirical(4:3, 3:1)", "empirical(3:0.25 4:0.75)", 3.75),
    (7, "7", 7.0),
    (0.1, "0.1", 0.1),
]

BAD = [
    ("", "'' is not a number; allowed: constant"),
    ("abc", "'abc' is not a number; allowed: constant"),
    ("nan", "nan is out of range; allowed: 0 to 1,000,000,000"),
    ("inf", "inf is out of range"),
    ("-1", "-1 is out of range"),
    ("1e308", r"1e308 is out of range"),
    ("constant()", "constant takes .value."),
    ("uniform(1)", "uniform takes .low, high."),
    ("uniform(1, 2, 3)", "uniform takes .low, high."),
    ("uniform(1,)", "uniform takes .low, high."),
    ("uniform(2, 1)", "low, high must ascend"),
    ("triangular(1, 5, 2)", "min, mode, max must ascend"),
    ("exponential(0)", "mean must be above zero"),
    ("gamma(0, 1)", "mean must be above zero"),
    ("gamma(1, 0)", "cv 0 is out of range; allowed: 0.001 to 10"),
    ("gamma(1, 1e-200)", "is out of range; allowed: 0.001 to 10"),
    ("lognormal(1, 1e6)", r"cv 1e\+06 is out of range"),
    ("lognormal(1, nan)", "nan is out of range"),
    ("lognorm(1, 1)", "there is no distribution 'lognorm'; allowed: .*; did you mean 'lognormal'"),
    ("weibull(1, 1)", "there is no distribution 'weibull'; allowed: constant"),
    ("empirical()", "empirical takes value:weight pairs"),
    ("empirical(1 2)", "empirical takes value:weight pairs"),
    ("empirical(1:0 2:0)", "the weights sum to zero"),
    ("empirical(1:-1 2:2)", "-1 is out of range"),
    ("gamma(1, 1", r"'gamma\(1, 1' is cut at a comma; put the whole distribution in quotes"),
    ("=1+1", "'=1.1' is not a number"),
    ("9" * 10_000, r"9 \.\.\. is out of range"),
    ("x" * 10_000, r"x \.\.\.' is not a number"),
]

LAWS = [
    "uniform(1, 3)",
    "triangular(1, 2, 6)",
    "triangular(0, 0, 3)",
    "exponential(5)",
    "gamma(2, 0.5)",
    "gamma(2, 2)",
    "lognormal(6, 0.8)",
    "empirical(3:0.42 4:0.50 5:0.08)",
]


@pytest.mark.parametrize(("text", "shown", "mean"), GOOD)
def test_text_and_mean(text: str | float, shown: str, mean: float) -> None:
    read = Distribution.parse(text)
    assert str(read) == shown
    assert read.mean() == pytest.approx(mean, rel=1e-12)
    assert Distribution.parse(str(read)) == read


@pytest.mark.parametrize(("text", "pattern"), BAD)
def test_what_cannot_be_read(text: str, pattern: str) -> None:
    with pytest.raises(DistributionError, match=pattern) as caught:
        Distribution.parse(text)
    assert len(str(caught.value)) < 500


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(1e-3, 1e3)), min_size=1, max_size=6))
def test_text_reads_back_exactly(pairs: list[tuple[float, float]]) -> None:
    """A result is made again from the text of its scenario: not a bit may get lost."""
    text = " ".join(f"{value!r}:{weight!r}" for value, weight in pairs)
    read = Distribution.parse(f"empirical({text})")
    assert Distribution.parse(str(read)) == read
    low, high = sorted((pairs[0][0], pairs[0][0] + pairs[0][1]))
    spread = Distribution("uniform", (low, high))
    assert Distribution.parse(str(spread)) == spread


@pytest.mark.parametrize("text", LAWS)
def test_draws_have_the_mean(text: str) -> None:
    law = Distribution.parse(text)
    drawn = law.sample(stream(1, 0, "test", text), 200_000)
    error = drawn.std() / math.sqrt(len(drawn))
    assert abs(drawn.mean() - law.mean()) < 4 * error
    low, high = law.support()
    assert low <= drawn.min()
    assert drawn.max() <= high


@pytest.mark.parametrize(("text", "cv"), [("gamma(3, 0.4)", 0.4), ("lognormal(3, 0.7)", 0.7)])
def test_draws_have_the_coefficient_of_variation(text: str, cv: float) -> None:
    drawn = Distribution.parse(text).sample(stream(2, 0, "test", text), 200_000)
    assert drawn.std() / drawn.mean() == pytest.approx(cv, rel=0.03)


@pytest.mark.parametrize("text", [*LAWS, "5"])
def test_quantiles_ascend_and_stay_finite(text: str) -> None:
    law = Distribution.parse(text)
    points = law.quantile(np.array([0.0, 1e-300, 0.25, 0.5, 0.75, 1 - 2**-53]))
    assert np.isfinite(points).all()
    assert (np.diff(points) >= 0).all()
    # In seconds, slowed down a thousand times, it still fits the integer clock.
    assert points[-1] < 1e4 * max(law.mean(), 1)


def test_the_largest_of_what_a_cell_may_hold_fits_the_clock() -> None:
    law = Distribution.parse("lognormal(1e5, 10)")
    longest_s = law.quantile(np.array([1 - 2**-53]))[0] * 3600
    assert longest_s < 2**63


@pytest.mark.parametrize("text", LAWS)
def test_more_draws_begin_with_the_same(text: str) -> None:
    law = Distribution.parse(text)
    few = law.sample(stream(1, 0, "test", "x"), 10)
    many = law.sample(stream(1, 0, "test", "x"), 1000)
    assert (few == many[:10]).all()


def test_one_call_for_many_distributions_gives_what_each_gives_alone() -> None:
    """To the last bit, for plans batch them by family."""
    u = stream(1, 0, "test", "family").random(500)
    for family, quantile in FAMILIES.items():
        laws = [law for law in map(Distribution.parse, [*LAWS, "7"]) if law.law()[0] == family]
        assert laws, family
        which = np.arange(len(u)) % len(laws)
        parameters = np.array([law.law()[1:] for law in laws]).T
        together = quantile(u, *parameters[:, which])
        for number, law in enumerate(laws):
            assert (together[which == number] == law.quantile(u[which == number])).all(), family
