"""What moving cost and who paid: freight, subsidies and stock in transit, by corridor and goods."""

from __future__ import annotations

import math
from typing import Any

from corridor_sim.maps.words import Words
from corridor_sim.report.blocks import Block, Column, Fold, Paragraph, Section, Table
from corridor_sim.report.facts import Facts
from corridor_sim.report.voice import yuan

__all__ = ["costs"]

_BN = 1e9


def costs(facts: Facts) -> Section:
    """Return the section on costs.

    Parameters
    ----------
    facts : Facts
        Of the run.

    Returns
    -------
    Section
        Tables by corridor, and by corridor and commodity; of subsidies where the scenario has any.
    """
    statistics = facts.results.statistics
    levers = facts.results.scenario.levers
    by_corridor = statistics.costs(("corridor",))
    whole_en, whole_zh = yuan(float(by_corridor["stock_cny"].sum()))
    bound = (
        f"Goods under way cost their owners {whole_en}: value, times the value of time of each "
        "shipper, times days from door to door. It is no part of the freight."
    )
    bound_zh = f"在途货物占用成本 {whole_zh}：货值×货主时间价值×门到门天数，不含在运费内。"
    blocks: list[Block] = [Paragraph((bound, bound_zh))]
    if levers.subsidies:
        paid = float(by_corridor["subsidy_cny"].sum())
        paid_en, paid_zh = yuan(abs(paid))
        verb, verb_zh = ("pay", "支出") if paid >= 0 else ("save", "减少")
        change = (
            f"Against the baseline, subsidies of this scenario {verb} {paid_en}; freight is what "
            "shippers pay."
        )
        change_zh = f"与基准相比，本情景补贴{verb_zh} {paid_zh}；运费为货主支付部分。"
        blocks.append(Paragraph((change, change_zh), "note"))
    for currency, rate in levers.exchange_rates.items():
        told: Words = (
            f"Fares in {currency} count {rate:g} yuan.",
            f"以 {currency} 计价的运费按 {rate:g} 元折算。",
        )
        blocks.append(Paragraph(told, "note"))
    columns = [
        Column("teu", ("TEU", "标箱")),
        Column("freight", ("freight, yuan per TEU", "运费（元/标箱）")),
        Column("stock", ("stock in transit, yuan per TEU", "在途占用（元/标箱）")),
    ]
    if levers.subsidies:
        columns.append(Column("subsidy", ("subsidy, yuan per TEU", "补贴（元/标箱）")))
    columns.append(Column("stock_bn", ("stock, bn yuan", "在途占用（十亿元）"), digits=2))

    def cells(row: dict[Any, Any]) -> list[float | None]:
        names = ["teu", "cost_cny_per_teu", "stock_cny_per_teu"]
        names += ["subsidy_cny_per_teu"] if levers.subsidies else []
        found = [float(row[name]) for name in names] + [float(row["stock_cny"]) / _BN]
        return [value if math.isfinite(value) else None for value in found]

    corridor = Column("corridor", ("corridor", "通道"), "words")
    order = {name: place for place, name in enumerate(facts.corridors)}
    rows = sorted(by_corridor.to_dict("records"), key=lambda row: order[str(row["corridor"])])
    title: Words = ("Freight and stock in transit", "运费与在途占用")
    blocks.append(
        Table(
            "costs",
            title,
            [corridor, *columns],
            [[facts.corridor(str(row["corridor"])), *cells(row)] for row in rows],
        )
    )
    goods = statistics.costs(("corridor", "commodity")).to_dict("records")
    goods.sort(key=lambda row: -float(row["stock_cny"]))
    named: Words = ("The same by goods", "分货类")
    table = Table(
        "costs_by_commodity",
        named,
        [corridor, Column("commodity", ("goods", "货类"), "text"), *columns],
        [
            [facts.corridor(str(row["corridor"])), str(row["commodity"]), *cells(row)]
            for row in goods
            if row["teu"]
        ],
    )
    blocks.append(Fold(named, [table]))
    return Section("costs", ("What it cost", "成本"), blocks)
