"""The demand table is what fitting its margins gives."""

from __future__ import annotations

import csv
from collections import defaultdict

import numpy as np
import pytest

from networks.build.balance_demand import balance, fit
from networks.build.tables import NETWORK, BuildError, read_raw


def test_fit_meets_both_margins_and_keeps_odds_ratios() -> None:
    """Deming and Stephan: cross ratios of the seed survive."""
    seed = np.array([[2.0, 1.0, 1.0], [1.0, 3.0, 1.0]])
    rows, columns = np.array([6.0, 4.0]), np.array([5.0, 3.0, 2.0])
    table = fit(seed, rows, columns)
    assert table.sum(axis=1) == pytest.approx(rows)
    assert table.sum(axis=0) == pytest.approx(columns)
    ratio = table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0])
    assert ratio == pytest.approx(6.0)


def test_margins_that_differ_are_refused() -> None:
    """Rows and columns must sum to the same."""
    with pytest.raises(BuildError, match="margins differ"):
        fit(np.ones((2, 2)), np.array([1.0, 1.0]), np.array([1.0, 2.0]))


@pytest.mark.parametrize("direction", ["export", "import"])
def test_the_shipped_table_is_the_fitted_one(direction: str) -> None:
    """Cell by cell, and its margins are those of the raw tables."""
    with (NETWORK / "demand" / "od_2025.csv").open(encoding="utf-8", newline="") as file:
        shipped = [row for row in csv.DictReader(file) if row["direction"] == direction]
    fitted = balance(direction)
    assert [(r["commodity"], r["region"], r["value_bn_cny"]) for r in shipped] == [
        (r["commodity"], r["region"], r["value_bn_cny"]) for r in fitted
    ]
    for table, key in (("margins_commodity", "commodity"), ("margins_partner", "region")):
        sums: dict[str, float] = defaultdict(float)
        for row in shipped:
            sums[row[key]] += float(row["value_bn_cny"])
        for margin in read_raw(table):
            if margin["direction"] == direction:
                wanted = float(margin["value_bn_cny"])
                assert sums[margin[key]] == pytest.approx(wanted, abs=0.01)
