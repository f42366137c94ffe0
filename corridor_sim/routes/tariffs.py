"""What a ride costs: fares where a link states one, else the cost function of mode and direction.

A leg costs its links, by fare or by distance, and what the cost function of its mode adds to every
leg: a fixed part, handling at both ends and a charge at each border station. Amounts that are
quoted in another currency move with its rate; a subsidy takes off what somebody else pays.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridor_sim.network.plausibility import BORDER_KINDS, held_directions
from corridor_sim.network.tables import records_of

if TYPE_CHECKING:
    from corridor_sim.network import Network
    from corridor_sim.scenario import Subsidy

__all__ = ["CostFunction", "Price", "Tariffs"]


@dataclass(frozen=True, slots=True)
class CostFunction:
    """Cost of a mode in one direction, in yuan at the scenario's rates.

    Attributes
    ----------
    fixed_cny_per_teu, fixed_cny_per_t : float
        Of every leg.
    cny_per_teu_km, cny_per_t_km : float
        By distance, on links without a fare.
    handling_cny_per_teu : float
        Of every leg, both ends.
    border_cny_per_teu : float
        At each border station on a leg.
    storage_cny_per_teu_day : float
        While a box dwells at a node before a leg.
    """

    fixed_cny_per_teu: float = 0.0
    cny_per_teu_km: float = 0.0
    fixed_cny_per_t: float = 0.0
    cny_per_t_km: float = 0.0
    handling_cny_per_teu: float = 0.0
    border_cny_per_teu: float = 0.0
    storage_cny_per_teu_day: float = 0.0


@dataclass(frozen=True, slots=True)
class Price:
    """What a leg costs the shipper, and what a subsidy pays of it.

    Attributes
    ----------
    cny_per_teu, cny_per_t : float
        Paid by the shipper, by slot and by weight.
    subsidy_cny_per_teu, subsidy_cny_per_t : float
        Paid by others, more than in the baseline; negative where a subsidy is withdrawn.
    fixed_cny_per_teu, fixed_cny_per_t : float
        Before any subsidy, what the cost function adds to the leg: fixed part, handling, borders.
    storage_cny_per_teu_day : float
        While a box dwells before the leg.
    """

    cny_per_teu: float
    cny_per_t: float
    subsidy_cny_per_teu: float
    subsidy_cny_per_t: float
    fixed_cny_per_teu: float
    fixed_cny_per_t: float
    storage_cny_per_teu_day: float


_FREE = CostFunction()


class Tariffs:
    """Costs of links and legs.

    Parameters
    ----------
    network : Network
        Links, cost functions and currencies, as the scenario has them.
    subsidies : iterable of Subsidy
        Of the scenario.
    """

    def __init__(self, network: Network, subsidies: Iterable[Subsidy] = ()) -> None:
        self._rate = _rates(network)
        self._subsidies = tuple(subsidies)
        self._of: dict[tuple[str, str], CostFunction] = {}
        for row in records_of(network.cost_functions):
            rate = self._rate.get(row["currency"], 1.0)
            of_row = CostFunction(*(row[name] * rate for name in CostFunction.__slots__))
            for direction in held_directions(row["direction"]):
                self._of[row["mode"], direction] = of_row
        self._direction = {
            str(name): str(direction)
            for name, direction in zip(network.links.index, network.links["direction"], strict=True)
        }
        self._border = {
            str(name): str(node)
            for name, node, kind in zip(
                network.facilities.index,
                network.facilities["node"],
                network.facilities["kind"],
                strict=True,
            )
            if kind in BORDER_KINDS
        }

    def function(self, mode: str, direction: str) -> CostFunction:
        """Return the cost function of a mode and direction; all is free where none is stated.

        Parameters
        ----------
        mode : str
            Mode of transport.
        direction : str
            ``outbound``, ``inbound`` or blank.

        Returns
        -------
        CostFunction
            In yuan at the scenario's rates.
        """
        return self._of.get((mode, direction), _FREE)

    def link(self, row: dict[str, Any]) -> tuple[float, float]:
        """Return yuan per TEU and per tonne of a row of links.csv: its fare, or by distance."""
        per_teu, per_t = row["cost_cny_per_teu"], row["cost_cny_per_t"]
        if math.isnan(per_teu) and math.isnan(per_t):
            function = self.function(row["mode"], row["direction"])
            km = row["distance_km"]
            return function.cny_per_teu_km * km, function.cny_per_t_km * km
        rate = self._rate.get(row["currency"], 1.0)
        return (
            0.0 if math.isnan(per_teu) else per_teu * rate,
            0.0 if math.isnan(per_t) else per_t * rate,
        )

    def leg(
        self,
        service: dict[str, Any],
        rows: Sequence[dict[str, Any]],
        *,
        cny_per_teu: float,
        cny_per_t: float,
    ) -> Price:
        """Return the price of a leg.

        Parameters
        ----------
        service : dict
            Row of services.csv.
        rows : sequence of dict
            Rows of calls.csv from boarding to alighting.
        cny_per_teu, cny_per_t : float
            Of its links and visits.

        Returns
        -------
        Price
            The direction is that of its first link.
        """
        first = next((row["link"] for row in rows[1:] if row["link"]), "")
        direction = self._direction.get(first, "")
        function = self.function(service["mode"], direction)
        stations = {
            self._border[row["facility"]] for row in rows if row["facility"] in self._border
        }
        borders = function.border_cny_per_teu * len(stations)
        # Added up in the order of the columns: the last digit of a cost is part of the results.
        full_teu = cny_per_teu + function.fixed_cny_per_teu + function.handling_cny_per_teu
        full_teu += borders
        full_t = cny_per_t + function.fixed_cny_per_t
        paid_teu, paid_t = full_teu, full_t
        for subsidy in self._subsidies:
            if subsidy.is_for(service, direction):
                # Nobody is paid for shipping: a ride may be free.
                paid_teu = max(paid_teu - subsidy.of_teu(full_teu), 0.0)
                paid_t = max(paid_t - subsidy.of_t(full_t), 0.0)
        return Price(
            paid_teu,
            paid_t,
            full_teu - paid_teu,
            full_t - paid_t,
            function.fixed_cny_per_teu + function.handling_cny_per_teu + borders,
            function.fixed_cny_per_t,
            function.storage_cny_per_teu_day,
        )


def _rates(network: Network) -> dict[str, float]:
    """Return the rate of every currency over the rate at which the tables count it."""
    rates = {}
    for row in records_of(network.currencies):
        rate = row["rate_cny_per_unit"]
        rates[str(row["currency"])] = 1.0 if math.isnan(rate) else rate / row["cny_per_unit"]
    return rates
