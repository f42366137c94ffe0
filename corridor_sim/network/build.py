"""The network: tables in, a container with frames and a NetworkX graph out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from corridor_sim.errors import Fault, InputError, nearest, shorten
from corridor_sim.network.attributes import TABLES, attributes_of
from corridor_sim.network.cells import convert
from corridor_sim.network.checks import check_references, check_sources, check_tables
from corridor_sim.network.graph import build_graph
from corridor_sim.network.tables import frame_of, read_table, records_of
from corridor_sim.resources import shipped, shipped_names

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["FaultAt", "Network"]


class FaultAt(Protocol):
    """Makes a fault of a path, what is wrong and a hint; the key may be at fault, or the value."""

    def __call__(
        self, path: tuple[str | int, ...], what: str, *, hint: str = "", at_key: bool = False
    ) -> Fault:
        """Return the fault."""
        ...


_OPTIONAL = ("background", "regions", "box_pools", "cost_functions", "currencies")
_OVERRIDABLE = (
    "services",
    "facilities",
    "links",
    "background",
    "box_pools",
    "cost_functions",
    "currencies",
)


def _faults_of(where: str) -> FaultAt:
    def fault_at(
        path: tuple[str | int, ...],
        what: str,
        *,
        hint: str = "",
        at_key: bool = False,  # noqa: ARG001 - there is no file to point into
    ) -> Fault:
        return Fault(where, what, row=".".join(map(str, path)), hint=hint)

    return fault_at


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        # Too long for a name, or not ours to look at.
        return False


@dataclass(frozen=True, eq=False)
class Network:
    """Places, links, facilities and services of a corridor system.

    Attributes
    ----------
    name : str
        Name of the folder.
    path : Path
        Folder the tables came from.
    nodes, links, facilities, background, services, zones, modes, box_pools, cost_functions, \
