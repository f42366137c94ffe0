"""What shuts or slows places of a network: on given days, or at random."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from corridor_sim.errors import shorten
from corridor_sim.scenario.values import Day, Duration, Model, Moment, Name, Number, Whole

__all__ = ["Disruption", "Passage", "RandomDisruption"]

_MOST_FLIGHTS = 62

Passage = Literal[
    "suez",
    "cape",
    "panama",
    "malacca",
    "hormuz",
    "bab_el_mandeb",
    "three_gorges",
    "caspian",
    "pinglu",
]


class Disruption(Model):
    """A dated change of capacity, speed or working."""

    name: Name
    facilities: tuple[Name, ...] = ()
    links: tuple[Name, ...] = ()
    services: tuple[Name, ...] = ()
    passages: tuple[Passage, ...] = ()
    start: Moment = Field(description="Local day, or day and time, from which it holds")
    end: Moment = Field(description="Until when; exclusive")
    servers: Whole | None = Field(default=None, ge=0, description="Servers left; null shuts it")
    chambers: tuple[Annotated[Whole, Field(ge=0, lt=_MOST_FLIGHTS)], ...] = Field(
        default=(), description="Flights of a lock that are shut, from 0"
    )
    lock_mode: Literal["one_way", "alternate", "timed"] | None = Field(
        default=None, description="Working of a lock in the span"
    )
    turn_period_h: Number | None = Field(
        default=None, gt=0, le=1000, description="Hours between reversals of a lock in the span"
    )
    slowdown: Number = Field(
        default=1.0, gt=0, le=1000, description="Factor on every visit that starts in the span"
    )
    announced: Day | None = Field(default=None, description="From when shippers avoid it")

    @model_validator(mode="after")
    def _makes_sense(self) -> Disruption:
        if not (self.facilities or self.links or self.services or self.passages):
            raise ValueError("names no facility, link, service or passage")
        if _midnight(self.end) <= _midnight(self.start):
            raise ValueError("ends before it starts (the end is exclusive)")
        return self

    @property
    def shuts(self) -> bool:
        """Whether what it names is closed as a whole."""
        if self.servers is not None:
            return self.servers == 0
        changes_working = self.lock_mode is not None or self.turn_period_h is not None
        return not self.chambers and not changes_working and self.slowdown == 1.0


class RandomDisruption(Model):
    """Closures that come at random within a season."""

    name: Name
    facilities: tuple[Name, ...] = ()
    links: tuple[Name, ...] = ()
    season: tuple[str, str] | None = Field(
        default=None, description="First and last day, month-day; null is the whole year"
    )
    per_season: Number = Field(ge=0, le=10_000, description="Mean number of closures in a season")
    duration_h: Duration = Field(description="Hours a closure lasts")
    servers: Whole = Field(default=0, ge=0, description="Servers left")
    slowdown: Number = Field(
        default=1.0, gt=0, le=1000, description="Factor on every visit that starts in a closure"
    )

    @field_validator("season")
    @classmethod
    def _days_of_any_year(cls, value: tuple[str, str] | None) -> tuple[str, str] | None:
        for day in value or ():
            allowed = "allowed: month-day of any year, for example 07-01"
            if not re.fullmatch(r"\d{2}-\d{2}", day):
                raise ValueError(f"'{shorten(day)}' is not a day; {allowed}")
            try:
                # 2001 is not a leap year: 29 February would not exist in every season.
                dt.date.fromisoformat(f"2001-{day}")
            except ValueError:
                raise ValueError(f"'{day}' is not a day of every year; {allowed}") from None
        return value

    @model_validator(mode="after")
    def _makes_sense(self) -> RandomDisruption:
        if not (self.facilities or self.links):
            raise ValueError("names no facility or link")
        return self


def _midnight(value: dt.date) -> dt.datetime:
    """Return a moment with its time of day; a day stands for its midnight."""
    return value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
