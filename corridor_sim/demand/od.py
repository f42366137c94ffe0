"""Origin-destination rows: who sends how much of what to whom in a year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridor_sim.demand.tables import DemandTables, zone_shares
from corridor_sim.network.tables import records_of

if TYPE_CHECKING:
    from corridor_sim.distributions import Distribution
    from corridor_sim.network import Network
    from corridor_sim.scenario import Scenario

__all__ = ["CARGO", "DIRECTIONS", "ODRow", "ODTable", "build_od"]

DIRECTIONS = ("export", "import", "other")
CARGO = ("own", "domestic", "transit", "empty")


@dataclass(frozen=True, slots=True)
class ODRow:
    """One flow between two places.

    Attributes
    ----------
    name : str
        ``commodity|direction|origin|destination`` for Chongqing's own trade, the name of the row
        for other cargo; all draws of the row are keyed by it.
    cargo, direction : str
        One of `CARGO` and of `DIRECTIONS`.
    commodity, origin, destination : str
        Names; other cargo has the kind of cargo as its commodity.
    region : str
        Partner region, blank for other cargo.
    corridor : str
        The only corridor it may take, blank where shippers choose.
    carries : frozenset of str
        Kinds of cargo it can travel as.
    teu_per_year : float
        Volume at the scenario's scale.
    t_per_teu, cny_per_teu : float
        Weight and value; other cargo has no value that counts.
    shipment_teu : Distribution
        Size of a shipment.
    vot_median_pct_per_day, vot_sigma : float
        Lognormal value of time, per cent of the value a day.
    priority : int
        Rank when vehicles are loaded.
    """

    name: str
    cargo: str
    direction: str
    commodity: str
    origin: str
    destination: str
    region: str
    corridor: str
    carries: frozenset[str]
    teu_per_year: float
    t_per_teu: float
    cny_per_teu: float
    shipment_teu: Distribution
    vot_median_pct_per_day: float
    vot_sigma: float
    priority: int

    @property
    def shipments_per_year(self) -> float:
        """Expected number of shipments in a year."""
        return self.teu_per_year / self.shipment_teu.mean()

    @property
    def value_cny_per_year(self) -> float:
        """Expected value of a year."""
        return self.teu_per_year * self.cny_per_teu

    @property
    def mean_vot_pct_per_day(self) -> float:
        """Mean of the lognormal value of time."""
        return float(self.vot_median_pct_per_day * np.exp(self.vot_sigma**2 / 2))


@dataclass(frozen=True, slots=True)
class ODTable:
    """All flows in the order of their names."""

    rows: tuple[ODRow, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the rows."""
        return tuple(row.name for row in self.rows)


def build_od(network: Network, tables: DemandTables, scenario: Scenario) -> ODTable:
    """Split the trade by region over zones, scale it, and add other cargo.

    The commodity's shares split the Chongqing side, the zones' shares the partner's side. A row
    whose volume is zero is left out.

    Parameters
    ----------
    network : Network
        Zones with their shares.
    tables : DemandTables
        Trade, commodities and other cargo.
    scenario : Scenario
        Scales of demand.

    Returns
    -------
    ODTable
        Sorted by name, so that the order of rows in a table does not matter.
    """
    rows = [*_own_trade(network, tables, scenario), *_other_cargo(tables, scenario)]
    return ODTable(
        tuple(sorted((row for row in rows if row.teu_per_year > 0), key=lambda row: row.name))
    )


def _partner_shares(network: Network, direction: str) -> dict[str, dict[str, float]]:
    """Return for each region its partner zones with shares that sum to one."""
    regions: dict[str, dict[str, float]] = {}
    for row in records_of(network.zones):
        if row["side"] != "partner":
            continue
        share = row["share"]
        if direction == "import" and not np.isnan(row["share_import"]):
            share = row["share_import"]
        regions.setdefault(row["region"], {})[row["zone"]] = float(share)
    return {
        region: {zone: share / sum(zones.values()) for zone, share in zones.items()}
        for region, zones in regions.items()
    }


def _own_trade(network: Network, tables: DemandTables, scenario: Scenario) -> list[ODRow]:
    demand = scenario.demand
    scales = {
        "export": demand.scale * demand.export_scale,
        "import": demand.scale * demand.import_scale,
    }
    partners = {direction: _partner_shares(network, direction) for direction in scales}
    commodities = {str(row["commodity"]): row for row in records_of(tables.commodities)}
    homes = {name: zone_shares(row["cq_zones"]) for name, row in commodities.items()}
    rows = []
    for cell in records_of(tables.od):
        name, direction, region = cell["commodity"], cell["direction"], cell["region"]
        goods = commodities[name]
        value_cny = cell["value_bn_cny"] * 1e9 * scales[direction]
        value_cny *= demand.regions.get(region, 1.0) * demand.commodities.get(name, 1.0)
        for home, home_share in homes[name].items():
            for partner, partner_share in partners[direction][region].items():
                ends = (home, partner) if direction == "export" else (partner, home)
                teu = value_cny * home_share * partner_share / goods["cny_per_teu"]
                rows.append(
                    ODRow(
                        name=f"{name}|{direction}|{ends[0]}|{ends[1]}",
                        cargo="own",
                        direction=direction,
                        commodity=name,
                        origin=ends[0],
                        destination=ends[1],
                        region=region,
                        corridor="",
                        carries=frozenset(goods["carries"]),
                        teu_per_year=teu,
                        t_per_teu=float(goods["t_per_teu"]),
                        cny_per_teu=float(goods["cny_per_teu"]),
                        shipment_teu=goods["shipment_teu"],
                        vot_median_pct_per_day=float(goods["value_of_time_pct_per_day"]),
                        vot_sigma=float(goods["value_of_time_sigma"]),
                        priority=int(goods["priority"]),
                    )
                )
    return rows


def _other_cargo(tables: DemandTables, scenario: Scenario) -> list[ODRow]:
    return [
        ODRow(
            name=row["other_cargo"],
            cargo=row["cargo"],
            direction="other",
            commodity=row["cargo"],
            origin=row["origin"],
            destination=row["destination"],
            region="",
            corridor=row["corridor"],
            carries=frozenset(row["carries"]),
            teu_per_year=float(row["teu_per_year"])
            * scenario.demand.other_scale
            * scenario.demand.other_cargo.get(row["other_cargo"], 1.0),
            t_per_teu=float(row["t_per_teu"]),
            cny_per_teu=0.0,
            shipment_teu=row["shipment_teu"],
            vot_median_pct_per_day=0.0,
            vot_sigma=0.0,
            priority=int(row["priority"]),
        )
        for row in records_of(tables.other_cargo)
    ]
