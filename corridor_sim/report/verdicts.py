"""What a comparison found, in Chinese: all that the English verdict says."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from corridor_sim.experiments.figures import region_of, scaled
from corridor_sim.experiments.verdict import figures_of
from corridor_sim.maps.text import clean
from corridor_sim.maps.words import corridor_words
from corridor_sim.screen import CORRIDOR_NAMES, number

if TYPE_CHECKING:
    from corridor_sim.experiments.comparison import Comparison

__all__ = ["REGIONS", "chinese_verdict"]

Row = Mapping[str, Any]

#: Regions of the shipped network; others are called as they are written.
REGIONS = MappingProxyType(
    {
        "Africa": "非洲",
        "Cambodia": "柬埔寨",
        "Canada": "加拿大",
        "Central Asia": "中亚",
        "EU": "欧盟",
        "Hong Kong": "香港",
        "Indonesia": "印度尼西亚",
        "Japan": "日本",
        "Laos": "老挝",
        "Latin America": "拉丁美洲",
        "Malaysia": "马来西亚",
        "Middle East": "中东",
        "Myanmar": "缅甸",
        "Oceania": "大洋洲",
        "Philippines": "菲律宾",
        "Russia": "俄罗斯",
        "Singapore": "新加坡",
        "South Asia": "南亚",
        "South Korea": "韩国",
        "Taiwan": "台湾",
        "Thailand": "泰国",
        "US": "美国",
        "Uk And Other Europe": "英国及欧洲其他地区",
        "Unallocated And Re Imports": "未分配及复进口",
        "Vietnam": "越南",
    }
)
_YI = 1e8
_MOST = 5


def chinese_verdict(comparison: Comparison, other: str) -> str:
    """Return what is different, how sure that is, and where nothing was seen.

    Parameters
    ----------
    comparison : Comparison
        With its differences.
    other : str
        Name of the scenario.

    Returns
    -------
    str
        One paragraph, with the parts of `corridor_sim.experiments.verdict.verdict`.
    """
    name = clean(f"{comparison.base.name} → {other}")
    rows = figures_of(comparison.differences, other)
    if not rows:
        return name
    n = max(int(row["n"]) for row in rows.values())
    parts = [_value(rows["cleared_cny"], n), *_corridors(rows), *_regions(rows, n)]
    return f"{name}：" + "；".join(parts) + "。"


def _told(row: Row, key: str, factor: float, digits: int) -> str:
    value = float(row[key]) * factor
    text = number(abs(value), digits)
    if float(text.replace(",", "") or 0) == 0:
        return text
    return ("+" if value > 0 else "-") + text


def _digits(row: Row, factor: float, digits: int) -> int:
    """Return decimals that show the width of an interval."""
    half = abs(float(row["high"]) - float(row["low"])) / 2 * factor
    while digits < 6 and 0 < half < 10.0**-digits:
        digits += 1
    return digits


def _value(row: Row, n: int) -> str:
    if row["low"] == row["high"] == 0:
        return f"{n:,} 次重复的通关货值完全相同"
    digits = _digits(row, 1 / _YI, 1)
    low, high, change = (_told(row, k, 1 / _YI, digits) for k in ("low", "high", "difference"))
    span = f"95% 区间 {low} 至 {high} 亿元"
    if not row["seen"]:
        return f"{n:,} 次重复看不出对通关货值的影响（{span}）"
    return f"通关货值变化 {change} 亿元（{span}）"


def _corridors(rows: Mapping[str, Row]) -> list[str]:
    """Return the corridors whose cleared value changes, largest change first."""
    found = []
    for corridor in CORRIDOR_NAMES:
        row = rows.get(f"{corridor}_cleared_cny")
        if row is not None and row["seen"]:
            change = _told(row, "difference", 1 / _YI, _digits(row, 1 / _YI, 1))
            found.append((abs(float(row["difference"])), corridor, change))
    found.sort(reverse=True)
    told = [f"{corridor_words(corridor)[1]} {change} 亿元" for _, corridor, change in found]
    return ["，".join(told)] if told else []


def _regions(rows: Mapping[str, Row], n: int) -> list[str]:
    """Return the regions that become nearer or farther, and those where nothing was seen."""
    factor, _, fewest = scaled("mean_h")
    changed, unchanged = [], []
    for figure, row in rows.items():
        if not figure.startswith("region_") or row["n"] < 2:
            continue
        region = region_of(figure)
        region = REGIONS.get(region, region)
        if not row["seen"]:
            unchanged.append(region)
            continue
        digits = _digits(row, factor, fewest)
        days = float(row["difference"]) * factor
        low, high = sorted(abs(float(row[key])) * factor for key in ("low", "high"))
        span = f"{number(low, digits)} 至 {number(high, digits)}"
        way = "延长" if days > 0 else "缩短"
        changed.append((abs(days), f"至{region}{way} {number(abs(days), digits)} 天（{span}）"))
    changed.sort(reverse=True)
    parts = [words for _, words in changed[:_MOST]]
    if len(changed) > _MOST:
        parts.append(f"另有 {len(changed) - _MOST} 个地区亦如此，幅度较小")
    if unchanged:
        names = "、".join(unchanged[:_MOST])
        more = f"等 {len(unchanged)} 个地区" if len(unchanged) > _MOST else ""
        parts.append(f"{n:,} 次重复看不出对至{names}{more}时间的影响")
    return parts
