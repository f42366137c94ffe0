"""Every command, scenario and program in the documentation is run as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from run_pages import NOT_RUN, Runner, blocks_of

from tests.docs.conftest import DOCS, PROJECT, TUTORIAL, run_command

PAGES = [PROJECT / "README.md", *sorted(DOCS.rglob("*.md"))]
RUN = [
    page
    for page in PAGES
    if page != TUTORIAL
    and "_build" not in page.parts
    and any(block.kind in ("sh", "python") for block in blocks_of(page.read_text("utf-8")))
]


def name_of(page: Path) -> str:
    return page.relative_to(PROJECT).as_posix()


def words_of(text: str) -> set[str]:
    """Return the words of a text that no figure changes."""
    return set(re.findall(r"[^\W\d_]{3,}", text))


def check_shown(shown: str, printed: str) -> None:
    """What a page shows must look like what is printed, whatever the figures."""
    assert printed.strip()
    known, now = words_of(shown), words_of(printed)
    assert len(known & now) >= 0.6 * len(known), f"shown:\n{shown}\nprinted:\n{printed}"


def test_the_tutorial_runs_and_shows_what_is_printed(
    tutorial: tuple[Path, list[tuple[str, str]]],
) -> None:
    folder, shown = tutorial
    assert len(shown) >= 5
    for text, printed in shown:
        check_shown(text, printed)
    for name in ("baseline", "overhaul", "more_cranes", "slow_border"):
        assert (folder / name / "map.html").is_file()


@pytest.mark.parametrize("page", RUN, ids=name_of)
def test_pages_run_and_show_what_is_printed(page: Path, folder: Path) -> None:
    runner = Runner(name_of(page), run=run_command)
    for _, shown, printed in runner.outputs(blocks_of(page.read_text("utf-8"))):
        check_shown(shown, printed)


def test_every_how_to_is_run() -> None:
    told = {page.stem for page in (DOCS / "how_to").glob("*.md")} - {"index"}
    assert told == {page.stem for page in RUN if page.parent.name == "how_to"}


def test_what_is_not_run_is_there() -> None:
    """Commands that set something up: their targets and modules exist."""
    targets = set(re.findall(r"^(\w+):", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for page in PAGES:
        text = page.read_text("utf-8")
        for target in re.findall(r"`?\bmake (\w+)\b`", text):
            assert target in targets, f"{name_of(page)}: make {target}"
        for module in re.findall(r"python -m (networks[\w.]*)", text):
            path = PROJECT.joinpath(*module.split("."))
            assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), module
    assert set(NOT_RUN) == {"make", "pip", "pipx", "uvx"}


def test_a_page_that_fails_is_told_by_its_line(folder: Path) -> None:
    page = "Text.\n\n```sh\ncorridor-sim validate no_such_scenario\n```\n"
    with pytest.raises(AssertionError, match=r"page\.md:4: .* ended with 2"):
        list(Runner("page.md", run=run_command).outputs(blocks_of(page)))
    page = "Text.\n\n```python\nx = 1\nassert x == 2\n```\n"
    with pytest.raises(AssertionError) as fault:
        list(Runner("page.md", run=run_command).outputs(blocks_of(page)))
    assert fault.traceback[-1].lineno + 1 == 5
    page = "```csv\n# baseline/x.csv\nno_such,column\n1,2\n```\n"
    Path("baseline/x.csv").write_text("name\na\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="has no column"):
        list(Runner("page.md", run=run_command).outputs(blocks_of(page)))


def test_changed_output_is_seen() -> None:
    with pytest.raises(AssertionError, match="shown"):
        check_shown("Busiest facilities in use", "Nothing of the kind")
