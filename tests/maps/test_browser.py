"""The map in a real browser with the network off: it draws, answers clicks and can be steered."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from corridor_sim.maps import write_map
from corridor_sim.maps.words import CORRIDORS
from tests.maps.runs import made_up_results, small_network
from tests.pages import PHONE, WIDE, Visit

pytestmark = pytest.mark.browser

Visitor = Callable[..., Visit]


def on_paper(seen: Visit) -> None:
    """Have the lines drawn as for paper, as elements that can be looked at."""
    seen.page.evaluate("corridorMap.forPaper(true)")


def paths(seen: Visit, pane: str) -> int:
    """Count what a pane draws on paper; an empty path is not seen."""
    on_paper(seen)
    return int(
        seen.page.evaluate(
            "pane => [...document.querySelectorAll(`.leaflet-${pane}-pane path`)]"
            ".filter(path => !['', 'M0 0'].includes(path.getAttribute('d'))).length",
            pane,
        )
    )


def text(seen: Visit, selector: str) -> str:
    return " ".join(seen.page.inner_text(selector).split())


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["projector", "phone"])
def test_the_map_of_the_shipped_network_opens_quietly(
    visit: Visitor, shipped_map: Path, size: tuple[int, int]
) -> None:
    seen = visit(shipped_map, size=size)
    assert paths(seen, "flows") > 300
    assert paths(seen, "places") > 60
    assert seen.page.evaluate("getComputedStyle(document.body).overflowX") != "scroll"
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= size[0]
    # Land is on the canvas: some pixels have its colour, others are still transparent.
    shares = seen.page.evaluate(
        """() => {
            const canvas = document.querySelector(".leaflet-base-pane canvas");
            const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            let land = 0, sea = 0;
            for (let i = 0; i < pixels.data.length; i += 4) {
                if (pixels.data[i + 3] === 0) sea++;
                else if (pixels.data[i] > 240) land++;
            }
            return [land, sea].map(count => count / (canvas.width * canvas.height));
        }"""
    )
    assert shares[0] > 0.05
    assert shares[1] > 0.2
    seen.assert_quiet()


def test_the_gauge_tells_the_figures(visit: Visitor, shipped_map: Path) -> None:
    seen = visit(shipped_map)
    shown = text(seen, ".panel")
    assert "7,922 亿元" in shown
    assert "792.2 bn yuan" in shown
    assert "given this demand" in shown
    assert "既定需求下" in shown
    assert "79.2 % 占 1.0 万亿元 of 1.0 trillion yuan" in shown
    assert "72.0 % 占 1.1 万亿元 of 1.1 trillion yuan" in shown
    assert "中欧班列 China Railway Express 41.2 370,800" in shown
    assert "待运 offered 800.7" in shown
    assert "baseline_2025 · 2025-01-01 – 2025-12-31" in shown
    bars = seen.page.eval_on_selector_all(
        ".gauge .corridor", "bars => bars.map(bar => Number(bar.getAttribute('width')))"
    )
    # The bar is drawn to scale: widths are as the values.
    assert [round(bar / sum(bars), 3) for bar in bars] == [
        round(value / 792.2, 3) for value in (38.4, 41.2, 139.7, 158.3, 414.6)
    ]
    goal = float(seen.page.get_attribute(".gauge .target", "x1") or "0")
    assert sum(bars) / goal == pytest.approx(0.7922, abs=0.001)
    seen.assert_quiet()


def test_a_window_that_is_no_year_says_so(visit: Visitor, tmp_path: Path) -> None:
    results = made_up_results(small_network(), days=90)
    seen = visit(write_map(results, tmp_path / "map.html"))
    assert "The window is 90 days, the goals are yearly" in text(seen, ".panel .warning")


def test_each_corridor_is_a_layer_that_can_be_switched_off(
    visit: Visitor, shipped_map: Path
) -> None:
    seen = visit(shipped_map)
    labels = seen.page.locator(".leaflet-control-layers-overlays label")
    names = [" ".join(name.split()) for name in labels.all_inner_texts()]
    assert names == [
        *(f"{chinese} {english}" for english, chinese in CORRIDORS.values()),
        "节点 Places",
        "地名 Names",
    ]
    for number in range(labels.count()):
        pane = "flows" if number < len(CORRIDORS) else "places"
        before = paths(seen, pane)
        labels.nth(number).locator("input").uncheck()
        if names[number] == "地名 Names":
            assert seen.page.locator(".name").count() == 0
        else:
            assert paths(seen, pane) < before, names[number]
    assert paths(seen, "flows") == paths(seen, "places") == 0
    for number in range(labels.count()):
        labels.nth(number).locator("input").check()
    assert paths(seen, "flows") > 300
    seen.assert_quiet()


def test_the_switch_turns_width_from_boxes_to_yuan(visit: Visitor, shipped_map: Path) -> None:
    seen = visit(shipped_map)
    on_paper(seen)
    assert "TEU" in text(seen, ".legend .widths")
    widths = "paths => paths.map(path => path.getAttribute('stroke-width'))"
    before = seen.page.eval_on_selector_all(".leaflet-flows-pane path", widths)
    seen.page.select_option("#measure", "cny")
    assert "亿元" in text(seen, ".legend .widths")
    after = seen.page.eval_on_selector_all(".leaflet-flows-pane path", widths)
    assert len(before) == len(after)
    seen.page.select_option("#measure", "teu")
    again = seen.page.eval_on_selector_all(".leaflet-flows-pane path", widths)
    assert sorted(again) == sorted(before)
    seen.assert_quiet()


def open_link(seen: Visit, english: str) -> None:
    """Click on the middle of the line of the link that begins at the place."""
    point = seen.page.evaluate(
        """english => {
            const data = corridorMap.data;
            const rank = data.links.findIndex(
                link => data.nodes[link.ends[0]].name[0] === english && link.mode === "rail");
            const stretch = data.stretches.find(one => one.links.includes(rank));
            const line = corridorMap.decode(stretch.line[0]);
            corridorMap.map.setView(line[0], 5, {animate: false});
            corridorMap.map.panTo(corridorMap.map.layerPointToLatLng(
                corridorMap.map.latLngToLayerPoint(line[0]).add(
                    corridorMap.map.latLngToLayerPoint(line[1])).divideBy(2)), {animate: false});
            const size = corridorMap.map.getSize();
            return [size.x / 2, size.y / 2];
        }""",
        english,
    )
    seen.page.mouse.click(*point)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["projector", "phone"])
def test_a_click_on_a_link_tells_both_names_and_its_figures(
    visit: Visitor, small_map: Path, size: tuple[int, int]
) -> None:
    seen = visit(small_map, size=size)
    open_link(seen, "Chongqing rail terminal")
    card = seen.page.locator(".card")
    card.wait_for()
    shown = text(seen, ".card")
    assert "重庆团结村 ⇄ 钦州港" in shown
    assert "Chongqing rail terminal ⇄ Qinzhou port" in shown
    assert "铁路 rail" in shown
    assert "西部陆海新通道 Land-Sea Corridor" in shown
    figures = seen.page.evaluate(
        """() => corridorMap.data.links.find(link => link.mode === "rail").ways.map(
            way => [Math.round(corridorMap.value(way)).toLocaleString("en-GB") + " TEU",
                    Math.round(corridorMap.useOf(way) * 100) + " %"])"""
    )
    for way in figures:
        for figure in way:
            assert figure in shown
    assert "来源 source cqrb_2" in shown
    assert "可信度 confidence 中 medium" in shown
    assert "as published" in shown
    # Twelve months for each direction.
    assert seen.page.locator(".chart .bar0").count() == 12
    assert seen.page.locator(".chart .bar1").count() == 12
    box = card.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size[0]
    # The card is not hidden by a control: what lies at its heading belongs to it.
    assert seen.page.evaluate(
        """() => {
            const rect = document.querySelector(".card h2").getBoundingClientRect();
            const top = document.elementFromPoint(rect.x + 20, rect.y + 8);
            return Boolean(top && top.closest(".card"));
        }"""
    )
    seen.page.keyboard.press("Escape")
    card.wait_for(state="detached")
    seen.assert_quiet()


def test_a_click_on_a_place_tells_what_waits_there(visit: Visitor, small_map: Path) -> None:
    seen = visit(small_map)
    seen.page.locator(".waits button").first.click()
    seen.page.locator(".card").wait_for()
    shown = text(seen, ".card")
    first = text(seen, ".waits button >> nth=0")
    assert "设施 Facilities" in shown
    assert "平均等待 mean wait" in shown
    worst = seen.page.evaluate(
        "corridorMap.data.facilities[corridorMap.data.waits[0].facility].p95_h"
    )
    assert worst > 0
    hours = seen.page.evaluate("hours => corridorMap.hours(hours)", worst)
    assert f"95% 不超过 95 % within {hours}" in shown
    name, wait = first.rsplit(" ", 3)[0], " ".join(first.rsplit(" ", 3)[1:])
    assert name in shown
    assert wait in shown
    assert "可信度 confidence 假设 assumed" in shown
    seen.assert_quiet()


def test_links_on_one_way_are_listed_and_each_can_be_opened(
    visit: Visitor, shipped_map: Path
) -> None:
    seen = visit(shipped_map)
    count = seen.page.evaluate(
        """() => {
            const stretches = corridorMap.data.stretches;
            const rank = stretches.reduce(
                (best, one, at) => one.links.length > stretches[best].links.length ? at : best, 0);
            corridorMap.openStretch(rank);
            return stretches[rank].links.length;
        }"""
    )
    assert count > 10
    assert f"{count} links run together here" in text(seen, ".card")
    buttons = seen.page.locator(".links button")
    assert buttons.count() == count
    title = " ".join(buttons.first.locator("h2").inner_text().split())
    buttons.first.click()
    assert title in text(seen, ".card")
    assert "可信度 confidence" in text(seen, ".card")
    seen.page.locator(".back").click()
    assert buttons.count() == count
    seen.assert_quiet()


def test_full_links_are_dashed_and_those_without_timetable_grey(
    visit: Visitor, small_map: Path, tmp_path: Path
) -> None:
    results = made_up_results(small_network())
    results.statistics.moved.loc["rail:CQ>QZ", "teu"] = (
        0.97 * results.statistics.moved.loc["rail:CQ>QZ", "capacity_teu"]
    )
    seen = visit(write_map(results, tmp_path / "full.html"))
    on_paper(seen)
    strokes = seen.page.eval_on_selector_all(
        ".leaflet-flows-pane path",
        "all => all.map(p => [p.getAttribute('stroke'), p.getAttribute('stroke-dasharray')])",
    )
    dashed = [stroke for stroke, dashes in strokes if dashes]
    assert dashed == ["#b3121d"]
    assert "#75797d" in [stroke for stroke, _ in strokes]
    seen.assert_quiet()


def test_each_direction_lies_on_its_right(visit: Visitor, small_map: Path) -> None:
    """Southbound lies west of northbound: right is where the line's own right is."""
    seen = visit(small_map)
    sides = seen.page.evaluate(
        """() => corridorMap.shifted([L.point(0, 0), L.point(0, 10), L.point(0, 20)], 4)
            .map(point => [point.x, point.y])"""
    )
    assert sides == [[-4, 0], [-4, 10], [-4, 20]]
    corner = seen.page.evaluate(
        """() => corridorMap.shifted([L.point(0, 0), L.point(10, 0), L.point(10, 10)], 2)
            .map(point => [Math.round(point.x), Math.round(point.y)])"""
    )
    assert corner == [[0, 2], [8, 2], [8, 10]]


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["projector", "phone"])
def test_names_do_not_collide(visit: Visitor, shipped_map: Path, size: tuple[int, int]) -> None:
    seen = visit(shipped_map, size=size)
    boxes = seen.page.eval_on_selector_all(
        ".name, .leaflet-control",
        """all => all.map(item => {
            const r = item.getBoundingClientRect();
            return [r.left, r.top, r.right, r.bottom, item.classList.contains("name"),
                    item.textContent];
        })""",
    )
    names = [box for box in boxes if box[4]]
    assert len(names) >= (12 if size == WIDE else 6)
    assert any("重庆 Chongqing" in name[5] for name in names)
    for number, one in enumerate(names):
        for other in [*names[number + 1 :], *(box for box in boxes if not box[4])]:
            apart = (
                one[2] <= other[0] + 1
                or other[2] <= one[0] + 1
                or one[3] <= other[1] + 1
                or other[3] <= one[1] + 1
            )
            assert apart, (one, other)


