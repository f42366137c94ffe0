"""What ran, from what, and where: the part of a manifest that lets a result be made again."""

from __future__ import annotations

import hashlib
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridor_sim import __version__

if TYPE_CHECKING:
    from corridor_sim.network import Network
    from corridor_sim.scenario import Scenario

__all__ = ["input_hashes", "provenance"]

# What can change a result; the map's and the command line's libraries cannot.
_PACKAGES = ("simpy", "networkx", "numpy", "pandas", "scipy", "pyarrow")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def input_hashes(network: Network, demand_table: str) -> dict[str, str]:
    """Return the SHA-256 of every table that a run reads.

    Parameters
    ----------
    network : Network
        Its folder is read.
    demand_table : str
        Name of the demand table.

    Returns
    -------
    dict of str to str
        Hash by path inside the network's folder.
    """
    tables = sorted(network.path.glob("*.csv"))
    names = {"commodities", "months", "other_cargo", "holidays", "choice_constants", demand_table}
    tables += sorted(p for p in network.demand_dir.glob("*.csv") if p.stem in names)
    return {path.relative_to(network.path).as_posix(): _sha256(path) for path in tables}


def provenance(scenario: Scenario, network: Network) -> dict[str, Any]:
    """Return what made a result.

    Parameters
    ----------
    scenario : Scenario
        What was simulated.
    network : Network
        As the scenario had it.

    Returns
    -------
    dict
        version, packages, platform, argv, scenario_digest and the hashes of the inputs.
    """
    packages = {}
    for name in _PACKAGES:
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            packages[name] = "unknown"
    return {
        "version": __version__,
        "python": platform.python_version(),
        "packages": packages,
        "platform": platform.platform(),
        "argv": [Path(sys.argv[0]).name, *sys.argv[1:]],
        "scenario_digest": scenario.digest(),
        "inputs": input_hashes(network, scenario.demand.table),
    }
