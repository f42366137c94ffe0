"""Text on its way into a page: nothing of it may act there."""

from __future__ import annotations

import html
import json
import math
import unicodedata

__all__ = ["as_json", "as_markup", "clean"]

_LONGEST = 400
#: In JSON these have another spelling that says the same; in HTML and JavaScript they could act.
_ACTING = {letter: f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


def clean(value: object) -> str:
    """Return text from a table fit for showing.

    Characters that are not seen but act (controls, marks that turn the direction of text, halves
    of a surrogate pair) are dropped, other line breaks and blanks become one blank, and what is
    longer than a popup can hold is cut.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    # What is far beyond any popup is not looked at.
    text = str(value)[: 8 * _LONGEST]
    if not text.isprintable():
        text = "".join(
            letter
            for letter in text
            if unicodedata.category(letter) not in ("Cc", "Cf", "Cs") or letter in "\t\n\r"
        )
    shown = " ".join(text.split())
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


def as_json(value: object) -> str:
    """Return a value as JSON that can stand inside a script element."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for letter, spelled in _ACTING.items():
        text = text.replace(letter, spelled)
    return text


def as_markup(value: object) -> str:
    """Return text as HTML that shows it and nothing else, also inside a template literal."""
    text = html.escape(clean(value), quote=True)
    for letter in "`${}\\":
        text = text.replace(letter, f"&#{ord(letter)};")
    return text
