"""What series are called: names beside their colours and dashes, above a chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corridor_sim.maps.words import Words
from corridor_sim.report.svg import Canvas, text_width
from corridor_sim.report.voice import Voice

__all__ = ["COLOURS", "DASHES", "LEGEND", "WIDTH", "Series", "draw_legend", "legend_rows"]

#: Told apart by colour-blind readers too; the order of the corridors on the map.
COLOURS = ("#3d9a8b", "#882255", "#5aaedb", "#d3b84f", "#332288", "#cc6677", "#117733", "#999933")
DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 4", "12 4")
#: Width of a chart, and height of a row of names.
WIDTH = 760.0
LEGEND = 20.0


@dataclass(frozen=True)
class Series:
    """A line or a kind of bar: what it is called and its values, NaN where there are none."""

    name: Words
    values: Sequence[float]
    colour: str


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
