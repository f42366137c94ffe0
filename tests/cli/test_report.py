"""``report`` and the further options of ``map``: what they write, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Call


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_report_is_written_with_its_files(call: Call, result: Path) -> None:
    done = call("report", result, "--assets", "files", "--quiet", "--lang", "en")
    assert (done.code, done.err) == (0, "")
    assert done.out == "Report: report.html\nCharts and tables: files\n"
    page = Path("report.html").read_text(encoding="utf-8")
    assert "given this demand" in page
    assert "Why this route" in page
    assert "<script" not in page
    assert (Path("files") / "tables.xlsx").is_file()
    assert (Path("files") / "by_corridor.csv").is_file()
    assert len(list(Path("files").glob("*.png"))) == len(list(Path("files").glob("*.svg"))) > 10


def test_a_report_of_the_folder_alone_is_faster_and_shorter(call: Call, result: Path) -> None:
    done = call("report", result, "--no-rerun", "--out", "short.html")
    assert (done.code, done.err) == (0, "")
    page = Path("short.html").read_text(encoding="utf-8")
    assert "Why this route" not in page
    assert "--no-rerun" in page


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--out", "no/such/report.html"), "there is no folder 'no/such'"),
        (("--od", "Z_CQLJ"), "is no pair"),
        (("--od", "Z_CQLJ>Z_NOWHERE", "--quiet"), "is no pair of zones"),
        (("--lang", "fr"), "'fr' is not one of"),
    ],
)
def test_a_report_that_cannot_be_written(
    call: Call, result: Path, arguments: tuple[str, ...], told: str
) -> None:
    done = call("report", result, *arguments)
    assert done.code == 2
    assert told in " ".join(done.err.split())
    assert list(Path.cwd().iterdir()) == []


def test_two_results_are_drawn_as_their_difference(call: Call, result: Path) -> None:
    done = call("map", result, result, "--lang", "en", "--by", "month")
    assert (done.code, done.out, done.err) == (0, "Map: map.html\n", "")
    page = Path("map.html").read_text(encoding="utf-8")
    assert '"other":{' in page
    assert '<html lang="en">' in page


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--tiles", "file:///etc/passwd"), "is no address of tiles"),
        (("--tiles", "https://a.b/{z}/{x}.png"), "is no address of tiles"),
        (("--basemap", "nowhere.geojson"), "cannot be the base map"),
    ],
)
def test_grounds_that_are_none_are_refused(
    call: Call, result: Path, arguments: tuple[str, ...], told: str
) -> None:
    done = call("map", result, *arguments)
    assert done.code == 2
    assert told in done.err
    assert list(Path.cwd().iterdir()) == []


def test_a_map_on_a_ground_of_ones_own(call: Call, result: Path) -> None:
    shape = {"type": "Polygon", "coordinates": [[[100, 20], [110, 20], [110, 30], [100, 20]]]}
    feature = {"type": "Feature", "properties": {}, "geometry": shape}
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    Path("own.geojson").write_text(text, encoding="utf-8")
    whole = call("map", result, "--out", "land.html")
    own = call("map", result, "--basemap", "own.geojson", "--out", "own.html")
    none = call("map", result, "--basemap", "none", "--out", "none.html")
    borders = call("map", result, "--basemap", "countries", "--out", "countries.html")
    assert (whole.code, own.code, none.code, borders.code) == (0, 0, 0, 0)
    names = ("none", "own", "land", "countries")
    sizes = [Path(f"{name}.html").stat().st_size for name in names]
    assert sizes == sorted(sizes)
    assert sizes[-1] < 1.5 * 2**20
