"""What a result rests on: its sources and their confidence, what made it, how to make it again."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from corridor_sim.maps.text import clean
from corridor_sim.maps.words import CONFIDENCE, Words
from corridor_sim.report.blocks import Block, Column, Fold, Paragraph, Section, Table
from corridor_sim.report.facts import Facts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corridor_sim.report.holdups import HoldUp

__all__ = ["made_of", "rests_on"]

_TABLES: dict[str, Words] = {
    "nodes": ("places", "节点"),
    "links": ("links", "线路"),
    "facilities": ("facilities", "设施"),
    "services": ("services", "班线"),
    "zones": ("zones", "货源区"),
    "modes": ("modes", "方式"),
    "background": ("background traffic", "背景交通"),
    "regions": ("regions", "地区"),
}
_RANKED = 15


def rests_on(facts: Facts, worst: list[HoldUp]) -> Section:
    """Return the section on assumptions and sources.

    Parameters
    ----------
    facts : Facts
        Of the run.
    worst : list of HoldUp
        What the answer depends on most.

    Returns
    -------
    Section
        Rows by confidence, the inputs behind the main bottlenecks, and every source.
    """
    network = facts.results.network
    counts: list[list[object]] = []
    cited: dict[str, int] = {}
    for name, words in _TABLES.items():
        table = getattr(network, name, None)
        if table is None or "confidence" not in table:
            continue
        found = table["confidence"].fillna("").astype(str).value_counts()
        counts.append([words, len(table), *(int(found.get(key, 0)) for key in CONFIDENCE)])
        for key, number in table["source"].fillna("").astype(str).value_counts().items():
            cited[str(key)] = cited.get(str(key), 0) + int(number)
    blocks: list[Block] = [
        Paragraph(
            (
                (
                    "Demand is given by the scenario: results say how much of it "
                    "the corridors carry, "
                    "not how much trade there would be. Times, capacities and "
                    "costs rest on the rows "
                    "below; “assumed” means that nobody published it."
                ),
                (
                    "需求由情景给定：结果说明通道能运出多少，而非贸易需求会有多少。时间、能力与费用来自下列数据；"
                    "“假设”指无公开数据。"
                ),
            ),
        ),
        Table(
            "confidence",
            ("Rows of the network by confidence", "各表数据可信度"),
            [
                Column("table", ("table", "表"), "words"),
                Column("rows", ("rows", "行数")),
                *(Column(key, words) for key, words in CONFIDENCE.items()),
            ],
            counts,  # type: ignore[arg-type]
        ),
        _behind(facts, worst),
        Fold(_CITED, [_sources(facts, cited)]),
    ]
    return Section("sources", ("What it rests on", "依据与假设"), blocks)


_CITED: Words = ("Sources cited", "引用来源")


def _behind(facts: Facts, worst: list[HoldUp]) -> Table:
    """Return source, confidence and note of the rows behind the main bottlenecks."""
    network = facts.results.network
    rows: list[list[object]] = []
    for one in worst[:_RANKED]:
        table = network.facilities if one.key in network.facilities.index else network.services
        if one.key not in table.index:
            continue
        row = table.loc[one.key]
        confidence = clean(row.get("confidence"))
        rows.append(
            [
                one.name,
                CONFIDENCE.get(confidence, (confidence, "")),
                clean(row.get("source")),
                clean(row.get("note")),
            ]
        )
    return Table(
        "inputs_behind_bottlenecks",
        ("Inputs behind the main bottlenecks", "主要瓶颈所依据的数据"),
        [
            Column("name", ("place or service", "地点或班线"), "words"),
            Column("confidence", ("confidence", "可信度"), "words"),
            Column("source", ("source", "来源"), "text"),
            Column("note", ("note", "备注"), "text"),
        ],
        rows,  # type: ignore[arg-type]
    )


def _sources(facts: Facts, cited: Mapping[str, int]) -> Table:
    known = _read_sources(facts)
    order = sorted((key for key in cited if key), key=lambda key: (-cited[key], key))
    return Table(
        "sources",
        _CITED,
        [
            Column("key", ("key", "代号"), "text"),
            Column("rows", ("rows", "行数")),
            Column("what", ("what", "内容"), "text"),
            Column("address", ("address", "地址"), "text"),
        ],
        [[clean(key), cited[key], *known.get(key, ("", ""))] for key in order],
    )


def _read_sources(facts: Facts) -> dict[str, tuple[str, str]]:
    """Return what and address of every source in the network's list, if it has one."""
    path = getattr(facts.results.network, "path", None)
    if path is None or not (path / "sources.md").is_file():
        return {}
    text = (path / "sources.md").read_text(encoding="utf-8", errors="replace")
    cells = re.findall(r"^\| (\S+) \| (.*?) \| (\S+) \|$", text, flags=re.MULTILINE)
    return {key: (clean(what), clean(address)) for key, what, address in cells}


