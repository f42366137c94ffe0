"""What waits at places moves with the slider: circles, legend, tooltips and small charts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from corridor_sim.maps import write_map
from corridor_sim.maps.data import map_data
from tests.maps.runs import MadeUpResults, made_up_results, small_network
from tests.maps.test_browser import text
from tests.pages import Visit

Visitor = Callable[..., Visit]


def test_weeks_have_the_queue_of_each_week() -> None:
    data = map_data(made_up_results(small_network()), by="week")
    first, second = (one["queue"] for one in data["facilities"])
    assert first == list(range(53))
    assert second == list(range(0, 106, 2))


def test_months_have_their_mean_queue() -> None:
    results = made_up_results(small_network())
    data = map_data(results, by="month")
    by_month = results.statistics.facilities(("facility", "month"))
    for one, name in zip(data["facilities"], ("CQ_YARD", "QZ_BERTH"), strict=True):
        wanted = by_month.loc[by_month["facility"] == name, "mean_queue"]
        assert one["queue"] == pytest.approx(wanted.to_list(), abs=0.051)
        assert one["mean_queue"] == pytest.approx(wanted.iloc[0], abs=0.051)


def test_a_folder_without_weeks_has_the_queue_of_the_month() -> None:
    results = made_up_results(small_network())
    tables = results.tables
    tables.table("queues")._n_rows = 0

    class Older(MadeUpResults):
        tables = property(lambda _: tables)

    data = map_data(Older(**vars(results)), by="week")
    months = map_data(results, by="month")
    for one, other in zip(data["facilities"], months["facilities"], strict=True):
        assert one["queue"] == [other["queue"][month] for month in data["periods"]["month"]]


@pytest.mark.browser
def test_what_waits_grows_with_the_weeks(visit: Visitor, tmp_path: Path) -> None:
    results = made_up_results(small_network())
    seen = visit(write_map(results, tmp_path / "map.html", by="week"))
    discs = """() => corridorMap.frame.circles.filter(one => one.disc).map(one =>
        [corridorMap.waitingAt(one.rank), one.disc.getRadius() - one.circle.getRadius(),
         one.disc.options.fillOpacity])"""
    reaches = []
    for week in (0, 1, 20, 52):
        seen.page.evaluate(f"corridorMap.showPeriod({week})")
        found = sorted(seen.page.evaluate(discs))
        assert [waiting for waiting, _, _ in found] == [week, 2 * week]
        assert all((opacity > 0) == (waiting >= 1) for waiting, _, opacity in found)
        reaches.append(found[1][1])
    assert reaches == sorted(reaches)
    assert reaches[0] == 0
    # Areas beyond the place are as the numbers: 104 wait against 40.
    assert (reaches[3] - 3) / (reaches[2] - 3) == pytest.approx((104 / 40) ** 0.5)
    # The largest queue of the year sets the scale of all weeks.
    assert "排队：车船、箱 waiting: vehicles, boxes 10" in text(seen, ".legend .waiting")
    seen.assert_quiet()


@pytest.mark.browser
def test_the_card_has_the_queue_of_every_week(visit: Visitor, tmp_path: Path) -> None:
    results = made_up_results(small_network())
    seen = visit(write_map(results, tmp_path / "map.html", by="week"))
    seen.page.evaluate("corridorMap.showPeriod(30)")
    seen.page.evaluate("corridorMap.openNode(corridorMap.data.facilities[1].node)")
    seen.page.locator(".card").wait_for()
    shown = text(seen, ".facility")
    assert "平均排队 mean queue 60.0" in shown
    assert "排队车船与箱 waiting, vehicles and boxes · 最大 max 104.0 (2025-12-31)" in shown
    bars = seen.page.locator(".facility .queue-bar")
    assert bars.count() == 53
    assert bars.nth(30).get_attribute("class") == "queue-bar now"
    assert "2025-07-30: 60.0" in (bars.nth(30).text_content() or "")
    tip = seen.page.evaluate(
        "() => { const at = corridorMap.data.facilities[1].node;"
        " return corridorMap.nodeTooltip(corridorMap.data.nodes[at], at).textContent; }"
    )
    assert "waiting: 60" in tip
    seen.assert_quiet()


@pytest.mark.browser
def test_a_difference_tells_both_queues_and_draws_none(visit: Visitor, tmp_path: Path) -> None:
    a, b = (made_up_results(small_network(), name=name) for name in ("base", "other"))
    seen = visit(write_map(a, tmp_path / "map.html", other=b, by="week"))
    seen.page.evaluate("corridorMap.showPeriod(5)")
    assert text(seen, ".legend .waiting") == ""
    opacities = "corridorMap.frame.circles.filter(c => c.disc).map(c => c.disc.options.fillOpacity)"
    assert seen.page.evaluate(opacities) == [0, 0]
    seen.page.evaluate("corridorMap.openNode(corridorMap.data.facilities[0].node)")
    assert "A 5.0 · B 5.0" in text(seen, ".card")
    seen.page.keyboard.press("Escape")
    seen.page.select_option("#side", "b")
    assert seen.page.evaluate(opacities) == [0.75, 0.75]
    seen.assert_quiet()
