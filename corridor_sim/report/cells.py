"""Charts of cells: a table shaded darker for more."""

from __future__ import annotations

import math
from collections.abc import Sequence

from corridor_sim.maps.words import Words
from corridor_sim.report.legends import WIDTH
from corridor_sim.report.svg import QUIET, Canvas, shortened, text_width
from corridor_sim.report.voice import Voice, percent

__all__ = ["heat"]

_HEAT = ("#eaf2f8", "#b6d3ea", "#6fa8d6", "#2f74b5", "#123f7a")


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
