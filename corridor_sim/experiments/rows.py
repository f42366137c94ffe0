"""What is kept of a replication: a flat row of key figures, and a few small tables beside it.

Everything is made from the public statistics of a run; nothing depends on when, where or after
what it ran. Tables travel as Arrow's bytes, the same from every executor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

if TYPE_CHECKING:
    from corridor_sim.network import Network
    from corridor_sim.results import Results
    from corridor_sim.simulation import Groundwork

__all__ = [
    "DRAWN",
    "KEEP",
    "MAIN",
    "TABLES",
    "from_bytes",
    "kept_tables",
    "region_column",
    "tables_of",
    "to_bytes",
    "with_columns",
]

#: The table with one flat row per replication.
MAIN = "replications"
#: What ``--keep`` adds to the summaries.
KEEP = ("links", "shipments")
#: What there is beside where inputs are drawn: rows of twins, and the inputs themselves.
DRAWN = ("twins", "inputs")
_CORRIDOR_FIGURES = {
    "cleared_cny": "value_cny",
    "cleared_teu": "teu",
    "median_h": "median_h",
    "p95_h": "p95_h",
    "cost_cny_per_teu": "cost_cny_per_teu",
    "co2e_kg_per_teu": "co2e_kg_per_teu",
}
_NO_CORRIDOR = ("shared", "hub")


def region_column(region: str) -> str:
    """Return the column of the mean door-to-door time between Chongqing and a region."""
    return f"region_{_plain(region)}_mean_h"


def _plain(name: str) -> str:
    return "".join(c.lower() if c.isalnum() else "_" for c in name)


def tables_of(
    results: Results, ground: Groundwork, *, key: str, number: int, keep: tuple[str, ...] = ()
) -> dict[str, pa.Table]:
    """Return what is kept of a run.

    Parameters
    ----------
    results : Results
        Of one replication.
    ground : Groundwork
        It was run on; says which columns there are, whatever this replication has seen.
    key : str
        Name of the first column of every table: ``replication`` or ``run``.
    number : int
        Its value.
    keep : tuple of str
        From `KEEP`.

    Returns
    -------
    dict of str to pyarrow.Table
        ``replications``, ``facilities`` and ``months``, and those of `keep`.
    """
    tables = {MAIN: _main_row(results, ground)}
    for name in kept_tables(keep):
        if name != MAIN:
            tables[name] = TABLES[name](results)
    return {
        name: table.add_column(0, key, pa.array(np.full(len(table), number, dtype=np.int64)))
        for name, table in tables.items()
    }


def with_columns(table: pa.Table, columns: tuple[tuple[str, float | str], ...]) -> pa.Table:
    """Return a table with columns of one value each after its first.

    Parameters
    ----------
    table : pyarrow.Table
        Table.
    columns : tuple of tuple
        Names and values; whole numbers stay so, other numbers and texts as well.

    Returns
    -------
    pyarrow.Table
        Wider.
    """
    for place, (name, value) in enumerate(columns, start=1):
        table = table.add_column(place, name, pa.array([value] * len(table)))
    return table


def kept_tables(keep: tuple[str, ...], *, uncertain_inputs: bool = False) -> tuple[str, ...]:
    """Return the names of the tables that are kept.

    Parameters
    ----------
    keep : tuple of str
        From `KEEP`.
    uncertain_inputs : bool
        Whether inputs are drawn.

    Returns
    -------
    tuple of str
        The one with the rows first.
    """
    drawn = DRAWN if uncertain_inputs else ()
    return (MAIN, *(name for name in TABLES if name in keep or name not in KEEP), *drawn)


# -- the row -------------------------------------------------------------------------------------


def _main_row(results: Results, ground: Groundwork) -> pa.Table:
    summary = results.summary()
    totals, counts = summary["totals"], summary["counts"]
    row: dict[str, Any] = {
        "offered_cny": int(totals["offered_value_cny"]),
        "cleared_cny": int(totals["value_cny"]),
        "delivered_cny": int(totals["delivered_value_cny"]),
        "cleared_teu": float(totals["teu"]),
        "unserved_teu": float(totals["unserved_teu"]),
    }
    delays = results.statistics.delays(())
    row["delayed_cny_days"] = float(delays["delayed_cny_days"].iloc[0])
    all_h, by_region = _region_times(results)
    row["mean_h"] = all_h
    for corridor in _corridors(ground):
        found = summary["corridors"].get(corridor, {})
        for name, source in _CORRIDOR_FIGURES.items():
            value = found.get(source)
            if name == "cleared_cny":
                row[f"{_plain(corridor)}_{name}"] = int(value or 0)
            elif name == "cleared_teu":
                row[f"{_plain(corridor)}_{name}"] = float(value or 0.0)
            else:
                row[f"{_plain(corridor)}_{name}"] = None if value is None else float(value)
    for region in _regions(ground.network):
        row[region_column(region)] = by_region.get(region)
    row |= {name: int(counts[name]) for name in ("shipments", "departures", "events")}
    row["log_digest"] = str(summary["log_digest"])
    types = {int: pa.int64(), str: pa.string()}
    fields = [pa.field(name, types.get(type(value), pa.float64())) for name, value in row.items()]
    return pa.Table.from_pylist([row], schema=pa.schema(fields))


def _corridors(ground: Groundwork) -> list[str]:
    """Return the corridors a network knows, in the order of the first screen."""
    from corridor_sim.statistics.summary import GATEWAY_CORRIDORS

    found = {str(name) for name in ground.network.services["corridor"] if name}
    found |= {str(route.corridor) for route in ground.choice.routes.routes if route.corridor}
    found -= set(_NO_CORRIDOR)
    known = [name for name in GATEWAY_CORRIDORS if name in found]
    return [*known, *sorted(found - set(known))]


def _regions(network: Network) -> list[str]:
    """Return the partner regions of a network by name."""
    zones = network.zones
    return sorted({str(name) for name in zones.loc[zones["side"] == "partner", "region"]})


def _region_times(results: Results) -> tuple[float | None, dict[str, float]]:
    """Return the mean door-to-door hours of Chongqing's own trade, in all and by region."""
    zones = results.network.zones
    region_of = zones.loc[zones["side"] == "partner", "region"].astype(str).to_dict()
    frame = results.statistics.door_to_door(("origin", "destination"), quantiles=())
    frame = frame.assign(delivered=frame["shipments"] - frame["undelivered"])
    frame = frame[frame["delivered"] > 0]
    if frame.empty:
        return None, {}
    partner = [
        region_of.get(str(destination), region_of.get(str(origin), ""))
        for origin, destination in zip(frame["origin"], frame["destination"], strict=True)
    ]
    hours = (frame["mean_h"] * frame["delivered"]).to_numpy()
    delivered = frame["delivered"].to_numpy()
    names, place = np.unique(np.array(partner, dtype=str), return_inverse=True)
    means = np.bincount(place, hours) / np.bincount(place, delivered)
    by_region = {str(n): float(m) for n, m in zip(names, means, strict=True) if n}
    return float(hours.sum() / delivered.sum()), by_region


