"""What experiments print: plain aligned text within 100 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridor_sim.experiments.intervals import Interval
from corridor_sim.experiments.store import missing_words
from corridor_sim.screen import CORRIDOR_NAMES, number, percent, plain, table
from corridor_sim.statistics.summary import GATEWAY_CORRIDORS

if TYPE_CHECKING:
    from corridor_sim.experiments.batch import Batch

__all__ = ["batch_screen", "figure_name", "gaps", "scaled"]

_BN = 1e9
_TRILLION = 1e12
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
        region = figure.removeprefix("region_").removesuffix("_mean_h").replace("_", " ")
        return f"To or from {region}, mean"
    for ending, words in _ENDINGS.items():
        if figure.endswith(f"_{ending}"):
            corridor = figure.removesuffix(f"_{ending}")
            return f"{CORRIDOR_NAMES.get(corridor, corridor)}, {words}"
    return figure


def scaled(figure: str) -> tuple[float, str, int]:
    """Return factor, unit and decimals in which a figure is told."""
    for ending, factor, unit, digits in _UNITS:
        if figure.endswith(ending):
            return factor, unit, digits
    return 1.0, "", 0


def interval_words(interval: Interval, *, factor: float = 1.0, digits: int = 1) -> str:
    """Return the bounds of an interval.

    Parameters
    ----------
    interval : Interval
        What is told.
    factor : float
        Its bounds are multiplied with it.
    digits : int
        Decimals.

    Returns
    -------
    str
        For example ``799.1 to 801.2``.
    """
    return f"{number(interval.low * factor, digits)} to {number(interval.high * factor, digits)}"


def gaps(batch: Batch) -> list[str]:
    """Return what a batch lacks, one line each."""
    lines = []
    if batch.missing:
        lines.append(f"Not there: {missing_words(batch.missing)}")
    for row in batch.failures.to_dict("records"):
        how = "was given up" if row["reason"] == "killed" else "failed"
        told = plain(str(row["message"]).partition("\n")[0])
        lines.append(f"  replication {row['replication']} {how}: {told}")
    return lines


def batch_screen(batch: Batch) -> str:
    """Return the screen of a batch."""
    scenario = batch.scenario
    head = [
        f"{plain(batch.name)}: {plain(batch.title)}".rstrip(": "),
        f"{len(batch)} replications ({missing_words(batch.replications)}), seed {batch.seed}",
        "",
    ]
    if not len(batch):
        return "\n".join([*head[:2], *gaps(batch)]) + "\n"
    frame = batch.intervals().set_index("figure")
    wanted = ["cleared_cny", "offered_cny", "delivered_cny", "delayed_cny_days", "mean_h"]
    corridors = [
        f"{name}_{figure}"
        for figure in ("cleared_cny", "median_h")
        for name in GATEWAY_CORRIDORS
        if f"{name}_{figure}" in frame.index
    ]
    rows = []
    for figure in [*wanted, *corridors]:
        factor, unit, digits = scaled(figure)
        told = frame.loc[[figure], ["mean", "low", "high", "p5", "p95"]].to_numpy()[0] * factor
        rows.append([figure_name(figure), unit, *(number(float(x), digits) for x in told)])
    columns = ["Chongqing's own trade", "", "mean", "95 % sure\nfrom", "\nto"]
    columns += ["5 % of runs\nbelow", "5 %\nabove"]
    body = table(columns, rows, text_columns=2)
    lines = [*head, body, "", *_goal_lines(batch)]
    if not 364 <= scenario.period.days <= 366:
        lines.append(
            f"  The window has {scenario.period.days} days; a year at its pace is compared."
        )
    return "\n".join([*lines, *(["", *gaps(batch)] if gaps(batch) else [])]) + "\n"


def _goal_lines(batch: Batch) -> list[str]:
    lines = ["Probability of reaching, given this demand:"]
    for target in batch.scenario.goal_cny:
        found = batch.probability(target)
        hits = round(found.estimate * found.n)
        lines.append(
            f"  {target / _TRILLION:.2f} trillion yuan: {percent(found.estimate, 1)} "
            f"(95 % interval {percent(found.low, 1)} to {percent(found.high, 1)}; "
            f"{hits} of {found.n})"
        )
    return lines
