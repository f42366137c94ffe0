"""Waits of textbook stations against their formulas.

Each mean is taken over independent replications; the interval is Student's at 99.9 %, widened by
what rounding to whole seconds can do.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from tests.theory.stations import run_station, waits_at, write_station

REPLICATIONS = 12
ROUNDING_H = 1 / 3600


def assert_mean_is(expected: float, means: list[float]) -> None:
    """Assert that replications' means agree with the theory."""
    n = len(means)
    half = float(stats.t.ppf(0.9995, n - 1) * np.std(means, ddof=1) / math.sqrt(n))
    assert half < 0.25 * expected, f"the interval is too wide to tell: {expected} +- {half}"
    assert abs(float(np.mean(means)) - expected) <= half + ROUNDING_H


def mean_waits(folder: Path, days: int = 400, **tables: Any) -> list[float]:
    write_station(folder, **tables)
    return [
        float(waits_at(run_station(folder, seed=seed, days=days), "station").mean())
        for seed in range(1, REPLICATIONS + 1)
    ]


def arrivals(per_day: float) -> list[dict[str, Any]]:
    return [
        {
            "background": "others",
            "facility": "station",
            "kind": "open",
            "vehicles_per_day": per_day,
            "priority": 3,
        }
    ]


def erlang_c(servers: int, load: float) -> float:
    """Return the probability of waiting in M/M/c at `load` erlangs."""
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    return last / (sum(load**k / math.factorial(k) for k in range(servers)) + last)


@pytest.mark.parametrize("servers", [1, 3])
def test_mmc(tmp_path: Path, servers: int) -> None:
    """Erlang's formula: Wq = C(c, a) / (c mu - lambda)."""
    per_hour, mean_h = 0.7 * servers / 2.0, 2.0
    means = mean_waits(
        tmp_path,
        facility={"kind": "berth", "servers": servers, "fixed_h": f"exponential({mean_h})"},
        background=arrivals(24 * per_hour),
    )
    wait = erlang_c(servers, per_hour * mean_h) / (servers / mean_h - per_hour)
    assert_mean_is(wait, means)


def test_md1(tmp_path: Path) -> None:
    """Pollaczek and Khinchine: Wq = rho s / (2 (1 - rho)) for constant service."""
    means = mean_waits(
        tmp_path,
        facility={"kind": "berth", "servers": 1, "fixed_h": "constant(2)"},
        background=arrivals(24 * 0.35),
    )
    assert_mean_is(0.7 * 2 / (2 * 0.3), means)


def test_two_priorities(tmp_path: Path) -> None:
    """Cobham: W1 = R / (1 - r1), W2 = R / ((1 - r1)(1 - r1 - r2)), without pre-emption."""
    rows = [
        {**arrivals(24 * 0.15)[0], "background": "first", "priority": 1},
        {**arrivals(24 * 0.2)[0], "background": "second", "priority": 2},
    ]
    means = mean_waits(
        tmp_path,
        facility={"kind": "berth", "servers": 1, "fixed_h": "exponential(2)"},
        background=rows,
    )
    residual, r1, r2 = 0.35 * 4.0, 0.3, 0.4
    first, second = residual / (1 - r1), residual / ((1 - r1) * (1 - r1 - r2))
    assert_mean_is((0.15 * first + 0.2 * second) / 0.35, means)


def test_batch_server(tmp_path: Path) -> None:
    """M/M(1,K)/1: the queue while busy is geometric by the root of mu r^(K+1) = (l + mu) r - l."""
    lam, mu, take = 1.5, 0.5, 4
    root = next(
        float(r.real)
        for r in np.roots([mu, *[0.0] * (take - 1), -(lam + mu), lam])
        if abs(r.imag) < 1e-12 and 0 < r.real < 1 - 1e-9
    )
    busy_empty = 1 / (mu / lam + 1 / (1 - root))
    waiting = busy_empty * root / (1 - root) ** 2
    means = mean_waits(
        tmp_path,
        facility={
            "kind": "lock",
            "servers": 1,
            "fixed_h": f"exponential({1 / mu})",
            "take": f"constant({take})",
            "smallest_batch": 1,
            "lock_mode": "one_way",
        },
        background=arrivals(24 * lam),
    )
    assert_mean_is(waiting / lam, means)


def test_closed_population(tmp_path: Path) -> None:
    """Mean value analysis of a delay and two single servers, one per direction of the lock."""
    n, away, service = 12, 10.0, 1.0
    queue = [0.0, 0.0]
    for population in range(1, n + 1):
        stay = [service * (1 + q) for q in queue]
        rate = population / (2 * away + sum(stay))
        queue = [rate * s for s in stay]
    means = mean_waits(
        tmp_path,
        facility={
            "kind": "lock",
            "servers": 2,
            "fixed_h": f"exponential({service})",
            "take": "constant(1)",
            "smallest_batch": 1,
            "lock_mode": "one_way",
        },
        background=[
            {
                "background": "ships",
                "facility": "station",
                "kind": "closed",
                "population": n,
                "away_h": f"exponential({away})",
                "priority": 3,
            }
        ],
    )
    assert_mean_is(stay[0] - service, means)


def boarding_waits(folder: Path, service: dict[str, Any], per_day: float) -> list[float]:
    write_station(folder, service=service, boxes_per_day=per_day)
    means = []
    for seed in range(1, REPLICATIONS + 1):
        results = run_station(folder, seed=seed)
        log, legs = results.log, results.plan.legs
        start, end = results.plan.window
        on_line = (legs.service >= 0) & (log.leg_ready >= start) & (log.leg_board >= 0)
        # Boxes near the end may wait beyond the horizon: leave out the last ten days.
        on_line &= log.leg_ready < end - 10 * 86_400
        means.append(float((log.leg_board - log.leg_ready)[on_line].mean()) / 3600)
    return means


def test_fill_to_go(tmp_path: Path) -> None:
    """A vehicle that leaves with m boxes keeps a box (m - 1) / (2 lambda) on average."""
    m, per_day = 20, 60.0
    service = {"dispatch": "fill", "min_teu": m, "max_wait_h": 2000, "max_per_day": 50}
    means = boarding_waits(tmp_path, service, per_day)
    assert_mean_is((m - 1) / (2 * per_day) * 24, means)


def test_timetable(tmp_path: Path) -> None:
    """A box that comes at random waits half the headway."""
    service = {"dispatch": "timetable", "departures_per_week": 14, "capacity_teu": 1000}
    assert_mean_is(6.0, boarding_waits(tmp_path, service, 40.0))
