"""The declared vocabulary: statistics of a run that a published figure can be compared with.

Each takes a run, a selection and the months counted, and returns one number; NaN where the run has
nothing of what is selected. They read the tables of the run, nothing else.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from corridor_sim.errors import CorridorSimError, nearest
from corridor_sim.validation.published import Selection

if TYPE_CHECKING:
    from corridor_sim.results import Results

__all__ = ["STATISTICS", "evaluate"]

_HOUR_S = 3600.0
_DAY_S = 86_400
_BN = 1e9
_BORDER = ("border_queue", "border", "gauge_change")
_TO_BOARD = ("schedule_wait", "vehicle_wait", "left_behind")

Months = tuple[int, int]
Statistic = Callable[["Results", Selection, Months], float]


def evaluate(
    results: Results,
    statistic: str,
    select: Selection,
    months: Months = (1, 12),
    *,
    share_of: Selection | None = None,
    factor: float = 1.0,
) -> float:
    """Return one statistic of a run.

    Parameters
    ----------
    results : Results
        A run.
    statistic : str
        One of `STATISTICS`.
    select : Selection
        What is counted.
    months : tuple of int
        First and last month counted.
    share_of : Selection, optional
        Where given, the value is the percentage of this selection over the whole year.
    factor : float
        Factor on the value.

    Returns
    -------
    float
        NaN where there is nothing.

    Raises
    ------
    CorridorSimError
        If the statistic does not know a key of the selection.
    """
    function, keys, _ = STATISTICS[statistic]
    for chosen in (select, share_of or Selection({})):
        for key in chosen.patterns:
            if key not in keys:
                raise CorridorSimError(
                    f"published.csv: '{statistic}' cannot be told by '{key}'; "
                    f"allowed: {', '.join(keys)}; {nearest(key, list(keys))}".rstrip("; ")
                )
    value = function(results, select, months)
    if share_of is not None:
        whole = function(results, share_of, (1, 12))
        value = 100 * value / whole if whole else math.nan
    return value * factor


# -- moments ---------------------------------------------------------------------------------------


def _span(results: Results, months: Months) -> tuple[int, int]:
    """Return start and end, in seconds, of the months of the measured window."""
    start, end = results.scenario.window_s
    first_day = results.scenario.period.start
    first, last = months
    begin = dt.date(first_day.year, first, 1)
    after = dt.date(first_day.year + last // 12, last % 12 + 1, 1)
    origin = results.scenario.origin
    return (
        max(start, (begin - origin).days * _DAY_S),
        min(end, (after - origin).days * _DAY_S),
    )


def _within(results: Results, seconds: pd.Series[int], months: Months) -> pd.Series[bool]:
    start, end = _span(results, months)
    return (seconds >= start) & (seconds < end)


def _matching(names: pd.Series, select: Selection, key: str) -> pd.Series[bool]:
    """Return which names fit; each different name is looked at once, a missing one does not fit."""
    if key not in select.patterns:
        return pd.Series(data=True, index=names.index)
    if not isinstance(names.dtype, pd.CategoricalDtype):
        names = names.astype("category")
    fits = [select.fits(key, str(name)) for name in names.cat.categories]
    # The last one answers for the code -1 of what is missing.
    return pd.Series(np.array([*fits, False])[names.cat.codes], index=names.index)


def _of_services(results: Results, names: pd.Series[str], select: Selection) -> pd.Series[bool]:
    """Return which services fit by their name, corridor and mode."""
    table = results.network.services
    fits = [
        select.fits("service", str(name))
        and all(select.fits(key, str(table.at[name, key])) for key in ("corridor", "mode"))
        for name in names.cat.categories
    ]
    return pd.Series(np.array([*fits, False])[names.cat.codes], index=names.index)


# -- trade and flows -------------------------------------------------------------------------------

_SHIPMENT = ("corridor", "cargo", "direction", "commodity", "origin", "destination", "region")


def _shipments(results: Results, select: Selection) -> pd.DataFrame:
    """Return the shipments that fit, by their own columns and by the region of the partner."""
    frame = results.tables.shipments
    keep = pd.Series(data=True, index=frame.index)
    for key in _SHIPMENT[:-1]:
        if key in select.patterns:
            keep &= _matching(frame[key], select, key)
    if "region" in select.patterns:
        partners = results.network.zones.query("side == 'partner'")["region"].astype(str)
        zones = {zone for zone, region in partners.items() if select.fits("region", region)}
        keep &= frame["origin"].isin(zones) | frame["destination"].isin(zones)
    return frame[keep]


def _value(results: Results, select: Selection, months: Months, column: str) -> float:
    frame = _shipments(results, select)
    own = frame[frame["cargo"] == "own"]
    return float(own.loc[_within(results, own[column], months), "value_cny"].sum()) / _BN


def cleared_bn_cny(results: Results, select: Selection, months: Months) -> float:
    """Chongqing's own trade by the second at which it clears customs."""
    return _value(results, select, months, "cleared_s")


