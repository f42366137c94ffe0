"""The comparison in words: a plain table for the terminal, Markdown for the documentation."""

from __future__ import annotations

import math
from collections.abc import Iterator

from corridor_sim.validation.comparison import Compared, Validation

__all__ = ["as_markdown", "as_text"]

_HEAD = ("published figure", "year", "published", "simulated", "off", "")
_WIDTHS = (46, 12, 13, 13, 8, 7)


def _number(value: float) -> str:
    """Return a number with four digits that count."""
    if not math.isfinite(value):
        return "-"
    digits = max(3 - math.floor(math.log10(abs(value))), 0) if value else 0
    return f"{value:,.{min(digits, 3)}f}"


def _published(item: Compared) -> str:
    own = item.published
    if own.low == own.high:
        return f"{_number(own.value)} {own.unit}"
    return f"{_number(own.value)} ({_number(own.low)} to {_number(own.high)}) {own.unit}"


def _off(item: Compared) -> str:
    return f"{item.deviation_pct:+.1f} %" if math.isfinite(item.deviation_pct) else "-"


def _groups(validation: Validation) -> Iterator[tuple[str, list[Compared]]]:
    groups: dict[str, list[Compared]] = {}
    for item in validation.compared:
        groups.setdefault(item.published.group, []).append(item)
    yield from groups.items()


def _counts(validation: Validation) -> str:
    whole, free = validation.counted(), validation.counted(fitted=("no",))
    return (
        f"{whole['pass']} of {sum(whole.values())} figures pass; of the {sum(free.values())} that"
        f" no input was set by, {free['pass']} do."
    )


def as_text(validation: Validation) -> str:
    """Return the comparison as aligned text.

    Parameters
    ----------
    validation : Validation
        What was compared.

    Returns
    -------
    str
        Lines of at most 100 columns.
    """
    lines = [_line(_HEAD)]
    for group, items in _groups(validation):
        lines += ["", group]
        for item in items:
            own = item.published
            mark = {"yes": "*", "partly": "~", "no": " "}[own.fitted]
            what = f" {mark}{own.what}"
            cells = (
                what if len(what) <= _WIDTHS[0] else f"{what[: _WIDTHS[0] - 3]}...",
                own.year,
                _number(own.value),
                _number(item.simulated.estimate),
                _off(item),
                item.verdict,
            )
            lines.append(_line(cells))
    lines += [
        "",
        _counts(validation),
        "* an input was set by the figure, which tests nothing; ~ partly, see --out or --json.",
    ]
    return "\n".join(lines) + "\n"


def _line(cells: tuple[str, ...]) -> str:
    what, year, *numbers, verdict = cells
    parts = [f"{what:{_WIDTHS[0]}}", f"{year[: _WIDTHS[1]]:{_WIDTHS[1]}}"]
    parts += [f"{cell:>{width}}" for cell, width in zip(numbers, _WIDTHS[2:5], strict=True)]
    return "".join([*parts, "  ", verdict]).rstrip()


def as_markdown(validation: Validation, *, command: str) -> str:
    """Return the comparison as Markdown tables, one per group.

    Parameters
    ----------
    validation : Validation
        What was compared.
    command : str
        Command that makes it again.

    Returns
    -------
    str
        Text to be included in a page.
    """
    named = ((label.partition(" "), count) for label, count in validation.replications.items())
    runs = ", ".join(
        f"{count} of `{name}`{' with settings of their own' if settings else ''}"
        for (name, _, settings), count in named
    )
    lines = [
        f"<!-- made by: {command} -->",
        "",
        f"Made by `{command}`: replications {runs}, seed {validation.seed}. {_counts(validation)}",
    ]
    head = "| figure | for | published | simulated (95 %) | off | verdict | fitted | source |"
    for group, items in _groups(validation):
        lines += ["", f"### {group}", "", head, "|---|---|---:|---:|---:|---|---|---|"]
        lines += [_row(item) for item in items]
        notes = [item for item in items if item.verdict != "pass" and item.published.known]
        if notes:
            lines += ["", "What is known about the misses:", ""]
            lines += [f"- {item.published.what}: {item.published.known}." for item in notes]
    return "\n".join(lines) + "\n"


def _row(item: Compared) -> str:
    own, simulated = item.published, item.simulated
    value = _number(simulated.estimate)
    if math.isfinite(simulated.low):
        value += f" ({_number(simulated.low)} to {_number(simulated.high)})"
    verdict = item.verdict if item.verdict == "pass" else f"**{item.verdict}**"
    cells = (
        own.what,
        own.year,
        _published(item),
        value,
        _off(item),
        f"{verdict} at {own.tolerance_pct:g} %",
        own.fitted,
        f"`{own.source}` ({own.confidence})",
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