# -- tables beside it ----------------------------------------------------------------------------


def _facilities(results: Results) -> pa.Table:
    frame = results.statistics.facilities()
    columns = ["facility", "visits", "utilisation", "mean_wait_h", "longest_wait_h", "mean_queue"]
    return _arrow(frame[columns])


def _months(results: Results) -> pa.Table:
    frame = results.statistics.trade(("month",))
    return _arrow(frame[["month", "offered_cny", "cleared_cny", "delivered_cny"]])


def _links(results: Results) -> pa.Table:
    frame = results.statistics.links()
    return _arrow(frame[["link", "teu", "t", "value_cny", "departures", "utilisation"]])


def _shipments(results: Results) -> pa.Table:
    return _arrow(results.tables.shipments)


def _arrow(frame: pd.DataFrame) -> pa.Table:
    """Return a frame with names as text: dictionaries of their own would differ by replication."""
    arrays = []
    for name in frame.columns:
        column = frame[name]
        if pd.api.types.is_numeric_dtype(column.dtype):
            arrays.append(pa.array(column.to_numpy(), from_pandas=True))
        elif isinstance(column.dtype, pd.CategoricalDtype):
            codes = column.cat.codes.to_numpy()
            names = pa.array([str(c) for c in column.cat.categories], pa.string())
            arrays.append(names.take(pa.array(codes.astype(np.int64), mask=codes < 0)))
        else:
            arrays.append(pa.array([str(value) for value in column], pa.string()))
    return pa.table(arrays, names=[str(name) for name in frame.columns])


#: Tables beside the row, by name.
TABLES: dict[str, Callable[[Results], pa.Table]] = {
    "facilities": _facilities,
    "months": _months,
    "links": _links,
    "shipments": _shipments,
}


# -- bytes ---------------------------------------------------------------------------------------


def to_bytes(table: pa.Table) -> bytes:
    """Return a table as a stream of Arrow's."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def from_bytes(data: bytes) -> pa.Table:
    """Return the table of a stream that `to_bytes` made."""
    with pa.ipc.open_stream(pa.py_buffer(data)) as reader:
        return reader.read_all()