def offered_bn_cny(results: Results, select: Selection, months: Months) -> float:
    """Chongqing's own trade by its release."""
    return _value(results, select, months, "release_s")


_FLOW = ("corridor", "cargo", "direction", "mode", "service")


def _flow(results: Results, select: Selection, months: Months, column: str) -> float:
    """Sum an amount over the shipments that are delivered, or board what is selected."""
    frame = _shipments(results, select)
    if not {"mode", "service"} & set(select.patterns):
        return float(frame.loc[_within(results, frame["delivered_s"], months), column].sum())
    legs = results.tables.legs
    rides = _of_services(results, legs["service"], select)
    rides &= _within(results, legs["board_s"], months)
    ridden = np.zeros(len(results.tables.shipments), dtype=bool)
    ridden[legs.loc[rides, "shipment"].to_numpy()] = True
    return float(frame.loc[ridden[frame.index.to_numpy()], column].sum())


def teu(results: Results, select: Selection, months: Months) -> float:
    """Boxes delivered; with a mode or service, boxes that boarded one, each once."""
    return _flow(results, select, months, "teu")


def t(results: Results, select: Selection, months: Months) -> float:
    """Tonnes delivered; with a mode or service, those that boarded one, each once."""
    return _flow(results, select, months, "t")


def value_bn_cny(results: Results, select: Selection, months: Months) -> float:
    """Value delivered, in the same way."""
    return _flow(results, select, months, "value_cny") / _BN


# -- vehicles --------------------------------------------------------------------------------------

_VEHICLE = ("service", "corridor", "mode")


def _departures(results: Results, select: Selection, months: Months) -> pd.DataFrame:
    frame = results.tables.departures
    left = _within(results, frame["left_s"], months) & (frame["vehicles"] > 0)
    return frame[left & _of_services(results, frame["service"], select)]


def vehicles(results: Results, select: Selection, months: Months) -> float:
    """Trains, barges, ships, aircraft or trucks that left."""
    return float(_departures(results, select, months)["vehicles"].sum())


def departed_teu(results: Results, select: Selection, months: Months) -> float:
    """Boxes on the vehicles that left, each once per vehicle."""
    return float(_departures(results, select, months)["boarded_teu"].sum())


def teu_per_vehicle(results: Results, select: Selection, months: Months) -> float:
    """Boxes per vehicle that left."""
    left = _departures(results, select, months)
    count = float(left["vehicles"].sum())
    return float(left["boarded_teu"].sum()) / count if count else math.nan


# -- facilities ------------------------------------------------------------------------------------

_FACILITY = ("facility",)


def _facilities(results: Results, select: Selection, months: Months) -> pd.DataFrame:
    frame = results.tables.facilities
    names = [str(name) for name in frame["month"].cat.categories]
    # Months are named year-month.
    wanted = {name for name in names if months[0] <= int(name[-2:]) <= months[1]}
    return frame[_matching(frame["facility"], select, "facility") & frame["month"].isin(wanted)]


def visits(results: Results, select: Selection, months: Months) -> float:
    """Visits that started, background traffic included: ships at a lock, trains at a border."""
    return float(_facilities(results, select, months)["visits"].sum())


