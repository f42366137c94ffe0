"""The block of memory of the loop: stamps are the same however it is read off and given back."""

from __future__ import annotations

import mmap

import numpy as np
import pytest

from corridor_sim.engine import loop, memory_ahead, run_engine
from corridor_sim.engine.loop_memory import Ahead, Memory, unwritten
from tests.engine.random_plans import random_plan

_LARGE_PAGE = 2**21


@pytest.mark.parametrize("engine", ["loop", "compiled"])
@pytest.mark.parametrize("at_once", [1, 7])
def test_stamps_read_off_in_parts_are_the_stamps(
    monkeypatch: pytest.MonkeyPatch, engine: str, at_once: int
) -> None:
    plan = random_plan(11)
    assert plan.n_legs > 3 * at_once
    whole = run_engine(plan, engine=engine).digest()
    monkeypatch.setattr(loop, "_READ_AT_ONCE", at_once)
    assert run_engine(plan, engine=engine).digest() == whole


def test_what_is_forgotten_lies_between_the_places_and_the_rest_stays() -> None:
    memory = Memory(4 * _LARGE_PAGE // 8)
    memory.m[:] = np.arange(1, len(memory.m) + 1)
    page = _LARGE_PAGE // 8
    memory.forget(page - 1, 3 * page + 1)
    expected = np.arange(1, len(memory.m) + 1)
    if hasattr(mmap, "MADV_DONTNEED"):
        # The system hands out fresh pages for those given back.
        expected[page : 3 * page] = 0
    np.testing.assert_array_equal(memory.m, expected)


def test_less_than_a_page_is_not_given_back() -> None:
    memory = Memory(2 * _LARGE_PAGE // 8)
    memory.m[:] = 7
    memory.forget(3, _LARGE_PAGE // 8 + 5)
    assert (memory.m == 7).all()


def test_a_system_that_takes_no_memory_back_runs_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = random_plan(12)
    digest = run_engine(plan, engine="loop").digest()
    monkeypatch.delattr(mmap, "MADV_DONTNEED", raising=False)
    memory = Memory(8)
    memory.forget(0, 8)
    assert unwritten(3, np.int32).shape == (3,)
    assert run_engine(plan, engine="loop").digest() == digest


@pytest.mark.parametrize("engine", ["loop", "compiled"])
@pytest.mark.parametrize("size", [0, 10, _LARGE_PAGE, 64 * _LARGE_PAGE])
def test_memory_got_ready_ahead_changes_no_stamp(engine: str, size: int) -> None:
    """Whether it suffices or not."""
    plan = random_plan(13)
    ahead = Ahead(size)
    wanted = run_engine(plan, engine=engine).digest()
    assert run_engine(plan, engine=engine, ahead=ahead).digest() == wanted
    # It is given once; a second run has memory of its own.
    assert run_engine(plan, engine=engine, ahead=ahead).digest() == wanted


def test_memory_is_taken_once_and_if_it_suffices() -> None:
    if not hasattr(mmap, "MADV_DONTNEED"):
        assert Ahead(_LARGE_PAGE).take(1) is None
        return
    assert Ahead(_LARGE_PAGE).take(2 * _LARGE_PAGE + 1) is None
    ahead = Ahead(_LARGE_PAGE)
    pages = ahead.take(2 * _LARGE_PAGE)
    assert pages is not None
    assert not any(pages[:: 2**12])
    assert ahead.take(1) is None


def test_little_is_not_got_ready_ahead() -> None:
    assert memory_ahead(1_000) is None
    ahead = memory_ahead(60_000)
    assert ahead is not None
    ahead.take(1)


@pytest.mark.skipif(not hasattr(mmap, "MADV_HUGEPAGE"), reason="a system without large pages")
def test_a_kernel_without_large_pages_runs_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    # No system knows it.
    monkeypatch.setattr(mmap, "MADV_HUGEPAGE", 2**20)
    memory = Memory(1_000)
    memory.m[:] = 3
    assert Ahead(_LARGE_PAGE).take(_LARGE_PAGE) is not None


def test_memory_that_is_not_there_is_told_as_such() -> None:
    most = 2**62
    if hasattr(mmap, "MADV_DONTNEED"):
        with pytest.raises(MemoryError):
            unwritten(most // 8, np.int64)
        # What is asked for ahead is no need.
        assert Ahead(most // 2).take(1) is None


def test_an_array_of_nothing_is_one_too() -> None:
    assert unwritten(0, np.int64).shape == (0,)
