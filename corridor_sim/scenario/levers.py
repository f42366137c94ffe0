"""What changes costs and nothing else: subsidies and exchange rates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from corridor_sim.errors import shorten
from corridor_sim.scenario.values import Model, Name, Number

__all__ = ["Levers", "Subsidy"]


class Subsidy(Model):
    """What somebody else pays of a ride, more than in the baseline; negative where it is withdrawn.

    It holds once for each ride on a service that all of its fields choose.
    """

    name: Name
    corridors: tuple[Name, ...] = Field(default=(), description="Corridors of the services")
    modes: tuple[Literal["rail", "road", "inland_waterway", "sea", "air"], ...] = Field(
        default=(), description="Modes of the services"
    )
    services: tuple[Name, ...] = Field(default=(), description="Services by name")
    direction: Literal["both", "outbound", "inbound"] = Field(
        default="both", description="Direction of the ride: away from Chongqing, towards it, both"
    )
    cny_per_teu: Number | None = Field(
        default=None, ge=-1e6, le=1e6, description="Yuan per TEU and ride"
    )
    share: Number | None = Field(
        default=None, ge=-1, le=1, description="Share of the fare, by slot and by weight"
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Subsidy:
        if not (self.corridors or self.modes or self.services):
            raise ValueError("names no corridor, mode or service")
        if (self.cny_per_teu is None) == (self.share is None):
            raise ValueError("needs either cny_per_teu or share")
        return self

    def is_for(self, service: Mapping[str, Any], direction: str) -> bool:
        """Tell whether it holds for a ride.

        Parameters
        ----------
        service : mapping
            Row of services.csv.
        direction : str
            Direction of the ride.

        Returns
        -------
        bool
            Whether every field that is filled chooses it.
        """
        return (
            (not self.corridors or service["corridor"] in self.corridors)
            and (not self.modes or service["mode"] in self.modes)
            and (not self.services or service["service"] in self.services)
            and self.direction in ("both", direction)
        )

    def of_teu(self, cost_cny: float) -> float:
        """Return what it pays of a cost by slot."""
        if self.share is not None:
            return self.share * cost_cny
        return self.cny_per_teu or 0.0

    def of_t(self, cost_cny: float) -> float:
        """Return what it pays of a cost by weight; a sum per TEU pays none of it."""
        return (self.share or 0.0) * cost_cny


class Levers(Model):
    """Subsidies and exchange rates: what changes costs and nothing else."""

    subsidies: tuple[Subsidy, ...] = ()
    exchange_rates: dict[Name, Annotated[Number, Field(gt=0, le=1e6)]] = Field(
        default={}, description="Yuan for a unit of a currency of currencies.csv"
    )

    @field_validator("subsidies")
    @classmethod
    def _have_own_names(cls, value: tuple[Subsidy, ...]) -> tuple[Subsidy, ...]:
        names = [item.name for item in value]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two are called '{shorten(twice[0])}'; rename one")
        return value
