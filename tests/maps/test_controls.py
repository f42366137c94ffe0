"""Slider, measures, languages, differences and disruptions of the map in a real browser."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from corridor_sim.maps import write_map
from corridor_sim.maps.series import Lang
from tests.maps.runs import made_up_results, small_network
from tests.maps.test_browser import on_paper, open_link, text
from tests.pages import Visit

pytestmark = pytest.mark.browser

Visitor = Callable[..., Visit]


def test_the_slider_moves_flows_gauge_and_waits(visit: Visitor, small_map: Path) -> None:
    seen = visit(small_map)
    whole = text(seen, ".panel .headline")
    assert "全期 whole period" in text(seen, ".time output")
    slider = seen.page.locator(".time input")
    slider.focus()
    for _ in range(3):
        seen.page.keyboard.press("ArrowRight")
    assert text(seen, ".time output") == "2025-03"
    shown = text(seen, ".panel .headline")
    assert shown != whole
    expected = seen.page.evaluate(
        """() => corridorMap.data.goal.corridors.reduce(
            (sum, one) => sum + one.series.slice(0, 3).reduce((a, b) => a + b, 0), 0)"""
    )
    assert f"{expected:,.1f} bn yuan" in shown
    assert "cleared so far, given this demand" in text(seen, ".panel")
    assert "at this pace" in text(seen, ".panel .warning")
    values = "() => corridorMap.data.links.map(l => l.ways.map(w => corridorMap.value(w)))"
    march = seen.page.evaluate(values)
    slider.press("Home")
    year = seen.page.evaluate(values)
    assert text(seen, ".panel .headline") == whole
    ratios = [
        m / y for a, b in zip(march, year, strict=True) for m, y in zip(a, b, strict=True) if y
    ]
    assert ratios == pytest.approx([ratios[0]] * len(ratios), abs=2e-3)
    assert 0.06 < ratios[0] < 0.12
    seen.assert_quiet()


def test_play_runs_through_the_periods_and_stops(visit: Visitor, small_map: Path) -> None:
    seen = visit(small_map)
    seen.page.click(".time .play")
    seen.page.locator(".time output", has_text="2025-02").wait_for()
    assert seen.page.get_attribute(".time .play", "aria-label") == "停止 Stop"
    seen.page.click(".time .play")
    assert seen.page.get_attribute(".time .play", "aria-label") == "播放 Play"
    seen.assert_quiet()


def test_cargo_and_measures_add_up(visit: Visitor, small_map: Path) -> None:
    seen = visit(small_map)
    value = """([measure, cargo]) => {
        corridorMap.choose({ measure: measure, cargo: cargo });
        return corridorMap.data.links.map(l => l.ways.map(w => corridorMap.value(w))).flat();
    }"""
    found = {
        cargo: seen.page.evaluate(value, ["teu", cargo])
        for cargo in ("all", "own", "export", "import")
    }
    for every, own, out, home in zip(*found.values(), strict=True):
        assert own == pytest.approx(out + home)
        assert own == pytest.approx(0.6 * every, abs=0.2)
    for measure, unit in (("t", " t"), ("kg", " t CO2e"), ("cny", "亿元")):
        seen.page.select_option("#measure", measure)
        assert unit in text(seen, ".legend .widths")
    seen.assert_quiet()


def test_a_mode_can_be_taken_off_the_map(visit: Visitor, small_map: Path) -> None:
    seen = visit(small_map)
    on_paper(seen)
    lines = "document.querySelectorAll('.leaflet-flows-pane path').length"
    before = seen.page.evaluate(lines)
    seen.page.click(".switch summary")
    seen.page.uncheck("#mode-sea")
    assert seen.page.evaluate(lines) < before
    seen.page.check("#mode-sea")
    assert seen.page.evaluate(lines) == before
    seen.assert_quiet()


@pytest.mark.parametrize(
    ("lang", "wanted", "unwanted"),
    [("en", "Chongqing's trade corridors", "重庆"), ("zh", "重庆外贸通道", "corridor")],
)
def test_a_map_speaks_one_language(
    visit: Visitor, tmp_path: Path, lang: Lang, wanted: str, unwanted: str
) -> None:
    results = made_up_results(small_network(), title="", name="x")
    seen = visit(write_map(results, tmp_path / "map.html", lang=lang))
    seen.page.locator(".waits button").first.click()
    seen.page.locator(".card").wait_for()
    shown = seen.page.inner_text("body")
    assert wanted in shown
    assert unwanted not in shown
    assert seen.page.get_attribute("html", "lang") == ("en" if lang == "en" else "zh-CN")
    seen.assert_quiet()


def test_a_difference_shows_what_grew_and_what_shrank(visit: Visitor, tmp_path: Path) -> None:
    a, b = (made_up_results(small_network(), name=name, title="") for name in ("base", "other"))
    b.statistics.moved.loc["rail:CQ>QZ", "teu"] += 4_000.0
    b.statistics.moved.loc["sea:QZ>SIN", "teu"] -= 1_000.0
    seen = visit(write_map(a, tmp_path / "map.html", other=b))
    on_paper(seen)
    strokes = seen.page.eval_on_selector_all(
        ".leaflet-flows-pane path",
        "all => all.map(p => [p.getAttribute('stroke'), p.getAttribute('stroke-dasharray')])",
    )
    assert [dashes for stroke, dashes in strokes if stroke == "#1f62a8"] == [None]
    assert len([dashes for stroke, dashes in strokes if stroke == "#b3121d" and dashes]) == 1
    assert "more in B" in text(seen, ".legend")
    open_link(seen, "Chongqing rail terminal")
    seen.page.locator(".card").wait_for()
    assert "+4,000 TEU" in text(seen, ".card")
    assert "base" in text(seen, ".card")
    seen.page.keyboard.press("Escape")
    for side in ("a", "b"):
        seen.page.select_option("#side", side)
        assert "Utilisation" in text(seen, ".legend")
        assert "of 1.0 trillion yuan" in text(seen, ".panel")
    seen.assert_quiet()


def test_disruptions_appear_at_their_place_and_time(visit: Visitor, tmp_path: Path) -> None:
    shut = SimpleNamespace(
        name="port shut",
        facilities=("QZ_BERTH",),
        links=(),
        services=(),
        passages=(),
        start=dt.date(2025, 3, 5),
        end=dt.date(2025, 3, 9),
    )
    results = made_up_results(small_network(), disruptions=(shut,))
    seen = visit(write_map(results, tmp_path / "map.html"))
    marks = seen.page.locator(".closure")
    assert marks.count() == 1
    seen.page.evaluate("corridorMap.showPeriod(8)")
    assert "周起 week of 2025-02-26" in text(seen, ".time output")
    assert marks.count() == 0
    seen.page.evaluate("corridorMap.showPeriod(9)")
    assert marks.count() == 1
    assert "port shut" in text(seen, ".time .events")
    marks.focus()
    seen.page.keyboard.press("Enter")
    seen.page.locator(".card").wait_for()
    assert "2025-03-05 – 2025-03-08" in text(seen, ".card")
    seen.assert_quiet()


def test_tiles_are_fetched_only_where_they_were_asked_for(visit: Visitor, tmp_path: Path) -> None:
    address = "https://tiles.example.org/{z}/{x}/{y}.png"
    seen = visit(write_map(made_up_results(small_network()), tmp_path / "map.html", tiles=address))
    asked = [url for url in seen.requests if url.startswith("https:")]
    assert asked
    assert all(url.startswith("https://tiles.example.org/") for url in asked)


def test_five_thousand_links_can_be_used(visit: Visitor, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    n = 700
    nodes = pd.DataFrame(
        {"name_en": "", "name_zh": "", "kind": "city", "lat": rng.uniform(-40, 60, n)},
        index=[f"N{rank}" for rank in range(n)],
    )
    nodes["lon"] = rng.uniform(-20, 170, n)
    network = small_network()
    ends = rng.integers(0, n, (5_000, 2))
    links = pd.DataFrame(
        {
            "from_node": nodes.index[ends[:, 0]],
            "to_node": nodes.index[(ends[:, 0] + 1 + ends[:, 1] % (n - 1)) % n],
            "mode": "rail",
            "corridor": "cre",
            "distance_km": 1_000.0,
        },
        index=[f"L{rank}" for rank in range(5_000)],
    )
    network.nodes, network.links = nodes, links
    network.calls, network.facilities = network.calls.iloc[:0], network.facilities.iloc[:0]
    network.zones = network.zones.iloc[:0]
    results = made_up_results(network)
    teu = pd.Series(rng.gamma(1.0, 5_000, 5_000), index=links.index)
    results.statistics.moved = pd.DataFrame({"teu": teu, "capacity_teu": 1.3 * teu})
    seen = visit(write_map(results, tmp_path / "map.html"))
    spent = seen.page.evaluate(
        """() => {
            const began = performance.now();
            corridorMap.showPeriod(4);
            return performance.now() - began;
        }"""
    )
    assert spent < 5_000
    assert seen.page.locator(".leaflet-flows-pane canvas").count() == 1
    seen.assert_quiet()


def test_it_prints_on_paper(visit: Visitor, small_map: Path) -> None:
    seen = visit(small_map)
    seen.page.emulate_media(media="print")
    assert seen.page.locator(".panel").is_visible()
    assert seen.page.locator(".legend").is_visible()
    assert not seen.page.locator(".switch").is_visible()
    assert seen.page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    seen.assert_quiet()
