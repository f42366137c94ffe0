"""Calls a second of the rules, as plain Python and as machine code; an event is a call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.conftest import Note
from corridor_sim.rules import consolidation, locks, ticks

CALLS, FEWER_CALLS = 100_000, 1_000
_TYPES = {"int": "int64", "float": "float64", "bool": "boolean"}

#: Of each rule: the largest value of each argument.
RULES: dict[Callable[..., Any], tuple[float, ...]] = {
    ticks.duration_ticks: (90_000.0, 300.0, 90_000, 1.5),
    ticks.local_day: (50_000_000,),
    consolidation.fits: (80_000, 900_000, 2_000, 30_000, 90_000, 1_000_000),
    consolidation.is_fill_due: (90_000, 900_000, 60_000, 600_000, 500_000, 600_000, 172_800),
    consolidation.may_leave: (9, 3, 2),
    consolidation.convoy_vehicles: (9_000, 90_000, 2_000, 30_000),
    locks.served_direction: (3, 4, 2, 50_000_000, 1_000_000, 172_800),
    locks.batch_taken: (9, 5, 4),
    locks.turns_empty: (40, 4, 5, 4),
}


def arguments_of(rule: Callable[..., Any], calls: int) -> list[NDArray[Any]]:
    """Draw arguments of the types the rule says, at least 1."""
    rng = np.random.default_rng(1)
    kinds = [kind for name, kind in rule.__annotations__.items() if name != "return"]
    drawn: list[NDArray[Any]] = []
    for kind, largest in zip(kinds, RULES[rule], strict=True):
        if kind == "float":
            drawn.append(rng.uniform(1.0, largest, calls))
        else:
            values = rng.integers(1, int(largest) + 1, calls)
            drawn.append(values > 1 if kind == "bool" else values)
    return drawn


@pytest.mark.parametrize("form", ["python", "compiled"])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.benchmark(group="rules", min_rounds=50)
def test_calls_a_second(
    benchmark: BenchmarkFixture,
    note: Note,
    is_measured: bool,  # noqa: FBT001
    rule: Callable[..., Any],
    form: str,
) -> None:
    calls = CALLS if is_measured else FEWER_CALLS
    arrays = arguments_of(rule, calls)
    lists = [array.tolist() for array in arrays]

    def in_python() -> list[Any]:
        return list(map(rule, *lists))

    if form == "python":
        results = benchmark(in_python)
    else:
        *kinds, result = (_TYPES[kind] for kind in rule.__annotations__.values())
        compiled = numba.vectorize([f"{result}({', '.join(kinds)})"])(rule)
        results = benchmark(compiled, *arrays).tolist()
    assert len(results) == calls
    assert results == in_python()
    assert len(set(results)) > 1
    note(calls)
