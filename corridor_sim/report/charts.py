"""Charts of bars, strips and cells, each as one SVG picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from corridor_sim.maps.words import Words
from corridor_sim.report.svg import INK, LINE, QUIET, Canvas, shortened, text_width, ticks
from corridor_sim.report.voice import Voice, number, percent

__all__ = [
    "COLOURS",
    "DASHES",
    "LEGEND",
    "WIDTH",
    "Bar",
    "Interval",
    "Series",
    "bars",
    "digits_of",
    "draw_legend",
    "gauge",
    "heat",
    "intervals",
    "legend_rows",
    "strips",
    "waterfall",
]

#: Told apart by colour-blind readers too; the order of the corridors on the map.
COLOURS = ("#3d9a8b", "#882255", "#5aaedb", "#d3b84f", "#332288", "#cc6677", "#117733", "#999933")
WIDTH = 760.0
#: A chart that is read on a phone without moving it.
_NARROW = 560.0
_ROW = 24.0
LEGEND = 20.0
_ALARM, _GREY = "#b3121d", "#c3ccd3"
_HEAT = ("#eaf2f8", "#b6d3ea", "#6fa8d6", "#2f74b5", "#123f7a")
DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 4", "12 4")


@dataclass(frozen=True)
class Series:
    """A line or a kind of bar: what it is called and its values, NaN where there are none."""

    name: Words
    values: Sequence[float]
    colour: str


@dataclass(frozen=True)
class Bar:
    """A row of a bar chart: its name and a value per series."""

    name: Words
    values: Sequence[float]


def draw_legend(
    canvas: Canvas, voice: Voice, series: Sequence[Series], y: float, *, as_lines: bool = False
) -> None:
    """Draw names beside their colours or lines, in as many rows as needed.

    Parameters
    ----------
    canvas : Canvas
        Picture.
    voice : Voice
        Language.
    series : sequence of Series
        What is named.
    y : float
        Top of the first row.
    as_lines : bool
        Draw pieces of line, dashed as the lines are.
    """
    x = 4.0
    for rank, one in enumerate(series):
        words = voice.plain(one.name)
        width = text_width(words, 12) + 42
        if x + width > canvas.width and x > 4:
            x, y = 4.0, y + LEGEND
        if as_lines:
            dashes = DASHES[rank % len(DASHES)]
            canvas.path([(x, y + 9), (x + 22, y + 9)], stroke=one.colour, dashes=dashes)
        else:
            canvas.rect(x + 6, y + 3, 11, 11, one.colour)
        canvas.text(x + 27, y + 13, words)
        x += width


def legend_rows(voice: Voice, series: Sequence[Series], room: float = WIDTH) -> int:
    """Return how many rows `draw_legend` needs.

    Parameters
    ----------
    voice : Voice
        Language.
    series : sequence of Series
        What is named.
    room : float
        Width of the picture.

    Returns
    -------
    int
        Rows.
    """
    rows, x = 1, 4.0
    for one in series:
        width = text_width(voice.plain(one.name), 12) + 42
        if x + width > room and x > 4:
            rows, x = rows + 1, 4.0
        x += width
    return rows


def digits_of(step: float) -> int:
    """Return the decimal places that tell marks of an axis apart."""
    return 0 if step >= 1 else max(0, -math.floor(math.log10(step) + 1e-9))


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


def heat(
    voice: Voice,
    label: Words,
    rows: Sequence[tuple[Words, Sequence[float]]],
    columns: Sequence[str],
    *,
    most: float = 1.0,
    told: Sequence[str] = (),
) -> str:
    """Return a table of shaded cells, darker for more.

    Parameters
    ----------
    voice : Voice
        Language.
    label : (str, str)
        What the chart shows.
    rows : sequence of (words, values)
        Shares; NaN is left blank.
    columns : sequence of str
        Names of the columns; blank ones are not written.
    most : float
        What is darkest.
    told : sequence of str
        Name of each column for the pointer; `columns` if not given.

    Returns
    -------
    str
        SVG.
    """
    left = min(max((text_width(voice.plain(name)) for name, _ in rows), default=60) + 12, 300)
    cell = (WIDTH - left - 4) / max(len(columns), 1)
    height = 20.0
    canvas = Canvas(WIDTH, height * len(rows) + 54, voice.plain(label))
    for rank, (name, values) in enumerate(rows):
        y = rank * height
        words = voice.plain(name)
        canvas.text(left - 8, y + 14, shortened(words, left - 12), anchor="end")
        for column, share in enumerate(values):
            if not math.isfinite(share):
                continue
            shade = _HEAT[min(int(share / most * len(_HEAT)), len(_HEAT) - 1)]
            title = f"{words}, {(told or columns)[column]}: {percent(share)}"
            canvas.rect(left + column * cell, y + 1, cell - 0.6, height - 2, shade, title=title)
    for column, head in enumerate(columns):
        if head:
            canvas.text(left + column * cell, len(rows) * height + 14, head, size=11, fill=QUIET)
    y = len(rows) * height + 28
    for rank, shade in enumerate(_HEAT):
        x = left + rank * 92
        canvas.rect(x, y, 14, 14, shade)
        low, high = (percent(most * (rank + step) / len(_HEAT)) for step in (0, 1))
        canvas.text(x + 19, y + 12, f"{low.removesuffix(' %')}–{high}", size=11, fill=QUIET)
    return canvas.markup()


def strips(
    voice: Voice,
    label: Words,
    rows: Sequence[tuple[Words, Sequence[float], str]],
    *,
    unit: Words,
) -> str:
    """Return distributions as strips: 5 to 95 %, the middle half, and the median.

    Parameters
    ----------
    voice : Voice
        Language.
    label : (str, str)
        What the chart shows.
    rows : sequence of (words, quantiles, colour)
        Quantiles 5, 25, 50, 75 and 95 %.
    unit : (str, str)
        Of the values.

    Returns
    -------
    str
        SVG.
    """
    left = min(max((text_width(voice.plain(name)) for name, _, _ in rows), default=60) + 12, 280)
    canvas = Canvas(WIDTH, 30 * len(rows) + 40, voice.plain(label))
    marks = ticks(0.0, max((q[4] for _, q, _ in rows), default=1.0), about=7)
    scale = (WIDTH - left - 40) / marks[-1]
    bottom = 30.0 * len(rows)
    for mark in marks:
        x = left + mark * scale
        canvas.line(x, 0, x, bottom)
        told = number(mark, digits_of(marks[1] - marks[0]))
        canvas.text(x, bottom + 14, told, anchor="middle", size=11, fill=QUIET)
    for rank, (name, quantiles, colour) in enumerate(rows):
        y = 30.0 * rank + 15
        p5, p25, p50, p75, p95 = (left + q * scale for q in quantiles)
        words = voice.plain(name)
        canvas.text(left - 8, y + 4, shortened(words, left - 12), anchor="end")
        title = words + ": " + " / ".join(number(q, 1) for q in quantiles)
        canvas.line(p5, y, p95, y, stroke=INK, width=1.4)
        canvas.rect(p25, y - 8, max(p75 - p25, 1.5), 16, colour, title=title)
        canvas.line(p50, y - 11, p50, y + 11, stroke=INK, width=2.4)
        canvas.text(p95 + 5, y + 4, number(quantiles[2], 1), size=11)
    canvas.text(WIDTH - 4, bottom + 32, voice.plain(unit), anchor="end", fill=QUIET)
    return canvas.markup()


@dataclass(frozen=True)
class Interval:
    """A row with an estimate and its range."""

    name: Words
    estimate: float
    low: float
    high: float
    colour: str


def intervals(voice: Voice, label: Words, rows: Sequence[Interval], *, unit: Words) -> str:
    """Return estimates as dots on the lines of their ranges, around nought where it lies within.

    Parameters
    ----------
    voice : Voice
        Language.
    label : (str, str)
        What the chart shows.
    rows : sequence of Interval
        One line each.
    unit : (str, str)
        Of the values.

    Returns
    -------
    str
        SVG.
    """
    left = min(max((text_width(voice.plain(row.name)) for row in rows), default=60) + 12, 280)
    canvas = Canvas(WIDTH, 26 * len(rows) + 40, voice.plain(label))
    every = [v for row in rows for v in (row.estimate, row.low, row.high) if math.isfinite(v)]
    marks = ticks(min([0.0, *every]), max([0.0, *every]), about=6)
    scale = (WIDTH - left - 60) / (marks[-1] - marks[0])
    bottom = 26.0 * len(rows)
    digits = digits_of(marks[1] - marks[0])
    for mark in marks:
        x = left + 10 + (mark - marks[0]) * scale
        canvas.line(x, 0, x, bottom, stroke=INK if mark == 0 else LINE)
        canvas.text(x, bottom + 14, number(mark, digits), anchor="middle", size=11, fill=QUIET)
    for rank, row in enumerate(rows):
        y = 26.0 * rank + 13
        words = voice.plain(row.name)
        canvas.text(left - 8, y + 4, shortened(words, left - 12), anchor="end")
        low, at, high = (
            left + 10 + ((v if math.isfinite(v) else row.estimate) - marks[0]) * scale
            for v in (row.low, row.estimate, row.high)
        )
        told = f"{number(row.estimate, digits + 1)} ({number(row.low, digits + 1)} – "
        canvas.line(low, y, high, y, stroke=row.colour, width=3)
        canvas.add(
            "circle",
            cx=float(at),
            cy=y,
            r=4.5,
            fill=row.colour,
            title=f"{words}: {told}{number(row.high, digits + 1)})",
        )
        canvas.text(max(high, at) + 8, y + 4, number(row.estimate, digits + 1), size=11, halo=True)
    canvas.text(WIDTH - 4, bottom + 32, voice.plain(unit), anchor="end", fill=QUIET)
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