def test_minor_places_are_named_from_zoom_five(visit: Visitor, shipped_map: Path) -> None:
    seen = visit(shipped_map)
    named = "() => document.querySelectorAll('.name').length"
    seen.page.evaluate("() => { corridorMap.map.setView([50, 12], 4.75, {animate: false}); }")
    before = seen.page.evaluate(named)
    seen.page.evaluate("() => { corridorMap.map.setView([50, 12], 5, {animate: false}); }")
    assert seen.page.evaluate(named) > before + 3


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["projector", "phone"])
def test_controls_lie_apart(visit: Visitor, shipped_map: Path, size: tuple[int, int]) -> None:
    seen = visit(shipped_map, size=size)
    boxes = seen.page.eval_on_selector_all(
        ".leaflet-control",
        """all => all.map(item => {
            const r = item.getBoundingClientRect();
            return [r.left, r.top, r.right, r.bottom, item.className];
        })""",
    )
    assert len(boxes) >= 6
    for number, one in enumerate(boxes):
        assert one[0] >= 0
        assert one[1] >= 0
        assert one[2] <= size[0]
        assert one[3] <= size[1]
        for other in boxes[number + 1 :]:
            apart = (
                one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            )
            assert apart, (one, other)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["projector", "phone"])
def test_the_keyboard_reaches_every_control(
    visit: Visitor, small_map: Path, size: tuple[int, int]
) -> None:
    seen = visit(small_map, size=size)
    reached: set[str] = set()
    for _ in range(60):
        seen.page.keyboard.press("Tab")
        reached.add(
            seen.page.evaluate(
                """() => {
                    const at = document.activeElement;
                    const visible = getComputedStyle(at).outlineStyle !== "none";
                    const name = at.getAttribute("aria-label") || at.title || at.id ||
                        at.textContent.trim();
                    return (visible ? "" : "unseen ") + at.tagName + " " + name;
                }"""
            )
        )
    shown = "\n".join(sorted(reached))
    wanted = [
        "放大 Zoom in",
        "缩小 Zoom out",
        "初始视图 Opening view",
        "全网 Whole network",
        "SUMMARY 重庆外贸分通道",
        "SUMMARY 图例",
        "SELECT measure",
        "SELECT cargo",
        "INPUT 时间 Time",
        "BUTTON 播放 Play",
    ]
    wanted.append("图层 Layers" if size == PHONE else "INPUT")
    for name in wanted:
        assert name in shown, shown
    assert "unseen A" not in shown
    assert "unseen BUTTON" not in shown
    seen.assert_quiet()


