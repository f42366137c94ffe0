"""The page of a report: sections as one HTML file that runs no script and asks for nothing."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import quote

from corridor_sim.maps.text import clean
from corridor_sim.maps.words import Words
from corridor_sim.report.blocks import (
    Block,
    Chart,
    Column,
    Fold,
    Link,
    Paragraph,
    Section,
    Table,
    cell_text,
)
from corridor_sim.report.voice import Voice

__all__ = ["blocks_of", "render"]

_STYLE = Path(__file__).parent / "report.css"
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
_CONTENTS: Words = ("Contents", "目录")


def blocks_of(blocks: Iterable[Block]) -> Iterable[Block]:
    """Give every block and all that is folded into one."""
    for block in blocks:
        yield block
        if isinstance(block, Fold):
            yield from blocks_of(block.blocks)


def render(title: Words, about: Sequence[str], sections: Sequence[Section], voice: Voice) -> str:
    """Return the page.

    Parameters
    ----------
    title : (str, str)
        Heading.
    about : sequence of str
        Lines below it: which scenario and which run.
    sections : sequence of Section
        In their order.
    voice : Voice
        Language.

    Returns
    -------
    str
        HTML. All text is escaped, the policy allows no script at all.
    """
    told = [html.escape(clean(line)) for line in about]
    head = " · ".join([html.escape(clean(voice.plain(title))), *told[:1]])
    lines = "".join(
        f'<p class="{"quiet" if rank else "about"}">{line}</p>' for rank, line in enumerate(told)
    )
    links = "".join(
        f'<li><a href="#{one.name}">{voice.markup(one.title)}</a></li>' for one in sections
    )
    body = "".join(
        f'<section id="{one.name}"><h2>{voice.markup(one.title)}</h2>'
        + "".join(_block(block, voice) for block in one.blocks)
        + "</section>"
        for one in sections
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{voice.html_lang}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{head}</title>\n<style>{_STYLE.read_text(encoding='utf-8')}</style>\n</head>\n"
        f'<body class="{voice.lang}">\n<header><h1>{voice.markup(title)}</h1>'
        f"{lines}</header>\n"
        f'<nav aria-label="{html.escape(voice.plain(_CONTENTS))}"><ol>{links}</ol></nav>\n'
        f"<main>{body}</main>\n</body>\n</html>\n"
    )


def _block(block: Block, voice: Voice) -> str:
    if isinstance(block, Paragraph):
        return _paragraph(block, voice)
    if isinstance(block, Link):
        return f'<p><a href="{quote(block.file)}">{voice.markup(block.words)}</a></p>'
    if isinstance(block, Table):
        return _table(block, voice)
    if isinstance(block, Chart):
        note = _note(block.note, voice)
        return (
            f'<figure><figcaption>{voice.markup(block.title)}</figcaption><div class="chart" '
            f'tabindex="0" role="group" aria-label="{html.escape(voice.plain(block.title))}">'
            f"{block.draw(voice)}</div>{note}</figure>"
        )
    opened = " open" if block.is_open else ""
    inner = "".join(_block(one, voice) for one in block.blocks)
    summary = f"<summary>{voice.markup(block.title)}</summary>"
    return f"<details{opened}>{summary}{inner}</details>"


def _paragraph(block: Paragraph, voice: Voice) -> str:
    if voice.lang == "both" and block.words[0] and block.words[1]:
        english, chinese = (html.escape(clean(part)) for part in block.words)
        inner = f'<span lang="zh-CN">{chinese}</span><br><span lang="en">{english}</span>'
    else:
        inner = voice.markup(block.words)
    return f'<p class="{block.tone}">{inner}</p>'


def _note(words: Words, voice: Voice) -> str:
    return _paragraph(Paragraph(words, "quiet"), voice) if any(words) else ""


def _table(table: Table, voice: Voice) -> str:
    heads = "".join(
        f'<th scope="col"{_class(column)}>{voice.markup(column.head)}</th>'
        for column in table.columns
    )
    rows = "".join(
        "<tr>"
        + "".join(
            _cell(cell, column, voice, rank)
            for rank, (cell, column) in enumerate(zip(row, table.columns, strict=True))
        )
        + "</tr>"
        for row in table.rows
    )
    label = html.escape(voice.plain(table.title))
    wide = " wide" if len(table.columns) > 3 else ""
    return (
        f'<div class="table{wide}" tabindex="0" role="group" aria-label="{label}"><table>'
        f"<caption>{voice.markup(table.title)}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>{_note(table.note, voice)}"
    )


def _class(column: Column) -> str:
    return ' class="text"' if column.kind in ("text", "words") else ""


def _cell(cell: object, column: Column, voice: Voice, rank: int) -> str:
    if isinstance(cell, tuple):
        told = voice.markup(cell)
    else:
        told = html.escape(clean(cell_text(cell, column, voice)))  # type: ignore[arg-type]
    tag = 'th scope="row"' if rank == 0 else "td"
    return f"<{tag}{_class(column)}>{told}</{tag[:2]}>"
