"""Words and numbers in the reader's language and units."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass
from typing import Literal

from corridor_sim.maps.text import clean
from corridor_sim.maps.words import Words

__all__ = ["Lang", "Voice", "days", "hours", "money_axis", "number", "percent", "value", "yuan"]

Lang = Literal["zh", "en", "both"]

_NONE = "–"
_DAY_H = 24.0


@dataclass(frozen=True)
class Voice:
    """Says pairs of English and Chinese words in one of the languages or in both.

    Attributes
    ----------
    lang : {"zh", "en", "both"}
        What to say.
    """

    lang: Lang

    def plain(self, words: Words) -> str:
        """Return a pair as one line of text; a pair without one language falls back on the other.

        Parameters
        ----------
        words : (str, str)
            English and Chinese.

        Returns
        -------
        str
            Cleaned, not yet escaped.
        """
        english, chinese = (clean(part) for part in words)
        if self.lang == "en" or not chinese or english == chinese:
            return english or chinese
        if self.lang == "zh" or not english:
            return chinese
        return f"{chinese} {english}"

    def markup(self, words: Words) -> str:
        """Return a pair as HTML, the second language in a quieter tone."""
        english, chinese = (html.escape(clean(part)) for part in words)
        if self.lang == "both" and english and chinese and english != chinese:
            return f'<span lang="zh-CN">{chinese}</span> <span lang="en">{english}</span>'
        return html.escape(clean(self.plain(words)))

    @property
    def html_lang(self) -> str:
        """Language of the page."""
        return "en" if self.lang == "en" else "zh-CN"


def number(amount: float | None, digits: int = 0) -> str:
    """Return a number with thousands separators.

    Parameters
    ----------
    amount : float or None
        Not finite counts as none.
    digits : int
        Decimal places.

    Returns
    -------
    str
        A dash where there is none.
    """
    if amount is None or not math.isfinite(amount):
        return _NONE
    told = f"{amount:,.{digits}f}"
    # What rounds to nought has no sign.
    return told.lstrip("-") if not told.strip("-0.,") else told


def value(amount: float | None) -> str:
    """Return a number with three figures: more would claim what no input knows."""
    if amount is None or not math.isfinite(amount):
        return _NONE
    size = abs(amount)
    return number(amount, 0 if size >= 100 or size == 0 else 1 if size >= 10 else 2)


def percent(share: float | None, digits: int = 0) -> str:
    """Return a share as per cent.

    Parameters
    ----------
    share : float or None
        Share of one; not finite counts as none.
    digits : int
        Decimal places.

    Returns
    -------
    str
        A dash where there is none.
    """
    if share is None or not math.isfinite(share):
        return _NONE
    return f"{100 * share:.{digits}f} %"


def yuan(cny: float | None) -> Words:
    """Return an amount of money as (bn yuan, 亿元)."""
    if cny is None or not math.isfinite(cny):
        return (_NONE, _NONE)
    if abs(cny) < 1e7:
        return (f"{value(cny / 1e6)} m yuan", f"{number(cny / 1e4)} 万元")
    return (f"{value(cny / 1e9)} bn yuan", f"{value(cny / 1e8)} 亿元")


def money_axis(voice: Voice) -> tuple[float, Words]:
    """Return what yuan are divided by in a chart, and the unit: 亿元 but for English readers."""
    if voice.lang == "en":
        return 1e9, ("bn yuan", "十亿元")
    return 1e8, ("(10 亿元 = 1 bn yuan)", "亿元")


def hours(amount: float | None) -> Words:
    """Return a time as people say it: days from three days on."""
    if amount is None or not math.isfinite(amount):
        return (_NONE, _NONE)
    if abs(amount) >= 3 * _DAY_H:
        return days(amount / _DAY_H)
    told = number(amount, 1 if abs(amount) < 10 else 0)
    return (f"{told} h", f"{told} 小时")


def days(amount: float | None) -> Words:
    """Return days."""
    told = number(amount, 1)
    return (f"{told} days", f"{told} 天")
