"""The tables of a network's demand folder, read and checked against the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from corridor_sim.errors import Fault, InputError, nearest
from corridor_sim.network.attributes import attributes_of
from corridor_sim.network.checks import source_keys
from corridor_sim.network.tables import frame_of, read_table, records_of

if TYPE_CHECKING:
    from corridor_sim.network import Network
    from corridor_sim.scenario import Scenario

__all__ = ["DemandTables", "read_demand_tables", "zone_shares"]

_OPTIONAL = ("holidays", "other_cargo")
_MONTHS = 12
_TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class DemandTables:
    """Typed tables of the demand folder; see the attribute tables for their columns.

    Attributes
    ----------
    commodities, holidays, other_cargo, choice_constants : pandas.DataFrame
        Indexed by name.
    od, months : pandas.DataFrame
        Without names of their own.
    """

    commodities: pd.DataFrame
    od: pd.DataFrame
    months: pd.DataFrame
    holidays: pd.DataFrame
    other_cargo: pd.DataFrame
    choice_constants: pd.DataFrame


def read_demand_tables(network: Network, scenario: Scenario) -> DemandTables:
    """Read the demand tables a scenario names.

    Parameters
    ----------
    network : Network
        Its demand folder is read, its zones and nodes are what the tables refer to.
    scenario : Scenario
        Names the table of trade.

    Returns
    -------
    DemandTables
        Checked.

    Raises
    ------
    InputError
        With every fault by file, row and column.
    """
    folder = network.demand_dir
    files = {
        "commodities": "commodities",
        "od": scenario.demand.table,
        "months": "months",
        "holidays": "holidays",
        "other_cargo": "other_cargo",
        "choice_constants": "choice_constants",
    }
    faults: list[Fault] = []
    frames: dict[str, pd.DataFrame] = {}
    for table, stem in files.items():
        path = folder / f"{stem}.csv"
        if table == "od" and not path.is_file():
            faults.append(_no_such_table(network, scenario.demand.table))
            continue
        missing_is_fine = table in _OPTIONAL and not path.exists()
        rows = [] if missing_is_fine else read_table(path, table, faults)
        if not faults:
            frames[table] = frame_of(rows, table)
    if not faults:
        tables = DemandTables(**frames)
        faults = _check(tables, network, scenario)
    if faults:
        raise InputError(faults)
    return tables


def _no_such_table(network: Network, name: str) -> Fault:
    known = sorted(path.stem for path in network.demand_dir.glob("od*.csv"))
    return Fault(
        f"demand.table: {name}",
        f"there is no '{name}.csv' in the demand folder of '{network.name}'",
        allowed=", ".join(known),
        hint=nearest(name, known),
    )


def zone_shares(cells: tuple[str, ...]) -> dict[str, float]:
    """Return the shares written as ``zone:share`` cells.

    Raises
    ------
    ValueError
        If a cell cannot be read or the shares do not sum to one.
    """
    shares: dict[str, float] = {}
    for cell in cells:
        zone, colon, text = cell.rpartition(":")
        if not colon:
            raise ValueError(f"'{cell}' has no share; allowed: zone:share")
        try:
            share = float(text)
        except ValueError:
            share = -1.0
        if not 0 <= share <= 1:
            raise ValueError(f"'{cell}' is not a share; allowed: 0 to 1")
        shares[zone.strip()] = share
    if abs(sum(shares.values()) - 1) > _TOLERANCE:
        raise ValueError(f"the shares sum to {sum(shares.values()):g}; allowed: 1")
    return shares


def _check(tables: DemandTables, network: Network, scenario: Scenario) -> list[Fault]:
    """Return what the cells on their own cannot tell."""
    return [
        *_commodity_faults(tables, network),
        *_od_faults(tables, network, f"{scenario.demand.table}.csv"),
        *_month_faults(tables),
        *_other_cargo_faults(tables, network),
        *_capacity_faults(tables, network),
        *_source_faults(tables, network, scenario),
        *_scenario_faults(tables, scenario),
    ]


def _commodity_faults(tables: DemandTables, network: Network) -> list[Fault]:
    faults = []
    zones = network.zones
    home = [str(zone) for zone in zones.index[zones["side"] == "chongqing"]]
    for row in records_of(tables.commodities):
        where: dict[str, Any] = {"row": row["line"]}
        for column in ("cny_per_teu", "t_per_teu"):
            if not row[column] > 0:
                text = f"'{row['commodity']}' has no {column}"
                faults.append(
                    Fault("commodities.csv", text, column=column, allowed="above 0", **where)
                )
        if row["shipment_teu"].mean() <= 0:
            faults.append(
                Fault(
                    "commodities.csv",
                    f"shipments of '{row['commodity']}' are empty",
                    column="shipment_teu",
                    **where,
                )
            )
        try:
            shares = zone_shares(row["cq_zones"])
        except ValueError as error:
            faults.append(Fault("commodities.csv", str(error), column="cq_zones", **where))
            continue
        faults.extend(
            Fault(
                "commodities.csv",
                f"'{zone}' is not a zone of Chongqing",
                column="cq_zones",
                hint=nearest(zone, home),
                **where,
            )
            for zone in shares
            if zone not in home
        )
    return faults


def _od_faults(tables: DemandTables, network: Network, file: str) -> list[Fault]:
    faults = []
    zones = network.zones
    regions = sorted(set(zones.loc[zones["side"] == "partner", "region"]))
    direction = {str(name): side for name, side in tables.commodities["direction"].items()}
    seen: dict[tuple[str, str], int] = {}
    for row in records_of(tables.od):
        where: dict[str, Any] = {"row": row["line"]}
        name, region = row["commodity"], row["region"]
        if name not in direction:
            known = sorted(direction)
            text = f"'{name}' is not in commodities.csv"
            faults.append(Fault(file, text, column="commodity", hint=nearest(name, known), **where))
        elif direction[name] != row["direction"]:
            text = f"'{name}' is an {direction[name]}, not an {row['direction']}"
            faults.append(Fault(file, text, column="direction", **where))
        if region not in regions:
            text = f"region '{region}' has no partner zone in zones.csv"
            faults.append(
                Fault(file, text, column="region", hint=nearest(region, regions), **where)
            )
        before = seen.setdefault((name, region), row["line"])
        if before != row["line"]:
            text = f"'{name}' with '{region}' stands here and in row {before}"
            faults.append(Fault(file, text, hint="add them up", **where))
    return faults


def _month_faults(tables: DemandTables) -> list[Fault]:
    months = sorted(int(month) for month in tables.months["month"])
    if months != list(range(1, _MONTHS + 1)):
        return [Fault("months.csv", "the months are not 1 to 12, each once", column="month")]
    return [
        Fault("months.csv", f"{column} sums to zero", column=column)
        for column in ("export_factor", "import_factor", "other_factor")
        if not tables.months[column].sum() > 0
    ]


def _other_cargo_faults(tables: DemandTables, network: Network) -> list[Fault]:
    faults: list[Fault] = []
    known = [str(node) for node in network.nodes.index]
    for row in records_of(tables.other_cargo):
        faults.extend(
            Fault(
                "other_cargo.csv",
                f"'{row[column]}' is not in nodes.csv",
                row=row["line"],
                column=column,
                hint=nearest(row[column], known),
            )
            for column in ("origin", "destination")
            if row[column] not in known
        )
        if not (row["t_per_teu"] > 0 and row["shipment_teu"].mean() > 0):
            text = f"'{row['other_cargo']}' weighs nothing or ships nothing"
            faults.append(Fault("other_cargo.csv", text, row=row["line"]))
    return faults


def _capacity_faults(tables: DemandTables, network: Network) -> list[Fault]:
    """Tell vehicles that cannot take the smallest shipment of any cargo they are for.

    A service on demand sends as many vehicles as a shipment needs.
    """
    least: dict[str, tuple[float, float, str]] = {}
    for frame, name in ((tables.commodities, "commodity"), (tables.other_cargo, "other_cargo")):
        for row in records_of(frame):
            teu = row["shipment_teu"].support()[0]
            smallest = (teu, teu * row["t_per_teu"], str(row[name]))
            for kind in row["carries"]:
                least[kind] = min(least.get(kind, smallest), smallest)
    faults = []
    for service in records_of(network.services):
        cargo = [least[kind] for kind in service["carries"] if kind in least]
        if service["dispatch"] == "on_demand" or not cargo:
            continue
        for column, unit, place in (("capacity_teu", "TEU", 0), ("capacity_t", "t", 1)):
            smallest = min(cargo, key=lambda item: item[place])
            if service[column] < smallest[place]:
                text = (
                    f"'{service['service']}' holds {service[column]:g} {unit}, less than the "
                    f"smallest shipment it is for ('{smallest[2]}', {smallest[place]:g} {unit})"
                )
                faults.append(Fault("services.csv", text, row=service["line"], column=column))
    return faults


def _source_faults(tables: DemandTables, network: Network, scenario: Scenario) -> list[Fault]:
    keys = source_keys(network.path) or set()
    faults = []
    for name in tables.__dataclass_fields__:
        file = f"{scenario.demand.table if name == 'od' else name}.csv"
        frame: pd.DataFrame = getattr(tables, name)
        assert "source" in attributes_of(name)
        for source, line in zip(frame["source"], frame["line"], strict=True):
            if source not in keys:
                what = f"source '{source}' is not in sources.md" if source else "no source"
                faults.append(Fault(file, what, row=line, column="source"))
    return faults


def _scenario_faults(tables: DemandTables, scenario: Scenario) -> list[Fault]:
    """Return what the scenario's demand names that the tables do not have."""
    known = [str(name) for name in tables.commodities.index]
    faults = [
        scenario.fault(
            ("demand", "commodities", name),
            f"'{name}' is not in commodities.csv",
            hint=nearest(name, known),
            at_key=True,
        )
        for name in scenario.demand.commodities
        if name not in known
    ]
    rows = [str(name) for name in tables.other_cargo.index]
    faults += [
        scenario.fault(
            ("demand", "other_cargo", name),
            f"'{name}' is not in other_cargo.csv",
            hint=nearest(name, rows),
            at_key=True,
        )
        for name in scenario.demand.other_cargo
        if name not in rows
    ]
    corridors = [str(name) for name in tables.choice_constants.index]
    faults += [
        scenario.fault(
            ("choice", "constants", name),
            f"'{name}' is not in choice_constants.csv",
            hint=nearest(name, corridors),
            at_key=True,
        )
        for name in scenario.choice.constants or {}
        if name not in corridors
    ]
    return faults
