"""The small network of the Three Gorges lock alone, and the scenarios of its published years.

Everything of a year follows from its published figures and three judgements by formula:

- **take** of a chamber: ships over lockages, spread over three sizes;
- **cycle** of a flight: the hours its flights were open, over the lockages;
- **fleet**: Little's law, ships an hour times hours away, waiting and in the cycle.

No published page counts the ships that use the lock, so the year's mean wait stands in its fleet.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from networks.build.tables import BuildError, number, read_raw, write_table

__all__ = ["AWAY_H", "LockYear", "build_three_gorges", "lock_years", "published_rows"]

FOLDER = Path(__file__).parent.parent / "three_gorges"
CONFIGS = Path(__file__).parent.parent.parent / "configs"

#: Hours a ship is away from the lock between two passages; fleet and hours away scale together.
AWAY_H = 216.0
_AWAY_CV = 0.25
_YEAR_H = 8760.0
_FLIGHTS = 2
_CYCLE_CV = 0.12
_TAKE_SD = 0.65
#: Shares of the passages: grain and urgent goods, and the first class among them.
_PRIORITY_SHARE = 0.04
_FIRST_OF_PRIORITY = 1 / 3
_FOG_MEAN_H = 6.0
_FOG_IN_WINTER = 0.7
_FLOOD_MEAN_H = 57.0
_BARGES_PER_WEEK = 7
_OVERHAULS = {2012: (dt.date(2012, 3, 7), 24)}


@dataclass(frozen=True)
class Stops:
    """Closures that come at random in a season, some of them while another one lasts.

    Attributes
    ----------
    shut_h : float
        Hours that at least one of them covers.
    season_h : float
        Length of the season.
    mean_h : float
        Length of one.
    """

    shut_h: float
    season_h: float
    mean_h: float

    @property
    def per_season(self) -> float:
        """Mean number of closures: those of Poisson arrivals cover 1 - exp(-load) of the time."""
        return -math.log1p(-self.shut_h / self.season_h) * self.season_h / self.mean_h

    @property
    def spans(self) -> float:
        """Mean number of spans that are shut without a break."""
        return self.per_season * (1 - self.shut_h / self.season_h)


@dataclass(frozen=True)
class LockYear:
    """A year at the lock.

    Attributes
    ----------
    year : int
        Calendar year.
    ships, lockages : float
        Of the year.
    mean_wait_h : float
        Published mean wait of a ship.
    fog_share, flood_h, overhaul_days : float
        Share of the year with fog or wind, hours of floods, days with one flight shut.
    """

    year: int
    ships: float
    lockages: float
    mean_wait_h: float
    fog_share: float
    flood_h: float
    overhaul_days: float

    @property
    def hours(self) -> float:
        """Hours of the year."""
        return 24.0 * (dt.date(self.year + 1, 1, 1) - dt.date(self.year, 1, 1)).days

    @property
    def stops(self) -> tuple[Stops, ...]:
        """Fog and wind in the winter half and the summer half of the year, and floods."""
        winter_h = 24.0 * (181 + (self.hours > _YEAR_H))
        summer_h = self.hours - winter_h
        fog_h = self.fog_share * self.hours
        return (
            Stops(fog_h * _FOG_IN_WINTER, winter_h, _FOG_MEAN_H),
            Stops(fog_h * (1 - _FOG_IN_WINTER), summer_h, _FOG_MEAN_H),
            Stops(self.flood_h, 24.0 * 62, _FLOOD_MEAN_H),
        )

    @property
    def cycle_h(self) -> float:
        """Hours from one lockage of a flight to its next."""
        shut = self.fog_share * self.hours + self.flood_h
        overhaul = 24.0 * self.overhaul_days * (1 - shut / self.hours)
        # A lockage that has begun ends within the closure: each closure costs a flight half a cycle
        # less than it lasts.
        spans = sum(stops.spans for stops in self.stops)
        return (_FLIGHTS * (self.hours - shut) - overhaul) / (self.lockages - spans)

    @property
    def take(self) -> str:
        """Distribution of the ships a chamber takes."""
        mean = self.ships / self.lockages
        middle = round(mean)
        apart = mean - middle
        outer = _TAKE_SD**2 + apart**2
        weights = ((outer - apart) / 2, 1 - outer, (outer + apart) / 2)
        cells = (
            f"{middle + step}:{number(weight, 3)}"
            for step, weight in zip((-1, 0, 1), weights, strict=True)
        )
        return f"empirical({' '.join(cells)})"

    @property
    def fleet(self) -> dict[str, int]:
        """Ships of the background by the name of their row."""
        passages = self.ships - 2 * _BARGES_PER_WEEK * self.hours / 168
        per_h = passages / self.hours
        whole = per_h * (AWAY_H + self.mean_wait_h + self.cycle_h)
        # Those with priority wait about one cycle.
        priority = _PRIORITY_SHARE * per_h * (AWAY_H + 2 * self.cycle_h)
        first = round(priority * _FIRST_OF_PRIORITY)
        return {
            "ships:TGL": round(whole) - round(priority),
            "ships_priority:TGL": round(priority) - first,
            "ships_first:TGL": first,
        }


def lock_years() -> dict[int, LockYear]:
    """Return the years of ``lock_years.csv``."""
    found: dict[int, dict[str, float]] = {}
    for row in read_raw("lock_years"):
        found.setdefault(int(row["year"]), {})[row["figure"]] = float(row["value"])
    return {
        year: LockYear(
            year=year,
            ships=figures["ships"],
            lockages=figures["lockages"],
            mean_wait_h=figures["mean_wait"],
            fog_share=figures["fog_and_wind"],
            flood_h=figures["flood_stops"],
            overhaul_days=figures["overhaul_days"],
        )
        for year, figures in found.items()
    }


def published_rows() -> list[dict[str, str]]:
    """Return the published figures that the model is compared with.

    ``FLEET2019`` in their settings stands for the fleet of that year.
    """
    fleet = lock_years()[2019].fleet.items()
    cells = "; ".join(f"background.{name}.population={ships}" for name, ships in fleet)
    return [
        {**row, "settings": row["settings"].replace("FLEET2019", cells)}
        for row in read_raw("published")
    ]


def build_three_gorges(
    chongqing: Path, target: Path = FOLDER, configs: Path = CONFIGS
) -> dict[str, int]:
    """Write the network of the lock and the scenarios of its years.

    Parameters
    ----------
    chongqing : Path
        Folder of the large network, already built: the lock and the river are the same.
    target, configs : Path
        Folders that are written into.

    Returns
    -------
    dict of str to int
        Rows written, by table.
    """
    years = lock_years()
    counts = _write_tables(chongqing, target, years[max(years)])
    for year in years.values():
        path = configs / f"lock_{year.year}.yaml"
        path.write_text(scenario_text(year), encoding="utf-8", newline="\n")
    counts["scenarios"] = len(years)
    return counts


def _rows(folder: Path, table: str, wanted: Mapping[str, object]) -> list[dict[str, object]]:
    """Return rows of the large network by name, some of their cells replaced."""
    found = read_raw(table, folder)
    key = next(iter(found[0]))
    rows = {row[key]: row for row in found}
    if missing := set(wanted) - set(rows):
        raise BuildError(f"{table}.csv lacks {', '.join(sorted(missing))}")
    return [{**rows[name], **dict(cells)} for name, cells in wanted.items()]  # type: ignore[call-overload]


def _write_tables(chongqing: Path, target: Path, year: LockYear) -> dict[str, int]:
    from corridor_sim.network.attributes import attributes_of
    from networks.build.places import write_sources

    counts: dict[str, int] = {}
    used: set[str] = set()

    def write(name: str, rows: list[dict[str, object]], file: str = "") -> None:
        used.update(str(row["source"]) for row in rows)
        path = target / f"{file or name}.csv"
        counts[f"three_gorges/{file or name}"] = write_table(path, list(attributes_of(name)), rows)

    def own(**cells: object) -> dict[str, object]:
        return {**cells, "source": "judgement", "confidence": "assumed"}

    write(
        "nodes",
        _rows(
            chongqing,
            "nodes",
            {"CQ_GYP": {"transhipment": ""}, "TGL": {}, "SHW": {"transhipment": ""}},
        ),
    )
    write("links", list(_river(chongqing)))
    kept = {"TGL_LOCK": {"fixed_h": _cycle(year), "take": year.take, "source": "zgcsb_1"}}
    write("facilities", _rows(chongqing, "facilities", {**kept, "CQ_GYP_CUSTOMS": {}}))
    write(
        "background",
        _rows(
            chongqing,
            "background",
            {
                name: {"population": ships, "source": "zgcsb_1", "note": "see lock_years.csv"}
                for name, ships in year.fleet.items()
            },
        ),
    )
    services = ("barge:CQ_GYP>SHW", "barge:SHW>CQ_GYP")
    note = "one a day, among the year's ships"
    cells = {"departures_per_week": _BARGES_PER_WEEK, "runs_empty": "true", "note": note}
    write("services", _rows(chongqing, "services", dict.fromkeys(services, cells)))
    way = ("CQ_GYP", "TGL", "SHW")
    calls = []
    for service, direction, nodes in zip(services, ("down", "up"), (way, way[::-1]), strict=True):
        for place, node in enumerate(nodes):
            link = f"inland_waterway:{nodes[place - 1]}>{node}" if place else ""
            is_lock = node == "TGL"
            calls.append(
                own(
                    service=service,
                    sequence=place + 1,
                    node=node,
                    stop="pass" if is_lock else "call",
                    link=link,
                    facility="TGL_LOCK" if is_lock else "",
                    direction=direction if is_lock else "",
                )
            )
    write("calls", calls)
    write("modes", _rows(chongqing, "modes", {"inland_waterway": {}}))
    costs: dict[str, object] = {f"inland_waterway:{way}": {} for way in ("outbound", "inbound")}
    write("cost_functions", _rows(chongqing, "cost_functions", costs))
    write(
        "zones",
        [
            own(zone="CQ_GYP", region="Chongqing", side="chongqing", share=1),
            own(zone="SHW", region="Shanghai", side="partner", share=1),
        ],
    )
    write("regions", [own(region="Shanghai", corridor="yangtze", zones="SHW")])
    box: dict[str, object] = {
        "cny_per_teu": 200000,
        "t_per_teu": 12,
        "value_of_time_pct_per_day": 0.05,
    }
    box |= {"carries": "box", "shipment_teu": "1", "cq_zones": "CQ_GYP:1"}
    box["note"] = "a box a day and direction, which meets at the lock what cargo meets"
    directions = ("export", "import")
    goods = {way: f"goods_{way}" for way in directions}
    write(
        "commodities",
        [own(commodity=goods[d], direction=d, **box) for d in directions],
        "demand/commodities",
    )
    write(
        "od",
        [
            own(commodity=goods[d], direction=d, region="Shanghai", value_bn_cny=0.073)
            for d in directions
        ],
        "demand/od_lock",
    )
    write("months", [own(month=month) for month in range(1, 13)], "demand/months")
    constants = [own(corridor="yangtze", prior_share=1, constant=0)]
    write("choice_constants", constants, "demand/choice_constants")
    counts["three_gorges/sources"] = write_sources(target / "sources.md", used, only_used=True)
    return counts


def _river(chongqing: Path) -> list[dict[str, object]]:
    """Join the river's links into one between port and lock each way."""
    rows = {row["link"]: row for row in read_raw("links", chongqing)}
    chain = ["CQ_GYP", "CQ_FL", "CQ_WZ", "TGL", "GZB", "YIC", "JZ", "WUH", "JJ", "NJ", "TAC", "SHW"]
    lock = chain.index("TGL")
    joined: list[dict[str, object]] = []
    for nodes in (chain[: lock + 1], chain[lock:], chain[lock:][::-1], chain[: lock + 1][::-1]):
        parts = [rows[f"inland_waterway:{a}>{b}"] for a, b in pairwise(nodes)]
        hours = [
            sum(
                float(part["time_h"].removeprefix("triangular(")[:-1].split(",")[place])
                for part in parts
            )
            for place in range(3)
        ]
        joined.append(
            {
                "link": f"inland_waterway:{nodes[0]}>{nodes[-1]}",
                "from_node": nodes[0],
                "to_node": nodes[-1],
                "mode": "inland_waterway",
                "corridor": "yangtze",
                "direction": "outbound"
                if nodes in (chain[: lock + 1], chain[lock:])
                else "inbound",
                "distance_km": sum(float(part["distance_km"]) for part in parts),
                "time_h": f"triangular({', '.join(number(value, 2) for value in hours)})",
                "passages": "three_gorges",
                "source": "derived",
                "confidence": "low",
                "note": "the links of the large network, joined",
            }
        )
    return joined


