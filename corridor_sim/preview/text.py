"""The preview as a planner reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from corridor_sim.plan.box_balance import expected_balance
from corridor_sim.preview.loads import loads_of
from corridor_sim.screen import number, percent, plain, table

if TYPE_CHECKING:
    from corridor_sim.scenario import Scenario
    from corridor_sim.simulation import Groundwork

__all__ = ["WARN_ABOVE", "box_preview", "preview"]

#: Utilisation from which a row is marked.
WARN_ABOVE = 0.9
_WORST = 5


def preview(scenario: Scenario) -> str:
    """Return expected load against capacity of every service, fleet and facility as text.

    Parameters
    ----------
    scenario : Scenario
        What would be run.

    Returns
    -------
    str
        A table, worst first; what is expected above 90 % of its capacity is marked.
    """
    from corridor_sim.simulation import lay_groundwork

    ground = lay_groundwork(scenario)
    frame = loads_of(ground)
    rows = [
        [
            "!" if row["utilisation"] > WARN_ABOVE else "",
            str(row["kind"]),
            plain(row["name"]),
            percent(row["utilisation"]),
            number(row["load_per_week"]),
            number(row["capacity_per_week"]),
            str(row["unit"]),
        ]
        for row in frame.to_dict("records")
    ]
    heads = ["", "kind", "name", "in use", "load\na week", "capacity\na week", "unit"]
    noted = frame[(frame["note"] != "") & (frame["utilisation"] > WARN_ABOVE)]
    notes = [f"  {plain(row['name'])}: {row['note']}" for row in noted.to_dict("records")]
    parts = [
        (
            f"{plain(scenario.name)}: expected load against capacity by formula; nothing was run.\n"
            "An average week without disruptions, fullest first. What has no limit is not listed."
        ),
        table(heads, rows, text_columns=3) if rows else "Nothing in this network has a limit.",
    ]
    if notes:
        parts.append(
            "Filled by a closed fleet, so that the queue limits itself:\n" + "\n".join(notes)
        )
    if rows:
        parts.append(_verdict(frame))
    if boxes := box_preview(ground):
        parts.append(boxes)
    return "\n\n".join(parts) + "\n"


def box_preview(ground: Groundwork) -> str:
    """Return what pools of empty boxes are expected to give and get in a year.

    Parameters
    ----------
    ground : Groundwork
        Of the scenario that would be run.

    Returns
    -------
    str
        A table, and what is short; blank where no pools are at work.
    """
    if not ground.scenario.boxes.pools:
        return ""
    frame = ground.plan_frame
    pools = expected_balance(frame.boxes, ground.od, ground.choice, frame.resources.names)
    rows = [
        [
            "!" if pool.missing_teu > 0 else "",
            plain(pool.name),
            number(pool.taken_teu),
            number(pool.loaded_back_teu),
            number(pool.empty_back_teu),
            number(-pool.missing_teu),
            number(pool.initial_teu),
        ]
        for pool in pools
    ]
    if not rows:
        return "Pools of empty boxes are switched on, but the network has none."
    heads = ["", "boxes, TEU a year", "taken", "back\nloaded", "back\nempty", "balance", "stock"]
    lines = [
        f"  {plain(pool.name)}: {number(pool.missing_teu)} TEU a year do not come back; its stock "
        f"lasts {number(365 * pool.initial_teu / pool.missing_teu)} days"
        for pool in pools
        if pool.missing_teu > 0
    ]
    told = ["More is taken than comes back:", *lines] if lines else []
    return "\n".join([table(heads, rows, text_columns=2), *([""] if told else []), *told])


def _verdict(frame: pd.DataFrame) -> str:
    """Return what the end of a long table has to say: whether it is too much, and where."""
    marked = frame[frame["utilisation"] > WARN_ABOVE]
    if marked.empty:
        return f"None of {len(frame)} rows is above {percent(WARN_ABOVE)}."
    lines = [
        f"  {plain(row['name'])}  {percent(row['utilisation'])}"
        for row in marked.head(_WORST).to_dict("records")
    ]
    more = len(marked) - len(lines)
    if more:
        lines.append(f"  and {more} more, marked ! above")
    head = f"Above {percent(WARN_ABOVE)}: {len(marked)} of {len(frame)} rows"
    return "\n".join([head, *lines])
