"""All measurements, from the quickest to the longest."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from benchmarks.answers import assert_means_agree, means_of
from benchmarks.baseline import ground_of, grown, plan_of, small, smaller, year
from benchmarks.copies import side_by_side
from benchmarks.peers import heap, tandem
from benchmarks.peers.naive import run_naive
from benchmarks.pending import pending_events
from benchmarks.report.fresh import compile_seconds, run_command, run_to_map
from benchmarks.report.rows import Row, Timed, measure_pairs, say, timed
from corridor_sim.engine import EventLog, run_engine
from corridor_sim.plan.tables import Plan
from corridor_sim.scenario import Scenario
from corridor_sim.simulation import Groundwork, simulate

__all__ = ["FULL", "QUICK", "Findings", "Point", "Sizes", "measure"]


@dataclass(frozen=True)
class Sizes:
    """How much is measured.

    Attributes
    ----------
    scenario : callable
        Returns what is run.
    is_quick : bool
        Whether it is something smaller than the year: to see that all of it runs.
    pairs, short_pairs, starts : int
        Pairs of what takes minutes, of what takes a second, and starts of ``--help``.
    customers, turns : int
        Customers of the tandem, turns of the heap.
    """

    scenario: Callable[[], Scenario]
    is_quick: bool
    pairs: int
    short_pairs: int
    starts: int
    customers: int
    turns: int


FULL = Sizes(
    year, is_quick=False, pairs=3, short_pairs=11, starts=15, customers=20_000, turns=3_000_000
)
QUICK = Sizes(small, is_quick=True, pairs=1, short_pairs=2, starts=1, customers=200, turns=2_000)


@dataclass(frozen=True)
class Point:
    """Cost of an event at one size.

    Attributes
    ----------
    name : str
        What was made larger.
    size : float
        How many times.
    events : int
        Bound events of the run.
    ns : list of float
        Nanoseconds per event, compiled engine.
    """

    name: str
    size: float
    events: int
    ns: list[float]


@dataclass
class Findings:
    """Everything that was measured.

    Attributes
    ----------
    rows : list of Row
        The table.
    curve : list of Point
        Cost by size.
    levels_ns : dict of str to float
        Nanoseconds per event of the others, at the baseline.
    phases_s : dict of str to list of dict
        Seconds by phase: of whole commands, and of further replications by engine.
    facts : dict of str to str
        Sizes of what was run.
    """

    rows: list[Row] = field(default_factory=list)
    curve: list[Point] = field(default_factory=list)
    levels_ns: dict[str, float] = field(default_factory=dict)
    phases_s: dict[str, list[dict[str, float]]] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)


def measure(sizes: Sizes) -> Findings:
    """Measure everything.

    Parameters
    ----------
    sizes : Sizes
        How much.

    Returns
    -------
    Findings
        Rows in the order of the table.
    """
    found = Findings()
    commands = _commands(sizes, found)
    say("Groundwork and plan of the baseline")
    ground = ground_of(sizes.scenario())
    plan = plan_of(ground)
    log = run_engine(plan, engine="compiled")
    events = log.n_events(plan)
    found.facts["bound events"] = f"{events:,}"
    found.facts["shipments"] = f"{len(plan.shipments.od):,}"
    tandems = _tandems(sizes, found)
    floor = _floor(sizes, found, plan, log)
    growth = _growth(sizes, found, ground, plan)
    engine, whole = _replications(sizes, found, ground, log, events)
    naive = _naive(sizes, found, plan, log, events)
    found.rows = [engine, naive, whole, floor, growth, *tandems, *commands]
    return found


def _compiled(plan: Plan) -> Timed:
    return timed(lambda: run_engine(plan, engine="compiled"))


def _commands(sizes: Sizes, found: Findings) -> list[Row]:
    memory = Row("peak memory, baseline year, one process", 800, 550, "MB", is_cost=True)
    to_map = Row(
        "`corridor-sim run baseline_2025`, warm compile cache, start to map",
        6,
        3,
        "s",
        is_cost=True,
    )
    show_help = Row("`corridor-sim --help`", 0.3, 0.15, "s", is_cost=True)
    say("Fresh processes: compilation, start to map, --help")
    if not sizes.is_quick:
        found.facts["compilation, once"] = f"{compile_seconds():.1f} s"
    scenario = sizes.scenario() if sizes.is_quick else "baseline_2025"
    for number in range(1 if sizes.is_quick else sizes.pairs + 1):
        finished, summary = run_to_map(scenario)
        if number or sizes.is_quick:
            # The first one warms the caches of files and of machine code.
            say(f"  start to map: {finished.seconds:.2f} s, {finished.peak_mb:,.0f} MB")
            to_map.samples.append(finished.seconds)
            memory.samples.append(finished.peak_mb)
            timing = {k: v for k, v in summary["timing_s"].items() if k != "total"}
            timing["all else: start, files, map"] = finished.seconds - sum(timing.values())
            found.phases_s.setdefault("corridor-sim run", []).append(timing)
    for _ in range(sizes.starts):
        show_help.samples.append(run_command("-m", "corridor_sim", "--help").seconds)
    return [memory, to_map, show_help]


def _tandems(sizes: Sizes, found: Findings) -> list[Row]:
    rows = [
        Row("M/M/3 tandem of four stations: Ciw per visit / compiled", 40, 100),
        Row("the same: salabim (monitors off) / compiled", 150, 500),
    ]
    draws = tandem.draw_tandem(sizes.customers)
    plan = tandem.plan_of(draws)
    # Machine code is there, and memory has been had once.
    _compiled(plan)
    found.facts["visits of the tandem"] = f"{sizes.customers * tandem.STATIONS:,}"
    for row, name in zip(rows, ("ciw", "salabim"), strict=True):
        if name not in tandem.PEERS:
            row.missing = f"{name} is not installed"
            continue
        say(f"M/M/3 tandem: {name} and compiled")

        def peer(name: str = name) -> Timed:
            return tandem.run_peer(name, draws)

        pairs = measure_pairs(name, peer, lambda: _compiled(plan), pairs=sizes.pairs)
        for (theirs_s, waited), (ours_s, log) in pairs:
            ours = tandem.station_means(tandem.waits(log))
            assert_means_agree(ours, tandem.station_means(waited))
            row.samples.append(theirs_s / ours_s)
    return rows


def _floor(sizes: Sizes, found: Findings, plan: Plan, log: EventLog) -> Row:
    row = Row(
        "ns per bound event, baseline / push and pop on a C heap with as many pending",
        8,
        4,
        is_cost=True,
    )
    compiler = heap.c_compiler()
    if compiler is None:
        row.missing = "there is no C compiler"
        return row
    events, pending = log.n_events(plan), round(pending_events(plan, log))
    found.facts["pending events"] = f"{pending:,}"
    times, gaps = heap.draw_events(pending)
    hold = heap.compile_c_heap(compiler)
    assert hold(times, gaps, 2_000) == heap.hold_in_python(times, gaps, 2_000)
    say("Compiled engine and the heap in C")
    pairs = measure_pairs(
        "compiled and C heap",
        lambda: _compiled(plan),
        lambda: timed(lambda: hold(times, gaps, sizes.turns)),
        pairs=sizes.short_pairs,
    )
    for (engine_s, run), (heap_s, _) in pairs:
        assert run.digest() == log.digest()
        row.samples.append((engine_s / events) / (heap_s / sizes.turns))
    found.levels_ns["heap in C"] = 1e9 * statistics.median(b[0] / sizes.turns for _, b in pairs)
    return row


def _growth(sizes: Sizes, found: Findings, ground: Groundwork, plan: Plan) -> Row:
    row = Row(
        "ns per bound event at ten times the demand, fleets and servers / at baseline",
        2.5,
        1.5,
        is_cost=True,
    )
    scenario = sizes.scenario()
    makers: list[tuple[str, float, Any]] = [
        ("demand", 0.1, lambda: plan_of(ground_of(smaller(scenario, 0.1)))),
        ("demand", 10, lambda: plan_of(ground_of(grown(scenario, 10)))),
        ("network", 4, lambda: side_by_side([plan, *_others(ground, 3)])),
    ]
    at_baseline: list[float] = []
    baseline_events = 0
    for name, size, make in makers:
        say(f"Plan of {name} x {size:g}")
        sized = make()
        pairs = measure_pairs(
            f"{name} x {size:g} and baseline",
            lambda sized=sized: _compiled(sized),  # type: ignore[misc]
            lambda: _compiled(plan),
            pairs=max(sizes.short_pairs // 2, 1),
        )
        events = pairs[0][0][1].n_events(sized)
        baseline_events = pairs[0][1][1].n_events(plan)
        ns = [1e9 * a[0] / events for a, _ in pairs]
        at_baseline.extend(1e9 * b[0] / baseline_events for _, b in pairs)
        found.curve.append(Point(name, size, events, ns))
        if (name, size) == ("demand", 10):
            assert 0.9 < events / baseline_events / size < 1.1
            row.samples = [(a[0] / events) / (b[0] / baseline_events) for a, b in pairs]
        del sized, pairs
    found.curve.insert(1, Point("baseline", 1, baseline_events, at_baseline))
    return row


def _others(ground: Groundwork, count: int) -> list[Plan]:
    return [plan_of(ground, replication=number + 1) for number in range(count)]


def _replications(
    sizes: Sizes, found: Findings, ground: Groundwork, log: EventLog, events: int
) -> tuple[Row, Row]:
    engine_row = Row("engine only, baseline year: SimPy / compiled", 25, 60)
    whole_row = Row(
        "whole replication after the first (draws to statistics): with SimPy / with compiled",
        12,
        30,
    )

    def replicate(engine: str) -> Timed:
        def run() -> tuple[dict[str, float], str]:
            results = simulate(ground.scenario, seed=1, engine=engine, ground=ground)
            digest = results.summary()["log_digest"]
            return results.timing_s, digest

        return timed(run)

    say("Whole replications with SimPy and with the compiled engine")
    replicate("compiled")
    pairs = measure_pairs(
        "SimPy and compiled",
        lambda: replicate("simpy"),
        lambda: replicate("compiled"),
        pairs=sizes.pairs,
    )
    for (simpy_s, (simpy, one)), (compiled_s, (compiled, other)) in pairs:
        assert one == other == log.digest()
        engine_row.samples.append(simpy["engine"] / compiled["engine"])
        whole_row.samples.append(simpy_s / compiled_s)
    for name, runs in (
        ("replication, SimPy", [a[1][0] for a, _ in pairs]),
        ("replication, compiled", [b[1][0] for _, b in pairs]),
    ):
        found.phases_s[name] = [{k: v for k, v in run.items() if k != "network"} for run in runs]
    engine_s = statistics.median(a[1][0]["engine"] for a, _ in pairs)
    found.levels_ns["SimPy engine"] = 1e9 * engine_s / events
    return engine_row, whole_row


def _naive(sizes: Sizes, found: Findings, plan: Plan, log: EventLog, events: int) -> Row:
    row = Row(
        "engine only: naive SimPy (a process per shipment, native resources) / compiled", 75, 200
    )
    say("Naive SimPy and the compiled engine")
    pairs = measure_pairs(
        "naive SimPy and compiled",
        lambda: timed(lambda: run_naive(plan)),
        lambda: _compiled(plan),
        pairs=sizes.pairs,
    )
    ours = means_of(plan, log)
    for (naive_s, naive), (ours_s, _) in pairs:
        assert abs(naive.n_events(plan) / events - 1) < 0.001
        assert_means_agree(ours, means_of(plan, naive))
        row.samples.append(naive_s / ours_s)
    found.levels_ns["naive SimPy"] = 1e9 * statistics.median(a[0] for a, _ in pairs) / events
    return row
