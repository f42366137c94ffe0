"""What a scenario file may say: frozen value objects with defaults."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PrivateAttr,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from corridor_sim.distributions import Distribution
from corridor_sim.errors import Fault, InputError, nearest
from corridor_sim.units import parse_money

if TYPE_CHECKING:
    from corridor_sim.network import Network
    from corridor_sim.scenario.tree import Tree

__all__ = ["Choice", "Demand", "Disruption", "Period", "RandomDisruption", "Scenario"]

_DAY = 86_400
_MAX_DAYS = 3_660

Factor = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
Text = Annotated[str, Field(max_length=4_000)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Money = Annotated[float, BeforeValidator(parse_money), Field(gt=0, le=1e18, allow_inf_nan=False)]
Duration = Annotated[
    Distribution,
    BeforeValidator(lambda v: v if isinstance(v, Distribution) else Distribution.parse(v)),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": ["string", "number"], "examples": ["lognormal(6, 1)", 24]}),
]
Cells = dict[Name, dict[Name, str | bool | int | float]]
PASSAGES = (
    "suez",
    "cape",
    "panama",
    "malacca",
    "hormuz",
    "bab_el_mandeb",
    "three_gorges",
    "caspian",
    "pinglu",
)
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


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Period(_Model):
    """The measured window, with a warm-up before it and a drain after it."""

    start: dt.date = Field(default=dt.date(2025, 1, 1), description="First day that is measured")
    days: int = Field(default=365, ge=1, le=_MAX_DAYS, description="Days measured")
    warm_up_days: int = Field(default=120, ge=0, le=_MAX_DAYS, description="Days cut before")
    drain_days: int = Field(default=90, ge=0, le=_MAX_DAYS, description="Days run on after")

    @field_validator("start")
    @classmethod
    def _plausible(cls, value: dt.date) -> dt.date:
        if not 1990 <= value.year <= 2100:
            raise ValueError("the year must lie between 1990 and 2100")
        return value


class Demand(_Model):
    """Which trade is simulated, and factors on it."""

    table: Name = Field(default="od_2025", description="Table of the network's demand folder")
    scale: Factor = Field(default=1.0, description="Factor on Chongqing's own trade")
    export_scale: Factor = Field(default=1.0, description="Factor on exports")
    import_scale: Factor = Field(default=1.0, description="Factor on imports")
    other_scale: Factor = Field(default=1.0, description="Factor on other cargo and empties")
    regions: dict[Name, Factor] = Field(default={}, description="Factor by region")
    commodities: dict[Name, Factor] = Field(default={}, description="Factor by commodity")

    @field_validator("table")
    @classmethod
    def _no_path(cls, value: str) -> str:
        if not all(letter.isalnum() or letter in "_-" for letter in value):
            raise ValueError("a table name holds letters, digits, '_' and '-' only")
        return value


class Choice(_Model):
    """How shippers choose among routes."""

    beta: float = Field(
        default=4.0, gt=0, le=100, allow_inf_nan=False, description="Sensitivity to cost (logit)"
    )
    max_alternatives_per_corridor: int = Field(default=4, ge=1, le=20, description="Routes kept")
    premiums: bool = Field(
        default=True,
        description="Whether scarce slots carry a premium, so that expected loads fit timetables",
    )
    constants: dict[Name, float] | None = Field(
        default=None, description="Constant per corridor; null takes the network's table"
    )


class Disruption(_Model):
    """A dated change of capacity, speed or working."""

    name: Name
    facilities: tuple[Name, ...] = ()
    links: tuple[Name, ...] = ()
    services: tuple[Name, ...] = ()
    passages: tuple[Passage, ...] = ()
    start: dt.datetime | dt.date
    end: dt.datetime | dt.date
    servers: int | None = Field(default=None, ge=0, description="Servers left; null shuts it")
    chambers: tuple[Annotated[int, Field(ge=0, le=62)], ...] = Field(
        default=(), description="Flights of a lock that are shut, from 0"
    )
    lock_mode: Literal["one_way", "alternate", "timed"] | None = None
    turn_period_h: float | None = Field(default=None, gt=0, le=1000, allow_inf_nan=False)
    slowdown: float = Field(default=1.0, gt=0, le=1000, allow_inf_nan=False)
    announced: dt.date | None = Field(default=None, description="From when shippers avoid it")

    @model_validator(mode="after")
    def _makes_sense(self) -> Disruption:
        if not (self.facilities or self.links or self.services or self.passages):
            raise ValueError("names no facility, link, service or passage")
        if _moment(self.end) <= _moment(self.start):
            raise ValueError("ends before it starts; the end is exclusive")
        return self

    @property
    def shuts(self) -> bool:
        """Whether what it names is closed as a whole."""
        if self.servers is not None:
            return self.servers == 0
        return not self.chambers and self.slowdown == 1.0


class RandomDisruption(_Model):
    """Closures that come at random within a season."""

    name: Name
    facilities: tuple[Name, ...] = ()
    links: tuple[Name, ...] = ()
    season: tuple[str, str] | None = Field(
        default=None, description="First and last day, month-day; null is the whole year"
    )
    per_season: float = Field(ge=0, le=10_000, allow_inf_nan=False, description="Mean number")
    duration_h: Duration
    servers: int = Field(default=0, ge=0, description="Servers left")
    slowdown: float = Field(default=1.0, gt=0, le=1000, allow_inf_nan=False)

    @field_validator("season")
    @classmethod
    def _days_of_any_year(cls, value: tuple[str, str] | None) -> tuple[str, str] | None:
        for day in value or ():
            # 2001 is not a leap year: 29 February would not exist in every season.
            dt.date.fromisoformat(f"2001-{day}")
        return value


def _moment(value: dt.date) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    return dt.datetime.combine(value, dt.time())


class Scenario(_Model):
    """A scenario: network, period, demand, and what is different from the base.

    Read one with `Scenario.read`.
    """

    name: Name
    title: Text = ""
    description: Text = ""
    network: Name = Field(default="chongqing", description="Shipped network, or a folder")
    period: Period = Period()
    goal_cny: tuple[Money, ...] = Field(
        default=(1.0e12, 1.1e12), min_length=1, description="Yearly trade aimed at, yuan"
    )
    demand: Demand = Demand()
    choice: Choice = Choice()
    passages: dict[Passage, Literal["open", "closed"]] = Field(
        default={}, description="Passages that are closed for the whole scenario"
    )
    services: Cells = Field(default={}, description="Cells of services.csv to replace")
    facilities: Cells = Field(default={}, description="Cells of facilities.csv to replace")
    links: Cells = Field(default={}, description="Cells of links.csv to replace")
    background: Cells = Field(default={}, description="Cells of background.csv to replace")
    open_planned: tuple[Name, ...] = Field(default=(), description="Planned rows that are open")
    disruptions: tuple[Disruption, ...] = ()
    random_disruptions: tuple[RandomDisruption, ...] = ()

    _tree: Tree | None = PrivateAttr(default=None)

    @classmethod
    def read(cls, source: str | Path, overrides: dict[str, Any] | None = None) -> Scenario:
        """Read a scenario file.

        Parameters
        ----------
        source : str or Path
            Path of a YAML file, or the name of a shipped scenario.
        overrides : dict, optional
            Values by dotted path, for example ``{"demand.scale": 1.1}``.

        Returns
        -------
        Scenario
            Validated; what it extends is merged in.

        Raises
        ------
        InputError
            With every fault by file, line and column.
        """
        from corridor_sim.scenario.reading import read_scenario

        return read_scenario(source, overrides or {})

    @property
    def origin(self) -> dt.date:
        """Local day that starts at second 0: the first day of the warm-up."""
        return self.period.start - dt.timedelta(days=self.period.warm_up_days)

    @property
    def window_s(self) -> tuple[int, int]:
        """Start and end of the measured window in seconds."""
        start = self.period.warm_up_days * _DAY
        return start, start + self.period.days * _DAY

    @property
    def horizon_s(self) -> int:
        """Seconds simulated."""
        return self.window_s[1] + self.period.drain_days * _DAY

    def date_at(self, seconds: int) -> dt.date:
        """Return the local day that holds a second."""
        return self.origin + dt.timedelta(days=seconds // _DAY)

    @property
    def closed_passages(self) -> frozenset[str]:
        """Passages closed for the whole scenario."""
        return frozenset(name for name, state in self.passages.items() if state == "closed")

    def resolved(self) -> dict[str, Any]:
        """Return the scenario as plain JSON-able values, nothing left to extend."""
        return self.model_dump(mode="json")

    def digest(self) -> str:
        """Return the SHA-256 of the resolved scenario."""
        text = json.dumps(self.resolved(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def apply_to(self, network: Network) -> Network:
        """Return the network as this scenario has it.

        Parameters
        ----------
        network : Network
            As read.

        Returns
        -------
        Network
            With replaced cells and opened rows.

        Raises
        ------
        InputError
            If the scenario names what the network does not have.
        """
        faults = self._unknown_names(network)
        if faults:
            raise InputError(faults)
        overrides = {
            "services": self.services,
            "facilities": self.facilities,
            "links": self.links,
            "background": self.background,
        }
        return network.opened(self.open_planned).with_overrides(overrides, where=self.name)

    def _unknown_names(self, network: Network) -> list[Fault]:
        faults: list[Fault] = []

        def check(path: tuple[str | int, ...], name: str, table: str) -> None:
            known = [str(row) for row in getattr(network, table).index]
            if name not in known:
                faults.append(
                    self._fault(path, f"'{name}' is not in {table}.csv", nearest(name, known))
                )

        for n, item in enumerate(self.disruptions):
            for table in ("facilities", "links", "services"):
                for m, name in enumerate(getattr(item, table)):
                    check(("disruptions", n, table, m), name, table)
        for n, drawn in enumerate(self.random_disruptions):
            for table in ("facilities", "links"):
                for m, name in enumerate(getattr(drawn, table)):
                    check(("random_disruptions", n, table, m), name, table)
        for table in ("services", "facilities", "links", "background"):
            for name in getattr(self, table):
                check((table, name), name, table)
        regions = sorted(set(network.zones["region"]))
        for region in self.demand.regions:
            if region not in regions:
                path = ("demand", "regions", region)
                faults.append(
                    self._fault(path, f"region '{region}' is not known", nearest(region, regions))
                )
        return faults

    def _fault(self, path: tuple[str | int, ...], what: str, hint: str) -> Fault:
        if self._tree is None:
            return Fault(self.name, what, row=".".join(map(str, path)), hint=hint)
        return self._tree.fault(path, what, hint=hint)
