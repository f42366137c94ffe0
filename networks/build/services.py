"""Services of the network: lines, container strings, flights and trucks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from networks.build.links import Link
from networks.build.tables import BuildError, number, read_raw

__all__ = ["Names", "build_services"]

#: Payload of a container slot, t: what ships and through trains carry per TEU when all is heavy.
_SLOT_T = 16.0
#: Tonnes that take the room of one TEU in an aircraft.
_AIR_T_PER_TEU = 3.0
#: Tractors on the road to the coast out and in, their way home, and shares out and in by zone.
_TRACTORS = (1600, 800)
_TRACTOR_RETURN_H = 40
_TRACTOR_SHARES = {
    "Z_CQXY": (0.30, 0.40),
    "Z_CQLC": (0.25, 0.30),
    "Z_CQLJ": (0.20, 0.10),
    "Z_CQSW": (0.15, 0.08),
    "Z_CQCS": (0.06, 0.08),
    "Z_CQWZ": (0.04, 0.04),
}
#: A forty-foot truck.
_TRUCK_TEU, _TRUCK_T = 2.0, 40.0
#: On-carriage by rail: daily slots for Chongqing's boxes.
_ON_CARRIAGE_PER_WEEK, _ON_CARRIAGE_TEU, _ON_CARRIAGE_T = 7.0, 110.0, 2500.0
_LANES = {
    "": ("", ""),
    "cape": (" by the Cape", "（好望角）"),
    "suez": (" by Suez", "（苏伊士）"),
}
_FLIGHTS = {
    "freighter": ("Freighter", "全货机"),
    "belly": ("Passenger bellies", "客机腹舱"),
    "allotment": ("Freight space", "航空舱位"),
}
#: Berths of the ports whose quays are modelled; Singapore, Thailand, Haiphong and Ho Chi Minh
#: City sail from the automated berths, the rest from the others.
_AUTOMATED = ("SINp", "LCB", "HPH", "SGNp")


@dataclass(frozen=True)
class Names:
    """English and Chinese names of the nodes, short."""

    english: Mapping[str, str]
    chinese: Mapping[str, str]

    def pair(self, what: tuple[str, str], start: str, end: str) -> dict[str, str]:
        """Return the two names of a service between two places."""
        return {
            "name_en": f"{what[0]} {self.english[start]} - {self.english[end]}",
            "name_zh": f"{what[1]} {self.chinese[start]}—{self.chinese[end]}",
        }


def _lines() -> Iterable[dict[str, str]]:
    for row in read_raw("lines"):
        yield {**row, "departures_per_week": row["departures_per_week"] or "0"}


def _berth(port: str, other: str) -> str:
    if port != "QZP":
        return ""
    return "QZP_BERTH_A" if other in _AUTOMATED else "QZP_BERTH_B"


def _strings(names: Names) -> Iterable[dict[str, str]]:
    """Yield both directions of each container string as slots on other people's ships."""
    for row in read_raw("strings"):
        near, far, variant = row["from_node"], row["to_node"], row["variant"]
        lane = _LANES[variant]
        for start, end, slots in (
            (near, far, row["slots_out_teu"]),
            (far, near, row["slots_back_teu"]),
        ):
            suffix = f"@{variant}" if variant else ""
            pair = names.pair(("Container line", "集装箱班轮"), start, end)
            yield {
                "service": f"vessel:{start}>{end}{suffix}",
                "name_en": pair["name_en"] + lane[0],
                "name_zh": pair["name_zh"] + lane[1],
                "corridor": "shared",
                "mode": "sea",
                "dispatch": "timetable",
                "departures_per_week": row["departures_per_week"],
                "capacity_teu": slots,
                "capacity_t": number(float(slots) * _SLOT_T),
                "priority": "3",
                "carries": "box;reefer;car",
                "status": "open",
                "path": f"{start}[{_berth(start, end)}] {end}{suffix}[{_berth(end, start)}]",
                "source": row["source"],
                "confidence": row["confidence"],
                "note": row["note"],
            }


