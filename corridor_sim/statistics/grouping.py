"""Grouping by names the user gives."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence

import pandas as pd

from corridor_sim.errors import CorridorSimError

__all__ = ["StatisticsError", "as_keys", "group_sum"]


class StatisticsError(CorridorSimError, ValueError):
    """A statistic was asked for in a way it cannot be given."""


def as_keys(by: str | Sequence[str], allowed: Collection[str], *, what: str) -> list[str]:
    """Return the grouping keys, checked.

    Parameters
    ----------
    by : str or sequence of str
        What the user asked for.
    allowed : collection of str
        Keys the statistic knows.
    what : str
        Name of the statistic, for the message.

    Returns
    -------
    list of str
        Keys in the order asked for.

    Raises
    ------
    StatisticsError
        If a key is unknown or given twice.
    """
    keys = [by] if isinstance(by, str) else list(by)
    faults = []
    for key in dict.fromkeys(keys):
        if key not in allowed:
            near = difflib.get_close_matches(key, list(allowed), n=1)
            hint = f" (did you mean '{near[0]}'?)" if near else ""
            faults.append(f"unknown key '{key}'{hint}")
        elif keys.count(key) > 1:
            faults.append(f"key '{key}' given twice")
    if faults:
        raise StatisticsError(
            f"{what}(by={tuple(keys)!r}): {'; '.join(faults)}; allowed: {', '.join(allowed)}"
        )
    return keys


def group_sum(frame: pd.DataFrame, keys: list[str], columns: list[str]) -> pd.DataFrame:
    """Return the sums of columns by keys, ordered by the keys; one row where there are none.

    Parameters
    ----------
    frame : DataFrame
        Rows.
    keys : list of str
        Columns to group by; rows without a key are left out.
    columns : list of str
        Columns to add up.

    Returns
    -------
    DataFrame
        Keys, then sums.
    """
    if not keys:
        return pd.DataFrame(frame[columns].sum()).T.astype(frame[columns].dtypes.to_dict())
    grouped = frame.groupby(keys, observed=True, sort=True, dropna=True)[columns]
    return grouped.sum().reset_index()
