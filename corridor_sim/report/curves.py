"""Charts of lines over a common axis, each as one SVG picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from corridor_sim.maps.words import Words
from corridor_sim.report.legends import DASHES, LEGEND, WIDTH, Series, draw_legend, legend_rows
from corridor_sim.report.ranges import digits_of
from corridor_sim.report.svg import INK, QUIET, Canvas, shortened, text_width, ticks
from corridor_sim.report.voice import Voice, number

__all__ = ["Band", "Span", "lines", "profile"]

_ALARM = "#b3121d"


@dataclass(frozen=True)
class Band:
    """An area between two lines."""

    low: Sequence[float]
    high: Sequence[float]
    colour: str


@dataclass(frozen=True)
class Span:
    """A part of the horizontal axis that is shaded, as a closure."""

    start: float
    end: float
    name: str = ""


@dataclass(frozen=True)
class _Frame:
    """The part of a chart between its axes."""

    left: float
    top: float
    width: float
    height: float
    x: tuple[float, float]
    y: tuple[float, float]

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return where a pair of values lies."""
        return (
            self.left + (x - self.x[0]) / ((self.x[1] - self.x[0]) or 1.0) * self.width,
            self.top + self.height - (y - self.y[0]) / (self.y[1] - self.y[0]) * self.height,
        )


def _with_axis(
    canvas: Canvas,
    voice: Voice,
    *,
    top: float,
    bottom: float,
    x: tuple[float, float],
    y: tuple[float, float],
    unit: Words,
) -> _Frame:
    """Draw the vertical axis with its lines across."""
    marks = ticks(y[0], y[1])
    step = marks[1] - marks[0]
    left = max(text_width(number(mark, digits_of(step)), 11) for mark in marks) + 14
    frame = _Frame(
        left,
        top + 18,
        canvas.width - left - 14,
        canvas.height - top - 18 - bottom,
        x,
        (marks[0], marks[-1]),
    )
    canvas.text(4, top + 11, voice.plain(unit), size=11, fill=QUIET)
    for mark in marks:
        _, height = frame.at(x[0], mark)
        canvas.line(left, height, left + frame.width, height)
        canvas.text(
            left - 6, height + 4, number(mark, digits_of(step)), anchor="end", size=11, fill=QUIET
        )
    return frame


def lines(
    voice: Voice,
    label: Words,
    x: Sequence[float],
    series: Sequence[Series],
    *,
    unit: Words,
    marks: Sequence[tuple[float, str]],
    bands: Sequence[Band] = (),
    spans: Sequence[Span] = (),
    posts: Sequence[tuple[float, str]] = (),
    x_unit: Words = ("", ""),
    height: float = 280,
    from_zero: bool = True,
) -> str:
    """Return lines over a common axis.

    Parameters
    ----------
    voice : Voice
        Language.
    label : (str, str)
        What the chart shows.
    x : sequence of float
        Places of the values.
    series : sequence of Series
        Lines.
    unit : (str, str)
        Of the values.
    marks : sequence of (float, str)
        What is written below the axis, and where.
    bands : sequence of Band
        Areas behind the lines.
    spans : sequence of Span
        Shaded parts.
    posts : sequence of (float, str)
        Dashed upright lines with their names.
    x_unit : (str, str)
        Of the places.
    height : float
        Pixels.
    from_zero : bool
        Begin the axis at nought.

    Returns
    -------
    str
        SVG.
    """
    several = len(series) > 1
    legend = LEGEND * legend_rows(voice, series) if several else 0
    canvas = Canvas(WIDTH, height + legend, voice.plain(label))
    if several:
        draw_legend(canvas, voice, series, 0, as_lines=True)
    shown = [one.values for one in series] + [part for b in bands for part in (b.low, b.high)]
    every = [v for values in shown for v in values if math.isfinite(v)]
    low = 0.0 if from_zero else min(every, default=0.0)
    frame = _with_axis(
        canvas,
        voice,
        top=legend,
        bottom=24,
        x=(min(x), max(x)),
        y=(min(low, min(every, default=0.0)), max(every, default=1.0)),
        unit=unit,
    )
    for span in spans:
        start, end = (frame.at(min(max(v, x[0]), x[-1]), 0)[0] for v in (span.start, span.end))
        canvas.rect(
            start, frame.top, max(end - start, 1.2), frame.height, "#f3d9d0", title=span.name
        )
    for band in bands:
        edge = list(zip(x, band.high, strict=True)) + list(zip(x, band.low, strict=True))[::-1]
        points = [frame.at(px, py) for px, py in edge if math.isfinite(py)]
        if points:
            canvas.path(points, stroke="none", width=0, fill=band.colour)
    for rank, (place, name) in enumerate(posts):
        px, _ = frame.at(place, 0)
        post = [(px, frame.top), (px, frame.top + frame.height)]
        canvas.path(post, stroke=_ALARM, width=1.3, dashes="6 4")
        anchor = "end" if px + text_width(name, 11) > WIDTH else "start"
        step = -4.0 if anchor == "end" else 4.0
        canvas.text(
            px + step,
            frame.top + 12 + 13 * rank,
            name,
            size=11,
            fill=_ALARM,
            anchor=anchor,
            halo=True,
        )
    for rank, one in enumerate(series):
        run: list[tuple[float, float]] = []
        for px, py in [*zip(x, one.values, strict=True), (0.0, math.nan)]:
            if math.isfinite(py):
                run.append(frame.at(px, py))
            elif run:
                canvas.path(
                    run,
                    stroke=one.colour,
                    dashes=DASHES[rank % len(DASHES)],
                    title=voice.plain(one.name),
                )
                run = []
    for place, words in marks:
        px, _ = frame.at(place, 0)
        anchor = "end" if px + text_width(words, 11) / 2 > WIDTH - 2 else "middle"
        canvas.text(px, canvas.height - 7, words, anchor=anchor, size=11, fill=QUIET)
    if any(x_unit):
        told = voice.plain(x_unit)
        canvas.text(WIDTH - 4, legend + 11, told, anchor="end", size=11, fill=QUIET)
    return canvas.markup()


