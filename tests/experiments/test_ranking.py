"""Selection keeps its promise, and a ranking runs what it needs and no more."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from corridor_sim import Scenario
from corridor_sim.errors import InputError
from corridor_sim.experiments import Ranking, rank
from corridor_sim.experiments.selection import screen
from corridor_sim.result_folder import ResultFolderError
from tests.cli.conftest import Call
from tests.experiments.conftest import hashes

RULE = {"within": 1.0, "confidence": 0.9, "start": 10}


@pytest.mark.parametrize("shared", [0.0, 2.0], ids=["independent", "common draws"])
def test_the_best_is_selected_as_often_as_promised(shared: float) -> None:
    """Five normal scenarios, the best ahead by just what matters: the least favourable case."""
    rng = np.random.default_rng(7)
    right, used = 0, []
    for _ in range(300):
        common = rng.normal(0, shared, 600)
        values = [common + rng.normal(mean, 2, 600) for mean in (0, 0, 1, 0, 0)]
        found = screen(values, **RULE)
        assert found.best is not None
        right += found.best == 2
        used.append(sum(found.dropped.values()) + found.stage)
    # Standard error 1.7 %.
    assert right / 300 >= 0.9 - 0.03
    # What all share does not count.
    assert np.mean(used) < 5 * 110


def test_a_clear_case_ends_early_and_what_comes_after_does_not_matter() -> None:
    rng = np.random.default_rng(1)
    values = [rng.normal(mean, 0.5, 100) for mean in (0, 10, 3)]
    found = screen(values, **RULE)
    assert (found.best, found.alive, found.stage) == (1, (1,), 10)
    assert found.dropped == {0: 10, 2: 10}
    assert screen([v[:10] for v in values], **RULE) == found
    too_few = screen([v[:9] for v in values], **RULE)
    assert (too_few.best, too_few.alive, too_few.stage) == (None, (0, 1, 2), 0)


def test_equal_scenarios_end_where_it_does_not_matter_any_more() -> None:
    values = [np.random.default_rng(1).normal(0, 1, 1000)] * 2
    found = screen(values, **RULE)
    assert found.best is not None
    assert found.stage == 10


@pytest.fixture(scope="module")
def scenarios(config: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Scenario]:
    folder = tmp_path_factory.mktemp("ranked")
    for name, scale in (("less", 0.5), ("more", 1.52), ("most", 1.6)):
        (folder / f"{name}.yaml").write_text(f"extends: {config}\ndemand: {{scale: {scale}}}\n")
    return [Scenario.read(folder / f"{name}.yaml") for name in ("less", "more", "most")]


@pytest.mark.usefixtures("made_up")
def test_a_ranking(scenarios: list[Scenario], tmp_path: Path) -> None:
    asked = {"within": 2e6, "start": 6, "most": 60}
    found = rank(scenarios, out=tmp_path / "a", executor="serial", **asked)
    assert found.best == "most"
    assert list(found.table["scenario"]) == ["most", "more", "less"]
    assert (found.table["behind_high"].iloc[1:] < 0).all()
    lengths = [len(batch) for batch in found.batches]
    assert lengths[0] == 6
    assert max(lengths) == len(found.batches[2])
    assert found.n_runs == sum(lengths)
    assert found.n_saved == 3 * max(lengths) - sum(lengths)
    assert found.n_saved > 0
    # Whoever is faster, the same replications are kept; and read back, the same is found.
    again = rank(scenarios, out=tmp_path / "b", executor="threads", workers=3, **asked)
    assert hashes(again.folder) == hashes(found.folder)
    assert Ranking.load(tmp_path / "a").screening == found.screening
    # What there is is not run again.
    told: list[object] = []
    rank(scenarios, out=tmp_path / "a", executor="serial", progress=told.append, **asked)
    assert told == []
    with pytest.raises(ResultFolderError, match="was begun with something else"):
        rank(scenarios, out=tmp_path / "a", **(asked | {"within": 9e6}))


@pytest.mark.usefixtures("made_up")
def test_the_command(scenarios: list[Scenario], call: Call, tmp_path: Path) -> None:
    paths = []
    for scenario in scenarios[:2]:
        path = tmp_path / f"{scenario.name}.yaml"
        path.write_text(
            f"network: {scenario.network}\ndemand: {{scale: {scenario.demand.scale}}}\n"
            "period: {days: 30, warm_up_days: 5, drain_days: 5}\n"
        )
        paths.append(path)
    words = ("--workers", "1", "--start", "4", "--quiet")
    done = call("rank", *paths, "--within", "0.002 bn yuan", *words, "--out", tmp_path / "r")
    assert done.code == 0
    assert "more is the best with probability 95.0 % or more" in done.out
    assert "saved" in done.out
    assert all(len(line) <= 100 for line in done.out.splitlines() if "/" not in line)
    close = ("--measure", "mean_h", "--smaller", "--within", "0.0001", "--most", "4")
    done = call("rank", *paths, *close, *words, "--out", tmp_path / "s")
    assert done.code == 0
    assert "is the best with" in done.out or "Undecided among less, more" in done.out


def test_what_cannot_be_ranked_is_refused(scenarios: list[Scenario]) -> None:
    with pytest.raises(InputError) as caught:
        rank(scenarios[:1], within=0, confidence=1.5, start=1)
    for told in ("two or more", "0 is no difference", "1.5 is out of range", "allowed: 2 to 1000"):
        assert told in str(caught.value)
