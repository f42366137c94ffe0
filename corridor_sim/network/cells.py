"""What a cell of a table may hold, by the type of its attribute."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from typing import Any

from corridor_sim.distributions import Distribution
from corridor_sim.errors import nearest, shorten
from corridor_sim.network.attributes import Attribute
from corridor_sim.week import opening_spans, slot_moments

__all__ = ["UNLIMITED", "convert"]

UNLIMITED = 2**31 - 1
_MAX_CELL = 4_000
_LARGEST = 1e15
# By unit: above these a number is a slip of the hand, and its seconds, kilograms or thousandths of
# a TEU would in the end not fit an integer.
_LARGEST_OF = {
    "h": 1e5,
    "h/TEU": 1e4,
    "km": 1e5,
    "TEU": 1e7,
    "t": 1e9,
    "vessels": 1e6,
    "vehicles": 1e6,
    "1/week": 1e5,
    "1/day": 1e5,
    "t/TEU": 1e4,
    "yuan/TEU": 1e10,
    "bn yuan/year": 1e6,
    "TEU/year": 1e9,
    "%/day": 1e3,
}
_RANGES = {
    "lat": (-90.0, 90.0),
    "lon": (-180.0, 360.0),
    "share": (0.0, 1.0),
    "share_import": (0.0, 1.0),
    "prior_share": (0.0, 1.0),
    "value_of_time_sigma": (0.0, 5.0),
    "constant": (-1e6, 1e6),
}
_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")
# They join names and lists elsewhere.
_NOT_IN_NAMES = "|;"


def convert(attribute: Attribute, text: str) -> Any:
    """Turn a cell into a value.

    Parameters
    ----------
    attribute : Attribute
        What the cell holds.
    text : str
        The cell, already stripped; blank takes the default.

    Returns
    -------
    object
        A str, float, int, bool, date, tuple or Distribution; None for a blank distribution or date;
        NaN for a blank float without a default.

    Raises
    ------
    ValueError
        With what is wrong and what is allowed.
    """
    if not text:
        if attribute.is_required:
            raise ValueError("the cell is blank but must be filled")
        text = attribute.default
    if len(text) > _MAX_CELL:
        raise ValueError(f"{len(text)} characters in one cell; allowed: {_MAX_CELL}")
    if attribute.choices and text not in attribute.choices:
        allowed = ", ".join(filter(None, attribute.choices))
        raise ValueError(_unknown(text, allowed, nearest(text, attribute.choices)))
    if attribute.type == "id":
        return _name(text)
    if attribute.members:
        return _list(text, attribute.members)
    return _CONVERTERS[attribute.type](text, attribute) if attribute.type in _CONVERTERS else text


def _unknown(text: str, allowed: str, hint: str) -> str:
    return f"'{shorten(text)}' is not known; allowed: {allowed}" + (f"; {hint}" if hint else "")


def _name(text: str) -> str:
    """Refuse what could not be shown, or taken apart again where names are joined."""
    if text.isprintable() and not any(letter in text for letter in _NOT_IN_NAMES):
        return text
    for letter in text:
        if not letter.isprintable():
            raise ValueError(f"the name holds the invisible character U+{ord(letter):04X}")
        if letter in _NOT_IN_NAMES:
            raise ValueError(f"'{shorten(text)}' holds '{letter}', which is not allowed in a name")
    return text


def _distribution(text: str, attribute: Attribute) -> Distribution | None:
    if not text:
        return None
    read = Distribution.parse(text)
    largest = _LARGEST_OF.get(attribute.unit, _LARGEST)
    high = max(read.mean(), _end(read))
    if high > largest:
        raise ValueError(f"'{shorten(text)}' is too large; allowed: {_span(0, largest, attribute)}")
    return read


def _end(read: Distribution) -> float:
    high = read.support()[1]
    return high if math.isfinite(high) else 0.0


def _int(text: str, attribute: Attribute) -> int:
    value = _float(text, attribute)
    if value != int(value) or value > UNLIMITED:
        raise ValueError(f"'{shorten(text)}' is not a whole number; allowed: 0 to {UNLIMITED:,}")
    return int(value)


def _count(text: str, attribute: Attribute) -> int:
    return UNLIMITED if text == "inf" else _int(text, attribute)


def _bool(text: str, _: Attribute) -> bool:
    if text.lower() not in _TRUE + _FALSE:
        raise ValueError(f"'{shorten(text)}' is not a yes or no; allowed: true, false")
    return text.lower() in _TRUE


def _date(text: str, _: Attribute) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(
            f"'{shorten(text)}' is not a date ({error}); allowed: year-month-day, as 2026-12-31"
        ) from None


def _list(text: str, members: tuple[str, ...] = ()) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in text.split(";") if part.strip())
    for part in parts:
        if members and part not in members:
            raise ValueError(_unknown(part, ", ".join(members), nearest(part, members)))
    return parts


def _calendar(text: str, _: Attribute) -> str:
    opening_spans(text)
    return text


def _timetable(text: str, _: Attribute) -> str:
    slot_moments(text)
    return text


def _float(text: str, attribute: Attribute) -> float:
    if not text:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"'{shorten(text)}' is not a number") from None
    largest = _LARGEST_OF.get(attribute.unit, _LARGEST)
    low, high = _RANGES.get(attribute.name, (0.0, largest))
    if attribute.type == "real":
        low = -largest
    if low <= value <= high:
        return value
    if math.isfinite(value) and value < low == 0:
        raise ValueError(f"{shorten(text)} is negative; allowed: 0 or more")
    raise ValueError(f"{shorten(text)} is out of range; allowed: {_span(low, high, attribute)}")


def _span(low: float, high: float, attribute: Attribute) -> str:
    return f"{low:,.16g} to {high:,.16g} {attribute.unit}".rstrip()


#: How the text of a cell is read, by the type of its attribute; other types stay text.
_CONVERTERS: dict[str, Callable[[str, Attribute], Any]] = {
    "bool": _bool,
    "calendar": _calendar,
    "count": _count,
    "date": _date,
    "distribution": _distribution,
    "float": _float,
    "int": _int,
    "list": lambda text, _: _list(text),
    "real": _float,
    "timetable": _timetable,
}
