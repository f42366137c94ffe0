"""Reports of many runs: what a batch makes likely."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor_sim.experiments.figures import figure_name, region_of, scaled
from corridor_sim.maps.text import clean
from corridor_sim.maps.words import FACILITY_KINDS, Words, corridor_words
from corridor_sim.report.answer import trillions
from corridor_sim.report.blocks import Block, Chart, Column, Paragraph, Section, Table
from corridor_sim.report.curves import Band, lines
from corridor_sim.report.flows import month_marks
from corridor_sim.report.legends import COLOURS, Series
from corridor_sim.report.ranges import Interval, digits_of, intervals
from corridor_sim.report.svg import ticks
from corridor_sim.report.verdicts import REGIONS
from corridor_sim.report.voice import Voice, money_axis, number, percent, yuan

if TYPE_CHECKING:
    from corridor_sim.experiments.batch import Batch

__all__ = [
    "batch_sections",
    "facility_names",
    "figure_words",
    "how_it_was_made",
    "scaled_value",
    "unit_words",
]

_SHOWN = 15
_CLEARED = "cleared_cny"
_FAN = ("#e3edf6", "#a9cbe6")


def batch_sections(batch: Batch) -> list[Section]:
    """Return the sections of the report of a batch.

    Parameters
    ----------
    batch : Batch
        At least one replication.

    Returns
    -------
    list of Section
        Probability of the goals, fans by month, figures, facilities, and how it was made.
    """
    return [_chances(batch), _fans(batch), _figures(batch), _waits(batch), how_it_was_made(batch)]


def _chances(batch: Batch) -> Section:
    found = batch.interval(_CLEARED)
    values = batch.frame[_CLEARED].to_numpy(dtype=np.float64)
    goals = batch.goals().to_dict("records")
    mean, low, high = (yuan(v) for v in (found.estimate, found.low, found.high))
    n = len(values)
    blocks: list[Block] = [
        Paragraph(_chance_words(goals, n), "answer"),
        Paragraph(
            (
                (
                    f"{mean[0]} clear on average of {n:,} replications (95 % interval of the mean "
                    f"{low[0]} to {high[0]})."
                ),
                f"{n:,} 次重复平均通关 {mean[1]}（均值 95 % 区间 {low[1]} 至 {high[1]}）。",
            )
        ),
        Paragraph(_spread_words(batch), "note"),
    ]
    if batch.missing:
        blocks.append(
            Paragraph(
                (
                    f"{len(batch.missing):,} replications that were asked for are missing.",
                    f"缺少 {len(batch.missing):,} 次重复。",
                ),
                "note",
            )
        )
    title = ("Cleared value of the replications and the goals", "各次重复的通关货值与目标")
    steps = np.sort(values)
    share = (np.arange(1, n + 1) / n * 100).tolist()

    def draw(voice: Voice) -> str:
        scale, unit = money_axis(voice)
        # Goals far beyond every replication would press them into a line.
        span = max(float(steps[-1] - steps[0]), 1.0)
        near = [
            (goal["target_cny"] / scale, voice.plain(trillions(goal["target_cny"])))
            for goal in goals
            if steps[0] - 2 * span < goal["target_cny"] < steps[-1] + 2 * span
        ]
        every = [*(steps / scale).tolist(), *(goal for goal, _ in near)]
        at = ticks(min(every), max(every), about=5)
        digits = digits_of(at[1] - at[0])
        marks = [(v, number(v, digits)) for v in at]
        x = [at[0], *np.repeat(steps / scale, 2).tolist(), at[-1]]
        y = [0.0, *[v for pair in zip([0.0, *share[:-1]], share, strict=True) for v in pair], 100.0]
        return lines(
            voice,
            title,
            x,
            [Series(title, y, COLOURS[0])],
            unit=("share of replications below, %", "低于该值的重复占比 %"),
            marks=marks,
            posts=near,
            x_unit=unit,
        )

    table = Table(
        "goals",
        ("Probability of the goals, given this demand", "既定需求下达标概率"),
        [
            Column("target", ("goal", "目标"), "words"),
            Column("probability", ("probability", "概率"), "share", 1),
            Column("low", ("95 % from", "95 % 下限"), "share", 1),
            Column("high", ("to", "上限"), "share", 1),
            Column("n", ("replications", "重复次数")),
        ],
        [
            [trillions(g["target_cny"]), g["probability"], g["low"], g["high"], g["n"]]
            for g in goals
        ],
    )
    blocks += [table, Chart("cleared_value", title, draw)]
    return Section("answer", ("The answer", "结论"), blocks)


def _chance_words(goals: list[dict[Any, Any]], n: int) -> Words:
    parts = [
        (
            (
                f"{percent(g['probability'])} for {trillions(g['target_cny'])[0]} "
                f"(95 % interval {percent(g['low'])} to {percent(g['high'])})"
            ),
            (
                f"{trillions(g['target_cny'])[1]}：{percent(g['probability'])}"
                f"（95 % 区间 {percent(g['low'])}–{percent(g['high'])}）"
            ),
        )
        for g in goals
    ]
    return (
        "Probability of the goal, given this demand: " + "; ".join(p[0] for p in parts) + ".",
        f"既定需求下达标概率（{n:,} 次重复）：" + "；".join(p[1] for p in parts) + "。",
    )


def _spread_words(batch: Batch) -> Words:
    if batch.has_uncertain_inputs:
        return (
            (
                "Inputs were drawn from their ranges of confidence in every replication: the "
                "spread holds what is not known about them, but not whether the demand comes."
            ),
            "各次重复按可信区间抽取输入：离散程度含数据不确定性，但不含需求本身的不确定性。",
        )
    return (
        (
            "Only chance differs between the replications: weather, times and shippers' tastes. "
            "What is not known about inputs and demand is not in this spread."
        ),
        "各次重复仅随机性不同（天气、时间、偏好）；数据与需求的不确定性不在其内。",
    )


def _fans(batch: Batch) -> Section:
    frame = batch.table("months")
    shown = [str(c) for c in frame.columns[2:] if c.endswith(("_cny", "_teu"))]
    blocks: list[Block] = [_fan(batch, figure) for figure in shown]
    return Section("months", ("Month by month", "逐月"), blocks)


def _fan(batch: Batch, figure: str) -> Chart:
    by = batch.by("months", figure)
    months = [str(name) for name in by.iloc[:, 0]]
    is_money = figure.endswith("_cny")
    name = figure_name(figure)
    title = (f"{name} by month", f"{_CHINESE.get(figure, name)}（分月）")
    every: dict[str, np.ndarray] = {
        q: by[q].to_numpy(dtype=np.float64) for q in ("p10", "p50", "p90")
    }
    wide = batch.table("months").pivot_table(
        index="replication", columns=batch.table("months").columns[1], values=figure
    )
    low, high = wide.min().to_numpy(dtype=float), wide.max().to_numpy(dtype=float)

    def draw(voice: Voice) -> str:
        scale, unit = money_axis(voice) if is_money else (1e3, ("1,000 TEU", "千标箱"))
        x = [float(rank) for rank in range(len(months))]
        return lines(
            voice,
            title,
            x,
            [Series(("median", "中位"), (every["p50"] / scale).tolist(), COLOURS[1])],
            unit=unit,
            marks=month_marks(months),
            bands=[
                Band((low / scale).tolist(), (high / scale).tolist(), _FAN[0]),
                Band((every["p10"] / scale).tolist(), (every["p90"] / scale).tolist(), _FAN[1]),
            ],
            from_zero=False,
        )

    note = (
        "Line: median; dark: 10 to 90 %; light: all replications. The axis does not begin at 0.",
        "线：中位；深色：10%–90%；浅色：全部重复。纵轴不从 0 开始。",
    )
    return Chart(f"fan_{figure}", title, draw, note)


_CHINESE = {
    "offered_cny": "待运货值",
    "cleared_cny": "通关货值",
    "delivered_cny": "已交付货值",
    "offered_teu": "待运箱量",
    "cleared_teu": "通关箱量",
    "delivered_teu": "已交付箱量",
    "delayed_cny_days": "延误货值·天",
    "unserved_teu": "无路可走箱量",
    "mean_h": "门到门平均",
    "median_h": "门到门时间中位",
    "p95_h": "门到门时间 95%",
    "cost_cny_per_teu": "每标箱成本",
    "co2e_kg_per_teu": "每标箱 CO2e",
    "shipments": "全程票数",
    "departures": "全程班次",
    "events": "全程事件数",
}
_UNITS = {
    "bn yuan x days": "十亿元·天",
    "bn yuan": "十亿元",
    "yuan": "元",
    "kg": "千克",
    "TEU": "标箱",
    "days": "天",
}


def figure_words(figure: str) -> Words:
    """Return the names of a figure; parts of a known kind are named in Chinese too."""
    english = figure_name(figure)
    if figure.startswith("region_"):
        return (english, f"门到门平均，{REGIONS.get(region_of(figure), region_of(figure))}")
    for ending, words in _CHINESE.items():
        if figure == ending:
            return (english, words)
        if figure.endswith(f"_{ending}"):
            corridor = corridor_words(figure.removesuffix(f"_{ending}"))
            return (english, f"{corridor[1] or corridor[0]}{words}")
    return (english, english)


def unit_words(unit: str) -> Words:
    """Return a unit of `scaled` in both languages."""
    return (unit, _UNITS.get(unit, unit))


def _figures(batch: Batch) -> Section:
    rows = []
    for row in batch.intervals().to_dict("records"):
        factor, unit, _ = scaled(str(row["figure"]))
        told = [scaled_value(row[k], factor) for k in ("mean", "low", "high", "p5", "p50", "p95")]
        rows.append([figure_words(str(row["figure"])), unit_words(unit), *told, row["n"]])
    columns = [
        Column("figure", ("figure", "指标"), "words"),
        Column("unit", ("unit", "单位"), "words"),
        Column("mean", ("mean", "平均"), "value"),
        Column("low", ("95 % from", "95 % 下限"), "value"),
        Column("high", ("to", "上限"), "value"),
        Column("p5", ("5 %", "5 %"), "value"),
        Column("p50", ("median", "中位"), "value"),
        Column("p95", ("95 %", "95 %"), "value"),
        Column("n", ("n", "n")),
    ]
    title = ("Figures over the replications", "各指标")
    return Section("figures", title, [Table("figures", title, columns, rows)])


def scaled_value(value: Any, factor: float) -> float | None:
    """Return a value in the unit it is shown in.

    Parameters
    ----------
    value : Any
        A number.
    factor : float
        To the unit.

    Returns
    -------
    float or None
        None where the value is not finite.
    """
    number_ = float(value)
    return number_ * factor if math.isfinite(number_) else None


def facility_names(batch: Batch) -> tuple[dict[str, Words], dict[str, Words]]:
    """Return names and kinds of the facilities, codes where the network is not there any more."""
    from corridor_sim.errors import CorridorSimError
    from corridor_sim.network import Network

    try:
        table = Network.read(batch.scenario.network).facilities
    except (CorridorSimError, OSError):
        return {}, {}
    names = {
        str(key): (clean(row["name_en"]), clean(row["name_zh"]))
        for key, row in table[["name_en", "name_zh"]].iterrows()
    }
    kinds = {
        str(key): FACILITY_KINDS.get(str(kind), (str(kind), ""))
        for key, kind in table["kind"].items()
    }
    return names, kinds


def _waits(batch: Batch) -> Section:
    by = batch.by("facilities", "mean_wait_h").dropna(subset=["mean"])
    names, kinds = facility_names(batch)
    rows = [
        [
            names.get(str(row["facility"]), (clean(row["facility"]), "")),
            kinds.get(str(row["facility"])),
            row["mean"],
            *(row[k] for k in ("low", "high", "p10", "p50", "p90")),
        ]
        for row in by.sort_values("mean", ascending=False).head(40).to_dict("records")
    ]
    title = ("Mean wait at facilities, hours", "设施平均等待（小时）")

    def draw(voice: Voice) -> str:
        shown = [Interval(row[0], row[2], row[5], row[7], "#b3121d") for row in rows[:_SHOWN]]
        return intervals(voice, title, shown, unit=("hours", "小时"))

    note = ("Dot: mean; line: 10 to 90 % of the replications.", "点：平均；线：重复的 10%–90%。")
    columns = [
        Column("facility", ("facility", "设施"), "words"),
        Column("kind", ("kind", "类别"), "words"),
        Column("mean_h", ("mean", "平均"), digits=2),
        Column("low_h", ("95 % from", "95 % 下限"), digits=2),
        Column("high_h", ("to", "上限"), digits=2),
        *(Column(f"{q}_h", (f"{q[1:]} %", f"{q[1:]} %"), digits=2) for q in ("p10", "p50", "p90")),
    ]
    blocks: list[Block] = [Chart("waits", title, draw, note), Table("waits", title, columns, rows)]
    return Section("waits", ("What holds it back", "瓶颈在哪里"), blocks)


def how_it_was_made(batch: Batch, *, against: Sequence[Batch] = ()) -> Section:
    """Return the section that tells what made a batch, and the command that makes it again.

    Parameters
    ----------
    batch : Batch
        The batch, or the base of a comparison.
    against : sequence of Batch
        What a base was compared with.

    Returns
    -------
    Section
        With the command and the manifest.
    """
    about = {
        "scenario": batch.name,
        "seed": str(batch.seed),
        "replications": f"{len(batch):,}",
        "failures": f"{len(batch.failures):,}",
        **{
            str(k): str(v)
            for k, v in batch.manifest["identity"].items()
            if isinstance(v, (str, int, float))
        },
    }
    key, value = Column("key", ("key", "项"), "text"), Column("value", ("value", "值"), "text")
    rows = [[clean(k), clean(v)] for k, v in about.items()]
    names = " ".join(one.name for one in (batch, *against))
    verb = "compare" if against else "batch"
    command = f"corridor-sim {verb} {names} -n {len(batch)} --seed {batch.seed}"
    return Section(
        "made",
        ("How it was made", "如何得出与复现"),
        [
            Paragraph((clean(command), ""), "note"),
            Table("manifest", ("Manifest", "清单"), [key, value], rows),
        ],
    )
