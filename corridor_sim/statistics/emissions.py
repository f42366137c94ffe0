"""Greenhouse gas per box from the loads that were simulated.

The network states emission factors (well to wheel) per tonne-km or per TEU-km at a usual load. A
vehicle's emissions fall only partly with its load, so that the share of one box grows when the
vehicle runs half empty. With `e` the share of a full vehicle's emissions that an empty one has,
emissions per unit carried at load factor `f` are proportional to ``(e + (1 - e) f) / f``; the
stated factor is scaled by the ratio of this at the simulated and at the usual load factor. Empty
runs count in the simulated load factor of their service.

Services that Chongqing shares with others (ocean ships and the like, of which only an allotment
is modelled) keep the stated factor: the load of an allotment says nothing about the ship.

Hubs - terminals, and the change of vehicle where a node has no terminal of its own - add a factor
per TEU. What of ISO 14083 is covered, and what is not, is told in docs/explanation/emissions.md.

References
----------
.. [1] Smart Freight Centre, "Global Logistics Emissions Council Framework", version 3.
.. [2] ISO 14083:2023, quantification of greenhouse gas emissions of transport chains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corridor_sim.statistics.clock import Clock
from corridor_sim.statistics.columns import Table
from corridor_sim.statistics.grouping import whole_sums
from corridor_sim.statistics.paths import call_nodes, leg_distances_km
from corridor_sim.statistics.tables import RunTables

if TYPE_CHECKING:
    from corridor_sim.network import Network

__all__ = ["EMPTY_SHARE", "USUAL_LOAD_FACTOR", "service_intensity", "shipment_emissions_kg"]

# Both tables are assumptions: round figures in the spirit of the GLEC defaults and of EcoTransIT's
# vehicle models, for lack of published Chinese ones.
EMPTY_SHARE = {"rail": 0.45, "road": 0.60, "inland_waterway": 0.70, "sea": 0.80, "air": 0.75}
USUAL_LOAD_FACTOR = {"rail": 0.60, "road": 0.60, "inland_waterway": 0.65, "sea": 0.70, "air": 0.65}

_SHARED = "shared"
_ROWS_AT_ONCE = 2**17


def _per_unit(load_factor: pd.Series, empty_share: pd.Series) -> pd.Series:
    return (empty_share + (1 - empty_share) * load_factor) / load_factor


def service_intensity(
    tables: RunTables, network: Network, clock: Clock, *, distance: pd.Series | None = None
) -> pd.DataFrame:
    """Return the load factor and emission factor of every service in the measured window.

    Parameters
    ----------
    tables : RunTables
        Tables of the run.
    network : Network
        As the scenario has it.
    clock : Clock
        Window and months.
    distance : Series, optional
        From `leg_distances_km`, where it is there.

    Returns
    -------
    DataFrame
        Indexed by service: unit (``teu`` or ``t``, what the factor is per), load_factor (distance
        weighted, of the limit that is used more; NaN without departures), stated_g_per_unit_km,
        g_per_unit_km.
    """
    distance = leg_distances_km(network) if distance is None else distance
    services = network.services
    factors = network.modes.reindex(services["mode"].astype(str))
    per_teu = factors["co2e_g_per_teu_km"].fillna(0.0).to_numpy(dtype=float)
    per_t = factors["co2e_g_per_t_km"].fillna(0.0).to_numpy(dtype=float)
    by_teu = per_teu > 0
    frame = pd.DataFrame(
        {
            "unit": np.where(by_teu, "teu", "t"),
            "stated_g_per_unit_km": np.where(by_teu, per_teu, per_t),
        },
        index=services.index.astype(str),
    )
    factor = _simulated_load_factor(tables, distance, clock).reindex(frame.index)
    scaled = factor.where(services["corridor"].astype(str).to_numpy() != _SHARED)
    mode = services["mode"].astype(str)
    empty = pd.Series(mode.map(EMPTY_SHARE).to_numpy(dtype=float), index=frame.index)
    usual = pd.Series(mode.map(USUAL_LOAD_FACTOR).to_numpy(dtype=float), index=frame.index)
    scale = (_per_unit(scaled, empty) / _per_unit(usual, empty)).fillna(1.0)
    frame.insert(1, "load_factor", factor)
    frame["g_per_unit_km"] = frame["stated_g_per_unit_km"] * scale
    return frame


def _simulated_load_factor(tables: RunTables, distance: pd.Series, clock: Clock) -> pd.Series:
    """Return load-km over capacity-km by service; NaN where nothing ran."""
    length = distance.groupby(level="service").max()
    capacity = _offered(tables.table("departures"), clock)
    rides = tables.rides
    km = rides.km(distance)
    sums = {column: np.zeros(len(km), dtype=np.int64) for column in ("teu", "t")}
    for rows, shipments, legs in tables.parts():
        of_ride, kind = rides.of_legs(legs)
        boarded = np.flatnonzero(clock.in_window(legs.numbers("board_s")[of_ride]))
        kind, owner = kind[boarded], legs.numbers("shipment")[of_ride[boarded]] - rows.start
        for column in sums:
            sums[column] += whole_sums(kind, shipments.numbers(column).take(owner), len(km))
    carried = pd.DataFrame({column: total / 1000 * km for column, total in sums.items()})
    carried = carried.groupby(np.array(rides.names(), dtype=object)).sum()
    offered = capacity.mul(length.reindex(capacity.index), axis=0)
    carried = carried.reindex(capacity.index)
    # Whichever limit is used more: light goods fill the slots, heavy ones the payload.
    shares = pd.DataFrame(
        {
            "slots": carried["teu"] / offered["capacity_teu"],
            "payload": carried["t"] / offered["capacity_t"],
        }
    )
    factor = shares.max(axis="columns")
    return factor.where(factor > 0)


def _offered(departures: Table, clock: Clock) -> pd.DataFrame:
    """Return the capacity of the departures of the window by service, TEU and tonnes."""
    services = departures.names("service").names
    # Where there is no limit of payload, a sum of whole kilograms would not fit into 64 bits.
    total = {c: np.zeros(len(services)) for c in ("capacity_teu", "capacity_t")}
    has_any = np.zeros(len(services), dtype=np.bool_)
    for part in departures.parts(_ROWS_AT_ONCE):
        ran = part.names("status").is_name("departed") & clock.in_window(part.numbers("left_s"))
        rows = np.flatnonzero(ran)
        service = part.names("service").codes[rows]
        has_any[service] = True
        for column, capacity in total.items():
            # One after the other, so that the sum does not depend on the parts.
            np.add.at(capacity, service, part.shown(column)[rows])
    found = np.flatnonzero(has_any)
    return pd.DataFrame(
        {column: capacity[found] for column, capacity in total.items()},
        index=pd.Index([services[code] for code in found], name="service"),
    )


def shipment_emissions_kg(
    tables: RunTables, network: Network, *, intensity: pd.DataFrame, distance: pd.Series
) -> NDArray[np.float64]:
    """Return the emissions of every shipment over all legs of its route, as planned.

    Moving comes from `service_intensity`, hubs from the facilities' factor: of the calls at both
    ends of a leg, and of the transhipment between two legs.

    Parameters
    ----------
    tables : RunTables
        Tables of the run.
    network : Network
        As the scenario has it.
    intensity : DataFrame
        From `service_intensity`.
    distance : Series
        From `leg_distances_km`.

    Returns
    -------
    (S,) float64
        Kilograms CO2e.
    """
    rides = tables.rides
    of_kind = intensity.reindex(rides.names())
    moving = rides.km(distance) * of_kind["g_per_unit_km"].to_numpy() / 1000
    is_teu = of_kind["unit"].to_numpy() == "teu"
    handling = _handling_kg_per_teu(network)
    at_calls = rides.at_calls(handling, rides.board_call) + rides.at_calls(
        handling, rides.alight_call
    )
    kg_per_teu = np.where(is_teu, moving, 0.0) + at_calls
    kg_per_t = np.where(is_teu, 0.0, moving)
    at_change = rides.at_calls(_transhipment_kg_per_teu(network), rides.board_call)
    kg = np.empty(len(tables.table("shipments")), dtype=np.float64)
    for rows, shipments, legs in tables.parts():
        n = len(shipments)
        of_ride, kind = rides.of_legs(legs)
        owner = legs.numbers("shipment")[of_ride] - rows.start
        # Whoever boards a further leg has changed vehicle there.
        changed = np.flatnonzero(legs.numbers("leg")[of_ride] > 0)
        per_teu = np.bincount(owner, kg_per_teu.take(kind), n)
        per_teu += np.bincount(owner[changed], at_change.take(kind[changed]), n)
        per_t = np.bincount(owner, kg_per_t.take(kind), n)
        kg[rows] = (per_teu * shipments.numbers("teu") + per_t * shipments.numbers("t")) / 1000
    return kg


def _handling_kg_per_teu(network: Network) -> pd.Series:
    """Return kg CO2e per TEU handled at each (service, call)."""
    calls = network.calls.reset_index(drop=True).sort_values(["service", "sequence"], kind="stable")
    calls = calls[calls["stop"] == "call"]
    factor = network.facilities["co2e_kg_per_teu"].fillna(0.0)
    kg = calls["facility"].map(factor).fillna(0.0).to_numpy(dtype=float)
    index = pd.MultiIndex.from_arrays(
        [calls["service"].astype(str), calls.groupby("service", sort=False).cumcount()]
    )
    return pd.Series(kg, index=index)


def _transhipment_kg_per_teu(network: Network) -> pd.Series:
    """Return kg CO2e per TEU of a change of vehicle at the node of each (service, call)."""
    nodes = call_nodes(network)
    factor = network.facilities["co2e_kg_per_teu"].fillna(0.0)
    of_node = network.nodes["transhipment"].map(factor).fillna(0.0)
    kg = nodes["node"].map(of_node).fillna(0.0).to_numpy(dtype=float)
    return pd.Series(kg, index=pd.MultiIndex.from_frame(nodes[["service", "call"]]))
