"""How many rows of the input tables are how sure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields

import pandas as pd

from corridor_sim.demand.tables import DemandTables
from corridor_sim.network import Network
from corridor_sim.network.attributes import TABLES, attributes_of

__all__ = ["LEVELS", "TableConfidence", "confidence_of"]

#: From sure to not.
LEVELS = attributes_of("links")["confidence"].choices


@dataclass(frozen=True)
class TableConfidence:
    """Rows of a table by confidence.

    Attributes
    ----------
    table : str
        Name; ``all`` for the sum.
    rows : dict of str to int
        By confidence, all of `LEVELS`.
    """

    table: str
    rows: dict[str, int]

    @property
    def total(self) -> int:
        """Rows of the table."""
        return sum(self.rows.values())

    def share(self, level: str) -> float:
        """Return the share of the rows with a confidence.

        Parameters
        ----------
        level : str
            One of `LEVELS`.

        Returns
        -------
        float
            0 for an empty table.
        """
        return self.rows[level] / self.total if self.total else 0.0


def confidence_of(network: Network, demand: DemandTables) -> list[TableConfidence]:
    """Return the rows of every table by confidence, and their sum last.

    Parameters
    ----------
    network : Network
        Its tables.
    demand : DemandTables
        Those of its demand folder.

    Returns
    -------
    list of TableConfidence
        In the order of the reference.
    """
    frames: dict[str, pd.DataFrame] = {table: getattr(network, table) for table in TABLES}
    frames |= {f"demand/{item.name}": getattr(demand, item.name) for item in fields(demand)}
    whole: Counter[str] = Counter()
    found = []
    for table, frame in frames.items():
        count = Counter(frame["confidence"].astype(str))
        whole += count
        found.append(TableConfidence(table, {level: count[level] for level in LEVELS}))
    return [*found, TableConfidence("all", {level: whole[level] for level in LEVELS})]
