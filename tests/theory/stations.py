"""Networks of tables with one station under study, run through the public configuration.

Everything a user would write: CSV tables and a scenario file. The station is a facility or a lock
fed by background traffic, or a service fed by the demand table.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridor_sim import Scenario, simulate
from corridor_sim.results import Results

_TAIL = {"source": "S1", "confidence": "assumed", "note": ""}
DAYS = 400


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    header = list(dict.fromkeys(key for row in rows for key in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*header, *_TAIL])
        writer.writeheader()
        for row in rows:
            writer.writerow({**row, **_TAIL})


def write_station(
    folder: Path,
    *,
    facility: dict[str, Any] | None = None,
    background: list[dict[str, Any]] | None = None,
    service: dict[str, Any] | None = None,
    boxes_per_day: float = 1.0,
) -> Path:
    """Write a network of two zones joined by one service, and a station beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    zone = {"kind": "zone", "country": "CN"}
    _write(
        folder / "nodes.csv",
        [
            {"node": "Z_A", "name_en": "A", "name_zh": "甲", "lat": 29.6, "lon": 106.5, **zone}
            | {"customs": "customs"},
            {"node": "Z_B", "name_en": "B", "name_zh": "乙", "lat": 1.3, "lon": 103.8, **zone},
        ],
    )
    _write(
        folder / "links.csv",
        [
            {
                "link": f"road:{a}>{b}",
                "from_node": a,
                "to_node": b,
                "mode": "road",
                "corridor": "coastal",
                "distance_km": 100,
                "time_h": "constant(1)",
            }
            for a, b in (("Z_A", "Z_B"), ("Z_B", "Z_A"))
        ],
    )
    customs = {"facility": "customs", "node": "Z_A", "kind": "customs", "servers": "inf"}
    rows: list[dict[str, Any]] = [customs | {"name_en": "c", "name_zh": "关", "clears": "true"}]
    if facility is not None:
        rows.append(
            {"facility": "station", "node": "Z_B", "name_en": "s", "name_zh": "站"} | facility
        )
    header = dict.fromkeys(key for row in rows for key in row)
    _write(folder / "facilities.csv", [{key: row.get(key, "") for key in header} for row in rows])
    if background:
        _write(folder / "background.csv", background)
    services = []
    calls = []
    for a, b in (("Z_A", "Z_B"), ("Z_B", "Z_A")):
        name = f"line:{a}>{b}"
        base = {"corridor": "coastal", "mode": "road", "dispatch": "on_demand", "capacity_teu": 100}
        base |= {"carries": "box", "capacity_t": 10_000}
        services.append(
            {"service": name, "name_en": name, "name_zh": name} | base | (service or {})
        )
        calls.append({"service": name, "sequence": 1, "node": a, "stop": "call", "link": ""})
        calls.append(
            {"service": name, "sequence": 2, "node": b, "stop": "call", "link": f"road:{a}>{b}"}
        )
    _write(folder / "services.csv", services)
    _write(folder / "calls.csv", calls)
    _write(
        folder / "zones.csv",
        [
            {"zone": "Z_A", "region": "Chongqing", "side": "chongqing", "share": 1},
            {"zone": "Z_B", "region": "Abroad", "side": "partner", "share": 1},
        ],
    )
    _write(folder / "regions.csv", [{"region": "Abroad", "corridor": "coastal", "zones": "Z_B"}])
    modes = ("rail", "road", "sea", "air", "inland_waterway")
    _write(folder / "modes.csv", [{"mode": mode} for mode in modes])
    _write(
        folder / "cost_functions.csv",
        [{"cost_function": mode, "mode": mode, "cny_per_teu_km": 1} for mode in modes],
    )
    _write(folder / "currencies.csv", [{"currency": "USD", "cny_per_unit": 7}])
    pool = {"box_pool": "pool", "node": "Z_A", "corridors": "coastal", "initial_teu": 5}
    _write(folder / "box_pools.csv", [pool])
    (folder / "sources.md").write_text(
        "| key | what | address |\n|---|---|---|\n| S1 | test | - |\n"
    )
    demand = folder / "demand"
    demand.mkdir(exist_ok=True)
    _write(
        demand / "commodities.csv",
        [
            {
                "commodity": "boxes",
                "direction": "export",
                "cny_per_teu": 1_000_000,
                "t_per_teu": 10,
                "value_of_time_pct_per_day": 0.1,
                "value_of_time_sigma": 1,
                "priority": 3,
                "load_unit": "TEU",
                "carries": "box",
                "shipment_teu": "constant(1)",
                "cq_zones": "Z_A:1",
            }
        ],
    )
    _write(
        demand / "od_2025.csv",
        [
            {
                "commodity": "boxes",
                "direction": "export",
                "region": "Abroad",
                "value_bn_cny": boxes_per_day * 365 / 1000,
            }
        ],
    )
    _write(
        demand / "months.csv",
        [
            {"month": m, "export_factor": 1, "import_factor": 1, "other_factor": 1}
            for m in range(1, 13)
        ],
    )
    _write(
        demand / "choice_constants.csv",
        [{"corridor": "coastal", "prior_share": 1, "low": 0, "high": 1, "constant": 0}],
    )
    return folder


def run_station(folder: Path, *, seed: int = 1, days: int = DAYS) -> Results:
    """Simulate the written network."""
    config = folder / "scenario.yaml"
    config.write_text(
        f"name: station\ntitle: station\nnetwork: {folder}\n"
        f"period: {{start: 2025-01-01, days: {days}, warm_up_days: 20, drain_days: 0}}\n"
    )
    return simulate(Scenario.read(str(config)), seed=seed)


def waits_at(results: Results, facility: str) -> NDArray[np.float64]:
    """Return the waits (h) of the visits that asked after the warm-up, in the order of asking."""
    plan, log = results.plan, results.log
    rank = plan.resource_names.index(facility)
    start, end = plan.window
    visits = np.flatnonzero(
        (plan.visits.resource == rank)
        & (log.visit_queued >= start)
        & (log.visit_queued < end)
        & (log.visit_start >= 0)
    )
    order = np.argsort(log.visit_queued[visits], kind="stable")
    waits = (log.visit_start - log.visit_queued)[visits][order]
    return waits / 3600.0