def test_on_a_phone_the_layers_open_behind_a_button(visit: Visitor, shipped_map: Path) -> None:
    seen = visit(shipped_map, size=PHONE)
    boxes = seen.page.locator(".leaflet-control-layers-overlays input")
    assert not boxes.first.is_visible()
    toggle = seen.page.locator(".leaflet-control-layers-toggle")
    assert "图层 Layers" in toggle.inner_text()
    toggle.focus()
    seen.page.keyboard.press("Enter")
    boxes.first.wait_for(state="visible")
    # Leaflet lets no click through in the moment in which the list unfolds.
    boxes.first.hover()
    seen.page.wait_for_function("() => new Promise(done => setTimeout(() => done(true), 50))")
    boxes.first.uncheck()
    assert not seen.page.locator(".legend h3").first.is_visible()
    seen.assert_quiet()


def test_the_whole_network_is_a_button_away(visit: Visitor, shipped_map: Path) -> None:
    seen = visit(shipped_map)
    inside = "() => corridorMap.map.getBounds().contains([33.7, 241.7])"
    assert not seen.page.evaluate(inside)
    seen.page.click("button[aria-label*='Whole network']")
    assert seen.page.evaluate(inside)
    seen.page.click("button[aria-label*='Opening view']")
    assert not seen.page.evaluate(inside)


