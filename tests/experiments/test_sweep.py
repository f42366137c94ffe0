"""Designs fill their ranges, indices agree with formulas, and a sweep is one tidy table."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from corridor_sim import Scenario
from corridor_sim.errors import CorridorSimError, InputError
from corridor_sim.experiments import Sweep, sweep
from corridor_sim.experiments.design import points_of, read_design
from corridor_sim.experiments.sensitivity import main_effects, sobol_shares, tornado
from corridor_sim.experiments.variants import with_values
from tests.cli.conftest import Call
from tests.experiments.conftest import hashes

TWO = {
    "demand.scale": {"range": [0.5, 2.0]},
    "facilities.station.servers": {"levels": [1, 2]},
}


# -- designs -------------------------------------------------------------------------------------


def test_a_grid_has_all_combinations() -> None:
    design = read_design({"method": "grid", "factors": TWO})
    assert design.n_points == 6
    points = points_of(design, seed=1)
    assert points.rows == [(s, k) for s in (0.5, 1.25, 2.0) for k in (1, 2)]
    assert points.at(5) == {"demand.scale": 2.0, "facilities.station.servers": 2}


def test_a_latin_hypercube_fills_every_range() -> None:
    factors = TWO | {"x": {"distribution": "triangular(1, 2, 4)"}}
    design = read_design({"method": "latin_hypercube", "points": 20, "factors": factors})
    points = points_of(design, seed=1)
    scale = np.array([values[0] for values in points.rows], dtype=float)
    assert sorted(((scale - 0.5) / 1.5 * 20).astype(int)) == list(range(20))
    assert sum(values[1] == 1 for values in points.rows) == 10
    assert all(1 <= float(values[2]) <= 4 for values in points.rows)
    assert points == points_of(design, seed=1)
    assert points != points_of(design, seed=2)


def test_a_sobol_design_mixes_its_two_samples() -> None:
    design = read_design({"method": "sobol", "points": 8, "factors": TWO})
    assert design.n_points == 32
    values = points_of(design, seed=1).rows
    first, second = values[:8], values[8:16]
    assert values[16:24] == [(b[0], a[1]) for a, b in zip(first, second, strict=True)]
    assert values[24:] == [(a[0], b[1]) for a, b in zip(first, second, strict=True)]


def test_whole_numbers() -> None:
    factors = {"facilities.station.servers": {"range": [1, 4], "integer": True}}
    values = points_of(read_design({"points": 30, "factors": factors}), seed=1).rows
    assert {value[0] for value in values} == {1, 2, 3, 4}
    assert all(isinstance(value[0], int) for value in values)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("factors: {}\n", "factors"),
        ("factors: {a: {range: [2, 1]}}\n", "factors.a: range has to ascend"),
        ("factors: {a: {range: [1, 2], levels: [1]}}\n", "has to have one of range, levels"),
        ("factors: {a: {distribution: normal(1)}}\n", "there is no distribution 'normal'"),
        ("factors: {a: {steps: 1, range: [1, 2]}}\n", "greater than or equal to 2"),
        ("method: sobol\npoints: 12\nfactors: {a: {range: [1, 2]}}\n", "a power of two"),
        ("point: 3\nfactors: {a: {range: [1, 2]}}\n", "unknown key; allowed: method, points"),
        ("points: 2000000\nfactors: {a: {range: [1, 2]}}\n", "2,000,000 runs; allowed: 1,000,000"),
    ],
)
def test_bad_designs_are_told_by_line(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "d.yaml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_design(path)
    assert told in str(caught.value)
    assert "d.yaml:" in str(caught.value)


def test_factors_the_scenario_does_not_have_are_told_before_anything_runs(
    small: Scenario, tmp_path: Path
) -> None:
    factors = {
        "demand.scal": {"range": [1, 2]},
        "facilities.statoin.servers": {"levels": [1]},
        "facilities.station.servers": {"levels": [-1]},
    }
    with pytest.raises(InputError) as caught:
        sweep(small, {"points": 2, "factors": factors}, out=tmp_path / "s")
    told = str(caught.value)
    assert "factor demand.scal: at" in told
    assert "did you mean 'station'?" in told
    assert "factor facilities.station.servers: at -1" in told
    assert not (tmp_path / "s").exists()


# -- what runs say -------------------------------------------------------------------------------


def ishigami(x: np.ndarray) -> np.ndarray:
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_shares_of_the_variance_of_a_known_function() -> None:
    """Ishigami's function: first-order 0.3139, 0.4424, 0; total 0.5576, 0.4424, 0.2437."""
    factors = {name: {"range": [-math.pi, math.pi]} for name in "abc"}
    design = read_design({"method": "sobol", "points": 1024, "factors": factors})
    x = np.array(points_of(design, seed=3).rows, dtype=float)
    frame = sobol_shares(ishigami(x), list("abc")).set_index("factor")
    wanted = {"a": (0.3139, 0.5576), "b": (0.4424, 0.4424), "c": (0.0, 0.2437)}
    for name, (first, total) in wanted.items():
        row = frame.loc[name]
        assert row["first_order"] == pytest.approx(first, abs=0.04)
        assert row["total"] == pytest.approx(total, abs=0.04)
        assert row["first_low"] <= first <= row["first_high"]
        assert row["total_low"] <= total <= row["total_high"]
    assert list(frame.index) == ["a", "b", "c"]