def _cycle(year: LockYear) -> str:
    return f"lognormal({number(year.cycle_h, 4)}, {_CYCLE_CV})"


def scenario_text(year: LockYear) -> str:
    """Return the scenario file of a year.

    Parameters
    ----------
    year : LockYear
        Its figures.

    Returns
    -------
    str
        YAML.
    """
    winter, summer, flood = (number(stops.per_season, 2) for stops in year.stops)
    days = round(year.hours / 24)
    lines = [
        "# Written by `python -m networks.build` from networks/build/raw/lock_years.csv.",
        f"title: The Three Gorges lock in {year.year}",
        "description: >-",
        f"  Take from {year.ships:,.0f} ships in {year.lockages:,.0f} lockages, cycle",
        "  from the hours the flights were open, fleet from ships, hours away and the published",
        f"  mean wait of {year.mean_wait_h:g} h.",
        "network: three_gorges",
        f"period: {{start: {year.year}-01-01, days: {days}, warm_up_days: 120, drain_days: 30}}",
        "demand: {table: od_lock}",
        "facilities:",
        "  TGL_LOCK:",
        f"    fixed_h: {_cycle(year)}",
        f"    take: {year.take}",
        "background:",
        *(f'  "{name}": {{population: {ships}}}' for name, ships in year.fleet.items()),
    ]
    if year.overhaul_days:
        start, period = _OVERHAULS[year.year]
        end = start + dt.timedelta(days=year.overhaul_days)
        lines += [
            "disruptions:",
            "  - name: overhaul of a flight",
            "    facilities: [TGL_LOCK]",
            f"    start: {start}",
            f"    end: {end}",
            "    chambers: [0]",
            "    lock_mode: timed",
            f"    turn_period_h: {period}",
        ]
    lines += [
        "random_disruptions:",
        "  - name: fog and wind at the Three Gorges, winter",
        "    facilities: [TGL_LOCK]",
        "    season: [11-01, 04-30]",
        f"    per_season: {winter}",
        f"    duration_h: lognormal({_FOG_MEAN_H:g}, 0.8)",
        "  - name: fog and wind at the Three Gorges, summer",
        "    facilities: [TGL_LOCK]",
        "    season: [05-01, 10-31]",
        f"    per_season: {summer}",
        f"    duration_h: lognormal({_FOG_MEAN_H:g}, 0.8)",
        "  - name: flood stop at the Three Gorges",
        "    facilities: [TGL_LOCK]",
        "    season: [07-01, 08-31]",
        f"    per_season: {flood}",
        "    duration_h: uniform(24, 90)",
    ]
    return "\n".join(lines) + "\n"
