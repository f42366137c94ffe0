"""Cost of an event against the size of a run, as one SVG that needs nothing else."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from html import escape

from benchmarks.report.measure import Point

__all__ = ["draw_cost"]

_WIDTH, _HEIGHT = 720, 460
_LEFT, _RIGHT, _TOP, _BOTTOM = 78, 170, 46, 58
_COLOURS = {"demand": "#1f5fa8", "network": "#b5561c"}
_GREY = "#666"
_FONT = 'font-family="system-ui, sans-serif" font-size="13"'


def draw_cost(curve: Sequence[Point], levels_ns: dict[str, float]) -> str:
    """Return the plot: both axes logarithmic, whiskers from the least to the most.

    Parameters
    ----------
    curve : sequence of Point
        The compiled engine at each size.
    levels_ns : dict of str to float
        Nanoseconds per event of others at the baseline, drawn as lines.

    Returns
    -------
    str
        SVG.
    """
    low_x, high_x = _decades([point.events for point in curve])
    low_y, high_y = _decades([*(n for p in curve for n in p.ns), *levels_ns.values()])

    def x(events: float) -> float:
        share = (math.log10(events) - low_x) / (high_x - low_x)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def y(ns: float) -> float:
        share = (math.log10(ns) - low_y) / (high_y - low_y)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" {_FONT}>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        _text(_LEFT, 24, "Cost of a bound event by size of the run", size=16),
    ]
    for power in range(low_x, high_x + 1):
        at = x(10**power)
        parts.append(_line(at, _TOP, at, _HEIGHT - _BOTTOM, "#e4e4e4"))
        parts.append(_text(at, _HEIGHT - _BOTTOM + 20, f"{10**power:,}", anchor="middle"))
    for power in range(low_y, high_y + 1):
        at = y(10**power)
        parts.append(_line(_LEFT, at, _WIDTH - _RIGHT, at, "#e4e4e4"))
        parts.append(_text(_LEFT - 8, at + 4, f"{10**power:,}", anchor="end"))
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(_text(middle, _HEIGHT - 14, "bound events of the run", anchor="middle"))
    parts.append(_text(_LEFT, _TOP - 8, "ns per bound event"))
    for name, ns in levels_ns.items():
        parts.append(_line(_LEFT, y(ns), _WIDTH - _RIGHT, y(ns), _GREY, dashes="6 4"))
        parts.append(_text(_WIDTH - _RIGHT + 8, y(ns) + 4, f"{name}, {ns:,.0f} ns"))
    baseline = next(point for point in curve if point.size == 1)
    for name, colour in _COLOURS.items():
        points = sorted(
            [baseline, *(point for point in curve if point.name == name)], key=lambda p: p.events
        )
        places = " ".join(f"{x(p.events):.1f},{y(statistics.median(p.ns)):.1f}" for p in points)
        parts.append(
            f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="2"/>'
        )
        for p in points:
            at, ns = x(p.events), statistics.median(p.ns)
            parts.append(_line(at, y(min(p.ns)), at, y(max(p.ns)), colour))
            parts.append(f'<circle cx="{at:.1f}" cy="{y(ns):.1f}" r="4" fill="{colour}"/>')
            if p is not baseline:
                label = f"{name} x {p.size:g}, {ns:,.0f} ns"
                # One series is named above its points, the other below.
                place = y(max(p.ns)) - 10 if name == "demand" else y(min(p.ns)) + 20
                parts.append(_text(at, place, label, anchor="middle", colour=colour))
    label = f"baseline, {statistics.median(baseline.ns):,.0f} ns"
    at, above = x(baseline.events), y(max(baseline.ns)) - 10
    parts.append(_text(at, above, label, anchor="middle"))
    return "\n".join([*parts, "</svg>", ""])


def _decades(values: Sequence[float]) -> tuple[int, int]:
    """Return the powers of ten around values."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, dashes: str = "") -> str:
    more = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{more}/>'
    )


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", size: int = 13, colour: str = "#222"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'fill="{colour}">{escape(text)}</text>'
    )