def test_a_tornado_of_a_known_line() -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.random((200, 3)), columns=list("abc"))
    frame["y"] = 2 * frame["a"] - 5 * frame["b"] + rng.normal(0, 0.1, 200)
    found = tornado(frame, list("abc"), "y").set_index("factor")
    assert list(found.index) == ["b", "a", "c"]
    for name, slope in (("a", 2), ("b", -5), ("c", 0)):
        row = found.loc[name]
        wanted = slope * (row["high_value"] - row["low_value"])
        assert row["low"] < wanted < row["high"]
        assert row["high"] - row["low"] < 0.2
    assert found["r_squared"].iloc[0] > 0.99


def test_main_effects_are_means_of_groups() -> None:
    frame = pd.DataFrame({"a": [1, 1, 2, 2], "b": ["x", "y", "x", "y"], "y": [1.0, 2.0, 5.0, 6.0]})
    found = main_effects(frame, ["a", "b"], "y").set_index(["factor", "value"])["mean"]
    assert found.to_dict() == {("a", 1): 1.5, ("a", 2): 5.5, ("b", "x"): 3.0, ("b", "y"): 4.0}
    many = pd.DataFrame({"a": np.arange(100.0), "y": np.arange(100.0)})
    assert list(main_effects(many, ["a"], "y")["n"]) == [20] * 5


# -- sweeps --------------------------------------------------------------------------------------

DESIGN = """\
method: sobol
points: 4
factors:
  demand.scale: {range: [0.5, 2.0]}
  facilities.station.servers: {levels: [1, 2]}
outputs: [cleared_teu]
"""


@pytest.mark.usefixtures("made_up")
def test_a_sweep_by_the_command_line(config: Path, call: Call, tmp_path: Path) -> None:
    path = tmp_path / "d.yaml"
    path.write_text(DESIGN)
    words = ("sweep", config, "--design", path, "--out", tmp_path / "s", "--workers", "1")
    done = call(*words)
    assert done.code == 0
    assert "16 runs at 16 points (sobol), 1 of each, 2 factors" in done.out
    assert "100 % (16 of 16)" in done.err
    found = Sweep.load(tmp_path / "s")
    assert found.missing == []
    runs = found.runs
    assert list(runs["run"]) == list(range(16))
    assert list(runs.columns[:5]) == ["run", "point", "replication", *TWO]
    assert runs["demand.scale"].corr(runs["cleared_teu"]) > 0.9
    row = runs.iloc[9]
    scenario = with_values(Scenario.read(config), {"demand.scale": float(row["demand.scale"])})
    assert scenario.demand.scale == row["demand.scale"]
    shares = found.sobol("cleared_teu").set_index("factor")
    assert shares.loc["demand.scale", "total"] > 0.5
    assert shares.loc["facilities.station.servers", "total"] == 0
    assert list(found.tornado().iloc[0][["factor"]]) == ["demand.scale"]
    # Given again it runs nothing; another executor gives the same bytes.
    assert call(*words).err == ""
    again = sweep(Scenario.read(config), path, out=tmp_path / "t", executor="threads", workers=2)
    assert hashes(again.folder) == hashes(found.folder)
    path.write_text(DESIGN.replace("2.0", "3.0"))
    changed = call(*words)
    assert changed.code == 2
    assert "design.factors.demand.scale.range" in changed.err


def test_replications_of_a_point_are_averaged(small: Scenario) -> None:
    design = {"method": "grid", "replications": 2, "factors": {"demand.scale": {"levels": [1, 2]}}}
    found = sweep(small, design, executor="serial")
    assert len(found.runs) == 4
    assert list(found.points["demand.scale"]) == [1, 2]
    means = found.runs.groupby("demand.scale")["cleared_teu"].mean()
    assert list(found.points["cleared_teu"]) == list(means)
    # The same draws at both points.
    assert (found.points["cleared_teu"].diff().iloc[1]) > 0
    with pytest.raises(CorridorSimError, match="need a design of method sobol, not grid"):
        found.sobol()
