"""Charts of ranges: distributions as strips, estimates with their intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from corridor_sim.maps.words import Words
from corridor_sim.report.legends import WIDTH
from corridor_sim.report.svg import INK, LINE, QUIET, Canvas, shortened, text_width, ticks
from corridor_sim.report.voice import Voice, number

__all__ = ["Interval", "digits_of", "intervals", "strips"]


def digits_of(step: float) -> int:
    """Return the decimal places that tell marks of an axis apart."""
    return 0 if step >= 1 else max(0, -math.floor(math.log10(step) + 1e-9))


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
