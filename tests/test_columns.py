"""Columns made when they are asked for, and exact sums of their groups."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from corridor_sim.statistics.columns import Coded, Maker, Table, Thousandths, coded
from corridor_sim.statistics.grouping import Groups, group_sum, whole_sums


def small_table() -> Table:
    return Table.of(
        {
            "place": Coded(np.array([1, 0, -1, 1], dtype=np.int8), ("Aa", "Bb", "Cc")),
            "call": np.array([2, 0, 1, 2]),
            "teu": Thousandths(np.array([100, 200, 300, 400])),
            "share": np.array([0.1, 0.2, 0.3, 0.4]),
        }
    )


def test_a_column_is_made_once_and_only_when_asked_for() -> None:
    made: list[slice] = []

    def make(rows: slice) -> np.ndarray:
        made.append(rows)
        return np.arange(10)[rows]

    table = Table(10, {"number": make})
    part = table.part(slice(2, 5))
    assert made == []
    assert part.numbers("number").tolist() == [2, 3, 4]
    assert table.take(np.array([7, 1])).numbers("number").tolist() == [7, 1]
    assert table.numbers("number").tolist() == list(range(10))
    assert made == [slice(2, 5), slice(None)]


def test_light_columns_are_not_kept_and_taken_from_the_first_table() -> None:
    made: list[str] = []

    def making(name: str) -> Maker:
        def make(rows: slice) -> np.ndarray:
            made.append(name)
            return np.arange(10)[rows]

        return make

    table = Table(10, {name: making(name) for name in ("light", "heavy")}, light=["light"])
    of_even = table.take(np.arange(0, 10, 2)).having(own=np.arange(5))
    some = of_even.take(np.array([True, False, False, True, True]))
    for name, wanted in (("light", [0, 6, 8]), ("heavy", [0, 6, 8]), ("own", [0, 3, 4])):
        for _ in range(2):
            assert some.numbers(name).tolist() == wanted
    assert made == ["light", "light", "heavy"]
    assert some.rows_of("light", np.array([2, 0])).tolist() == [8, 0]
    changed = of_even.having(light=np.arange(5) * 10).take(np.array([1, 4]))
    assert changed.numbers("light").tolist() == [10, 40]
    assert [len(part) for part in table.parts(4)] == [4, 4, 2]
    assert [part.numbers("light").tolist() for part in table.parts(8)] == [[*range(8)], [8, 9]]
    # Columns of files are read whole: there is nothing to be gained.
    assert next(iter(small_table().parts(2))).names("place").codes.tolist() == [1, 0, -1, 1]


def test_labels_are_sorted_and_may_repeat() -> None:
    column = coded(np.array([2, 0, -1, 1]), ["z", "a", "z"])(slice(None))
    assert isinstance(column, Coded)
    assert column.names == ("a", "z")
    assert column.codes.tolist() == [1, 1, -1, 0]
    assert column.there() == ["a", "z"]


def test_frames_are_of_their_own() -> None:
    table = small_table()
    frame = table.frame(["call", "teu", "place"])
    changed = table.frame()
    changed.loc[0, ["call", "teu", "place"]] = [99, 99.0, "Cc"]
    changed["share"] += 1
    assert changed["call"].tolist() == [99, 0, 1, 2]
    assert table.numbers("call")[0] == frame.at[0, "call"] == 2
    assert table.shown("share")[0] == table.frame().at[0, "share"] == 0.1
    assert table.names("place").codes[0] == 1
    assert frame["teu"].tolist() == [0.1, 0.2, 0.3, 0.4]
    assert frame["place"].isna().tolist() == [False, False, True, False]


@pytest.mark.parametrize("keys", [["place"], ["call"], ["place", "call"], ["call", "place"], []])
def test_sums_are_those_of_pandas(keys: list[str]) -> None:
    table = small_table()
    got = group_sum(table, keys, ["teu", "share"])
    if not keys:
        assert got.to_numpy().tolist() == [[1.0, 1.0]]
        return
    wanted = table.frame().groupby(keys, observed=True)[["teu", "share"]].sum().reset_index()
    pd.testing.assert_frame_equal(got, wanted, rtol=1e-15)


def test_many_cells_are_sorted_instead_of_counted() -> None:
    rng = np.random.default_rng(5)
    keys = {key: rng.integers(0, 3000, 500) for key in ("x", "y")}
    table = Table.of({**keys, "n": np.ones(500, dtype=np.int64)})
    wanted = pd.DataFrame(keys).groupby(["x", "y"]).size()
    assert Groups(table, ["x", "y"]).sum(table["n"]).tolist() == wanted.tolist()


def test_sums_are_exact_beyond_what_floats_hold() -> None:
    values = np.array([2**60 + 1, 2**52 + 1, -3, 2**60 + 1], dtype=np.int64)
    group = np.array([0, 1, 1, 2])
    assert whole_sums(group, values, 4).tolist() == [2**60 + 1, 2**52 - 2, 2**60 + 1, 0]
