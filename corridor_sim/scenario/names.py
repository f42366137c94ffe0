"""Names a scenario uses, against those its network has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridor_sim.errors import Fault, nearest, shorten

if TYPE_CHECKING:
    from corridor_sim.network import Network
    from corridor_sim.scenario.disruptions import Disruption
    from corridor_sim.scenario.models import Scenario

__all__ = ["unknown_names"]

_NAMED = (
    ("disruptions", ("facilities", "links", "services")),
    ("random_disruptions", ("facilities", "links")),
)


def unknown_names(scenario: Scenario, network: Network) -> list[Fault]:
    """Return what a scenario names that its network does not have.

    Parameters
    ----------
    scenario : Scenario
        Its disruptions and its demand are looked at; cells to replace are not.
    network : Network
        As read.

    Returns
    -------
    list of Fault
        By file, line and column.
    """
    faults: list[Fault] = []
    for kind, tables in _NAMED:
        for n, item in enumerate(getattr(scenario, kind)):
            for table in tables:
                known = [str(row) for row in getattr(network, table).index]
                faults.extend(
                    scenario.fault(
                        (kind, n, table, m),
                        f"'{shorten(name)}' is not in {table}.csv",
                        hint=nearest(name, known),
                    )
                    for m, name in enumerate(getattr(item, table))
                    if name not in known
                )
    for n, item in enumerate(scenario.disruptions):
        faults.extend(_lock_faults(scenario, n, item, network))
    corridors = sorted({str(name) for name in network.services["corridor"]} - {"hub", "shared"})
    for n, held in enumerate(scenario.boxes.held):
        faults.extend(
            scenario.fault(
                ("boxes", "held", n, "corridors", m),
                f"no service is of the corridor '{shorten(name)}'",
                hint=nearest(name, corridors),
            )
            for m, name in enumerate(held.corridors)
            if name not in corridors
        )
    faults.extend(_lever_faults(scenario, network))
    partners = network.zones[network.zones["side"] == "partner"]
    regions = sorted(set(partners["region"]))
    faults.extend(
        scenario.fault(
            ("demand", "regions", region),
            f"region '{shorten(region)}' is not known",
            hint=nearest(region, regions) or f"known are {', '.join(regions)}",
            at_key=True,
        )
        for region in scenario.demand.regions
        if region not in regions
    )
    return faults


def _lever_faults(scenario: Scenario, network: Network) -> list[Fault]:
    """Return subsidies of what the network does not have, and rates of currencies it does not."""
    faults = []
    corridors = sorted({str(name) for name in network.services["corridor"]})
    services = {str(name) for name in network.services.index}
    for n, item in enumerate(scenario.levers.subsidies):
        for field, known, where in (
            ("corridors", corridors, "a corridor of services.csv"),
            ("services", sorted(services), "in services.csv"),
        ):
            among = set(known)
            for m, name in enumerate(getattr(item, field)):
                if name not in among:
                    what = f"'{shorten(name)}' is not {where}"
                    hint = nearest(name, known)
                    faults.append(
                        scenario.fault(("levers", "subsidies", n, field, m), what, hint=hint)
                    )
    currencies = sorted(str(name) for name in network.currencies.index)
    for name in scenario.levers.exchange_rates:
        if name not in currencies:
            what = f"'{shorten(name)}' is not in currencies.csv"
            hint = nearest(name, currencies) or f"known are {', '.join(currencies) or 'none'}"
            path = ("levers", "exchange_rates", name)
            faults.append(scenario.fault(path, what, hint=hint, at_key=True))
    return faults


def _lock_faults(scenario: Scenario, n: int, item: Disruption, network: Network) -> list[Fault]:
    """Return what only a lock can obey, and flights that a lock does not have."""
    kinds = network.facilities["kind"].to_dict()
    flights = network.facilities["servers"].to_dict()
    fields = {
        "chambers": item.chambers,
        "lock_mode": item.lock_mode,
        "turn_period_h": item.turn_period_h,
    }
    used = [field for field, value in fields.items() if value not in (None, ())]
    if not used:
        return []
    faults = []
    others = [name for name in item.facilities if kinds.get(name, "lock") != "lock"]
    others += [*item.links, *item.services, *item.passages]
    if others:
        what = f"{used[0]} is for locks, which '{shorten(others[0])}' is not"
        hint = "write a disruption of its own for what is no lock"
        faults.append(scenario.fault(("disruptions", n, used[0]), what, hint=hint, at_key=True))
    for name in item.facilities:
        if kinds.get(name) != "lock":
            continue
        for place, chamber in enumerate(item.chambers):
            if chamber >= flights[name]:
                path = ("disruptions", n, "chambers", place)
                what = f"the lock '{name}' has no flight {chamber}"
                allowed = f"0 to {flights[name] - 1}"
                faults.append(scenario.fault(path, what, allowed=allowed))
    return faults
