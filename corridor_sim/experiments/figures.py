"""Figures of a replication in words: what a column is called, and in which unit it is told."""

from __future__ import annotations

from corridor_sim.screen import CORRIDOR_NAMES

__all__ = ["figure_name", "region_of", "scaled"]

_BN = 1e9
_TOTALS = {
    "offered_cny": "Offered value",
    "cleared_cny": "Cleared value",
    "delivered_cny": "Delivered value",
    "cleared_teu": "Cleared boxes",
    "unserved_teu": "Boxes without an open route",
    "delayed_cny_days": "Value delayed, times days",
    "mean_h": "Door to door, mean",
    "shipments": "Shipments of the span",
    "departures": "Departures of the span",
    "events": "Events of the span",
}
_ENDINGS = {
    "cleared_cny": "cleared value",
    "cleared_teu": "cleared boxes",
    "median_h": "door to door, median",
    "p95_h": "door to door, 95 %",
    "cost_cny_per_teu": "cost per TEU",
    "co2e_kg_per_teu": "CO2e per TEU",
}
#: Factor and unit in which figures of an ending are told, and their decimals.
_UNITS = (
    ("_cny_days", 1 / _BN, "bn yuan x days", 2),
    ("_cny_per_teu", 1.0, "yuan", 0),
    ("_kg_per_teu", 1.0, "kg", 0),
    ("_cny", 1 / _BN, "bn yuan", 2),
    ("_teu", 1.0, "TEU", 0),
    ("_h", 1 / 24, "days", 2),
)


def figure_name(figure: str) -> str:
    """Return the words for a figure."""
    if figure in _TOTALS:
        return _TOTALS[figure]
    if figure.startswith("region_"):
        return f"Door to door, {region_of(figure)}"
    for ending, words in _ENDINGS.items():
        if figure.endswith(f"_{ending}"):
            corridor = figure.removesuffix(f"_{ending}")
            return f"{CORRIDOR_NAMES.get(corridor, corridor)}, {words}"
    return figure


def region_of(figure: str) -> str:
    """Return the region of a column of `rows.region_column` in words."""
    name = figure.removeprefix("region_").removesuffix("_mean_h").replace("_", " ")
    return name.upper() if len(name) == 2 else name.title()


def scaled(figure: str) -> tuple[float, str, int]:
    """Return factor, unit and decimals in which a figure is told."""
    for ending, factor, unit, digits in _UNITS:
        if figure.endswith(ending):
            return factor, unit, digits
    return 1.0, "", 0
