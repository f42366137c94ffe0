"""Greenhouse gas per box from the loads that were simulated.

The network states emission factors (well to wheel) per tonne-km or per TEU-km at a usual load. A
vehicle's emissions fall only partly with its load, so that the share of one box grows when the
vehicle runs half empty. With `e` the share of a full vehicle's emissions that an empty one has,
emissions per unit carried at load factor `f` are proportional to ``(e + (1 - e) f) / f``; the
stated factor is scaled by the ratio of this at the simulated and at the usual load factor. Empty
runs count in the simulated load factor of their service.

Services that Chongqing shares with others (ocean ships and the like, of which only an allotment
is modelled) keep the stated factor: the load of an allotment says nothing about the ship.

References
----------
.. [1] Smart Freight Centre, "Global Logistics Emissions Council Framework", version 3.
.. [2] ISO 14083:2023, quantification of greenhouse gas emissions of transport chains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from corridor_sim.statistics.clock import Clock
from corridor_sim.statistics.paths import leg_distances_km
from corridor_sim.statistics.tables import RunTables

if TYPE_CHECKING:
    from corridor_sim.network import Network

__all__ = ["EMPTY_SHARE", "USUAL_LOAD_FACTOR", "leg_emissions_kg", "service_intensity"]

# Both tables are assumptions: round figures in the spirit of the GLEC defaults and of EcoTransIT's
# vehicle models, for lack of published Chinese ones.
EMPTY_SHARE = {"rail": 0.45, "road": 0.60, "inland_waterway": 0.70, "sea": 0.80, "air": 0.75}
USUAL_LOAD_FACTOR = {"rail": 0.60, "road": 0.60, "inland_waterway": 0.65, "sea": 0.70, "air": 0.65}

_SHARED = "shared"


def _per_unit(load_factor: pd.Series, empty_share: pd.Series) -> pd.Series:
    return (empty_share + (1 - empty_share) * load_factor) / load_factor


def service_intensity(tables: RunTables, network: Network, clock: Clock) -> pd.DataFrame:
    """Return the load factor and emission factor of every service in the measured window.

    Parameters
    ----------
    tables : RunTables
        Frames of the run.
    network : Network
        As the scenario has it.
    clock : Clock
        Window and months.

    Returns
    -------
    DataFrame
        Indexed by service: unit (``teu`` or ``t``, what the factor is per), load_factor (distance
        weighted, of the limit that is used more; NaN without departures), stated_g_per_unit_km,
        g_per_unit_km.
    """
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
    factor = _simulated_load_factor(tables, network, clock).reindex(frame.index)
    scaled = factor.where(services["corridor"].astype(str).to_numpy() != _SHARED)
    mode = services["mode"].astype(str)
    empty = pd.Series(mode.map(EMPTY_SHARE).to_numpy(dtype=float), index=frame.index)
    usual = pd.Series(mode.map(USUAL_LOAD_FACTOR).to_numpy(dtype=float), index=frame.index)
    scale = (_per_unit(scaled, empty) / _per_unit(usual, empty)).fillna(1.0)
    frame.insert(1, "load_factor", factor)
    frame["g_per_unit_km"] = frame["stated_g_per_unit_km"] * scale
    return frame


def _simulated_load_factor(tables: RunTables, network: Network, clock: Clock) -> pd.Series:
    """Return load-km over capacity-km by service; NaN where nothing ran."""
    distance = leg_distances_km(network)
    length = distance.groupby(level="service").max()
    departures = tables.departures
    ran = departures[(departures["status"] == "departed") & clock.in_window(departures["left_s"])]
    capacity = (
        ran[["service", "capacity_teu", "capacity_t"]].groupby("service", observed=True).sum()
    )
    load = _rides(tables, clock)
    km = _ride_km(load, distance)
    done = pd.DataFrame({"service": load["service"], "teu": load["teu"] * km, "t": load["t"] * km})
    carried = done.groupby("service", observed=True).sum()
    carried.index = carried.index.astype(str)
    capacity.index = capacity.index.astype(str)
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


def _rides(tables: RunTables, clock: Clock) -> pd.DataFrame:
    """Return load by service, board and alight call of the legs that boarded in the window."""
    legs = tables.legs
    rode = np.flatnonzero(clock.in_window(legs["board_s"]))
    columns = ["service", "board_call", "alight_call"]
    frame = legs[columns].iloc[rode].copy()
    owner = legs["shipment"].to_numpy()[rode]
    for column in ("teu", "t"):
        frame[column] = tables.shipments[column].to_numpy()[owner]
    return frame.groupby(columns, observed=True).sum().reset_index()


def _ride_km(rides: pd.DataFrame, distance: pd.Series) -> np.ndarray:
    """Return the kilometres of each row with service, board_call and alight_call."""
    service = rides["service"].astype(str).to_numpy()

    def place(call: str) -> np.ndarray:
        keys = pd.MultiIndex.from_arrays([service, rides[call].to_numpy(dtype=np.int64)])
        return np.asarray(distance.reindex(keys), dtype=float)

    km: np.ndarray = place("alight_call") - place("board_call")
    return km


def leg_emissions_kg(tables: RunTables, network: Network, clock: Clock) -> np.ndarray:
    """Return the emissions of every leg row as planned, delivery rows 0.

    Moving comes from `service_intensity`, handling from the facilities' factor at both ends.

    Parameters
    ----------
    tables : RunTables
        Frames of the run.
    network : Network
        As the scenario has it.
    clock : Clock
        Window and months.

    Returns
    -------
    (L,) float64
        Kilograms CO2e.
    """
    legs = tables.legs
    intensity = service_intensity(tables, network, clock)
    distance = leg_distances_km(network)
    keys = ["service", "board_call", "alight_call"]
    is_ride = legs["service"].notna().to_numpy()
    kinds = legs[keys][is_ride].drop_duplicates().reset_index(drop=True)
    of_service = intensity.reindex(kinds["service"].astype(str))
    moving = _ride_km(kinds, distance) * of_service["g_per_unit_km"].to_numpy() / 1000
    is_teu = of_service["unit"].to_numpy() == "teu"
    handling = _handling_kg_per_teu(network)
    service = kinds["service"].astype(str).to_numpy()
    at_calls = sum(
        handling.reindex(
            pd.MultiIndex.from_arrays([service, kinds[call].to_numpy(dtype=np.int64)])
        ).to_numpy(dtype=float)
        for call in ("board_call", "alight_call")
    )
    kg_per_teu = np.where(is_teu, moving, 0.0) + at_calls
    kg_per_t = np.where(is_teu, 0.0, moving)

    # One number per kind of ride joins the factors to the legs without a slow merge.
    most = int(legs[["board_call", "alight_call"]].to_numpy().max(initial=0)) + 1

    def code(frame: pd.DataFrame) -> np.ndarray:
        number = frame["service"].cat.codes.to_numpy().astype(np.int64)
        number = number * most + frame["board_call"].to_numpy()
        joined: np.ndarray = number * most + frame["alight_call"].to_numpy()
        return joined

    kind_code = code(kinds)
    order = np.argsort(kind_code)
    ride = order[np.searchsorted(kind_code[order], code(legs)[is_ride])]
    owner = legs["shipment"].to_numpy()[is_ride]
    emitted = np.zeros(len(legs), dtype=np.float64)
    emitted[is_ride] = (
        kg_per_teu[ride] * tables.shipments["teu"].to_numpy()[owner]
        + kg_per_t[ride] * tables.shipments["t"].to_numpy()[owner]
    )
    return emitted


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
