"""Ranges by confidence: declared for attributes that exist, kept to their bounds when applied."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from corridor_sim.demand.tables import DemandTables, read_demand_tables
from corridor_sim.distributions import Distribution
from corridor_sim.network import Network
from corridor_sim.network.attributes import DEMAND_TABLES, TABLES, attributes_of
from corridor_sim.network.cells import UNLIMITED
from corridor_sim.network.uncertainty import (
    UncertainAttribute,
    ranges,
    uncertain_attributes,
    with_factors,
)
from corridor_sim.scenario import Scenario

ATTRIBUTES = uncertain_attributes()
NAMES = [f"{item.table}.{item.attribute}" for item in ATTRIBUTES]


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    scenario = Scenario.read("baseline_2025")
    network = Network.read("chongqing")
    demand: DemandTables = read_demand_tables(network, scenario)
    return {table: getattr(network, table) for table in TABLES} | {
        table: getattr(demand, table) for table in DEMAND_TABLES
    }


def test_every_confidence_has_a_range_and_less_sure_is_wider() -> None:
    confidence = attributes_of("links")["confidence"]
    assert tuple(ranges()) == confidence.choices
    widths = [item.high / item.low for item in ranges().values()]
    assert widths == sorted(widths)
    for item in ranges().values():
        assert item.low < 1 < item.high
        # Up and down alike, on a logarithmic scale.
        assert item.low * item.high == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("item", ATTRIBUTES, ids=NAMES)
def test_attributes_and_groups_are_those_of_the_tables(
    tables: dict[str, pd.DataFrame], item: UncertainAttribute
) -> None:
    assert item.attribute in attributes_of(item.table)
    assert item.by in tables[item.table]


@pytest.mark.parametrize("item", ATTRIBUTES, ids=NAMES)
def test_cells_are_scaled_within_bounds_and_all_else_stays(
    tables: dict[str, pd.DataFrame], item: UncertainAttribute
) -> None:
    table, attribute = item.table, item.attribute
    frame = tables[table]
    factors = np.where(np.arange(len(frame)) % 2 == 0, 2.0, 1.0)
    changed = with_factors(frame, item, factors)
    assert list(changed.columns) == list(frame.columns)
    assert changed.dtypes.equals(frame.dtypes)
    moved = {"capacity_teu": {"capacity_t", "min_teu"}, "share": {"share_import"}}
    others = [c for c in frame if c != attribute and c not in moved.get(attribute, set())]
    pd.testing.assert_frame_equal(changed[others], frame[others])
    if (table, attribute) in (("zones", "share"), ("od", "value_bn_cny")):
        key = "region" if table == "zones" else "direction"
        pd.testing.assert_series_equal(
            changed.groupby(key)[attribute].sum(), frame.groupby(key)[attribute].sum()
        )
        assert not changed[attribute].equals(frame[attribute])
        return
    for old, new, factor in zip(frame[attribute], changed[attribute], factors, strict=True):
        if isinstance(old, Distribution):
            assert new.mean() == pytest.approx(old.mean() * factor)
        elif factor == 1.0 or old == UNLIMITED or pd.isna(old):
            assert new == old or pd.isna(old)
        else:
            limit = min(old * factor, item.most)
            assert new == pytest.approx(limit)


def test_servers_do_not_vanish() -> None:
    item = next(item for item in ATTRIBUTES if item.attribute == "servers")
    frame = pd.DataFrame({"servers": [1, 3, UNLIMITED], "kind": ["berth"] * 3})
    changed = with_factors(frame, item, np.full(3, 0.2))
    assert list(changed["servers"]) == [1, 1, UNLIMITED]


@pytest.mark.parametrize(
    "text",
    ["3", "uniform(1, 2)", "triangular(1, 2, 4)", "gamma(6, 0.4)", "lognormal(2, 0.1)",
     "exponential(3)", "empirical(3:0.4 4:0.6)"],
)  # fmt: skip
def test_a_scaled_distribution_draws_scaled_values(text: str) -> None:
    own = Distribution.parse(text)
    uniform = np.linspace(0.01, 0.99, 25)
    np.testing.assert_allclose(own.scaled(1.5).quantile(uniform), 1.5 * own.quantile(uniform))
