"""How long boxes took and where the time went: distributions and wait causes that add up."""

from __future__ import annotations

import numpy as np

from corridor_sim.report.bars import waterfall
from corridor_sim.report.blocks import Block, Chart, Column, Fold, Paragraph, Section, Table
from corridor_sim.report.curves import lines
from corridor_sim.report.facts import Facts
from corridor_sim.report.legends import Series
from corridor_sim.report.ranges import strips
from corridor_sim.report.voice import Voice
from corridor_sim.report.words import CAUSE_COLOURS, DIRECTIONS, cause_words
from corridor_sim.statistics import CAUSES

__all__ = ["adding_up", "times", "wait_causes"]

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_HOUR_S, _DAY_S = 3_600, 86_400


def adding_up(values: list[float], digits: int = 1) -> list[float]:
    """Return values rounded so that they add up to their rounded sum.

    Parameters
    ----------
    values : list of float
        Not negative.
    digits : int
        Decimal places.

    Returns
    -------
    list of float
        Those with the largest rests are rounded up.
    """
    unit = 10**digits
    scaled = [amount * unit for amount in values]
    low = [int(np.floor(amount + 1e-9)) for amount in scaled]
    missing = round(sum(scaled)) - sum(low)
    order = sorted(range(len(values)), key=lambda rank: low[rank] - scaled[rank])
    for rank in order[: max(missing, 0)]:
        low[rank] += 1
    return [amount / unit for amount in low]


def wait_causes(facts: Facts) -> Section:
    """Return the section on where door-to-door time went.

    Parameters
    ----------
    facts : Facts
        Of the run.

    Returns
    -------
    Section
        A waterfall per corridor, and the table with whole seconds.

    Raises
    ------
    ArithmeticError
        If the causes of a corridor do not add up to its door-to-door time.
    """
    frame = facts.own[facts.own["door_to_door_s"] >= 0]
    charts: list[Chart] = []
    rows: list[list[object]] = []
    columns = [f"{cause}_s" for cause in CAUSES]
    for name in facts.corridors:
        chosen = frame[(frame["corridor"] == name).to_numpy()]
        if not len(chosen):
            continue
        seconds = {c: int(chosen[c].to_numpy(dtype=np.int64).sum()) for c in columns}
        whole = int(chosen["door_to_door_s"].to_numpy(dtype=np.int64).sum())
        if sum(seconds.values()) != whole:
            raise ArithmeticError(f"the wait causes of '{name}' do not add up to {whole:,} s")
        charts.append(_waterfall(facts, name, seconds, len(chosen)))
        rows.append([facts.corridor(name), len(chosen), *seconds.values(), whole])
    table = Table(
        "wait_causes",
        ("Seconds by cause; they add up exactly", "各原因秒数，精确相加"),
        [
            Column("corridor", ("corridor", "通道"), "words"),
            Column("shipments", ("shipments", "票数")),
            *(Column(f"{cause}_s", cause_words(cause)) for cause in CAUSES),
            Column("door_to_door_s", ("door to door", "门到门")),
        ],
        rows,  # type: ignore[arg-type]
    )
    note = Paragraph(
        (
            (
                "Means of Chongqing's own shipments that were released in the "
                "window and delivered. "
                "From release to delivery a box is in exactly one of these states."
            ),
            "按统计期内发运且已交付的重庆外贸货物平均；货物自发运至交付始终处于其中一种状态。",
        ),
        "quiet",
    )
    return Section(
        "causes",
        ("Where the time goes", "时间花在哪里"),
        [note, *charts, Fold(("Seconds by cause", "各原因秒数"), [table])],
    )


