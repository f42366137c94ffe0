"""A map that was prepared while the run went on is the map of the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor_sim.errors import CorridorSimError
from corridor_sim.maps import map_page, prepare_map, write_map
from corridor_sim.maps.prepared import PreparedMap
from corridor_sim.network import Network
from corridor_sim.scenario import Scenario
from corridor_sim.simulation import simulate
from tests.maps.runs import made_up_results, small_network
from tests.network.faulty import write_good
from tests.scenario.files import write


@pytest.mark.parametrize("engine", ["simpy", "compiled"])
def test_a_run_gives_the_same_page_prepared_or_not(tmp_path: Path, engine: str) -> None:
    write_good(tmp_path / "net")
    period = "{days: 40, warm_up_days: 5, drain_days: 5}"
    scenario = Scenario.read(write(tmp_path, f"network: net\nperiod: {period}\n"))
    found: list[PreparedMap] = []
    results = simulate(
        scenario, engine=engine, meanwhile=lambda network: found.append(prepare_map(network))
    )
    (prepared,) = found
    plain = write_map(results, tmp_path / "plain.html").read_bytes()
    # Drawing takes nothing of what was prepared and adds nothing to it.
    for by in ("month", "week", "month"):
        alone = map_page(results, by=by)
        assert map_page(results, by=by, prepared=prepared) == alone
    assert write_map(results, tmp_path / "map.html", prepared=prepared).read_bytes() == plain
    loaded = type(results).load(results.save(tmp_path / "out"))
    assert map_page(loaded).encode() == plain


def test_made_up_figures_on_the_shipped_network_too(shipped_page: str) -> None:
    results = made_up_results(Network.read("chongqing"))
    assert map_page(results, prepared=prepare_map(results.network)) == shipped_page


def test_two_runs_are_drawn_as_without() -> None:
    a = made_up_results(small_network())
    b = made_up_results(small_network(), title="B", name="b")
    b.statistics.moved.loc["rail:CQ>QZ", "teu"] += 500.0
    page = map_page(a, other=b)
    assert map_page(a, other=b, prepared=prepare_map(a.network)) == page


def test_what_was_prepared_for_another_network_is_refused() -> None:
    other = prepare_map(made_up_results(small_network()).network)
    with pytest.raises(CorridorSimError, match="prepared for another network"):
        map_page(made_up_results(small_network()), prepared=other)
