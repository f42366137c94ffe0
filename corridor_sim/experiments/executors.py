"""Ways to make many independent calls: one after another, in threads, in processes, on a cluster.

All give the same results, in the order in which they are done.
"""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from corridor_sim.errors import CorridorSimError
from corridor_sim.experiments.host import ATTEMPTS, Failure, Setup, failure_of
from corridor_sim.processors import processors

__all__ = ["EXECUTORS", "Done", "Executor", "call_all", "number_of_workers"]

EXECUTORS = ("auto", "serial", "threads", "processes", "dask")
# Calls kept ready for each worker, so that none waits for the program above.
_AHEAD = 2
_HOST = (
    "import sys; sys.path[:] = {path!r}; from corridor_sim.experiments.host import main; "
    "main({handle})"
)
# Threads of one call's linear algebra would compete with the other workers.
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True)
class Executor:
    """How calls are made.

    Attributes
    ----------
    name : str
        One of `EXECUTORS`; ``auto`` takes processes where there are several workers, else serial.
    workers : int or None
        Number of workers; None takes one per processor this program may use.
    scheduler : str or None
        Address of a Dask scheduler; None starts a cluster on this machine.
    """

    name: str = "auto"
    workers: int | None = None
    scheduler: str | None = None


@dataclass(frozen=True)
class Done:
    """How a call ended.

    Attributes
    ----------
    number : int
        Place of the call, from 0.
    result : object
        What was returned.
    failure : Failure or None
        Why there is no result.
    """

    number: int
    result: Any = None
    failure: Failure | None = None


def number_of_workers(workers: int | None = None) -> int:
    """Return how many workers there are: as many as asked for, or one per usable processor."""
    return processors() if workers is None else workers


def call_all(
    function: Callable[[Any], Any],
    payloads: Iterable[Any],
    *,
    executor: Executor,
    prepare: tuple[Callable[..., None], tuple[Any, ...]] | None = None,
) -> Generator[Done]:
    """Call a function for each payload; closing the generator stops what still runs.

    Parameters
    ----------
    function : callable
        Of a module's first level, so that other processes find it by its name.
    payloads : iterable
        Arguments; taken one by one as workers need them.
    executor : Executor
        How.
    prepare : tuple of callable and arguments, optional
        Called once before the workers start, in the process they share.

    Yields
    ------
    Done
        In the order in which calls end.

    Raises
    ------
    CorridorSimError
        If there is no such executor, or what it needs is missing.
    """
    workers = number_of_workers(executor.workers)
    name = executor.name
    if name == "auto":
        name = "processes" if workers > 1 and hasattr(os, "fork") else "serial"
    if name == "processes" and not hasattr(os, "fork"):
        raise CorridorSimError("executor 'processes' needs a system that can fork; use 'threads'")
    numbered = enumerate(payloads)
    if name == "serial":
        yield from _serial(function, numbered, prepare)
    elif name == "threads":
        yield from _threads(function, numbered, prepare, workers)
    elif name == "processes":
        yield from _processes(numbered, Setup(function, prepare, workers))
    elif name == "dask":
        from corridor_sim.experiments.cluster import call_on_cluster

        yield from (
            Done(number, result, failure)
            for number, result, failure in call_on_cluster(
                function, numbered, workers=executor.workers, scheduler=executor.scheduler
            )
        )
    else:
        allowed = ", ".join(EXECUTORS)
        raise CorridorSimError(f"executor '{name}' is not known; allowed: {allowed}")


def _tried(function: Callable[[Any], Any], number: int, payload: Any) -> Done:
    try:
        return Done(number, function(payload))
    except Exception as error:  # noqa: BLE001 - one call that fails is no fault of the others
        return Done(number, failure=failure_of(error))


def _serial(
    function: Callable[[Any], Any],
    numbered: Iterator[tuple[int, Any]],
    prepare: tuple[Callable[..., None], tuple[Any, ...]] | None,
) -> Generator[Done]:
    if prepare is not None:
        prepare[0](*prepare[1])
    for number, payload in numbered:
        yield _tried(function, number, payload)


def _threads(
    function: Callable[[Any], Any],
    numbered: Iterator[tuple[int, Any]],
    prepare: tuple[Callable[..., None], tuple[Any, ...]] | None,
    workers: int,
) -> Generator[Done]:
    if prepare is not None:
        prepare[0](*prepare[1])
    pool = ThreadPoolExecutor(workers)
    running: set[Future[Done]] = set()
    try:
        while True:
            room = workers * _AHEAD - len(running)
            for number, payload in itertools.islice(numbered, room):
                running.add(pool.submit(_tried, function, number, payload))
            if not running:
                return
            ended, running = wait_for(running, return_when=FIRST_COMPLETED)
            yield from sorted((future.result() for future in ended), key=lambda d: d.number)
    finally:
        pool.shutdown(cancel_futures=True)


# -- processes -----------------------------------------------------------------------------------


class _Host:
    """The host process and the socket to it."""

    def __init__(self, setup: Setup) -> None:
        ours, theirs = socket.socketpair()
        code = _HOST.format(path=[*sys.path], handle=theirs.fileno())
        self.process = subprocess.Popen(  # noqa: S603 - this interpreter, our own code
            [sys.executable, "-c", code],
            pass_fds=[theirs.fileno()],
            env={**os.environ, **_ONE_THREAD},
            stdin=subprocess.DEVNULL,
        )
        theirs.close()
        self.pipe = Connection(ours.detach())
        try:
            self.pipe.send(setup)
            kind, *rest = self.pipe.recv()
        except (EOFError, OSError):
            code_of_end = self.process.wait()
            raise CorridorSimError(
                f"the process that prepares the workers ended with code {code_of_end}"
            ) from None
        except BaseException:
            self.close()
            raise
        if kind == "fault":
            self.close()
            raise rest[0]

    def close(self) -> None:
        """Stop the host, which kills its workers when the socket closes."""
        self.pipe.close()
        self.process.wait()


def _processes(numbered: Iterator[tuple[int, Any]], setup: Setup) -> Generator[Done]:
    """Keep the host busy; where it is killed itself, start another and make its calls again."""
    waiting: dict[int, Any] = {}
    lost = 0
    host = _Host(setup)
    try:
        while True:
            try:
                room = setup.workers * _AHEAD - len(waiting)
                for number, payload in itertools.islice(numbered, max(room, 0)):
                    waiting[number] = payload
                    host.pipe.send((number, payload))
                if not waiting:
                    return
                kind, number, result = host.pipe.recv()
            except (EOFError, OSError):
                lost += 1
                host.close()
                if lost >= ATTEMPTS:
                    raise CorridorSimError(
                        f"the process that holds the workers was killed {lost} times; what was "
                        "finished is kept: give the same command again, with fewer --workers if "
                        "the memory does not suffice"
                    ) from None
                host = _Host(setup)
                for number, payload in waiting.items():
                    host.pipe.send((number, payload))
                continue
            del waiting[number]
            if kind == "done":
                yield Done(number, result)
            else:
                yield Done(number, failure=result)
    finally:
        host.close()
