"""`Statistics`: every key figure of a run as a tidy frame."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corridor_sim.statistics.boxes import box_balance, box_pools
from corridor_sim.statistics.clock import Clock
from corridor_sim.statistics.columns import Table
from corridor_sim.statistics.costs import costs
from corridor_sim.statistics.departure_use import departure_use
from corridor_sim.statistics.emissions import service_intensity, shipment_emissions_kg
from corridor_sim.statistics.facility_use import FACILITY_KEYS, facility_use
from corridor_sim.statistics.flows import link_loads, throughput
from corridor_sim.statistics.grouping import as_keys
from corridor_sim.statistics.paths import leg_distances_km
from corridor_sim.statistics.selection import happened, of_cargo
from corridor_sim.statistics.tables import RunTables
from corridor_sim.statistics.times import delays, door_to_door, wait_causes
from corridor_sim.statistics.trade import backlog, trade, unserved

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
        return trade(self._own, self.clock, by)

    def unserved(self, by: str | Sequence[str] = ()) -> pd.DataFrame:
        """Return the demand of the window that had no open route: shipments, teu, value_cny."""
        return unserved(self.tables.table("shipments"), self.clock, by)

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
        return backlog(self.tables.table("shipments"), self.clock, by, step_h=step_h)

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
        return door_to_door(self._released(cargo), by, quantiles)

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
        return wait_causes(self._released(cargo), by)

    def delays(self, by: str | Sequence[str] = ("corridor",)) -> pd.DataFrame:
        """Return how late Chongqing's own trade is against the plan of its routes.

        Returns
        -------
        DataFrame
            Keys, delayed_cny_days (yuan times days beyond the planned time, what is still on its
            way counted until the horizon), late_share (of delivered shipments).
        """
        return delays(self._released("own"), by, self.clock)

    # -- what it costs -------------------------------------------------------------------------

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
            Keys, teu, cost_cny_per_teu (freight of the route as the shipper pays it),
            stock_cny_per_teu (stock in transit: value times the shipper's value of time times the
            door-to-door time; delivered shipments only), co2e_kg_per_teu (from simulated load
            factors, see `statistics.emissions`), subsidy_cny_per_teu (what subsidies of the
            scenario pay besides; negative where one is withdrawn), stock_cny and subsidy_cny (in
            all), of the served shipments released in the window.
        """
        shipments = self.tables.table("shipments").having(co2e_kg=self._emissions_kg)
        released = happened(of_cargo(shipments, cargo), "release_s", self.clock)
        return costs(released, by)

    def load_factors(self) -> pd.DataFrame:
        """Return distance-weighted load factor and emission factor of every service."""
        return self._intensity.rename_axis(index="service").reset_index()

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
            mean_wait_h, p95_wait_h (the shortest wait that 95 % did not exceed; NaN for several
            facilities together), longest_wait_h (of visits that started) and mean_queue (number
            waiting, over time, those included that have not started).
        """
        return facility_use(self.tables.table("facilities"), self.clock, by)

    def utilisation(self, by: str | Sequence[str] = ("facility",)) -> pd.DataFrame:
        """Return the utilisation of facilities with limited servers, busiest first."""
        keys = as_keys(by, FACILITY_KEYS, what="utilisation")
        frame = self.facilities(keys).dropna(subset=["utilisation"])
        frame = frame.sort_values("utilisation", ascending=False, kind="stable")
        return frame[[*keys, "utilisation"]].reset_index(drop=True)

    def queues(self, by: str | Sequence[str] = ("facility",)) -> pd.DataFrame:
        """Return mean wait, longest wait and mean queue of facilities, longest mean wait first."""
        keys = as_keys(by, FACILITY_KEYS, what="queues")
        frame = self.facilities(keys)
        frame = frame.sort_values("mean_wait_h", ascending=False, kind="stable")
        columns = ["visits", "mean_wait_h", "longest_wait_h", "mean_queue"]
        return frame[[*keys, *columns]].reset_index(drop=True)

    # -- boxes -----------------------------------------------------------------------------------

    def box_balance(self, by: str | Sequence[str] = ("corridor",)) -> pd.DataFrame:
        """Return how many boxes leave Chongqing and come back, loaded and empty.

        Parameters
        ----------
        by : str or sequence of str
            From corridor, cargo, od, commodity, route and month.

        Returns
        -------
        DataFrame
            Keys, out_loaded_teu, out_empty_teu (those that set off in the window), back_loaded_teu,
            back_empty_teu (those delivered in it) and balance_teu (back less out). Counted are
            shipments by land and water that travel in boxes; cars, bulk, reefers and what flies on
            any leg are not.
        """
        return box_balance(self.tables.table("shipments"), self.network, self.clock, by)

    def box_pools(self, by: str | Sequence[str] = ("box_pool",)) -> pd.DataFrame:
        """Return use of the pools of empty boxes; no rows where none are at work.

        Parameters
        ----------
        by : str or sequence of str
            From box_pool and month.

        Returns
        -------
        DataFrame
            Keys, shipments (that asked for boxes), delayed_shipments (that had to wait), taken_teu,
            loaded_back_teu, empty_back_teu, waited_teu_days (boxes waited for, over time),
            mean_wait_h (a TEU taken waited so long), mean_stock_teu and lowest_stock_teu.
        """
        return box_pools(self.tables.table("box_pools"), self.clock, by)

    # -- departures ------------------------------------------------------------------------------

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
        return departure_use(self.tables.table("departures"), self.network, self.clock, by)

    # -- helpers ---------------------------------------------------------------------------------

    @cached_property
    def _distance(self) -> pd.Series:
        return leg_distances_km(self.network)

    @cached_property
    def _intensity(self) -> pd.DataFrame:
        """Load and emission factor of every service: made of all legs, and asked for more often."""
        return service_intensity(self.tables, self.network, self.clock, distance=self._distance)

    @cached_property
    def _emissions_kg(self) -> NDArray[np.float64]:
        """Kilograms CO2e of every shipment over all legs of its route."""
        return shipment_emissions_kg(
            self.tables, self.network, intensity=self._intensity, distance=self._distance
        )

    @cached_property
    def _own(self) -> Table:
        return of_cargo(self.tables.table("shipments"), "own")

    def _released(self, cargo: str | None) -> Table:
        """Return the shipments of a kind that were released in the window, with their month."""
        chosen = self._own if cargo == "own" else of_cargo(self.tables.table("shipments"), cargo)
        return happened(chosen, "release_s", self.clock)
