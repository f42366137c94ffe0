"""The networks of one run or of two as one: what either has is on the map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

__all__ = ["Joined", "joined"]


@dataclass(frozen=True)
class Joined:
    """Tables of the network, and the folders its lines are drawn from.

    Attributes
    ----------
    nodes, links, facilities, zones : DataFrame
        Rows of the first network, then those that only the second has.
    paths : tuple of Path
        Folders.
    """

    nodes: pd.DataFrame
    links: pd.DataFrame
    facilities: pd.DataFrame
    zones: pd.DataFrame
    paths: tuple[Path, ...]


def joined(networks: Sequence[Any]) -> Joined:
    """Join networks.

    Parameters
    ----------
    networks : sequence of Network
        One or two; of a row that both have, the first one's is taken.

    Returns
    -------
    Joined
        Tables.
    """
    tables = {}
    for name in ("nodes", "links", "facilities", "zones"):
        table = getattr(networks[0], name)
        for further in networks[1:]:
            rows = getattr(further, name)
            new = rows[~rows.index.isin(table.index)]
            table = pd.concat([table, new]) if len(new) else table
        tables[name] = table
    paths = dict.fromkeys(one.path for one in networks if getattr(one, "path", None) is not None)
    return Joined(**tables, paths=tuple(paths))
