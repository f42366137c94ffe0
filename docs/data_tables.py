"""A Sphinx extension: tables that count and show the shipped data, made when the docs are built.

```` ```{data-table} NAME ```` puts the table of that name, see `TABLES`.
"""  # noqa: INP001 - an extension beside the pages

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from sphinx.util.docutils import SphinxDirective

from corridor_sim.distributions import Distribution
from corridor_sim.network.attributes import DEMAND_TABLES
from corridor_sim.network.attributes import TABLES as NETWORK_TABLES
from corridor_sim.resources import shipped
from corridor_sim.statistics.emissions import EMPTY_SHARE, USUAL_LOAD_FACTOR

if TYPE_CHECKING:
    from docutils.nodes import Node
    from sphinx.application import Sphinx

__all__ = ["TABLES", "setup"]

_NETWORK = shipped("networks") / "chongqing"
_RAW = Path(__file__).parent.parent / "networks" / "build" / "raw"
_LEVELS = ("high", "medium", "low", "assumed")
_CORRIDORS = {
    "ilstc": "Land-Sea Corridor",
    "cre": "China Railway Express",
    "yangtze": "Yangtze waterway",
    "air": "Air",
    "coastal": "Coastal land bridge",
}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(head)} |", "|---|" + "---:|" * (len(head) - 1)]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _files() -> Iterator[tuple[str, Path]]:
    for table in NETWORK_TABLES:
        yield table, _NETWORK / f"{table}.csv"
    for table in DEMAND_TABLES:
        name = "od_2025" if table == "od" else table
        yield f"demand/{name}", _NETWORK / "demand" / f"{name}.csv"


def confidence() -> str:
    """Return how many rows of each table are how sure."""
    rows = []
    whole: Counter[str] = Counter()
    for table, path in _files():
        count = Counter(row["confidence"] or "assumed" for row in _rows(path))
        whole += count
        rows.append(_confidence_row(f"`{table}`", count))
    rows.append(_confidence_row("**all**", whole))
    return _table(("table", "rows", *_LEVELS), rows)


def _confidence_row(name: str, count: Counter[str]) -> tuple[str, ...]:
    total = count.total()
    shares = (f"{count[level]:,} ({100 * count[level] / total:.0f} %)" for level in _LEVELS)
    return name, f"{total:,}", *shares


def choice_constants() -> str:
    """Return prior, range, constant and reached share of every corridor."""
    rows = [
        (
            f"{_CORRIDORS.get(row['corridor'], '')} (`{row['corridor']}`)",
            f"{100 * float(row['prior_share']):.1f} %",
            f"{100 * float(row['low']):.1f}-{100 * float(row['high']):.1f} %",
            f"{float(row['constant']):.3f}",
            f"{100 * float(row['reached_share']):.1f} %",
            row["confidence"],
        )
        for row in _rows(_NETWORK / "demand" / "choice_constants.csv")
    ]
    head = ("corridor", "prior", "range", "constant", "reached", "confidence of the prior")
    return _table(head, rows)


def margins() -> str:
    """Return how much of each margin of the demand is published."""
    bases = ("published", "partly_published", "residual", "judgement")
    rows = []
    for name, words in (("margins_commodity", "by commodity"), ("margins_partner", "by partner")):
        for direction in ("export", "import"):
            value: Counter[str] = Counter()
            for row in _rows(_RAW / f"{name}.csv"):
                if row["direction"] == direction:
                    value[row["basis"]] += float(row["value_bn_cny"])  # type: ignore[assignment]
            cells = (f"{value[basis]:,.1f}" for basis in bases)
            rows.append((f"{direction}s {words}", f"{sum(value.values()):,.2f}", *cells))
    head = ("margin, bn yuan", "sum", *(basis.replace("_", " ") for basis in bases))
    return _table(head, rows)


def months() -> str:
    """Return the factors of the months."""
    found = _rows(_NETWORK / "demand" / "months.csv")
    rows = [
        (f"{row['month']}", row["export_factor"], row["import_factor"], row["other_factor"])
        for row in found
    ]
    return _table(("month", "exports", "imports", "other cargo"), rows)


def size() -> str:
    """Return how large the shipped network is."""
    rows = []
    for table, path in _files():
        found = _rows(path)
        named = Counter(row.get("status", "") or "open" for row in found)
        planned = f"{named['planned']:,}" if "status" in found[0] else ""
        rows.append((f"`{table}`", f"{len(found):,}", planned))
    return _table(("table", "rows", "of them planned"), rows)


def cost_functions() -> str:
    """Return the cost function of every mode and direction."""
    columns = (
        "fixed_cny_per_teu",
        "cny_per_teu_km",
        "fixed_cny_per_t",
        "cny_per_t_km",
        "handling_cny_per_teu",
        "border_cny_per_teu",
        "storage_cny_per_teu_day",
    )
    rows = [
        (
            f"{row['mode'].replace('_', ' ')}, {row['direction']}",
            row["currency"],
            *(row[column] or "-" for column in columns),
            f"`{row['source']}`",
            row["confidence"],
        )
        for row in _rows(_NETWORK / "cost_functions.csv")
    ]
    heads = ("fixed", "per km", "fixed, t", "per t-km", "handling", "border", "storage, day")
    return _table(("mode", "quoted in", *heads, "source", "confidence"), rows)


