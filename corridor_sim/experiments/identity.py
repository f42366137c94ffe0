"""What a folder of replications belongs to, and in what two of them differ."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from corridor_sim import __version__
from corridor_sim.errors import shorten
from corridor_sim.network import Network
from corridor_sim.provenance import input_hashes
from corridor_sim.scenario import Scenario

__all__ = ["differences", "digest", "identity_of"]

_MOST = 12


def identity_of(scenario: Scenario, *, seed: int, **more: Any) -> dict[str, Any]:
    """Return what the rows of a batch depend on.

    Parameters
    ----------
    scenario : Scenario
        What is simulated.
    seed : int
        Seed of all draws.
    **more
        What else the rows depend on.

    Returns
    -------
    dict
        Plain values: version, seed, scenario, inputs (hash of every table) and `more`.
    """
    network = Network.read(scenario.network)
    resolved = scenario.resolved()
    # Where the tables lie does not matter, what they say does.
    resolved["network"] = network.name
    return {
        "version": __version__,
        "seed": seed,
        "scenario": resolved,
        "inputs": input_hashes(network, scenario.demand.table),
        **more,
    }


def digest(value: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a plain object."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def differences(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """Return in what two identities differ.

    Parameters
    ----------
    there : mapping
        Of a folder.
    wanted : mapping
        Of what would be written into it.

    Returns
    -------
    list of str
        One line per difference, by its dotted path; empty where they are the same.
    """
    found = list(_differences(_plain(there), _plain(wanted), ""))
    if len(found) > _MOST:
        found[_MOST:] = [f"... and {len(found) - _MOST} more"]
    return found


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value))


def _differences(there: Any, wanted: Any, path: str) -> Iterator[str]:
    if there == wanted:
        return
    if isinstance(there, dict) and isinstance(wanted, dict):
        for name in dict.fromkeys([*there, *wanted]):
            below = f"{path}.{name}" if path else str(name)
            if name not in there:
                yield f"{below}: not there, now {_told(wanted[name])}"
            elif name not in wanted:
                yield f"{below}: {_told(there[name])} there, now nothing"
            else:
                yield from _differences(there[name], wanted[name], below)
        return
    if path.startswith("inputs."):
        yield f"table {path.removeprefix('inputs.')} was changed"
        return
    yield f"{path}: {_told(there)} there, now {_told(wanted)}"


def _told(value: Any) -> str:
    return shorten(json.dumps(value, ensure_ascii=False), 60)