currencies : pandas.DataFrame
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
    cost_functions: pd.DataFrame
    currencies: pd.DataFrame
    regions: pd.DataFrame
    box_pools: pd.DataFrame

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
        if not _is_folder(path):
            known = shipped_names("networks")
            if str(source) not in known:
                what = f"'{shorten(str(source))}' is neither a folder nor a shipped network"
                allowed, hint = ", ".join(known), nearest(str(source), known)
                raise InputError([Fault("network", what, allowed=allowed, hint=hint)])
            path = shipped("networks") / str(source)
        faults: list[Fault] = []
        rows: dict[str, list[dict[str, Any]]] = {}
        for table in TABLES:
            file = path / f"{table}.csv"
            if table in _OPTIONAL and not file.exists():
                rows[table] = []
            elif found := read_table(file, table, faults):
                rows[table] = found
        # Rows with a fault in a cell still show which names and sources are not known, but names of
        # a table with rows that cannot be read at all may be there.
        cells_are_good = not faults
        broken = {fault.file.removesuffix(".csv") for fault in faults if fault.column is None}
        faults += [*check_references(rows, but=broken), *check_sources(rows, path)]
        if cells_are_good:
            faults += check_tables(rows)
        if faults:
            raise InputError(faults)
        frames = {table: frame_of(rows[table], table) for table in TABLES}
        return cls(name=path.name, path=path, **frames)

    @property
    def demand_dir(self) -> Path:
        """Folder of the demand tables."""
        return self.path / "demand"

    @cached_property
    def graph(self) -> nx.MultiDiGraph:
        """Infrastructure as a NetworkX graph; see `build_graph` for its attributes."""
        return build_graph(self)

    @cached_property
    def calls_of(self) -> dict[str, list[dict[str, Any]]]:
        """Rows of `calls` by service, in the order of their sequence."""
        rows: dict[str, list[dict[str, Any]]] = {}
        for row in records_of(self.calls.sort_values(["service", "sequence"])):
            rows.setdefault(str(row["service"]), []).append(row)
        return rows

    def with_overrides(
        self,
        overrides: Mapping[str, Mapping[str, Mapping[str, Any]]],
        *,
        where: str = "scenario",
        fault_at: FaultAt | None = None,
    ) -> Network:
        """Return the network with cells replaced.

        Parameters
        ----------
        overrides : mapping
            Table, row name, attribute, value.
        where : str
            What asks for it, for messages.
        fault_at : FaultAt, optional
            Makes a fault of a path (table, row, attribute), for messages that point into a file.

        Returns
        -------
        Network
            A copy, or this one where nothing is replaced; the tables that are not named are shared.

        Raises
        ------
        InputError
            If a table, row, attribute or value is not known or not allowed.
        """
        fault_at = fault_at or _faults_of(where)
        faults: list[Fault] = []
        changed: dict[str, pd.DataFrame] = {}
        for table, rows in overrides.items():
            if not rows:
                continue
            if table not in _OVERRIDABLE:
                what = f"table '{shorten(table)}' cannot be changed"
                hint = f"those that can are {', '.join(_OVERRIDABLE)}"
                faults.append(fault_at((table,), what, hint=hint, at_key=True))
                continue
            changed[table] = self._replaced(table, rows, fault_at, faults)
        if not faults and not changed:
            return self
        frames = {table: changed.get(table, getattr(self, table)) for table in TABLES}
        if not faults:
            records = {table: records_of(frame) for table, frame in frames.items()}
            faults = [
                replace(fault, file=f"{fault.file} as '{where}' changes it")
                for fault in [*check_references(records), *check_tables(records)]
            ]
        if faults:
            raise InputError(faults)
        return Network(name=self.name, path=self.path, **frames)

    def _replaced(
        self,
        table: str,
        rows: Mapping[str, Mapping[str, Any]],
        fault_at: FaultAt,
        faults: list[Fault],
    ) -> pd.DataFrame:
        """Return a table with cells replaced; what cannot be is added to the faults."""
        frame: pd.DataFrame = getattr(self, table).copy()
        attributes = attributes_of(table)
        key = next(iter(attributes))
        for row, cells in rows.items():
            if row not in frame.index:
                hint = nearest(row, [str(name) for name in frame.index])
                what = f"'{shorten(row)}' is not in {table}.csv"
                faults.append(fault_at((table, row), what, hint=hint, at_key=True))
                continue
            for name, value in cells.items():
                path = (table, row, name)
                if name not in attributes:
                    hint = nearest(name, list(attributes))
                    what = f"{table}.csv has no column '{shorten(name)}'"
                    faults.append(fault_at(path, what, hint=hint, at_key=True))
                    continue
                if name == key:
                    faults.append(fault_at(path, "a row cannot be renamed"))
                    continue
                text = str(value).lower() if isinstance(value, bool) else str(value)
                try:
                    frame.at[row, name] = convert(attributes[name], text.strip())
                except ValueError as error:
                    faults.append(fault_at(path, f"{name}: {error}"))
        return frame

    def opened(
        self,
        names: Iterable[str],
        *,
        where: str = "open_planned",
        fault_at: FaultAt | None = None,
    ) -> Network:
        """Return the network with planned links, facilities and services opened.

        Parameters
        ----------
        names : iterable of str
            Names of links, facilities or services.
        where : str
            What asks for it, for messages.
        fault_at : FaultAt, optional
            As for `with_overrides`; the path is the place in `names`.

        Returns
        -------
        Network
            A copy in which their status is open.

        Raises
        ------
        InputError
            If a name is not known.
        """
        fault_at = fault_at or _faults_of(where)
        overrides: dict[str, dict[str, dict[str, str]]] = {}
        faults = []
        for place, name in enumerate(names):
            tables = [
                t for t in ("links", "facilities", "services") if name in getattr(self, t).index
            ]
            if not tables:
                every = [*self.links.index, *self.facilities.index, *self.services.index]
                what = f"'{shorten(name)}' is no link, facility or service of '{self.name}'"
                faults.append(fault_at((place,), what, hint=nearest(name, every)))
            for table in tables:
                overrides.setdefault(table, {})[name] = {"status": "open"}
        if faults:
            raise InputError(faults)
        return self.with_overrides(overrides, where=where) if overrides else self

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
