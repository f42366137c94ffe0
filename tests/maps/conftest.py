"""Maps that several tests look at."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor_sim.maps import map_page, write_map
from corridor_sim.network import Network
from tests.maps.runs import made_up_results, small_network


@pytest.fixture(scope="session")
def shipped_page() -> str:
    """Return the map of made-up figures on the shipped network."""
    return map_page(made_up_results(Network.read("chongqing")))


@pytest.fixture(scope="session")
def shipped_map(shipped_page: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("map") / "map.html"
    file.write_text(shipped_page, encoding="utf-8")
    return file


@pytest.fixture
def small_map(tmp_path: Path) -> Path:
    return write_map(made_up_results(small_network()), tmp_path / "map.html")
