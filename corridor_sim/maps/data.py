"""What the map shows, as one plain object: places, links, facilities, goal, words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from corridor_sim.errors import CorridorSimError
from corridor_sim.maps.amounts import Amounts
from corridor_sim.maps.closures import closures
from corridor_sim.maps.features import Features
from corridor_sim.maps.goal_data import goal_data
from corridor_sim.maps.joined import joined
from corridor_sim.maps.prepared import PreparedMap
from corridor_sim.maps.series import By, Lang, Moved, Periods, rounded
from corridor_sim.maps.sheet import Sheet, table_rows
from corridor_sim.maps.text import clean

if TYPE_CHECKING:
    from corridor_sim.maps.ways import Ways
    from corridor_sim.results import Results

__all__ = ["map_data"]

#: A dated disruption shorter than this would be lost in a month.
_SHORT_DAYS = 30
_DAY_S = 86_400
#: How many places with long waits are marked, and from which mean wait on.
_BOTTLENECKS, _BOTTLENECK_H = 8, 1.0
#: A queue that is never longer on average of a period is not told period by period.
_LEAST = 0.5


def map_data(
    results: Results,
    *,
    other: Results | None = None,
    by: By | None = None,
    lang: Lang = "both",
    prepared: PreparedMap | None = None,
) -> dict[str, Any]:
    """Return all that the map of a run, or of two, shows.

    Parameters
    ----------
    results : Results
        Fresh or loaded.
    other : Results, optional
        What is compared with it, over a window of the same length.
    by : {"month", "week"}, optional
        Steps of the slider; weeks where the scenario has dated disruptions if not given.
    lang : {"zh", "en", "both"}
        Language of the page.
    prepared : PreparedMap, optional
        Of the run's network; made here if not given, and for two runs.

    Returns
    -------
    dict
        Plain values ready for JSON: ``run``, ``periods``, ``corridors``, ``nodes``, ``links``,
        ``stretches``, ``facilities``, ``waits``, ``closures``, ``goal``, ``view``, ``words``,
        ``texts`` (source, confidence and note; others name their number), and with another run
        ``other`` and a ``b`` in links, nodes and facilities. Amounts are TEU, tonnes, millions of
        yuan and tonnes CO2e of the measured window.

    Raises
    ------
    CorridorSimError
        If the windows differ in length, or the map was prepared for another network.
    """
    periods = Periods.of(results.clock, by or _fitting(results, other))
    both = [results] if other is None else [results, other]
    if other is not None and other.clock.window_days != results.clock.window_days:
        raise CorridorSimError(
            f"windows of {results.clock.window_days:g} and {other.clock.window_days:g} days cannot "
            "be compared on one map; allowed: windows of the same length"
        )
    sheet, ways = _drawn(both, prepared)
    moved = [
        Moved(Amounts.of(run, Periods.of(run.clock, periods.by).edges, ways=of_run))
        for run, of_run in zip(both, ways, strict=True)
    ]
    figures = [_figures(run, Periods.of(run.clock, periods.by)) for run in both]
    features = Features(sheet, moved, figures, _UNUSED)
    data = {
        "lang": lang,
        "run": _run(results),
        "periods": {
            "by": periods.by,
            "names": list(periods.names),
            "month": [results.clock.months.index(name[:7]) for name in periods.names],
            "days": [
                round(second / _DAY_S, 2) for second in (periods.edges - periods.edges[0]).tolist()
            ],
        },
        "months": list(results.clock.months),
        "waits": _bottlenecks(features.facilities),
        "closures": closures(results, sheet.rank, sheet.link_rank),
        "goal": goal_data(results, periods),
        **features.as_dict(),
    }
    if other is not None:
        data["other"] = {
            "run": _run(other),
            "goal": goal_data(other, Periods.of(other.clock, periods.by)),
            "closures": closures(other, sheet.rank, sheet.link_rank),
        }
    return data


def _drawn(
    runs: Sequence[Results], prepared: PreparedMap | None
) -> tuple[Sheet, Sequence[Ways | None]]:
    """Return how the networks of the runs are drawn, and the ways through them that are there."""
    network = runs[0].network
    if prepared is not None and prepared.network is not network:
        raise CorridorSimError(
            "the map was prepared for another network; allowed: what prepare_map made of the "
            "network of this run"
        )
    if len(runs) > 1:
        return Sheet.of(joined([run.network for run in runs])), [None] * len(runs)
    prepared = PreparedMap.of(network) if prepared is None else prepared
    return prepared.sheet, [prepared.ways]


def _fitting(results: Results, other: Results | None) -> By:
    """Return weeks where a dated disruption would be lost in a month; months for two runs."""
    dated = getattr(results.scenario, "disruptions", ())
    short = [item for item in dated if (item.end - item.start).days < _SHORT_DAYS]
    return "week" if short and other is None else "month"


# -- facilities ------------------------------------------------------------------------------------


_UNUSED: dict[str, Any] = {
    "teu": 0,
    "use": None,
    "wait_h": None,
    "p95_h": None,
    "longest_h": None,
    "months": [],
    "high": [],
    "mean_queue": None,
    "queue": [],
}


def _figures(results: Results, periods: Periods) -> dict[str, dict[str, Any]]:
    """Return the figures of every facility, with its waits by month and its queue by period."""
    statistics = results.statistics
    whole = table_rows(statistics.facilities(("facility",)).set_index("facility"))
    months = list(results.clock.months)
    by_month = statistics.facilities(("facility", "month"))
    place = pd.Index(months).get_indexer(pd.Index(by_month["month"].astype(str))).tolist()
    facility = by_month["facility"].astype(str).tolist()

    def series(column: str) -> dict[str, list[float | None]]:
        told: dict[str, list[float | None]] = {}
        for name, value, month in zip(facility, by_month[column].tolist(), place, strict=True):
            told.setdefault(name, [None] * len(months))[month] = rounded(value, 1)
        return {name: values if any(values) else [] for name, values in told.items()}

    waits, high = series("mean_wait_h"), series("p95_wait_h")
    queues = series("mean_queue") if periods.by == "month" else _by_week(results, periods)
    if not queues:
        # A folder of an earlier version: weeks have the queue of their month.
        of_month = [months.index(name[:7]) for name in periods.names]
        by_month_only = series("mean_queue")
        queues = {
            name: [values[month] for month in of_month] if values else []
            for name, values in by_month_only.items()
        }
    return {
        name: {
            "teu": rounded(row.get("teu", 0.0)),
            "use": rounded(row.get("utilisation"), 4),
            "wait_h": rounded(row.get("mean_wait_h"), 2),
            "p95_h": rounded(row.get("p95_wait_h")),
            "longest_h": rounded(row.get("longest_wait_h")),
            "months": waits.get(name, []),
            "high": high.get(name, []),
            "mean_queue": rounded(row.get("mean_queue")),
            "queue": _seen(queues.get(name, [])),
        }
        for name, row in whole.items()
    }


def _seen(queue: list[float | None]) -> list[float | None]:
    """Return a queue by period, nothing where hardly anybody ever waits."""
    return queue if any(value and value >= _LEAST for value in queue) else []


def _by_week(results: Results, periods: Periods) -> dict[str, list[float | None]]:
    """Return the mean number waiting at every facility, week by week."""
    table = results.tables.table("queues")
    if not len(table):
        return {}
    names, weeks = table.names("facility"), table.names("week")
    sums = np.zeros((len(names.names), len(periods.names)))
    np.add.at(sums, (names.codes, weeks.codes), table.numbers("queue_s"))
    means = (sums / np.diff(periods.edges)).round(1).tolist()
    return {
        str(name): [rounded(value) for value in row] if any(row) else []
        for name, row in zip(names.names, means, strict=True)
    }


def _bottlenecks(facilities: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the facilities where most box-days go by waiting, worst first."""
    ranked = sorted(
        (-item["wait_h"] * item["teu"] / 24, rank)
        for rank, item in enumerate(facilities)
        if item["wait_h"] is not None and item["wait_h"] >= _BOTTLENECK_H and item["teu"]
    )
    return [{"facility": rank, "box_days": rounded(-days)} for days, rank in ranked[:_BOTTLENECKS]]


# -- run and goal ----------------------------------------------------------------------------------


def _run(results: Results) -> dict[str, Any]:
    clock = results.clock
    return {
        "scenario": clean(results.scenario.name),
        "title": clean(results.scenario.shown_title),
        "first": clock.date_of(clock.window[0]).isoformat(),
        "last": clock.date_of(clock.window[1] - 1).isoformat(),
        "seed": int(results.seed),
        "replication": int(results.replication),
    }
