"""The reference says what the code has, all of it, and links lead somewhere."""

from __future__ import annotations

import csv
import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import build_reference
import pyarrow.parquet as pq
import pytest

import corridor_sim
from corridor_sim import rules
from corridor_sim.cli import cli
from corridor_sim.engine import events
from corridor_sim.network.attributes import DEMAND_TABLES, TABLES, attributes_of
from corridor_sim.result_folder import TABLE_FILES
from corridor_sim.routes import alternatives
from corridor_sim.routes.premiums import TARGET_LOAD
from corridor_sim.scenario import Scenario
from corridor_sim.statistics import CAUSES, Statistics
from corridor_sim.statistics.loads import FULL_SHARE_PERCENT
from networks.build.tables import read_raw
from tests.docs.conftest import DOCS, PROJECT

REFERENCE = DOCS / "reference"
PAGES = sorted(
    page
    for page in [
        *DOCS.rglob("*.md"),
        *PROJECT.glob("*.md"),
        PROJECT / "networks" / "README.md",
        PROJECT / "results" / "README.md",
        PROJECT / "benchmarks" / "README.md",
    ]
    if "_build" not in page.parts
)


def name_of(page: Path) -> str:
    return page.relative_to(PROJECT).as_posix()


def read(name: str) -> str:
    return (REFERENCE / f"{name}.md").read_text(encoding="utf-8")


def made_of(kind: str) -> set[str]:
    """Return the names of the blocks of a kind in the reference."""
    pages = (page.read_text(encoding="utf-8") for page in REFERENCE.glob("*.md"))
    blocks = [match for page in pages for match in build_reference.BLOCK.finditer(page)]
    return {match[3] for match in blocks if match[2] == kind}


# -- what is made from the code ------------------------------------------------------------------


