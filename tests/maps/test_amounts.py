"""The one pass over the legs that the map makes agrees with the statistics."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from corridor_sim.maps.amounts import AMOUNTS, Amounts
from corridor_sim.maps.moves import FLOWS, period_of
from tests.statistics_runs import Run, small_run

COLUMNS = ("teu", "t", "value_cny")


@pytest.fixture(scope="module")
def run() -> Run:
    return small_run()


@pytest.fixture(scope="module")
def results(run: Run) -> SimpleNamespace:
    return SimpleNamespace(
        tables=run.statistics.tables, network=run.network, statistics=run.statistics
    )


@pytest.fixture(scope="module", params=[True, False], ids=["loop", "arrays"])
def amounts(run: Run, results: SimpleNamespace, request: pytest.FixtureRequest) -> Amounts:
    return Amounts.of(results, run.clock.month_edges, by_loop=request.param)


@pytest.mark.parametrize("place", ["link", "node"])
def test_throughput_is_that_of_the_statistics(run: Run, amounts: Amounts, place: str) -> None:
    found = amounts.links if place == "link" else amounts.nodes
    frame = run.statistics.throughput((place, "cargo", "direction", "month"))
    assert len(frame) > 2
    expected: dict[str, np.ndarray] = {}
    for row in frame.to_dict("records"):
        own = row["cargo"] == "own" and row["direction"] in FLOWS
        flow = FLOWS.index(row["direction"]) if own else len(FLOWS) - 1
        shape = (len(COLUMNS), len(run.clock.months), len(FLOWS))
        cells = expected.setdefault(str(row[place]), np.zeros(shape))
        month = run.clock.months.index(row["month"])
        cells[:, month, flow] += [row[column] for column in COLUMNS]
    expected = {name: cells for name, cells in expected.items() if cells[0].any()}
    assert found.keys() == expected.keys()
    for name, cells in expected.items():
        np.testing.assert_allclose(found[name][:3], cells, atol=1e-3, err_msg=name)


def test_emissions_of_the_links_are_those_of_the_boxes_without_handling(
    run: Run, amounts: Amounts
) -> None:
    intensity = run.statistics.load_factors().set_index("service")
    frame = run.statistics.throughput(("link", "service"))
    km = run.network.links["distance_km"]
    expected: dict[str, float] = {}
    for row in frame.to_dict("records"):
        factor = intensity.loc[str(row["service"])]
        amount = row[factor["unit"]] * km[str(row["link"])] * factor["g_per_unit_km"] / 1000
        expected[str(row["link"])] = expected.get(str(row["link"]), 0.0) + amount
    told = {name: sums[AMOUNTS.index("kg")].sum() for name, sums in amounts.links.items()}
    assert told == pytest.approx({name: kg for name, kg in expected.items() if name in told})
    assert sum(told.values()) > 0


def test_room_and_load_are_those_of_the_statistics(run: Run, amounts: Amounts) -> None:
    frame = run.statistics.links().set_index("link")
    assert frame["utilisation"].notna().any()
    for name, row in frame.iterrows():
        room = amounts.room[name].sum() if name in amounts.room else 0.0
        assert room == pytest.approx(row["capacity_teu"])
        if room:
            assert amounts.load[name].sum() / room == pytest.approx(row["utilisation"])


def test_periods_are_half_open_and_never_is_none() -> None:
    day = 86_400
    edges = np.array([2 * day, 5 * day, 6 * day])
    seconds = [-1, 0, 2 * day - 1, 2 * day, 5 * day - 1, 5 * day, 6 * day - 1, 6 * day, 90 * day]
    found = period_of(np.array(seconds, dtype=np.int32), edges)
    assert found.tolist() == [-1, -1, -1, 0, 0, 1, 1, -1, -1]
