"""Text files that come from others: UTF-8 of a sensible size, or a fault that says what it is."""

from __future__ import annotations

import codecs
from pathlib import Path

from corridor_sim.errors import Fault, InputError

__all__ = ["read_utf8"]


def read_utf8(path: Path, *, name: str, largest: int, hint: str) -> str:
    """Return the text of a file without its byte order mark.

    Parameters
    ----------
    path : Path
        File.
    name : str
        What it is called in messages.
    largest : int
        Bytes it may have.
    hint : str
        What to do where it is not UTF-8.

    Returns
    -------
    str
        The text.

    Raises
    ------
    InputError
        If it cannot be read, is too large, is not UTF-8 or holds NUL characters.
    """
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= largest else b""
    except OSError as error:
        raise InputError([Fault(name, f"cannot be read: {error.strerror}")]) from error
    if size > largest:
        what = f"{size / 2**20:.1f} MiB is too large"
        raise InputError([Fault(name, what, allowed=f"{largest / 2**20:.0f} MiB")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        what = f"the text is not UTF-8{_guess_format(data)}"
        raise InputError([Fault(name, what, row, allowed="UTF-8", hint=hint)]) from error
    if "\0" in text:
        row = text[: text.index("\0")].count("\n") + 1
        raise InputError([Fault(name, "a NUL character", row, hint=f"remove it, or {hint}")])
    return text


def _guess_format(data: bytes) -> str:
    """Say what a file that is no UTF-8 may be."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return " but looks like UTF-16"
    if data.startswith((b"PK\3\4", b"\xd0\xcf\x11\xe0")):
        return " but looks like a spreadsheet's own format"
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    is_chinese = any("\u4e00" <= letter <= "\u9fff" for letter in text)
    return " but looks like GBK" if is_chinese else ""
