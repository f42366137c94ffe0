"""Reports of comparisons: in what scenarios differ from a base."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from corridor_sim.experiments.figures import scaled
from corridor_sim.maps.text import clean
from corridor_sim.maps.words import corridor_words
from corridor_sim.report.blocks import Block, Chart, Column, Link, Paragraph, Section, Table
from corridor_sim.report.ensembles import (
    facility_names,
    figure_words,
    how_it_was_made,
    scaled_value,
    unit_words,
)
from corridor_sim.report.legends import COLOURS
from corridor_sim.report.ranges import Interval, intervals
from corridor_sim.report.verdicts import chinese_verdict
from corridor_sim.report.voice import Voice, money_axis

if TYPE_CHECKING:
    from corridor_sim.experiments.batch import Batch
    from corridor_sim.experiments.comparison import Comparison

__all__ = ["comparison_sections"]

_SHOWN = 15
_SMALL_H = 0.05
_CLEARED = "cleared_cny"


def comparison_sections(comparison: Comparison, *, maps: Sequence[str] = ()) -> list[Section]:
    """Return the sections of the report of a comparison.

    Parameters
    ----------
    comparison : Comparison
        A base and others.
    maps : sequence of str
        Files of the maps of what grew and shrank, one for each scenario in the order of the
        comparison; empty where there is none.

    Returns
    -------
    list of Section
        Verdicts, differences with intervals, facilities, and how it was made.
    """
    different = [_different(comparison, batch) for batch in comparison.others]
    words = ("Map of what grew and shrank", "增减地图")
    for section, file in zip(different, maps, strict=False):
        if file:
            section.blocks.insert(0, Link(words, file))
    made = how_it_was_made(comparison.base, against=comparison.others)
    return [_verdicts(comparison), *different, made]


def _verdicts(comparison: Comparison) -> Section:
    blocks: list[Block] = []
    for words, batch in zip(comparison.verdicts(), comparison.others, strict=True):
        blocks += _in_parts(words, chinese_verdict(comparison, batch.name))
    blocks.append(
        Paragraph(
            (
                (
                    "Replication by replication with the same random numbers: a difference is that "
                    "of the scenarios and not of chance. “Seen” means that it stands out of "
                    "chance at 5 % over all figures together."
                ),
                (
                    "各次重复用相同随机数：差异来自情景而非偶然。"
                    "“显著”指全部指标合计在 5% 水平上超出偶然。"
                ),
            ),
            "quiet",
        )
    )
    frame = comparison.differences
    value = frame[frame["figure"] == _CLEARED]
    title = ("Cleared value against the base", "通关货值与基准之差")

    def draw(voice: Voice) -> str:
        scale, unit = money_axis(voice)
        rows = [
            Interval(
                (clean(r["other"]), ""),
                r["difference"] / scale,
                r["low"] / scale,
                r["high"] / scale,
                COLOURS[4],
            )
            for r in value.to_dict("records")
        ]
        return intervals(voice, title, rows, unit=unit)

    note = ("Dot: mean difference; line: its 95 % interval.", "点：平均差异；线：95% 区间。")
    blocks.append(Chart("value_differences", title, draw, note))
    return Section("answer", ("The verdict", "结论"), blocks)


def _in_parts(english: str, chinese: str) -> list[Block]:
    """Return a verdict as a headline and a line for each further part."""
    parts = english.split("; "), chinese.split("；")
    if len(parts[0]) != len(parts[1]):
        return [Paragraph((english, chinese), "answer")]
    pairs = list(zip(*parts, strict=True))
    return [
        Paragraph(pair, "part" if rank else "answer")
        for rank, pair in enumerate((en.rstrip("."), zh.rstrip("。")) for en, zh in pairs)
    ]


def _different(comparison: Comparison, batch: Batch) -> Section:
    frame = comparison.differences
    frame = frame[frame["other"] == batch.name]
    rows = []
    for r in frame.sort_values("adjusted_p", kind="stable").to_dict("records"):
        factor, unit, _ = scaled(str(r["figure"]))
        told = [
            scaled_value(r[k], factor)
            for k in ("base_mean", "other_mean", "difference", "low", "high")
        ]
        rows.append(
            [
                figure_words(str(r["figure"])),
                unit_words(unit),
                *told,
                bool(r["seen"]),
                float(r["adjusted_p"]),
                r["n"],
            ]
        )
    table = Table(
        f"differences_{batch.name}",
        ("Differences with 95 % intervals", "差异及 95 % 区间"),
        [
            Column("figure", ("figure", "指标"), "words"),
            Column("unit", ("unit", "单位"), "words"),
            Column("base_mean", ("base", "基准"), "value"),
            Column("other_mean", ("scenario", "情景"), "value"),
            Column("difference", ("difference", "差异"), "value"),
            Column("low", ("95 % from", "95 % 下限"), "value"),
            Column("high", ("to", "上限"), "value"),
            Column("seen", ("seen", "显著"), "words"),
            Column("adjusted_p", ("adjusted p", "校正 p"), digits=3),
            Column("n", ("n", "n")),
        ],
        [[*row[:7], ("yes", "是") if row[7] else ("no", "否"), *row[8:]] for row in rows],
    )
    blocks: list[Block] = [_by_corridor(frame), table]
    names, _ = facility_names(batch)
    waits = comparison.by("facilities", "mean_wait_h", other=batch.name).dropna(
        subset=["difference"]
    )
    order = waits["difference"].abs().sort_values(ascending=False).index[:_SHOWN]
    shown = [
        Interval(
            names.get(str(r["facility"]), (clean(r["facility"]), "")),
            r["difference"],
            r["low"],
            r["high"],
            "#b3121d",
        )
        for r in waits.loc[order].to_dict("records")
        # Less than three minutes is nothing to look at.
        if abs(r["difference"]) >= _SMALL_H
    ]
    title = ("Mean wait at facilities: difference in hours", "设施平均等待之差（小时）")
    if shown:
        blocks.append(
            Chart(
                f"wait_differences_{batch.name}",
                title,
                lambda voice: intervals(voice, title, shown, unit=("hours", "小时")),
            )
        )
    words = (batch.title or batch.name, batch.title or batch.name)
    return Section(f"scenario_{comparison.others.index(batch) + 1}", words, blocks)


def _by_corridor(frame: pd.DataFrame) -> Chart:
    ending = f"_{_CLEARED}"
    kept = frame[frame["figure"].str.endswith(ending)].to_dict("records")
    title = ("Cleared value by corridor: difference", "分通道通关货值之差")

    def draw(voice: Voice) -> str:
        scale, unit = money_axis(voice)
        rows = [
            Interval(
                corridor_words(str(r["figure"]).removesuffix(ending)),
                r["difference"] / scale,
                r["low"] / scale,
                r["high"] / scale,
                COLOURS[rank],
            )
            for rank, r in enumerate(kept)
        ]
        return intervals(voice, title, rows, unit=unit)

    other = str(frame["other"].iloc[0]) if len(frame) else ""
    return Chart(f"corridor_differences_{other}", title, draw)
