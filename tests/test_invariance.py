"""What must not change the outcome: the order of rows, and rows that share nothing."""

from __future__ import annotations

import csv
import random
import shutil
from pathlib import Path

import numpy as np
import pytest

from corridor_sim import Network, Results, Scenario, simulate
from corridor_sim.shipments import Shipments, generate_shipments
from corridor_sim.simulation import lay_groundwork

SHORT = {
    "period.days": 25,
    "period.warm_up_days": 15,
    "period.drain_days": 0,
    "disruptions": [],
    # Premiums are one search for the whole network: its last digit could move by any row.
    "choice.premiums": False,
}


def run(network: Path, **overrides: object) -> Results:
    """Simulate a few weeks of the baseline on a copy of its network."""
    settings = {**SHORT, "network": str(network), **overrides}
    return simulate(Scenario.read("baseline_2025", settings), seed=5, engine="auto")


def copied(tmp_path: Path, name: str) -> Path:
    """Return a copy of the shipped network."""
    target = tmp_path / name / "chongqing"
    shutil.copytree(Network.read("chongqing").path, target)
    return target


def rewrite(path: Path, change: object) -> None:
    """Apply a function to the rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    header, body = rows[0], rows[1:]
    change(body)  # type: ignore[operator]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *body])


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    """Every table shuffled, demand included: the stamps are the same to the last."""
    plain, shuffled = copied(tmp_path, "plain"), copied(tmp_path, "shuffled")
    rng = random.Random(7)
    tables = [*shuffled.glob("*.csv"), *(shuffled / "demand").glob("*.csv")]
    assert len(tables) > 12
    for table in tables:
        rewrite(table, rng.shuffle)
    one, other = run(plain), run(shuffled)
    assert one.summary()["log_digest"] == other.summary()["log_digest"]
    assert one.summary()["counts"]["shipments"] > 30_000


def test_a_corridor_that_shares_nothing_changes_nothing_else(tmp_path: Path) -> None:
    """A new flow between new places on a truck of its own: the other boxes keep their times."""
    plain, more = copied(tmp_path, "plain"), copied(tmp_path, "more")

    def add(table: str, **cells: object) -> None:
        path = more / table
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        row = {"source": "judgement", "confidence": "assumed"} | cells
        rows.append([str(row.get(column, "")) for column in rows[0]])
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)

    for node, lon in (("AAA", 10), ("MMM", 11)):
        add("nodes.csv", node=node, name_en=node, kind="city", lat=1, lon=lon)
    add(
        "links.csv",
        link="road:AAA>MMM",
        from_node="AAA",
        to_node="MMM",
        mode="road",
        distance_km=100,
        time_h=2,
    )
    add(
        "services.csv",
        service="a_truck:AAA>MMM",
        corridor="coastal",
        mode="road",
        dispatch="on_demand",
        capacity_teu=2,
        capacity_t=40,
        carries="box",
    )
    for sequence, node, link in ((1, "AAA", ""), (2, "MMM", "road:AAA>MMM")):
        add(
            "calls.csv",
            service="a_truck:AAA>MMM",
            sequence=sequence,
            node=node,
            stop="call",
            link=link,
        )
    add(
        "demand/other_cargo.csv",
        other_cargo="a_flow",
        cargo="domestic",
        corridor="coastal",
        origin="AAA",
        destination="MMM",
        teu_per_year=20_000,
        t_per_teu=10,
        shipment_teu=3,
    )
    before, after = (run(path).tables.shipments for path in (plain, more))
    mine = after["od"] == "a_flow"
    assert mine.sum() > 300
    columns = ["od", "k", "route", "release_s", "cleared_s", "delivered_s", "teu"]
    kept = after.loc[~mine, columns].reset_index(drop=True)
    for column in columns:
        one, other = (frame[column].astype(str).fillna("-") for frame in (before, kept))
        assert one.tolist() == other.tolist(), column


def drawn(scale: float) -> Shipments:
    """Return the shipments of a scaled baseline."""
    ground = lay_groundwork(Scenario.read("baseline_2025", {**SHORT, "demand.scale": scale}))
    return generate_shipments(
        ground.od,
        ground.clock,
        ground.choice,
        horizon=ground.scenario.horizon_s,
        seed=2,
        replication=0,
    )


def test_more_demand_keeps_the_old_shipments() -> None:
    """The k-th shipment of a row keeps its size, taste and way, and comes earlier."""
    base, more = drawn(1.0), drawn(1.25)
    assert len(more.od) > 1.1 * len(base.od)
    names = {name: number for number, name in enumerate(more.od_names)}
    place = {(int(od), int(k)): n for n, (od, k) in enumerate(zip(more.od, more.k, strict=True))}
    own = np.flatnonzero(base.kind == 0)
    twin = np.array([place[names[base.od_names[base.od[n]]], int(base.k[n])] for n in own])
    assert (base.mteu[own] == more.mteu[twin]).all()
    assert (base.vot_pct_per_day[own] == more.vot_pct_per_day[twin]).all()
    ways = [base.routes.routes[r].name if r >= 0 else "" for r in base.route[own]]
    assert ways == [more.routes.routes[r].name if r >= 0 else "" for r in more.route[twin]]
    assert (more.release_s[twin] <= base.release_s[own]).all()
    assert (more.release_s[twin] < base.release_s[own]).mean() > 0.99


@pytest.mark.parametrize("passages", [{"three_gorges": "closed"}, {"malacca": "closed"}])
def test_a_closed_passage_is_obeyed(passages: dict[str, str]) -> None:
    """Nothing rides over it, and what has no other way is counted as unserved."""
    ground = lay_groundwork(
        Scenario.read("baseline_2025", {**SHORT, "passages": {"suez": "closed", **passages}})
    )
    network = ground.network
    name = next(iter(passages))
    shut = {link for link, used in network.links["passages"].items() if name in used}
    over = set(network.calls.loc[network.calls["link"].isin(shut), "service"])
    assert len(over) > 5
    ridden = {service for route in ground.choice.routes.routes for service in route.services}
    assert not over & ridden
    unserved = [
        row
        for row, ways in zip(ground.od.rows, ground.choice.routes.of_od, strict=True)
        if not ways
    ]
    if name == "three_gorges":
        assert {row.corridor for row in unserved} >= {"yangtze"}
