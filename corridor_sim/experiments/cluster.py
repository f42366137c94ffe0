"""Calls on a Dask cluster, here or elsewhere; needs the extra ``cluster``."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Generator, Iterator
from importlib.util import find_spec
from typing import Any

from corridor_sim.errors import CorridorSimError
from corridor_sim.experiments.host import ATTEMPTS, Failure, failure_of

__all__ = ["call_on_cluster"]

_AHEAD = 2
# How long a scheduler may take to answer.
PATIENCE = "20s"


def call_on_cluster(
    function: Callable[[Any], Any],
    numbered: Iterator[tuple[int, Any]],
    *,
    workers: int | None,
    scheduler: str | None,
) -> Generator[tuple[int, Any, Failure | None]]:
    """Make calls on a cluster.

    A worker that dies is replaced or done without by Dask, which makes its calls again elsewhere.

    Parameters
    ----------
    function : callable
        Takes a payload.
    numbered : iterator of tuple
        Number and payload.
    workers : int or None
        Worker processes of a cluster that is started here; None takes one per processor.
    scheduler : str or None
        Address of a scheduler that runs; None starts a cluster on this machine.

    Yields
    ------
    tuple of int, object and Failure or None
        Number, result, and why there is none.

    Raises
    ------
    CorridorSimError
        If Dask is not installed or the scheduler does not answer.
    """
    if find_spec("distributed") is None:
        raise CorridorSimError(
            "executor 'dask' needs Dask, which is not installed: "
            "pip install 'corridor-sim[cluster]'"
        )
    import dask
    from distributed import Client, LocalCluster, as_completed

    settings = {"distributed.scheduler.allowed-failures": ATTEMPTS - 1}
    with dask.config.set(settings):
        if scheduler is None:
            cluster = LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0"
            )
            client = Client(cluster)
        else:
            cluster = None
            try:
                client = Client(scheduler, timeout=PATIENCE)
            except (OSError, ValueError) as error:
                raise CorridorSimError(
                    f"no Dask scheduler answers at '{scheduler}': {error}"
                ) from error
    try:
        yield from _collected(client, function, numbered, as_completed)
    finally:
        client.close()
        if cluster is not None:
            cluster.close()


def _collected(
    client: Any,
    function: Callable[[Any], Any],
    numbered: Iterator[tuple[int, Any]],
    as_completed: Callable[..., Any],
) -> Generator[tuple[int, Any, Failure | None]]:
    numbers: dict[Any, int] = {}

    def submitted(count: int) -> list[Any]:
        futures = []
        for number, payload in itertools.islice(numbered, count):
            future = client.submit(function, payload, pure=False)
            numbers[future] = number
            futures.append(future)
        return futures

    room = max(sum(client.nthreads().values()), 1) * _AHEAD
    ended = as_completed(submitted(room))
    for future in ended:
        number = numbers.pop(future)
        failure = None if future.status == "finished" else _failure(future)
        result = future.result() if failure is None else None
        future.release()
        # More workers may have joined meanwhile.
        room = max(sum(client.nthreads().values()), 1) * _AHEAD
        ended.update(submitted(max(room - len(numbers), 0)))
        yield number, result, failure


def _failure(future: Any) -> Failure:
    from distributed.scheduler import KilledWorker

    error = future.exception()
    if isinstance(error, KilledWorker):
        return Failure("killed", "every worker that took it has died", ATTEMPTS)
    if isinstance(error, Exception):
        return failure_of(error.with_traceback(future.traceback()))
    return Failure("error", f"the call ended as '{future.status}'")
