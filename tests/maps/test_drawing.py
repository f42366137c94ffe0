"""How the map comes to the screen: few elements, and first what is seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pages import Visit

pytestmark = pytest.mark.browser

Visitor = Callable[..., Visit]


def test_lines_are_painted_without_an_element_for_each(visit: Visitor, shipped_map: Path) -> None:
    """What makes a page slow is counted: its elements, and what is made before it shows."""
    seen = visit(shipped_map)
    counts = seen.page.evaluate(
        """() => ({
            lines: corridorMap.frame.flows.reduce((sum, flow) => sum + flow.lines.length, 0),
            nodes: corridorMap.data.nodes.length,
            drawn: document.querySelectorAll(".leaflet-map-pane *").length,
            elements: document.querySelectorAll("*").length,
            inFlows: document.querySelectorAll(".leaflet-flows-pane *").length,
            cards: document.querySelectorAll(".card, .leaflet-popup, .leaflet-tooltip").length
        })"""
    )
    assert counts["lines"] > 1_000
    assert counts["inFlows"] == 1
    assert counts["cards"] == 0
    # A circle for each place, rings, discs of what waits, some dozens of names.
    assert counts["drawn"] < 2 * counts["nodes"] + 500
    assert counts["elements"] < 2_500
    # The map is painted before anything that only answers the pointer is made.
    marks = seen.page.evaluate(
        "['painted', 'drawn'].map(name => performance.getEntriesByName(name)[0].startTime)"
    )
    assert marks[0] < marks[1]
    shares = seen.page.evaluate(
        """() => {
            const canvas = document.querySelector(".leaflet-flows-pane canvas");
            const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            let blue = 0;
            for (let i = 0; i < pixels.data.length; i += 4) {
                if (pixels.data[i + 3] > 200 && pixels.data[i + 2] > pixels.data[i] + 40) blue++;
            }
            return blue / (canvas.width * canvas.height);
        }"""
    )
    assert shares > 0.003
    seen.assert_quiet()
