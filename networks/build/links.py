"""Links of the network: rows of the sources corrected, mirrored, named and priced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from networks.build.corrections import apply_corrections
from networks.build.lines_on_earth import distance_km
from networks.build.passages import passages_of
from networks.build.tables import BuildError, number, read_raw

__all__ = ["Link", "build_links", "link_rows"]

#: Fares towards China as a share of those away from it (air 1.6-2.0 against 3.9-4.8 USD/kg;
#: Rotterdam-Shanghai about a third of Shanghai-Rotterdam, recalled).
BACK_FARE = {"sea": 0.35, "air": 0.43}
#: The border rows are the rail track between two border stations.
_MODES = {"border": "rail"}
_LESS_SURE = {"high": "medium", "medium": "low", "low": "low", "assumed": "assumed"}
_TEU_PER_FEU = 2.0
#: From where directions are told.
_HOME = "CQ_TJC"
#: Cruising speed and taxiing of the sources' air rows: what they add to it is ground handling,
#: which the terminals of the two airports hold.
_AIR_KM_H, _TAXI_H = 850.0, 0.7


@dataclass(frozen=True, slots=True)
class Link:
    """A directed link.

    Attributes
    ----------
    name, from_node, to_node, mode, variant, corridor, direction : str
        Identity; the variant tells parallel lanes apart.
    distance_km : float
        Stated length.
    time_h : tuple of float
        Least, typical and longest running time.
    cost_cny_per_teu, cost_cny_per_t : float or None
        Fare, None where the cost function of the mode holds.
    currency : str
        In which the fare is quoted; blank is yuan.
    status, opens_on, source, confidence, note : str
        As in the target table.
    passages : tuple of str
        Passages used.
    """

    name: str
    from_node: str
    to_node: str
    mode: str
    variant: str
    corridor: str
    direction: str
    distance_km: float
    time_h: tuple[float, float, float]
    cost_cny_per_teu: float | None
    cost_cny_per_t: float | None
    currency: str
    status: str
    opens_on: str
    passages: tuple[str, ...]
    source: str
    confidence: str
    note: str

    @property
    def shape(self) -> str:
        """Name of the drawing that both directions share."""
        ends = "-".join(sorted((self.from_node, self.to_node)))
        return f"{self.mode}:{ends}" + (f"@{self.variant}" if self.variant else "")


@cache
def _cost_functions() -> dict[tuple[str, str], dict[str, str]]:
    return {(row["mode"], row["direction"]): row for row in read_raw("cost_functions")}


@cache
def _cny_per_usd() -> float:
    rates = {row["currency"]: row["cny_per_unit"] for row in read_raw("currencies")}
    return float(rates["USD"])


def _direction(start: str, end: str, places: Mapping[str, tuple[float, float]]) -> str:
    """Return whether a link leads away from Chongqing or towards it.

    The last way to a zone abroad leads away, the first from it back; between other places the
    distance from Chongqing decides.
    """
    ends = [node.startswith("Z_") and not node.startswith("Z_CQ") for node in (start, end)]
    if ends[0] != ends[1]:
        return "inbound" if ends[0] else "outbound"
    home = places[_HOME]
    near, far = (distance_km(home, places[node]) for node in (start, end))
    return "outbound" if far >= near else "inbound"


def _source_rows() -> list[dict[str, str]]:
    """Return all rows in the direction the sources state, corrected."""
    blank = {"both_ways": "", "status": "open", "opens_on": ""}
    rows = [{**row, **blank} for row in read_raw("links")]
    return apply_corrections([*rows, *read_raw("links_added")])


def _fare(
    row: Mapping[str, str], *, share: float, direction: str
) -> tuple[float | None, float | None]:
    """Return a share of the fare (per TEU, per tonne) in yuan.

    Stated fares are all in; what the cost function of the mode adds to every leg is taken off.
    """
    if not row["cost"]:
        return None, None
    cost, unit = float(row["cost"]) * share, row["cost_unit"]
    legs = _cost_functions()[_MODES.get(row["mode"], row["mode"]), direction]
    off_teu = float(legs["fixed_cny_per_teu"] or 0) + float(legs["handling_cny_per_teu"] or 0)
    off_t = float(legs["fixed_cny_per_t"] or 0)
    if unit == "cny_per_teu":
        return max(round(cost - off_teu), 0), None
    if unit == "usd_per_feu":
        return max(round(cost * _cny_per_usd() / _TEU_PER_FEU - off_teu), 0), None
    if unit == "cny_per_t":
        return None, max(round(cost - off_t), 0)
    if unit == "usd_per_t":
        return None, max(round(cost * _cny_per_usd() - off_t), 0)
    where = f"links: the fare {row['cost']} of {row['from_node']}-{row['to_node']}"
    raise BuildError(f"{where} has {f'an unknown unit {unit!r}' if unit else 'no unit'}")


def _times(row: Mapping[str, str]) -> tuple[float, float, float]:
    if row["mode"] == "air":
        flight = float(row["distance_km"]) / _AIR_KM_H + _TAXI_H
        return round(0.97 * flight, 2), round(flight, 2), round(1.1 * flight + 1.5, 2)
    low, typical, high = (float(row[key]) for key in ("t_min_h", "t_typ_h", "t_max_h"))
    if not 0 < low <= typical <= high:
        raise BuildError(f"links: times of {row['from_node']}-{row['to_node']} are not in order")
    return low, typical, high


def _link(row: Mapping[str, str], places: Mapping[str, tuple[float, float]], *, back: bool) -> Link:
    start, end = row["from_node"], row["to_node"]
    if back:
        start, end = end, start
    mode = _MODES.get(row["mode"], row["mode"])
    variant = row["variant"]
    confidence, note = row["confidence"], row["basis"]
    if back:
        confidence = _LESS_SURE[confidence]
        note = f"mirrored; {note}"
    for node in (start, end):
        if node not in places:
            raise BuildError(f"links: '{node}' is not in nodes.csv")
    direction = _direction(start, end, places)
    share = BACK_FARE.get(mode, 1.0) if back else 1.0
    per_teu, per_t = _fare(row, share=share, direction=direction)
    return Link(
        name=f"{mode}:{start}>{end}" + (f"@{variant}" if variant else ""),
        from_node=start,
        to_node=end,
        mode=mode,
        variant=variant,
        corridor=row["corridor"],
        direction=direction,
        distance_km=float(row["distance_km"]),
        time_h=_times(row),
        cost_cny_per_teu=per_teu,
        cost_cny_per_t=per_t,
        currency="USD" if row["cost"] and row["cost_unit"].startswith("usd") else "",
        status=row["status"],
        opens_on=row["opens_on"],
        passages=passages_of(row["from_node"], row["to_node"], mode=mode, variant=variant),
        source=row["source"],
        confidence=confidence,
        note=note,
    )


def build_links(places: Mapping[str, tuple[float, float]]) -> list[Link]:
    """Return all directed links in the order of their names.

    A row of the sources is mirrored unless the other direction has a row of its own or the row says
    that it holds one way only.

    Parameters
    ----------
    places : mapping of str to (float, float)
        Known nodes with longitude and latitude.

    Returns
    -------
    list of Link
        Unique by name.

    Raises
    ------
    BuildError
        If a link stands twice, or ends at an unknown node.
    """
    rows = _source_rows()
    links: dict[str, Link] = {}
    own: set[str] = set()
    for row in rows:
        link = _link(row, places, back=False)
        if link.name in own:
            raise BuildError(f"links: '{link.name}' stands twice")
        own.add(link.name)
        links[link.name] = link
    for row in rows:
        # Air rows of both tables hold both directions; "no" marks what has a row of its own.
        if row["both_ways"] == "no" and row["mode"] != "air":
            continue
        link = _link(row, places, back=True)
        links.setdefault(link.name, link)
    return [links[name] for name in sorted(links)]


def link_rows(links: Iterable[Link], shapes: Iterable[str]) -> Iterable[dict[str, object]]:
    """Return links as rows of the target table.

    Parameters
    ----------
    links : iterable of Link
        Links.
    shapes : iterable of str
        Drawings that exist; a link without one is drawn straight.

    Returns
    -------
    iterable of dict
        One per link.
    """
    drawn = set(shapes)
    for link in links:
        low, typical, high = (number(hours, 2) for hours in link.time_h)
        yield {
            "link": link.name,
            "from_node": link.from_node,
            "to_node": link.to_node,
            "mode": link.mode,
            "corridor": link.corridor,
            "direction": link.direction,
            "distance_km": link.distance_km,
            "time_h": f"triangular({low}, {typical}, {high})",
            "cost_cny_per_teu": link.cost_cny_per_teu,
            "cost_cny_per_t": link.cost_cny_per_t,
            "currency": link.currency,
            "status": link.status,
            "opens_on": link.opens_on,
            "passages": ";".join(link.passages),
            "geometry": link.shape if link.shape in drawn else "",
            "source": link.source,
            "confidence": link.confidence,
            "note": link.note,
        }
