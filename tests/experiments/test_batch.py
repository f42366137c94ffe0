"""Batches: the same bytes however they run, intervals from theory, and folders that go on."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from scipy import stats

from corridor_sim import Scenario, simulate
from corridor_sim.errors import CorridorSimError
from corridor_sim.experiments import Batch, Shard, collect, replicate, tasks
from corridor_sim.experiments.executors import Executor
from corridor_sim.experiments.replicating import open_member
from corridor_sim.experiments.rows import MAIN
from corridor_sim.experiments.running import Progress, carry_out
from corridor_sim.experiments.tasks import Task
from corridor_sim.experiments.whole_files import parquet_bytes
from corridor_sim.result_folder import ResultFolderError
from tests.cli.conftest import Call, command, environment
from tests.cli.test_disk import small_disk  # noqa: F401 - a fixture
from tests.experiments.calls import fatal_for_three
from tests.experiments.conftest import KEEP, N, hashes, made_up_tables, write_scenario

KEEP_WORDS = ("--keep", "links", "--keep", "shipments")


@pytest.mark.parametrize(("executor", "workers"), [("threads", 3), ("processes", 2)])
def test_the_same_bytes_from_every_executor(
    small: Scenario, undisturbed: Batch, tmp_path: Path, executor: str, workers: int
) -> None:
    batch = replicate(small, N, out=tmp_path, executor=executor, workers=workers, keep=KEEP)
    assert batch.is_complete
    assert hashes(batch.folder) == hashes(undisturbed.folder)


@pytest.mark.usefixtures("made_up")
def test_the_same_bytes_whatever_the_order(small: Scenario, tmp_path: Path) -> None:
    numbers = list(range(130))
    replicate(small, 130, out=tmp_path / "in order", executor="serial")
    random.Random(5).shuffle(numbers)
    member = open_member(small, tmp_path / "mixed", seed=1, wanted=numbers)
    with member.store:
        carry_out([member], numbers, executor=Executor("serial"))
        member.store.finish()
    assert hashes(tmp_path / "mixed") == hashes(tmp_path / "in order")
    assert len(hashes(tmp_path / "mixed")) == 6


@pytest.mark.usefixtures("made_up")
def test_shards_collected_are_the_whole(small: Scenario, tmp_path: Path) -> None:
    for place in (1, 2, 3):
        shard = Shard(place, 3)
        replicate(small, 130, out=tmp_path / shard.folder, executor="serial", shard=shard)
    part = collect([tmp_path / "shard-1-of-3", tmp_path / "shard-3-of-3"], tmp_path / "whole")
    assert part.missing == list(range(1, 130, 3))
    whole = collect([tmp_path], tmp_path / "whole")
    assert whole.missing == []
    replicate(small, 130, out=tmp_path / "never", executor="serial")
    assert hashes(whole.folder) == hashes(tmp_path / "never")


@pytest.mark.usefixtures("made_up")
def test_shards_of_different_batches_are_refused(small: Scenario, tmp_path: Path) -> None:
    replicate(small, 1, out=tmp_path / "shard-1-of-2", executor="serial")
    replicate(small, 1, out=tmp_path / "shard-2-of-2", executor="serial", seed=2)
    with pytest.raises(ResultFolderError, match="seed: 1 there, now 2"):
        collect([tmp_path], tmp_path / "whole")


def test_one_replication_alone_is_that_of_the_batch(
    small: Scenario, undisturbed: Batch, tmp_path: Path
) -> None:
    alone = replicate(small, N, out=tmp_path, executor="serial", keep=KEEP, only=4)
    assert alone.replications == [4]
    for name in alone.tables:
        files = sorted((tmp_path / name).iterdir())
        whole = pq.read_table(undisturbed.folder / name)
        row = whole.filter(whole["replication"].to_numpy() == 4)
        assert [path.read_bytes() for path in files] == [parquet_bytes(row.combine_chunks())]


def test_a_row_says_what_the_summary_says(small: Scenario, undisturbed: Batch) -> None:
    results = simulate(small, seed=1, replication=3)
    summary = results.summary()
    row = undisturbed.frame.set_index("replication").loc[3]
    assert row["cleared_cny"] == summary["totals"]["value_cny"]
    assert row["offered_cny"] == summary["totals"]["offered_value_cny"]
    assert row["coastal_cleared_teu"] == summary["corridors"]["coastal"]["teu"]
    assert row["coastal_p95_h"] == summary["corridors"]["coastal"]["p95_h"]
    assert row["log_digest"] == summary["log_digest"]
    times = results.statistics.door_to_door(()).iloc[0]
    assert row["region_abroad_mean_h"] == pytest.approx(times["mean_h"])
    assert row["mean_h"] == pytest.approx(times["mean_h"])
    facilities = undisturbed.table("facilities")
    here = facilities[facilities["replication"] == 3].set_index("facility")
    there = results.statistics.facilities().set_index("facility")
    assert here["mean_wait_h"].to_dict() == pytest.approx(there["mean_wait_h"].to_dict())
    months = undisturbed.table("months")
    assert months[months["replication"] == 3]["cleared_cny"].sum() == row["cleared_cny"]
    shipments = undisturbed.table("shipments")
    assert (shipments["replication"] == 3).sum() == len(results.tables.shipments)


def test_intervals_are_students(undisturbed: Batch) -> None:
    values = undisturbed.frame["cleared_teu"].to_numpy()
    low, high = stats.t.interval(0.9, N - 1, values.mean(), stats.sem(values))
    found = undisturbed.interval("cleared_teu", level=0.9)
    assert (found.estimate, found.low, found.high) == pytest.approx((values.mean(), low, high))
    row = undisturbed.intervals().set_index("figure").loc["cleared_teu"]
    assert row["n"] == N
    assert row["sd"] == pytest.approx(values.std(ddof=1))
    by_facility = undisturbed.by("facilities", "mean_wait_h")
    assert list(by_facility["facility"]) == ["customs", "station"]
    assert (by_facility["n"] == N).all()
    with pytest.raises(CorridorSimError, match="did you mean 'cleared_teu'"):
        undisturbed.interval("cleard_teu")
    with pytest.raises(CorridorSimError, match=r"no table 'facilites'; .* 'facilities'"):
        undisturbed.table("facilites")


def test_the_probability_of_a_goal_is_wilsons(undisturbed: Batch) -> None:
    yearly = undisturbed.frame["cleared_cny"] / 30 * 365
    target = float(np.sort(yearly)[N - 3])
    found = undisturbed.probability(target)
    # Values may be equal: more than the largest may reach it.
    hits = int((yearly >= target).sum())
    z, n, p = float(stats.norm.ppf(0.975)), N, hits / N
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    bounds = (p, centre - half, centre + half)
    assert (found.estimate, found.low, found.high) == pytest.approx(bounds)
    assert list(undisturbed.goals()["target_cny"]) == [1.0e12, 1.1e12]


@pytest.mark.usefixtures("made_up")
def test_a_batch_grows_and_runs_nothing_twice(small: Scenario, tmp_path: Path) -> None:
    told: list[Progress] = []
    for n in (3, 8):
        batch = replicate(small, n, out=tmp_path / "b", executor="serial", progress=told.append)
    replicate(small, 8, out=tmp_path / "whole", executor="serial")
    assert hashes(tmp_path / "b") == hashes(tmp_path / "whole")
    assert [(state.done, state.new, state.total) for state in told] == [
        *((new, new, 3) for new in range(1, 4)),
        *((3 + new, new, 8) for new in range(1, 6)),
    ]
    assert told[-1].left_s == 0
    assert told[-1].interval == batch.interval("cleared_cny")


@pytest.mark.usefixtures("made_up")
def test_precision_stops_at_the_same_replication_however_it_runs(
    small: Scenario, tmp_path: Path
) -> None:
    found = []
    for name, workers in (("serial", 1), ("threads", 4)):
        batch = replicate(
            small, 60, out=tmp_path / name, executor=name, workers=workers, precision=0.03
        )
        found.append(hashes(batch.folder))
        interval = batch.interval("cleared_cny")
        assert interval.half_width <= 0.03 * interval.estimate
        assert batch.missing == []
        assert len(batch) % 5 == 0
        assert 10 <= len(batch) < 60
    assert found[0] == found[1]


def test_a_fatal_replication_is_isolated_and_told(small: Scenario, tmp_path: Path) -> None:
    member = open_member(small, tmp_path, seed=1, wanted=range(5))
    with member.store:
        carry_out([member], range(5), executor=Executor("processes", 2), call=fatal_for_three)
        member.store.finish()
    batch = Batch.load(tmp_path)
    assert batch.replications == [0, 1, 2, 4]
    assert batch.missing == [3]
    line = json.loads((tmp_path / "failures.jsonl").read_text())
    assert (line["replication"], line["reason"], line["attempts"]) == (3, "killed", 3)
    again = replicate(small, 5, out=tmp_path, executor="serial")
    assert again.missing == []
    assert again.failures.empty


def test_killed_with_9_and_given_again_it_ends_with_the_same_bytes(
    config: Path, undisturbed: Batch, tmp_path: Path
) -> None:
    """At random lines of progress; every operation on the disk is tried in `test_store`."""
    rng = random.Random(9)
    words = ["batch", config, "-n", str(N), "--out", tmp_path / "b", "--workers", "2"]
    words += KEEP_WORDS
    for _ in range(2):
        process = subprocess.Popen(
            command(*words), env=environment(), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        assert process.stderr is not None
        for _ in range(rng.randint(1, 2)):
            process.stderr.readline()
        process.kill()
        process.wait()
        # Nothing that was started by it complains.
        assert b"Traceback" not in process.stderr.read()
        process.stderr.close()
    there = Batch.load(tmp_path / "b")
    assert 0 < len(there) < N
    done = subprocess.run(
        command(*words), env=environment(), capture_output=True, text=True, check=True
    )
    assert f"{N} replications (0-{N - 1}), seed 1" in done.stdout
    assert hashes(tmp_path / "b") == hashes(undisturbed.folder)


def test_a_full_disk_loses_nothing_finished(
    small_disk: tuple[Path, list[str]],  # noqa: F811
    config: Path,
    undisturbed: Batch,
    call: Call,
    tmp_path: Path,
) -> None:
    folder, words = small_disk
    if words:
        # Where no disk can be mounted, a limit on files would be one of this process as well.
        return
    run = (
        "batch",
        config,
        "-n",
        str(N),
        "--workers",
        "1",
        "--keep",
        "links",
        "--keep",
        "shipments",
    )
    done = call(*run, "--out", folder / "b", "--quiet")
    assert done.code == 1
    assert "Error: cannot write" in done.err
    assert "No space left on device" in done.err
    assert "what was finished is kept" in done.err
    kept = Batch.load(folder / "b").replications
    assert 0 < len(kept) < N
    subprocess.run(
        ["/bin/mount", "-o", "remount,size=2M", str(folder)], check=True, capture_output=True
    )
    assert call(*run, "--out", folder / "b", "--quiet").code == 0
    assert hashes(folder / "b") == hashes(undisturbed.folder)


# -- the command line ----------------------------------------------------------------------------


@pytest.mark.usefixtures("made_up")
def test_the_screen(config: Path, call: Call, tmp_path: Path) -> None:
    done = call("batch", config, "-n", "10", "--workers", "1", "--out", tmp_path / "b")
    assert done.code == 0
    assert "10 replications (0-9), seed 1" in done.out
    assert "Probability of reaching, given this demand:" in done.out
    assert "1.10 trillion yuan: 0.0 % (95 % interval 0.0 % to 27.8 %; 0 of 10)" in done.out
    assert all(len(line) <= 100 for line in done.out.splitlines() if "/" not in line)
    lines = done.err.splitlines()
    assert len(lines) == 10
    assert lines[4].startswith("Batch of small: 50 % (5 of 10), ")
    assert "bn yuan cleared" in lines[4]
    again = call("batch", config, "-n", "10", "--workers", "1", "--out", tmp_path / "b")
    assert again.out.split("Took")[0] == done.out.split("Took")[0]
    assert again.err == ""


@pytest.mark.usefixtures("made_up")
def test_several_scenarios_have_a_folder_each(config: Path, call: Call, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(f"extends: {config}\ndemand: {{scale: 2}}\n")
    done = call(
        "batch", config, other, "-n", "2", "--workers", "1", "--out", tmp_path / "b", "--quiet"
    )
    assert done.code == 0
    first, second = Batch.load(tmp_path / "b" / "small"), Batch.load(tmp_path / "b" / "other")
    assert second.scenario.demand.scale == 2
    assert (first.frame["cleared_cny"] < second.frame["cleared_cny"]).all()
    again = call("batch", config, config, "-n", "2", "--out", tmp_path / "c")
    assert again.code == 2
    assert "two or more are called 'small'" in again.err


@pytest.mark.usefixtures("made_up")
def test_shards_by_the_command_line(config: Path, call: Call, tmp_path: Path) -> None:
    run = ("batch", config, "-n", "4", "--workers", "1", "--out", tmp_path, "--quiet")
    assert call(*run, "--shard", "1/2").code == 0
    # The first shard alone: nobody knows of replication 3 yet.
    done = call("collect", tmp_path)
    assert done.code == 3
    assert "Not there: 1" in done.out
    assert call(*run, "--shard", "2/2").code == 0
    assert call("collect", tmp_path).code == 0
    assert Batch.load(tmp_path / "whole").replications == [0, 1, 2, 3]


@pytest.mark.usefixtures("made_up")
def test_a_replication_without_result_exits_with_3(
    config: Path, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(task: Task, ground: None, replication: int) -> object:
        if replication == 1:
            raise RuntimeError("no such day")
        return made_up_tables(task, ground, replication)

    monkeypatch.setattr(tasks, "_tables", faulty)
    done = call("batch", config, "-n", "3", "--workers", "1", "--out", tmp_path / "b")
    assert done.code == 3
    assert "Not there: 1\n  replication 1 failed: RuntimeError: no such day" in done.out
    assert "1 without a result" in done.err


@pytest.mark.usefixtures("made_up")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--shard", "3/2"), "there is no shard 3 of 2"),
        (("--shard", "x"), "'x' is no shard; allowed: K/N"),
        (("--only", "1", "--shard", "1/2"), "--only and --shard do not go together"),
        (("--precision", "200%"), "out of range; allowed: above 0 to below 100 %"),
        (("--precision", "fine"), "'fine' is no precision; allowed: for example 2%"),
        (("--workers", "0"), "'0' is no number of workers; allowed: auto, or 1 and more"),
        (("--scheduler", "tcp://a:1", "--executor", "threads"), "goes with --executor dask"),
        (("--measure", "cleared", "--precision", "2%"), "there is no figure 'cleared'"),
    ],
)
def test_bad_words_exit_with_2(
    config: Path, call: Call, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    done = call("batch", config, "-n", "2", "--workers", "1", "--out", tmp_path / "b", *words)
    assert done.code == 2
    assert told in done.err


@pytest.mark.usefixtures("made_up")
def test_another_scenario_in_the_folder_exits_with_2(
    config: Path, call: Call, tmp_path: Path
) -> None:
    run = ("batch", config, "-n", "1", "--workers", "1", "--out", tmp_path / "b", "--quiet")
    assert call(*run).code == 0
    done = call(*run, "--set", "demand.scale=2")
    assert done.code == 2
    assert "scenario.demand.scale: 1.0 there, now 2.0" in done.err
    # The same tables elsewhere are the same; changed ones are not.
    moved = ("batch", write_scenario(tmp_path / "other"), *run[2:])
    assert call(*moved).code == 0
    nodes = tmp_path / "other" / "net" / "nodes.csv"
    nodes.write_text(nodes.read_text().replace("103.8", "103.9"))
    done = call(*moved)
    assert done.code == 2
    assert "table nodes.csv was changed" in done.err


@pytest.mark.usefixtures("made_up")
def test_without_a_folder_it_is_a_temporary_one(small: Scenario) -> None:
    batch = replicate(small, 2, executor="serial")
    assert isinstance(batch.frame, pd.DataFrame)
    assert batch.table(MAIN).equals(batch.frame)
