"""Which passages a link uses, by what lies on the way between its ends."""

from __future__ import annotations

__all__ = ["passages_of"]

_RIVER = {"TGL", "TGLIFT"}
_CANAL = {"PLM"}
_CASPIAN = {frozenset(("AKT", "BAK")), frozenset(("KRK", "BAK"))}

#: Ports on the Pacific side of the Strait of Malacca.
_PACIFIC = frozenset(
    "SHW SHY NGB TAC YTN NSH SKU HKGp QZP FCG BHP ZJP YPG HPH SGNp CMT LCB BKKp KOS MNLp JKT KHH "
    "PUS TYO OSA VVO SINp".split()
)
#: Ports in the strait or beyond it.
_INDIAN_OCEAN = frozenset("PKG RGN MAAp NSA CMB CGP KHI MBA DUR".split())
_GULF = frozenset(("JEA", "DMM"))
_RED_SEA = frozenset(("JED",))
_MEDITERRANEAN_AND_NORTH = frozenset("RTM HAM ANR FXT PIR VLC AMB_ PSD TNG".split())
#: Reached round the Cape of Good Hope in any case.
_BEYOND_THE_CAPE = frozenset("LOS TEM SSZ".split())
#: Atlantic ports of America, reached by Panama from East Asia.
_BY_PANAMA = frozenset("NYC CTG".split())
_SUEZ_ROUTE = ("malacca", "bab_el_mandeb", "suez")


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
        return ("three_gorges",) if ends & _RIVER else ("pinglu",) if ends & _CANAL else ()
    if mode != "sea":
        return ()
    if frozenset(ends) in _CASPIAN:
        return ("caspian",)
    if not ends & _PACIFIC:
        return ()
    far = next(iter(ends - _PACIFIC), "")
    if far in _INDIAN_OCEAN:
        return ("malacca",)
    if far in _GULF:
        return ("malacca", "hormuz")
    if far in _RED_SEA:
        return ("malacca", "bab_el_mandeb")
    if far in _MEDITERRANEAN_AND_NORTH:
        return _SUEZ_ROUTE if variant == "suez" else ("malacca", "cape")
    if far in _BEYOND_THE_CAPE:
        return ("malacca", "cape")
    if far in _BY_PANAMA:
        return ("panama",)
    return ()
