"""Grouping by names the user gives."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corridor_sim.errors import CorridorSimError
from corridor_sim.statistics.columns import Coded, Column, Table, Thousandths

__all__ = ["Groups", "StatisticsError", "as_keys", "group_sum", "whole_sums"]

Ints = NDArray[np.int64]

# Whole numbers up to here are exact as floats.
_EXACT = 2.0**53
_LOW_BITS = 26
_ROWS_AT_ONCE = 2**18
# Groups are counted in arrays up to this length; beyond it they are sorted.
_MOST_CELLS = 4_000_000


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


def whole_sums(group: NDArray[np.integer], values: NDArray[np.integer], n: int) -> Ints:
    """Return the sum of the whole numbers of each group, exactly.

    Parameters
    ----------
    group : (m,) integers
        Number of each row's group, none below 0.
    values : (m,) integers
        What is added up.
    n : int
        Number of groups.

    Returns
    -------
    (n,) int64
        Sums.
    """
    if _largest(values) < _EXACT:
        return _counted(group, values, n)
    high = _counted(group, values >> _LOW_BITS, n)
    return (high << _LOW_BITS) + _counted(group, values & (2**_LOW_BITS - 1), n)


def _counted(group: NDArray[np.integer], values: NDArray[np.integer], n: int) -> Ints:
    """Return the sums of numbers that floats hold exactly."""
    # By way of floats this is many times faster than `np.add.at`; in parts, as each part is copied.
    total = np.zeros(n, dtype=np.float64)
    step = max(_ROWS_AT_ONCE, n)
    for first in range(0, len(group), step):
        part = slice(first, first + step)
        total += np.bincount(group[part], weights=values[part], minlength=n)
    return total.astype(np.int64)


def _largest(values: NDArray[np.integer]) -> float:
    """Return what no sum of the values can exceed."""
    if len(values) == 0:
        return 0.0
    return max(float(values.max()), -float(values.min())) * len(values)


class Groups:
    """Rows of a table by the values of some columns, in the order of the values.

    Parameters
    ----------
    table : Table
        Rows.
    keys : list of str
        Columns of names or whole numbers from 0 on; rows without a key are left out. Without keys
        all rows are one group.

    Attributes
    ----------
    rows : (m,) int64 or slice
        Rows that have all keys.
    of_row : (m,) int64
        Group of each of them.
    keys : dict of str to Column
        Values of the keys of each group.
    """

    def __init__(self, table: Table, keys: list[str]) -> None:
        columns = {key: table[key] for key in keys}
        codes = {
            key: c.codes if isinstance(c, Coded) else np.asarray(c) for key, c in columns.items()
        }
        kept = np.ones(len(table), dtype=bool)
        for code in codes.values():
            kept &= code >= 0
        self.rows: NDArray[np.int64] | slice = slice(None)
        if not kept.all():
            self.rows = np.flatnonzero(kept)
            codes = {key: code[self.rows] for key, code in codes.items()}
        # One number per row: the first key counts most.
        cell = np.zeros(int(kept.sum()), dtype=np.int64)
        cells, lengths = 1, {}
        for key, code in codes.items():
            column = columns[key]
            length = (
                len(column.names) if isinstance(column, Coded) else int(code.max(initial=0)) + 1
            )
            lengths[key] = length
            cells *= length
            cell *= length
            cell += code
        if not keys:
            found, self.of_row = np.zeros(1, dtype=np.int64), cell
        elif cells <= _MOST_CELLS:
            is_there = np.bincount(cell, minlength=cells) > 0
            found = np.flatnonzero(is_there)
            self.of_row = (np.cumsum(is_there) - 1)[cell]
        else:
            found, self.of_row = np.unique(cell, return_inverse=True)
        self.keys: dict[str, Column] = {}
        self._n = len(found)
        for key in reversed(keys):
            found, code = np.divmod(found, lengths[key])
            column = columns[key]
            self.keys[key] = (
                Coded(code, column.names)
                if isinstance(column, Coded)
                else code.astype(np.asarray(column).dtype)
            )
        self.keys = {key: self.keys[key] for key in keys}

    def __len__(self) -> int:
        return self._n

    def sum(self, column: Column) -> NDArray[np.number]:
        """Return the sum of a column by group, as it is shown.

        Parameters
        ----------
        column : Column
            Of the table.

        Returns
        -------
        (groups,) int64 or float64
            Sums.
        """
        whole = self.whole(column)
        return whole.show() if isinstance(whole, Thousandths) else whole

    def whole(self, column: Column) -> NDArray[np.number] | Thousandths:
        """Return the sum of a column by group, as it is kept.

        Parameters
        ----------
        column : Column
            Of the table.

        Returns
        -------
        (groups,) int64, float64 or Thousandths
            Sums; exact where they are of whole numbers.
        """
        assert not isinstance(column, Coded)
        if isinstance(column, Thousandths):
            return Thousandths(whole_sums(self.of_row, column.whole[self.rows], self._n))
        values = column[self.rows]
        if values.dtype.kind == "f":
            return np.bincount(self.of_row, values, self._n)
        return whole_sums(self.of_row, values.astype(np.int64, copy=False), self._n)

    def largest(self, values: NDArray[np.number]) -> NDArray[np.number]:
        """Return the largest of the numbers, none below 0, of each group."""
        largest = np.zeros(self._n, dtype=values.dtype)
        np.maximum.at(largest, self.of_row, values[self.rows])
        return largest

    def count(self) -> NDArray[np.int64]:
        """Return the number of rows of each group."""
        return np.bincount(self.of_row, minlength=self._n)

    def frame(self) -> pd.DataFrame:
        """Return the keys of the groups."""
        return pd.DataFrame(
            {k: c.show() if isinstance(c, Coded) else c for k, c in self.keys.items()},
            index=pd.RangeIndex(self._n),
        )


def group_sum(table: Table, keys: list[str], columns: list[str]) -> pd.DataFrame:
    """Return the sums of columns by keys, ordered by the keys; one row where there are none.

    Parameters
    ----------
    table : Table
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
    groups = Groups(table, keys)
    return groups.frame().assign(**{column: groups.sum(table[column]) for column in columns})
