"""What moved: value by month, split by mode, and greenhouse gas."""

from __future__ import annotations

import numpy as np
import pandas as pd

from corridor_sim.maps.words import MODES, Words
from corridor_sim.report.bars import Bar, bars
from corridor_sim.report.blocks import Block, Chart, Column, Fold, Section, Table
from corridor_sim.report.curves import lines
from corridor_sim.report.facts import Facts
from corridor_sim.report.legends import COLOURS, Series
from corridor_sim.report.voice import Voice, money_axis

__all__ = ["emissions", "flows", "month_marks"]

_MODE_COLOURS = dict(
    zip(MODES, ("#882255", "#b3761d", "#5aaedb", "#123f7a", "#d3b84f"), strict=True)
)


def month_marks(months: list[str]) -> list[tuple[float, str]]:
    """Return where months are written below an axis of their numbers: years and some months."""
    every = max(1, -(-len(months) // 13))
    return [
        (float(rank), name[:4] if name.endswith("-01") or rank == 0 else str(int(name[5:])))
        for rank, name in enumerate(months)
        if rank % every == 0
    ]


def flows(facts: Facts) -> Section:
    """Return the section on what moved by month and mode.

    Parameters
    ----------
    facts : Facts
        Of the run.

    Returns
    -------
    Section
        Lines by month, the modal split, and their tables.
    """
    statistics, months = facts.results.statistics, list(facts.results.clock.months)
    frame = statistics.trade(("corridor", "month"))
    frame["corridor"] = frame["corridor"].astype(str)
    frame["month"] = frame["month"].astype(str)
    blocks: list[Block] = []
    for column, name, title, unit, scale in (
        ("cleared_cny", "cleared_value_by_month", _VALUE, None, 1.0),
        ("cleared_teu", "cleared_teu_by_month", _TEU, ("1,000 TEU", "千标箱"), 1e3),
    ):
        wide = frame.pivot_table(index="corridor", columns="month", values=column, aggfunc="sum")
        wide = wide.reindex(index=facts.corridors, columns=months).fillna(0.0)
        series = [
            Series(
                facts.corridor(c),
                (wide.loc[c].to_numpy(dtype=float) / scale).tolist(),
                facts.colour(c),
            )
            for c in facts.corridors
        ]
        blocks.append(_monthly(name, title, months, series, unit))
        rows = [
            [facts.corridor(c), *wide.loc[c].to_numpy(dtype=float).tolist()] for c in wide.index
        ]
        columns = [Column("corridor", ("corridor", "通道"), "words")]
        columns += [Column(month, (month, month), "value") for month in months]
        unit_of_table = ("yuan", "元") if column == "cleared_cny" else ("TEU", "标箱")
        named = (f"{title[0]}, {unit_of_table[0]}", f"{title[1]}（{unit_of_table[1]}）")
        blocks.append(Fold(named, [Table(name, named, columns, rows)]))
    blocks += _modes(facts)
    return Section("flows", ("What moved", "货流"), blocks)


_VALUE: Words = ("Value cleared by month", "分月通关货值")
_TEU: Words = ("TEU cleared by month", "分月通关箱量")


def _monthly(
    name: str, title: Words, months: list[str], series: list[Series], unit: Words | None
) -> Chart:
    """Return lines by month, bars where there is one month; of money where there is no unit."""

    def scaled(voice: Voice) -> tuple[list[Series], Words]:
        scale, shown = (1.0, unit) if unit else money_axis(voice)
        return [
            Series(one.name, (np.asarray(one.values) / scale).tolist(), one.colour)
            for one in series
        ], shown

    def draw(voice: Voice) -> str:
        drawn, shown = scaled(voice)
        if len(months) < 2:
            rows = [Bar(one.name, list(one.values)) for one in drawn]
            return bars(voice, title, rows, [Series(shown, (), COLOURS[0])], unit=shown)
        places = [float(rank) for rank in range(len(months))]
        return lines(voice, title, places, drawn, unit=shown, marks=month_marks(months))

    return Chart(name, title, draw)


def _modes(facts: Facts) -> list[Block]:
    """Return the modal split: TEU-km and tonne-km of all links by corridor group and mode."""
    links = facts.results.statistics.links()
    frame = pd.DataFrame(
        {
            "corridor": links["corridor"].astype(str),
            "mode": links["mode"].astype(str),
            "teu_km": links["teu"] * links["distance_km"],
            "t_km": links["t"] * links["distance_km"],
        }
    )
    sums = frame.groupby(["corridor", "mode"])[["teu_km", "t_km"]].sum()
    sums = sums[sums["teu_km"] > 0]
    modes = [mode for mode in MODES if mode in set(sums.index.get_level_values(1))]
    groups = list(dict.fromkeys(sums.index.get_level_values(0)))
    whole = sums.groupby(level="mode").sum()
    rows = [Bar(("all", "合计"), [float(whole["teu_km"].get(mode, 0.0)) / 1e6 for mode in modes])]
    for name in groups:
        values = [float(sums["teu_km"].get((name, mode), 0.0)) / 1e6 for mode in modes]
        rows.append(Bar(facts.corridor(name), values))
    series = [Series(MODES[mode], (), _MODE_COLOURS[mode]) for mode in modes]
    title = ("Modal split of TEU-km, all cargo", "各运输方式的标箱公里占比（全部货物）")

    def draw(voice: Voice) -> str:
        return bars(
            voice,
            title,
            rows,
            series,
            unit=("million TEU-km", "百万标箱公里"),
            digits=0,
            as_shares=True,
        )

    table = Table(
        "modal_split",
        title,
        [
            Column("corridor", ("corridor", "通道"), "words"),
            Column("mode", ("mode", "方式"), "words"),
            Column("million_teu_km", ("million TEU-km", "百万标箱公里"), "value"),
            Column("million_t_km", ("million t-km", "百万吨公里"), "value"),
        ],
        [
            [facts.corridor(name), MODES.get(mode, (mode, "")), row[0] / 1e6, row[1] / 1e6]
            for (name, mode), row in zip(sums.index, sums.to_numpy(), strict=True)
        ],
    )
    note = (
        "By the group a link belongs to; figures at the bars are million TEU-km.",
        "按线路所属分组；条末数字为百万标箱公里。",
    )
    return [Chart("modal_split", title, draw, note), Fold(title, [table])]


def emissions(facts: Facts) -> Section:
    """Return the section on greenhouse gas per tonne.

    Parameters
    ----------
    facts : Facts
        Of the run.

    Returns
    -------
    Section
        Bars and table by corridor and direction.
    """
    costs = facts.results.statistics.costs(("corridor", "direction"))
    costs["corridor"] = costs["corridor"].astype(str)
    costs["direction"] = costs["direction"].astype(str)
    own = facts.own
    weight = own.groupby([own["corridor"].astype(str), own["direction"].astype(str)])["t"].sum()
    kg: dict[str, float] = {}
    t: dict[str, float] = {}
    rows: list[list[object]] = []
    for row in costs.to_dict("records"):
        name, moved = row["corridor"], float(weight.get((row["corridor"], row["direction"]), 0.0))
        total = float(row["co2e_kg_per_teu"]) * float(row["teu"])
        if not moved or not np.isfinite(total):
            continue
        kg[name], t[name] = kg.get(name, 0.0) + total, t.get(name, 0.0) + moved
        rows.append(
            [facts.corridor(name), row["direction"], row["teu"], moved, total / 1000, total / moved]
        )
    shown = [name for name in facts.corridors if t.get(name)]
    title = ("kg CO2e per tonne, door to door", "门到门每吨 CO2e 千克")

    def draw(voice: Voice) -> str:
        return bars(
            voice,
            title,
            [Bar(facts.corridor(name), [kg[name] / t[name]]) for name in shown],
            [Series(title, (), "#117733")],
            unit=("kg CO2e per t", "千克 CO2e/吨"),
            digits=0,
        )

    note = (
        (
            "Well to wheel, from simulated load factors, empty runs included; "
            "ocean ships and shared "
            "flights at their stated factors. In the form of ISO 14083, not verified."
        ),
        (
            "油井到车轮口径，按仿真装载率计（含空驶）；远洋船与共享航班用给定因子。"
            "按 ISO 14083 形式，未经核证。"
        ),
    )
    table = Table(
        "emissions",
        ("Emissions by corridor and direction", "分通道、方向的排放"),
        [
            Column("corridor", ("corridor", "通道"), "words"),
            Column("direction", ("direction", "方向"), "text"),
            Column("teu", ("TEU", "标箱")),
            Column("t", ("t", "吨")),
            Column("co2e_t", ("t CO2e", "吨 CO2e")),
            Column("co2e_kg_per_t", ("kg CO2e per t", "千克 CO2e/吨")),
        ],
        rows,  # type: ignore[arg-type]
    )
    blocks: list[Block] = [Chart("co2e_per_tonne", title, draw, note), Fold(table.title, [table])]
    return Section("emissions", ("Greenhouse gas", "温室气体"), blocks)
