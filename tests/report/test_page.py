"""The page of a report: one file, no script, nothing fetched, nothing of the tables acts."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corridor_sim.report import report_page
from corridor_sim.report.assets import neutral, write_assets
from corridor_sim.report.bars import Bar, bars
from corridor_sim.report.blocks import Chart, Column, Paragraph, Section, Table
from corridor_sim.report.legends import Series
from corridor_sim.report.page import blocks_of, render
from corridor_sim.report.voice import Voice
from tests.maps.test_hostile_text import PAYLOADS
from tests.pages import PHONE, WIDE, Visit
from tests.report.conftest import Made

Visitor = Callable[..., Visit]


@pytest.fixture(scope="module")
def pages(made: Made) -> dict[str, str]:
    return {
        lang: report_page(made.results, lang=lang, ground=made.ground)
        for lang in ("both", "en", "zh")
    }


def opened(visit_page: Visitor, page: str, folder: Path, **how: Any) -> Visit:
    file = folder / "report.html"
    file.write_text(page.replace("<html ", '<html data-drawn="yes" ', 1), encoding="utf-8")
    return visit_page(file, **how)


def test_equal_results_give_equal_bytes(made: Made, pages: dict[str, str]) -> None:
    assert report_page(made.results, lang="zh", ground=made.ground) == pages["zh"]


def test_the_page_is_small_and_holds_no_script(pages: dict[str, str]) -> None:
    for page in pages.values():
        assert len(page.encode()) < 2 * 2**20
        assert "default-src 'none'" in page
        assert not re.search(r"<(script|link|iframe|img|object|embed|form)\b", page)
        assert not re.search(r"\son\w+=|url\((?!#)|@import", page)


def test_languages_say_what_is_theirs(pages: dict[str, str]) -> None:
    plain = {lang: re.sub(r"<[^>]*>", " ", page) for lang, page in pages.items()}
    assert "亿元" in plain["zh"]
    assert "The answer" not in plain["zh"]
    assert "结论" not in plain["en"]
    assert "bn yuan" in plain["en"]
    assert "结论" in plain["both"]
    assert "The answer" in plain["both"]


@pytest.mark.browser
@pytest.mark.parametrize(("lang", "size"), [("both", WIDE), ("zh", PHONE), ("en", PHONE)])
def test_a_browser_shows_it_without_network_or_complaint(
    visit: Visitor,
    pages: dict[str, str],
    tmp_path: Path,
    lang: str,
    size: tuple[int, int],
) -> None:
    seen = opened(visit, pages[lang], tmp_path, size=size)
    assert seen.page.locator("p.answer").bounding_box()["y"] < 400
    assert seen.page.locator("svg").count() > 20
    width = seen.page.evaluate("document.documentElement.scrollWidth")
    assert width <= size[0]
    # Every link of the contents leads to a section with a heading.
    for target in seen.page.eval_on_selector_all("nav a", "all => all.map(a => a.hash)"):
        assert seen.page.locator(f"{target} h2").count() == 1
    small = seen.page.eval_on_selector_all(
        "svg text", "all => all.filter(t => !t.textContent.trim()).length"
    )
    assert small == 0
    seen.assert_quiet()


@pytest.mark.browser
def test_hostile_text_is_shown_as_it_is(visit: Visitor, tmp_path: Path) -> None:
    sections = [hostile(payload, rank) for rank, payload in enumerate(PAYLOADS)]
    for lang in ("both", "en"):
        voice = Voice(lang)  # type: ignore[arg-type]
        page = render(("heading", "标题"), [PAYLOADS[0], PAYLOADS[1]], sections, voice)
        page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
        seen = opened(visit, page, tmp_path)
        assert seen.page.evaluate("window.ran") is None
        acting = "script, iframe, img, [onerror], [onload], [onfocus], a[href^=javascript]"
        assert seen.page.locator(acting).count() == 0
        assert "<script>window.ran = 1</script>" in seen.page.inner_text("main")
        assert str(7 * 191) not in page
        seen.assert_quiet()


def hostile(text: str, rank: int) -> Section:
    words = (text, text)
    columns = [Column(text, words, "words"), Column(text, words, "text")]
    series = [Series(words, (), "#123456"), Series((text, ""), (), "#654321")]
    return Section(
        f"s{rank}",
        words,
        [
            Paragraph(words),
            Table(text, words, columns, [[words, text]], words),
            Chart(
                text,
                words,
                lambda voice: bars(voice, words, [Bar(words, [1.0, 2.0])], series, unit=words),
                words,
            ),
        ],
    )


def test_the_names_of_a_run_reach_the_page_as_text(made: Made, pages: dict[str, str]) -> None:
    network = made.results.network
    payload = "<img src=x onerror='window.ran = 1'>"
    kept = {name: getattr(network, name).copy() for name in ("nodes", "facilities", "services")}
    try:
        for table in kept:
            frame = getattr(network, table)
            texts = ["name_en", "name_zh", "source", "confidence", "note"]
            frame[texts] = frame[texts].astype(object)
            frame.loc[:, texts] = payload
        page = report_page(made.results, ground=made.ground)
    finally:
        for table, frame in kept.items():
            for column in frame:
                getattr(network, table)[column] = frame[column]
    assert "<img" not in page
    assert page.count("&lt;img") > 50


# -- assets ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_cells_that_act_are_neutral(text: str) -> None:
    assert str(neutral(text)).startswith("'")


def test_cells_that_do_not_act_stay() -> None:
    assert [neutral(cell) for cell in ("a=1", -1.5, 3, None, "")] == ["a=1", -1.5, 3, None, ""]


def test_assets_are_written_and_name_no_path(tmp_path: Path) -> None:
    hostile_names = ["../../etc/passwd", "/abs", "con", "a" * 300, "钦州", "=cmd"]
    sections = [hostile(name, rank) for rank, name in enumerate(hostile_names)]
    folder = tmp_path / "assets"
    written = write_assets(sections, folder, Voice("both"))
    assert sorted(written) == sorted(folder.iterdir())
    assert {path.parent for path in tmp_path.rglob("*") if path.is_file()} == {folder}
    kinds = [path.suffix for path in written]
    assert [kinds.count(kind) for kind in (".svg", ".png", ".csv", ".xlsx")] == [6, 6, 6, 1]
    assert all(p.read_bytes().startswith(b"\x89PNG") for p in folder.glob("*.png"))
    for path in folder.glob("*.csv"):
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))):
            assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in row)


def test_workbooks_hold_numbers_text_and_no_formula(tmp_path: Path) -> None:
    columns = [Column("name", ("name", "名"), "text"), Column("n", ("n", "数"))]
    rows = [["=HYPERLINK(1)", 1.5], ["plain", None], ["http://a.b", float("nan")]]
    section = Section("s", ("s", ""), [Table("t", ("t", ""), columns, rows)])
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        write_assets([section], folder, Voice("zh"))
    assert (first / "tables.xlsx").read_bytes() == (second / "tables.xlsx").read_bytes()
    with zipfile.ZipFile(first / "tables.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert "<v>1.5</v>" in sheet
    assert "'=HYPERLINK(1)" in texts


def test_every_chart_of_a_run_can_be_taken_out(made: Made) -> None:
    charts = [
        block
        for section in made.sections
        for block in blocks_of(section.blocks)
        if isinstance(block, Chart)
    ]
    assert len({chart.name for chart in charts}) == len(charts) > 20
    for chart in charts:
        svg = chart.draw(Voice("both"))
        assert svg.startswith("<svg xmlns")
        assert not re.search(r'="(nan|inf|-inf)"', svg)
