"""What experiments print: plain aligned text within 100 columns."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from corridor_sim.experiments.figures import figure_name, scaled
from corridor_sim.experiments.intervals import Interval
from corridor_sim.experiments.reader import missing_words
from corridor_sim.experiments.verdict import figures_of
from corridor_sim.screen import WIDTH, number, percent, plain, table
from corridor_sim.statistics.summary import GATEWAY_CORRIDORS

if TYPE_CHECKING:
    from corridor_sim.experiments.batch import Batch
    from corridor_sim.experiments.comparison import Comparison
    from corridor_sim.experiments.ranking import Ranking
    from corridor_sim.experiments.sweeps import Sweep

__all__ = [
    "batch_screen",
    "comparison_screen",
    "gaps",
    "interval_words",
    "ranking_screen",
    "sweep_screen",
]

_TRILLION = 1e12
# Replications below which a rank correlation says nothing.
_ENOUGH = 20


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


def gaps(batch: Batch | Sweep) -> list[str]:
    """Return what a batch or a sweep lacks, one line each."""
    lines = []
    if batch.missing:
        lines.append(f"Not there: {missing_words(batch.missing)}")
    key = str(batch.failures.columns[0])
    for row in batch.failures.to_dict("records"):
        how = "was given up" if row["reason"] == "killed" else "failed"
        told = plain(str(row["message"]).partition("\n")[0])
        lines.append(f"  {key} {row[key]} {how}: {told}")
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
    if batch.has_uncertain_inputs and len(batch) > 1:
        lines += ["", *_uncertainty_lines(batch)]
    return "\n".join([*lines, *(["", *gaps(batch)] if gaps(batch) else [])]) + "\n"


def _uncertainty_lines(batch: Batch) -> list[str]:
    """Return where the spread comes from: inputs nobody knows well, or the run of things."""
    frame = batch.variance_shares().set_index("figure")
    rows = []
    for figure in ("cleared_cny", "delayed_cny_days", "mean_h"):
        row = frame.loc[[figure]].to_dict("records")[0]
        factor, unit, digits = scaled(figure)
        bounds = f"{percent(float(row['low']))} to {percent(float(row['high']))}"
        shares = [percent(float(row[name])) for name in ("input_share", "operational_share")]
        sd = number(float(row["sd"]) * factor, digits)
        rows.append([figure_name(figure), unit, sd, shares[0], bounds, shares[1]])
    head = ["Where the spread comes from", "", "sd", "inputs", "95 % sure", "operations"]
    lines = [table(head, rows, text_columns=2)]
    if len(batch) < _ENOUGH:
        return [*lines, f"Which inputs matter takes {_ENOUGH} replications and more to tell."]
    effects = batch.input_effects().head(5).to_dict("records")
    told = [f"  {row['input']}: {float(row['correlation']):+.2f}" for row in effects]
    words = "Inputs the cleared value goes with most (rank correlation):"
    return [*lines, "", words, *map(plain, told)]


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


# -- comparisons ---------------------------------------------------------------------------------

_COMPARED = (
    "offered_cny",
    "cleared_cny",
    "delivered_cny",
    "cleared_teu",
    "unserved_teu",
    "delayed_cny_days",
    "mean_h",
)
_BY_CORRIDOR = ("cleared_cny", "median_h", "p95_h", "cost_cny_per_teu", "co2e_kg_per_teu")


def comparison_screen(comparison: Comparison) -> str:
    """Return the screen of a comparison."""
    base = comparison.base
    lines = [
        f"{plain(base.name)} against {', '.join(plain(b.name) for b in comparison.others)}",
        f"{len(base)} pairs of replications, seed {base.seed}; common random numbers",
    ]
    if not all(len(batch) for batch in comparison.batches):
        told = [line for batch in comparison.batches for line in gaps(batch)]
        return "\n".join([*lines, *told]) + "\n"
    frame = comparison.differences
    for other in comparison.others:
        rows = figures_of(frame, other.name)
        lines += ["", f"{plain(other.name)}: {plain(other.title)}".rstrip(": "), ""]
        lines.append(_difference_table(rows))
        lines.append("* seen: adjusted for the number of figures, chance is below 5 %")
        lines.append("saved: times the replications that independent runs would need")
    lines.append("")
    for text in comparison.verdicts():
        lines += textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)
    for batch in comparison.batches:
        if told := gaps(batch):
            lines += ["", f"{plain(batch.name)}:", *told]
    return "\n".join(lines) + "\n"


def _difference_table(rows: Mapping[str, Mapping[str, Any]]) -> str:
    figures = [name for name in _COMPARED if name in rows]
    figures += [
        f"{corridor}_{figure}"
        for figure in _BY_CORRIDOR
        for corridor in GATEWAY_CORRIDORS
        if f"{corridor}_{figure}" in rows
    ]
    figures += [name for name in rows if name.startswith("region_")]
    cells = []
    for figure in figures:
        row = rows[figure]
        # Beyond the totals, only what changes is worth a line.
        if int(row["n"]) < 2 or (figure not in _COMPARED and not row["seen"]):
            continue
        factor, unit, digits = scaled(figure)
        names = ("base_mean", "difference", "low", "high")
        values = [float(row[name]) * factor for name in names]
        digits = _digits_for((values[3] - values[2]) / 2, digits)
        cells.append(
            [
                figure_name(figure) + (" *" if row["seen"] else ""),
                unit,
                *(number(value, digits) for value in values),
                _times(float(row["saving"])),
            ]
        )
    head = ["", "", "base", "difference", "95 % sure\nfrom", "\nto", "saved"]
    return table(head, cells, text_columns=2)


def _digits_for(half: float, digits: int) -> int:
    while digits < 4 and 0 < half < 10.0**-digits:
        digits += 1
    return digits


def _times(saving: float) -> str:
    if math.isnan(saving):
        return "-"
    return (
        "all" if math.isinf(saving) else f"{saving:,.0f} x" if saving >= 10 else f"{saving:.1f} x"
    )


# -- sweeps --------------------------------------------------------------------------------------


def sweep_screen(sweep: Sweep) -> str:
    """Return the screen of a sweep."""
    design = sweep.design
    there = design.n_runs - len(sweep.missing)
    method = design.method.replace("_", " ")
    head = f"{plain(sweep.name)}: {there} runs at {design.n_points} points ({method}), "
    lines = [head + f"{design.replications} of each, {len(sweep.factors)} factors"]
    told = gaps(sweep)
    if not there:
        return "\n".join([*lines, *told]) + "\n"
    for output in design.outputs:
        factor, unit, digits = scaled(output)
        lines += ["", f"{figure_name(output)}, {unit}", ""]
        lines.append(_tornado_table(sweep, output, factor, digits))
        if design.method == "sobol" and not sweep.missing:
            lines += ["", _shares_table(sweep, output)]
    lines += ["", "effect: of going from low to high, all else equal, by a linear fit"]
    if design.method == "sobol":
        lines.append("alone, in all: share of the variance by the factor itself, and with all it")
        lines.append("acts together with")
    return "\n".join([*lines, *(["", *told] if told else [])]) + "\n"


def _tornado_table(sweep: Sweep, output: str, factor: float, digits: int) -> str:
    rows = []
    fit = math.nan
    for row in sweep.tornado(output).to_dict("records"):
        effects = [float(row[name]) * factor for name in ("effect", "low", "high")]
        half = (effects[2] - effects[1]) / 2
        shown = _digits_for(half, digits) if math.isfinite(half) else digits
        ends = [f"{float(row[name]):g}" for name in ("low_value", "high_value")]
        rows.append([str(row["factor"]), *ends, *(number(x, shown) for x in effects)])
        fit = float(row["r_squared"])
    head = ["factor", "low", "high", "effect", "95 % sure\nfrom", "\nto"]
    return table(head, rows) + f"\nthe fit explains {percent(fit)} of the variance"


def _shares_table(sweep: Sweep, output: str) -> str:
    rows = [
        [
            str(row["factor"]),
            percent(float(row["first_order"])),
            f"{percent(float(row['first_low']))} to {percent(float(row['first_high']))}",
            percent(float(row["total"])),
            f"{percent(float(row['total_low']))} to {percent(float(row['total_high']))}",
        ]
        for row in sweep.sobol(output).to_dict("records")
    ]
    return table(["factor", "alone", "95 % interval", "in all", "95 % interval"], rows)


# -- rankings ------------------------------------------------------------------------------------


def ranking_screen(ranking: Ranking) -> str:
    """Return the screen of a ranking."""
    rule = ranking.rule
    factor, unit, digits = scaled(rule.column)
    frame = ranking.table
    rows = []
    for row in frame.to_dict("records"):
        behind = [float(row[name]) * factor for name in ("behind", "behind_low", "behind_high")]
        shown = _digits_for((behind[2] - behind[1]) / 2, digits)
        cells = ["-"] * 3 if row["rank"] == 1 else [number(x, shown) for x in behind]
        gone = str(row["dropped_after"]) if row["dropped_after"] else ""
        mean = number(float(row["mean"]) * factor, shown)
        rows.append([str(row["scenario"]), str(row["n"]), mean, *cells, gone])
    what = "least" if rule.smaller_is_better else "most"
    head = ["", "runs", "mean", "to the first", "95 % sure\nfrom", "\nto", "dropped\nafter"]
    asked = f"Which has the {what}: {figure_name(rule.column)}, {unit}"
    lines = [
        f"{asked}; common random numbers, seed {ranking.batches[0].seed}",
        "",
        table(head, rows),
        "",
    ]
    within = f"{number(rule.within * factor, 2)} {unit}"
    if ranking.best is not None:
        lines += textwrap.wrap(
            f"{plain(ranking.best)} is the best with probability {percent(rule.confidence, 1)} or "
            f"more, or worse than the best by less than {within}.",
            WIDTH,
        )
    else:
        names = ", ".join(map(plain, ranking.candidates))
        lines += textwrap.wrap(
            f"Undecided among {names} after {ranking.screening.stage} replications: give the same "
            "command with a larger --most to go on.",
            WIDTH,
        )
    equal = ranking.n_runs + ranking.n_saved
    told = f"{ranking.n_runs} replications; the same number for each would have been {equal}"
    lines.append(f"{told}: {ranking.n_saved} saved")
    return "\n".join(lines) + "\n"
