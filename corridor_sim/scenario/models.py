"""What a scenario file may say: frozen value objects with defaults."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, PrivateAttr, field_validator, model_validator

from corridor_sim.errors import Fault, InputError
from corridor_sim.scenario.disruptions import Disruption, Passage, RandomDisruption
from corridor_sim.scenario.levers import Levers
from corridor_sim.scenario.values import (
    Cells,
    Day,
    Factor,
    Model,
    Money,
    Name,
    Number,
    Text,
    Whole,
)

if TYPE_CHECKING:
    from corridor_sim.network import Network
    from corridor_sim.scenario.tree import Tree

__all__ = [
    "Boxes",
    "Choice",
    "Demand",
    "HeldEmpties",
    "Limits",
    "Period",
    "Response",
    "Scenario",
]

_DAY = 86_400
_MAX_DAYS = 3_660

FolderName = Annotated[str, Field(min_length=1, max_length=4_000)]


class Period(Model):
    """The measured window, with a warm-up before it and a drain after it."""

    start: Day = Field(default=dt.date(2025, 1, 1), description="First day that is measured")
    days: Whole = Field(default=365, ge=1, le=_MAX_DAYS, description="Days measured")
    warm_up_days: Whole = Field(default=120, ge=0, le=_MAX_DAYS, description="Days cut before")
    drain_days: Whole = Field(default=90, ge=0, le=_MAX_DAYS, description="Days run on after")


class Response(Model):
    """How trade answers to cost: a constant elasticity, against a reference scenario."""

    elasticity: Number = Field(
        ge=-10,
        le=0,
        description="Per cent of a flow's volume for a per cent of its generalised cost",
    )
    relative_to: FolderName = Field(
        default="baseline_2025",
        description="Scenario at whose costs trade is as stated: a shipped name or a path",
    )


class Demand(Model):
    """Which trade is simulated, and factors on it."""

    table: Name = Field(default="od_2025", description="Table of the network's demand folder")
    scale: Factor = Field(default=1.0, description="Factor on Chongqing's own trade")
    export_scale: Factor = Field(default=1.0, description="Factor on exports")
    import_scale: Factor = Field(default=1.0, description="Factor on imports")
    other_scale: Factor = Field(default=1.0, description="Factor on other cargo and empties")
    regions: dict[Name, Factor] = Field(default={}, description="Factor by region")
    commodities: dict[Name, Factor] = Field(default={}, description="Factor by commodity")
    other_cargo: dict[Name, Factor] = Field(
        default={}, description="Factor by row of other_cargo.csv, on top of other_scale"
    )
    response: Response | None = Field(
        default=None, description="How own trade answers to cost; null leaves it as it is"
    )

    @field_validator("table")
    @classmethod
    def _no_path(cls, value: str) -> str:
        if not all(letter.isalnum() or letter in "_-" for letter in value):
            raise ValueError("a table name holds letters, digits, '_' and '-' only")
        return value


class Choice(Model):
    """How shippers choose among routes."""

    beta: Number = Field(default=4.0, gt=0, le=100, description="Sensitivity to cost (logit)")
    max_alternatives_per_corridor: Whole = Field(default=4, ge=1, le=20, description="Routes kept")
    premiums: bool = Field(
        default=True,
        description="Whether scarce slots carry a premium, so that expected loads fit timetables",
    )
    constants: dict[Name, Annotated[Number, Field(ge=-1e6, le=1e6)]] | None = Field(
        default=None, description="Constant per corridor; null takes the network's table"
    )


class HeldEmpties(Model):
    """Empty boxes that do not come back for a while."""

    name: Name
    corridors: tuple[Name, ...] = Field(default=(), description="Corridors; all if not given")
    start: Day = Field(description="First day from which they stay away")
    end: Day = Field(description="Day on which all that were held set off")
    share: Number = Field(ge=0, le=1, description="Share of the empties that is held")

    @model_validator(mode="after")
    def _makes_sense(self) -> HeldEmpties:
        if self.end <= self.start:
            raise ValueError("ends before it starts (the end is exclusive)")
        return self


class Boxes(Model):
    """Whether loaded boxes wait for empty ones, and empties that do not come back."""

    pools: bool = Field(
        default=False, description="Whether shipments wait for boxes of the network's pools"
    )
    held: tuple[HeldEmpties, ...] = ()


#: Visits that a plan can number.
MOST_VISITS = 2**31 - 1


class Limits(Model):
    """Sizes above which a run is refused before it starts; raise them where you mean it."""

    max_shipments: Whole = Field(
        default=10_000_000, ge=1, description="Shipments of the whole span"
    )
    max_departures: Whole = Field(
        default=20_000_000, ge=1, description="Departures that services may need"
    )
    max_visits: Whole = Field(
        default=100_000_000,
        ge=1,
        le=MOST_VISITS,
        description="Visits of vehicles, boxes and background traffic to links and facilities",
    )


class Scenario(Model):
    """A scenario: network, period, demand, and what is different from the base.

    Read one with `Scenario.read`.
    """

    name: Name
    title: Text = Field(default="", description="One line for people")
    description: Text = Field(default="", description="What is different from the base, and why")
    network: FolderName = Field(default="chongqing", description="Shipped network, or a folder")
    period: Period = Period()
    goal_cny: tuple[Money, ...] = Field(
        default=(1.0e12, 1.1e12), min_length=1, description="Yearly trade aimed at, yuan"
    )
    demand: Demand = Demand()
    choice: Choice = Choice()
    boxes: Boxes = Boxes()
    passages: dict[Passage, Literal["open", "closed"]] = Field(
        default={}, description="Passages that are closed for the whole scenario"
    )
    services: Cells = Field(default={}, description="Cells of services.csv to replace")
    facilities: Cells = Field(default={}, description="Cells of facilities.csv to replace")
    links: Cells = Field(default={}, description="Cells of links.csv to replace")
    background: Cells = Field(default={}, description="Cells of background.csv to replace")
    box_pools: Cells = Field(default={}, description="Cells of box_pools.csv to replace")
    cost_functions: Cells = Field(default={}, description="Cells of cost_functions.csv to replace")
    open_planned: tuple[Name, ...] = Field(default=(), description="Planned rows that are open")
    disruptions: tuple[Disruption, ...] = ()
    random_disruptions: tuple[RandomDisruption, ...] = ()
    levers: Levers = Levers()
    limits: Limits = Limits()

    _tree: Tree | None = PrivateAttr(default=None)

    @field_validator("name")
    @classmethod
    def _can_be_shown(cls, value: str) -> str:
        for letter in value:
            if not letter.isprintable():
                raise ValueError(f"holds the invisible character U+{ord(letter):04X}")
        return value

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
        """Local day that starts at second 0, the first day of the warm-up."""
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
    def shown_title(self) -> str:
        """Title with what has to be said wherever it is shown: that demand is not as given."""
        response = self.demand.response
        if response is None:
            return self.title
        label = f"demand response on, elasticity {response.elasticity:g} / 需求随成本变化"
        return f"{self.title or self.name} ({label})"

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
        from corridor_sim.network.box_pools import with_box_pools
        from corridor_sim.scenario.names import unknown_names

        faults = unknown_names(self, network)
        if faults:
            raise InputError(faults)
        overrides = {
            "services": self.services,
            "facilities": self.facilities,
            "links": self.links,
            "background": self.background,
            "box_pools": self.box_pools,
            "cost_functions": self.cost_functions,
            "currencies": {
                name: {"rate_cny_per_unit": rate}
                for name, rate in self.levers.exchange_rates.items()
            },
        }

        def at_planned(
            path: tuple[str | int, ...], what: str, *, hint: str = "", at_key: bool = False
        ) -> Fault:
            return self.fault(("open_planned", *path), what, hint=hint, at_key=at_key)

        opened = network.opened(self.open_planned, where=self.name, fault_at=at_planned)
        changed = opened.with_overrides(overrides, where=self.name, fault_at=self.fault)
        return with_box_pools(changed) if self.boxes.pools else changed

    def fault(
        self,
        path: tuple[str | int, ...],
        what: str,
        *,
        allowed: str = "",
        hint: str = "",
        at_key: bool = False,
    ) -> Fault:
        """Return a fault at a path of this scenario.

        Parameters
        ----------
        path : tuple of str or int
            Keys and places of list items that lead there.
        what : str
            What is wrong.
        allowed : str
            What would be right.
        hint : str
            What to do.
        at_key : bool
            Whether the key is at fault, not the value.

        Returns
        -------
        Fault
            With file, line and column where the scenario was read from a file that says so.
        """
        tree = self._tree.at(path) if self._tree is not None else None
        if self._tree is None or tree is None or not tree.file:
            dotted = ".".join(map(str, path))
            return Fault(self.name, what, row=dotted, allowed=allowed, hint=hint)
        return self._tree.fault(path, what, allowed=allowed, hint=hint, at_key=at_key)
