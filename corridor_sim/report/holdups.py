"""What holds trade back: queues at facilities and boxes left behind, by box-days and by yuan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corridor_sim.maps.words import FACILITY_KINDS, Words
from corridor_sim.report.bars import Bar, bars
from corridor_sim.report.blocks import Block, Chart, Column, Paragraph, Section, Table
from corridor_sim.report.facts import Facts
from corridor_sim.report.legends import Series
from corridor_sim.report.voice import Voice, money_axis

__all__ = ["HoldUp", "find_holdups", "holdups"]

_DAY_S, _HOUR_S = 86_400, 3_600
_SHOWN, _TABLED = 12, 40
_RED, _BLUE = "#b3121d", "#1f62a8"


@dataclass(frozen=True)
class HoldUp:
    """A place or service at which boxes wait.

    Attributes
    ----------
    key : str
        Name in the tables.
    name, kind : (str, str)
        Names, and what it is.
    mean_wait_h, p95_wait_h : float
        Of vehicles with cargo at a facility, of boxes at a service.
    teu_days : float
        TEU times days of waiting, all cargo.
    cny_days : float
        Yuan times days of waiting, Chongqing's own trade; NaN where it cannot be told.
    standing_cny : float
        Value that waits there on average.
    """

    key: str
    name: Words
    kind: Words
    mean_wait_h: float
    p95_wait_h: float
    teu_days: float
    cny_days: float
    standing_cny: float


def find_holdups(facts: Facts) -> list[HoldUp]:
    """Return all that holds boxes up, by TEU-days, most first.

    Parameters
    ----------
    facts : Facts
        Of the run.

    Returns
    -------
    list of HoldUp
        Facilities with a queue, and services that left boxes behind or had no vehicle for them.
    """
    found = [*_at_facilities(facts), *_at_services(facts)]
    kept = [one for one in found if one.teu_days > 0]
    return sorted(kept, key=lambda one: (-one.teu_days, one.key))


def _at_facilities(facts: Facts) -> list[HoldUp]:
    kinds = facts.results.network.facilities["kind"].astype(str)
    window = facts.results.clock.window_days
    if facts.stamps is None:
        frame = facts.results.statistics.facilities(("facility",))
        return [
            HoldUp(
                str(row["facility"]),
                facts.facility(str(row["facility"])),
                FACILITY_KINDS.get(kinds[row["facility"]], (kinds[row["facility"]], "")),
                float(row["mean_wait_h"]),
                np.nan,
                float(row["mean_wait_h"]) * float(row["teu"]) / 24,
                np.nan,
                np.nan,
            )
            for row in frame.to_dict("records")
            if np.isfinite(row["mean_wait_h"])
        ]
    held = facts.stamps.held_up
    return [
        HoldUp(
            name,
            facts.facility(name),
            FACILITY_KINDS.get(kinds[name], (kinds[name], "")),
            float(held.mean_wait_h[rank]),
            float(held.p95_wait_h[rank]),
            float(held.teu_days[rank]),
            float(held.cny_days[rank]),
            float(held.cny_days[rank]) / window,
        )
        for name, rank in facts.stamps.rank.items()
        if name in kinds.index
    ]


def _at_services(facts: Facts) -> list[HoldUp]:
    """Return what boxes lost for want of room or of a vehicle, by service."""
    tables, clock = facts.results.tables, facts.results.clock
    legs = tables.legs
    rows = np.flatnonzero(clock.in_window(legs["board_s"].to_numpy()))
    waited = (
        legs["left_behind_s"].to_numpy()[rows].astype(np.float64)
        + legs["vehicle_wait_s"].to_numpy()[rows]
    )
    owner = legs["shipment"].to_numpy()[rows]
    service = legs["service"].cat.codes.to_numpy()[rows]
    names = [str(name) for name in legs["service"].cat.categories]
    shipments = tables.shipments
    own = (shipments["cargo"] == "own").to_numpy()
    teu = shipments["teu"].to_numpy()[owner]
    cny = np.where(own, shipments["value_cny"].to_numpy(), 0)[owner].astype(np.float64)
    n = len(names)
    boxes = np.bincount(service, minlength=n)
    seconds = np.bincount(service, waited, n)
    teu_days = np.bincount(service, waited * teu / _DAY_S, n)
    cny_days = np.bincount(service, waited * cny / _DAY_S, n)
    kind = ("service: full, or no vehicle", "班线：满载或缺车船")
    return [
        HoldUp(
            names[rank],
            facts.service(names[rank]),
            kind,
            float(seconds[rank] / boxes[rank]) / _HOUR_S,
            float(np.quantile(waited[service == rank], 0.95)) / _HOUR_S,
            float(teu_days[rank]),
            float(cny_days[rank]),
            float(cny_days[rank]) / clock.window_days,
        )
        for rank in np.flatnonzero(seconds > 0)
    ]


def holdups(facts: Facts, found: list[HoldUp]) -> Section:
    """Return the section on what holds trade back.

    Parameters
    ----------
    facts : Facts
        Of the run.
    found : list of HoldUp
        From `find_holdups`.

    Returns
    -------
    Section
        Charts by box-days and by value, and the table.
    """
    by_value = sorted(
        (one for one in found if one.cny_days > 0), key=lambda one: (-one.cny_days, one.key)
    )
    blocks: list[Block] = [
        Paragraph(
            (
                (
                    "Waiting in queues of facilities, and for room or a vehicle "
                    "of a service. Waits "
                    "that timetables and opening hours ask for anyway are not counted here."
                ),
                "统计在设施排队、等待舱位或车船的时间；班期与作业时间本身的等待不计。",
            ),
            "quiet",
        )
    ]
    if facts.stamps is None:
        blocks.append(Paragraph(_NO_STAMPS, "note"))
    if not found:
        return Section("holdups", _TITLE, [*blocks, Paragraph(("Nothing waited.", "没有等待。"))])
    blocks.append(
        _chart(
            "bottlenecks_by_box_days",
            _BY_BOXES,
            [(one, one.teu_days) for one in found[:_SHOWN]],
            ("TEU-days", "标箱日"),
            _RED,
        )
    )
    if by_value:
        blocks.append(
            _chart(
                "bottlenecks_by_value",
                _BY_VALUE,
                [(one, one.standing_cny) for one in by_value[:_SHOWN]],
                None,
                _BLUE,
            )
        )
    order = {id(one): rank + 1 for rank, one in enumerate(by_value)}
    blocks.append(
        Table(
            "bottlenecks",
            ("Bottlenecks", "瓶颈"),
            [
                Column("rank_by_teu_days", ("rank by TEU-days", "标箱日位次")),
                Column("rank_by_value", ("rank by value", "货值位次")),
                Column("name", ("place or service", "地点或班线"), "words"),
                Column("kind", ("kind", "类别"), "words"),
                Column("mean_wait_h", ("mean wait, h", "平均等待 小时"), digits=1),
                Column("p95_wait_h", ("95 % wait, h", "95 % 等待 小时"), digits=1),
                Column("teu_days", ("TEU-days", "标箱日")),
                Column("bn_cny_days", ("bn yuan × days", "十亿元·天"), digits=2),
                Column("standing_100m_cny", ("亿元 on average", "平均滞留 亿元"), digits=2),
            ],
            [
                [
                    rank + 1,
                    order.get(id(one)),
                    one.name,
                    one.kind,
                    one.mean_wait_h,
                    one.p95_wait_h,
                    one.teu_days,
                    one.cny_days / 1e9,
                    one.standing_cny / 1e8,
                ]
                for rank, one in enumerate(found[:_TABLED])
            ],
            note=(
                (
                    "Waits at facilities are those of vehicles with cargo and of "
                    "boxes, at services "
                    "those of boxes."
                ),
                "设施等待按载货车船与箱计，班线等待按箱计。",
            ),
        )
    )
    return Section("holdups", _TITLE, blocks)


_BY_BOXES: Words = ("By waiting TEU-days, all cargo", "按等待标箱日（全部货物）")
_BY_VALUE: Words = (
    "By value that stands there on average, Chongqing's own trade",
    "按平均滞留货值（重庆外贸）",
)
_TITLE: Words = ("What holds it back", "瓶颈在哪里")
_NO_STAMPS: Words = (
    (
        "The value held up at facilities needs the stamps of the run, which a "
        "folder does not hold: "
        "make the report without --no-rerun to have it."
    ),
    "设施占压货值需要仿真时间戳，结果目录未保存：去掉 --no-rerun 重新生成报告即可。",
)


def _chart(
    name: str,
    title: Words,
    rows: list[tuple[HoldUp, float]],
    unit: Words | None,
    colour: str,
) -> Chart:
    """Return bars of amounts; of money where there is no unit."""

    def draw(voice: Voice) -> str:
        scale, shown = (1.0, unit) if unit else money_axis(voice)
        return bars(
            voice,
            title,
            [Bar(one.name, [amount / scale]) for one, amount in rows],
            [Series(shown, (), colour)],
            unit=shown,
            digits=0 if unit else 2,
        )

    return Chart(name, title, draw)
