"""M/M/3 four times in a row: for the engine, for Ciw and for salabim, with the same draws.

Times are whole seconds, as the engine has them, so that all three do the same sums. Each returns
the seconds waited, by customer and station.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.util import find_spec
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.answers import Mean, mean_of_batches
from corridor_sim.engine import EventLog
from corridor_sim.plan.tables import Plan
from tests.engine.plans import Resource, Shipment, make_plan

__all__ = [
    "PEERS",
    "SERVERS",
    "STATIONS",
    "Tandem",
    "draw_tandem",
    "plan_of",
    "run_peer",
    "station_means",
    "waits",
]

STATIONS, SERVERS = 4, 3
_GAP_S, _SERVICE_S = 1000.0, 2100.0
#: Those that are installed: pip install corridor-sim[peers].
PEERS = tuple(name for name in ("ciw", "salabim") if find_spec(name) is not None)


@dataclass(frozen=True)
class Tandem:
    """Draws of a run.

    Attributes
    ----------
    arrivals : (n,) int64
        Seconds.
    service_s : (n, STATIONS) int64
        Seconds of each customer at each station.
    """

    arrivals: NDArray[np.int64]
    service_s: NDArray[np.int64]

    @property
    def horizon(self) -> int:
        """Second by which everybody has left."""
        return int(self.arrivals[-1] + 1000 * _SERVICE_S)

    @property
    def events(self) -> int:
        """Bound events: arrivals and ends of service."""
        return len(self.arrivals) * (1 + STATIONS)


def draw_tandem(customers: int, *, seed: int = 1) -> Tandem:
    """Draw exponential gaps and service times, rounded up to whole seconds.

    Parameters
    ----------
    customers : int
        How many arrive.
    seed : int
        Of the draws.

    Returns
    -------
    Tandem
        With 0.7 of each station's servers busy in the mean.
    """
    rng = np.random.default_rng(seed)
    gaps = np.ceil(rng.exponential(_GAP_S, customers)).astype(np.int64)
    service_s = np.ceil(rng.exponential(_SERVICE_S, (customers, STATIONS))).astype(np.int64)
    return Tandem(np.cumsum(gaps), np.maximum(service_s, 1))


def plan_of(tandem: Tandem) -> Plan:
    """Return the plan: boxes that are seen at four desks and are delivered."""
    desks = [f"desk_{number}" for number in range(STATIONS)]
    boxes: list[tuple[str, int, int] | str] = [*desks]
    plan = make_plan(
        {name: Resource(servers=SERVERS) for name in desks},
        {},
        [Shipment(time, boxes) for time in tandem.arrivals.tolist()],
        horizon=tandem.horizon,
    )
    fixed_s = tandem.service_s.astype(np.float64).ravel()
    return replace(plan, visits=replace(plan.visits, fixed_s=fixed_s)).freeze()


def waits(log: EventLog) -> NDArray[np.int64]:
    """Return the seconds waited in a run of the plan, by customer and station."""
    return (log.visit_start - log.visit_queued).reshape(-1, STATIONS)


def station_means(waited: NDArray[np.int64]) -> dict[str, Mean]:
    """Return the mean seconds waited at each station, over batches of customers."""
    batch = np.arange(len(waited)) * 20 // len(waited)
    return {
        f"desk_{station}": mean_of_batches(waited[:, station].astype(np.float64), batch)
        for station in range(STATIONS)
    }


def run_peer(name: str, tandem: Tandem) -> tuple[float, NDArray[np.int64]]:
    """Run a peer.

    Parameters
    ----------
    name : str
        One of `PEERS`.
    tandem : Tandem
        Draws.

    Returns
    -------
    tuple of float and (n, STATIONS) int64
        Seconds the simulation took, without what comes before and after, and the seconds waited.
    """
    return {"ciw": _run_ciw, "salabim": _run_salabim}[name](tandem)


def _run_ciw(tandem: Tandem) -> tuple[float, NDArray[np.int64]]:
    """Run Ciw.

    Written as the guides "How to Set Arrival & Service Distributions" and "How to Define Time and
    State Dependent Distributions" say; no progress bar, no state tracker, no exact arithmetic.
    """
    import ciw

    class Drawn(ciw.dists.Distribution):  # type: ignore[misc]
        def __init__(self, times: list[float]) -> None:
            super().__init__()
            self.times = times

        def sample(self, t: float | None = None, ind: Any = None) -> float:  # noqa: ARG002
            return self.times[ind.id_number - 1]

    gaps = np.diff(tandem.arrivals, prepend=0).astype(float).tolist()
    arrivals = ciw.dists.Sequential([*gaps, float("inf")])
    columns = tandem.service_s.T.astype(float).tolist()
    network = ciw.create_network(
        arrival_distributions=[arrivals, *[None] * (STATIONS - 1)],
        service_distributions=[Drawn(times) for times in columns],
        number_of_servers=[SERVERS] * STATIONS,
        routing=np.eye(STATIONS, k=1).tolist(),
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    began = perf_counter()
    simulation.simulate_until_max_time(tandem.horizon)
    took = perf_counter() - began
    waited = np.full(tandem.service_s.shape, -1, dtype=np.int64)
    for record in simulation.get_all_records():
        waited[record.id_number - 1, record.node - 1] = round(record.waiting_time)
    return took, waited


def _run_salabim(tandem: Tandem) -> tuple[float, NDArray[np.int64]]:
    """Run salabim.

    Written as its model "Bank, 3 clerks (resources)", in the style with ``yield``, which is the
    faster of the two; no trace, monitors of components and resources off.
    """
    import salabim as sim

    sim.yieldless(value=False)
    environment = sim.Environment(trace=False)
    desks = [sim.Resource(capacity=SERVERS, monitor=False) for _ in range(STATIONS)]
    waited = np.full(tandem.service_s.shape, -1, dtype=np.int64)
    stamps = waited.data

    class Customer(sim.Component):  # type: ignore[misc]
        def setup(self, number: int, service_s: list[int]) -> None:
            self.mode.monitor(value=False)
            self.status.monitor(value=False)
            self.number = number
            self.service_s = service_s

        def process(self) -> Any:
            for station, desk in enumerate(desks):
                asked = environment.now()
                yield self.request(desk)
                stamps[self.number, station] = round(environment.now() - asked)
                yield self.hold(self.service_s[station])
                self.release(desk)

    class Source(sim.Component):  # type: ignore[misc]
        def process(self) -> Any:
            gaps = np.diff(tandem.arrivals, prepend=0).tolist()
            for number, (gap, row) in enumerate(zip(gaps, tandem.service_s.tolist(), strict=True)):
                yield self.hold(gap)
                Customer(number=number, service_s=row)

    Source()
    began = perf_counter()
    environment.run()
    return perf_counter() - began, waited
