"""Two runs as two maps side by side: one page, moved and slid together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from corridor_sim.maps import map_page, write_map
from corridor_sim.network import Network
from tests.maps.runs import made_up_results, small_network
from tests.maps.test_browser import on_paper, text
from tests.pages import PHONE, WIDE, Visit

pytestmark = pytest.mark.browser

Visitor = Callable[..., Visit]


@pytest.fixture
def two(tmp_path: Path) -> Path:
    a, b = (made_up_results(small_network(), name=name, title="") for name in ("base", "other"))
    b.statistics.moved.loc["rail:CQ>QZ", "teu"] *= 3
    return write_map(a, tmp_path / "two.html", other=b, view="side-by-side")


WHERE = """() => corridorMap.frames.map(frame => {
    const at = frame.map.getCenter();
    return [at.lat, at.lng, frame.map.getZoom()];
})"""


def together(seen: Visit) -> list[float]:
    """Assert that both maps show the same, to half a pixel; return where."""
    first, second = seen.page.evaluate(WHERE)
    assert first[2] == second[2]
    apart = seen.page.evaluate(
        """() => {
            const [a, b] = corridorMap.frames.map(frame => frame.map);
            return a.project(a.getCenter()).distanceTo(a.project(b.getCenter()));
        }"""
    )
    assert apart <= 1.5
    return list(first)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["projector", "phone"])
def test_two_maps_share_the_page(visit: Visitor, two: Path, size: tuple[int, int]) -> None:
    seen = visit(two, size=size)
    boxes = [seen.page.locator(name).bounding_box() for name in ("#map_corridor", "#map_other")]
    a, b = boxes
    assert a
    assert b
    assert a["width"] == pytest.approx(b["width"], abs=4)
    assert a["height"] == pytest.approx(b["height"], abs=8)
    if size == WIDE:
        assert a["x"] + a["width"] <= b["x"] + 1
    else:
        assert a["y"] + a["height"] <= b["y"] + 1
        controls = seen.page.locator(".switch").bounding_box()
        assert controls
        assert controls["y"] >= b["y"] + b["height"]
    assert "A base" in text(seen, "#map_corridor .badge")
    assert "B other" in text(seen, "#map_other .badge")
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= size[0]
    together(seen)
    seen.assert_quiet()


def test_each_map_has_its_run_and_both_one_scale(visit: Visitor, two: Path) -> None:
    seen = visit(two)
    weights = """() => corridorMap.frames.map(frame => Math.max(...frame.flows.flatMap(
        flow => flow.lines.map(one => one.line.options.weight))))"""
    values = """() => corridorMap.frames.map(frame => Math.max(...frame.flows.flatMap(
        flow => flow.ways.map(way => way.value))))"""
    small, large = seen.page.evaluate(values)
    assert large == pytest.approx(3 * small, rel=0.4)
    assert large > small
    thin, thick = seen.page.evaluate(weights)
    assert thin < thick
    on_paper(seen)
    for box in ("#map_corridor", "#map_other"):
        assert seen.page.locator(f"{box} .leaflet-flows-pane path").count() >= 6
    seen.assert_quiet()


def test_moving_one_map_moves_the_other(visit: Visitor, two: Path) -> None:
    seen = visit(two)
    before = together(seen)
    seen.page.evaluate("corridorMap.frames[0].map.setView([30, 100], 4, {animate: false})")
    assert together(seen)[2] == 4
    seen.page.evaluate("corridorMap.frames[1].map.setView([20, 60], 5, {animate: false})")
    assert together(seen)[2] == 5
    # With the hand, in the second map; halfway both have moved already.
    start = together(seen)
    seen.page.mouse.move(1000, 600)
    seen.page.mouse.down()
    seen.page.mouse.move(1060, 640, steps=4)
    assert together(seen) != start
    seen.page.mouse.move(1100, 660, steps=4)
    seen.page.mouse.up()
    together(seen)
    # With the buttons and the keyboard.
    seen.page.locator("#map_other").focus()
    seen.page.keyboard.press("ArrowLeft")
    seen.page.click("button[aria-label*='Opening view']")
    assert together(seen) == pytest.approx(before, abs=0.5)
    seen.assert_quiet()


def test_zooming_with_the_wheel_ends_alike(visit: Visitor, two: Path) -> None:
    seen = visit(two)
    before = together(seen)[2]
    seen.page.mouse.move(300, 600)
    seen.page.mouse.wheel(0, -400)
    seen.page.wait_for_function(
        "zoom => corridorMap.frames.every(f => f.map.getZoom() > zoom && !f.map._animatingZoom)",
        arg=before,
    )
    together(seen)
    seen.assert_quiet()


def test_slider_measure_cargo_layers_and_modes_rule_both(visit: Visitor, two: Path) -> None:
    seen = visit(two)
    values = """() => corridorMap.frames.map(frame => frame.flows.map(
        flow => flow.ways.map(way => Math.round(way.value))).flat())"""
    year = seen.page.evaluate(values)
    seen.page.locator(".time input").press("ArrowRight")
    month = seen.page.evaluate(values)
    for side in (0, 1):
        assert 0 < sum(month[side]) < sum(year[side])
    seen.page.select_option("#measure", "t")
    assert [sum(v) > sum(m) for v, m in zip(seen.page.evaluate(values), month, strict=True)] == [
        True,
        True,
    ]
    seen.page.select_option("#cargo", "export")
    exports = seen.page.evaluate(values)
    assert all(0 < sum(e) < 9 * sum(m) for e, m in zip(exports, month, strict=True))
    lines = """() => corridorMap.frames.map(frame => frame.flows.flatMap(flow => flow.lines.filter(
        one => one.line._map === frame.map)).length)"""
    every = seen.page.evaluate(lines)
    assert every[0] == every[1] > 0
    seen.page.click(".leaflet-control-layers summary")
    first = seen.page.locator(".leaflet-control-layers-overlays input").first
    first.uncheck()
    fewer = seen.page.evaluate(lines)
    assert fewer[0] == fewer[1] < every[0]
    first.check()
    seen.page.click(".switch summary")
    seen.page.uncheck("#mode-sea")
    fewer = seen.page.evaluate(lines)
    assert fewer[0] == fewer[1] < every[0]
    seen.assert_quiet()


def test_a_click_in_the_second_map_tells_the_second_run(visit: Visitor, two: Path) -> None:
    seen = visit(two)
    told = []
    for side in (0, 1):
        point = seen.page.evaluate(
            """side => {
                const map = corridorMap.frames[side].map;
                map.setView([26, 107.5], 5, {animate: false});
                const line = corridorMap.data.stretches.find(one =>
                    corridorMap.data.links[one.links[0]].mode === "rail").parts[0];
                const middle = map.latLngToContainerPoint(
                    line[Math.floor((line.length - 1) / 2)]).add(
                    map.latLngToContainerPoint(line[Math.floor((line.length + 1) / 2)]))
                    .divideBy(2);
                const box = map.getContainer().getBoundingClientRect();
                return [box.x + middle.x, box.y + middle.y];
            }""",
            side,
        )
        seen.page.mouse.click(*point)
        box = ("#map_corridor", "#map_other")[side]
        seen.page.locator(f"{box} .card").wait_for()
        assert seen.page.locator(".card").count() == 1
        told.append(text(seen, f"{box} .card"))
        wanted = seen.page.evaluate(
            """side => corridorMap.within(corridorMap.frames[side], () =>
                corridorMap.data.links.find(link => link.mode === "rail").ways.map(
                    way => Math.round(corridorMap.value(way)).toLocaleString("en-GB")))""",
            side,
        )
        assert all(f"{amount} TEU" in told[-1] for amount in wanted)
    assert told[0] != told[1]
    seen.page.keyboard.press("Escape")
    assert seen.page.locator(".card").count() == 0
    seen.assert_quiet()


def test_one_page_has_both_views(visit: Visitor, tmp_path: Path) -> None:
    a, b = (made_up_results(small_network(), name=name) for name in ("base", "other"))
    seen = visit(write_map(a, tmp_path / "map.html", other=b))
    assert seen.page.locator("#map_other").count() == 0
    assert seen.page.input_value("#side") == "change"
    seen.page.select_option("#side", "both")
    assert seen.page.locator("#map_other").is_visible()
    names = seen.page.eval_on_selector_all(
        "#map_other .name", "all => all.map(one => one.getBoundingClientRect().left)"
    )
    assert names
    assert min(names) >= 700
    seen.page.select_option("#side", "change")
    assert not seen.page.locator("#map_other").is_visible()
    assert seen.page.locator(".legend").get_attribute("open") is not None
    box = seen.page.locator("#map_corridor").bounding_box()
    assert box
    assert box["width"] == WIDE[0]
    seen.assert_quiet()


def test_names_and_controls_lie_apart_in_both_maps(visit: Visitor, tmp_path: Path) -> None:
    network = Network.read("chongqing")
    a, b = (made_up_results(network, name=name) for name in ("base", "other"))
    page = map_page(a, other=b, view="side-by-side")
    file = tmp_path / "map.html"
    file.write_text(page, encoding="utf-8")
    seen = visit(file)
    boxes = seen.page.eval_on_selector_all(
        ".name, .leaflet-control",
        """all => all.map(item => {
            const r = item.getBoundingClientRect();
            return [r.left, r.top, r.right, r.bottom, item.classList.contains("name"),
                    item.textContent];
        }).filter(box => box[2] > box[0])""",
    )
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            apart = (
                one[2] <= other[0] + 1
                or other[2] <= one[0] + 1
                or one[3] <= other[1] + 1
                or other[3] <= one[1] + 1
            )
            assert apart, (one, other)
    assert sum(box[4] for box in boxes) > 24
    seen.assert_quiet()


def test_it_prints_both_maps_and_opens_the_legend(visit: Visitor, two: Path) -> None:
    seen = visit(two)
    assert seen.page.locator(".legend").get_attribute("open") is None
    seen.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert seen.page.locator(".legend").get_attribute("open") is not None
    for box in ("#map_corridor", "#map_other"):
        assert seen.page.locator(f"{box} .leaflet-flows-pane path").count() > 0
        assert seen.page.locator(f"{box} .leaflet-flows-pane canvas").count() == 0
    seen.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert seen.page.locator(".legend").get_attribute("open") is None
    assert seen.page.locator(".leaflet-flows-pane canvas").count() == 2
    seen.page.emulate_media(media="print")
    assert seen.page.locator("#map_other").is_visible()
    assert seen.page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    seen.assert_quiet()
