"""Values of scenario files: dates, amounts, numbers and durations as people write them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
)

from corridor_sim.distributions import Distribution
from corridor_sim.errors import shorten
from corridor_sim.units import parse_money

__all__ = [
    "Cells",
    "Day",
    "Duration",
    "Factor",
    "Model",
    "Moment",
    "Money",
    "Name",
    "Number",
    "Text",
    "Whole",
]

_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_DAY = r"\d{4}-\d{2}-\d{2}"
_CLOCK = r"[T ]\d{2}:\d{2}(:\d{2})?"
_LONGEST_H = 1e5


class Model(BaseModel):
    """Part of a scenario: frozen, and without keys that nobody knows."""

    # A part is built when it is first used by itself; within a scenario its whole is.
    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, defer_build=True
    )


def _day(value: Any) -> dt.date:
    """Read a date; numbers, which could be seconds since 1970, are refused."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        day = value
    else:
        text = str(value)
        if not isinstance(value, str) or not re.fullmatch(_DAY, text):
            raise ValueError(f"'{shorten(text)}' is not a date; allowed: for example 2025-03-01")
        try:
            day = dt.date.fromisoformat(text)
        except ValueError as error:
            raise ValueError(f"'{text}' is not a date ({error})") from None
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError(f"{day} is out of range; allowed: {_FIRST_YEAR} to {_LAST_YEAR}")
    return day


def _moment(value: Any) -> dt.date:
    """Read a local date, or a local date and time of day."""
    if isinstance(value, dt.datetime):
        value = value.isoformat()
    if isinstance(value, str) and re.fullmatch(_DAY + _CLOCK, value):
        _day(value[:10])
        try:
            return dt.datetime.fromisoformat(value)
        except ValueError as error:
            raise ValueError(f"'{value}' is not a time ({error})") from None
    if isinstance(value, str) and re.match(_DAY + _CLOCK, value):
        raise ValueError(
            f"'{shorten(value)}' has a time zone or is cut short; allowed: local time, "
            "for example 2025-03-01T08:00"
        )
    return _day(value)


def _no_truth(value: Any) -> Any:
    """Refuse true and false where a number is meant."""
    if isinstance(value, bool):
        raise ValueError(f"{str(value).lower()} is not a number")  # noqa: TRY004 - for pydantic
    return value


def _cell(value: Any) -> Any:
    if not isinstance(value, (str, bool, int, float)):
        raise ValueError("must be text, a number, or true or false")  # noqa: TRY004 - for pydantic
    return value


def _duration(value: Any) -> Distribution:
    read = value if isinstance(value, Distribution) else Distribution.parse(_no_truth(value))
    if max(read.mean(), *(v for v in read.support() if v < float("inf"))) > _LONGEST_H:
        raise ValueError(f"'{read}' is too long; allowed: 0 to {_LONGEST_H:,.0f} h")
    return read


_DAY_SCHEMA = {"type": "string", "pattern": f"^{_DAY}$", "examples": ["2025-03-01"]}
_MOMENT_SCHEMA = {
    "type": "string",
    "pattern": f"^{_DAY}({_CLOCK})?$",
    "examples": ["2025-03-01", "2025-03-01T08:00"],
}

Text = Annotated[str, Field(max_length=4_000)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Number = Annotated[float, Field(allow_inf_nan=False), BeforeValidator(_no_truth)]
Whole = Annotated[int, BeforeValidator(_no_truth)]
# Written out: the schema loses limits that are laid over a validator.
Factor = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False), BeforeValidator(_no_truth)]
Money = Annotated[
    float,
    BeforeValidator(lambda value: parse_money(_no_truth(value))),
    Field(gt=0, le=1e18, allow_inf_nan=False),
    WithJsonSchema({"type": ["number", "string"], "examples": [1.1e12, "1.1 trillion yuan"]}),
]
Duration = Annotated[
    Distribution,
    PlainValidator(_duration),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": ["string", "number"], "examples": ["lognormal(6, 1)", 24]}),
]
#: A local day.
Day = Annotated[
    dt.date,
    PlainValidator(_day),
    PlainSerializer(dt.date.isoformat, return_type=str, when_used="json"),
    WithJsonSchema(_DAY_SCHEMA),
]
#: A local day, which is its midnight, or a local date and time.
Moment = Annotated[
    dt.date,
    PlainValidator(_moment),
    PlainSerializer(lambda value: value.isoformat(), return_type=str, when_used="json"),
    WithJsonSchema(_MOMENT_SCHEMA),
]
#: Cells to replace, by row and column.
Cells = dict[
    Name,
    dict[
        Name,
        Annotated[
            Any,
            PlainValidator(_cell),
            WithJsonSchema({"type": ["string", "number", "boolean"]}),
        ],
    ],
]
