"""`Statistics`: every key figure of a run as a tidy frame."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from corridor_sim.statistics.causes import CAUSES
from corridor_sim.statistics.clock import DAY_S, HOUR_S, Clock
from corridor_sim.statistics.emissions import leg_emissions_kg, service_intensity
from corridor_sim.statistics.flows import SHIPMENT_KEYS, link_loads, throughput
from corridor_sim.statistics.grouping import as_keys, group_sum
from corridor_sim.statistics.tables import RunTables

if TYPE_CHECKING:
    from corridor_sim.network import Network

__all__ = ["Statistics"]

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


class Statistics:
    """Key figures of a run.

    Every method returns a new tidy frame: one row per combination of the keys in `by`, keys first,
    units in the column names. Figures refer to the measured window.

    Parameters
    ----------
    tables : RunTables
        Tables of the run.
    network : Network
        As the scenario had it.
    clock : Clock
        Dates of the run.
    """

    def __init__(self, tables: RunTables, network: Network, clock: Clock) -> None:
        self.tables = tables
        self.network = network
        self.clock = clock

    # -- what moved --------------------------------------------------------------------------

    def throughput(self, by: str | Sequence[str] = ("corridor",)) -> pd.DataFrame:
        """Return TEU, tonnes and yuan that moved.

        Parameters
        ----------
        by : str or sequence of str
            From corridor, mode, link, node, service, month, direction, commodity, cargo, od, route,
            origin, destination. ``cargo`` tells Chongqing's own trade from domestic boxes, transit
            and empties; without it all are added up.

        Returns
        -------
        DataFrame
            Keys, teu, t, value_cny.

        Raises
        ------
        StatisticsError
            If a key is unknown, or two of them do not go together.

        Notes
        -----
        Without a place (mode, service, link, node) a box counts when it is delivered, with one
        when it boards. Each box counts once per row: two trains in a row are one journey by rail.
        """
        return throughput(self.tables, self.network, self.clock, by)

    def links(self) -> pd.DataFrame:
        """Return the load of every link.

        Returns
        -------
        DataFrame
            link, from_node, to_node, mode, corridor, distance_km, teu, t, value_cny, departures,
            capacity_teu (of scheduled and filled services that passed) and utilisation (their load
            over their capacity; NaN where only vehicles on demand pass).
        """
        return link_loads(self.tables, self.network, self.clock)

    def trade(self, by: str | Sequence[str] = ()) -> pd.DataFrame:
        """Return Chongqing's own trade: offered, cleared and delivered.

        Parameters
        ----------
        by : str or sequence of str
            From the keys of shipments and month.

        Returns
        -------
        DataFrame
            Keys and offered, cleared and delivered TEU and yuan. Offered counts by release,
            cleared by the end of customs, delivered by delivery, each inside the window; what is
            released before the window and clears in it counts as cleared. Rows without a
            corridor (unserved) appear only where the corridor is no key.
        """
        keys = as_keys(by, (*SHIPMENT_KEYS, "month"), what="trade")
        own = self._own
        parts = []
        for what, column in (
            ("offered", "release_s"),
            ("cleared", "cleared_s"),
            ("delivered", "delivered_s"),
        ):
            frame, month = self._happened(own, column)
            wanted = frame[[key for key in keys if key != "month"]].copy()
            wanted["month"] = month
            for name in ("offered", "cleared", "delivered"):
                is_it = name == what
                wanted[f"{name}_teu"] = frame["teu"] if is_it else 0.0
                wanted[f"{name}_cny"] = frame["value_cny"] if is_it else 0
            parts.append(wanted)
        joined = pd.concat(parts, ignore_index=True)
        columns = [f"{n}_{u}" for n in ("offered", "cleared", "delivered") for u in ("teu", "cny")]
        return group_sum(joined, keys, columns)

    def unserved(self, by: str | Sequence[str] = ()) -> pd.DataFrame:
        """Return the demand of the window that had no open route: shipments, teu, value_cny."""
        keys = as_keys(by, (*SHIPMENT_KEYS, "month"), what="unserved")
        frame, month = self._happened(self.tables.shipments, "release_s")
        frame = frame.assign(month=month, shipments=1)[frame["corridor"].isna()]
        return group_sum(frame, keys, ["shipments", "teu", "value_cny"])

    def backlog(self, by: str | Sequence[str] = (), *, step_h: float = 24.0) -> pd.DataFrame:
        """Return what is in the system (released, not delivered, not unserved) over time.

        Parameters
        ----------
        by : str or sequence of str
            From the keys of shipments.
        step_h : float
            Hours between two rows.

        Returns
        -------
        DataFrame
            Keys, hour (since the start of the simulated span), date, teu, value_cny.
        """
        keys = as_keys(by, SHIPMENT_KEYS, what="backlog")
        step = max(round(step_h * HOUR_S), 1)
        moments = np.arange(0, self.clock.horizon + 1, step, dtype=np.int64)
        served = self.tables.shipments[self.tables.shipments["corridor"].notna()]
        groups = served.groupby(keys, observed=True, sort=True) if keys else [((), served)]
        parts = []
        for values, frame in groups:
            amounts = {
                column: _until(frame["release_s"], frame[column], moments)
                - _until(frame["delivered_s"], frame[column], moments)
                for column in ("teu", "value_cny")
            }
            named = dict(zip(keys, values, strict=True))
            dates = pd.to_datetime(self.clock.first_day) + pd.to_timedelta(moments, unit="s")
            parts.append(
                pd.DataFrame({**named, "hour": moments / HOUR_S, "date": dates, **amounts})
            )
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()

    # -- how long it took ----------------------------------------------------------------------

    def door_to_door(
        self,
        by: str | Sequence[str] = ("corridor",),
        *,
        quantiles: Sequence[float] = _QUANTILES,
        cargo: str | None = "own",
    ) -> pd.DataFrame:
        """Return the distribution of door-to-door times.

        Parameters
        ----------
        by : str or sequence of str
            From the keys of shipments and month (of release).
        quantiles : sequence of float
            Quantiles between 0 and 1.
        cargo : str or None
            Kind of cargo (own, domestic, transit, empty); None for all.

        Returns
        -------
        DataFrame
            Keys, shipments, undelivered (released in the window but not delivered before the
            horizon; not in the times), mean_h and one column per quantile (``p50_h``).
        """
        keys = as_keys(by, (*SHIPMENT_KEYS, "month"), what="door_to_door")
        frame = self._released(cargo)
        is_in = frame["door_to_door_s"] >= 0
        frame = frame.assign(
            shipments=1,
            undelivered=(~is_in).astype(np.int64),
            door_to_door_h=(frame["door_to_door_s"] / HOUR_S).where(is_in),
        )
        counts = group_sum(frame, keys, ["shipments", "undelivered"])
        times = frame["door_to_door_h"]
        grouped = (
            times.groupby([frame[key] for key in keys], observed=True, sort=True) if keys else None
        )
        columns = {"mean_h": np.asarray(times.mean() if grouped is None else grouped.mean())}
        for quantile in quantiles:
            value = times.quantile(quantile) if grouped is None else grouped.quantile(quantile)
            columns[f"p{100 * quantile:g}_h"] = np.asarray(value)
        return counts.assign(**{name: np.atleast_1d(v) for name, v in columns.items()})

    def wait_causes(
        self, by: str | Sequence[str] = ("corridor",), *, cargo: str | None = "own"
    ) -> pd.DataFrame:
        """Return where the door-to-door time went, hours per shipment.

        Parameters
        ----------
        by : str or sequence of str
            From the keys of shipments and month (of release).
        cargo : str or None
            Kind of cargo; None for all.

        Returns
        -------
        DataFrame
            Keys, shipments (delivered), door_to_door_h and one column per cause, means that add up
            to door_to_door_h. The seconds of each shipment, which add up exactly, are in
            ``tables.shipments``; what each cause means is in `statistics.causes.CAUSES`.
        """
        keys = as_keys(by, (*SHIPMENT_KEYS, "month"), what="wait_causes")
        frame = self._released(cargo)
        frame = frame[frame["door_to_door_s"] >= 0].assign(shipments=1)
        columns = ["door_to_door_s", *(f"{cause}_s" for cause in CAUSES)]
        total = group_sum(
            frame.astype(dict.fromkeys(columns, np.int64)), keys, ["shipments", *columns]
        )
        for column in columns:
            total[column] = total[column] / HOUR_S / total["shipments"]
        return total.rename(columns={column: f"{column[:-2]}_h" for column in columns})

    def delays(self, by: str | Sequence[str] = ("corridor",)) -> pd.DataFrame:
        """Return how late Chongqing's own trade is against the plan of its routes.

        Returns
        -------
        DataFrame
            Keys, delayed_cny_days (yuan times days beyond the planned time, what is still on its
            way counted until the horizon), late_share (of delivered shipments).
        """
        keys = as_keys(by, (*SHIPMENT_KEYS, "month"), what="delays")
        frame = self._released("own")
        frame = frame[frame["corridor"].notna()]
        end = frame["delivered_s"].where(frame["delivered_s"] >= 0, self.clock.horizon)
        late_s = (end - frame["release_s"] - frame["planned_h"] * HOUR_S).clip(lower=0)
        frame = frame.assign(
            shipments=1,
            late=((late_s > 0) & (frame["delivered_s"] >= 0)).astype(np.int64),
            delivered=(frame["delivered_s"] >= 0).astype(np.int64),
            delayed_cny_days=late_s / DAY_S * frame["value_cny"],
        )
        total = group_sum(frame, keys, ["delayed_cny_days", "late", "delivered"])
        total["late_share"] = total["late"] / total["delivered"]
        return total.drop(columns=["late", "delivered"])

    # -- what it costs -------------------------------------------------------------------------

    @cached_property
    def _emissions_kg(self) -> pd.Series:
        """Kilograms CO2e of every shipment over all legs of its route."""
        kg = leg_emissions_kg(self.tables, self.network, self.clock)
        n = len(self.tables.shipments)
        total = np.bincount(self.tables.legs["shipment"].to_numpy(), weights=kg, minlength=n)
        return pd.Series(total, index=self.tables.shipments.index)

    def costs(
        self, by: str | Sequence[str] = ("corridor",), *, cargo: str | None = "own"
    ) -> pd.DataFrame:
        """Return cost, stock-in-transit cost and greenhouse gas per TEU.

        Parameters
        ----------
        by : str or sequence of str
            From the keys of shipments and month (of release).
        cargo : str or None
            Kind of cargo; None for all.

        Returns
        -------
        DataFrame
            Keys, teu, cost_cny_per_teu (tariffs of the route), stock_cny_per_teu (value times the
            shipper's value of time times the door-to-door time; delivered shipments only),
            co2e_kg_per_teu (from simulated load factors, see `statistics.emissions`), of the
            served shipments released in the window.
        """
        keys = as_keys(by, (*SHIPMENT_KEYS, "month"), what="costs")
        frame = self._released(cargo)
        frame = frame[frame["corridor"].notna()]
        is_in = frame["door_to_door_s"] >= 0
        stock = (
            frame["value_cny"] * frame["vot_pct_per_day"] / 100 * frame["door_to_door_s"] / DAY_S
        )
        frame = frame.assign(
            stock_cny=stock.where(is_in, 0.0),
            delivered_teu=frame["teu"].where(is_in, 0.0),
            co2e_kg=self._emissions_kg.loc[frame.index],
        )
        sums = ["teu", "cost_cny", "stock_cny", "delivered_teu", "co2e_kg"]
        total = group_sum(frame, keys, sums)
        total["cost_cny_per_teu"] = total["cost_cny"] / total["teu"]
        total["stock_cny_per_teu"] = total["stock_cny"] / total["delivered_teu"]
        total["co2e_kg_per_teu"] = total["co2e_kg"] / total["teu"]
        return total.drop(columns=sums[1:])

    def load_factors(self) -> pd.DataFrame:
        """Return distance-weighted load factor and emission factor of every service."""
        frame = service_intensity(self.tables, self.network, self.clock)
        frame.index.name = "service"
        return frame.reset_index()

    # -- facilities and services -----------------------------------------------------------------

    def facilities(self, by: str | Sequence[str] = ("facility",)) -> pd.DataFrame:
        """Return use and queues of facilities.

        Parameters
        ----------
        by : str or sequence of str
            From facility, kind, month.

        Returns
        -------
        DataFrame
            Keys, visits (started), background_visits, teu, utilisation (busy time over the
            integral of the larger of open and busy servers; NaN where servers are unlimited),
            mean_wait_h, longest_wait_h (of visits that started) and mean_queue (number waiting,
            over time, those included that have not started).
        """
        keys = as_keys(by, ("facility", "kind", "month"), what="facilities")
        frame = self.tables.facilities
        limited = frame["available_s"] >= 0
        edges = self.clock.month_edges
        length = np.diff(edges)[frame["month"].cat.codes]
        frame = frame.assign(
            limited_busy_s=frame["busy_s"].where(limited, 0),
            limited_s=frame["available_s"].where(limited, 0),
            length_s=length,
        )
        sums = ["visits", "background_visits", "teu", "wait_s", "queue_s"]
        measured = ["limited_busy_s", "limited_s", "length_s"]
        total = group_sum(frame, keys, sums + measured)
        if keys:
            longest = frame.groupby(keys, observed=True, sort=True)["longest_wait_s"].max()
            total["longest_wait_h"] = longest.to_numpy() / HOUR_S
        else:
            total["longest_wait_h"] = frame["longest_wait_s"].max() / HOUR_S
        total["utilisation"] = total["limited_busy_s"] / total["limited_s"].where(
            total["limited_s"] > 0
        )
        total["mean_wait_h"] = (
            total["wait_s"] / total["visits"].where(total["visits"] > 0)
        ) / HOUR_S
        # Rows of several facilities hold the queues of all of them together.
        together = pd.Series(1.0, index=total.index)
        if "facility" not in keys:
            together[:] = frame["facility"].nunique()
            if "kind" in keys:
                per_kind = frame.groupby("kind", observed=True)["facility"].nunique()
                together = total["kind"].astype(str).map(per_kind).astype(float)
        total["mean_queue"] = total["queue_s"] / (total["length_s"] / together)
        columns = ["visits", "background_visits", "teu", "utilisation", "mean_wait_h"]
        return total[[*keys, *columns, "longest_wait_h", "mean_queue"]]

    def utilisation(self, by: str | Sequence[str] = ("facility",)) -> pd.DataFrame:
        """Return the utilisation of facilities with limited servers, busiest first."""
        keys = as_keys(by, ("facility", "kind", "month"), what="utilisation")
        frame = self.facilities(keys).dropna(subset=["utilisation"])
        frame = frame.sort_values("utilisation", ascending=False, kind="stable")
        return frame[[*keys, "utilisation"]].reset_index(drop=True)

    def queues(self, by: str | Sequence[str] = ("facility",)) -> pd.DataFrame:
        """Return mean wait, longest wait and mean queue of facilities, longest mean wait first."""
        keys = as_keys(by, ("facility", "kind", "month"), what="queues")
        frame = self.facilities(keys)
        frame = frame.sort_values("mean_wait_h", ascending=False, kind="stable")
        columns = ["visits", "mean_wait_h", "longest_wait_h", "mean_queue"]
        return frame[[*keys, *columns]].reset_index(drop=True)

    def departures(self, by: str | Sequence[str] = ("corridor",)) -> pd.DataFrame:
        """Return how full departures were.

        Parameters
        ----------
        by : str or sequence of str
            From service, corridor (of the service), mode, dispatch, month.

        Returns
        -------
        DataFrame
            Keys, departures, given_up (too many slots overdue), empty (cancelled for want of
            cargo), load_factor (peak load over capacity, by TEU), full_share (of departures with
            at least 95 % of a limit aboard, or that left boxes behind), left_behind_teu (mean).
            Vehicles on demand are left out unless dispatch or service is a key.
        """
        allowed = ("service", "corridor", "mode", "dispatch", "month")
        keys = as_keys(by, allowed, what="departures")
        frame = self.tables.departures
        month = self.clock.month_of(frame["left_s"])
        frame = frame[month >= 0]
        services = self.network.services[["corridor", "mode", "dispatch"]].astype(str)
        names = frame["service"].cat.categories
        codes = frame["service"].cat.codes.to_numpy()
        columns = {
            str(c): services[c].reindex(names).to_numpy(dtype=object)[codes] for c in services
        }
        left = (frame["status"] == "departed").astype(np.int64)
        frame = frame.assign(
            **columns,
            month=pd.Categorical.from_codes(
                month[month >= 0], categories=pd.Index(self.clock.months)
            ),
            departures=left,
            given_up=(frame["status"] == "given_up").astype(np.int64),
            empty=(frame["status"] == "empty").astype(np.int64),
            full=frame["is_full"].astype(np.int64),
            offered_teu=frame["capacity_teu"] * left,
        )
        if not {"dispatch", "service"} & set(keys):
            frame = frame[frame["dispatch"] != "on_demand"]
        counts = ["departures", "given_up", "empty"]
        sums = ["full", "offered_teu", "peak_teu", "left_behind_teu"]
        total = group_sum(frame, keys, counts + sums)
        number = total["departures"].where(total["departures"] > 0)
        total["load_factor"] = total["peak_teu"] / total["offered_teu"].where(
            total["offered_teu"] > 0
        )
        total["full_share"] = total["full"] / number
        total["left_behind_teu"] = total["left_behind_teu"] / number
        return total[[*keys, *counts, "load_factor", "full_share", "left_behind_teu"]]

    # -- helpers ---------------------------------------------------------------------------------

    @cached_property
    def _own(self) -> pd.DataFrame:
        return self.tables.shipments[self.tables.shipments["cargo"] == "own"]

    def _released(self, cargo: str | None) -> pd.DataFrame:
        """Return the shipments of a kind that were released in the window, with their month."""
        frame = self._own if cargo == "own" else self.tables.shipments
        if cargo not in (None, "own"):
            as_keys([str(cargo)], tuple(frame["cargo"].cat.categories), what="cargo")
            frame = frame[frame["cargo"] == cargo]
        chosen, month = self._happened(frame, "release_s")
        return chosen.assign(month=month)

    def _happened(
        self, frame: pd.DataFrame, column: str
    ) -> tuple[pd.DataFrame, pd.Categorical[str]]:
        """Return the rows whose stamp lies in the window, and the months of the stamps."""
        month = self.clock.month_of(frame[column])
        inside = month >= 0
        names = pd.Categorical.from_codes(month[inside], categories=pd.Index(self.clock.months))
        return frame[inside], names


def _until(seconds: pd.Series, amount: pd.Series, moments: np.ndarray) -> np.ndarray:
    """Return the sum of amounts whose second is not later than each moment; -1 is never."""
    times = seconds.to_numpy()
    order = np.argsort(times, kind="stable")
    order = order[times[order] >= 0]
    total = np.concatenate([[0], np.cumsum(amount.to_numpy()[order])])
    result: np.ndarray = total[np.searchsorted(times[order], moments, side="right")]
    return result
