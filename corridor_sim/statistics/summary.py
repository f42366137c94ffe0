"""The key figures of a run as one plain object."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from corridor_sim.statistics.accessor import Statistics

if TYPE_CHECKING:
    from corridor_sim.scenario import Response

__all__ = ["GATEWAY_CORRIDORS", "corridor_names", "summarise"]

#: Corridor names of services that are parts of several ways and so are none of their own.
_NO_CORRIDOR = ("shared", "hub")

#: The ways of Chongqing's trade in the order people name them.
GATEWAY_CORRIDORS = ("ilstc", "cre", "yangtze", "air", "coastal")


def corridor_names(statistics: Statistics) -> list[str]:
    """Return the corridors of a run: the known ones first, others by name."""
    found = {str(name) for name in statistics.network.services["corridor"] if name}
    found |= {str(name) for name in statistics.tables.table("shipments").names("corridor").there()}
    found -= set(_NO_CORRIDOR)
    known = [name for name in GATEWAY_CORRIDORS if name in found]
    return [*known, *sorted(found - set(known))]


def _number(value: object) -> float | None:
    number = float(value)  # type: ignore[arg-type]
    return number if math.isfinite(number) else None


def summarise(
    statistics: Statistics,
    *,
    identity: Mapping[str, Any],
    counts: Mapping[str, int | float],
    goal_cny: float,
    response: Response | None = None,
) -> dict[str, Any]:
    """Return the object of `corridor-sim run --json`, but for timing and digest.

    Parameters
    ----------
    statistics : Statistics
        Of the run.
    identity : mapping
        scenario, seed, replication, engine.
    counts : mapping
        shipments, teu, departures, events of the whole simulated span.
    goal_cny : float
        Yearly trade value aimed at.
    response : Response, optional
        How demand answered to cost, where it did.

    Returns
    -------
    dict
        Plain values; None where nothing was measured. `value_cny` and `teu` are Chongqing's own
        trade that cleared customs in the measured window, times those of its shipments released
        in the window.
    """
    trade = statistics.trade(("corridor",)).set_index("corridor")
    times = statistics.door_to_door(("corridor",), quantiles=(0.5, 0.95)).set_index("corridor")
    costs = statistics.costs(("corridor",)).set_index("corridor")
    delays = statistics.delays(("corridor",)).set_index("corridor")

    def cell(frame: pd.DataFrame, corridor: str, column: str) -> float | None:
        return _number(frame.loc[corridor, column]) if corridor in frame.index else None

    corridors = {
        name: {
            "teu": cell(trade, name, "cleared_teu") or 0.0,
            "value_cny": int(cell(trade, name, "cleared_cny") or 0),
            "median_h": cell(times, name, "p50_h"),
            "p95_h": cell(times, name, "p95_h"),
            "cost_cny_per_teu": cell(costs, name, "cost_cny_per_teu"),
            "co2e_kg_per_teu": cell(costs, name, "co2e_kg_per_teu"),
            "stock_cny_per_teu": cell(costs, name, "stock_cny_per_teu"),
            "subsidy_cny_per_teu": cell(costs, name, "subsidy_cny_per_teu"),
            "delayed_cny_days": cell(delays, name, "delayed_cny_days") or 0.0,
        }
        for name in corridor_names(statistics)
    }
    total = statistics.trade().iloc[0]
    unserved = statistics.unserved(("cargo",)).set_index("cargo")["teu"]
    value = int(total["cleared_cny"])
    return {
        **identity,
        "counts": dict(counts),
        "timing_s": {},
        "corridors": corridors,
        "totals": {
            "offered_value_cny": int(total["offered_cny"]),
            "value_cny": value,
            "delivered_value_cny": int(total["delivered_cny"]),
            "teu": float(total["cleared_teu"]),
            "unserved_teu": float(unserved.get("own", 0.0)),
            "delayed_cny_days": float(delays["delayed_cny_days"].sum()),
            "stock_cny": float(costs["stock_cny"].sum()),
            "subsidy_cny": float(costs["subsidy_cny"].sum()),
        },
        "goal": {"target_cny": float(goal_cny), "share": value / float(goal_cny)},
        "log_digest": None,
        **({"demand_response": response.model_dump()} if response is not None else {}),
    }