def profile(
    voice: Voice,
    label: Words,
    runs: Sequence[tuple[Words, Sequence[tuple[float, float]], str]],
    places: Sequence[tuple[float, float, str]],
    *,
    unit: Words,
    height: float = 300,
) -> str:
    """Return amounts that grow with the distance travelled: steps where a box stands still.

    Parameters
    ----------
    voice : Voice
        Language.
    label : (str, str)
        What the chart shows.
    runs : sequence of (words, points, colour)
        Lines through (km, amount).
    places : sequence of (km, amount, name)
        Points of the first run that are named.
    unit : (str, str)
        Of the amounts.
    height : float
        Pixels.

    Returns
    -------
    str
        SVG.

    References
    ----------
    .. [1] UNESCAP, "Time/Cost-Distance Methodology", Bangkok.
    """
    series = [Series(name, (), colour) for name, _, colour in runs]
    legend = LEGEND * legend_rows(voice, series)
    canvas = Canvas(WIDTH, height + legend, voice.plain(label))
    draw_legend(canvas, voice, series, 0, as_lines=True)
    points = [point for _, run, _ in runs for point in run]
    far = max((x for x, _ in points), default=1.0) or 1.0
    top = max((y for _, y in points), default=1.0)
    frame = _with_axis(canvas, voice, top=legend, bottom=38, x=(0.0, far), y=(0.0, top), unit=unit)
    for mark in ticks(0.0, far, about=6):
        if mark <= far:
            x, y = frame.at(mark, 0)
            canvas.text(x, y + 15, number(mark), anchor="middle", size=11, fill=QUIET)
    canvas.text(WIDTH - 10, canvas.height - 6, "km", anchor="end", size=11, fill=QUIET)
    for rank, (name, run, colour) in enumerate(runs):
        canvas.path(
            [frame.at(x, y) for x, y in run],
            stroke=colour,
            width=2.4 - 0.7 * (rank > 0),
            dashes=DASHES[rank],
            title=voice.plain(name),
        )
    taken: list[tuple[float, float, float]] = []
    for km, amount, place in places:
        x, y = frame.at(km, amount)
        canvas.add(
            "circle",
            cx=float(x),
            cy=float(y),
            r=3.2,
            fill="#fff",
            stroke=INK,
            stroke_width=1.4,
            title=f"{place}: {number(amount, 1)}",
        )
        words = shortened(place, 170, 11)
        width = text_width(words, 11)
        # To the left above the line, or where that is outside or taken, to the right below it.
        for place_x, place_y in ((x - width - 6, y - 7), (x + 7, y + 13), (x - width - 6, y - 20)):
            box = (place_x, place_y, width)
            inside = frame.left <= place_x and place_x + width <= WIDTH - 4
            if inside and place_y < frame.top + frame.height - 2 and not _meets(box, taken):
                canvas.text(place_x, place_y, words, size=11, halo=True)
                taken.append(box)
                break
    return canvas.markup()


def _meets(box: tuple[float, float, float], taken: Sequence[tuple[float, float, float]]) -> bool:
    x, y, width = box
    return any(
        x < other_x + other_width and other_x < x + width and abs(y - other_y) < 12
        for other_x, other_y, other_width in taken
    )
