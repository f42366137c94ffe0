"""Through the weeks: how busy facilities were, and what closures did to queues and backlog."""

from __future__ import annotations

import datetime as dt

import numpy as np

from corridor_sim.maps.text import clean
from corridor_sim.report.blocks import Block, Chart, Column, Fold, Paragraph, Section, Table
from corridor_sim.report.cells import heat
from corridor_sim.report.curves import Span, lines
from corridor_sim.report.facts import Facts
from corridor_sim.report.legends import Series
from corridor_sim.report.stamps import Closure, Stamps
from corridor_sim.report.voice import Voice, hours

__all__ = ["closures", "use_of_facilities"]

_DAY_S, _HOUR_S = 86_400, 3_600
_SHOWN = 30
_CHARTS, _TABLED = 4, 20
_QUEUE, _BACKLOG = "#1f62a8", "#882255"


def use_of_facilities(facts: Facts) -> Section:
    """Return the heat map of the busiest facilities by week.

    Parameters
    ----------
    facts : Facts
        Of the run.

    Returns
    -------
    Section
        By week where the stamps are at hand, else by month.
    """
    if facts.stamps is None:
        names, use, columns, told = _by_month(facts)
        by = ("month", "月")
    else:
        names, use = facts.stamps.use_by_week()
        told = [facts.date(second) for second in facts.stamps.week_edges[:-1]]
        columns = _month_heads(told)
        by = ("week", "周")
    if not len(names):
        nothing = Paragraph(
            ("No facility has a limited number of servers.", "没有能力受限的设施。")
        )
        return Section("use", _TITLE, [nothing])
    order = np.argsort(-np.nanmean(np.nan_to_num(use), axis=1), kind="stable")[:_SHOWN]
    title = (f"Use of the busiest facilities by {by[0]}", f"最繁忙设施的利用率（按{by[1]}）")
    rows = [(facts.facility(names[rank]), use[rank].tolist()) for rank in order]
    chart = Chart(
        "use_of_facilities",
        title,
        lambda voice: heat(voice, title, rows, columns, told=told),
        (
            "Busy time over the time of open servers; blank where a facility was shut.",
            "占用时间与开放能力之比；空白为停用。",
        ),
    )
    table = Table(
        "use_of_facilities",
        title,
        [
            Column("facility", ("facility", "设施"), "words"),
            *(Column(name, (name, name), "share") for name in told),
        ],
        [[name, *(v if np.isfinite(v) else None for v in values)] for name, values in rows],
    )
    blocks: list[Block] = [chart, Fold(("Table of use", "利用率表"), [table])]
    return Section("use", _TITLE, blocks)


_TITLE = ("How busy facilities were", "设施利用率")


def _by_month(facts: Facts) -> tuple[list[str], np.ndarray, list[str], list[str]]:
    months = list(facts.results.clock.months)
    frame = facts.results.statistics.facilities(("facility", "month"))
    wide = frame.assign(facility=frame["facility"].astype(str), month=frame["month"].astype(str))
    table = wide.pivot_table(index="facility", columns="month", values="utilisation")
    table = table.reindex(columns=months)
    return [str(name) for name in table.index], table.to_numpy(dtype=float), months, months


def _month_heads(days: list[str]) -> list[str]:
    """Return the month's number at the first week of each month, blank elsewhere."""
    heads = []
    for rank, day in enumerate(days):
        is_first = rank == 0 or days[rank - 1][:7] != day[:7]
        heads.append(str(int(day[5:7])) if is_first else "")
    return heads


def closures(facts: Facts) -> Section | None:
    """Return the section on closures: queue, backlog, days to clear.

    Parameters
    ----------
    facts : Facts
        Of the run.

    Returns
    -------
    Section or None
        None where the scenario closes nothing, or the stamps are not at hand.
    """
    if facts.stamps is None:
        return None
    found = _found(facts, facts.stamps)
    if not found:
        return None
    longest = sorted(found, key=lambda one: (one.start - one.end, one.resource, one.start))
    worst = list(dict.fromkeys(one.resource for one in longest))[:_CHARTS]
    title = ("Closures and what they did", "中断及其影响")
    blocks: list[Block] = [Paragraph(_longest_words(facts, longest[0]))]
    blocks += [_queue_chart(facts, facts.stamps, rank, found) for rank in worst]
    blocks += [_backlog_chart(facts, longest), _closure_table(facts, longest)]
    return Section("closures", title, blocks)


def _found(facts: Facts, stamps: Stamps) -> list[Closure]:
    """Return the closures of all facilities and links that the scenario's disruptions name."""
    scenario = facts.results.scenario
    names: dict[str, None] = {}
    for dated in scenario.disruptions:
        names.update(dict.fromkeys((*dated.facilities, *dated.links)))
    for random in scenario.random_disruptions:
        names.update(dict.fromkeys((*random.facilities, *random.links)))
    return [
        closure
        for name in names
        if name in stamps.rank
        for closure in stamps.closures(stamps.rank[name])
    ]


def _name(facts: Facts, closure: Closure) -> tuple[str, str]:
    assert facts.stamps is not None
    name = facts.stamps.plan.resource_names[closure.resource]
    return facts.facility(name)


