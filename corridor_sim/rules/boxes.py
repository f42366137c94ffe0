"""Empty boxes in stock at a place: who gets some, and when they are there again."""

from __future__ import annotations

__all__ = ["back_in_stock", "boxes_suffice"]


def boxes_suffice(stock_mteu: int, mteu: int) -> bool:
    """Tell whether the stock holds all boxes that a shipment takes: none is loaded in part.

    Parameters
    ----------
    stock_mteu : int
        Empty boxes that stand there, thousandths of a TEU.
    mteu : int
        Size of the shipment that ranks first.

    Returns
    -------
    bool
        True if it gets them.
    """
    return mteu <= stock_mteu


def back_in_stock(delivered: int, turnaround: int) -> int:
    """Return the second at which the boxes of a delivery can be taken again.

    Parameters
    ----------
    delivered : int
        Second of the delivery.
    turnaround : int
        Seconds for unpacking and the way back, 0 for boxes that come empty.

    Returns
    -------
    int
        Second.
    """
    return delivered + turnaround
