"""One broken scenario file per fault: line, column and caret are told, and nothing else."""

from __future__ import annotations

import datetime as dt
import re
import time
from pathlib import Path

import pytest

from corridor_sim.errors import InputError
from corridor_sim.scenario import Scenario
from tests.scenario.files import faults, read, write

CLOSURE = "disruptions: [{name: x, facilities: [A], start: %s, end: %s}]"
STORM = "random_disruptions: [{name: x, facilities: [A], per_season: 1, %s}]"
DEEP = "demand: {regions: " + "{a: " * 40 + "1" + "}" * 41

# Text, line, column, and a pattern for what has to be said.
FAULTS: dict[str, tuple[str, int | None, int | None, str]] = {
    # Keys.
    "unknown key": ("demnd: {scale: 1}", 1, 1, "unknown key 'demnd'; did you mean 'demand'"),
    "unknown key below": ("period:\n  dys: 3\n", 2, 3, "unknown key 'dys'; did you mean 'days'"),
    "key like no other": (
        "xyz: 1",
        1,
        1,
        "unknown key 'xyz'; allowed: background, box_pools, boxes,.* title",
    ),
    "unknown key in a list": (
        "disruptions:\n- {name: x, facilites: [A], start: 2025-03-01, end: 2025-03-02}",
        2,
        13,
        "unknown key 'facilites'; did you mean 'facilities'",
    ),
    "Chinese key": ("demand: {表: 1}", 1, 10, "unknown key '表'; allowed: commodities"),
    "key twice": ("title: a\n\ntitle: b", 3, 1, "'title' stands here for the second time.*line 1"),
    "key twice below": ("period: {days: 3, days: 4}", 1, 19, "'days' stands here for the second"),
    "list as a key": ("? [a]\n: b", 1, 3, "a key must be plain text"),
    "missing key": (
        "disruptions: [{name: x, facilities: [A], start: 2025-03-01}]",
        1,
        15,
        "disruptions.0: 'end' is missing",
    ),
    # Values.
    "text for a number": (
        "demand: {scale: much}",
        1,
        17,
        "demand.scale: must be a number, not 'much'",
    ),
    "part for a whole": ("period: {days: 1.5}", 1, 16, "period.days: must be a whole number"),
    "truth for a number": ("period: {days: true}", 1, 16, "period.days: true is not a number"),
    "number for a text": ("title: 2025", 1, 8, "title: must be text, not 2025; put it in quotes"),
    "list for a text": ("title: [a]", 1, 1, "title: must be text, not a list"),
    "number for a mapping": ("period: 5", 1, 9, "period: must be a mapping .'key: value' lines."),
    "list for a mapping": ("demand: [1]", 1, 1, "demand: must be a mapping .*, not a list"),
    "mapping for a list": ("open_planned: {a: 1}", 1, 1, "open_planned: must be a list"),
    "blank": ("services:\n", 1, 1, "services: is blank but must be a mapping.*leave the key out"),
    "nan": ("demand: {scale: .nan}", 1, 17, "demand.scale: must be a finite number, not nan"),
    "infinity": ("demand: {scale: .inf}", 1, 17, "must be a finite number, not inf"),
    "1e308": ("demand: {scale: 1e308}", 1, 17, r"demand.scale: 1e\+308 must be less than or equal"),
    "1e999": ("demand: {scale: 1e999}", 1, 17, "must be a finite number"),
    "negative": (
        "demand: {scale: -1}",
        1,
        17,
        "demand.scale: -1 must be greater than or equal to 0",
    ),
    "zero days": ("period: {days: 0}", 1, 16, "period.days: 0 must be greater than or equal to 1"),
    "beyond int64": ("period: {days: 99999999999999999999}", 1, 16, "must be less than or equal"),
    "5000 digits": ("period: {days: " + "9" * 5000 + "}", 1, 16, r"9 \.\.\.' cannot be read"),
    "nan constant": ("choice: {constants: {cre: .nan}}", 1, 27, "must be a finite number, not nan"),
    "unknown passage": ("passages: {suezz: closed}", 1, 12, "'suezz' is not known.*mean 'suez'"),
    "unknown state": (
        "passages: {suez: shut}",
        1,
        18,
        "'shut' is not known; allowed: open, closed",
    ),
    "cell of a list": ("services: {s: {fleet: [1]}}", 1, 16, "must be text, a number, or true or"),
    "blank cell": ("services: {s: {fleet: }}", 1, 16, "services.s.fleet: must be text, a number"),
    "long title": ("title: " + "x" * 5000, 1, 8, "title: too long; allowed: 4000 characters"),
    "empty name": ("name: ''", 1, 7, "name: must not be empty"),
    "invisible name": ('name: "a\\u202Eb"', 1, 7, r"name: holds the invisible character U\+202E"),
    "table as a path": ("demand: {table: ../../etc}", 1, 17, "holds letters, digits, '_' and '-'"),
    "no goal": ("goal_cny: []", 1, 1, "goal_cny: must not be empty"),
    "goal without a list": ("goal_cny: 1 trillion", 1, 11, "must be a list, not '1 trillion'"),
    "goal in dollars": (
        "goal_cny: [1 trillion dollars]",
        1,
        12,
        "'1 trillion dollars' is not an amount",
    ),
    "goal below zero": ("goal_cny: [-5]", 1, 12, "goal_cny.0: -5 must be greater than 0"),
    # Dates.
    "29 February": ("period: {start: 2025-02-29}", 1, 17, "'2025-02-29' is not a date .day is out"),
    "month 13": ("period: {start: 2025-13-01}", 1, 17, "'2025-13-01' is not a date .month must be"),
    "year only": ("period: {start: 2025}", 1, 17, "'2025' is not a date; allowed: for example 20"),
    "compact date": ("period: {start: 20250301}", 1, 17, "'20250301' is not a date"),
    "other order": ("period: {start: 01/03/2025}", 1, 17, "'01/03/2025' is not a date"),
    "early year": ("period: {start: 1066-10-14}", 1, 17, "out of range; allowed: 1990 to 2100"),
    "late year": ("period: {start: 9999-12-31}", 1, 17, "out of range; allowed: 1990 to 2100"),
    "time of day": ("period: {start: 2025-03-01T08:00}", 1, 17, "is not a date"),
    "seconds since 1970": (
        CLOSURE % ("1740787200", "2025-04-01"),
        1,
        49,
        "'1740787200' is not a date",
    ),
    "time zone": (CLOSURE % ("2025-03-01T00:00Z", "2025-04-01"), 1, 49, "has a time zone"),
    "hour 25": (CLOSURE % ("2025-03-01T25:00", "2025-04-01"), 1, 49, "is not a time .hour must be"),
    "ends before it starts": (
        CLOSURE % ("2025-03-02", "2025-03-01"),
        1,
        15,
        "ends before it starts",
    ),
    "ends as it starts": (CLOSURE % ("2025-03-01", "2025-03-01"), 1, 15, "ends before it starts"),
    "over before the span": (
        CLOSURE % ("2024-08-01", "2024-09-03"),
        1,
        66,
        "'x' lies outside the simulated span; allowed: 2024-09-03 to 2026-04-01",
    ),
    "starts after the span": (
        CLOSURE % ("2026-04-01", "2026-05-01"),
        1,
        49,
        "outside the simulated",
    ),
    "names nothing": (
        "disruptions: [{name: x, start: 2025-03-01, end: 2025-03-02}]",
        1,
        15,
        "disruptions.0: names no facility, link, service or passage",
    ),
    "storm on 29 February": (
        STORM % "duration_h: 5, season: [02-29, 03-31]",
        1,
        79,
        "'02-29' is not a day of every year",
    ),
    "storm without hyphens": (
        STORM % "duration_h: 5, season: [July, 08-31]",
        1,
        79,
        "'July' is not a day; allowed: month-day of any year",
    ),
    "storm of no distribution": (
        STORM % "duration_h: norml(5)",
        1,
        76,
        "there is no distribution 'norml'; allowed: constant",
    ),
    "endless storm": (STORM % "duration_h: 1e308", 1, 76, r"1e\+308 is out of range"),
    "storm of years": (STORM % "duration_h: 200000", 1, 76, "'200000' is too long; allowed: 0 to"),
    "storm nowhere": (
        "random_disruptions: [{name: x, per_season: 1, duration_h: 5}]",
        1,
        22,
        "random_disruptions.0: names no facility or link",
    ),
    # Form.
    "anchor": ("title: &a x\ndescription: *a", 1, 8, "anchors and aliases are not allowed"),
    "alias": ("title: *a", 1, 8, "anchors and aliases are not allowed; write the value out"),
    "merge key": ("<<: {title: x}", 1, 1, "unknown key '<<'"),
    "tag": ("title: !!python/object:os.system x", 1, 8, "the tag .* is not allowed; remove it"),
    "own tag": ("title: !secret x", 1, 8, "the tag '!secret' is not allowed"),
    "directive": ("%YAML 1.1\n---\ntitle: x", 2, 1, "directives .* are not allowed"),
    "two documents": ("title: a\n---\ntitle: b", 2, 1, "not YAML: but found another document"),
    "open bracket": ("title: [a", 1, 10, "not YAML: expected ',' or ']'"),
    "mapping in a text": ("title: a\n  b: c", 2, 4, "not YAML: mapping values are not allowed"),
    "tab": ("period:\n\tdays: 3", 2, 1, r"cannot start any token; indent with blanks, not tabs"),
    "list": ("- a\n- b", None, None, "is not a mapping; write 'key: value' lines"),
    "text": ("hello", None, None, "is not a mapping"),
    "deep": (DEEP, 1, 139, "nested too deep; allowed: 32 levels"),
    "deep flow": ("a: " + "[" * 50_000, 1, 35, "nested too deep"),
    "NUL": ("title: a\0b", 1, None, "a NUL character; remove it"),
    "escape character": ("title: a\x1bb", 1, None, r"invisible character U\+001B is not allowed"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_faults(tmp_path: Path, case: str) -> None:
    text, line, column, pattern = FAULTS[case]
    found = faults(tmp_path, text)
    told = "\n".join(map(str, found))
    first = found[0]
    assert re.search(pattern, str(first)), told
    assert [(fault.row, fault.column) for fault in found] == [(line, column)], told
    assert first.file == str(tmp_path / "case.yaml")
    assert len(told) < 1000
    if column is not None:
        shown, caret = first.snippet.splitlines()
        assert caret.strip() == "^"
        assert shown.strip() in " " + text.replace("\t", " ") or "..." in shown


def test_two_items_of_one_name(tmp_path: Path) -> None:
    item = "- {name: x, facilities: [A], start: 2025-03-01, end: 2025-03-02}\n"
    found = faults(tmp_path, f"disruptions:\n{item}{item}")
    assert [(fault.row, fault.column) for fault in found] == [(2, 10), (3, 10)]
    assert "two disruptions are called 'x'; rename one" in str(found[0])


def test_the_caret_stands_below_the_fault(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, "title: ok\nperiod: {start: 2025-01-01, days: many}\n")
    assert str(fault) == (
        f"{tmp_path / 'case.yaml'}:2:35: period.days: must be a whole number, not 'many'\n"
        "    period: {start: 2025-01-01, days: many}\n"
        "                                      ^"
    )


def test_the_caret_minds_chinese_letters_and_long_lines(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, "demand: {commodities: {手机: 1, 汽车: x}}\n")
    shown, caret = fault.snippet.splitlines()
    # Each of the four letters before it takes two places.
    assert caret.index("^") == shown.index("x") + 4
    fault = faults(tmp_path, "demand: {table: " + "a" * 3000 + ", scale: x}")[-1]
    assert all(len(line) < 200 for line in fault.snippet.splitlines())
    assert "scale: x}" in fault.snippet


def test_a_distribution_in_a_line_of_values_needs_quotes(tmp_path: Path) -> None:
    first, second = faults(tmp_path, STORM % "duration_h: lognormal(6, 1)")
    assert "'lognormal(6' is cut at a comma; put the whole distribution in quotes" in str(first)
    assert "unknown key '1)'" in str(second)


def test_all_faults_of_a_file_at_once_in_its_order(tmp_path: Path) -> None:
    text = (
        "titel: x\n"
        "period: {days: many, start: 2025-02-30}\n"
        "goal_cny: [a lot, 1.1 trillion yuan]\n"
        "demand:\n"
        "  scale: -1\n"
        "  regions: {ASEAN: .nan}\n"
        "passages: {suez: no}\n"
    )
    assert [(fault.row, fault.column) for fault in faults(tmp_path, text)] == [
        (1, 1),
        (2, 16),
        (2, 29),
        (3, 12),
        (5, 10),
        (6, 20),
        (7, 18),
    ]


@pytest.mark.parametrize(
    ("content", "pattern"),
    [
        ("title: 重庆".encode("gbk"), "case.yaml:1: the text is not UTF-8 but looks like GBK"),
        ("title: x".encode("utf-16"), "case.yaml:1: the text is not UTF-8 but looks like UTF-16"),
        (b"title: ok\ndescription: caf\xe9\n", "case.yaml:2: the text is not UTF-8; allowed"),
    ],
)
def test_encodings_are_named(tmp_path: Path, content: bytes, pattern: str) -> None:
    assert pattern in str(faults(tmp_path, content)[0])


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b""])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_byte_order_marks_and_line_ends_do_not_matter(
    tmp_path: Path, mark: bytes, end: bytes
) -> None:
    text = end.join([b"title: x", b"period:", b"  days: 3", b""])
    scenario = Scenario.read(write(tmp_path, mark + text))
    assert (scenario.title, scenario.period.days) == ("x", 3)


