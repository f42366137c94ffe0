"""Durations of many visits at once."""

from __future__ import annotations

import numpy as np
import pytest

from corridor_sim.distributions import Distribution
from corridor_sim.plan import durations
from corridor_sim.plan.durations import DurationTable, to_seconds
from corridor_sim.streams import stream

TIMES = [
    (Distribution.parse("triangular(1, 2, 6)"), 1.0),
    (Distribution.parse("gamma(8, 0.5)"), 1.0),
    None,
    (Distribution.parse("lognormal(6, 0.8)"), 0.15),
    (Distribution.parse("lognormal(2, 1.5)"), 1.0),
    (Distribution.parse("empirical(1:0.4 3:0.6)"), 1.0),
    (Distribution.parse("gamma(8, 0.5)"), 0.0),
    (Distribution.parse("triangular(3, 3, 3)"), 1.0),
    (Distribution.parse("triangular(0, 1, 1)"), 1.0),
    (Distribution.parse("uniform(0, 2)"), 0.5),
    (Distribution.parse("exponential(2)"), 1.0),
]


@pytest.mark.parametrize("cores", [1, 3])
def test_all_together_give_what_each_resource_gives_alone(
    cores: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the last bit, in several pieces, on one core and on more."""
    monkeypatch.setattr(durations, "processors", lambda: cores)
    rng = stream(1, 0, "test", "durations")
    n = 150_000
    resource = rng.integers(-1, len(TIMES), n).astype(np.int32)
    uniform = rng.random(n)
    seconds = uniform.copy()
    DurationTable.of(TIMES).convert(resource, seconds)
    assert (seconds[resource == -1] == 0).all()
    for rank, time in enumerate(TIMES):
        mine = resource == rank
        alone = np.zeros(int(mine.sum())) if time is None else to_seconds(*time, uniform[mine])
        assert (seconds[mine] == alone).all(), rank
    taking = seconds[resource == 3] > 0
    assert taking.mean() == pytest.approx(0.15, abs=0.01)


def test_nothing_to_convert() -> None:
    DurationTable.of([]).convert(np.empty(0, dtype=np.int32), np.empty(0))
    seconds = np.full(2, 0.5)
    DurationTable.of([]).convert(np.full(2, -1, dtype=np.int32), seconds)
    assert seconds.tolist() == [0.0, 0.0]
