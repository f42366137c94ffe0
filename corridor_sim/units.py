"""Fixed-point units inside, and money written by people."""

from __future__ import annotations

import re
from typing import Any

from corridor_sim.errors import shorten

__all__ = ["MTEU_PER_TEU", "parse_money"]

#: TEU are counted in thousandths inside, so that every sum is exact.
MTEU_PER_TEU = 1000

_LONGEST = 60
_MULTIPLES = {
    "thousand": 1e3,
    "million": 1e6,
    "m": 1e6,
    "billion": 1e9,
    "bn": 1e9,
    "trillion": 1e12,
    "tn": 1e12,
    "万": 1e4,
    "亿": 1e8,
    "万亿": 1e12,
}
_MONEY = re.compile(
    rf"""\s*(?:cny|rmb|[¥￥])?\s*
    (?P<number>\d+(?:\.\d+)?(?:e[+-]?\d{{1,3}})?   # 800.68, 1.1e12
      |\d{{1,3}}(?:[,_]\d{{3}})+(?:\.\d+)?)           # 1,100,000: a comma never is a decimal point
    \s*(?P<multiple>{"|".join(_MULTIPLES)})?
    \s*(?:cny|yuan|rmb|元|人民币)?\s*""",
    re.IGNORECASE | re.VERBOSE,
)


def parse_money(value: Any) -> Any:
    """Read an amount of yuan: a number, or text such as ``1.1 trillion yuan`` or ``1.1 万亿元``.

    Parameters
    ----------
    value : object
        A number is returned as it is.

    Returns
    -------
    object
        Yuan where the text could be read.

    Raises
    ------
    ValueError
        If a text cannot be read.
    """
    if not isinstance(value, str):
        return value
    match = _MONEY.fullmatch(value) if len(value) < _LONGEST else None
    if match is None:
        raise ValueError(
            f"'{shorten(value)}' is not an amount; allowed: a number of yuan, or for example "
            "'1.1 trillion yuan', '1.1 万亿元'"
        )
    number = float(match["number"].replace(",", "").replace("_", ""))
    return number * _MULTIPLES[match["multiple"].lower()] if match["multiple"] else number
