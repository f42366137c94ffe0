"""Why this route: the alternatives of a pair with what was planned and what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridor_sim.errors import Fault, InputError
from corridor_sim.maps.words import Words
from corridor_sim.report.blocks import Block, Column, Fold, Paragraph, Section, Table
from corridor_sim.report.facts import Facts
from corridor_sim.report.voice import number, percent
from corridor_sim.routes.choice import ExpectedChoice

if TYPE_CHECKING:
    import pandas as pd

    from corridor_sim.routes.alternatives import Route

__all__ = ["Alternative", "alternatives", "why_this_route"]

Pair = tuple[str, str]

_PAIRS = 6
_DAY_H = 24.0
_TITLE: Words = ("Why this route", "为何走这条路")


@dataclass(frozen=True)
class Alternative:
    """A route of a pair as planned and as it came out.

    Attributes
    ----------
    route : Route
        The way.
    t_per_teu : float
        Weight of the pair's goods.
    premium_cny_per_teu : float
        What scarce room on it is worth beyond its fare; NaN where choice was not laid again.
    expected_share, share : float
        Of the pair's TEU: expected of the choice model (NaN without it), and simulated.
    teu, mean_h, cost_cny_per_teu, co2e_kg_per_teu : float
        Simulated; NaN where nobody took it.
    """

    route: Route
    t_per_teu: float
    premium_cny_per_teu: float
    expected_share: float
    share: float
    teu: float
    mean_h: float
    cost_cny_per_teu: float
    co2e_kg_per_teu: float

    @property
    def planned_cost(self) -> float:
        """Yuan per TEU at the pair's weight."""
        return self.route.cost_cny_per_teu + self.t_per_teu * self.route.cost_cny_per_t

    @property
    def planned_kg(self) -> float:
        """Kilograms CO2e per TEU at the pair's weight."""
        return self.route.co2e_kg_per_teu + self.t_per_teu * self.route.co2e_kg_per_t


def alternatives(facts: Facts, pairs: Sequence[Pair]) -> dict[Pair, list[Alternative]]:
    """Return the alternatives of pairs, the most used first.

    Parameters
    ----------
    facts : Facts
        Of a fresh run.
    pairs : sequence of (str, str)
        Origin and destination zones.

    Returns
    -------
    dict of (str, str) to list of Alternative
        None where a pair has no way.
    """
    assert facts.stamps is not None
    routes = facts.stamps.plan.shipments.routes.routes
    own = facts.own
    place = facts.stamps.plan.shipments.route[own.index.to_numpy()]
    n = len(routes)
    teu = np.bincount(place, own["teu"].to_numpy(), n)
    arrived = (own["door_to_door_s"] >= 0).to_numpy()
    boxes = np.bincount(place[arrived], minlength=n)
    hours = np.bincount(place[arrived], own["door_to_door_s"].to_numpy()[arrived] / 3600, n)
    cost = np.bincount(place, own["cost_cny"].to_numpy(), n)
    weight = np.bincount(place, own["t"].to_numpy(), n)
    kg = facts.results.statistics.costs(("route",)).set_index("route")["co2e_kg_per_teu"]
    kg.index = kg.index.astype(str)
    expected, premium_teu, premium_t = _expected(facts, n)
    found: dict[Pair, list[Alternative]] = {}
    for pair in pairs:
        numbers = [r for r in range(n) if (routes[r].origin, routes[r].destination) == pair]
        moved = float(teu[numbers].sum())
        meant = float(expected[numbers].sum())
        t_per_teu = float(weight[numbers].sum()) / moved if moved else 0.0
        listed = [
            Alternative(
                route=routes[r],
                t_per_teu=t_per_teu,
                premium_cny_per_teu=float(premium_teu[r] + t_per_teu * premium_t[r]),
                expected_share=float(expected[r]) / meant if meant else np.nan,
                share=float(teu[r]) / moved if moved else 0.0,
                teu=float(teu[r]),
                mean_h=float(hours[r]) / float(boxes[r]) if boxes[r] else np.nan,
                cost_cny_per_teu=float(cost[r]) / float(teu[r]) if teu[r] else np.nan,
                co2e_kg_per_teu=float(kg.get(routes[r].name, np.nan)),
            )
            for r in numbers
        ]
        found[pair] = sorted(listed, key=lambda one: (-one.teu, one.route.name))
    return found