def test_values_are_read_as_written(tmp_path: Path) -> None:
    scenario = read(
        tmp_path,
        "title: NO\n"
        "description: 12:30\n"
        "period: {start: 2024-02-29, days: 3e1, warm_up_days: 010}\n"
        "demand: {scale: 1e3, regions: {NO: 0.5, on: 2}}\n"
        "services: {12:30: {runs_empty: yes, note: 1e3t, hold: true}}\n",
    )
    assert scenario.title == "NO"
    assert scenario.description == "12:30"
    assert scenario.period.start == dt.date(2024, 2, 29)
    assert (scenario.period.days, scenario.period.warm_up_days) == (30, 10)
    assert scenario.demand.scale == 1000.0
    assert scenario.demand.regions == {"NO": 0.5, "on": 2.0}
    assert scenario.services == {"12:30": {"runs_empty": "yes", "note": "1e3t", "hold": True}}


def test_an_empty_file_has_the_defaults_and_the_name_of_the_file(tmp_path: Path) -> None:
    scenario = read(tmp_path, "# nothing yet\n")
    assert scenario.name == "case"
    assert scenario.goal_cny == (1.0e12, 1.1e12)


def test_moments_are_local_days_or_times(tmp_path: Path) -> None:
    scenario = read(tmp_path, CLOSURE % ("2025-03-01 08:00", "2025-03-02"))
    (item,) = scenario.disruptions
    assert item.start == dt.datetime(2025, 3, 1, 8)  # noqa: DTZ001 - local time of the corridor
    assert item.end == dt.date(2025, 3, 2)
    again = Scenario.model_validate(scenario.resolved())
    assert again.disruptions == scenario.disruptions


