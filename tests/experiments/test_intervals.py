"""Intervals against scipy, against theory, and against what they promise."""

from __future__ import annotations

import math

import numpy as np
import pytest

from corridor_sim.experiments.intervals import holm, student, wilson


def test_student_covers_what_it_says() -> None:
    """Over 4,000 experiments of 10 exponential waits each; skewness costs a little."""
    draws = np.random.default_rng(1).exponential(2.0, (4000, 10)) ** 0.5
    mean = math.sqrt(2.0) * math.gamma(1.5)
    found = [student(row) for row in draws]
    covered = np.mean([i.low <= mean <= i.high for i in found])
    assert 0.94 < covered < 0.96


def test_wilson_keeps_within_its_bounds() -> None:
    assert wilson(0, 30).low == 0
    assert wilson(30, 30).high == 1
    assert wilson(0, 30).high == pytest.approx(0.1135, abs=1e-4)


def test_few_values() -> None:
    assert math.isnan(student([]).estimate)
    one = student([3.0])
    assert one.estimate == 3.0
    assert math.isnan(one.low)
    assert one.holds_zero
    assert math.isnan(wilson(0, 0).estimate)
    known = student([1.0, math.nan, 2.0])
    assert known.n == 2


def test_equal_values_have_no_width() -> None:
    found = student([0.1] * 10)
    assert (found.estimate, found.low, found.high) == (0.1, 0.1, 0.1)
    assert found.relative_half_width == 0
    assert student([1.0, -1.0]).relative_half_width == math.inf


def test_holm_as_in_its_paper() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    rng = np.random.default_rng(3)
    # Among ten figures without any effect, chance shows one in at most 5 % of the experiments.
    hits = [min(holm(rng.random(10).tolist())) < 0.05 for _ in range(2000)]
    assert 0.035 < np.mean(hits) < 0.065