def _flights(names: Names) -> Iterable[dict[str, str]]:
    for row in read_raw("air_lines"):
        kind, tonnes = row["kind"], float(row["capacity_t"])
        if kind not in _FLIGHTS:
            raise BuildError(f"air_lines.csv: kind '{kind}' is not known")
        ends = (row["from_node"], row["to_node"])
        for start, end in (ends, ends[::-1]):
            apron = {"CKG": "CKG_AIR"}
            stop = [f"{node}[{apron.get(node, '')}]" for node in (start, end)]
            yield {
                "service": f"{kind}:{start}>{end}",
                **names.pair(_FLIGHTS[kind], start, end),
                "corridor": "air" if "CKG" in ends else "shared",
                "mode": "air",
                "dispatch": "timetable",
                "departures_per_week": row["departures_per_week"],
                "capacity_teu": number(tonnes / _AIR_T_PER_TEU, 2),
                "capacity_t": row["capacity_t"],
                "priority": "2",
                "carries": "air",
                "status": "open",
                "path": " ".join(stop),
                "source": row["source"],
                "confidence": row["confidence"],
                "note": row["note"],
            }


def _feeders(
    links: Iterable[Link], names: Names, taken: set[tuple[str, str, str]]
) -> Iterable[dict[str, str]]:
    """Yield a truck, or a block of rail slots, for each link between a zone and a gateway."""
    started: set[str] = set()
    for link in links:
        ends = (link.from_node, link.to_node)
        zones = [node for node in ends if node.startswith("Z_")]
        wanted = len(zones) == 1 and link.mode in ("road", "rail")
        if not wanted or (*ends, link.mode) in taken:
            continue
        common = {
            "corridor": link.corridor,
            "mode": link.mode,
            "priority": "3",
            "status": link.status,
            "opens_on": link.opens_on,
            "source": link.source,
            "confidence": link.confidence,
            "path": f"{link.from_node}[] {link.to_node}[]",
        }
        if link.mode == "road":
            yield {
                "service": f"truck:{link.from_node}>{link.to_node}",
                **names.pair(("Truck", "卡车"), *ends),
                "dispatch": "on_demand",
                "capacity_teu": number(_TRUCK_TEU),
                "capacity_t": number(_TRUCK_T),
                "carries": "box;reefer;car;bulk;air",
                **common,
                **(_tractors(ends, started) if link.corridor == "coastal" else {}),
            }
        else:
            yield {
                "service": f"train:{link.from_node}>{link.to_node}",
                **names.pair(("Train", "班列"), *ends),
                "dispatch": "timetable",
                "departures_per_week": number(_ON_CARRIAGE_PER_WEEK),
                "capacity_teu": number(_ON_CARRIAGE_TEU),
                "capacity_t": number(_ON_CARRIAGE_T),
                "carries": "box;reefer;car;bulk",
                **common,
            }


def _tractors(ends: tuple[str, str], started: set[str]) -> dict[str, str]:
    """Return the fleet of a truck to the coast or back: one pool per zone of Chongqing and way.

    About 550 forty-foot trucks a day out and 280 in, three days for the round trip. No count is
    published; with fewer, the share of value that is believed to go this way could only be reached
    by a constant that outweighs all costs. The first service of a pool brings its vehicles, which
    come home in `turnaround_h`.
    """
    outward = ends[0].startswith("Z_")
    zone = ends[0] if outward else ends[1]
    pool = f"tractors:{zone}>coast" if outward else f"tractors:coast>{zone}"
    way = 0 if outward else 1
    share = _TRACTOR_SHARES[zone][way]
    first = pool not in started
    started.add(pool)
    return {
        "fleet": number(round(_TRACTORS[way] * share)) if first else "",
        "pool": pool,
        "return_pool": pool,
        "turnaround_h": number(_TRACTOR_RETURN_H),
        "confidence": "assumed",
        "note": "tractors of the coast trucks sized to the corridor's share of value; "
        "split by zone assumed",
    }


def build_services(links: list[Link], names: Names) -> list[dict[str, str]]:
    """Return all services with their paths, in the order of their names.

    Parameters
    ----------
    links : list of Link
        Links, for trucks.
    names : Names
        Names of the nodes.

    Returns
    -------
    list of dict
        Rows of the target table with a column ``path`` besides.

    Raises
    ------
    BuildError
        If a service stands twice.
    """
    lines = list(_lines())
    taken = set()
    for row in lines:
        nodes = [token.split("[")[0] for token in row["path"].split() if "[" in token]
        if len(nodes) == 2:
            taken.add((nodes[0], nodes[1], row["mode"]))
    rows = [*lines, *_strings(names), *_flights(names), *_feeders(links, names, taken)]
    by_name: dict[str, dict[str, str]] = {}
    for row in rows:
        if row["service"] in by_name:
            raise BuildError(f"services: '{row['service']}' stands twice")
        by_name[row["service"]] = row
    return [by_name[name] for name in sorted(by_name)]
