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
    """Tell whether a shipment still fits: slots and payload both bind.

    Parameters
    ----------
    load_mteu, load_kg : int
        Aboard already.
    mteu, kg : int
        Size of the shipment.
    limit_mteu, limit_kg : int
        Slots and payload that may be used.

    Returns
    -------
    bool
        True if it fits by both.
    """
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
    as it may.

    Parameters
    ----------
    waiting_mteu, waiting_kg : int
        Sum of what waits.
    min_mteu, min_kg : int
        What is enough to leave.
    oldest_ready : int
        Second since which the oldest box waits, negative where nothing does.
    now : int
        Present second.
    max_wait : int
        Seconds after which the oldest box need not wait longer.

    Returns
    -------
    bool
        True if it is due.
    """
    if oldest_ready < 0:
        return False
    if waiting_mteu >= min_mteu or waiting_kg >= min_kg:
        return True
    return now - oldest_ready >= max_wait


def is_repositioning_due(idle_since: int, now: int, max_idle: int) -> bool:
    """Tell whether an idle vehicle must go back empty, so that the other end does not starve.

    Parameters
    ----------
    idle_since : int
        Second since which the vehicle that stands longest stands, negative where none does.
    now : int
        Present second.
    max_idle : int
        Seconds a vehicle may stand, negative where the rule is off.

    Returns
    -------
    bool
        True if it must go.
    """
    return max_idle >= 0 and idle_since >= 0 and now - idle_since >= max_idle


def may_leave(vehicles: int, needed: int, held: bool) -> bool:
    """Tell whether a due departure may start: a vehicle is there and no closure holds it back.

    Parameters
    ----------
    vehicles : int
        Vehicles that stand there, negative for a service without a finite fleet.
    needed : int
        Vehicles the departure takes.
    held : bool
        Whether a closure holds it back.

    Returns
    -------
    bool
        True if it may start.
    """
    return not held and (vehicles < 0 or vehicles >= needed)


def slot_is_dropped(overdue: int, max_pending: int) -> bool:
    """Tell whether the newest overdue timetable slot is given up.

    Parameters
    ----------
    overdue : int
        Slots that are due and have not left, the newest included.
    max_pending : int
        Slots that may be overdue at once.

    Returns
    -------
    bool
        True if it is given up.
    """
    return overdue > max_pending


def convoy_vehicles(mteu: int, kg: int, capacity_mteu: int, capacity_kg: int) -> int:
    """Return how many vehicles an on-demand shipment takes.

    Parameters
    ----------
    mteu, kg : int
        Size of the shipment.
    capacity_mteu, capacity_kg : int
        Limits of one vehicle.

    Returns
    -------
    int
        At least 1.
    """
    by_slots = -(-mteu // capacity_mteu)
    by_payload = -(-kg // capacity_kg)
    most = by_slots if by_slots > by_payload else by_payload
    return most if most > 1 else 1
