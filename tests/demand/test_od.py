"""Origin-destination rows: the published totals, split and scaled without loss."""

from __future__ import annotations

import pytest

from corridor_sim import Network, Scenario
from corridor_sim.demand.od import ODTable, build_od
from corridor_sim.demand.tables import read_demand_tables

NETWORK = Network.read("chongqing")


def od_of(**overrides: object) -> ODTable:
    """Return the rows of the baseline with overrides written with __ for dots."""
    changed = {key.replace("__", "."): value for key, value in overrides.items()}
    scenario = Scenario.read("baseline_2025", changed)
    return build_od(NETWORK, read_demand_tables(NETWORK, scenario), scenario)


def value_bn(od: ODTable, **chosen: str) -> float:
    """Return the yearly value of the rows with these attributes."""
    rows = [r for r in od.rows if all(getattr(r, key) == v for key, v in chosen.items())]
    return sum(row.value_cny_per_year for row in rows) / 1e9


def test_totals_are_the_published_ones() -> None:
    """Customs: 558.73 bn yuan out and 241.95 bn in."""
    od = od_of()
    assert value_bn(od, direction="export") == pytest.approx(558.73, abs=1e-6)
    assert value_bn(od, direction="import") == pytest.approx(241.95, abs=1e-6)
    assert value_bn(od, commodity="laptops") == pytest.approx(152.15, abs=0.001)
    assert value_bn(od, direction="other") == 0


def test_rows_are_sorted_and_named_once() -> None:
    """Names are the identity of all draws."""
    names = od_of().names
    assert list(names) == sorted(set(names))


def test_scales_multiply() -> None:
    """Scale, direction, region and commodity each scale what they name."""
    base = od_of()
    scaled = od_of(demand__scale=1.1, demand__import_scale=2, demand__regions={"EU": 0.5})
    assert value_bn(scaled, direction="import", region="Japan") == pytest.approx(
        2.2 * value_bn(base, direction="import", region="Japan")
    )
    assert value_bn(scaled, direction="export", region="EU") == pytest.approx(
        0.55 * value_bn(base, direction="export", region="EU")
    )
    halved = od_of(demand__commodities={"phones": 0})
    assert value_bn(halved, commodity="phones") == 0
    others = od_of(demand__other_scale=0.5)
    assert sum(r.teu_per_year for r in others.rows if r.cargo == "empty") == pytest.approx(
        0.5 * sum(r.teu_per_year for r in base.rows if r.cargo == "empty")
    )


def test_zones_share_their_region() -> None:
    """The zones of the EU take 55, 30 and 15 per cent."""
    od = od_of()
    whole = value_bn(od, direction="export", region="EU")
    for zone, share in (("Z_EUW", 0.55), ("Z_EUC", 0.30), ("Z_EUS", 0.15)):
        assert value_bn(od, direction="export", destination=zone) == pytest.approx(share * whole)
