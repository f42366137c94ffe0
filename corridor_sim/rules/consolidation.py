"""Which boxes go together, and when a vehicle leaves."""

from __future__ import annotations

__all__ = [
    "convoy_vehicles",
    "fits",
    "is_fill_due",
    "is_repositioning_due",
    "may_leave",
    "slot_is_dropped",
]


def fits(load_mteu: int, load_kg: int, mteu: int, kg: int, limit_mteu: int, limit_kg: int) -> bool:
    """Tell whether a shipment still fits: slots and payload both bind."""
    return load_mteu + mteu <= limit_mteu and load_kg + kg <= limit_kg


def is_fill_due(
    waiting_mteu: int,
    waiting_kg: int,
    min_mteu: int,
    min_kg: int,
    oldest_ready: int,
    now: int,
    max_wait: int,
) -> bool:
    """Tell whether a service that leaves when filled is due.

    It is due when enough waits by slots or by payload, or when the oldest box has waited as long
    as it may. `oldest_ready` is negative where nothing waits.
    """
    if oldest_ready < 0:
        return False
    if waiting_mteu >= min_mteu or waiting_kg >= min_kg:
        return True
    return now - oldest_ready >= max_wait


def is_repositioning_due(idle_since: int, now: int, max_idle: int) -> bool:
    """Tell whether an idle vehicle must go back empty, so that the other end does not starve.

    `idle_since` is negative where no vehicle stands, `max_idle` negative where the rule is off.
    """
    return max_idle >= 0 and idle_since >= 0 and now - idle_since >= max_idle


def may_leave(vehicles: int, needed: int, held: bool) -> bool:
    """Tell whether a due departure may start: a vehicle is there and no closure holds it back.

    `vehicles` is negative for a service without a finite fleet.
    """
    return not held and (vehicles < 0 or vehicles >= needed)


def slot_is_dropped(overdue: int, max_pending: int) -> bool:
    """Tell whether the newest overdue timetable slot is given up."""
    return overdue > max_pending


def convoy_vehicles(mteu: int, kg: int, capacity_mteu: int, capacity_kg: int) -> int:
    """Return how many vehicles an on-demand shipment takes."""
    by_slots = -(-mteu // capacity_mteu)
    by_payload = -(-kg // capacity_kg)
    most = by_slots if by_slots > by_payload else by_payload
    return most if most > 1 else 1