def test_the_attribution_names_the_sources_without_a_flag(visit: Visitor, small_map: Path) -> None:
    seen = visit(small_map)
    shown = text(seen, ".leaflet-control-attribution")
    assert shown.startswith("Leaflet |")
    assert "Natural Earth" in shown
    assert "© OpenStreetMap contributors" in shown
    assert (
        seen.page.locator(
            ".leaflet-control-attribution svg, .leaflet-control-attribution a"
        ).count()
        == 0
    )


def test_the_base_map_is_drawn_again_at_every_zoom(visit: Visitor, small_map: Path) -> None:
    seen = visit(small_map)
    painted = """() => {
        const canvas = document.querySelector(".leaflet-base-pane canvas");
        const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        let count = 0;
        for (let i = 3; i < pixels.length; i += 400) if (pixels[i]) count++;
        return count / (pixels.length / 400);
    }"""
    for action in (
        "() => { corridorMap.show('whole'); }",
        "() => { corridorMap.map.setView([29, 106], 7, {animate: false}); }",
        "() => { corridorMap.map.setZoom(4, {animate: false}); }",
        "() => { corridorMap.map.panBy([150, 80], {animate: false}); }",
    ):
        seen.page.evaluate(action)
        assert seen.page.evaluate(painted) > 0.15, action
    seen.page.wait_for_timeout(100)
    assert seen.page.evaluate(painted) > 0.15


