"""Time and cost against distance along the busiest routes, in the form UNESCAP gave them."""

from __future__ import annotations

import numpy as np

from corridor_sim.maps.words import Words
from corridor_sim.report.blocks import Block, Chart, Column, Fold, Paragraph, Section, Table
from corridor_sim.report.curves import profile
from corridor_sim.report.facts import Facts
from corridor_sim.report.journeys import Journey
from corridor_sim.report.voice import Voice

__all__ = ["distance"]

_PAIRS_PER_CORRIDOR = 4
_RED, _GREY, _BLUE = "#b3121d", "#7b8790", "#1f62a8"


def distance(facts: Facts) -> Section | None:
    """Return the section on time and cost against distance.

    Parameters
    ----------
    facts : Facts
        Of the run.

    Returns
    -------
    Section or None
        For each corridor the busiest OD pairs, each by its busiest route; None without stamps.
    """
    if facts.journeys is None:
        return None
    blocks: list[Block] = [
        Paragraph(
            (
                (
                    "How hours and yuan grow along a route. An upright piece of the line is a "
                    "stop: waiting, handling, customs, a border, a lock. Red: as simulated, mean "
                    "of those that took it; grey: as planned, without queues."
                ),
                (
                    "沿途时间与费用随距离的累计。竖直段为停留：等待、装卸、通关、口岸、船闸。"
                    "红线为仿真均值，灰线为无排队的计划值。"
                ),
            ),
            "quiet",
        )
    ]
    rows: list[list[object]] = []
    for name in facts.corridors:
        charts = []
        for rank, journey in enumerate(_journeys(facts, name)):
            charts.append(_charts(facts, journey, f"{name}_{rank + 1}"))
            rows += _rows(facts, journey)
        if not charts:
            continue
        corridor = facts.corridor(name)
        blocks.append(Fold(corridor, charts[0], is_open=True))
        if len(charts) > 1:
            more = (f"{corridor[0]}: other OD pairs", f"{corridor[1] or corridor[0]}：其他 OD")
            blocks.append(Fold(more, [chart for pair in charts[1:] for chart in pair]))
    table = Table(
        "time_cost_distance",
        ("Time, planned time and cost against distance", "时间、计划时间、费用与距离"),
        [
            Column("corridor", ("corridor", "通道"), "words"),
            Column("origin", ("from", "起点"), "words"),
            Column("destination", ("to", "终点"), "words"),
            Column("line", ("line", "线"), "text"),
            Column("km", ("km", "公里")),
            Column("amount", ("hours or yuan per TEU", "小时或元/标箱"), digits=1),
        ],
        rows,  # type: ignore[arg-type]
    )
    blocks.append(Fold(table.title, [table]))
    return Section("distance", ("Time and cost against distance", "时间、费用与距离"), blocks)


def _journeys(facts: Facts, corridor: str) -> list[Journey]:
    """Return the busiest pairs of a corridor by TEU, each by its busiest route."""
    own = facts.own[(facts.own["corridor"] == corridor).to_numpy()]
    own = own[(own["door_to_door_s"] >= 0).to_numpy()]
    assert facts.journeys is not None
    assert facts.stamps is not None
    place = facts.stamps.plan.shipments.route[own.index.to_numpy()]
    routes = facts.stamps.plan.shipments.routes.routes
    teu = np.bincount(place, own["teu"].to_numpy(), len(routes)) if len(own) else np.zeros(0)
    by_pair: dict[tuple[str, str], float] = {}
    best: dict[tuple[str, str], int] = {}
    for number in np.flatnonzero(teu):
        pair = routes[number].origin, routes[number].destination
        by_pair[pair] = by_pair.get(pair, 0.0) + float(teu[number])
        if pair not in best or teu[number] > teu[best[pair]]:
            best[pair] = int(number)
    busiest = sorted(by_pair, key=lambda pair: (-by_pair[pair], pair))[:_PAIRS_PER_CORRIDOR]
    found = [facts.journeys.of(best[pair]) for pair in busiest]
    return [journey for journey in found if journey is not None]


def _ends(facts: Facts, journey: Journey) -> Words:
    ends = [facts.node(name) for name in (journey.route.origin, journey.route.destination)]
    english, chinese = (
        " – ".join(name[place] or name[1 - place] for name in ends) for place in (0, 1)
    )
    return (english, chinese)


def _charts(facts: Facts, journey: Journey, name: str) -> list[Block]:
    ends = _ends(facts, journey)
    by_time = (f"{ends[0]}: hours", f"{ends[1]}：时间")
    by_cost = (f"{ends[0]}: yuan per TEU", f"{ends[1]}：费用")
    way = [facts.service(leg[0]) for leg in journey.route.legs]
    told = (
        f"{journey.shipments:,} shipments by: " + "; ".join(w[0] or w[1] for w in way),
        f"{journey.shipments:,} 票，经：" + "；".join(w[1] or w[0] for w in way),
    )

    def draw_time(voice: Voice) -> str:
        stops = [(km, at, voice.plain(facts.node(node))) for km, at, node in journey.stops]
        runs = [
            (("simulated", "仿真"), journey.time, _RED),
            (("planned", "计划"), journey.planned, _GREY),
        ]
        return profile(voice, by_time, runs, stops, unit=("hours", "小时"))

    def draw_cost(voice: Voice) -> str:
        runs = [(("cost", "费用"), journey.cost, _BLUE)]
        return profile(voice, by_cost, runs, [], unit=("yuan per TEU", "元/标箱"), height=220)

    return [
        Chart(f"time_distance_{name}", by_time, draw_time, told),
        Chart(f"cost_distance_{name}", by_cost, draw_cost),
    ]


def _rows(facts: Facts, journey: Journey) -> list[list[object]]:
    route = journey.route
    ends = [facts.corridor(route.corridor), facts.node(route.origin), facts.node(route.destination)]
    return [
        [*ends, line, km, amount]
        for line, points in (
            ("simulated_h", journey.time),
            ("planned_h", journey.planned),
            ("cost_cny_per_teu", journey.cost),
        )
        for km, amount in points
    ]
