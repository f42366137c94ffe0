"""The figures of a report are those of the run, and what must add up adds up."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from corridor_sim.errors import InputError
from corridor_sim.report import run_sections
from corridor_sim.report.choice import alternatives
from corridor_sim.report.facts import Facts
from corridor_sim.report.journeys import Journeys
from corridor_sim.report.stamps import Stamps
from corridor_sim.report.svg import ticks
from corridor_sim.report.times import adding_up
from corridor_sim.report.voice import Voice
from corridor_sim.statistics import CAUSES
from tests.report.conftest import Made


def test_the_answer_names_value_and_share(made: Made) -> None:
    goal = made.results.summary()["totals"]["value_cny"]
    first = made.sections[0].blocks[0].words
    assert f"{goal / 1e9:,.1f} bn yuan" in first[0]
    assert f"{goal / 1e8:,.0f} 亿元" in first[1]
    assert "given this demand" in first[0]
    assert f"{100 * goal / 1e12:.1f} %" in first[0]


def test_the_table_by_corridor_adds_up(made: Made) -> None:
    rows = made.table("by_corridor").rows
    for column in (1, 2):
        parts = [row[column] for row in rows[:-1]]
        assert sum(parts) == pytest.approx(rows[-1][column])


def test_wait_causes_add_up_to_the_second(made: Made) -> None:
    table = made.table("wait_causes")
    assert len(table.rows) == 5
    for row in table.rows:
        assert sum(row[2:-1]) == row[-1]
        assert len(row) == len(CAUSES) + 3


def test_a_waterfall_writes_parts_that_add_up_to_what_it_writes_below(made: Made) -> None:
    svg = made.chart("wait_causes_cre").draw(Voice("en"))
    written = [float(n.replace(",", "")) for n in re.findall(r">([\d,]+\.\d)<", svg)]
    assert len(written) > 4
    assert sum(written[:-1]) == pytest.approx(written[-1], abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_rounded_parts_add_up(seed: int) -> None:
    values = np.random.default_rng(seed).gamma(0.5, 20, 14).tolist()
    shown = adding_up(values)
    assert sum(shown) == pytest.approx(round(sum(values), 1), abs=1e-9)
    assert all(abs(a - b) <= 0.1 + 1e-9 for a, b in zip(shown, values, strict=True))


def test_a_journey_ends_with_the_mean_time_and_the_cost_of_its_riders(made: Made) -> None:
    stamps = Stamps(made.results)
    journeys = Journeys(stamps, made.results.network)
    routes = stamps.plan.shipments.route
    busiest = np.argsort(-np.bincount(routes[routes >= 0]))[:12]
    seen = 0
    for place in busiest.tolist():
        journey = journeys.of(place)
        frame = made.results.tables.shipments
        chosen = (routes == place) & made.results.clock.in_window(frame["release_s"].to_numpy())
        chosen &= (frame["door_to_door_s"] >= 0).to_numpy()
        assert journey is not None
        assert journey.shipments == chosen.sum()
        mean = frame["door_to_door_s"].to_numpy()[chosen].mean() / 3600
        assert journey.time[-1][1] == pytest.approx(mean)
        assert journey.planned[-1][1] == pytest.approx(journey.route.planned_h)
        assert journey.time[-1][0] == pytest.approx(journey.route.distance_km)
        own = frame["cargo"].to_numpy()[chosen] == "own"
        if own.all():
            per_teu = frame["cost_cny"].to_numpy()[chosen].sum()
            per_teu /= frame["teu"].to_numpy()[chosen].sum()
            assert journey.cost[-1][1] == pytest.approx(per_teu, rel=1e-3)
            seen += 1
        for line in (journey.time, journey.planned, journey.cost):
            assert all(a[0] <= b[0] + 1e-9 for a, b in pairwise(line))
            assert all(a[1] <= b[1] + 1e-9 for a, b in pairwise(line))
    assert seen


def test_box_days_at_locks_are_those_of_the_boxes(made: Made) -> None:
    """The same hours seen from the lock's visits and from the boxes' wait causes."""
    stamps = Stamps(made.results)
    log, resource = stamps.log, stamps.plan.visits.resource
    locks = [stamps.rank[name] for name in ("TGL_LOCK", "GZB_LOCK", "TGLIFT_LOCK")]
    at = np.isin(resource, locks) & (log.visit_start >= 0)
    seen = ((log.visit_start - log.visit_queued) * stamps.teu_at_visits)[at].sum()
    legs, shipments = made.results.tables.legs, made.results.tables.shipments
    teu = shipments["teu"].to_numpy()[legs["shipment"].to_numpy()]
    told = (legs["lock_queue_s"].to_numpy() * teu).sum()
    # Boxes that are still on their way at the end have no causes yet.
    assert told <= seen <= 1.1 * told


def test_a_shut_border_has_a_queue_that_clears(made: Made) -> None:
    rows = [row for row in made.table("closures").rows if row[0][0] == "Malaszewicze arrival slot"]
    assert len(rows) == 1
    _, start, end, hours, before, peak, clear = rows[0]
    assert (start, end, hours) == ("2025-09-12", "2025-09-25", 312)
    assert peak > 5 * max(before, 1)
    assert 0 < clear < 150


def test_alternatives_share_out_the_pair(made: Made) -> None:
    facts = Facts(made.results, made.ground)
    pair = ("Z_CQXY", "Z_EUW")
    listed = alternatives(facts, [pair])[pair]
    assert len({one.route.corridor for one in listed}) > 1
    assert sum(one.share for one in listed) == pytest.approx(1)
    assert sum(one.expected_share for one in listed) == pytest.approx(1)
    own = facts.own
    moved = own[(own["origin"] == pair[0]) & (own["destination"] == pair[1])]["teu"].sum()
    assert sum(one.teu for one in listed) == pytest.approx(moved)


def test_a_pair_that_is_none_is_told_with_what_is_allowed(made: Made) -> None:
    with pytest.raises(InputError, match=r"Z_CQXY>Z_NOWHERE.*is no pair of zones"):
        run_sections(made.results, pairs=[("Z_CQXY", "Z_NOWHERE")])


def test_results_from_a_folder_lack_only_what_needs_stamps(made: Made, tmp_path: Path) -> None:
    made.results.save(tmp_path / "run")
    loaded = made.results.load(tmp_path / "run")
    names = [section.name for section in run_sections(loaded)]
    missing = [s.name for s in made.sections if s.name not in names]
    assert missing == ["distance", "closures", "why"]


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 0), (0, 7.3e9), (-3, 12), (0, 1e-7)])
def test_marks_hold_the_range_at_round_steps(low: float, high: float) -> None:
    marks = ticks(low, high)
    assert marks[0] <= low
    assert marks[-1] >= high
    assert 2 <= len(marks) <= 12


def test_box_days_at_calls_are_those_of_the_boxes(made: Made) -> None:
    """At a call a visit holds up what gets off there too."""
    stamps = Stamps(made.results)
    log, resource = stamps.log, stamps.plan.visits.resource
    kinds = made.results.network.facilities["kind"].astype(str)
    handling = ("berth", "rail_yard", "road_terminal", "air_terminal")
    ranks = [stamps.rank[str(name)] for name in kinds.index[kinds.isin(handling)]]
    at = np.isin(resource, ranks) & (log.visit_start >= 0)
    seen = ((log.visit_start - log.visit_queued) * stamps.teu_at_visits)[at].sum()
    legs, shipments = made.results.tables.legs, made.results.tables.shipments
    teu = shipments["teu"].to_numpy()[legs["shipment"].to_numpy()]
    told = (legs["handling_queue_s"].to_numpy() * teu).sum()
    assert told > 0
    assert told <= seen <= 1.1 * told


def test_costs_by_goods_add_up_to_those_by_corridor(made: Made) -> None:
    whole, goods = made.table("costs"), made.table("costs_by_commodity")
    assert len(whole.rows) == 5
    for row in whole.rows:
        parts = [other for other in goods.rows if other[0] == row[0]]
        teu = [float(part[2]) for part in parts]
        assert sum(teu) == pytest.approx(row[1])
        freight = sum(n * part[3] for n, part in zip(teu, parts, strict=True))
        assert freight == pytest.approx(row[1] * row[2])
        assert sum(part[-1] for part in parts) == pytest.approx(row[-1])
    assert "subsidy" not in [column.key for column in whole.columns]
