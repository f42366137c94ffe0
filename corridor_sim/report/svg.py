"""Drawing in SVG: elements whose text is escaped, axes with round numbers, measured words."""

from __future__ import annotations

import html
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from corridor_sim.maps.text import clean

__all__ = ["FONTS", "INK", "LINE", "QUIET", "Canvas", "shortened", "text_width", "ticks"]

#: Letters of both languages wherever the file is opened; nothing is fetched.
FONTS = (
    "system-ui, 'Segoe UI', 'Noto Sans CJK SC', 'Noto Sans SC', 'PingFang SC', "
    "'Microsoft YaHei', 'Source Han Sans SC', 'DejaVu Sans', sans-serif"
)
INK, QUIET, LINE = "#1d2b36", "#51606c", "#d5dde3"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


@dataclass
class Canvas:
    """A picture in the making.

    Attributes
    ----------
    width, height : float
        Size in pixels at full scale.
    label : str
        What the picture shows, for those who cannot see it.
    """

    width: float
    height: float
    label: str
    _parts: list[str] = field(default_factory=list)

    def add(self, tag: str, *, title: str = "", **attributes: object) -> None:
        """Add an element.

        Parameters
        ----------
        tag : str
            Name of the element.
        title : str
            Shown where the pointer rests on it.
        **attributes
            Numbers and words; ``_`` in names stands for ``-``.
        """
        told = " ".join(
            f'{name.rstrip("_").replace("_", "-")}="'
            + (_number(value) if isinstance(value, float) else html.escape(str(value)))
            + '"'
            for name, value in attributes.items()
        )
        inner = f"<title>{html.escape(clean(title))}</title>" if title else ""
        self._parts.append(f"<{tag} {told}>{inner}</{tag}>" if inner else f"<{tag} {told}/>")

    def rect(
        self, x: float, y: float, width: float, height: float, fill: str, *, title: str = ""
    ) -> None:
        """Add a filled rectangle.

        Parameters
        ----------
        x, y, width, height : float
            Upper left corner and size; a negative size is none.
        fill : str
            Colour.
        title : str
            Shown where the pointer rests on it.
        """
        self.add(
            "rect",
            x=float(x),
            y=float(y),
            width=float(max(width, 0)),
            height=float(max(height, 0)),
            fill=fill,
            title=title,
        )

    def line(
        self, x1: float, y1: float, x2: float, y2: float, *, stroke: str = LINE, width: float = 1
    ) -> None:
        """Add a straight line.

        Parameters
        ----------
        x1, y1, x2, y2 : float
            Ends.
        stroke : str
            Colour.
        width : float
            Pixels.
        """
        self.add(
            "line",
            x1=float(x1),
            y1=float(y1),
            x2=float(x2),
            y2=float(y2),
            stroke=stroke,
            stroke_width=float(width),
        )

    def path(
        self,
        points: Sequence[tuple[float, float]],
        *,
        stroke: str,
        width: float = 2,
        dashes: str = "",
        fill: str = "none",
        title: str = "",
    ) -> None:
        """Add a line through points, or an area where it is filled.

        Parameters
        ----------
        points : sequence of (float, float)
            In order.
        stroke : str
            Colour of the line.
        width : float
            Pixels.
        dashes : str
            Lengths of dashes and gaps; whole if not given.
        fill : str
            Colour of the area.
        title : str
            Shown where the pointer rests on it.
        """
        steps = " ".join(
            f"{'L' if rank else 'M'}{_number(x)} {_number(y)}" for rank, (x, y) in enumerate(points)
        )
        attributes: dict[str, object] = {
            "d": steps + ("Z" if fill != "none" else ""),
            "fill": fill,
            "stroke": stroke,
            "stroke_width": float(width),
            "stroke_linejoin": "round",
        }
        if dashes:
            attributes["stroke_dasharray"] = dashes
        self.add("path", title=title, **attributes)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        anchor: str = "start",
        size: float = 12,
        fill: str = INK,
        bold: bool = False,
        halo: bool = False,
    ) -> None:
        """Add words.

        Parameters
        ----------
        x, y : float
            Where they stand, on their base line.
        words : str
            Cleaned and escaped here.
        anchor : {"start", "middle", "end"}
            Which part of them stands there.
        size : float
            Height of the letters.
        fill : str
            Colour.
        bold : bool
            Heavier.
        halo : bool
            With a white edge where lines may lie behind them.
        """
        told = f'x="{_number(x)}" y="{_number(y)}" fill="{fill}" font-size="{_number(size)}"'
        if anchor != "start":
            told += f' text-anchor="{anchor}"'
        if bold:
            told += ' font-weight="600"'
        if halo:
            told += ' paint-order="stroke" stroke="#fff" stroke-width="3"'
        self._parts.append(f"<text {told}>{html.escape(clean(words))}</text>")

    def markup(self) -> str:
        """Return the picture."""
        size = f"{_number(self.width)} {_number(self.height)}"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" '
            f'width="{_number(self.width)}" height="{_number(self.height)}" role="img" '
            f'font-family="{FONTS}" aria-label="{html.escape(clean(self.label))}">'
            + "".join(self._parts)
            + "</svg>"
        )


def text_width(words: str, size: float = 12) -> float:
    """Return about how wide words are: Chinese letters are as wide as high, others half.

    Parameters
    ----------
    words : str
        One line.
    size : float
        Height of the letters.

    Returns
    -------
    float
        Pixels.
    """
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in words)
    return size * (wide + 0.56 * (len(words) - wide))


def shortened(words: str, width: float, size: float = 12) -> str:
    """Return words cut to a width.

    Parameters
    ----------
    words : str
        One line.
    width : float
        Pixels.
    size : float
        Height of the letters.

    Returns
    -------
    str
        With an ellipsis where something was cut.
    """
    if text_width(words, size) <= width:
        return words
    while words and text_width(words + "…", size) > width:
        words = words[:-1]
    return words.rstrip() + "…"


def ticks(low: float, high: float, *, about: int = 5) -> list[float]:
    """Return round numbers from at most `low` to at least `high`.

    Parameters
    ----------
    low, high : float
        Range.
    about : int
        How many are wanted.

    Returns
    -------
    list of float
        Steps of 1, 2, 2.5 or 5 times a power of ten.
    """
    span = high - low
    if not (math.isfinite(span) and span > 0):
        low, span = (low if math.isfinite(low) else 0.0), 1.0
    rough = span / about
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * unit for factor in (1, 2, 2.5, 5, 10) if factor * unit >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil((low + span) / step - 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]
