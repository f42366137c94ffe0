"""Columns of a run and tables of them, made when they are asked for.

A year has millions of legs, and most questions are about a few columns. So a table knows how each
of its columns is made, and keeps those that were used unless they are as soon made again; a part of
a table is made of parts of columns, so that a table can be written piece by piece. A frame of
pandas is made for users alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = [
    "Coded",
    "Column",
    "Maker",
    "Rows",
    "Table",
    "Thousandths",
    "coded",
    "fixed",
    "plain",
    "relabel",
    "whole",
]

Rows = NDArray[np.int64] | NDArray[np.bool_] | slice
_WHOLE = slice(None)


@dataclass(frozen=True, slots=True)
class Coded:
    """Names by number.

    Attributes
    ----------
    codes : (n,) signed integers
        Places in `names`, -1 where there is none.
    names : tuple of str
        Names in the order in which groups are shown.
    """

    codes: NDArray[np.signedinteger]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, rows: Rows) -> Coded:
        return Coded(self.codes[rows], self.names)

    def is_name(self, name: str) -> NDArray[np.bool_]:
        """Tell which rows have a name."""
        code = self.names.index(name) if name in self.names else len(self.names)
        return np.asarray(self.codes == code)

    def is_missing(self) -> NDArray[np.bool_]:
        """Tell which rows have none."""
        return np.asarray(self.codes < 0)

    def there(self) -> list[str]:
        """Return the names that some row has."""
        rows = self.codes[self.codes >= 0]
        return [self.names[code] for code in np.flatnonzero(np.bincount(rows))]

    def show(self) -> pd.Categorical[str]:
        """Return the names as pandas has them."""
        return pd.Categorical.from_codes(self.codes, categories=pd.Index(list(self.names)))


@dataclass(frozen=True, slots=True)
class Thousandths:
    """Numbers shown in thousands, kept whole so that every sum is exact: TEU and tonnes.

    Attributes
    ----------
    whole : (n,) integers
        Thousandths of a TEU, or kilograms.
    """

    whole: NDArray[np.signedinteger]

    def __len__(self) -> int:
        return len(self.whole)

    def __getitem__(self, rows: Rows) -> Thousandths:
        return Thousandths(self.whole[rows])

    def show(self) -> NDArray[np.float64]:
        """Return the numbers in thousands."""
        return self.whole / 1000

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> Thousandths:
        """Return numbers that were shown."""
        return cls(np.rint(values * 1000).astype(np.int64))


Column = Coded | Thousandths | NDArray[Any]
#: Makes the given rows of a column: a slice, or for light columns numbers of rows as well.
Maker = Callable[[Any], Column]


def relabel(labels: Sequence[str]) -> tuple[NDArray[np.signedinteger], tuple[str, ...]]:
    """Return the code of each label among the sorted ones, -1 behind the last, and the names.

    Parameters
    ----------
    labels : sequence of str
        May repeat.

    Returns
    -------
    codes : (n + 1,) signed integers
        For the labels, and -1 for what has none (place -1).
    names : tuple of str
        Sorted as text, each once.
    """
    names = tuple(sorted(set(labels)))
    place = {name: number for number, name in enumerate(names)}
    kind = np.min_scalar_type(-max(len(names), 1))
    return np.array([*(place[label] for label in labels), -1], dtype=kind), names


def coded(numbers: NDArray[np.signedinteger], labels: Sequence[str]) -> Maker:
    """Return how to make a column of labels by number, sorted as text; -1 is missing.

    Parameters
    ----------
    numbers : (n,) signed integers
        Places in the labels.
    labels : sequence of str
        May repeat.

    Returns
    -------
    callable
        Makes a `Coded` column.
    """
    codes, names = relabel(labels)
    # Many times faster than an index, and -1 is the last here too.
    return lambda rows: Coded(codes.take(numbers[rows]), names)


def plain(values: Callable[[], NDArray[Any]], kind: type[np.generic] | None = None) -> Maker:
    """Return how to make a column of numbers.

    Parameters
    ----------
    values : callable
        Gives the numbers.
    kind : type, optional
        What they are turned into.

    Returns
    -------
    callable
        Makes the column.
    """

    def make(rows: Rows) -> NDArray[Any]:
        cut = values()[rows]
        return cut if kind is None else cut.astype(kind, copy=False)

    return make


def whole(values: Callable[[], NDArray[np.signedinteger]]) -> Maker:
    """Return how to make a column of thousandths."""
    return lambda rows: Thousandths(values()[rows])


def fixed(codes: Callable[[], NDArray[np.signedinteger]], names: tuple[str, ...]) -> Maker:
    """Return how to make a column of names in an order of their own.

    Parameters
    ----------
    codes : callable
        Gives the codes.
    names : tuple of str
        Names in their order.

    Returns
    -------
    callable
        Makes a `Coded` column.
    """
    return lambda rows: Coded(codes()[rows], names)


class Table:
    """Columns by name.

    Parameters
    ----------
    n_rows : int
        Length of every column.
    makers : mapping of str to callable
        How each column is made, in the order in which they are shown.
    light : collection of str, optional
        Columns that are not kept, as making any rows of them takes no longer than copying those.
    """

    def __init__(
        self, n_rows: int, makers: Mapping[str, Maker], *, light: Collection[str] = ()
    ) -> None:
        self._n_rows = n_rows
        self._makers = dict(makers)
        self._light = frozenset(light)
        self._made: dict[str, Column] = {}
        self._shown: dict[str, pd.Series] = {}

    @classmethod
    def of(cls, columns: Mapping[str, Column]) -> Table:
        """Return a table of columns of one length."""
        return cls(len(next(iter(columns.values()))), {}).having(**columns)

    def __len__(self) -> int:
        return self._n_rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __contains__(self, name: str) -> bool:
        return name in self._makers

    def __getitem__(self, name: str) -> Column:
        made = self._made.get(name)
        if made is None:
            made = self._makers[name](_WHOLE)
            if name not in self._light:
                self._made[name] = made
        return made

    def rows_of(self, name: str, rows: NDArray[np.int64]) -> Column:
        """Return some rows of a column, without making the others where it is light.

        Parameters
        ----------
        name : str
            Column.
        rows : (n,) int64
            Numbers of rows.

        Returns
        -------
        Column
            In the order of the rows.
        """
        made = self._made.get(name)
        if made is None and name in self._light:
            return self._makers[name](rows)
        return self[name][rows]

    def names(self, name: str) -> Coded:
        """Return a column of names."""
        column = self[name]
        assert isinstance(column, Coded), name
        return column

    def numbers(self, name: str) -> NDArray[Any]:
        """Return a column of numbers; those kept in thousandths as whole thousandths."""
        column = self[name]
        assert not isinstance(column, Coded), name
        return column.whole if isinstance(column, Thousandths) else column

    def shown(self, name: str) -> NDArray[Any]:
        """Return a column of numbers as it is shown."""
        column = self[name]
        assert not isinstance(column, Coded), name
        return column.show() if isinstance(column, Thousandths) else column

    def take(self, rows: Rows) -> Table:
        """Return a table of the given rows.

        Parameters
        ----------
        rows : array
            Numbers of rows, or a bool for each.

        Returns
        -------
        Table
            Its columns are taken when they are asked for.
        """
        assert isinstance(rows, np.ndarray)
        chosen = (
            np.flatnonzero(rows) if rows.dtype == np.bool_ else rows.astype(np.int64, copy=False)
        )
        # Rows of rows are rows of the first table: nothing in between is made.
        of_rows: dict[int, NDArray[np.int64]] = {}

        def taken(name: str) -> Maker:
            made = self._makers[name]
            if name in self._made or not isinstance(made, _Taken):
                return _Taken(self, name, chosen)
            key = id(made.rows)
            if key not in of_rows:
                of_rows[key] = made.rows[chosen]
            return _Taken(made.table, name, of_rows[key])

        return Table(len(chosen), {name: taken(name) for name in self._makers}, light=self._light)

    def part(self, rows: slice) -> Table:
        """Return a table of rows side by side, made without making the whole.

        Parameters
        ----------
        rows : slice
            Start and stop within the table.

        Returns
        -------
        Table
            Nothing of it is kept, neither there nor in this one.
        """

        def cut(name: str) -> Maker:
            made = self._made.get(name)
            if made is not None:
                return lambda _: made[rows]
            return lambda _: self._makers[name](rows)

        makers = {name: cut(name) for name in self._makers}
        return Table(rows.stop - rows.start, makers, light=makers)

    def parts(self, n_rows: int) -> Iterator[Table]:
        """Give the table part by part.

        Parameters
        ----------
        n_rows : int
            Length of the parts.

        Yields
        ------
        Table
            The table itself where none of its columns is light, as all are then kept anyway.
        """
        if not self._light:
            yield self
            return
        for start in range(0, self._n_rows, n_rows):
            yield self.part(slice(start, min(start + n_rows, self._n_rows)))

    def having(self, **columns: Column) -> Table:
        """Return the table with further columns, or others instead."""

        def given(column: Column) -> Maker:
            return lambda rows: column[rows]

        makers = {**self._makers, **{name: given(column) for name, column in columns.items()}}
        table = Table(self._n_rows, makers, light=self._light - set(columns))
        table._made = {n: c for n, c in self._made.items() if n not in columns}
        return table

    def frame(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return columns as pandas has them.

        Parameters
        ----------
        columns : sequence of str, optional
            Columns; all if not given.

        Returns
        -------
        DataFrame
            Of its own: what is changed in it changes nothing here.
        """
        shown = {name: self._series(name) for name in (self if columns is None else columns)}
        # Nothing is copied before somebody writes into it (before pandas 3: copied now).
        return pd.concat(shown, axis=1) if shown else pd.DataFrame(index=range(self._n_rows))

    def _series(self, name: str) -> pd.Series:
        """Return a column as pandas has it; kept, as pandas copies what it shares on a write."""
        shown = self._shown.get(name)
        if shown is None:
            column = self[name]
            values = column if isinstance(column, np.ndarray) else column.show()
            shown = self._shown[name] = pd.Series(values, copy=False)
        return shown


@dataclass(frozen=True, slots=True)
class _Taken:
    """Makes the given rows of a column from some rows of another table."""

    table: Table
    name: str
    rows: NDArray[np.int64]

    def __call__(self, some: slice | NDArray[np.int64]) -> Column:
        return self.table.rows_of(self.name, self.rows[some])
