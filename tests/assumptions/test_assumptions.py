"""What is assumed: counted, varied one at a time, kept and told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from corridor_sim import Network, Scenario, simulate
from corridor_sim.assumptions import assumptions_of, confidence_of, one_at_a_time
from corridor_sim.assumptions.figures import by_formula, simulated
from corridor_sim.assumptions.inputs import Assumption, varied
from corridor_sim.assumptions.words import as_markdown, as_text
from corridor_sim.cli import main
from corridor_sim.demand.tables import DemandTables
from corridor_sim.experiments.variants import with_values
from corridor_sim.simulation import Groundwork, lay_groundwork, read_inputs

SMALL = {
    "disruptions": "[]",
    "demand.scale": "0.3",
    "demand.other_scale": "0.02",
    "choice.premiums": "false",
    "choice.max_alternatives_per_corridor": "1",
    "period.days": "20",
    "period.warm_up_days": "0",
    "period.drain_days": "40",
}
CHOSEN = (
    "background.population|closed|low",
    "choice.beta|all|assumed",
    "choice.constants|air|low",
    "commodities.cny_per_teu|laptops|medium",
    "links.time_h|sea|low",
)


KEPT = ("EU", "US", "Vietnam")


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    zones = Network.read("chongqing").zones.query("side == 'partner'")
    others = sorted(set(zones["region"]) - set(KEPT))
    regions = {f"demand.regions.{region}": "0" for region in others}
    return Scenario.read("baseline_2025", SMALL | regions)


@pytest.fixture(scope="module")
def tables(scenario: Scenario) -> tuple[Network, DemandTables]:
    return read_inputs(scenario)


@pytest.fixture(scope="module")
def ground(scenario: Scenario) -> Groundwork:
    return lay_groundwork(scenario)


def test_every_row_is_counted_once(tables: tuple[Network, DemandTables]) -> None:
    network, demand = tables
    counts = {item.table: item for item in confidence_of(network, demand)}
    assert counts["links"].total == len(network.links)
    assert counts["links"].rows["high"] == (network.links["confidence"] == "high").sum()
    assert counts["demand/od"].total == len(demand.od)
    whole = counts.pop("all")
    assert whole.total == sum(item.total for item in counts.values()) > 5000
    assert sum(whole.share(level) for level in whole.rows) == pytest.approx(1.0)


def test_assumptions_are_those_that_experiments_draw_and_the_rest(
    tables: tuple[Network, DemandTables],
) -> None:
    from corridor_sim.experiments.uncertainty import uncertain_inputs

    found = {item.name: item for item in assumptions_of(*tables)}
    assert {item.name for item in uncertain_inputs(*tables)} < set(found)
    assert set(CHOSEN) <= set(found)
    for item in found.values():
        low, high = item.ends
        assert 0 < low < 1 < high, item.name
        assert item.input.range.confidence != "high"


def test_what_a_scenario_cannot_say_is_varied_as_well(
    scenario: Scenario, tables: tuple[Network, DemandTables]
) -> None:
    found = {item.name: item for item in assumptions_of(*tables)}
    changed, demand = varied(
        found["commodities.cny_per_teu|laptops|medium"], 1.5, scenario, *tables
    )
    assert changed is scenario
    assert demand is not None
    before, after = (frame.commodities["cny_per_teu"] for frame in (tables[1], demand))
    assert after["laptops"] == pytest.approx(1.5 * before["laptops"])
    assert after.drop("laptops").equals(before.drop("laptops"))
    changed, demand = varied(found["choice.beta|all|assumed"], 0.5, scenario, *tables)
    assert demand is None
    assert changed.choice.beta == pytest.approx(scenario.choice.beta / 2)


@pytest.mark.parametrize("name", ["choice.constants|air|low", "demand.regions|EU|low"])
def test_routes_that_stay_need_not_be_searched(
    name: str, scenario: Scenario, tables: tuple[Network, DemandTables], ground: Groundwork
) -> None:
    item = next(item for item in assumptions_of(*tables) if item.name == name)
    assert item.keeps_routes
    changed, _ = varied(item, 1.2, scenario, *tables)
    searched = by_formula(lay_groundwork(changed))
    kept = by_formula(lay_groundwork(changed, routes=ground.choice.routes))
    assert kept == searched
    assert searched != by_formula(ground)


def test_the_formula_is_what_shippers_choose_in_a_run(scenario: Scenario) -> None:
    # Everything arrives before the end.
    ground = lay_groundwork(with_values(scenario, {"period.drain_days": 120}))
    planned, results = by_formula(ground), simulate(ground.scenario, ground=ground)
    run = simulated(results)
    offered = float(results.statistics.trade().at[0, "offered_cny"])
    assert planned.value_bn_cny == pytest.approx(offered / 1e9, rel=0.1)
    total = sum(planned.teu.values())
    for corridor, amount in planned.teu.items():
        assert amount / total == pytest.approx(run.teu[corridor] / sum(run.teu.values()), abs=0.08)
    assert planned.days == pytest.approx(run.days, rel=0.2)


def test_one_at_a_time_ranks_keeps_and_goes_on(
    scenario: Scenario, tables: tuple[Network, DemandTables], tmp_path: Path
) -> None:
    kept = tmp_path / "kept.jsonl"
    found = one_at_a_time(scenario, simulate_leading=1, only=CHOSEN, keep=kept)
    assert found.count == len(CHOSEN)
    # What acts on queues is simulated, and what leads by formula.
    ran = {effect.assumption.name for effect in found.runs}
    assert ran == {CHOSEN[0], found.formula[0].assumption.name}
    sizes = [effect.size for effect in found.formula]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 0.05
    effect = next(e for e in found.formula if e.assumption.name == CHOSEN[2])
    assert effect.low.teu["air"] < effect.base.teu["air"] < effect.high.teu["air"]
    effect = next(e for e in found.formula if e.assumption.name == CHOSEN[4])
    assert effect.low.days < effect.base.days < effect.high.days
    lines = kept.read_text("utf-8").splitlines()
    assert len(lines) == (1 + 2 * 4) + (1 + 2 * 2)
    # Cut in the middle of a line, the same is found again, and only what is missing is computed.
    kept.write_text("\n".join(lines[:-2]) + "\n" + lines[-2][:20] + "\n", encoding="utf-8")
    again = one_at_a_time(scenario, simulate_leading=1, only=CHOSEN, keep=kept)
    assert again.as_object() == found.as_object()
    assert len(kept.read_text("utf-8").splitlines()) == len(lines) + 1
    # Another seed is another series.
    one_at_a_time(
        scenario, simulate_leading=0, simulate_queues=False, only=CHOSEN[1:2], keep=kept, seed=2
    )
    assert len(kept.read_text("utf-8").splitlines()) == len(lines) + 4

    counts = confidence_of(*tables)
    text = as_text(counts, found, top=3)
    assert max(map(len, text.splitlines())) <= 100
    page = as_markdown(counts, found, top=20, command="corridor-sim assumptions")
    assert page.count("| simulated |") == 2
    assert page.count("| formula |") == 3
    assert "5 assumptions of `baseline_2025`" in page


def test_an_end_that_the_checks_refuse_is_moved_back(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    from corridor_sim.assumptions import sensitivity
    from corridor_sim.errors import Fault, InputError

    def refuse(assumption: Assumption, factor: float, *more: object) -> object:
        if factor > 1.1:
            raise InputError([Fault("links.csv", "too slow")])
        return varied(assumption, factor, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(sensitivity, "varied", refuse)
    found = one_at_a_time(scenario, simulate_leading=0, simulate_queues=False, only=CHOSEN[2:3])
    (effect,) = found.formula
    low, high = effect.assumption.ends
    assert effect.factors[0] == low
    assert high > 1.1
    assert effect.factors[1] == pytest.approx(1 + (high - 1) / 4)
    assert effect.as_object()["factor_high"] == effect.factors[1]


def test_ends_are_quantiles_of_the_declared_factor(tables: tuple[Network, DemandTables]) -> None:
    item: Assumption = next(item for item in assumptions_of(*tables) if item.name == CHOSEN[4])
    draws = item.input.distribution.quantile((np.arange(20_000) + 0.5) / 20_000)
    assert np.mean(draws < item.ends[0]) == pytest.approx(0.05, abs=0.001)
    assert np.mean(draws > item.ends[1]) == pytest.approx(0.05, abs=0.001)


def test_the_command_counts_without_running_anything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    with pytest.raises(SystemExit) as done:
        main(["assumptions", "--count-only", "--json", "--out", str(page)])
    assert done.value.code == 0
    told = json.loads(capsys.readouterr().out)
    assert told["sensitivity"] is None
    assert told["rows"][-1]["table"] == "all"
    assert page.read_text("utf-8").startswith(
        "<!-- made by: corridor-sim assumptions baseline_2025"
    )
    with pytest.raises(SystemExit) as done:
        main(["assumptions", "--count-only"])
    assert "demand/od" in capsys.readouterr().out