def fares() -> str:
    """Return how many services ride by fare, by cost function or by both."""
    links = {row["link"]: row for row in _rows(_NETWORK / "links.csv")}
    services = {row["service"]: row for row in _rows(_NETWORK / "services.csv")}
    ways: dict[str, list[dict[str, str]]] = {}
    for row in _rows(_NETWORK / "calls.csv"):
        ways.setdefault(row["service"], []).extend([links[row["link"]]] if row["link"] else [])
    count: dict[tuple[str, str], Counter[str]] = {}
    for name, way in ways.items():
        has = [bool(link["cost_cny_per_teu"] or link["cost_cny_per_t"]) for link in way]
        kind = "fare" if all(has) else "both" if any(has) else "function"
        group = services[name]["mode"], services[name]["corridor"]
        own = count.setdefault(group, Counter())
        own[kind] += 1
        own["km"] += round(sum(float(link["distance_km"]) for link in way))
        own["km by fare"] += round(
            sum(float(link["distance_km"]) for link, paid in zip(way, has, strict=True) if paid)
        )
        own["dollars"] += any(link["currency"] for link in way)
    rows = [
        (
            mode.replace("_", " "),
            f"{_CORRIDORS.get(corridor, '')} (`{corridor}`)".strip(),
            *(f"{own[kind]:,}" for kind in ("fare", "both", "function", "dollars")),
            f"{100 * own['km by fare'] / own['km']:.0f} %",
        )
        for (mode, corridor), own in sorted(count.items())
    ]
    heads = ("all by fare", "part of the way", "by function", "a fare in dollars", "km by fare")
    return _table(("services by", "corridor", *heads), rows)


def emission_factors() -> str:
    """Return the emission factor of every mode."""
    rows = [
        (
            row["mode"].replace("_", " "),
            row["co2e_g_per_t_km"] or "-",
            row["co2e_g_per_teu_km"] or "-",
            f"`{row['source']}`",
            row["confidence"],
        )
        for row in _rows(_NETWORK / "modes.csv")
    ]
    return _table(("mode", "g/t-km", "g/TEU-km", "source", "confidence"), rows)


def load_assumptions() -> str:
    """Return what is assumed of loads and empty vehicles, by mode."""
    rows = [
        (mode.replace("_", " "), f"{100 * usual:.0f} %", f"{100 * EMPTY_SHARE[mode]:.0f} %")
        for mode, usual in USUAL_LOAD_FACTOR.items()
    ]
    return _table(("mode", "usual load", "emission of an empty one, of a full one"), rows)


def hub_emissions() -> str:
    """Return the emission factor of every kind of hub."""
    rows = [
        (
            row["kind"].replace("_", " ")
            + (f", {row['node_kind'].replace('_', ' ')}" if row["node_kind"] else ""),
            row["co2e_kg_per_teu"],
            f"`{row['source']}`",
            row["confidence"],
            row["note"],
        )
        for row in _rows(_RAW / "hub_emissions.csv")
    ]
    return _table(("hub", "kg/TEU", "source", "confidence", "what it is"), rows)


def road_borders() -> str:
    """Return places, hours and what a day admits of every road border."""
    rows = []
    for row in _rows(_NETWORK / "facilities.csv"):
        if row["kind"] != "border_road":
            continue
        stay_h = Distribution.parse(row["fixed_h"]).mean()
        if row["servers"] == "inf":
            places, turns = "no limit", "no limit"
        else:
            places = row["servers"]
            open_h = 24.0
            if row["calendar"]:
                opens, shuts = (
                    int(part.split(":")[0]) for part in row["calendar"].split()[1].split("-")
                )
                open_h = float(shuts - opens)
            # A place that is taken late in the day is free again when the gate opens.
            a_day = 24 / stay_h if not row["calendar"] else 1 + open_h / stay_h
            turns = f"{int(places) * a_day:.0f}"
        cells = (row["name_en"], places, row["calendar"] or "always", f"{stay_h:.0f}", turns)
        rows.append((*cells, f"`{row['source']}`", row["confidence"]))
    heads = ("places", "open", "stay, h", "trucks a day, at most", "source", "confidence")
    return _table(("road border", *heads), rows)


#: Tables by name.
TABLES: dict[str, Callable[[], str]] = {
    "choice-constants": choice_constants,
    "confidence": confidence,
    "cost-functions": cost_functions,
    "emission-factors": emission_factors,
    "fares": fares,
    "hub-emissions": hub_emissions,
    "load-assumptions": load_assumptions,
    "margins": margins,
    "months": months,
    "road-borders": road_borders,
    "size": size,
}


class DataTable(SphinxDirective):
    """The directive."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {}

    def run(self) -> list[Node]:
        """Return the nodes of the table."""
        for path in (_NETWORK, _NETWORK / "demand", _RAW):
            for file in path.glob("*.csv"):
                self.env.note_dependency(str(file))
        return self.parse_text_to_nodes(TABLES[self.arguments[0]]())


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("data-table", DataTable)
    return {"parallel_read_safe": True}