def wait_h(results: Results, select: Selection, months: Months) -> float:
    """Mean wait of a visit, background traffic included."""
    frame = _facilities(results, select, months)
    count = float(frame["visits"].sum())
    return float(frame["wait_s"].sum()) / _HOUR_S / count if count else math.nan


def _lockages(results: Results, select: Selection, months: Months) -> pd.DataFrame:
    frame = results.tables.lockages
    return frame[
        _matching(frame["facility"], select, "facility")
        & _within(results, frame["start_s"], months)
    ]


def lockages(results: Results, select: Selection, months: Months) -> float:
    """Lockages, or trips of a lift, that started."""
    return float(len(_lockages(results, select, months)))


def vessels_per_lockage(results: Results, select: Selection, months: Months) -> float:
    """Mean number of vessels in a lockage."""
    frame = _lockages(results, select, months)
    return float(frame["vessels"].mean()) if len(frame) else math.nan


# -- times -----------------------------------------------------------------------------------------


def journey_h(results: Results, select: Selection, months: Months) -> float:
    """Hours from boarding at one place to arrival at another, mean over boxes, changes included."""
    legs = results.tables.legs
    begin = legs[
        _matching(legs["board_node"], select, "from")
        & _matching(legs["service"], select, "service")
        & _within(results, legs["board_s"], months)
    ]
    over = legs[_matching(legs["alight_node"], select, "to") & (legs["end_s"] >= 0)]
    both = begin[["shipment", "leg", "board_s"]].merge(
        over[["shipment", "leg", "end_s"]], on="shipment", suffixes=("", "_end")
    )
    both = both[both["leg_end"] >= both["leg"]]
    return _mean_by_box(results, both["shipment"], both["end_s"] - both["board_s"])


def border_h(results: Results, select: Selection, months: Months) -> float:
    """Hours lost at a border, mean over boxes.

    From the slot to the departure of the next train: queues and work of the border on the leg that
    arrives at the node beyond it, and the wait for the next departure there.
    """
    legs = results.tables.legs
    arriving = legs[
        _matching(legs["alight_node"], select, "node")
        & _matching(legs["service"], select, "service")
        & _within(results, legs["end_s"], months)
    ]
    following = legs.loc[legs["board_s"] >= 0, ["shipment", "leg", *(f"{c}_s" for c in _TO_BOARD)]]
    both = arriving.assign(leg=arriving["leg"] + 1).merge(
        following, on=["shipment", "leg"], suffixes=("_before", "")
    )
    lost = both[[f"{cause}_s" for cause in (*_BORDER, *_TO_BOARD)]].sum(axis=1)
    return _mean_by_box(results, both["shipment"], lost)


def _mean_by_box(results: Results, shipment: pd.Series[int], seconds: pd.Series[int]) -> float:
    if not len(shipment):
        return math.nan
    weight = results.tables.shipments["teu"].to_numpy()[shipment.to_numpy()]
    return float(np.average(seconds.to_numpy(dtype=np.float64), weights=weight)) / _HOUR_S


#: Statistics by name: how it is computed, the keys of its selections, its unit.
STATISTICS: dict[str, tuple[Statistic, tuple[str, ...], str]] = {
    "cleared_bn_cny": (cleared_bn_cny, _SHIPMENT, "bn yuan"),
    "offered_bn_cny": (offered_bn_cny, _SHIPMENT, "bn yuan"),
    "value_bn_cny": (value_bn_cny, _FLOW, "bn yuan"),
    "teu": (teu, _FLOW, "TEU"),
    "t": (t, _FLOW, "t"),
    "vehicles": (vehicles, _VEHICLE, "vehicles"),
    "departed_teu": (departed_teu, _VEHICLE, "TEU"),
    "teu_per_vehicle": (teu_per_vehicle, _VEHICLE, "TEU"),
    "visits": (visits, _FACILITY, "visits"),
    "wait_h": (wait_h, _FACILITY, "h"),
    "lockages": (lockages, _FACILITY, "lockages"),
    "vessels_per_lockage": (vessels_per_lockage, _FACILITY, "vessels"),
    "journey_h": (journey_h, ("from", "to", "service"), "h"),
    "border_h": (border_h, ("node", "service"), "h"),
}
