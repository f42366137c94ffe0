"""Which visit, step and departure belong together: the joins every statistic needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corridor_sim.engine.events import DEPARTED, EventLog
from corridor_sim.plan.tables import ON_DEMAND, Plan

__all__ = ["Instants", "PlanIndex", "first_at_or_after"]

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class PlanIndex:
    """Joins between the tables of a plan.

    Attributes
    ----------
    n_steps : (S,) int64
        Steps of each service.
    call_first : (S + 1,) int64
        First call of each service in `call_step`.
    call_step : (calls,) int64
        Step of each call, counted within its service.
    n_stops : int
        Number of stops: calls of a departure, which lie side by side.
    stop_base : (S,) int64
        Of each service, what to add to departure times calls plus call for the number of a stop.
    departure_service : (D,) int32
        Service of each departure.
    departure_visit : (D,) int32 or int64
        First visit of each departure.
    """

    n_steps: Ints
    call_first: Ints
    call_step: Ints
    n_stops: int
    stop_base: Ints
    departure_service: NDArray[np.int32]
    departure_visit: NDArray[np.int32] | Ints

    @classmethod
    def of(cls, plan: Plan) -> PlanIndex:
        """Build the joins of a plan."""
        services = plan.services
        n_steps = np.diff(services.step_first).astype(np.int64)
        n_departures = np.diff(services.departure_first)
        service = np.repeat(np.arange(len(n_steps), dtype=np.int32), n_departures)
        # Departures lie side by side, and so do the visits of each.
        steps = np.repeat(n_steps.astype(np.int32), n_departures)
        visit = np.cumsum(steps, dtype=np.int64)
        visit -= steps
        fits = plan.visits.shipment_first < 2**31
        is_call = services.step_call >= 0
        step_in_service = np.arange(len(services.step_call), dtype=np.int64) - np.repeat(
            services.step_first[:-1], n_steps
        )
        call_first = np.concatenate([[0], np.cumsum(services.n_calls)]).astype(np.int64)
        stop_first = np.cumsum(n_departures * services.n_calls) - n_departures * services.n_calls
        return cls(
            n_steps=n_steps,
            call_first=call_first,
            call_step=step_in_service[is_call],
            n_stops=int((n_departures * services.n_calls).sum()),
            stop_base=stop_first - services.departure_first[:-1] * services.n_calls,
            departure_service=service,
            departure_visit=visit.astype(np.int32) if fits else visit,
        )

    def stop(self, departure: NDArray[np.integer], call: NDArray[np.integer]) -> Ints:
        """Return the number of each departure's stop at a call.

        Parameters
        ----------
        departure : (n,) integers
            Departures.
        call : (n,) integers
            Number of the call within the service.

        Returns
        -------
        (n,) int64
            Stops.
        """
        service = self.departure_service[departure]
        n_calls = np.diff(self.call_first)[service]
        stop: Ints = self.stop_base[service] + departure * n_calls + call
        return stop

    def visit_at_call(self, departure: NDArray[np.integer], call: NDArray[np.integer]) -> Ints:
        """Return the visit of each departure at a call.

        Parameters
        ----------
        departure : (n,) integers
            Departures.
        call : (n,) integers
            Number of the call within the service.

        Returns
        -------
        (n,) int64
            Visits.
        """
        service = self.departure_service[departure]
        step = self.call_step[self.call_first[service] + call]
        visit: Ints = self.departure_visit[departure] + step
        return visit

    def call_of(self, service: NDArray[np.integer], call: NDArray[np.integer]) -> Ints:
        """Return the number of a service's call among all calls.

        Parameters
        ----------
        service : (n,) integers
            Services.
        call : (n,) integers
            Number of the call within the service.

        Returns
        -------
        (n,) int64
            Numbers of the calls.
        """
        number: Ints = self.call_first[service] + call
        return number

    def instants(self, plan: Plan, log: EventLog) -> Instants:
        """Return every instant at which boxes could board a shared vehicle.

        Parameters
        ----------
        plan : Plan
            Plan of the run.
        log : EventLog
            Stamps of the run.

        Returns
        -------
        Instants
            Ordered by call and second.
        """
        departed = np.flatnonzero(log.departure_status == DEPARTED)
        departed = departed[plan.services.dispatch[self.departure_service[departed]] != ON_DEMAND]
        service = self.departure_service[departed]
        calls = [self.call_first[service]]
        seconds = [log.departure_time[departed].astype(np.int64)]
        departures = [departed]
        most = int(plan.services.n_calls.max(initial=0))
        for call in range(1, most - 1):
            some = departed[plan.services.n_calls[service] > call + 1]
            start = log.visit_start[self.visit_at_call(some, np.full(len(some), call))]
            some, start = some[start >= 0], start[start >= 0]
            calls.append(self.call_of(self.departure_service[some], np.full(len(some), call)))
            seconds.append(start.astype(np.int64))
            departures.append(some)
        call_all = np.concatenate(calls)
        second_all = np.concatenate(seconds)
        departure_all = np.concatenate(departures)
        order = np.lexsort((departure_all, second_all, call_all))
        call_all = call_all[order]
        first = np.searchsorted(call_all, np.arange(int(self.call_first[-1]) + 1))
        departure_all = departure_all[order]
        of_departure = np.full(len(self.departure_service), -1, dtype=np.int32)
        rows = np.flatnonzero(call_all == self.call_first[self.departure_service[departure_all]])
        of_departure[departure_all[rows]] = rows
        return Instants(
            call_all, second_all[order], departure_all, first.astype(np.int64), of_departure
        )


@dataclass(frozen=True)
class Instants:
    """Instants at which boxes could board a shared vehicle, ordered by call and second.

    Attributes
    ----------
    call, second, departure : (n,) int64
        Number of the call among all calls, the second, and the departure.
    first : (calls + 1,) int64
        First row of each call.
    of_departure : (D,) int32
        Row of each departure at its first call, -1 for those that never left or are on demand.
    """

    call: Ints
    second: Ints
    departure: Ints
    first: Ints
    of_departure: NDArray[np.int32]


def first_at_or_after(
    group: Ints, second: Ints, wanted_group: Ints, wanted_second: Ints, horizon: int
) -> Ints:
    """Return the first row of a group at or after a second.

    Parameters
    ----------
    group, second : (n,) int64
        Rows ordered by group and second.
    wanted_group, wanted_second : (m,) int64
        What to look for.
    horizon : int
        A second no row lies beyond.

    Returns
    -------
    (m,) int64
        Row numbers; n or a row of another group where there is none.
    """
    span = horizon + 1
    found: Ints = np.searchsorted(
        group * span + second, wanted_group * span + wanted_second, side="left"
    ).astype(np.int64)
    return found
