"""What a manifest says of the inputs."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from corridor_sim import __version__
from corridor_sim.network import Network, tables
from corridor_sim.provenance import input_hashes, provenance
from corridor_sim.scenario import Scenario
from corridor_sim.simulation import read_inputs
from tests.network.faulty import cell, write_good
from tests.scenario.files import write


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    write_good(tmp_path / "net")
    return Scenario.read(write(tmp_path, "network: net\n"))


def test_every_table_that_is_read_is_hashed(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    read = tables.read_utf8

    def recorded(path: Path, **options: Any) -> str:
        opened.append(path)
        return read(path, **options)

    monkeypatch.setattr(tables, "read_utf8", recorded)
    network, _ = read_inputs(scenario)
    hashes = input_hashes(network, scenario.demand.table)
    assert sorted(hashes) == sorted(p.relative_to(network.path).as_posix() for p in opened)
    for name, digest in hashes.items():
        assert hashlib.sha256((network.path / name).read_bytes()).hexdigest() == digest


def test_another_table_of_the_folder_does_not_matter(scenario: Scenario) -> None:
    network = Network.read(scenario.network)
    before = input_hashes(network, "od_2025")
    (network.demand_dir / "od_1999.csv").write_text("commodity\n")
    assert input_hashes(network, "od_2025") == before
    cell("demand/od_2025", 2, value_bn_cny="7")(network.path)
    after = input_hashes(network, "od_2025")
    assert {name for name in before if before[name] != after[name]} == {"demand/od_2025.csv"}


def test_it_says_what_ran(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["/usr/bin/corridor-sim", "run", "case.yaml"])
    facts = provenance(scenario, Network.read(scenario.network))
    assert facts["version"] == __version__
    assert facts["argv"] == ["corridor-sim", "run", "case.yaml"]
    assert facts["scenario_digest"] == scenario.digest()
    assert set(facts["packages"]) >= {"simpy", "numpy", "networkx", "pandas"}
    assert "unknown" not in facts["packages"].values()
    assert json.loads(json.dumps(facts, allow_nan=False)) == facts


def test_the_digest_is_of_the_content_alone(tmp_path: Path) -> None:
    first = Scenario.read(write(tmp_path, "name: x\ndemand: {scale: 2}\nperiod: {days: 9}\n"))
    second = Scenario.read(
        write(tmp_path, "# a remark\nperiod:\n  days: 9\nname: 'x'\n\ndemand:\n  scale: 2.0\n")
    )
    third = Scenario.read(write(tmp_path, "name: x\ndemand: {scale: 2.5}\nperiod: {days: 9}\n"))
    assert first.digest() == second.digest()
    assert first.digest() != third.digest()
