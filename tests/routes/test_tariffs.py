"""What a ride costs: fares, cost functions, currencies, borders, storage and subsidies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from corridor_sim import InputError
from corridor_sim.network import Network
from corridor_sim.routes import ServiceLeg, service_legs
from corridor_sim.scenario import Scenario, Subsidy
from corridor_sim.simulation import lay_groundwork

DOMESTIC, BROAD, BARGE = "train:CQ_TJC>DOS", "train:DOS>MLA", "barge:CQ_GYP>SHW"


@pytest.fixture(scope="module")
def network() -> Network:
    return Network.read("chongqing")


def leg_of(network: Network, service: str, **subsidy: Any) -> ServiceLeg:
    subsidies = [Subsidy(name="test", **subsidy)] if subsidy else []
    legs = service_legs(network, subsidies=subsidies)
    return next(leg for leg in legs if (leg.service, leg.board_call) == (service, 0))


def test_a_ride_without_a_fare_costs_the_function_of_its_mode(network: Network) -> None:
    leg = leg_of(network, DOMESTIC)
    assert leg.cost_cny_per_teu == pytest.approx(500 + 400 + 2.2 * leg.distance_km)
    assert (leg.fixed_cny_per_teu, leg.fixed_cny_per_t) == (900.0, 0.0)


def test_a_fare_in_dollars_moves_with_the_rate(network: Network) -> None:
    dear = network.with_overrides({"currencies": {"USD": {"rate_cny_per_unit": 7.15 / 2}}})
    assert leg_of(dear, DOMESTIC) == leg_of(network, DOMESTIC)
    before, after = leg_of(network, BROAD), leg_of(dear, BROAD)
    links = network.calls_of[BROAD]
    quoted = [row["link"] for row in links if row["link"]]
    paid = network.links.loc[quoted]
    in_dollars = paid.loc[paid["currency"] == "USD", "cost_cny_per_teu"].sum()
    assert in_dollars > 10_000
    assert before.cost_cny_per_teu - after.cost_cny_per_teu == pytest.approx(in_dollars / 2)
    # The functions of sea and air are quoted in dollars too.
    flight = "freighter:CKG>FRA"
    ratio = leg_of(dear, flight).fixed_cny_per_t / leg_of(network, flight).fixed_cny_per_t
    assert ratio == pytest.approx(0.5)


def test_borders_are_charged_by_station_and_direction(network: Network) -> None:
    fee = network.with_overrides({"cost_functions": {"rail:outbound": {"border_cny_per_teu": 70}}})
    more = leg_of(fee, DOMESTIC).cost_cny_per_teu - leg_of(network, DOMESTIC).cost_cny_per_teu
    visited = {row["facility"] for row in network.calls_of[DOMESTIC]} - {""}
    kinds = ("arrival_slot", "documents", "inspection", "gauge_change", "border_road")
    rows = network.facilities.loc[sorted(visited)]
    stations = set(rows.loc[rows["kind"].isin(kinds), "node"])
    # Several desks at one station are one charge.
    assert len(stations) < rows["kind"].isin(kinds).sum()
    assert more == pytest.approx(70 * len(stations))
    assert leg_of(fee, "train:HGS>CQ_TJC") == leg_of(network, "train:HGS>CQ_TJC")


@pytest.mark.parametrize(
    ("subsidy", "paid"),
    [
        ({"corridors": ["cre"], "cny_per_teu": 1000}, 1000.0),
        ({"corridors": ["cre"], "cny_per_teu": -1000}, -1000.0),
        ({"modes": ["rail"], "share": 0.25}, None),
        ({"services": [DOMESTIC], "direction": "outbound", "share": 1}, None),
        ({"services": [DOMESTIC], "direction": "inbound", "share": 1}, 0.0),
        ({"corridors": ["cre"], "modes": ["road"], "cny_per_teu": 5}, 0.0),
    ],
)
def test_who_pays(network: Network, subsidy: dict[str, Any], paid: float | None) -> None:
    plain, leg = leg_of(network, DOMESTIC), leg_of(network, DOMESTIC, **subsidy)
    wanted = subsidy.get("share", 0) * plain.cost_cny_per_teu if paid is None else paid
    assert leg.subsidy_cny_per_teu == pytest.approx(wanted)
    assert leg.cost_cny_per_teu + leg.subsidy_cny_per_teu == pytest.approx(plain.cost_cny_per_teu)


def test_no_ride_costs_less_than_nothing(network: Network) -> None:
    plain, leg = (
        leg_of(network, BARGE),
        leg_of(network, BARGE, modes=["inland_waterway"], share=0.6),
    )
    assert leg.cost_cny_per_teu == pytest.approx(0.4 * plain.cost_cny_per_teu)
    leg = leg_of(network, BARGE, modes=["inland_waterway"], cny_per_teu=1e6)
    assert (leg.cost_cny_per_teu, leg.subsidy_cny_per_teu) == (0.0, plain.cost_cny_per_teu)


def test_a_subsidy_moves_boxes_and_storage_is_paid_for_dwell() -> None:
    plain = lay_groundwork(Scenario.read("baseline_2025"))
    scenario = Scenario.read(
        "cre_subsidy_withdrawn",
        {"cost_functions.sea:outbound.storage_cny_per_teu_day": 100},
    )
    other = lay_groundwork(scenario)
    known = {route.name: route for route in plain.choice.routes.routes}
    sails = set(plain.network.services.index[plain.network.services["mode"] == "sea"])
    dearer = {
        route.name: (route.cost_cny_per_teu - known[route.name].cost_cny_per_teu, route)
        for route in other.choice.routes.routes
        if route.name in known
    }
    on_trains = [
        (more, route)
        for more, route in dearer.values()
        if route.corridor == "cre" and sails.isdisjoint(route.services)
    ]
    assert on_trains
    for more, route in on_trains:
        assert route.subsidy_cny_per_teu in (0.0, -3000.0)
        assert more == pytest.approx(-route.subsidy_cny_per_teu)
    by_sea = [
        more
        for more, route in dearer.values()
        if route.corridor == "yangtze" and "vessel:SHY>" in route.name
    ]
    assert by_sea
    assert min(by_sea) > 100


LEVERS = """\
extends: baseline_2025
levers:
  exchange_rates: {{EUR: 8}}
  subsidies:
    - {{name: a, corridors: [{corridor}], cny_per_teu: 1{more}}}
"""


def test_levers_are_checked(tmp_path: Path) -> None:
    def told(text: str) -> str:
        path = tmp_path / "levers.yaml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError) as caught:
            lay_groundwork(Scenario.read(path))
        return str(caught.value)

    unknown = told(LEVERS.format(corridor="cree", more=""))
    assert (
        "levers.yaml:5:29: 'cree' is not a corridor of services.csv; did you mean 'cre'?" in unknown
    )
    assert "'EUR' is not in currencies.csv; known are USD" in unknown
    both = told(LEVERS.format(corridor="cre", more=", share: 0.1"))
    assert "needs either cny_per_teu or share" in both
    twins = "    - {name: a, modes: [rail], share: 0.5}\n"
    assert "two are called 'a'; rename one" in told(LEVERS.format(corridor="cre", more="") + twins)
    nothing = LEVERS.format(corridor="cre", more="").replace("corridors: [cre], ", "")
    assert "names no corridor, mode or service" in told(nothing)