def _expected(facts: Facts, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return expected TEU a year and premiums by route; NaN without the choice model."""
    if facts.ground is None:
        none = np.full(n, np.nan)
        return none, none, none
    model = facts.ground.choice
    cells = ExpectedChoice.of(facts.ground.od, model.routes)
    own = np.array([row.cargo == "own" for row in facts.ground.od.rows])
    amount = cells.shares(model) * cells.teu_per_year * own[cells.row]
    expected = np.bincount(cells.route, amount, n)
    return expected, model.premium_cny_per_teu, model.premium_cny_per_t


def why_this_route(facts: Facts) -> Section | None:
    """Return the section on alternatives.

    Parameters
    ----------
    facts : Facts
        Of the run; its pairs are shown, or the busiest.

    Returns
    -------
    Section or None
        A table per pair; None without stamps.

    Raises
    ------
    InputError
        If a pair that was asked for has no route.
    """
    if facts.stamps is None:
        return None
    pairs = _pairs(facts)
    blocks: list[Block] = [
        Paragraph(
            (
                (
                    "All routes that shippers of a pair could take. Each shipper weighs freight, a "
                    "premium for scarce room, the value of the days, and a taste of his own; so "
                    "shares are spread over the good ways instead of lying with the best."
                ),
                (
                    "列出该 OD 可选的全部路径。货主权衡运价、稀缺舱位溢价、时间价值与自身偏好，"
                    "份额因而分散于较优路径。"
                ),
            ),
            "quiet",
        )
    ]
    for rank, (pair, listed) in enumerate(alternatives(facts, pairs).items()):
        ends = [facts.node(name) for name in pair]
        title = (
            " – ".join(name[0] or name[1] for name in ends),
            " – ".join(name[1] or name[0] for name in ends),
        )
        inner: list[Block] = [Paragraph(_reason(facts, listed)), _table(facts, pair, listed, title)]
        blocks.append(Fold(title, inner, is_open=rank == 0))
    return Section("why", _TITLE, blocks)


def _pairs(facts: Facts) -> list[Pair]:
    own = facts.own
    known = {(str(o), str(d)) for o, d in zip(own["origin"], own["destination"], strict=True)}
    unknown = [pair for pair in facts.pairs if pair not in known]
    if unknown:
        zones = sorted({name for pair in known for name in pair})
        raise InputError(
            [
                Fault(
                    f"--od {origin}>{destination}",
                    "is no pair of zones between which this run moved boxes",
                    allowed="two of " + ", ".join(zones) + ", one of them in Chongqing",
                )
                for origin, destination in unknown
            ]
        )
    if facts.pairs:
        return list(dict.fromkeys(facts.pairs))
    moved: pd.Series = own.groupby(["origin", "destination"], observed=True)["value_cny"].sum()
    order = sorted(moved.items(), key=lambda item: (-item[1], item[0]))
    return [(str(pair[0]), str(pair[1])) for pair, _ in order[:_PAIRS]]  # type: ignore[index]


def _reason(facts: Facts, listed: list[Alternative]) -> Words:
    """Say in words what sets the most used route apart from the others."""
    used = [one for one in listed if one.teu > 0]
    if not used:
        return ("Nobody took any of them.", "无货走任何一条。")
    best = used[0]
    cheapest = min(listed, key=lambda one: one.planned_cost)
    fastest = min(listed, key=lambda one: one.route.planned_h)
    corridor = facts.corridor(best.route.corridor)
    english = f"{corridor[0]} takes {percent(best.share)} by its most used route"
    chinese = f"{corridor[1] or corridor[0]}最常用路径占 {percent(best.share)}"
    if best is cheapest and best is fastest:
        return (english + ": it is the cheapest and the fastest.", chinese + "：既最便宜又最快。")
    if best is cheapest:
        days = (best.route.planned_h - fastest.route.planned_h) / _DAY_H
        return (
            f"{english}: the cheapest, planned {number(days, 1)} days longer than the fastest.",
            f"{chinese}：最便宜，计划比最快者多 {number(days, 1)} 天。",
        )
    more = best.planned_cost / cheapest.planned_cost - 1 if cheapest.planned_cost else np.nan
    if best is fastest:
        return (
            f"{english}: the fastest, at {percent(more)} more freight than the cheapest.",
            f"{chinese}：最快，运价比最便宜者高 {percent(more)}。",
        )
    days = (cheapest.route.planned_h - best.route.planned_h) / _DAY_H
    saved_en = f"{number(abs(days), 1)} days {'shorter' if days > 0 else 'longer'}"
    saved_zh = f"计划{'快' if days > 0 else '慢'} {number(abs(days), 1)} 天"
    return (
        f"{english}: {percent(more)} dearer than the cheapest and planned {saved_en}.",
        f"{chinese}：运价比最便宜者高 {percent(more)}，{saved_zh}。",
    )


def _table(facts: Facts, pair: Pair, listed: list[Alternative], title: Words) -> Table:
    return Table(
        f"alternatives_{pair[0]}_{pair[1]}",
        title,
        [
            Column("corridor", ("corridor", "通道"), "words"),
            Column("services", ("by", "经"), "words"),
            Column("expected_share", ("share expected", "预期份额"), "share"),
            Column("share", ("share simulated", "仿真份额"), "share"),
            Column("planned_days", ("days planned", "计划天数"), digits=1),
            Column("days", ("days simulated", "仿真天数"), digits=1),
            Column("planned_cny_per_teu", ("yuan/TEU planned", "计划 元/标箱")),
            Column("cny_per_teu", ("yuan/TEU simulated", "仿真 元/标箱")),
            Column("premium_cny_per_teu", ("premium", "舱位溢价")),
            Column("planned_kg_per_teu", ("kg CO2e/TEU planned", "计划 千克 CO2e/标箱")),
            Column("kg_per_teu", ("kg CO2e/TEU simulated", "仿真 千克 CO2e/标箱")),
        ],
        [
            [
                facts.corridor(one.route.corridor),
                _way(facts, one.route),
                _known(one.expected_share),
                one.share,
                one.route.planned_h / _DAY_H,
                _known(one.mean_h / _DAY_H),
                one.planned_cost,
                _known(one.cost_cny_per_teu),
                _known(one.premium_cny_per_teu),
                one.planned_kg,
                _known(one.co2e_kg_per_teu),
            ]
            for one in listed
        ],
    )


def _way(facts: Facts, route: Route) -> Words:
    names = [facts.service(service) for service in route.services]
    return ("; ".join(n[0] or n[1] for n in names), "；".join(n[1] or n[0] for n in names))


def _known(amount: float) -> float | None:
    return float(amount) if np.isfinite(amount) else None
