"""Beside the report of a comparison lies a map of what grew and shrank."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor_sim import Scenario, compare
from corridor_sim.report import write_report
from tests.experiments.conftest import write_scenario


@pytest.mark.parametrize("keep", [("links",), ()])
def test_the_map_is_there_and_linked_where_links_were_kept(
    tmp_path: Path, keep: tuple[str, ...]
) -> None:
    base = Scenario.read(write_scenario(tmp_path))
    fuller = write_scenario(tmp_path / "other", name="fuller")
    other = Scenario.read(fuller, {"demand.scale": "1.5", "network": str(tmp_path / "net")})
    found = compare([base, other], 2, out=tmp_path / "found", executor="serial", keep=keep)
    report = write_report(found, tmp_path / "my report.html", lang="en")
    page = report.read_text(encoding="utf-8")
    beside = tmp_path / "my report_map_1.html"
    assert ('<a href="my%20report_map_1.html">Map of what grew and shrank' in page) == bool(keep)
    assert beside.is_file() == bool(keep)
    assert [path.name for path in tmp_path.glob(".*")] == []
    (tmp_path / "net").rename(tmp_path / "elsewhere")
    alone = write_report(found, tmp_path / "alone.html", lang="en").read_text(encoding="utf-8")
    assert "Map of what grew" not in alone
    assert not (tmp_path / "alone_map_1.html").exists()
    if keep:
        assert '"measures":["teu","t","cny"]' in beside.read_text(encoding="utf-8")
