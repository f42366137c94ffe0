"""Commands on result folders: map and reproduce, and what they say of damaged ones."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from corridor_sim.errors import InputError
from corridor_sim.result_folder import MANIFEST, ResultFolderError
from corridor_sim.results import Results
from tests.cli.conftest import Call
from tests.network.faulty import cell, write_good

FILES = [
    "departures.parquet",
    "facilities.parquet",
    "legs.parquet",
    "lockages.parquet",
    "manifest.json",
    "map.html",
    "shipments.parquet",
    "summary.json",
]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def copy(result: Path, tmp_path: Path) -> Path:
    """Return a copy of a result that may be damaged."""
    return Path(shutil.copytree(result, tmp_path / "copy"))


def test_the_map_is_drawn_again(call: Call, result: Path) -> None:
    done = call("map", result)
    assert (done.code, done.out, done.err) == (0, "Map: map.html\n", "")
    assert Path("map.html").read_bytes() == (result / "map.html").read_bytes()
    done = call("map", result, "--out", "other.html")
    assert done.out == "Map: other.html\n"
    assert sorted(path.name for path in Path.cwd().iterdir()) == ["map.html", "other.html"]


def test_the_map_of_two_opens_with_the_view_asked_for(call: Call, result: Path) -> None:
    for view, opens in ((), "change"), (("--view", "side-by-side"), "both"):
        done = call("map", result, result, *view)
        assert (done.code, done.err) == (0, "")
        assert f'"opens":"{opens}"' in Path("map.html").read_text(encoding="utf-8")
    done = call("map", result, "--view", "side-by-side")
    assert done.code == 2
    assert "--view is for two results" in done.err


def test_a_map_that_cannot_be_written(
    call: Call, result: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = call("map", result, "--out", "no/such/map.html")
    assert done.code == 2
    assert "there is no folder 'no/such'" in done.err
    assert call("map", result, "--out", ".").code == 2

    def full(_: object, path: Path, **_options: object) -> None:
        path.write_text("half")
        raise OSError(28, "No space left on device", str(path))

    Path("map.html").write_text("an older map")
    monkeypatch.setattr("corridor_sim.maps.write_map", full)
    done = call("map", result)
    assert done.code == 1
    assert "No space left on device" in done.err
    assert Path("map.html").read_text() == "an older map"
    assert [path.name for path in Path.cwd().iterdir()] == ["map.html"]


def test_a_result_is_reproduced(call: Call, result: Path) -> None:
    done = call("reproduce", result)
    assert done.code == 0, done.err
    assert done.out == f"{result} is reproduced: every table agrees byte for byte\n"
    assert "Simulating small: 10 %" in done.err
    assert call("reproduce", result, "--quiet").err == ""


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("how", ["cut", "flipped", "emptied", "removed"])
def test_a_damaged_file_is_named(call: Call, copy: Path, name: str, how: str) -> None:
    file = copy / name
    content = bytearray(file.read_bytes())
    if how == "cut":
        file.write_bytes(content[: len(content) // 2])
    elif how == "flipped":
        content[len(content) // 3] ^= 1
        file.write_bytes(content)
    elif how == "emptied":
        file.write_bytes(b"")
    else:
        file.unlink()
    for command in ("map", "reproduce"):
        done = call(command, copy)
        assert done.code == 2, (command, done)
        assert name in done.err, done.err
        assert "Traceback" not in done.err
        assert done.out == ""
    with pytest.raises(ResultFolderError, match=name):
        Results.load(copy)
    assert [path.name for path in Path.cwd().iterdir()] == ["copy"]


def test_every_flipped_bit_of_the_manifest_is_seen(copy: Path) -> None:
    """A seed or a hash that is another one would be believed."""
    file = copy / MANIFEST
    good = file.read_bytes()
    for place in range(0, len(good), 37):
        flipped = bytearray(good)
        flipped[place] ^= 1 << (place % 7)
        file.write_bytes(flipped)
        # Blanks between words are no content.
        if _same_json(good, bytes(flipped)):
            continue
        with pytest.raises(ResultFolderError):
            Results.load(copy)


def _same_json(one: bytes, other: bytes) -> bool:
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False


@pytest.mark.parametrize(
    ("content", "pattern"),
    [
        ("", "manifest.json is damaged"),
        ("{}", "manifest.json is damaged"),
        ("[]", "manifest.json is damaged"),
        ("[" * 100_000, "manifest.json is damaged"),
        ('{"format": 1, "outputs": 5}', "manifest.json is damaged"),
        ('{"format": 9, "outputs": {}}', "layout 9, this version reads 1"),
        (
            '{"format": 1, "outputs": {"../x": {"bytes": 1, "sha256": "0"}}}',
            "'../x' is not the name of a plain file",
        ),
    ],
)
def test_a_foreign_manifest(call: Call, copy: Path, content: str, pattern: str) -> None:
    (copy / MANIFEST).write_text(content)
    done = call("map", copy)
    assert done.code == 2
    assert re.search(pattern, done.err), done.err
    assert "Traceback" not in done.err


def test_links_are_not_followed(call: Call, copy: Path) -> None:
    (copy / "legs.parquet").rename("elsewhere.parquet")
    (copy / "legs.parquet").symlink_to(Path("elsewhere.parquet").resolve())
    done = call("map", copy)
    assert done.code == 2
    assert "'legs.parquet' is not the name of a plain file of this folder" in done.err


@pytest.mark.parametrize("place", ["nowhere", "file", "empty", "copy/map.html"])
def test_what_is_no_result_folder(call: Call, copy: Path, place: str) -> None:
    assert copy.is_dir()
    Path("file").write_text("x")
    Path("empty").mkdir()
    for command in ("map", "reproduce"):
        done = call(command, place)
        assert done.code == 2
        assert place in done.err
        assert "Traceback" not in done.err


def test_a_network_that_was_changed_since(call: Call) -> None:
    net = write_good(Path("net"))
    Path("case.yaml").write_text("network: net\nperiod: {days: 20, warm_up_days: 0}\n")
    assert call("run", "case.yaml", "--out", "out", "--quiet").code == 0
    cell("links", 2, time_h="2")(net)
    for command in ("map", "reproduce"):
        done = call(command, "out")
        assert done.code == 2
        assert "out was made from other tables than those there now: links.csv" in done.err
        assert "restore them, or run the scenario again" in done.err
    # A scenario that was changed does not matter: the folder holds it.
    cell("links", 2, time_h="constant(1)")(net)
    Path("case.yaml").write_text("gone: x")
    assert call("reproduce", "out").code == 0
    (net / "links.csv").unlink()
    done = call("map", "out")
    assert done.code == 2
    assert "links.csv" in done.err
    with pytest.raises((InputError, ResultFolderError)):
        Results.load("out")


def test_what_is_not_reproduced_is_told(
    call: Call, result: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from corridor_sim import simulation

    honest = simulation.simulate

    def other_seed(scenario: object, *, seed: int, **options: object) -> object:
        return honest(scenario, seed=seed + 1, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(simulation, "simulate", other_seed)
    done = call("reproduce", result, "--quiet")
    assert done.code == 1
    assert "is not reproduced:\n  the stamps of the run differ (log_digest)" in done.err
    assert "shipments.parquet differs" in done.err
