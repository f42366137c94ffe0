"""What the map of a batch shows: chances of the goals, and how the replications spread."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from corridor_sim.errors import CorridorSimError
from corridor_sim.maps.features import Features
from corridor_sim.maps.joined import joined
from corridor_sim.maps.series import Lang, rounded
from corridor_sim.maps.sheet import Sheet
from corridor_sim.maps.text import clean
from corridor_sim.maps.words import corridor_words
from corridor_sim.network import Network

if TYPE_CHECKING:
    from corridor_sim.scenario import Scenario

__all__ = ["LINKS_NOT_KEPT", "Replications", "batch_data", "has_links"]

#: Said where a map can only have the gauge and the waits.
LINKS_NOT_KEPT = (
    (
        "This batch kept no loads of links, so its map has the gauge and the waits alone; "
        "run it with --keep links for one of percentiles."
    ),
    "该批次未保留各线路运量，地图仅含目标与等待；以 --keep links 运行可得分位图。",
)
_BN = 1e9
_SPREAD = (10, 50, 90)
_UNITS = {"teu": 1.0, "t": 1.0, "value_cny": 1e6}
_MEASURES = {"teu": "teu", "t": "t", "value_cny": "cny"}
#: How many places with long waits are marked, and from which mean wait on.
_BOTTLENECKS, _BOTTLENECK_H = 8, 1.0
_UNUSED: dict[str, Any] = {
    "teu": None,
    "use": None,
    "wait_h": None,
    "p95_h": None,
    "longest_h": None,
    "months": [],
    "high": [],
    "mean_queue": None,
    "queue": [],
}


@runtime_checkable
class Replications(Protocol):
    """What a map reads of a batch; see `corridor_sim.experiments.Batch`."""

    @property
    def name(self) -> str:
        """Name of the scenario."""

    @property
    def title(self) -> str:
        """One line about the scenario."""

    @property
    def seed(self) -> int:
        """Seed of all draws."""

    @property
    def scenario(self) -> Scenario:
        """What was simulated."""

    @property
    def frame(self) -> pd.DataFrame:
        """One row per replication."""

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables."""

    def __len__(self) -> int:
        """Return the number of replications."""

    def table(self, name: str) -> pd.DataFrame:
        """Return a table."""

    def goals(self) -> pd.DataFrame:
        """Return target_cny, probability, low and high of each goal."""


def has_links(batch: Replications) -> bool:
    """Tell whether a batch kept the loads of links."""
    return "links" in batch.tables


def batch_data(
    batch: Replications, *, other: Replications | None = None, lang: Lang = "both"
) -> dict[str, Any]:
    """Return all that the map of a batch, or of two and their difference, shows.

    Parameters
    ----------
    batch : Replications
        At least one replication.
    other : Replications, optional
        Compared with it, where both kept the loads of links.
    lang : {"zh", "en", "both"}
        Language of the page.

    Returns
    -------
    dict
        As `map_data` gives it, over the whole window: amounts of links are medians of the
        replications, with those of the 10th and 90th percentile as ``low`` and ``high``; waits are
        means of the replications, with a ``spread``. ``batch`` says how many replications there
        are and which measures links have; ``goal`` has the ``chances`` and a ``band``. With
        another batch amounts are means, and ``other`` and ``b`` are as in `map_data`.

    Raises
    ------
    CorridorSimError
        If the network cannot be read, there is no replication yet, or two batches do not both have
        the loads of links over windows of the same length.
    """
    both = [batch] if other is None else [batch, other]
    if other is not None:
        _refuse_unlike(batch, other)
    networks = [one.scenario.apply_to(Network.read(one.scenario.network)) for one in both]
    links = [
        _Links(one.table("links") if has_links(one) else None, by_mean=other is not None)
        for one in both
    ]
    figures = [_facilities(one) for one in both]
    features = Features(Sheet.of(joined(networks)), links, figures, _UNUSED)
    has_loads = bool(links[0])
    data: dict[str, Any] = {
        "lang": lang,
        "run": _run(batch),
        "batch": {"n": len(batch), "measures": list(_MEASURES.values()) if has_loads else []},
        "periods": {"by": "month", "names": [str(batch.scenario.period.start)[:7]], "month": [0]},
        "months": [],
        "waits": _bottlenecks(features.facilities),
        "closures": [],
        "goal": _goal(batch),
        **features.as_dict(),
    }
    data["periods"]["days"] = [0, float(batch.scenario.period.days)]
    if other is not None:
        data["other"] = {"run": _run(other), "goal": _goal(other), "closures": []}
    if not has_loads:
        data["batch"]["note"] = list(LINKS_NOT_KEPT)
    return data


def _refuse_unlike(batch: Replications, other: Replications) -> None:
    if not (has_links(batch) and has_links(other)):
        raise CorridorSimError(
            "a map of what grew and shrank needs the loads of links in both batches; run them with "
            "--keep links"
        )
    days = [one.scenario.period.days for one in (batch, other)]
    if days[0] != days[1]:
        raise CorridorSimError(
            f"windows of {days[0]} and {days[1]} days cannot be compared on one map; allowed: "
            "windows of the same length"
        )


