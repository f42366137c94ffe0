"""The first screen: value against the goal, what it says in words, and the table by corridor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridor_sim.maps.words import Words
from corridor_sim.report.bars import gauge
from corridor_sim.report.blocks import Block, Chart, Column, Paragraph, Section, Table
from corridor_sim.report.facts import Facts
from corridor_sim.report.voice import Voice, hours, number, percent, yuan

if TYPE_CHECKING:
    from corridor_sim.goal import GoalProgress
    from corridor_sim.report.holdups import HoldUp

__all__ = ["answer", "trillions"]

_BN = 1e9
#: Below this share of what was offered the corridors, and not the demand, hold trade back.
_NEARLY_ALL = 0.99


def trillions(cny: float) -> Words:
    """Return a goal as (trillion yuan, 万亿元)."""
    told = f"{cny / 1e12:.2f}".removesuffix("0")
    return (f"{told} trillion yuan", f"{told} 万亿元")


def answer(facts: Facts, worst: list[HoldUp]) -> Section:
    """Return the section that answers: how much got through, and what stood in the way.

    Parameters
    ----------
    facts : Facts
        Of the run.
    worst : list of HoldUp
        What held most back, worst first.

    Returns
    -------
    Section
        Words, gauge and table.
    """
    goal = facts.goals[0]
    blocks: list[Block] = [
        Paragraph(_value_words(goal), "answer"),
        Paragraph(_verdict(goal)),
    ]
    response = facts.results.scenario.demand.response
    if response is not None:
        told = f"{response.elasticity:g}"
        english = (
            f"Demand response is on: trade answers to its cost with elasticity {told}; what is "
            "offered is what is left of the trade of the tables."
        )
        chinese = f"需求响应已开启：贸易量对成本的弹性为 {told}；待运货值为响应后的贸易。"
        words = (english, chinese)
        blocks.append(Paragraph(words, "note"))
    if not goal.is_whole_year:
        blocks.append(Paragraph(_pace(goal), "note"))
    if worst:
        blocks.append(Paragraph(_worst_words(worst)))
    blocks += [_gauge(facts), _by_corridor(facts)]
    return Section("answer", ("The answer", "结论"), blocks)


def _value_words(goal: GoalProgress) -> Words:
    english, chinese = yuan(goal.cleared_cny)
    name_en, name_zh = trillions(goal.target_cny)
    share = percent(goal.share, 1)
    return (
        f"{english} cleared customs: {share} of the goal of {name_en}, given this demand.",
        f"既定需求下通关货值 {chinese}，为目标 {name_zh} 的 {share}。",
    )


def _verdict(goal: GoalProgress) -> Words:
    offered_en, offered_zh = yuan(goal.offered_cny)
    through = goal.cleared_cny / goal.offered_cny if goal.offered_cny else 0.0
    got = percent(through, 1)
    if goal.share >= 1:
        return (
            f"The goal is reached: of {offered_en} offered, {got} came through.",
            f"目标达到：待运 {offered_zh}，通过 {got}。",
        )
    gap_en, gap_zh = yuan(goal.gap_cny)
    if not goal.demand_reaches:
        limit_en = (
            "the corridors carried nearly all of it"
            if through >= _NEARLY_ALL
            else (f"and of that the corridors carried {got}")
        )
        limit_zh = "通道几乎全部运出" if through >= _NEARLY_ALL else f"其中通道运出 {got}"
        return (
            (
                f"{gap_en} are missing. The scenario offers {offered_en} of "
                f"trade, less than the goal; "
                f"{limit_en}. More capacity alone cannot reach the goal: it takes more demand."
            ),
            (
                f"尚缺 {gap_zh}。本情景待运货值 {offered_zh}，低于目标；{limit_zh}。"
                "仅增加运力无法达标，需要更多货源。"
            ),
        )
    return (
        (
            f"{gap_en} are missing. The scenario offers {offered_en}, enough for "
            f"the goal, of which "
            f"{got} came through: the corridors hold it back."
        ),
        f"尚缺 {gap_zh}。本情景待运 {offered_zh}，足以达标，但仅通过 {got}：瓶颈在通道。",
    )


def _pace(goal: GoalProgress) -> Words:
    english, chinese = yuan(goal.yearly_cleared_cny)
    told = number(goal.window_days)
    return (
        f"The window is {told} days and the goal is yearly: at this pace {english} a year.",
        f"统计期为 {told} 天，目标按年计：按此进度全年为 {chinese}。",
    )


def _worst_words(worst: list[HoldUp]) -> Words:
    first = worst[0]
    wait_en, wait_zh = hours(first.mean_wait_h)
    english = f"Most time is lost at {first.name[0] or first.name[1]}"
    chinese = f"耗时最多之处：{first.name[1] or first.name[0]}"
    many_en, many_zh = _many(first.teu_days)
    english += f": mean wait {wait_en}, {many_en} TEU-days in all"
    chinese += f"，平均等待 {wait_zh}，合计 {many_zh}标箱日"
    dearest = max(worst, key=lambda one: one.cny_days)
    if dearest.cny_days > 0:
        money_en, money_zh = yuan(dearest.standing_cny)
        english += (
            f". Most value is held up at {dearest.name[0] or dearest.name[1]}: on average "
            f"{money_en} of goods stand there"
        )
        chinese += f"；占压货值最多之处：{dearest.name[1] or dearest.name[0]}，平均滞留 {money_zh}"
    return (english + ".", chinese + "。")


def _gauge(facts: Facts) -> Chart:
    goals = facts.goals
    figures = facts.results.summary()["corridors"]
    parts = [
        (facts.corridor(name), float(figures[name]["value_cny"]), facts.colour(name))
        for name in facts.corridors
    ]

    def draw(voice: Voice) -> str:
        return gauge(
            voice,
            ("Value by corridor against the goals", "分通道货值与目标"),
            parts,
            offered=(("offered", "待运"), float(goals[0].offered_cny)),
            targets=[(goal.target_cny, voice.plain(_short(goal.target_cny))) for goal in goals],
        )

    return Chart(
        "value_against_goal",
        ("Cleared value against the goals, given this demand", "既定需求下通关货值与目标"),
        draw,
    )


def _short(cny: float) -> Words:
    """Return a goal in as few words as stand beside another one."""
    told = trillions(cny)
    return (told[0].replace("trillion yuan", "trn"), told[1])


def _many(amount: float) -> Words:
    """Return a large number in words."""
    if amount < 1e6:
        return (number(amount), number(amount))
    return (f"{amount / 1e6:,.2f} million", f"{amount / 1e4:,.0f} 万")


def _by_corridor(facts: Facts) -> Table:
    statistics = facts.results.statistics
    figures = facts.results.summary()["corridors"]
    frame = statistics.delays(("corridor",))
    late = dict(zip(frame["corridor"].astype(str), frame["late_share"].astype(float), strict=True))
    weight = facts.own.groupby("corridor", observed=True)["t"].sum()
    teu = facts.own.groupby("corridor", observed=True)["teu"].sum()
    rows = []
    for name in facts.corridors:
        one = figures[name]
        moved = float(weight.get(name, 0.0))
        kg = one["co2e_kg_per_teu"]
        rows.append(
            [
                facts.corridor(name),
                one["teu"],
                one["value_cny"] / _BN,
                _days(one["median_h"]),
                _days(one["p95_h"]),
                one["cost_cny_per_teu"],
                kg,
                kg * float(teu[name]) / moved if kg is not None and moved else None,
                late.get(name),
            ]
        )
    totals = facts.results.summary()["totals"]
    rows.append([("all", "合计"), totals["teu"], totals["value_cny"] / _BN, *[None] * 6])
    columns = [
        Column("corridor", ("corridor", "通道"), "words"),
        Column("cleared_teu", ("TEU cleared", "通关标箱")),
        Column("cleared_bn_cny", ("bn yuan cleared", "通关货值 十亿元"), digits=1),
        Column("median_days", ("days, median", "天数 中位")),
        Column("p95_days", ("days, 95 %", "天数 95 %")),
        Column("cost_cny_per_teu", ("yuan per TEU", "元/标箱")),
        Column("co2e_kg_per_teu", ("kg CO2e per TEU", "千克 CO2e/标箱")),
        Column("co2e_kg_per_t", ("kg CO2e per t", "千克 CO2e/吨")),
        Column("late_share", ("later than planned", "晚于计划"), "share"),
    ]
    columns[3] = Column("median_days", columns[3].head, digits=1)
    columns[4] = Column("p95_days", columns[4].head, digits=1)
    return Table(
        "by_corridor",
        ("Chongqing's own trade by corridor", "重庆外贸分通道"),
        columns,
        rows,
        note=(
            (
                "Value and boxes by clearance in the window; days door to door, cost and emissions "
                "of shipments released in it. 1 bn yuan is 10 亿元."
            ),
            "货值与箱量按统计期内通关计；门到门天数、成本、排放按期内发运计。1 bn yuan = 10 亿元。",
        ),
    )


def _days(amount: float | None) -> float | None:
    return None if amount is None or not np.isfinite(amount) else amount / 24.0
