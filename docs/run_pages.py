"""Run what the pages tell their reader to do, and write down what is printed.

``python docs/run_pages.py README.md docs/tutorial.md`` runs the blocks of these pages one after
another in a temporary folder and replaces what they show as output; those of the how-to guides need
what the tutorial leaves behind. ``tests/docs`` runs every page the same way on a short year and
keeps the pages as they are.

| block | what is done |
|---|---|
| ``sh`` | each line is run: ``corridor-sim ...``; ``| head -N`` shows its first lines only |
| ``python`` | run; the names of a page stay from block to block |
| any whose first line is ``# NAME`` | a file is written; to a CSV file its rows are added |
| ``text`` right after one of the first two | its output |
"""  # noqa: INP001 - a script beside the pages

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import re
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["NOT_RUN", "Block", "Runner", "blocks_of", "command_line", "main"]

#: Commands that set something up; the tests of the packaging run them.
NOT_RUN = ("make", "pip", "pipx", "uvx")
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NAME = re.compile(r"# ([\w./-]+\.(?:yaml|csv|py))\n")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page.

    Attributes
    ----------
    kind, text : str
        Language and content.
    line : int
        Line of the page where the content begins.
    start, end : int
        Place of the content in the page.
    follows : bool
        Whether nothing but white space stands between the block before and this one.
    """

    kind: str
    text: str
    line: int
    start: int
    end: int
    follows: bool


def blocks_of(page: str) -> list[Block]:
    """Return the fenced blocks of a page in order."""
    found: list[Block] = []
    last = -1
    for match in _FENCE.finditer(page):
        line = page.count("\n", 0, match.start()) + 2
        follows = last >= 0 and not page[last : match.start()].strip()
        found.append(Block(match[1], match[2], line, match.start(2), match.end(2), follows))
        last = match.end()
    return found


def command_line(arguments: list[str]) -> int:
    """Run ``corridor-sim`` here and return its exit code."""
    from corridor_sim.cli import main as run

    try:
        run(arguments)
    except SystemExit as done:
        return int(done.code or 0)
    return 0


@dataclass
class Runner:
    """Runs the blocks of one page in the present folder.

    Attributes
    ----------
    page : str
        Name of the page, for messages.
    names : dict
        What the page's Python has defined.
    run : callable
        Runs ``corridor-sim`` with arguments and returns its exit code.
    """

    page: str
    names: dict[str, Any] = field(default_factory=dict)
    run: Callable[[list[str]], int] = command_line

    def outputs(self, blocks: list[Block]) -> Iterator[tuple[Block, str, str]]:
        """Run blocks; give each shown output as a block, what it shows, and what was printed."""
        printed = ""
        for block in blocks:
            if block.kind == "text" and block.follows:
                yield block, block.text, printed
            elif name := _NAME.match(block.text):
                self._write(Path(name[1]), block.text)
                printed = ""
            elif block.kind == "sh":
                printed = "".join(self._shell(line, block) for line in block.text.splitlines())
            elif block.kind == "python":
                printed = self._python(block)

    def _write(self, path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix != ".csv":
            path.write_text(text, encoding="utf-8")
            return
        rows = list(csv.DictReader(io.StringIO(text.split("\n", 1)[1])))
        with path.open(encoding="utf-8", newline="") as file:
            columns = list(csv.DictReader(file).fieldnames or ())
        unknown = {column for row in rows for column in row} - set(columns)
        if unknown:
            raise AssertionError(f"{self.page}: {path} has no column {sorted(unknown)}")
        with path.open("a", encoding="utf-8", newline="") as file:
            csv.DictWriter(file, columns, restval="", lineterminator="\n").writerows(rows)

    def _shell(self, line: str, block: Block) -> str:
        words = shlex.split(line, comments=True)
        if not words or words[0] in NOT_RUN:
            return ""
        shown = None
        if "|" in words:
            *words, _, _, number = words
            shown = int(number.removeprefix("-"))
        if words[0] != "corridor-sim":
            raise AssertionError(f"{self.page}:{block.line}: '{words[0]}' is not known here")
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            code = self.run(words[1:])
        if code:
            raise AssertionError(f"{self.page}:{block.line}: '{line}' ended with {code}")
        lines = out.getvalue().splitlines()
        return "\n".join(lines[:shown]) + "\n"

    def _python(self, block: Block) -> str:
        # Errors then name the line of the page.
        code = compile("\n" * (block.line - 1) + block.text, self.page, "exec")
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(code, self.names)  # noqa: S102 - our own pages
        return out.getvalue()


def main(arguments: list[str]) -> None:
    """Run pages one after another in one folder and refresh their outputs."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--folder", type=Path, help="work here and keep what is left behind")
    parser.add_argument("pages", nargs="+", type=Path)
    given = parser.parse_args(arguments)
    paths = [page.resolve() for page in given.pages]
    with contextlib.ExitStack() as stack:
        folder = given.folder or stack.enter_context(tempfile.TemporaryDirectory())
        stack.enter_context(contextlib.chdir(folder))
        for path in paths:
            page = path.read_text(encoding="utf-8")
            shown = list(Runner(path.name).outputs(blocks_of(page)))
            for block, _, printed in reversed(shown):
                kept = "\n".join(line.rstrip() for line in printed.rstrip().splitlines()) + "\n"
                page = page[: block.start] + kept + page[block.end :]
            path.write_text(page, encoding="utf-8")
            sys.stdout.write(f"{path.name}: {len(shown)} outputs\n")


if __name__ == "__main__":
    main(sys.argv[1:])