def _run(batch: Replications) -> dict[str, Any]:
    period = batch.scenario.period
    return {
        "scenario": clean(batch.name),
        "title": clean(batch.title),
        "first": period.start.isoformat(),
        "last": (period.start + dt.timedelta(days=period.days - 1)).isoformat(),
        "seed": batch.seed,
        "replication": 0,
    }


# -- goal ------------------------------------------------------------------------------------------


def _goal(batch: Replications) -> dict[str, Any]:
    """Return means of the replications against the goals, billions of yuan, and the chances."""
    frame = batch.frame
    days = batch.scenario.period.days
    is_whole_year = abs(days - 365) <= 1
    cleared = frame["cleared_cny"].to_numpy(dtype=np.float64) / _BN
    chances = batch.goals().to_dict("records")
    ending = "_cleared_cny"
    corridors = [name.removesuffix(ending) for name in frame.columns if name.endswith(ending)]
    mean = float(cleared.mean())
    yearly = mean if is_whole_year else mean / days * 365
    return {
        "targets": [row["target_cny"] / _BN for row in chances],
        "shares": [round(yearly * _BN / row["target_cny"], 4) for row in chances],
        "chances": [[round(row[k], 4) for k in ("probability", "low", "high")] for row in chances],
        "band": [round(float(value), 3) for value in np.percentile(cleared, _SPREAD)],
        "offered": round(float(frame["offered_cny"].mean()) / _BN, 3),
        "cleared": round(mean, 3),
        "delivered": round(float(frame["delivered_cny"].mean()) / _BN, 3),
        "days": round(days),
        "is_whole_year": is_whole_year,
        "yearly": round(yearly, 1),
        "corridors": [
            {
                "name": corridor_words(clean(name)),
                "bn": round(float(frame[name + ending].mean()) / _BN, 3),
                "teu": rounded(_mean(frame, f"{name}_cleared_teu")),
                "series": [],
            }
            for name in corridors
        ],
        "series": {"offered": [], "delivered": []},
    }


def _mean(frame: pd.DataFrame, column: str) -> float | None:
    return float(frame[column].mean()) if column in frame else None


# -- links and facilities --------------------------------------------------------------------------


class _Links:
    """Percentiles or means of what passed every link, each link by itself.

    Parameters
    ----------
    frame : DataFrame or None
        A row per replication and link; None where none were kept.
    by_mean : bool
        Means, and no percentiles.
    """

    def __init__(self, frame: pd.DataFrame | None, *, by_mean: bool = False) -> None:
        self._told: dict[str, dict[str, Any]] = {}
        self._is_there = frame is not None
        if frame is None:
            return
        columns = [*_UNITS, "utilisation"]
        groups = frame.groupby("link", sort=True)[columns]
        # numpy's percentiles and pandas' are the same; a link is full or not in some replications.
        levels = [groups.quantile(level / 100) for level in _SPREAD]
        if by_mean:
            levels[1] = groups.mean()
        used = frame[(frame["utilisation"] > 0) & (frame["teu"] > 0)]
        room = (used["teu"] / used["utilisation"]).groupby(used["link"]).median()
        for name in levels[0].index:
            low, middle, high = (
                _amounts(level.loc[name], float(room.get(name, 0.0))) for level in levels
            )
            spread = {} if by_mean else {"low": low, "high": high}
            self._told[str(name)] = {**middle, **spread}

    def __bool__(self) -> bool:
        return self._is_there

    def at_node(self, _: str, /) -> dict[str, Any]:
        """Return nothing: batches keep no amounts of nodes."""
        return {"sum": {}}

    def on_link(self, name: str) -> dict[str, Any]:
        """Return the medians of a link, with its low and high percentiles."""
        none: dict[str, Any] = {"sum": {}, "use": None, "room": 0}
        return self._told.get(name, {**none, "low": none, "high": none})


def _amounts(row: pd.Series, room: float) -> dict[str, Any]:
    # All cargo together, where a run has exports, imports and the rest.
    sums = {_MEASURES[k]: [0, 0, rounded(row[k] / unit)] for k, unit in _UNITS.items()}
    use = rounded(row["utilisation"], 4) if room else None
    return {"sum": sums, "use": use, "room": rounded(room)}


def _facilities(batch: Replications) -> dict[str, dict[str, Any]]:
    """Return the mean over the replications of each facility's figures."""
    groups = batch.table("facilities").groupby("facility", sort=True)
    means = groups[["utilisation", "mean_wait_h", "longest_wait_h", "mean_queue"]].mean()
    waits = [groups["mean_wait_h"].quantile(level / 100).to_dict() for level in _SPREAD]
    return {
        str(name): {
            **_UNUSED,
            "use": rounded(row["utilisation"], 4),
            "wait_h": rounded(row["mean_wait_h"], 2),
            "spread": [rounded(wait[name], 2) for wait in waits],
            "longest_h": rounded(row["longest_wait_h"]),
            "mean_queue": rounded(row["mean_queue"], 2),
        }
        for name, row in means.to_dict("index").items()
    }


def _bottlenecks(facilities: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the facilities with the longest queues, of those where boxes wait long."""
    ranked = sorted(
        (-(item.get("mean_queue") or 0.0), rank)
        for rank, item in enumerate(facilities)
        if item["wait_h"] is not None and item["wait_h"] >= _BOTTLENECK_H
    )
    return [{"facility": rank} for _, rank in ranked[:_BOTTLENECKS]]
