"""Checks of what every table allows and a trader would not believe: fares, regions, borders."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from corridor_sim.errors import Fault, shorten

__all__ = ["BORDER_KINDS", "held_directions", "plausibility_faults"]

Rows = Mapping[str, list[dict[str, Any]]]

#: Kinds of facilities that stand at a border.
BORDER_KINDS = ("arrival_slot", "documents", "inspection", "gauge_change", "border_road")
_BY_KM = ("cny_per_teu_km", "cny_per_t_km")
_COSTS = ("fixed_cny_per_teu", "fixed_cny_per_t", "handling_cny_per_teu", *_BY_KM)
#: A haul over a border: two hours for engine and papers, and nothing crawls below 15 km/h.
_HAUL_H, _CRAWL_KM_H = 2.0, 15.0


def plausibility_faults(rows: Rows) -> list[Fault]:
    """Tell links without any fare, regions nobody serves and border dwell that counts twice.

    Parameters
    ----------
    rows : mapping of str to list of dict
        Typed rows by table; their references may be at fault.

    Returns
    -------
    list of Fault
        What is wrong.
    """
    return [*_fares(rows), *_dwell_twice(rows), *_visited_twice(rows), *_unserved(rows)]


def held_directions(direction: str) -> tuple[str, ...]:
    """Return the directions of links that a cost function holds for.

    A link without a direction takes that of both, or of the way out.
    """
    return {"both": ("", "outbound", "inbound"), "outbound": ("", "outbound")}.get(
        direction, (direction,)
    )


def _fares(rows: Rows) -> Iterable[Fault]:
    """Tell links without a fare that no cost function holds for, functions that say two things."""
    known = {"CNY", *(row["currency"] for row in rows["currencies"])}
    for table, name in (("links", "link"), ("cost_functions", "cost_function")):
        for row in rows[table]:
            if row["currency"] not in known:
                what = f"the currency '{shorten(row['currency'])}' of '{row[name]}' has no rate"
                hint = "state it in currencies.csv"
                yield Fault(f"{table}.csv", what, row["line"], "currency", hint=hint)
    for row in rows["currencies"]:
        for column in ("cny_per_unit", "rate_cny_per_unit"):
            if row[column] == 0:
                what = f"'{row['currency']}' is worth nothing"
                yield Fault("currencies.csv", what, row["line"], column, "above 0")
    stated: dict[tuple[str, str], int] = {}
    free: dict[str, int] = {}
    for row in rows["cost_functions"]:
        ways = held_directions(row["direction"])
        twice = [stated[row["mode"], way] for way in ways if (row["mode"], way) in stated]
        if twice:
            what = f"'{row['mode']}' has a cost function here and in row {twice[0]}"
            hint = "state one for both directions, or one for each"
            yield Fault("cost_functions.csv", what, row["line"], "direction", hint=hint)
        if not any(row[column] for column in _COSTS):
            free[row["mode"]] = row["line"]
            continue
        stated.update({(row["mode"], way): row["line"] for way in ways})
    for row in rows["links"]:
        has_fare = not (math.isnan(row["cost_cny_per_teu"]) and math.isnan(row["cost_cny_per_t"]))
        if has_fare or (row["mode"], row["direction"]) in stated:
            continue
        way = f" {row['direction']}" if row["direction"] else ""
        what = f"'{row['link']}' has no fare, and '{row['mode']}'{way} has no cost function"
        place = f"row {free[row['mode']]}" if row["mode"] in free else "a row of its own"
        hint = f"state one of them (cost_functions.csv, {place})"
        yield Fault("links.csv", what, row["line"], "cost_cny_per_teu", hint=hint)


def _dwell_twice(rows: Rows) -> Iterable[Fault]:
    """Tell links over a border that hold the dwell its facilities hold already."""
    country = {row["node"]: row["country"] for row in rows["nodes"]}
    stands = {
        row["node"]: row["facility"] for row in rows["facilities"] if row["kind"] in BORDER_KINDS
    }
    zones = {row["zone"] for row in rows["zones"]}
    for row in rows["links"]:
        ends = (row["from_node"], row["to_node"])
        at = [stands[node] for node in ends if node in stands]
        # The last way to a zone holds the loading at the door.
        if not at or row["mode"] not in ("rail", "road") or zones.intersection(ends):
            continue
        if country.get(ends[0]) == country.get(ends[1]):
            continue
        most = _HAUL_H + row["distance_km"] / _CRAWL_KM_H
        if row["time_h"].mean() > most:
            what = (
                f"'{row['link']}' takes {row['time_h'].mean():.3g} h for "
                f"{row['distance_km']:g} km: the dwell that '{at[0]}' holds counts twice"
            )
            hint = "leave the haul only, or close the facility"
            yield Fault("links.csv", what, row["line"], "time_h", f"up to {most:.3g} h", hint)


def _visited_twice(rows: Rows) -> Iterable[Fault]:
    """Tell departures that visit a facility of a border twice on one way."""
    kinds = {row["facility"]: row["kind"] for row in rows["facilities"]}
    seen: dict[tuple[str, str], int] = {}
    for row in sorted(rows["calls"], key=lambda row: (row["service"], row["sequence"])):
        facility = row["facility"]
        if kinds.get(facility) not in BORDER_KINDS:
            continue
        before = seen.setdefault((row["service"], facility), row["line"])
        if before != row["line"]:
            what = f"'{row['service']}' visits '{facility}' here and in row {before}"
            hint = "its dwell counts twice; remove one"
            yield Fault("calls.csv", what, row["line"], "facility", hint=hint)


def _unserved(rows: Rows) -> Iterable[Fault]:
    """Tell partner zones that no corridor names, and corridors that do not get to their zones."""
    homes = {row["zone"] for row in rows["zones"] if row["side"] == "chongqing"}
    if not homes:
        return
    called = {row["node"] for row in rows["calls"] if row["stop"] == "call"}
    named = {zone for row in rows["regions"] for zone in row["zones"]}
    for row in rows["zones"]:
        # Where no service calls at all, that is said already.
        if row["side"] == "partner" and row["zone"] in called - named and row["share"] > 0:
            what = f"no corridor serves '{row['zone']}' of '{row['region']}'"
            hint = "name one in regions.csv"
            yield Fault("zones.csv", what, row["line"], "zone", hint=hint)
    called_at = [row for row in rows["calls"] if row["stop"] == "call"]
    called_at.sort(key=lambda row: int(row["sequence"]))
    reached: dict[str, set[str]] = {}
    for row in rows["regions"]:
        corridor = row["corridor"]
        if corridor not in reached:
            out = _rides(rows["services"], called_at, {"hub", "shared", corridor})
            back: dict[str, set[str]] = {}
            for start, ends in out.items():
                for end in ends:
                    back.setdefault(end, set()).add(start)
            reached[corridor] = _reach(out, homes) | _reach(back, homes)
        for zone in row["zones"]:
            if zone in called and zone not in reached[corridor]:
                what = f"no open services of '{corridor}' join Chongqing and '{zone}'"
                hint = "add one, or leave the zone out"
                yield Fault("regions.csv", what, row["line"], "zones", hint=hint)


def _rides(
    services: Iterable[Mapping[str, Any]], calls: Iterable[Mapping[str, Any]], corridors: set[str]
) -> dict[str, set[str]]:
    """Return where open services of some corridors lead from each node, by calls in sequence."""
    usable = {
        row["service"]
        for row in services
        if row["corridor"] in corridors and row["status"] == "open"
    }
    stops: dict[str, list[str]] = {}
    for row in calls:
        if row["service"] in usable:
            stops.setdefault(row["service"], []).append(row["node"])
    rides: dict[str, set[str]] = {}
    for nodes in stops.values():
        for place, start in enumerate(nodes):
            rides.setdefault(start, set()).update(nodes[place + 1 :])
    return rides


def _reach(rides: Mapping[str, set[str]], starts: set[str]) -> set[str]:
    found = set(starts)
    edge = set(starts)
    while edge:
        edge = {end for start in edge for end in rides.get(start, ())} - found
        found |= edge
    return found
