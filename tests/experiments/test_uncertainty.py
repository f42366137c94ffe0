"""Uncertain inputs: declared ranges, Latin hypercubes, and the two kinds of variance told apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from corridor_sim import Scenario
from corridor_sim.distributions import Distribution
from corridor_sim.errors import CorridorSimError
from corridor_sim.experiments import Batch, compare, replicate
from corridor_sim.experiments.intervals import variance_share
from corridor_sim.experiments.uncertainty import (
    PARTS,
    draw,
    input_ranges,
    scaled_distribution,
    uncertain_inputs,
    with_drawn_inputs,
)
from corridor_sim.network.attributes import attributes_of
from corridor_sim.simulation import read_inputs
from tests.cli.conftest import Call
from tests.experiments.conftest import hashes


def test_every_range_is_of_something_and_has_a_reason() -> None:
    for item in input_ranges():
        assert len(item.reason) > 20
        assert item.confidence in ("low", "assumed")
        if item.columns:
            assert {*item.columns, item.group} <= set(attributes_of(item.table))
        if item.factor != "prior":
            low, high = Distribution.parse(item.factor).support()
            assert 0.4 < low < 1 < high < 2


def test_inputs_of_the_shipped_network() -> None:
    scenario = Scenario.read("baseline_2025")
    network, demand = read_inputs(scenario)
    inputs = uncertain_inputs(network, demand)
    names = [one.name for one in inputs]
    assert names == sorted(set(names))
    by_name = {one.name: one for one in inputs}
    sea = by_name["links.time_h|sea|low"]
    links = network.links
    assert set(sea.rows) == set(
        links.index[(links["mode"] == "sea") & (links["confidence"] == "low")]
    )
    constant = by_name["choice.constants|air|low"].distribution
    assert constant.support() == pytest.approx((0.09 / 0.20, 0.30 / 0.20))
    factors = draw(inputs, seed=1, replication=0)
    drawn = with_drawn_inputs(scenario, network, demand, inputs=inputs, factors=factors)
    row = sea.rows[0]
    changed = Distribution.parse(drawn.links[row]["time_h"])
    assert changed.mean() == pytest.approx(links.at[row, "time_h"].mean() * factors[sea.name])
    fitted = dict(demand.choice_constants["constant"])
    assert drawn.choice.constants is not None
    shift = drawn.choice.constants["air"] - fitted["air"]
    assert shift == pytest.approx(np.log(factors["choice.constants|air|low"]))
    # The published total is kept whatever the regions do.
    value = demand.od.groupby("region")["value_bn_cny"].sum()
    regions = pd.Series(drawn.demand.regions)
    assert float((value * regions).sum()) == pytest.approx(float(value.sum()))
    assert regions.std() > 0.01
    ships = drawn.background["ships:TGL"]["population"]
    assert isinstance(ships, int)
    assert 0.9 * 1028 <= ships <= 1.1 * 1028


@pytest.mark.parametrize("end", [0.0, 1.0 - 1e-9], ids=["least", "largest"])
def test_the_shipped_network_bears_every_input_at_its_end(end: float) -> None:
    scenario = Scenario.read("baseline_2025")
    network, demand = read_inputs(scenario)
    inputs = uncertain_inputs(network, demand)
    factors = {one.name: float(one.distribution.quantile(np.array([end]))[0]) for one in inputs}
    drawn = with_drawn_inputs(scenario, network, demand, inputs=inputs, factors=factors)
    read_inputs(drawn)


def test_ten_replications_form_a_latin_hypercube(small: Scenario) -> None:
    network, demand = read_inputs(small)
    inputs = uncertain_inputs(network, demand)
    assert len(inputs) >= 3
    draws = pd.DataFrame([draw(inputs, seed=1, replication=r) for r in range(20, 20 + PARTS)])
    for one in inputs:
        edges = one.distribution.quantile(np.arange(1, PARTS) / PARTS)
        assert sorted(np.searchsorted(edges, draws[one.name])) == list(range(PARTS))
    assert draw(inputs, seed=1, replication=23) == draws.iloc[3].to_dict()
    assert draw(inputs, seed=2, replication=23) != draws.iloc[3].to_dict()


@pytest.mark.parametrize(
    "text",
    ["constant(3)", "uniform(1, 2)", "triangular(1, 2, 4)", "exponential(3)", "gamma(3, 0.5)",
     "lognormal(6, 0.8)", "empirical(3:0.4 4:0.6)"],
)  # fmt: skip
def test_a_multiple_of_a_distribution(text: str) -> None:
    before = Distribution.parse(text)
    after = scaled_distribution(before, 1.3)
    u = np.linspace(0.05, 0.95, 10)
    assert after.quantile(u) == pytest.approx(1.3 * before.quantile(u))
    assert Distribution.parse(str(after)) == after


def test_shares_of_the_variance_are_those_of_a_known_model() -> None:
    """Inputs 80 %, operations 20 % of the variance; the interval holds in 95 % of the cases."""
    rng = np.random.default_rng(1)
    shares, covered = [], 0
    for _ in range(200):
        inputs = rng.normal(0, 2, 40)
        frame = pd.DataFrame({"replication": range(40), "y": inputs + rng.normal(0, 1, 40)})
        twins = pd.DataFrame(
            {"replication": range(0, 40, 2), "y": inputs[::2] + rng.normal(0, 1, 20)}
        )
        found = variance_share(frame, twins, "y")
        shares.append(found["input_share"])
        covered += found["low"] <= 0.8 <= found["high"]
    assert np.mean(shares) == pytest.approx(0.8, abs=0.03)
    assert 0.91 <= covered / 200 <= 0.99


@pytest.fixture(scope="module")
def uncertain(small: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Batch:
    folder = tmp_path_factory.mktemp("uncertain") / "b"
    return replicate(small, 5, out=folder, executor="serial", uncertain_inputs=True)


def test_a_batch_with_uncertain_inputs(small: Scenario, uncertain: Batch, tmp_path: Path) -> None:
    network, demand = read_inputs(small)
    inputs = uncertain_inputs(network, demand)
    table = uncertain.table("inputs").pivot_table(
        index="replication", columns="input", values="factor"
    )
    assert table.loc[4].to_dict() == pytest.approx(draw(inputs, seed=1, replication=4))
    assert list(uncertain.table("twins")["replication"]) == [0, 2, 4]
    rows = uncertain.frame.set_index("replication")
    twins = uncertain.table("twins").set_index("replication")
    assert (rows.loc[twins.index, "cleared_teu"] != twins["cleared_teu"]).any()
    # Constant running times: all of the spread of the door-to-door time is that of its input.
    shares = uncertain.variance_shares().set_index("figure")
    assert shares.loc["mean_h", "input_share"] == pytest.approx(1.0, abs=1e-6)
    assert shares.loc["cleared_teu", "n_twins"] == 3
    effects = uncertain.input_effects("mean_h")
    assert effects["input"].iloc[0].startswith("links.time_h|road")
    assert effects["share"].iloc[0] == pytest.approx(1.0)
    # One of them alone is that of the batch.
    alone = replicate(
        small, 5, out=tmp_path / "one", executor="threads", uncertain_inputs=True, only=4
    )
    assert alone.frame.iloc[0].to_dict() == uncertain.frame.iloc[4].to_dict()


def test_scenarios_share_their_inputs(config: Path, uncertain: Batch, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(f"extends: {config}\ngoal_cny: [1 bn yuan]\n")
    found = compare(
        [Scenario.read(config), Scenario.read(other)],
        2,
        out=tmp_path / "c",
        executor="serial",
        uncertain_inputs=True,
    )
    first, second = (hashes(batch.folder) for batch in found.batches)
    assert first == second
    assert (found.differences["difference"].dropna() == 0).all()


def test_the_command_tells_the_two_apart(config: Path, call: Call, tmp_path: Path) -> None:
    run = ("batch", config, "-n", "2", "--workers", "1", "--quiet", "--out", tmp_path / "b")
    done = call(*run, "--uncertain-inputs")
    assert done.code == 0
    assert "Where the spread comes from" in done.out
    assert "Which inputs matter takes 20 replications" in done.out
    refused = call(*run)
    assert refused.code == 2
    assert "uncertain_inputs: true there, now false" in refused.err


def test_without_drawn_inputs_there_are_no_shares(undisturbed: Batch) -> None:
    with pytest.raises(CorridorSimError, match="all inputs as they are"):
        undisturbed.variance_shares()
