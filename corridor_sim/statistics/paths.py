"""The links and nodes along each service, as tidy frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from corridor_sim.network import Network

__all__ = ["call_nodes", "leg_distances_km", "service_segments"]


def service_segments(network: Network) -> pd.DataFrame:
    """Return the links of every service, in order.

    Parameters
    ----------
    network : Network
        Tables of calls and links.

    Returns
    -------
    DataFrame
        Columns service, after_call (ordinal of the call before the link), link, from_node,
        to_node, mode, distance_km. A box that boards at call a and alights at call b passes the
        rows with a <= after_call < b.
    """
    calls = network.calls.reset_index(drop=True).sort_values(["service", "sequence"], kind="stable")
    is_call = calls["stop"] == "call"
    ordinal = is_call.groupby(calls["service"], sort=False).cumsum() - 1
    # The link of a call's row reaches that call: it follows the call before.
    after = ordinal - is_call.astype(int)
    has_link = calls["link"].fillna("") != ""
    rows = pd.DataFrame(
        {
            "service": calls["service"].astype(str),
            "after_call": after.astype(int),
            "link": calls["link"].astype(str),
        }
    )[has_link]
    columns = ["from_node", "to_node", "mode", "distance_km"]
    return rows.join(network.links[columns], on="link").reset_index(drop=True)


def call_nodes(network: Network) -> pd.DataFrame:
    """Return the calls of every service: service, call (ordinal), node."""
    calls = network.calls.reset_index(drop=True).sort_values(["service", "sequence"], kind="stable")
    calls = calls[calls["stop"] == "call"]
    return pd.DataFrame(
        {
            "service": calls["service"].astype(str),
            "call": calls.groupby("service", sort=False).cumcount(),
            "node": calls["node"].astype(str),
        }
    ).reset_index(drop=True)


def leg_distances_km(network: Network) -> pd.Series:
    """Return the distance from a service's first call to each call.

    Returns
    -------
    Series
        Kilometres, indexed by (service, call).
    """
    nodes = call_nodes(network)
    between = service_segments(network).groupby(["service", "after_call"])["distance_km"].sum()
    between.index = between.index.set_names(["service", "call"])
    keys = pd.MultiIndex.from_frame(nodes[["service", "call"]])
    step = between.reindex(keys, fill_value=0.0)
    total = step.groupby(level="service", sort=False).cumsum()
    return (total - step).rename("distance_km")
