"""Sums over legs: the compiled loop, whole arrays, and one leg after the other by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from corridor_sim.maps.moves import FLOWS, Moves
from corridor_sim.maps.ways import Ways
from corridor_sim.statistics.columns import Coded, Table, Thousandths

DAY_S = 86_400
EDGES = np.array([3, 10, 17, 20]) * DAY_S
CALLS = {"b line": 4, "a train": 2, "never runs": 3}


def some_network() -> Any:
    """Return the tables of a network with a link between all calls that follow each other."""
    calls = pd.DataFrame(
        [
            (name, call, f"{name[0]}{call}", "call", f"{name[0]}{call}" if call else "")
            for name, n in CALLS.items()
            for call in range(n)
        ],
        columns=["service", "sequence", "node", "stop", "link"],
    )
    links = pd.DataFrame(
        {"from_node": "", "to_node": "", "mode": "rail", "distance_km": 7.0},
        index=pd.Index([name for name in calls["link"] if name], name="link"),
    )
    dispatch = {"dispatch": ["timetable", "fill", "on_demand"]}
    services = pd.DataFrame(dispatch, index=pd.Index(list(CALLS)))
    return SimpleNamespace(services=services, calls=calls, links=links)


def some_tables(seed: int, n_shipments: int = 300) -> Any:
    """Return boxes with up to three rides and a delivery each, stamps of any kind among them."""
    rng = np.random.default_rng(seed)
    # The names of the services in another order than the network's; one that no box takes.
    names = ("never runs", "b line", "a train")
    rows = []
    for shipment in range(n_shipments):
        for _ in range(int(rng.integers(0, 4))):
            service = int(rng.integers(1, 3))
            board, alight = sorted(rng.choice(CALLS[names[service]], 2, replace=False).tolist())
            stamps = np.where(rng.random(2) < 0.1, -1, rng.integers(0, 22 * DAY_S, 2)).tolist()
            rows.append((shipment, service, board, alight, *stamps))
        rows.append((shipment, -1, -1, -1, -1, int(rng.integers(0, 22 * DAY_S))))
    columns = np.array(rows, dtype=np.int32).T
    legs = {
        "shipment": columns[0],
        "service": Coded(columns[1].astype(np.int8), names),
        "board_call": columns[2].astype(np.int8),
        "alight_call": columns[3].astype(np.int8),
        "board_s": columns[4],
        "end_s": columns[5],
    }
    shipments = {
        "cargo": Coded(rng.integers(0, 2, n_shipments), ("own", "transit")),
        "direction": Coded(rng.integers(-1, 3, n_shipments), ("import", "other", "export")),
        "teu": Thousandths(rng.integers(1, 5_000, n_shipments)),
        "t": Thousandths(rng.integers(1, 60_000, n_shipments)),
        # So much that a float would not hold a sum of it.
        "value_cny": rng.integers(0, 2**51, n_shipments),
    }
    cut = n_shipments // 3
    at = int(np.searchsorted(columns[0], cut))
    pieces = (
        (slice(0, cut), slice(0, at)),
        (slice(cut, n_shipments), slice(at, len(rows))),
    )
    tables = {"legs": Table.of(legs), "shipments": Table.of(shipments)}
    return SimpleNamespace(table=tables.__getitem__, pieces=pieces)


def by_hand(tables: Any, ways: Ways) -> tuple[np.ndarray, np.ndarray]:
    legs, boxes = tables.table("legs"), tables.table("shipments")
    width = (len(EDGES) - 1) * len(FLOWS)
    rode = np.zeros((int(ways.ride_first[-1]), width, 3), dtype=np.int64)
    left = np.zeros((int(ways.call_first[-1]), width, 3), dtype=np.int64)

    def cell(second: int, box: int) -> int | None:
        if not EDGES[0] <= second < EDGES[-1]:
            return None
        period = sum(second >= edge for edge in EDGES) - 1
        own = boxes.names("cargo").codes[box] == 0
        way = boxes.names("direction").codes[box]
        flow = {0: 1, 2: 0}.get(int(way), 2) if own else 2
        return period * len(FLOWS) + flow

    services = legs.names("service")
    for row in range(len(legs)):
        if services.codes[row] < 0:
            continue
        service = ways.services.index(services.names[services.codes[row]])
        box = int(legs.numbers("shipment")[row])
        board, alight = (int(legs.numbers(f"{end}_call")[row]) for end in ("board", "alight"))
        amounts = [int(boxes.numbers(name)[box]) for name in ("teu", "t", "value_cny")]
        here = cell(int(legs.numbers("board_s")[row]), box)
        if here is not None:
            ride = int(ways.ride_first[service]) + board * int(ways.n_calls[service]) + alight
            rode[ride, here] += amounts
        there = cell(int(legs.numbers("end_s")[row]), box)
        if there is not None and services.codes[row + 1] < 0:
            left[int(ways.call_first[service]) + alight, there] += amounts
    return rode, left


@pytest.mark.parametrize("by_loop", [True, False], ids=["loop", "arrays"])
@pytest.mark.parametrize("seed", range(3))
def test_sums_are_those_of_one_leg_after_the_other(seed: int, *, by_loop: bool) -> None:
    tables, ways = some_tables(seed), Ways.of(some_network())
    rode, left = by_hand(tables, ways)
    assert rode.any()
    assert left.any()
    moves = Moves.of(tables, ways, EDGES, by_loop=by_loop)
    np.testing.assert_array_equal(moves.rode, rode)
    np.testing.assert_array_equal(moves.left, left)


def test_rides_pass_the_links_between_their_calls() -> None:
    ways = Ways.of(some_network())
    assert ways.services == ("a train", "b line", "never runs")
    assert ways.is_scheduled.tolist() == [True, True, False]
    line = int(ways.ride_first[1])
    rides = np.array([line + 1 * 4 + 3, line + 0 * 4 + 1, 0 * 2 + 1])
    assert [found.tolist() for found in ways.ride(rides)] == [[1, 1, 0], [1, 0, 0], [3, 1, 1]]
    place, link = ways.passed(rides)
    found = list(zip(place.tolist(), [ways.links[number] for number in link], strict=True))
    assert found == [(0, "b2"), (0, "b3"), (1, "b1"), (2, "a1")]
    assert [ways.nodes[node] for node in ways.node[ways.call_first[1] : ways.call_first[2]]] == [
        "b0",
        "b1",
        "b2",
        "b3",
    ]


@pytest.mark.parametrize("column", ["alight_call", "board_call", "shipment"])
def test_the_loop_writes_nowhere_else(column: str) -> None:
    """Compiled code does not look where it writes; a damaged folder must not make it."""
    tables = some_tables(0)
    legs = tables.table("legs")
    values = legs.numbers(column).copy()
    values[np.flatnonzero(legs.names("service").codes >= 0)[0]] = 120 if "call" in column else -3
    broken = {"legs": legs.having(**{column: values}), "shipments": tables.table("shipments")}
    tables = SimpleNamespace(table=broken.__getitem__, pieces=tables.pieces)
    with pytest.raises(IndexError):
        Moves.of(tables, Ways.of(some_network()), EDGES, by_loop=True)
