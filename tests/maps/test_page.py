"""The file: equal bytes for equal results, small, nothing from outside; colours can be seen."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from corridor_sim.maps import base, map_page, write_map
from corridor_sim.maps.base import asset
from corridor_sim.maps.text import as_json, as_markup, clean
from tests.maps.runs import made_up_results, small_network

ASSETS = Path(base.__file__).parent / "assets"
CSS = asset("page/page.css")


def test_equal_results_give_equal_bytes(tmp_path: Path) -> None:
    first = write_map(made_up_results(small_network()), tmp_path / "first.html")
    second = write_map(made_up_results(small_network()), tmp_path / "second.html")
    assert first.read_bytes() == second.read_bytes()


def test_other_results_give_other_bytes() -> None:
    assert map_page(made_up_results(small_network())) != map_page(
        made_up_results(small_network(), name="growth_2027")
    )


def test_the_shipped_network_fits_the_budget(shipped_page: str) -> None:
    assert len(shipped_page.encode()) <= 1.5 * 2**20


def test_nothing_in_the_page_is_fetched(shipped_page: str) -> None:
    markup = re.sub(r"<(script|style)\b.*?</\1>", "", shipped_page, flags=re.DOTALL)
    assert not re.search(r"\b(src|href)\s*=|<(link|iframe|img|object|embed)\b", markup)
    assert not re.search(
        r"url\((?!#)|@import", "".join(re.findall(r"<style>(.*?)</style>", shipped_page, re.DOTALL))
    )
    assert "sourceMappingURL" not in shipped_page


def test_the_policy_lets_run_what_is_in_the_page_and_nothing_else(shipped_page: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', shipped_page)
    assert policy
    assert "default-src 'none'" in policy[1]
    allowed = re.search(r"script-src ([^;]*);", policy[1])
    assert allowed
    assert "unsafe" not in allowed[1]
    scripts = re.findall(r"<script>(.*?)</script>", shipped_page, re.DOTALL)
    assert len(scripts) >= 3
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in allowed[1]


def test_leaflet_is_as_published() -> None:
    """The sums of the files in the npm package leaflet 1.9.4; its licence is kept beside it."""
    published = {
        "leaflet/leaflet.js": "db49d009c841f5ca34a888c96511ae936fd9f5533e90d8b2c4d57596f4e5641a",
        "leaflet/leaflet.css": "a7837102824184820dfa198d1ebcd109ff6d0ff9a2672a074b9a1b4d147d04c6",
    }
    for name, digest in published.items():
        assert hashlib.sha256((ASSETS / name).read_bytes()).hexdigest() == digest, name
    assert "BSD 2-Clause" in asset("leaflet/LICENSE")


# -- text ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (float("nan"), ""),
        ("钦州港 Qinzhou", "钦州港 Qinzhou"),
        ("a\x00b\u202ec\u200fd\ufeff", "abcd"),
        ("two\r\nlines\tand  blanks ", "two lines and blanks"),
        ("half \ud83d a pair", "half a pair"),
        (3, "3"),
    ],
)
def test_text_is_cleaned(value: object, shown: str) -> None:
    assert clean(value) == shown


def test_text_without_end_is_cut() -> None:
    assert len(clean("x" * 10_000_000)) == 400


def test_json_cannot_leave_its_script() -> None:
    text = as_json({"<!--": "</script><script>alert(1)</script>&\u2028\u2029"})
    assert not set(text) & set("<>&\u2028\u2029")


def test_markup_is_text_also_in_a_template_literal() -> None:
    shown = as_markup("<b onclick='x'>`${1}` {{ 7*7 }} \\")
    assert not set(shown) & set("<>\"'`${}\\")


# -- colours ---------------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    if len(colour) == 4:
        colour = "#" + "".join(2 * digit for digit in colour[1:])
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def colour(name: str) -> str:
    found = re.search(rf"--{name}: (#[0-9a-f]+)", CSS)
    assert found, name
    return found[1]


@pytest.mark.parametrize("ground", ["land", "sea"])
@pytest.mark.parametrize(
    "line", ["use-0", "use-1", "use-2", "use-3", "use-4", "use-none", "grew", "shrank"]
)
def test_lines_stand_out_from_land_and_sea(line: str, ground: str) -> None:
    """WCAG 2.2, 1.4.11: three to one for what carries meaning."""
    assert contrast(colour(line), colour(ground)) >= 3.0


@pytest.mark.parametrize("bar", ["wait-bar", "queue-bar", "bar0", "bar1"])
def test_bars_of_small_charts_stand_out_from_their_card(bar: str) -> None:
    """WCAG 2.2, 1.4.11; the bar of the present period is darker still."""
    fills = re.findall(rf"\.{bar}(?:\.now)? {{ fill: (#[0-9a-f]+)", CSS)
    assert fills, bar
    assert all(contrast(fill, colour("paper")) >= 3.0 for fill in fills)


@pytest.mark.parametrize("ink", ["ink", "quiet", "alarm"])
@pytest.mark.parametrize("ground", ["paper", "land", "sea"])
def test_text_can_be_read(ink: str, ground: str) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to one for text."""
    assert contrast(colour(ink), colour(ground)) >= 4.5


#: Linear RGB to what long, medium and short cones receive, and what remains without one kind
#: (Viénot, Brettel and Mollon 1999, table and equations 4 and 5).
TO_CONES = np.array(
    [[17.8824, 43.5161, 4.11935], [3.45565, 27.1554, 3.86714], [0.0299566, 0.184309, 1.46709]]
)
WITHOUT = {
    "red cones": np.array([[0.0, 2.02344, -2.52581], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    "green cones": np.array([[1.0, 0.0, 0.0], [0.494207, 0.0, 1.24827], [0.0, 0.0, 1.0]]),
    "nothing": np.eye(3),
}


def as_lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return linear RGB as CIE L*a*b*."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    x, y, z = np.cbrt(to_xyz @ rgb / np.array([0.9505, 1.0, 1.089]))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("lacking", sorted(WITHOUT))
def test_classes_of_utilisation_differ_for_colour_blind_readers(lacking: str) -> None:
    """A difference of ten in L*a*b* is seen at a glance."""
    seen = {}
    for name in ("use-0", "use-1", "use-2", "use-3", "use-4", "use-none"):
        value = colour(name)
        channels = np.array([int(value[at : at + 2], 16) / 255 for at in (1, 3, 5)])
        linear = np.where(
            channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
        )
        cones = WITHOUT[lacking] @ TO_CONES @ linear
        seen[name] = as_lab(np.clip(np.linalg.solve(TO_CONES, cones), 0, 1))
    for one, other in itertools.combinations(seen, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > 10, (one, other)