def test_what_is_resolved_reads_back_exactly(tmp_path: Path) -> None:
    scenario = read(
        tmp_path,
        "goal_cny: [1.1 万亿元, 123456789.125]\n"
        "demand: {scale: 0.1234567890123}\n"
        + STORM
        % "duration_h: empirical(1234567.875e-3:1 20:2), season: [11-01, 02-28]",
    )
    again = Scenario.model_validate(scenario.resolved())
    assert again.random_disruptions == scenario.random_disruptions
    assert again.digest() == scenario.digest()


def test_a_large_file_is_refused_at_once(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, "# " + "x" * 2**20)
    assert "1.0 MiB is too large; allowed: 1 MiB" in str(fault)


def test_many_values_are_refused_soon(tmp_path: Path) -> None:
    began = time.process_time()
    (fault,) = faults(tmp_path, "open_planned: [" + "a, " * 300_000 + "]")
    assert "too many values; allowed: 20,000" in str(fault)
    assert time.process_time() - began < 10


@pytest.mark.parametrize("chambers", ["[0, 5]", "[-1]", "[62]"])
def test_flights_a_lock_does_not_have(tmp_path: Path, chambers: str) -> None:
    text = (
        "disruptions:\n"
        "- {name: x, facilities: [TGL_LOCK], start: 2025-03-01, end: 2025-03-02,\n"
        f"   chambers: {chambers}}}\n"
    )
    with pytest.raises(InputError, match=r":3:1\d: .*(no flight 5|must be)"):
        read(tmp_path, text).apply_to(shipped())


def shipped() -> object:
    from corridor_sim.network import Network

    return Network.read("chongqing")


def test_a_folded_text_is_one_line(tmp_path: Path) -> None:
    scenario = read(tmp_path, "description: >-\n  A text of two lines;\n  folded into one.\n")
    assert scenario.description == "A text of two lines; folded into one."
