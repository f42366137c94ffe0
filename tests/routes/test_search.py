"""The search of chains: closures, and what a chain may be."""

from __future__ import annotations

import pytest

from corridor_sim import Scenario
from corridor_sim.demand.od import build_od
from corridor_sim.network import Network
from corridor_sim.routes.pairs import Pair, pairs_of
from corridor_sim.routes.search import Search
from corridor_sim.routes.service_graph import service_legs
from corridor_sim.simulation import read_inputs

CLOSED = frozenset({"barge_lift:SHW>CQ_WZ", "barge_lift:CQ_WZ>SHW"})


@pytest.fixture(scope="module")
def shipped() -> tuple[Network, list[Pair]]:
    """Return the shipped network and every sixth pair of the baseline."""
    scenario = Scenario.read("baseline_2025")
    network, tables = read_inputs(scenario)
    return network, list(dict.fromkeys(pairs_of(build_od(network, tables, scenario), network)))[::6]


def found(search: Search, pairs: list[Pair]) -> dict[tuple[Pair, str], list[tuple[str, ...]]]:
    """Return the services of the chains by pair and corridor, those without any left out."""
    return {
        (pair, corridor): [tuple(search.legs[leg].service for leg in chain) for chain in chains]
        for pair, corridor, chains in search.chains(pairs, keep=3, worst_ratio=1.6)
        if chains
    }


def test_what_a_closure_touches_is_searched_as_if_it_were_not_there(
    shipped: tuple[Network, list[Pair]],
) -> None:
    network, pairs = shipped
    legs = service_legs(network)
    rest = found(Search(service_legs(network, closed=CLOSED), network), pairs)
    everything = found(Search(legs, network), pairs)
    avoiding = found(Search(legs, network, shut=CLOSED), pairs)
    assert avoiding
    assert all(rest[key] == chains for key, chains in avoiding.items())
    # What it left out is as it was.
    assert all(rest[key] == everything[key] for key in set(rest) - set(avoiding))
    assert len(avoiding) < len(rest)
    assert any(CLOSED.intersection(chain) for chains in everything.values() for chain in chains)


def test_chains_are_sound(shipped: tuple[Network, list[Pair]]) -> None:
    network, pairs = shipped
    search = Search(service_legs(network), network)
    zones = set(network.zones.index)
    longest = 0
    for pair, corridor, chains in search.chains(pairs, keep=3, worst_ratio=1.6):
        assert len(set(chains)) == len(chains) <= 3
        for chain in chains:
            ridden = [search.legs[leg] for leg in chain]
            nodes = [pair.origin, *(leg.destination for leg in ridden)]
            assert [leg.origin for leg in ridden] == nodes[:-1]
            assert nodes[-1] == pair.destination
            assert len(set(nodes)) == len(nodes)
            assert zones.isdisjoint(nodes[1:-1])
            assert corridor in {leg.corridor for leg in ridden}
            assert all(leg.carries & pair.carries for leg in ridden)
            longest = max(longest, len(chain))
    assert longest > 3
