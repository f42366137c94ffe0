"""Which passages a link uses, by what lies on the way between its ends."""

from __future__ import annotations

__all__ = ["passages_of"]

_RIVER = {"TGL": "three_gorges", "TGLIFT": "three_gorges", "PLM": "pinglu"}
_CASPIAN = ({"AKT", "BAK"}, {"KRK", "BAK"})

#: Ports on the Pacific side of the Strait of Malacca.
_PACIFIC = frozenset(
    (
        *("SHW", "SHY", "NGB", "TAC", "YTN", "NSH", "SKU", "HKGp", "QZP", "FCG", "BHP", "ZJP"),
        *("YPG", "HPH", "SGNp", "CMT", "LCB", "BKKp", "KOS", "MNLp", "JKT", "KHH", "PUS", "TYO"),
        *("OSA", "VVO", "SINp"),
    )
)
_STRAIT = ("malacca",)
_GULF = ("malacca", "hormuz")
_RED_SEA = ("malacca", "bab_el_mandeb")
_SUEZ = ("malacca", "bab_el_mandeb", "suez")
_CAPE = ("malacca", "cape")
#: Passages from the Pacific side of Malacca to a port, where there is one lane only.
_TO_PORT = {
    **dict.fromkeys(("PKG", "RGN", "MAAp", "NSA", "CMB", "CGP", "KHI", "MBA", "DUR"), _STRAIT),
    **dict.fromkeys(("JEA", "DMM"), _GULF),
    "JED": _RED_SEA,
    **dict.fromkeys(("LOS", "TEM", "SSZ"), _CAPE),
    **dict.fromkeys(("NYC", "CTG"), ("panama",)),
}
_TO_LANE = {"suez": _SUEZ, "cape": _CAPE}


def passages_of(start: str, end: str, *, mode: str, variant: str) -> tuple[str, ...]:
    """Return the passages of a link, whichever its direction.

    Parameters
    ----------
    start, end : str
        Its ends.
    mode, variant : str
        Mode, and the lane (``suez`` or ``cape``) where there are two.

    Returns
    -------
    tuple of str
        Names as in the attribute table of links.
    """
    ends = {start, end}
    if mode == "inland_waterway":
        return tuple(sorted({_RIVER[node] for node in ends if node in _RIVER}))
    if mode != "sea":
        return ()
    if ends in _CASPIAN:
        return ("caspian",)
    far = ends - _PACIFIC
    if len(far) != 1:
        return ()
    return _TO_LANE[variant] if variant else _TO_PORT.get(far.pop(), ())