def made_of(facts: Facts) -> Section:
    """Return the section with the manifest and how to make the result again.

    Parameters
    ----------
    facts : Facts
        Of the run.

    Returns
    -------
    Section
        Commands, scenario values, versions and hashes.
    """
    results = facts.results
    manifest = results.provenance
    folder = f"results/{results.scenario.name}"
    address = f"--seed {results.seed} --replication {results.replication}"
    commands = [
        f"pip install corridor-sim=={manifest['version']}",
        (
            f"corridor-sim run {shlex.quote(results.scenario.name)} {address} "
            f"--out {shlex.quote(folder)}"
        ),
        f"corridor-sim reproduce {shlex.quote(folder)}",
    ]
    words = {key: value for key, value in manifest.items() if not isinstance(value, dict)}
    rows: list[list[object]] = [[key, clean(_told(value))] for key, value in words.items()]
    rows += [[f"packages.{key}", clean(v)] for key, v in manifest.get("packages", {}).items()]
    scenario = _flat(manifest["scenario"])
    key, value = Column("key", ("key", "项"), "text"), Column("value", ("value", "值"), "text")
    blocks: list[Block] = [
        Paragraph(
            (
                "With the same version, scenario and seed every byte comes out the same:",
                "版本、情景、种子相同，则逐字节一致：",
            )
        ),
        *(Paragraph((command, ""), "note") for command in commands),
        Paragraph(
            (
                (
                    "The run was made with overrides or a file of its own where "
                    "its scenario's digest "
                    "differs from the shipped one; the full scenario is below and in manifest.json."
                ),
                "若情景摘要与自带情景不同，则用过覆盖值或自有文件；完整情景见下表。",
            ),
            "quiet",
        ),
        Fold(("Manifest", "清单"), [Table("manifest", ("Manifest", "清单"), [key, value], rows)]),  # type: ignore[arg-type]
        Fold(
            ("Scenario", "情景"),
            [Table("scenario", ("Scenario", "情景"), [key, value], scenario)],
        ),
        Fold(
            ("Hashes of the inputs", "输入文件校验"),
            [
                Table(
                    "inputs",
                    ("Inputs", "输入"),
                    [
                        Column("file", ("file", "文件"), "text"),
                        Column("sha256", ("SHA-256", "SHA-256"), "text"),
                    ],
                    [[clean(name), clean(one)] for name, one in manifest.get("inputs", {}).items()],
                )
            ],
        ),
    ]
    return Section("made", ("How it was made", "如何得出与复现"), blocks)


def _told(value: object) -> str:
    return shlex.join(map(str, value)) if isinstance(value, list) else str(value)


def _flat(value: object, path: str = "") -> list[list[str]]:
    """Return nested values as rows of dotted path and value."""
    if isinstance(value, dict) and value:
        return [
            row
            for key, inner in value.items()
            for row in _flat(inner, f"{path}.{key}" if path else str(key))
        ]
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return [row for rank, item in enumerate(value) for row in _flat(item, f"{path}[{rank}]")]
    return [[clean(path), clean(_told(value))]]
