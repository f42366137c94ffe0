"""Objects like `Results` to draw: figures made up from the timetables of any network."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from corridor_sim.statistics import Clock, RunTables
from corridor_sim.statistics.columns import Coded, Table, Thousandths
from corridor_sim.statistics.emissions import service_intensity
from corridor_sim.statistics.paths import service_segments
from corridor_sim.statistics.tables import TABLES

DAY_S = 86_400
MODES = ("rail", "road", "inland_waterway", "sea", "air")
CORRIDORS = ("ilstc", "cre", "yangtze", "air", "coastal")


@dataclass
class MadeUpStatistics:
    """Frames of the columns that `Statistics` has, filled without a simulation."""

    network: Any
    clock: Clock
    seed: int = 0
    moved: pd.DataFrame = field(init=False)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        services = self.network.services
        runs = services["departures_per_week"].astype(float) * 52
        load = pd.Series(rng.beta(6, 2, len(services)), index=services.index)
        segments = service_segments(self.network)
        room = runs * services["capacity_teu"].astype(float).clip(upper=20_000)
        segments["capacity_teu"] = segments["service"].map(room).astype(float)
        segments["teu"] = segments["service"].map(room * load).astype(float)
        # Vehicles on demand have no timetable: some traffic, no capacity.
        on_demand = segments["service"].map(services["dispatch"]) == "on_demand"
        segments.loc[on_demand, "teu"] = 3_000.0 + 900 * rng.random(int(on_demand.sum()))
        segments.loc[on_demand, "capacity_teu"] = 0.0
        self.moved = segments.groupby("link")[["teu", "capacity_teu"]].sum()

    def links(self) -> pd.DataFrame:
        frame = self.network.links[["from_node", "to_node", "mode", "corridor", "distance_km"]]
        frame = frame.copy()
        for column in ("teu", "capacity_teu"):
            frame[column] = self.moved[column].reindex(frame.index).fillna(0.0)
        frame["departures"] = (frame["teu"] > 0).astype(int) * 365
        capacity = frame["capacity_teu"]
        frame["utilisation"] = (frame["teu"] / capacity).where(capacity > 0)
        frame.index.name = "link"
        return frame.reset_index()

    def load_factors(self) -> pd.DataFrame:
        network = one_service_per_link(self.network)
        tables = ridden_tables(network, self.moved, self.clock)
        return service_intensity(tables, network, self.clock).rename_axis("service").reset_index()

    def facilities(self, by: tuple[str, ...]) -> pd.DataFrame:
        if by == ("facility", "month"):
            whole = self.facilities(("facility",))
            parts = [whole.assign(month=month) for month in self.clock.months]
            return pd.concat(parts, ignore_index=True)
        assert by == ("facility",)
        rng = np.random.default_rng(self.seed + 1)
        names = self.network.facilities.index
        frame = pd.DataFrame({"facility": list(names)})
        frame["visits"] = rng.integers(0, 4_000, len(names))
        frame["background_visits"] = 0
        frame["teu"] = frame["visits"] * 50.0
        frame["utilisation"] = rng.beta(5, 2, len(names))
        frame["mean_wait_h"] = rng.gamma(1.5, 5.0, len(names))
        frame["p95_wait_h"] = frame["mean_wait_h"] * 2.5
        frame["longest_wait_h"] = frame["mean_wait_h"] * 4
        frame["mean_queue"] = frame["mean_wait_h"] * frame["visits"] / 8760
        nobody = frame["visits"] == 0
        frame.loc[nobody, ["utilisation", "mean_wait_h", "p95_wait_h", "longest_wait_h"]] = np.nan
        return frame


def one_service_per_link(network: Any) -> Any:
    """Return a network with a shuttle on every link, to carry any amount over it."""
    links = network.links
    services = pd.DataFrame(
        {"dispatch": "timetable", "corridor": "own", "mode": links["mode"].to_numpy()},
        index=pd.Index([f"shuttle {name}" for name in links.index], name="service"),
    )
    modes = pd.DataFrame(
        {"co2e_g_per_t_km": 20.0, "co2e_g_per_teu_km": np.nan}, index=pd.Index(sorted(MODES))
    )
    calls = pd.DataFrame(
        {
            "service": np.repeat(services.index, 2),
            "sequence": np.tile([1, 2], len(links)),
            "node": links[["from_node", "to_node"]].to_numpy().ravel(),
            "stop": "call",
            "link": [cell for name in links.index for cell in ("", name)],
        }
    )
    tables = ("nodes", "links", "facilities", "zones")
    kept = {name: getattr(network, name) for name in tables}
    if "passages" not in links:
        kept["links"] = links.assign(passages=[()] * len(links))
    return SimpleNamespace(path=network.path, services=services, calls=calls, modes=modes, **kept)


def ridden_tables(network: Any, moved: pd.DataFrame, clock: Clock) -> Any:
    """Return tables of a run in which each link carries an amount, by season and cargo."""
    season = 1 + 0.15 * np.sin(np.arange(len(clock.months)))
    loads = moved["teu"].reindex(network.links.index).fillna(0.0)
    room = moved["capacity_teu"].reindex(network.links.index).fillna(0.0)
    kinds = (("own", "export", 0.4), ("own", "import", 0.2), ("domestic", "other", 0.4))
    rows = [
        (rank, second, cargo, direction, amount * share * wave / season.sum())
        for rank, amount in enumerate(loads)
        if amount > 0
        for second, wave in zip(clock.month_edges, season, strict=False)
        for cargo, direction, share in kinds
    ]
    columns = ["rank", "second", "cargo", "direction", "teu"]
    frame = pd.DataFrame(rows, columns=columns).convert_dtypes(dtype_backend="numpy_nullable")
    services = pd.Index(network.services.index)
    rank = np.append(np.arange(0), frame["rank"].to_numpy(dtype=np.int64))
    second = frame["second"].to_numpy(dtype=np.int32)
    own = (frame["cargo"] == "own").to_numpy(dtype=bool)
    teu = frame["teu"].to_numpy(dtype=float)
    shipments = pd.DataFrame(
        {
            "cargo": pd.Categorical(frame["cargo"].astype(str)),
            "direction": pd.Categorical(frame["direction"].astype(str)),
            "teu": teu,
            "t": 9.0 * teu,
            "value_cny": np.rint(teu * 600_000 * own),
            "corridor": pd.Categorical(["cre"] * len(teu)),
            "release_s": second,
            "cleared_s": second,
            "delivered_s": second,
        }
    )
    nodes = pd.Index(sorted({*network.links["from_node"], *network.links["to_node"]}))
    both = np.repeat(np.arange(len(frame)), 2)
    rides = np.tile([True, False], len(frame))
    end = nodes.get_indexer(pd.Index(network.links["to_node"]))[rank]
    start = nodes.get_indexer(pd.Index(network.links["from_node"]))[rank]

    def named(codes: Any, names: pd.Index) -> Any:
        return pd.Categorical.from_codes(np.where(rides, codes[both], -1), categories=names)

    legs = pd.DataFrame(
        {
            "shipment": both.astype(np.int32),
            "service": named(rank, services),
            "board_call": np.where(rides, 0, -1).astype(np.int8),
            "alight_call": np.where(rides, 1, -1).astype(np.int8),
            "board_node": named(start, nodes),
            "alight_node": named(end, nodes),
            "board_s": np.where(rides, second[both], -1).astype(np.int32),
            "end_s": second[both],
        }
    )
    offered = np.flatnonzero(room.to_numpy() > 0)
    departures = pd.DataFrame(
        {
            "service": pd.Categorical.from_codes(offered, categories=services),
            "status": pd.Categorical(["departed"] * len(offered)),
            "left_s": np.full(len(offered), clock.window[0], dtype=np.int32),
            "capacity_teu": room.to_numpy()[offered],
            "capacity_t": 30.0 * room.to_numpy()[offered],
        }
    )
    facilities, weeks = pd.Index(network.facilities.index), pd.Index(clock.weeks)
    n = len(facilities) * len(weeks)
    queues = pd.DataFrame(
        {
            "facility": pd.Categorical.from_codes(
                np.repeat(np.arange(len(facilities)), len(weeks)), categories=facilities
            ),
            "week": pd.Categorical.from_codes(np.arange(n) % len(weeks), categories=weeks),
            # So many wait at the first facility in each week, and twice as many at the next.
            "queue_s": np.tile(np.diff(clock.week_edges), len(facilities))
            * (np.arange(n) % len(weeks))
            * np.repeat(np.arange(len(facilities)) + 1, len(weeks)),
        }
    )
    empty = pd.DataFrame({"facility": pd.Categorical([])})
    frames = {"shipments": shipments, "legs": legs, "departures": departures}
    frames["queues"] = queues
    frames |= {name: empty for name in TABLES if name not in frames}
    return RunTables({name: as_table(frame) for name, frame in frames.items()})


def as_table(frame: pd.DataFrame) -> Table:
    """Return a frame as the statistics read it."""
    columns: dict[str, Any] = {}
    for name in frame:
        column = frame[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            names = tuple(map(str, column.cat.categories))
            columns[name] = Coded(column.cat.codes.to_numpy(), names)
        elif name in ("teu", "t", "capacity_teu", "capacity_t"):
            columns[name] = Thousandths.of(column.to_numpy(dtype=float))
        else:
            columns[name] = column.to_numpy()
    return Table.of(columns)


class MadeUpResults(SimpleNamespace):
    """What the map reads of `Results`."""

    @property
    def tables(self) -> Any:
        return ridden_tables(self.network, self.statistics.moved, self.clock)


def made_up_results(network: Any, **scenario: Any) -> Any:
    """Return an object with what the map reads of `Results`."""
    start, days = dt.date(2025, 1, 1), scenario.pop("days", 365)
    clock = Clock(
        start - dt.timedelta(days=120), (120 * DAY_S, (120 + days) * DAY_S), (210 + days) * DAY_S
    )
    bn = (38.4, 41.2, 139.7, 158.3, 414.6)
    corridors = {
        name: {"value_cny": round(value * 1e9), "teu": round(value * 9_000)}
        for name, value in zip(CORRIDORS, bn, strict=True)
    }
    summary = {
        "corridors": corridors,
        "totals": {
            "offered_value_cny": 800_680_000_000,
            "value_cny": sum(int(c["value_cny"]) for c in corridors.values()),
            "delivered_value_cny": 781_000_000_000,
        },
    }
    facts: dict[str, Any] = {
        "name": "baseline_2025",
        "title": "The year 2025 as it was",
        "goal_cny": (1.0e12, 1.1e12),
        **scenario,
    }
    facts.setdefault("shown_title", facts["title"])
    return MadeUpResults(
        network=one_service_per_link(network),
        statistics=MadeUpStatistics(network, clock),
        scenario=SimpleNamespace(**facts),
        clock=clock,
        seed=1,
        replication=0,
        engine="simpy",
        summary=lambda: summary,
    )


def small_network(folder: Path | None = None) -> Any:
    """Return a network of four places drawn by hand, some of its cells blank."""
    nodes = pd.DataFrame(
        [
            ("Z_CQ", "Liangjiang zone", "两江片区", "zone", 29.7, 106.6),
            ("CQ", "Chongqing rail terminal", "重庆团结村", "rail_terminal", 29.66, 106.36),
            ("QZ", "Qinzhou port", "钦州港", "sea_port", 21.7, 108.6),
            ("SIN", "", "", "sea_port", 1.27, 103.8),
            ("LAX", "Los Angeles port", "洛杉矶港", "sea_port", 33.73, -118.26),
        ],
        columns=["node", "name_en", "name_zh", "kind", "lat", "lon"],
    ).set_index("node")
    nodes[["source", "confidence", "note"]] = ["judgement", "low", ""]
    links = pd.DataFrame(
        [
            ("road:Z_CQ>CQ", "Z_CQ", "CQ", "road", "hub", 20.0, ""),
            ("road:CQ>Z_CQ", "CQ", "Z_CQ", "road", "hub", 20.0, ""),
            ("rail:CQ>QZ", "CQ", "QZ", "rail", "ilstc", 1450.0, "rail:CQ-QZ"),
            ("rail:QZ>CQ", "QZ", "CQ", "rail", "ilstc", 1450.0, "rail:CQ-QZ"),
            ("sea:QZ>SIN", "QZ", "SIN", "sea", "shared", 2580.0, ""),
            ("sea:QZ>LAX", "QZ", "LAX", "sea", "shared", 12000.0, ""),
            ("sea:LAX>QZ", "LAX", "QZ", "sea", "shared", 12000.0, ""),
        ],
        columns=["link", "from_node", "to_node", "mode", "corridor", "distance_km", "geometry"],
    ).set_index("link")
    links["passages"] = [()] * len(links)
    links[["status", "source", "confidence", "note"]] = ["open", "cqrb_2", "medium", "as published"]
    facilities = pd.DataFrame(
        [
            ("CQ_YARD", "CQ", "Rail yard", "铁路货场", "rail_yard"),
            ("QZ_BERTH", "QZ", "Berth", "泊位", "berth"),
        ],
        columns=["facility", "node", "name_en", "name_zh", "kind"],
    ).set_index("facility")
    facilities[["source", "confidence", "note"]] = ["judgement", "assumed", ""]
    services = pd.DataFrame(
        [
            ("train", "ilstc", "rail", "timetable", 35.0, 100.0),
            ("train_back", "ilstc", "rail", "timetable", 35.0, 100.0),
            ("truck", "hub", "road", "on_demand", 0.0, 2.0),
            ("ship", "shared", "sea", "timetable", 3.0, 500.0),
        ],
        columns=["service", "corridor", "mode", "dispatch", "departures_per_week", "capacity_teu"],
    ).set_index("service")
    calls = pd.DataFrame(
        [
            ("train", 1, "CQ", "call", ""),
            ("train", 2, "QZ", "call", "rail:CQ>QZ"),
            ("train_back", 1, "QZ", "call", ""),
            ("train_back", 2, "CQ", "call", "rail:QZ>CQ"),
            ("truck", 1, "Z_CQ", "call", ""),
            ("truck", 2, "CQ", "call", "road:Z_CQ>CQ"),
            ("ship", 1, "QZ", "call", ""),
            ("ship", 2, "SIN", "call", "sea:QZ>SIN"),
        ],
        columns=["service", "sequence", "node", "stop", "link"],
    )
    zones = pd.DataFrame(
        {"zone": ["Z_CQ"], "region": ["Chongqing"], "side": ["chongqing"]}
    ).set_index("zone")
    return SimpleNamespace(
        path=folder,
        nodes=nodes,
        links=links,
        facilities=facilities,
        services=services,
        calls=calls,
        zones=zones,
    )