def _waterfall(facts: Facts, name: str, seconds: dict[str, int], n: int) -> Chart:
    kept = {c.removesuffix("_s"): s / n / _HOUR_S for c, s in seconds.items() if s}
    shown = adding_up(list(kept.values()))
    corridor = facts.corridor(name)
    title = (f"{corridor[0]}: hours by cause", f"{corridor[1] or corridor[0]}：各环节小时数")

    def draw(voice: Voice) -> str:
        return waterfall(
            voice,
            title,
            [
                (cause_words(cause), hours, CAUSE_COLOURS.get(cause, "#51606c"))
                for cause, hours in zip(kept, shown, strict=True)
            ],
            unit=("hours per shipment, mean", "小时/票 平均"),
            whole=("door to door", "门到门"),
        )

    return Chart(f"wait_causes_{name}", title, draw)


def times(facts: Facts) -> Section:
    """Return the section on door-to-door times.

    Parameters
    ----------
    facts : Facts
        Of the run.

    Returns
    -------
    Section
        Strips by corridor and direction, shares delivered by day, and the table.
    """
    frame = facts.own
    seconds = frame["door_to_door_s"].to_numpy()
    strips_of = []
    rows: list[list[object]] = []
    curves: list[Series] = []
    grid = np.arange(0, 121)
    for name in facts.corridors:
        here = (frame["corridor"] == name).to_numpy()
        for direction, words in (("", ("", "")), *DIRECTIONS.items()):
            chosen = here if not direction else here & (frame["direction"] == direction).to_numpy()
            taken = seconds[chosen & (seconds >= 0)] / _DAY_S
            if not len(taken):
                continue
            quantiles = np.quantile(taken, _QUANTILES).tolist()
            corridor = facts.corridor(name)
            told = (f"{corridor[0]} {words[0]}".strip(), f"{corridor[1] or corridor[0]}{words[1]}")
            undelivered = int((seconds[chosen] < 0).sum())
            rows.append([told, len(taken), undelivered, float(taken.mean()), *quantiles])
            if direction:
                strips_of.append((told, quantiles, facts.colour(name)))
            else:
                reached = np.searchsorted(np.sort(taken), grid, side="right")
                curves.append(
                    Series(corridor, (100 * reached / chosen.sum()).tolist(), facts.colour(name))
                )
    longest = max((int(np.argmax(one.values)) for one in curves), default=60)
    last = int(min(120, max(30, longest)))
    title = ("Door-to-door time by corridor and direction", "分通道、方向的门到门时间")
    blocks: list[Block] = [
        Chart(
            "door_to_door",
            title,
            lambda voice: strips(voice, title, strips_of, unit=("days", "天")),
            note=(
                "Line: 5 to 95 % of shipments; block: the middle half; mark and figure: median.",
                "细线：5%–95%；色块：中间一半；竖线与数字：中位数。",
            ),
        ),
        Chart("delivered_by_day", _BY_DAY, lambda voice: _curves(voice, curves, grid, last)),
        Fold(
            ("Table of door-to-door times", "门到门时间表"),
            [
                Table(
                    "door_to_door",
                    title,
                    [
                        Column("corridor", ("corridor", "通道"), "words"),
                        Column("delivered", ("delivered", "已交付 票")),
                        Column("undelivered", ("not delivered", "未交付 票")),
                        Column("mean_days", ("mean", "平均 天"), digits=1),
                        *(
                            Column(
                                f"p{100 * q:g}_days", (f"{100 * q:g} %", f"{100 * q:g} %"), digits=1
                            )
                            for q in _QUANTILES
                        ),
                    ],
                    rows,  # type: ignore[arg-type]
                )
            ],
        ),
    ]
    return Section("times", ("How long it takes", "需要多久"), blocks)


_BY_DAY = ("Share of shipments delivered within so many days", "若干天内交付的比例")


def _curves(voice: Voice, curves: list[Series], grid: np.ndarray, last: int) -> str:
    return lines(
        voice,
        _BY_DAY,
        grid[: last + 1].tolist(),
        [Series(one.name, one.values[: last + 1], one.colour) for one in curves],
        unit=("% of shipments released", "占发运票数 %"),
        marks=[(float(day), str(day)) for day in range(0, last + 1, 10)],
    )
