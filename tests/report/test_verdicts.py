"""The Chinese verdict of a comparison says what the English one says."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from corridor_sim.experiments.figures import region_of
from corridor_sim.experiments.rows import region_column
from corridor_sim.experiments.verdict import verdict
from corridor_sim.network import Network
from corridor_sim.report.contrasts import _in_parts
from corridor_sim.report.verdicts import REGIONS, chinese_verdict

REGION_NAMES = ("EU", "Japan", "Vietnam", "Laos", "Africa", "US", "Russia", "Oceania")


def row(figure: str, change: float, half: float, *, seen: bool) -> dict[str, Any]:
    return {
        "other": "b",
        "figure": figure,
        "difference": change,
        "low": change - half,
        "high": change + half,
        "seen": seen,
        "n": 30,
    }


def verdicts(rows: list[dict[str, Any]]) -> tuple[str, str]:
    base, other = SimpleNamespace(name="a"), SimpleNamespace(name="b")
    differences = pd.DataFrame(rows)
    comparison: Any = SimpleNamespace(base=base, others=[other], differences=differences)
    english = verdict(base, other, differences)  # type: ignore[arg-type]
    return english, chinese_verdict(comparison, "b")


def test_all_parts_are_said_with_the_same_numbers() -> None:
    rows = [
        row("cleared_cny", -21.5e9, 2.5e9, seen=True),
        row("cre_cleared_cny", -30e9, 3e9, seen=True),
        row("air_cleared_cny", 8e9, 1e9, seen=True),
        row("coastal_cleared_cny", 1e9, 2e9, seen=False),
        *(
            row(region_column(name), 24.0 * (rank + 1), 12.0, seen=rank < 6)
            for rank, name in enumerate(REGION_NAMES)
        ),
    ]
    english, chinese = verdicts(rows)
    assert chinese.startswith("a → b：通关货值变化 -215.0 亿元（95% 区间 -240.0 至 -190.0 亿元）；")
    assert "中欧班列 -300.0 亿元，航空 +80.0 亿元；" in chinese
    assert "Land bridge" not in english
    assert "沿海" not in chinese
    days = re.findall(r"([\d.]+) days longer to \w+ \(([\d.]+) to ([\d.]+)\)", english)
    assert len(days) == 5
    assert re.findall(r"延长 ([\d.]+) 天（([\d.]+) 至 ([\d.]+)）", chinese) == days
    assert "；另有 1 个地区亦如此，幅度较小；" in chinese
    assert "and so for 1 more regions, by less" in english
    assert chinese.endswith("30 次重复看不出对至俄罗斯、大洋洲时间的影响。")
    # As many parts, one after another.
    assert chinese.count("；") == english.count(";")


@pytest.mark.parametrize(
    ("half", "words"),
    [
        (0.0, "a → b：30 次重复的通关货值完全相同。"),
        (1e9, "a → b：30 次重复看不出对通关货值的影响（95% 区间 -10.0 至 +10.0 亿元）。"),
    ],
)
def test_nothing_seen(half: float, words: str) -> None:
    assert verdicts([row("cleared_cny", 0.0, half, seen=False)])[1] == words


def test_regions_of_the_shipped_network_have_chinese_names() -> None:
    zones = Network.read("chongqing").zones
    regions = np.unique(zones.loc[zones["side"] == "partner", "region"].astype(str))
    assert {region_of(region_column(str(name))) for name in regions} <= set(REGIONS)


def test_a_long_verdict_is_told_part_by_part_and_whole() -> None:
    rows = [row("cleared_cny", -21.5e9, 2.5e9, seen=True)] + [
        row(region_column(name), 24.0 * (rank + 1), 12.0, seen=rank < 6)
        for rank, name in enumerate(REGION_NAMES)
    ]
    english, chinese = verdicts(rows)
    blocks = _in_parts(english, chinese)
    assert [block.tone for block in blocks] == ["answer"] + ["part"] * (len(blocks) - 1)
    assert "; ".join(block.words[0] for block in blocks) + "." == english
    assert "；".join(block.words[1] for block in blocks) + "。" == chinese
    assert all(len(words) < 400 for block in blocks for words in block.words)


def test_a_verdict_with_parts_of_its_own_is_told_as_one() -> None:
    blocks = _in_parts("a; b; c", "a；b")
    assert [block.words for block in blocks] == [("a; b; c", "a；b")]