def test_a_shared_way_adds_up_what_goes_each_way(visit: Visitor, tmp_path: Path) -> None:
    """One lane is named towards Shanghai, one away from it; both pass the strait."""
    network = small_network(tmp_path)
    shared = [[121.5, 31.0], [113.0, 12.0], [104.0, 1.3]]
    west, south = [*shared, [4.0, 52.0]], [[106.9, -6.1], *shared[::-1]]
    (tmp_path / "geometry").mkdir()
    (tmp_path / "geometry" / "sea.geojson").write_text(
        json.dumps(
            {
                "features": [
                    {"id": name, "geometry": {"type": "LineString", "coordinates": line}}
                    for name, line in (("west", west), ("south", south))
                ]
            }
        )
    )
    places = {"SHY": (31.0, 121.5), "RTM": (52.0, 4.0), "JKT": (-6.1, 106.9)}
    nodes = network.nodes.iloc[: len(places)].copy()
    nodes.index = pd.Index(list(places))
    nodes[["lat", "lon"]] = list(places.values())
    network.nodes, network.zones = nodes, network.zones.iloc[:0]
    network.facilities = network.facilities.iloc[:0]
    amounts = {"a:JKT>SHY": 10, "a:SHY>JKT": 200, "b:SHY>RTM": 3_000, "b:RTM>SHY": 40_000}
    ends = [name[2:].split(">") for name in amounts]
    links = network.links.iloc[: len(amounts)].copy()
    links.index = pd.Index(list(amounts))
    links["from_node"], links["to_node"] = [a for a, _ in ends], [b for _, b in ends]
    links["mode"], links["corridor"] = "sea", "shared"
    links["geometry"] = ["south", "south", "west", "west"]
    network.links, network.calls = links, network.calls.iloc[:0]
    results = made_up_results(network)
    teu = pd.Series(amounts, dtype=float)
    results.statistics.moved = pd.DataFrame({"teu": teu, "capacity_teu": 2 * teu})
    seen = visit(write_map(results, tmp_path / "map.html"))
    sums = seen.page.evaluate(
        """() => corridorMap.data.stretches.map(stretch => {
            const line = corridorMap.decode(stretch.line[0]);
            return [stretch.links.length, line[0][0] < line[line.length - 1][0],
                    corridorMap.sums(stretch).map(way => [Math.round(way.value), way.use])];
        }).filter(one => one[0] === 2)"""
    )
    assert len(sums) == 1
    _, northbound_first, ways = sums[0]
    northbound, southbound = ways if northbound_first else ways[::-1]
    assert northbound == [40_010, pytest.approx(0.5)]
    assert southbound == [3_200, pytest.approx(0.5)]
    seen.assert_quiet()
