"""Maps of batches: chances of the goals, percentiles of links, and what is said without them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from corridor_sim import Scenario
from corridor_sim.errors import CorridorSimError
from corridor_sim.experiments import Batch, replicate
from corridor_sim.maps import write_map
from corridor_sim.maps.spread import batch_data
from tests.cli.conftest import Call, call  # noqa: F401 - a fixture
from tests.experiments.conftest import write_scenario
from tests.maps.runs import made_up_results, small_network
from tests.pages import Visit

N = 5


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_scenario(tmp_path_factory.mktemp("spread"))


@pytest.fixture(scope="module")
def scenario(config: Path) -> Scenario:
    return Scenario.read(config)


@pytest.fixture(scope="module")
def batch(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Batch:
    folder = tmp_path_factory.mktemp("kept") / "batch"
    return replicate(scenario, N, out=folder, executor="serial", keep=("links",))


@pytest.fixture(scope="module")
def bare(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Batch:
    return replicate(scenario, 2, out=tmp_path_factory.mktemp("bare") / "batch", executor="serial")


def test_links_have_the_percentiles_of_the_replications(batch: Batch) -> None:
    frame = batch.table("links")
    data = batch_data(batch)
    ways = [way for link in data["links"] for way in link["ways"]]
    told = {
        side: sorted(
            (way if side == "a" else way[side])["sum"]["teu"][2] for way in ways if way["sum"]
        )
        for side in ("low", "a", "high")
    }
    for side, level in (("low", 10), ("a", 50), ("high", 90)):
        wanted = [np.percentile(rows, level) for _, rows in frame.groupby("link")["teu"]]
        assert max(wanted) > 0
        assert told[side] == pytest.approx(sorted(wanted), abs=0.051)
    assert told["low"] != told["high"]
    assert data["batch"] == {"n": N, "measures": ["teu", "t", "cny"]}


def test_the_gauge_has_the_chances_and_a_band(batch: Batch) -> None:
    goal = batch_data(batch)["goal"]
    goals = batch.goals()
    assert [chance[0] for chance in goal["chances"]] == goals["probability"].tolist()
    assert [chance[2] for chance in goal["chances"]] == pytest.approx(goals["high"], abs=1e-4)
    cleared = batch.frame["cleared_cny"] / 1e9
    assert goal["band"] == pytest.approx(np.percentile(cleared, (10, 50, 90)), abs=1e-3)
    assert goal["cleared"] == pytest.approx(cleared.mean(), abs=1e-3)
    assert not goal["is_whole_year"]


def test_waits_are_means_with_their_spread(batch: Batch) -> None:
    waits = batch.table("facilities").groupby("facility")["mean_wait_h"]
    told = [one for one in batch_data(batch)["facilities"] if one.get("spread")]
    assert sorted(one["wait_h"] for one in told) == pytest.approx(sorted(waits.mean()), abs=0.0051)
    assert sorted(one["spread"][2] for one in told) == pytest.approx(
        sorted(waits.quantile(0.9)), abs=0.0051
    )


@pytest.mark.browser
def test_percentiles_can_be_switched(
    visit: Callable[..., Visit], batch: Batch, tmp_path: Path
) -> None:
    seen = visit(write_map(batch, tmp_path / "map.html"))
    data = batch_data(batch)
    ways = [way for link in data["links"] for way in link["ways"] if way["sum"]]
    rank = "corridorMap.data.links.flatMap(link => link.ways).filter(way => way.sum.teu)"
    for side in ("high", "low", "a"):
        seen.page.select_option("#side", side)
        shown = seen.page.evaluate(f"{rank}.map(way => corridorMap.value(way))")
        assert shown == [(way if side == "a" else way[side])["sum"]["teu"][2] for way in ways]
    panel = " ".join(seen.page.inner_text(".panel").split())
    assert "10 to 90 % of replications:" in panel
    assert f"{N} 次重复 replications" in panel
    assert "to reach 1.0 trillion yuan (95 % interval" in panel
    assert seen.page.locator(".gauge .band").count() == 1
    assert seen.page.locator("#cargo").count() == 0
    # Places are ranked for their names though a batch keeps no boxes handled.
    assert any(node["passing"] > 0 for node in data["nodes"])
    seen.page.evaluate("corridorMap.openStretch(0)")
    card = " ".join(seen.page.inner_text(".card").split())
    for words in ("10th percentile", "median", "90th percentile"):
        assert words in card
    seen.assert_quiet()


@pytest.mark.browser
def test_without_kept_links_there_is_the_gauge_and_it_is_said(
    visit: Callable[..., Visit],
    bare: Batch,
    tmp_path: Path,
    call: Call,  # noqa: F811 - a fixture
) -> None:
    out = tmp_path / "map.html"
    done = call("map", str(bare.folder), "--out", str(out))
    assert (done.code, done.out) == (0, f"Map: {out}\n")
    assert "run it with --keep links" in done.err
    seen = visit(out)
    assert "--keep links" in seen.page.inner_text(".panel .warning >> nth=-1")
    assert seen.page.locator("#side").count() == 0
    assert seen.page.locator(".gauge .band").count() == 1
    seen.assert_quiet()


def test_what_cannot_be_compared(
    batch: Batch,
    bare: Batch,
    tmp_path: Path,
    call: Call,  # noqa: F811 - a fixture
) -> None:
    done = call("map", str(bare.folder), str(batch.folder))
    assert done.code == 1
    assert "needs the loads of links in both batches" in done.err
    done = call("map", str(bare.folder), "--by", "week", "--out", str(tmp_path / "map.html"))
    assert done.code == 2
    assert "--by is for runs" in done.err
    with pytest.raises(CorridorSimError, match="a run and a batch cannot be compared"):
        write_map(batch, tmp_path / "x.html", other=made_up_results(small_network()))


@pytest.mark.browser
def test_two_batches_show_the_difference_of_their_means(
    visit: Callable[..., Visit], batch: Batch, config: Path, tmp_path: Path
) -> None:
    fuller = Scenario.read(config, {"demand.scale": "1.5"})
    other = replicate(fuller, 2, seed=3, out=tmp_path / "other", executor="serial", keep=("links",))
    data = batch_data(batch, other=other)
    teu = [one.table("links").groupby("link")["teu"].mean() for one in (batch, other)]
    ways = [way for link in data["links"] for way in link["ways"]]
    told = [
        sum(one["sum"]["teu"][2] for one in side if one["sum"])
        for side in (ways, [way["b"] for way in ways])
    ]
    assert told == pytest.approx([one.sum() for one in teu], abs=0.5)
    assert told[1] != told[0]
    seen = visit(write_map(batch, tmp_path / "map.html", other=other))
    changes = seen.page.evaluate(
        "corridorMap.data.links.flatMap(link => link.ways).map(way => corridorMap.value(way))"
    )
    assert sum(changes) == pytest.approx(told[1] - told[0])
    assert "B − A" in seen.page.inner_text(".panel")
    for side in ("a", "b", "change"):
        seen.page.select_option("#side", side)
    seen.page.evaluate("corridorMap.openStretch(0)")
    assert "10th percentile" not in seen.page.inner_text(".card")
    seen.assert_quiet()
