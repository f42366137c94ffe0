"""Money as people write it."""

from __future__ import annotations

from typing import Any

import pytest

from corridor_sim.units import parse_money


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        (1.1e12, 1.1e12),
        (5, 5),
        ("1.1e12", 1.1e12),
        ("1.1 trillion yuan", 1.1e12),
        ("1.1 Trillion CNY", 1.1e12),
        ("1.1tn", 1.1e12),
        ("800.68 bn", 8.0068e11),
        ("800.68bn yuan", 8.0068e11),
        ("CNY 800.68 billion", 8.0068e11),
        ("¥1.1 trillion", 1.1e12),
        ("￥1.1万亿", 1.1e12),
        ("1.1 万亿元", 1.1e12),
        ("1.1万亿 人民币", 1.1e12),
        ("8006.8 亿元", 8.0068e11),
        ("35 万", 350_000),
        ("250 million rmb", 2.5e8),
        ("3 m", 3e6),
        ("1,100,000,000,000", 1.1e12),
        ("1_100_000 yuan", 1.1e6),
        ("1,100.5 billion", 1.1005e12),
        ("7 yuan", 7),
        ("7元", 7),
        (" 2 thousand ", 2000),
    ],
)
def test_amounts(text: Any, yuan: float) -> None:
    assert parse_money(text) == pytest.approx(yuan, rel=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a lot",
        "1,1 trillion",
        "1.1.1 bn",
        "1 trillion dollars",
        "$1 trillion",
        "1 gazillion",
        "-1 bn",
        "nan",
        "inf yuan",
        "1e9999",
        "bn 5",
        "5 bn bn",
        "万亿",
        "1 亿万",
        "=1+1",
        "1" * 100,
        "1 " + "x" * 10_000_000,
    ],
)
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not an amount; allowed: a number of yuan") as caught:
        parse_money(text)
    assert len(str(caught.value)) < 300


def test_what_is_no_text_is_left_to_the_model() -> None:
    assert parse_money(None) is None
    assert parse_money([1]) == [1]
