"""The network: tables in, a container with frames and a NetworkX graph out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd

from corridor_sim.distributions import DistributionError
from corridor_sim.errors import Fault, InputError, nearest
from corridor_sim.network.attributes import TABLES, attributes_of
from corridor_sim.network.cells import convert
from corridor_sim.network.checks import check_tables
from corridor_sim.network.graph import build_graph
from corridor_sim.network.tables import frame_of, read_table
from corridor_sim.resources import shipped, shipped_names

__all__ = ["Network"]

_OPTIONAL = ("background", "regions")
_OVERRIDABLE = ("services", "facilities", "links", "background")


@dataclass(frozen=True, eq=False)
class Network:
    """Places, links, facilities and services of a corridor system.

    Attributes
    ----------
    name : str
        Name of the folder.
    path : Path
        Folder the tables came from.
    nodes, links, facilities, background, services, zones, modes : pandas.DataFrame
        Tables indexed by name, typed, with defaults filled in (see the attribute tables).
    calls, regions : pandas.DataFrame
        Tables without a name of their own.
    """

    name: str
    path: Path
    nodes: pd.DataFrame
    links: pd.DataFrame
    facilities: pd.DataFrame
    background: pd.DataFrame
    services: pd.DataFrame
    calls: pd.DataFrame
    zones: pd.DataFrame
    modes: pd.DataFrame
    regions: pd.DataFrame

    def __repr__(self) -> str:
        """Return a line that says how large the network is."""
        sizes = ", ".join(f"{len(getattr(self, table))} {table}" for table in TABLES)
        return f"<Network {self.name}: {sizes}>"

    @classmethod
    def read(cls, source: str | Path) -> Network:
        """Read a network.

        Parameters
        ----------
        source : str or Path
            Folder with the tables, or the name of a shipped network.

        Returns
        -------
        Network
            Validated.

        Raises
        ------
        InputError
            With every fault found, by file, row and column.
        """
        path = Path(source)
        if not path.is_dir():
            path = shipped("networks") / str(source)
            if "/" in str(source) or not path.is_dir():
                known = shipped_names("networks")
                raise InputError(
                    [
                        Fault(
                            "network",
                            f"'{source}' is neither a folder nor a shipped network",
                            allowed=", ".join(known),
                            hint=nearest(str(source), known),
                        )
                    ]
                )
        faults: list[Fault] = []
        frames: dict[str, pd.DataFrame] = {}
        for table in TABLES:
            file = path / f"{table}.csv"
            rows = (
                [] if table in _OPTIONAL and not file.exists() else read_table(file, table, faults)
            )
            if not faults:
                frames[table] = frame_of(rows, table)
        if faults:
            raise InputError(faults)
        faults = check_tables(frames, path)
        if faults:
            raise InputError(faults)
        return cls(name=path.name, path=path, **frames)

    @property
    def demand_dir(self) -> Path:
        """Folder of the demand tables."""
        return self.path / "demand"

    @cached_property
    def graph(self) -> nx.MultiDiGraph:
        """Infrastructure as a NetworkX graph; see `build_graph` for its attributes."""
        return build_graph(self)

    def with_overrides(
        self, overrides: Mapping[str, Mapping[str, Mapping[str, Any]]], *, where: str = "scenario"
    ) -> Network:
        """Return the network with cells replaced.

        Parameters
        ----------
        overrides : mapping
            Table, row name, attribute, value.
        where : str
            What asks for it, for messages.

        Returns
        -------
        Network
            A copy; the tables that are not named are shared.

        Raises
        ------
        InputError
            If a table, row, attribute or value is not known or not allowed.
        """
        faults: list[Fault] = []
        changed: dict[str, Any] = {}
        for table, rows in overrides.items():
            if not rows:
                continue
            if table not in _OVERRIDABLE:
                faults.append(
                    Fault(
                        where, f"table '{table}' cannot be changed", allowed=", ".join(_OVERRIDABLE)
                    )
                )
                continue
            frame = getattr(self, table).copy()
            attributes = attributes_of(table)
            for row, cells in rows.items():
                if row not in frame.index:
                    hint = nearest(row, [str(name) for name in frame.index])
                    faults.append(
                        Fault(where, f"'{row}' is not in {table}.csv", row=table, hint=hint)
                    )
                    continue
                for name, value in cells.items():
                    place = f"{table}.{row}.{name}"
                    if name not in attributes:
                        hint = nearest(name, list(attributes))
                        faults.append(Fault(where, f"no attribute '{name}'", row=place, hint=hint))
                        continue
                    text = str(value).lower() if isinstance(value, bool) else str(value)
                    try:
                        frame.at[row, name] = convert(attributes[name], text)
                    except (ValueError, DistributionError) as error:
                        faults.append(Fault(where, str(error), row=place))
            changed[table] = frame
        if not faults:
            frames = {table: changed.get(table, getattr(self, table)) for table in TABLES}
            faults = check_tables(frames, self.path)
        if faults:
            raise InputError(faults)
        return dataclasses.replace(self, **changed)

    def opened(self, names: Iterable[str]) -> Network:
        """Return the network with planned links, facilities and services opened.

        Parameters
        ----------
        names : iterable of str
            Names of links, facilities or services.

        Returns
        -------
        Network
            A copy in which their status is open.

        Raises
        ------
        InputError
            If a name is not known.
        """
        overrides: dict[str, dict[str, dict[str, str]]] = {}
        faults = []
        for name in names:
            tables = [
                t for t in ("links", "facilities", "services") if name in getattr(self, t).index
            ]
            if not tables:
                every = [*self.links.index, *self.facilities.index, *self.services.index]
                faults.append(
                    Fault("open_planned", f"'{name}' is not known", hint=nearest(name, every))
                )
            for table in tables:
                overrides.setdefault(table, {})[name] = {"status": "open"}
        if faults:
            raise InputError(faults)
        return self.with_overrides(overrides, where="open_planned") if overrides else self

    def closed_by(self, passages: Iterable[str]) -> tuple[set[str], set[str]]:
        """Return what does not run when passages are closed, or is not open at all.

        Parameters
        ----------
        passages : iterable of str
            Closed passages.

        Returns
        -------
        links, services : set of str
            Names.
        """
        shut = set(passages)
        links = {
            str(name)
            for name, status, used in zip(
                self.links.index, self.links["status"], self.links["passages"], strict=True
            )
            if status != "open" or shut & set(used)
        }
        facilities = set(self.facilities.index[self.facilities["status"] != "open"])
        on_way = self.calls["link"].isin(links) | self.calls["facility"].isin(facilities)
        services = set(self.calls.loc[on_way, "service"])
        services |= set(self.services.index[self.services["status"] != "open"])
        return links, services
