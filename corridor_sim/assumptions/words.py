"""Assumptions in words: a plain table for the terminal, Markdown for the documentation."""

from __future__ import annotations

from collections.abc import Sequence

from corridor_sim.assumptions.confidence import LEVELS, TableConfidence
from corridor_sim.assumptions.sensitivity import Effect, Sensitivity

__all__ = ["as_markdown", "as_text", "name_of"]

_COLUMNS = {
    "time_h": "running times",
    "cost_cny_per_teu": "fares",
    "fixed_h": "times of a visit",
    "vehicles_per_day": "other vehicles",
    "population": "other ships",
    "capacity_teu": "capacity",
    "cny_per_teu": "yuan in a box",
    "t_per_teu": "tonnes in a box",
    "value_of_time_pct_per_day": "value of time",
    "beta": "shippers' sensitivity to cost",
}
_TABLES = {
    "choice.constants": "prior share of value",
    "demand.regions": "trade with the region",
}


def name_of(effect: Effect) -> str:
    """Return an assumption in words.

    Parameters
    ----------
    effect : Effect
        Of the assumption.

    Returns
    -------
    str
        For example ``running times: rail, 84 links``.
    """
    own = effect.assumption.input
    columns = own.range.columns
    what = _TABLES.get(own.range.table) or _COLUMNS.get(columns[0], " and ".join(columns))
    member = own.member.replace("_", " ")
    if len(own.rows) > 1:
        return f"{what}: {member}, {len(own.rows)} {own.range.table}"
    return what if member == "all" else f"{what}: {member}"


def _moved(low: float, high: float, base: float) -> str:
    if not base:
        return "-"
    return f"{100 * (low / base - 1):+.1f} / {100 * (high / base - 1):+.1f} %"


def _cells(effect: Effect) -> tuple[str, ...]:
    base, low, high = (item.as_figures() for item in (effect.base, effect.low, effect.high))
    spans = effect.spans()
    corridor = max(effect.base.teu, key=lambda name: abs(spans[f"teu {name}"]))
    figure = f"teu {corridor}"
    first, last = effect.factors
    return (
        name_of(effect),
        effect.assumption.input.range.confidence,
        f"{first:.2f} to {last:.2f}",
        _moved(low["cleared value"], high["cleared value"], base["cleared value"]),
        _moved(low["door to door"], high["door to door"], base["door to door"]),
        f"{corridor} {_moved(low[figure], high[figure], base[figure])}",
    )


def as_text(counts: Sequence[TableConfidence], sensitivity: Sensitivity | None, *, top: int) -> str:
    """Return both tables as aligned text.

    Parameters
    ----------
    counts : sequence of TableConfidence
        Rows by confidence.
    sensitivity : Sensitivity or None
        Effects, where they were looked at.
    top : int
        How many are shown.

    Returns
    -------
    str
        Lines of at most 100 columns.
    """
    lines = [f"{'table':24}{'rows':>8}" + "".join(f"{level:>16}" for level in LEVELS)]
    for item in counts:
        shares = (f"{item.rows[level]:,} ({100 * item.share(level):.0f} %)" for level in LEVELS)
        lines.append(f"{item.table:24}{item.total:>8,}" + "".join(f"{cell:>16}" for cell in shares))
    if sensitivity is not None:
        lines += ["", f"{'with the factor low / high':41}{'value':>16}{'days':>18}  corridor (TEU)"]
        for effect in sensitivity.leading(top):
            what, _, _, value, days, corridor = _cells(effect)
            mark = " " if effect.is_simulated else "~"
            words = what if len(what) <= 40 else f"{what[:37]}..."
            lines.append(f"{mark}{words:40}{value:>16}{days:>18}  {corridor}")
        lines.append("~ by formula, not simulated")
    return "\n".join(lines) + "\n"


def as_markdown(
    counts: Sequence[TableConfidence],
    sensitivity: Sensitivity | None,
    *,
    top: int,
    command: str,
) -> str:
    """Return both tables as Markdown.

    Parameters
    ----------
    counts : sequence of TableConfidence
        Rows by confidence.
    sensitivity : Sensitivity or None
        Effects, where they were looked at.
    top : int
        How many are shown.
    command : str
        Command that makes it again.

    Returns
    -------
    str
        Text to be included in a page.
    """
    lines = [f"<!-- made by: {command} -->", "", f"Made by `{command}`.", ""]
    lines += [f"| table | rows | {' | '.join(LEVELS)} |", "|---|---:|" + "---:|" * len(LEVELS)]
    for item in counts:
        shares = [f"{item.rows[level]:,} ({100 * item.share(level):.0f} %)" for level in LEVELS]
        lines.append(f"| `{item.table}` | {item.total:,} | {' | '.join(shares)} |")
    if sensitivity is None:
        return "\n".join(lines) + "\n"
    base = sensitivity.runs[0].base if sensitivity.runs else sensitivity.formula[0].base
    told = (
        f"{sensitivity.count} assumptions of `{sensitivity.scenario.name}` were varied one at a"
        f" time; {len(sensitivity.runs)} of them were simulated (seed {sensitivity.seed}, one run"
        " per end, the same draws), the others by formula. As it is:"
        f" {base.value_bn_cny:,.1f} bn yuan, {base.days:.1f} days from door to door."
    )
    head = ["", "assumption", "confidence", "factor", "cleared value", "days door to door"]
    head += ["boxes of the corridor that moves most", ""]
    lines += ["", told, "", f"| {' | '.join(head)} |", "|---:|---|---|---|---:|---:|---:|---|"]
    for place, effect in enumerate(sensitivity.leading(top), start=1):
        how = "simulated" if effect.is_simulated else "formula"
        lines.append(f"| {place} | {' | '.join(_cells(effect))} | {how} |")
    return "\n".join(lines) + "\n"
