"""Whatever stands in the tables is shown as text: nothing of it runs, in the page or in Python."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corridor_sim.maps import map_page
from tests.maps.runs import made_up_results, small_network
from tests.pages import Visit

PAYLOADS = [
    "<script>window.ran = 1</script>",
    "</script><script>window.ran = 1</script>",
    "<img src=x onerror='window.ran = 1'>",
    "<svg onload=window.ran=1>",
    "<iframe srcdoc='<script>parent.ran = 1</script>'></iframe>",
    "<a href='javascript:window.ran=1' autofocus onfocus=window.ran=1>go</a>",
    "<details open ontoggle=window.ran=1>",
    "<style>*{display:none}</style>",
    "<!--<script>",
    "]]>",
    "`;window.ran = 1;`",
    "${window.ran = 1}",
    "';window.ran=1;//",
    '";window.ran=1;//',
    "\\';window.ran=1;//",
    "{{ 7 * 191 }}",
    "{% set x = 7 * 191 %}{{ x }}",
    "{{ self.__init__.__globals__ }}",
    "{# gone #}",
    "&lt;script&gt;window.ran = 1&lt;/script&gt;",
    "\u2028window.ran = 1\u2029",
    "\u202egnp.exe \u200f\u0000",
    "__proto__",
    "constructor",
    "A" * 100_000,
]


def poisoned(payload: str) -> Any:
    """Return results with the payload in every text field that the map reads."""
    network = small_network()
    for table in ("nodes", "links", "facilities"):
        frame = getattr(network, table)
        texts = [
            name
            for name in ("name_en", "name_zh", "kind", "source", "confidence", "note", "status")
            if name in frame
        ]
        frame[texts] = frame[texts].astype(object)
        frame.loc[:, texts] = payload
    network.links["geometry"] = payload
    network.links["passages"] = [(payload,)] * len(network.links)
    network.links.loc[network.links.index[:2], "corridor"] = payload
    network.links.loc[network.links.index[2:4], "mode"] = payload
    names = {"CQ": payload or "CQ"}
    network.nodes = network.nodes.rename(index=names)
    for column in ("from_node", "to_node"):
        network.links[column] = network.links[column].replace(names)
    network.facilities["node"] = network.facilities["node"].replace(names)
    network.calls["node"] = network.calls["node"].replace(names)
    results = made_up_results(network, name=payload, title=payload)
    summary = results.summary()
    summary["corridors"][payload] = {"value_cny": 10**9, "teu": 1000.0}
    results.statistics.network = network
    return results


@pytest.mark.browser
@pytest.mark.parametrize(
    ("payload", "policy"),
    [*((one, "taken out") for one in PAYLOADS), *((one, "as shipped") for one in PAYLOADS[:3])],
)
def test_text_from_the_tables_does_not_act(
    visit: Callable[..., Visit], tmp_path: Path, payload: str, policy: str
) -> None:
    """Also without the page's policy, which would stop a script that got through.

    With it, a script that got through would be told of on the console.
    """
    page = map_page(poisoned(payload))
    assert str(7 * 191) not in page
    if policy == "taken out":
        page, found = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
        assert found == 1
    # The base map is no text of a table and takes most of the time.
    page, found = re.subn(
        r'(id="corridor-base">)[^<]*', r'\1{"land":[],"lakes":[],"rivers":[]}', page
    )
    assert found == 1
    file = tmp_path / "map.html"
    file.write_text(page, encoding="utf-8")
    seen = visit(file)
    # Every card, every tooltip.
    seen.page.evaluate(
        """() => {
            const map = corridorMap.map, at = [30, 106];
            corridorMap.data.nodes.forEach((node, rank) => {
                corridorMap.openCard(at, corridorMap.nodeCard(node, rank));
                map.openTooltip(corridorMap.nodeTooltip(node), at);
            });
            corridorMap.data.links.forEach(link => corridorMap.openCard(
                at, corridorMap.linkCard(link)));
            corridorMap.data.stretches.forEach((stretch, rank) => corridorMap.openStretch(rank));
            corridorMap.measure = "cny";
            corridorMap.map.eachLayer(layer => {
                if (layer.getTooltip && layer.getTooltip()) layer.openTooltip();
            });
            for (const zoom of [3, 6, 9]) map.setView([29, 107], zoom, {animate: false});
        }"""
    )
    seen.page.wait_for_timeout(30)
    assert seen.page.evaluate("window.ran") is None
    assert seen.page.locator("iframe, img, [onerror], [onload], a[href^=javascript]").count() == 0
    assert seen.page.locator("style").count() == 2
    assert seen.page.locator(".panel").is_visible()
    seen.assert_quiet()


@pytest.mark.browser
@pytest.mark.parametrize("payload", [PAYLOADS[rank] for rank in (0, 2, 4, 11, 15, 22)])
def test_text_of_two_runs_side_by_side_does_not_act(
    visit: Callable[..., Visit], tmp_path: Path, payload: str
) -> None:
    page = map_page(poisoned(payload), other=poisoned(payload), view="side-by-side", by="week")
    assert str(7 * 191) not in page
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    file = tmp_path / "map.html"
    file.write_text(page, encoding="utf-8")
    seen = visit(file)
    seen.page.evaluate(
        """() => {
            corridorMap.showPeriod(30);
            corridorMap.frames.forEach(frame => corridorMap.within(frame, () => {
                corridorMap.data.nodes.forEach((node, rank) => {
                    corridorMap.openCard([30, 106], corridorMap.nodeCard(node, rank));
                    frame.map.openTooltip(corridorMap.nodeTooltip(node, rank), [30, 106]);
                });
                corridorMap.data.stretches.forEach((_, rank) => corridorMap.openStretch(rank));
            }));
            corridorMap.choose({ side: "change" });
            corridorMap.data.nodes.forEach((node, rank) => corridorMap.openCard(
                [30, 106], corridorMap.nodeCard(node, rank)));
            corridorMap.choose({ side: "both" });
        }"""
    )
    seen.page.wait_for_timeout(30)
    assert seen.page.evaluate("window.ran") is None
    assert seen.page.locator("iframe, img, [onerror], [onload], a[href^=javascript]").count() == 0
    assert payload[:20] in seen.page.inner_text("#map_other .badge")
    seen.assert_quiet()


def test_half_a_character_in_a_scenario_does_not_stop_the_map() -> None:
    page = map_page(made_up_results(small_network(), name="half \ud83d", title="\udc00 title"))
    assert "half" in page
    page.encode()


@pytest.mark.parametrize("payload", ["<b>bold</b>", "{{ 7 * 191 }}", "${1 + 1}"])
@pytest.mark.browser
def test_hostile_text_is_shown_as_it_is(
    visit: Callable[..., Visit], tmp_path: Path, payload: str
) -> None:
    file = tmp_path / "map.html"
    file.write_text(map_page(poisoned(payload)), encoding="utf-8")
    seen = visit(file)
    assert seen.page.title() == payload
    assert seen.page.inner_text(".panel .title") == payload
    assert payload in seen.page.inner_text(".leaflet-control-layers")
    seen.page.locator(".waits button").first.click()
    assert payload in seen.page.inner_text(".card")
    seen.assert_quiet()
