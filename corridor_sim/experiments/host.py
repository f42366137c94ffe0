"""The process that lays what workers share and forks them from it.

It is a process of its own with one thread: forking it is safe whatever threads the user's program
has, a script needs no ``if __name__ == "__main__"``, and what was laid before the fork is shared by
all workers of the machine, read where it lies. A worker that dies is replaced; the call it had is
made again, and given up after its last attempt.

Messages to the host: one `Setup`, then ``(number, payload)``; from it: ``("ready",)``,
``("fault", error)``, ``("done", number, result)``, ``("failed", number, Failure)``.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import socket
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any

from corridor_sim.processors import take_one

__all__ = ["ATTEMPTS", "Failure", "Setup", "failure_of", "main"]

#: Times a call is made before what kills its worker is taken to be its own fault.
ATTEMPTS = 3
_PR_SET_PDEATHSIG = 1
# Parameters of the C library's allocator, and its largest number.
_M_MMAP_MAX, _M_TRIM_THRESHOLD = -4, -1
_INT_MAX = 2**31 - 1


@dataclass(frozen=True)
class Failure:
    """Why a call has no result.

    Attributes
    ----------
    reason : str
        ``error`` where it raised, ``killed`` where its worker died at every attempt.
    message : str
        What was raised, or how the worker ended.
    attempts : int
        How often it was made.
    where : str
        Innermost lines of the traceback.
    """

    reason: str
    message: str
    attempts: int = 1
    where: str = ""


@dataclass(frozen=True)
class Setup:
    """What a host has to know.

    Attributes
    ----------
    function : callable
        Takes a payload and returns a result; pickled by its name.
    prepare : tuple of callable and arguments, or None
        Called once before workers are forked.
    workers : int
        Number of workers.
    """

    function: Callable[[Any], Any]
    prepare: tuple[Callable[..., None], tuple[Any, ...]] | None
    workers: int


@dataclass
class _Worker:
    """A forked worker as its host sees it."""

    pid: int
    pipe: Connection
    job: int | None = None


@dataclass
class _Jobs:
    """Calls that wait or run, by number."""

    payloads: dict[int, Any] = field(default_factory=dict)
    attempts: dict[int, int] = field(default_factory=dict)
    waiting: deque[int] = field(default_factory=deque)

    def add(self, number: int, payload: Any) -> None:
        self.payloads[number] = payload
        self.attempts[number] = 0
        self.waiting.append(number)

    def drop(self, number: int) -> int:
        del self.payloads[number]
        return self.attempts.pop(number)


def failure_of(error: BaseException, *, attempts: int = 1) -> Failure:
    """Return an exception as a failure.

    Parameters
    ----------
    error : BaseException
        What was raised.
    attempts : int
        How often the call was made.

    Returns
    -------
    Failure
        With the three innermost lines of the traceback.
    """
    lines = traceback.format_tb(error.__traceback__)[-3:]
    told = f"{type(error).__name__}: {error}"
    return Failure("error", told, attempts, "".join(lines).rstrip())


def main(handle: int) -> None:
    """Be the host at the other end of the socket `handle` until it closes."""
    # Who presses Ctrl-C means the program above, which closes the socket.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    above = Connection(handle)
    try:
        setup: Setup = above.recv()
        if setup.prepare is not None:
            function, arguments = setup.prepare
            function(*arguments)
    except EOFError:
        return
    except Exception as error:  # noqa: BLE001 - whatever it is, the program above tells it
        _send_fault(above, error)
        return
    gc.collect()
    # Counting references would copy the shared pages into every worker.
    gc.freeze()
    workers: list[_Worker] = []
    try:
        above.send(("ready",))
        _serve(above, setup, workers)
    except (EOFError, OSError):
        pass  # The program above has ended.
    finally:
        for worker in workers:
            os.kill(worker.pid, signal.SIGKILL)


def _send_fault(above: Connection, error: Exception) -> None:
    try:
        above.send(("fault", error))
    except OSError:
        return  # The program above has ended.
    except Exception:  # noqa: BLE001 - not every exception can be pickled
        above.send(("fault", RuntimeError(f"{type(error).__name__}: {error}")))


def _serve(above: Connection, setup: Setup, workers: list[_Worker]) -> None:
    jobs = _Jobs()
    while len(workers) < setup.workers:
        workers.append(_fork(setup, above, workers))
    while True:
        for worker in workers:
            if worker.job is None and jobs.waiting:
                _hand(worker, jobs)
        ready = wait([above, *(worker.pipe for worker in workers)])
        if above in ready:
            jobs.add(*above.recv())
        for place, worker in enumerate(workers):
            if worker.pipe not in ready:
                continue
            try:
                kind, result = worker.pipe.recv()
            except (EOFError, OSError):
                _bury(worker, jobs, above)
                workers[place] = _fork(setup, above, workers)
                continue
            assert worker.job is not None
            jobs.drop(worker.job)
            above.send((kind, worker.job, result))
            worker.job = None


def _hand(worker: _Worker, jobs: _Jobs) -> None:
    """Give the next call to a worker; if it has died meanwhile, that is found by listening."""
    number = jobs.waiting.popleft()
    jobs.attempts[number] += 1
    worker.job = number
    try:
        worker.pipe.send(jobs.payloads[number])
    except OSError:
        return


def _bury(worker: _Worker, jobs: _Jobs, above: Connection) -> None:
    """Take note of a dead worker: its call is made again, or given up."""
    worker.pipe.close()
    _, status = os.waitpid(worker.pid, 0)
    number = worker.job
    if number is None:
        return
    if jobs.attempts[number] < ATTEMPTS:
        jobs.waiting.appendleft(number)
        return
    attempts = jobs.drop(number)
    code = os.waitstatus_to_exitcode(status)
    told = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
    hint = ", as a system that runs out of memory does" if code == -signal.SIGKILL else ""
    failure = Failure("killed", f"its worker ended with {told}{hint}", attempts)
    above.send(("failed", number, failure))


def _fork(setup: Setup, above: Connection, workers: Iterable[_Worker]) -> _Worker:
    ours, theirs = socket.socketpair()
    host = os.getpid()
    pid = os.fork()
    if pid:
        theirs.close()
        return _Worker(pid, Connection(ours.detach()))
    try:
        # What a worker keeps open of others would hide their end.
        ours.close()
        above.close()
        for other in workers:
            if not other.pipe.closed:
                other.pipe.close()
        _die_with(host)
        _keep_memory()
        # As many work side by side as were asked for.
        take_one()
        _work(Connection(theirs.detach()), setup.function)
    finally:
        os._exit(0)


def _die_with(host: int) -> None:
    """Ask to be killed when the host dies, where the system knows how."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != host:
        os._exit(0)


def _keep_memory() -> None:
    """Keep what a call frees for the next one: pages fresh from the system cost a tenth of a call.

    A worker comes to hold what its largest call needs, and no more.
    """
    allocator = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if allocator is not None:
        allocator(_M_MMAP_MAX, 0)
        allocator(_M_TRIM_THRESHOLD, _INT_MAX)


def _work(pipe: Connection, function: Callable[[Any], Any]) -> None:
    while True:
        try:
            payload = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            message = ("done", function(payload))
        except Exception as error:  # noqa: BLE001 - one call that fails is no fault of the others
            message = ("failed", failure_of(error))
        pipe.send(message)