def _longest_words(facts: Facts, one: Closure) -> tuple[str, str]:
    english, chinese = _name(facts, one)
    length_en, length_zh = hours((one.end - one.start) / _HOUR_S)
    if one.clear_s >= 0:
        clear_en, clear_zh = hours(one.clear_s / _HOUR_S)
        after = (
            f"its queue had cleared {clear_en} after the end",
            f"结束后 {clear_zh} 排队消散",
        )
    else:
        after = ("its queue had not cleared when the run ended", "至仿真结束排队仍未消散")
    return (
        (
            f"The longest: {english or chinese}, {facts.date(one.start)} to {facts.date(one.end)} "
            f"({length_en}). Up to {one.peak:,} waited, {one.before:,} before; {after[0]}."
        ),
        (
            f"最长一次：{chinese or english}，{facts.date(one.start)} 至 "
            f"{facts.date(one.end)}（{length_zh}）。"
            f"排队最多 {one.peak:,}（此前 {one.before:,}），{after[1]}。"
        ),
    )


def _queue_chart(facts: Facts, stamps: Stamps, rank: int, found: list[Closure]) -> Chart:
    name = stamps.plan.resource_names[rank]
    words = facts.facility(name)
    first, last = facts.results.clock.window
    moments = np.arange(first, last + 1, 12 * _HOUR_S)
    queue = stamps.queue(rank, moments).astype(float)
    title = (f"Queue at {words[0] or words[1]}", f"{words[1] or words[0]}排队")
    spans = [
        Span(
            one.start / _DAY_S, one.end / _DAY_S, f"{facts.date(one.start)} – {facts.date(one.end)}"
        )
        for one in found
        if one.resource == rank
    ]

    def draw(voice: Voice) -> str:
        return lines(
            voice,
            title,
            (moments / _DAY_S).tolist(),
            [Series(title, queue.tolist(), _QUEUE)],
            unit=("waiting vehicles or boxes", "等待车船或箱"),
            marks=_day_marks(facts),
            spans=spans,
            height=220,
        )

    note = (
        "Shaded: shut or with fewer servers, twelve hours or longer. Background traffic counts.",
        "阴影：停用或能力下降 12 小时以上；含背景车船。",
    )
    return Chart(f"queue_{clean(name)}", title, draw, note)


def _backlog_chart(facts: Facts, found: list[Closure]) -> Chart:
    """Return how much of each corridor's own trade was on its way."""
    frame = facts.results.tables.shipments
    served = frame[(frame["cargo"] == "own").to_numpy() & frame["corridor"].notna().to_numpy()]
    first, last = facts.results.clock.window
    moments = np.arange(first, last + 1, _DAY_S)
    series = []
    for name in facts.corridors:
        here = served[(served["corridor"] == name).to_numpy()]
        under_way = _sums(here["release_s"], here["teu"], moments)
        under_way -= _sums(here["delivered_s"], here["teu"], moments)
        if under_way.any():
            series.append(
                Series(facts.corridor(name), (under_way / 1000).tolist(), facts.colour(name))
            )
    title = ("Backlog: own trade on its way", "在途积压（重庆外贸）")
    spans = [Span(one.start / _DAY_S, one.end / _DAY_S) for one in found[:_CHARTS]]

    def draw(voice: Voice) -> str:
        return lines(
            voice,
            title,
            (moments / _DAY_S).tolist(),
            series,
            unit=("1,000 TEU", "千标箱"),
            marks=_day_marks(facts),
            spans=spans,
        )

    return Chart("backlog", title, draw)


def _sums(seconds: object, amount: object, moments: np.ndarray) -> np.ndarray:
    times = np.asarray(seconds)
    order = np.argsort(times, kind="stable")
    order = order[times[order] >= 0]
    total = np.concatenate([[0.0], np.cumsum(np.asarray(amount, dtype=float)[order])])
    reached: np.ndarray = total[np.searchsorted(times[order], moments, side="right")]
    return reached


def _day_marks(facts: Facts) -> list[tuple[float, str]]:
    clock = facts.results.clock
    edges = clock.month_edges[:-1]
    every = max(1, -(-len(edges) // 12))
    marks = []
    for rank, second in enumerate(edges.tolist()):
        if rank % every:
            continue
        day: dt.date = clock.date_of(second)
        marks.append((second / _DAY_S, f"{day:%Y-%m}" if rank == 0 else str(day.month)))
    return marks


def _closure_table(facts: Facts, found: list[Closure]) -> Table:
    return Table(
        "closures",
        ("The longest closures", "最长的中断"),
        [
            Column("place", ("place", "地点"), "words"),
            Column("start", ("from", "起"), "text"),
            Column("end", ("until", "止"), "text"),
            Column("hours", ("hours", "小时")),
            Column("waiting_before", ("waiting before", "此前排队")),
            Column("waiting_peak", ("most waiting", "最多排队")),
            Column("days_to_clear", ("days to clear", "消散天数"), digits=1),
        ],
        [
            [
                _name(facts, one),
                facts.date(one.start),
                facts.date(one.end),
                (one.end - one.start) / _HOUR_S,
                one.before,
                one.peak,
                one.clear_s / _DAY_S if one.clear_s >= 0 else None,
            ]
            for one in found[:_TABLED]
        ],
        note=(
            (
                "Cleared: all but a twentieth of what the closure added to the "
                "queue has gone; a dash "
                "where that was not reached before the run ended. Where a queue "
                "is never short, its "
                "own ups and downs are in it."
            ),
            "消散：中断新增的排队只剩二十分之一；“–”表示仿真结束前未消散。长期排队处含其自身波动。",
        ),
    )