@pytest.mark.parametrize("page", sorted(REFERENCE.glob("*.md")), ids=name_of)
def test_pages_are_as_the_code_has_them(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text == build_reference.filled(text), "run: python docs/build_reference.py"


def test_every_table_model_and_command_has_its_block() -> None:
    assert made_of("attributes") == {*TABLES, *DEMAND_TABLES}
    assert made_of("keys") == {"Scenario", *Scenario.model_json_schema()["$defs"]}
    assert made_of("command") == set(cli.commands)
    assert made_of("columns") == set(TABLE_FILES)
    assert made_of("causes") == {"all"}


def test_a_page_that_is_not_current_is_seen() -> None:
    text = read("network_tables")
    stale = text.replace("| `capacity_teu` |", "| `capacity` |")
    assert stale != text
    assert build_reference.filled(stale) == text


# -- what is written by hand ---------------------------------------------------------------------


def test_columns_are_those_of_a_result_folder(folder: Path) -> None:
    with (REFERENCE / "result_columns.csv").open(encoding="utf-8", newline="") as file:
        told = [(row["table"], row["column"]) for row in csv.DictReader(file)]
    causes = [f"{cause}_s" for cause in CAUSES]
    for table, file_name in TABLE_FILES.items():
        columns = pq.read_schema(folder / "baseline" / file_name).names
        found = [name for name in columns if name not in causes]
        assert [column for name, column in told if name == table] == found
        assert len(columns) - len(found) in (0, len(causes))


def keys_of(value: object, path: str = "") -> Iterator[str]:
    """Give dotted paths of a JSON object; the corridors stand under NAME."""
    if not isinstance(value, dict):
        yield path
        return
    for key, inner in value.items():
        name = "NAME" if path == "corridors" else key
        yield from keys_of(inner, f"{path}.{name}".strip("."))


def test_json_keys_are_those_of_a_run(folder: Path) -> None:
    summary = json.loads((folder / "baseline" / "summary.json").read_text(encoding="utf-8"))
    told = set()
    for cell in re.findall(r"^\| (`.*?) \|", read("json"), re.MULTILINE):
        first, *others = re.findall(r"`([\w.]+)`", cell)
        told.add(first)
        told |= {
            first.rsplit(".", 1)[0] + name if name.startswith(".") else name for name in others
        }
    assert told == set(keys_of(summary))


def test_manifest_keys_are_those_of_a_run(folder: Path) -> None:
    manifest = json.loads((folder / "baseline" / "manifest.json").read_text(encoding="utf-8"))
    section = read("results").split("## manifest.json")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == set(manifest)


def test_every_rule_has_its_line_in_the_glossary() -> None:
    glossary = read("glossary")
    for module in pkgutil.iter_modules(rules.__path__):
        for name in importlib.import_module(f"corridor_sim.rules.{module.name}").__all__:
            if name.islower():
                assert f"`{name}`" in glossary, name


def test_statistics_are_all_told() -> None:
    page = (DOCS / "how_to" / "analyse.md").read_text(encoding="utf-8")
    for name in vars(Statistics):
        if not name.startswith("_") and callable(getattr(Statistics, name)):
            assert f"`{name}(" in page, name


def test_statuses_of_departures_are_told() -> None:
    from corridor_sim.statistics.loads import STATUS_NAMES

    for code, word in STATUS_NAMES.items():
        if code != events.NOT_DEPARTED:
            assert word in read("results")


def test_public_names_are_in_the_python_page() -> None:
    page = read("python")
    for name in corridor_sim.__all__:
        if name != "__version__":
            assert f":: corridor_sim.{name}\n" in page, name


def test_words_of_the_tables_are_told() -> None:
    """What a cell may be chosen from is explained somewhere."""
    pages = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    for table in (*TABLES, *DEMAND_TABLES):
        for attribute in attributes_of(table).values():
            for choice in filter(None, (*attribute.choices, *attribute.members)):
                assert choice.replace("_", " ") in pages.replace("_", " "), choice
    for kind in get_args(Scenario.model_fields["passages"].annotation)[0].__args__:
        assert kind in pages


def test_figures_of_the_code_are_those_told() -> None:
    """A figure that stands in the code and in the text is the same."""
    defaults = Scenario(name="none")
    told = (
        ("explanation/choice", f"target is {TARGET_LOAD:.0%} of".replace("%", " %")),
        ("explanation/choice", f"more than {alternatives._WORST_RATIO:g} times the best"),
        ("explanation/choice", f"`beta` ({defaults.choice.beta:g})"),
        ("explanation/model", f"warm-up, {defaults.period.warm_up_days} days"),
        ("explanation/model", f"{defaults.period.drain_days} more are run"),
        ("reference/glossary", f"at least {FULL_SHARE_PERCENT} %"),
        ("tutorial", f"at least {FULL_SHARE_PERCENT} %"),
        ("explanation/simplifications", f"count {read_raw('currencies')[0]['cny_per_unit']} yuan"),
    )
    for page, words in told:
        text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
        assert words in " ".join(text.split()), f"{page}: {words}"
    assert len(CAUSES) == 15, "the tutorial says fifteen"


# -- links and paths -----------------------------------------------------------------------------


def anchors_of(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as they are on the web."""
    text = re.sub(
        r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", title.lower()) for title in titles)
    return {title.replace(" ", "-") for title in plain}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        goal = (page.parent / path).resolve() if path else page
        assert goal.is_file(), f"{name_of(page)}: {target}"
        if anchor:
            assert anchor in anchors_of(goal), f"{name_of(page)}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_and_modules_that_are_named_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for name in re.findall(r"`((?:corridor_sim|networks|configs|docs|tests)/[\w./-]+)`", text):
        assert (PROJECT / name).exists(), f"{name_of(page)}: {name}"
    for name in re.findall(r"`(\w+\.csv)`", text):
        found = [*PROJECT.glob(f"networks/**/{name}"), *DOCS.glob(f"**/{name}")]
        assert found, f"{name_of(page)}: {name}"


def test_every_page_is_in_a_table_of_contents() -> None:
    for page in PAGES:
        if page == DOCS / "index.md" or not page.is_relative_to(DOCS):
            continue
        index = page.parent / "index.md"
        entry = page.stem
        if page.stem == "index":
            index, entry = DOCS / "index.md", f"{page.parent.name}/index"
        assert re.search(rf"^{entry}$", index.read_text(encoding="utf-8"), re.MULTILINE), page
