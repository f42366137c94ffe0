"""Comparisons: paired intervals against scipy, what pairing saves, and verdicts that hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from corridor_sim import Scenario
from corridor_sim.errors import InputError
from corridor_sim.experiments import Comparison, compare
from corridor_sim.experiments.figures import figure_name, scaled
from corridor_sim.experiments.verdict import verdict
from corridor_sim.result_folder import ResultFolderError
from tests.cli.conftest import Call
from tests.experiments.conftest import hashes

N = 6


@pytest.fixture(scope="module")
def scenarios(config: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("scenarios")
    more, same = folder / "more.yaml", folder / "same.yaml"
    more.write_text(f"extends: {config}\ndemand: {{scale: 1.2}}\n")
    same.write_text(f"extends: {config}\ngoal_cny: [1 bn yuan]\n")
    return [config, more, same]


@pytest.fixture(scope="module")
def compared(scenarios: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    read = [Scenario.read(path) for path in scenarios]
    return compare(read, N, out=tmp_path_factory.mktemp("compared") / "c", executor="serial")


def test_differences_are_those_of_a_paired_test(compared: Comparison) -> None:
    rows = compared.differences.set_index(["other", "figure"])
    row = rows.loc[("more", "cleared_teu")]
    ours = compared.base.frame["cleared_teu"].to_numpy()
    theirs = compared.others[0].frame["cleared_teu"].to_numpy()
    test = stats.ttest_rel(theirs, ours)
    assert row["p_value"] == pytest.approx(test.pvalue)
    interval = test.confidence_interval(0.95)
    assert (row["low"], row["high"]) == pytest.approx((interval.low, interval.high))
    assert row["difference"] == pytest.approx(theirs.mean() - ours.mean())
    assert row["saving"] == pytest.approx(
        (ours.var(ddof=1) + theirs.var(ddof=1)) / (theirs - ours).var(ddof=1)
    )
    assert row["saving"] > 3
    found = compared.difference("cleared_teu", other="more")
    assert (found.low, found.high) == pytest.approx((row["low"], row["high"]))


def test_what_is_the_same_is_exactly_the_same(compared: Comparison) -> None:
    rows = compared.differences
    same = rows[(rows["other"] == "same") & (rows["n"] > 0)]
    assert (same[["difference", "low", "high"]] == 0).all(axis=None)
    assert not same["seen"].any()
    told = compared.verdicts()[1]
    assert f"cleared value exactly the same in all {N} replications" in told
    assert f"no effect on the time to Abroad that {N} replications can see" in told


def test_the_verdict_names_what_was_seen(compared: Comparison) -> None:
    told = compared.verdicts()[0]
    assert told.startswith("small to more: cleared value +0.0")
    assert "bn yuan (+0.0" in told
    assert "Coastal land bridge +0.0" in told


def test_a_verdict_on_figures_by_hand(compared: Comparison) -> None:
    def row(figure: str, low: float, high: float, *, seen: bool) -> dict[str, object]:
        middle = (low + high) / 2
        return {"other": "more", "figure": figure, "n": 30, "difference": middle} | {
            "low": low,
            "high": high,
            "seen": seen,
        }

    frame = pd.DataFrame(
        [
            row("cleared_cny", -1.5e9, 0.5e9, seen=False),
            row("ilstc_cleared_cny", -2.5e9, -1.5e9, seen=True),
            row("region_singapore_mean_h", -60.0, -36.0, seen=True),
            row("region_eu_mean_h", -2.0, 3.0, seen=False),
        ]
    )  # fmt: skip
    assert verdict(compared.base, compared.others[0], frame) == (
        "small to more: no effect on the cleared value that 30 replications can see "
        "(-1.50 to +0.50) bn yuan; Land-Sea Corridor -2.00 bn yuan; "
        "2.00 days shorter to Singapore (1.50 to 2.50);"
        " no effect on the time to EU that 30 replications can see."
    )


def test_differences_by_facility(compared: Comparison) -> None:
    frame = compared.by("facilities", "visits", other="more").set_index("facility")
    assert frame.loc["customs", "n"] == N
    assert frame.loc["customs", "low"] > 0
    assert frame.loc["station", "difference"] == 0


@pytest.mark.usefixtures("made_up")
def test_a_comparison_is_read_back_and_goes_on(scenarios: list[Path], tmp_path: Path) -> None:
    read = [Scenario.read(path) for path in scenarios]
    whole = compare(read, 12, out=tmp_path / "whole", executor="serial")
    compare(read, 4, out=tmp_path / "c", executor="serial")
    again = compare(read, 12, out=tmp_path / "c", executor="threads", workers=2)
    assert hashes(again.folder) == hashes(whole.folder)
    there = Comparison.load(tmp_path / "c")
    pd.testing.assert_frame_equal(there.differences, whole.differences)
    written = pd.read_parquet(tmp_path / "c" / "differences.parquet")
    assert np.allclose(written["low"], whole.differences["low"], equal_nan=True)
    with pytest.raises(ResultFolderError, match="was begun with something else"):
        compare(read[:2], 12, out=tmp_path / "c")
    with pytest.raises(ResultFolderError, match="holds no comparison"):
        Comparison.load(tmp_path)


@pytest.mark.usefixtures("made_up")
def test_precision_of_a_difference(scenarios: list[Path], tmp_path: Path) -> None:
    read = [Scenario.read(path) for path in scenarios[:2]]
    found = compare(read, 100, out=tmp_path, executor="serial", precision=0.06)
    interval = found.difference()
    assert interval.half_width <= 0.06 * abs(interval.estimate)
    assert 10 <= interval.n < 100


def test_scenarios_need_names_of_their_own(small: Scenario) -> None:
    with pytest.raises(InputError, match="called 'small'"):
        compare([small, small], 2)
    with pytest.raises(InputError, match="one scenario cannot be compared"):
        compare([small], 2)


@pytest.mark.usefixtures("made_up")
def test_the_command(scenarios: list[Path], call: Call, tmp_path: Path) -> None:
    words = [*scenarios[:2], "-n", "5", "--workers", "1", "--out", tmp_path / "c"]
    done = call("compare", *words)
    assert done.code == 0
    assert "small against more\n5 pairs of replications, seed 1" in done.out
    assert "small to more:" in done.out
    assert all(len(line) <= 100 for line in done.out.splitlines() if "/" not in line)
    assert "100 % (10 of 10)" in done.err
    assert call("compare", *words, "--seed", "2").code == 2


def test_figures_have_words_and_units(compared: Comparison) -> None:
    for figure in compared.base.figures:
        assert figure_name(figure) != figure
    assert figure_name("region_central_asia_mean_h") == "Door to door, Central Asia"
    assert scaled("cre_cost_cny_per_teu") == (1.0, "yuan", 0)
    assert scaled("delayed_cny_days")[1] == "bn yuan x days"
    assert scaled("cre_median_h") == (1 / 24, "days", 2)
