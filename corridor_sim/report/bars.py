"""Charts of bars: stacked, one after the other to a sum, and against goals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corridor_sim.maps.words import Words
from corridor_sim.report.legends import LEGEND, WIDTH, Series, draw_legend, legend_rows
from corridor_sim.report.svg import INK, QUIET, Canvas, shortened, text_width
from corridor_sim.report.voice import Voice, number, percent

__all__ = ["Bar", "bars", "gauge", "waterfall"]

#: A chart that is read on a phone without moving it.
_NARROW = 560.0
_ROW = 24.0
_GREY = "#c3ccd3"


@dataclass(frozen=True)
class Bar:
    """A row of a bar chart: its name and a value per series."""

    name: Words
    values: Sequence[float]


def bars(
    voice: Voice,
    label: Words,
    rows: Sequence[Bar],
    series: Sequence[Series],
    *,
    unit: Words,
    digits: int = 1,
    as_shares: bool = False,
) -> str:
    """Return stacked horizontal bars.

    Parameters
    ----------
    voice : Voice
        Language.
    label : (str, str)
        What the chart shows.
    rows : sequence of Bar
        One bar each.
    series : sequence of Series
        What the parts of a bar are; their own values are not read.
    unit : (str, str)
        Of the values.
    digits : int
        Decimal places of what is written.
    as_shares : bool
        Stretch every bar to a hundred per cent.

    Returns
    -------
    str
        SVG.
    """
    legend = LEGEND * legend_rows(voice, series) if len(series) > 1 else 0
    left = min(max((text_width(voice.plain(row.name)) for row in rows), default=60) + 12, 280)
    canvas = Canvas(WIDTH, legend + _ROW * len(rows) + 26, voice.plain(label))
    if legend:
        draw_legend(canvas, voice, series, 0)
    totals = [sum(part for part in row.values if part > 0) for row in rows]
    most = max(totals, default=0.0) or 1.0
    room = WIDTH - left - 84
    for rank, (row, total) in enumerate(zip(rows, totals, strict=True)):
        y = legend + rank * _ROW
        name = voice.plain(row.name)
        canvas.text(left - 8, y + 16, shortened(name, left - 12), anchor="end")
        scale = room / ((total or 1.0) if as_shares else most)
        x = left
        for part, kind in zip(row.values, series, strict=True):
            if part > 0:
                told = percent(part / total, 1) if as_shares else number(part, digits)
                words = f"{name}: {voice.plain(kind.name)} {told}"
                canvas.rect(x, y + 4, part * scale, _ROW - 8, kind.colour, title=words)
                x += part * scale
        canvas.text(x + 6, y + 16, number(total, digits))
    canvas.text(WIDTH - 4, canvas.height - 8, voice.plain(unit), anchor="end", fill=QUIET)
    return canvas.markup()


def waterfall(
    voice: Voice,
    label: Words,
    parts: Sequence[tuple[Words, float, str]],
    *,
    unit: Words,
    whole: Words,
    digits: int = 1,
) -> str:
    """Return parts one after the other and the whole they add up to.

    Parameters
    ----------
    voice : Voice
        Language.
    label : (str, str)
        What the chart shows.
    parts : sequence of (words, value, colour)
        In their order.
    unit, whole : (str, str)
        Of the values; name of the sum.
    digits : int
        Decimal places; the written parts add up to the written sum.

    Returns
    -------
    str
        SVG.
    """
    total = sum(part for _, part, _ in parts)
    names = [*(voice.plain(name) for name, _, _ in parts), voice.plain(whole)]
    left = min(max(text_width(name) for name in names) + 12, 300)
    canvas = Canvas(WIDTH, _ROW * len(names) + 26, voice.plain(label))
    scale = (WIDTH - left - 76) / (total or 1.0)
    x = left
    for rank, ((_, part, colour), name) in enumerate(zip(parts, names, strict=False)):
        y = rank * _ROW
        canvas.text(left - 8, y + 16, shortened(name, left - 12), anchor="end")
        width = part * scale
        told = number(part, digits)
        share = percent(part / total if total else 0.0, 1)
        canvas.rect(x, y + 4, max(width, 0.8), _ROW - 8, colour, title=f"{name}: {told} ({share})")
        canvas.text(x + width + 6, y + 16, told)
        canvas.line(x + width, y + 4, x + width, y + _ROW + 4, stroke="#9aa6af", width=0.7)
        x += width
    y = len(parts) * _ROW
    canvas.text(left - 8, y + 16, shortened(names[-1], left - 12), anchor="end", bold=True)
    canvas.rect(left, y + 4, total * scale, _ROW - 8, INK)
    canvas.text(left + total * scale + 6, y + 16, number(total, digits), bold=True)
    canvas.text(WIDTH - 4, canvas.height - 8, voice.plain(unit), anchor="end", fill=QUIET)
    return canvas.markup()


def gauge(
    voice: Voice,
    label: Words,
    parts: Sequence[tuple[Words, float, str]],
    *,
    offered: tuple[Words, float],
    targets: Sequence[tuple[float, str]],
    band: tuple[float, float] | None = None,
) -> str:
    """Return a stacked bar against what was offered and against goals.

    Parameters
    ----------
    voice : Voice
        Language.
    label : (str, str)
        What the chart shows.
    parts : sequence of (words, value, colour)
        Parts of the bar.
    offered : (words, value)
        The longer bar behind it.
    targets : sequence of (value, str)
        Marks with their names.
    band : (float, float), optional
        Range of the sum over replications.

    Returns
    -------
    str
        SVG.
    """
    series = [Series(name, (), colour) for name, _, colour in parts]
    series.append(Series(offered[0], (), _GREY))
    rows = legend_rows(voice, series, _NARROW)
    canvas = Canvas(_NARROW, 82 + LEGEND * rows, voice.plain(label))
    end = max(offered[1], sum(part for _, part, _ in parts), *(goal for goal, _ in targets)) * 1.07
    scale = (_NARROW - 8) / (end or 1.0)
    canvas.rect(4, 22, offered[1] * scale, 30, _GREY, title=voice.plain(offered[0]))
    x = 4.0
    for name, part, colour in parts:
        canvas.rect(x, 22, part * scale, 30, colour, title=voice.plain(name))
        x += part * scale
    canvas.add("rect", x=4.0, y=22.0, width=_NARROW - 8, height=30.0, fill="none", stroke="#9aa6af")
    if band is not None:
        low, high = (4 + edge * scale for edge in band)
        canvas.line(low, 37, high, 37, stroke=INK, width=3)
        for edge in (low, high):
            canvas.line(edge, 30, edge, 44, stroke=INK, width=3)
    for rank, (goal, told) in enumerate(targets):
        at = 4 + goal * scale
        canvas.line(at, 16, at, 58, stroke=INK, width=2)
        # Goals lie close together: every second one is named below the bar.
        y = 70 if rank % 2 else 12
        anchor = "end" if at + text_width(told, 12) / 2 > _NARROW else "middle"
        canvas.text(_NARROW - 4 if anchor == "end" else at, y, told, anchor=anchor, bold=True)
    draw_legend(canvas, voice, series, 76)
    return canvas.markup()
